//! Whether an address exists: address validation v1.

use async_trait::async_trait;
use http::Method;
use parcelgate_carrier::{
    AddressOutcome, AddressVerdict, Addresses, Call, Kind, Outgoing, Response, Result,
};
use parcelgate_domain::{Address, Country, Personal};
use serde::{Deserialize, Serialize};

use crate::party::Place;
use crate::wire::{Unread, filled, list, or_default, output, read, text};
use crate::{Fedex, error};

const OPERATION: &str = "validate";
const CANDIDATES_MAX: usize = 15;

#[async_trait]
impl Addresses for Fedex {
    async fn validate(&self, call: &Call<'_>, address: &Address) -> Result<AddressVerdict> {
        let answer = call.send(Self::encode_address(address)?).await;
        match answer {
            Ok(response) => decode(address, &response),
            Err(error) if error.code.as_deref() == Some("STANDARDIZED.ADDRESS.NOTFOUND") => {
                Ok(verdict(AddressOutcome::Unknown, Vec::new()))
            }
            Err(error) => Err(error),
        }
    }
}

impl Fedex {
    fn encode_address(address: &Address) -> Result<Outgoing> {
        let found = address.violations("address");
        if !found.is_empty() {
            return Err(error(Kind::Invalid, OPERATION).at(found));
        }
        let body = Body {
            addresses_to_validate: [Asked {
                address: Place {
                    residential: None, // which is what is asked
                    ..Place::of(address)
                },
            }],
        };
        Self::outgoing(Method::POST, OPERATION, "/address/v1/addresses/resolve")
            .json(&crate::ID, &body)
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    addresses_to_validate: [Asked<'a>; 1],
}

#[derive(Serialize)]
struct Asked<'a> {
    address: Place<'a>,
}

fn decode(asked: &Address, response: &Response) -> Result<AddressVerdict> {
    let answer: Answer = output(OPERATION, response)?;
    let resolved = answer.resolved_addresses.iter();
    let resolved: Vec<Resolved> = resolved.filter_map(|unread| read(unread)).collect();
    let first = resolved
        .first()
        .ok_or_else(|| error(Kind::Malformed, OPERATION))?;
    let attributes = &first.attributes;
    if attributes.address_type == "RAW" || attributes.country_supported == "false" {
        let text = format!("FedEx knows no addresses of {}", asked.country);
        return Err(error(Kind::Unsupported, OPERATION).said("", text));
    }
    let candidates = resolved
        .iter()
        .filter_map(|resolved| resolved.address(asked));
    let candidates: Vec<Address> = candidates.take(CANDIDATES_MAX).collect();
    Ok(match candidates.as_slice() {
        [_, _, ..] => verdict(AddressOutcome::Ambiguous, candidates),
        [only] if first.is_found(asked.country) => {
            verdict(AddressOutcome::Valid, vec![only.clone()])
        }
        _ => verdict(AddressOutcome::Unknown, Vec::new()),
    })
}

fn verdict(outcome: AddressOutcome, candidates: Vec<Address>) -> AddressVerdict {
    AddressVerdict {
        outcome,
        candidates,
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    resolved_addresses: Vec<Unread>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Resolved {
    #[serde(deserialize_with = "list")]
    street_lines_token: Vec<Unread>,
    #[serde(deserialize_with = "text")]
    city: String,
    #[serde(deserialize_with = "text")]
    state_or_province_code: String,
    #[serde(deserialize_with = "text")]
    country_code: String,
    #[serde(deserialize_with = "or_default")]
    postal_code_token: Token,
    #[serde(deserialize_with = "or_default")]
    parsed_postal_code: PostalCode,
    #[serde(deserialize_with = "text")]
    classification: String,
    #[serde(deserialize_with = "or_default")]
    attributes: Attributes,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Token {
    #[serde(deserialize_with = "text")]
    value: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct PostalCode {
    #[serde(deserialize_with = "text")]
    base: String,
    #[serde(deserialize_with = "text")]
    add_on: String,
}

/// Truth values, which come as such or as text.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Attributes {
    #[serde(deserialize_with = "text")]
    address_type: String,
    #[serde(deserialize_with = "text")]
    country_supported: String,
    #[serde(deserialize_with = "text")]
    resolved: String,
    #[serde(rename = "DPV", deserialize_with = "text")]
    dpv: String,
}

impl Resolved {
    /// Standardised against reference data; in the United States also a place where mail is
    /// delivered, where postal data was what it was held against.
    fn is_found(&self, country: Country) -> bool {
        let attributes = &self.attributes;
        let delivered_to = country != Country::US || attributes.dpv != "false";
        attributes.resolved == "true" && attributes.address_type != "NORMALIZED" && delivered_to
    }

    /// The place FedEx means, with the person of the question; none without a street.
    fn address(&self, asked: &Address) -> Option<Address> {
        let lines = self.street_lines_token.iter();
        let lines = lines.filter_map(|line| read::<String>(line));
        let lines: Vec<Personal> = lines
            .filter_map(|line| filled(&line).map(Personal::from))
            .take(3)
            .collect();
        if lines.is_empty() {
            return None;
        }
        let parsed = &self.parsed_postal_code;
        let postal_code = match (filled(&parsed.base), filled(&parsed.add_on)) {
            (Some(base), Some(add_on)) => Some(format!("{base}-{add_on}")),
            (Some(base), None) => Some(base.to_owned()),
            (None, _) => filled(&self.postal_code_token.value).map(str::to_owned),
        };
        Some(Address {
            lines,
            city: self.city.clone(),
            region: filled(&self.state_or_province_code).map(str::to_owned),
            postal_code,
            country: self.country_code.parse().ok()?,
            residential: match self.classification.as_str() {
                "BUSINESS" => Some(false),
                "RESIDENTIAL" => Some(true),
                _ => None,
            },
            ..asked.clone()
        })
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use serde_json::{Value, json};

    use super::*;
    use crate::party::tests::address;

    fn decoded(resolved: &[Value]) -> Result<AddressVerdict> {
        let body = json!({"output": {"resolvedAddresses": resolved}}).to_string();
        let asked = address("US", "CA", "90011");
        decode(&asked, &Response::new(Bytes::from(body)))
    }

    fn resolved(attributes: Value) -> Value {
        json!({
            "streetLinesToken": ["200 E 52ND ST"], "city": "LOS ANGELES",
            "stateOrProvinceCode": "CA", "countryCode": "US", "classification": "RESIDENTIAL",
            "parsedPostalCode": {"base": "90011", "addOn": "4417", "deliveryPoint": "00"},
            "attributes": attributes
        })
    }

    #[test]
    fn a_standardised_address_is_valid_with_the_person_of_the_question() {
        let standardised = json!({"Resolved": "true", "DPV": true, "AddressType": "STANDARDIZED"});
        let found = decoded(&[resolved(standardised)]).unwrap();
        assert_eq!(found.outcome, AddressOutcome::Valid);
        let found = &found.candidates[0];
        assert_eq!(found.postal_code.as_deref(), Some("90011-4417"));
        assert_eq!(
            (found.line(0), found.residential),
            ("200 E 52ND ST", Some(true))
        );
        assert_eq!(found.name.expose(), "Ada Byron");
    }

    #[test]
    fn what_is_not_delivered_to_or_only_looks_right_is_unknown() {
        for attributes in [
            json!({"Resolved": true, "DPV": false, "AddressType": "STANDARDIZED"}),
            json!({"Resolved": false, "AddressType": "NORMALIZED"}),
            json!({}),
        ] {
            let found = decoded(&[resolved(attributes)]).unwrap();
            assert_eq!(found.outcome, AddressOutcome::Unknown);
            assert!(found.candidates.is_empty());
        }
    }

    #[test]
    fn several_are_ambiguous_and_none_says_nothing() {
        let one = resolved(json!({"Resolved": true}));
        let found = decoded(&[one.clone(), json!("nonsense"), one]).unwrap();
        assert_eq!(found.outcome, AddressOutcome::Ambiguous);
        assert_eq!(found.candidates.len(), 2);
        assert_eq!(decoded(&[]).unwrap_err().kind, Kind::Malformed);
        let raw = decoded(&[resolved(json!({"AddressType": "RAW"}))]).unwrap_err();
        assert_eq!(raw.kind, Kind::Unsupported);
    }
}

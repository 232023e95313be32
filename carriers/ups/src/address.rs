//! Whether an address exists: Address Validation v2, street level, with the classification of the
//! place. UPS knows the United States and Puerto Rico.

use async_trait::async_trait;
use http::Method;
use parcelgate_carrier::form::{AddressForm, RegionForm};
use parcelgate_carrier::json::{Many, Present, Text, compact, filled};
use parcelgate_carrier::{
    AddressOutcome, AddressVerdict, Addresses, Call, Kind, Outgoing, Response, Result, read_below,
};
use parcelgate_domain::{Address, Personal};
use serde::Deserialize;
use serde_json::json;

use crate::party::FORM;
use crate::wire::Coded;
use crate::{Ups, error};

const OPERATION: &str = "validate";
/// Validation and classification.
const BOTH: &str = "/addressvalidation/v2/3";
const CANDIDATES_MAX: usize = 15;

/// An address that is asked about is nobody's yet: names and numbers are not sent.
const ASKED: AddressForm = AddressForm {
    line_max: 100,
    city_max: 30,
    region: RegionForm::Name(30),
    ..FORM
};

#[async_trait]
impl Addresses for Ups {
    async fn validate(&self, call: &Call<'_>, address: &Address) -> Result<AddressVerdict> {
        let response = call.send(self.encode_address(address)?).await?;
        decode(address, &response)
    }
}

impl Ups {
    fn encode_address(&self, address: &Address) -> Result<Outgoing> {
        if !matches!(address.country.code(), "US" | "PR") {
            return Err(error(Kind::Unsupported, OPERATION));
        }
        let nobody = Address {
            name: "-".into(),
            company: None,
            phone: None,
            email: None,
            tax_id: None,
            ..address.clone()
        };
        let fitted = ASKED
            .fit(&nobody, "address")
            .map_err(crate::invalid(OPERATION))?;
        let code = fitted.place.postal_code.unwrap_or_default();
        let (zip, plus) = code.split_at_checked(5).unwrap_or((&code, ""));
        let body = json!({ "XAVRequest": { "AddressKeyFormat": {
            "AddressLine": fitted.lines,
            "PoliticalDivision2": fitted.place.city,
            "PoliticalDivision1": fitted.place.region,
            "PostcodePrimaryLow": filled(zip),
            "PostcodeExtendedLow": filled(plus),
            "CountryCode": fitted.place.country.code(),
        }}});
        self.outgoing(Method::POST, OPERATION, BOTH)
            .query("maximumcandidatelistsize", &CANDIDATES_MAX.to_string())
            .json(&crate::ID, &compact(body))
    }
}

fn decode(asked: &Address, response: &Response) -> Result<AddressVerdict> {
    let answer: Verdict = read_below(&crate::ID, OPERATION, response, &["XAVResponse"])?;
    let candidates = answer.candidate.iter();
    let candidates = candidates.filter_map(|candidate| candidate.address(asked));
    let candidates: Vec<Address> = candidates.take(CANDIDATES_MAX).collect();
    let outcome = match (answer.valid.0, answer.ambiguous.0, answer.none.0) {
        (true, ..) if !candidates.is_empty() => AddressOutcome::Valid,
        (false, true, _) => AddressOutcome::Ambiguous,
        (false, false, true) => AddressOutcome::Unknown,
        _ => return Err(error(Kind::Malformed, OPERATION)),
    };
    Ok(AddressVerdict {
        outcome,
        candidates,
    })
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Verdict {
    #[serde(rename = "ValidAddressIndicator")]
    valid: Present,
    #[serde(rename = "AmbiguousAddressIndicator")]
    ambiguous: Present,
    #[serde(rename = "NoCandidatesIndicator")]
    none: Present,
    #[serde(rename = "Candidate")]
    candidate: Many<Candidate>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Candidate {
    address_classification: Coded,
    address_key_format: Found,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Found {
    address_line: Many<String>,
    #[serde(rename = "PoliticalDivision2")]
    city: Text,
    #[serde(rename = "PoliticalDivision1")]
    state: Text,
    postcode_primary_low: Text,
    postcode_extended_low: Text,
    country_code: Text,
}

impl Candidate {
    /// The place UPS means, with the person of the question.
    fn address(&self, asked: &Address) -> Option<Address> {
        let found = &self.address_key_format;
        let lines = found
            .address_line
            .iter()
            .map(|line| Personal::new(line.trim()));
        let codes = [&found.postcode_primary_low, &found.postcode_extended_low];
        let codes: Vec<&str> = codes.into_iter().filter_map(Text::get).collect();
        Some(Address {
            lines: lines.filter(|line| !line.is_blank()).take(3).collect(),
            city: found.city.to_string(),
            region: found.state.owned(),
            postal_code: (!codes.is_empty()).then(|| codes.join("-")),
            country: found.country_code.parse().ok()?,
            residential: match self.address_classification.code.as_str() {
                "1" => Some(false),
                "2" => Some(true),
                _ => None,
            },
            ..asked.clone()
        })
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use parcelgate_domain::Country;
    use serde_json::{Value, json};

    use super::*;

    fn asked() -> Address {
        Address {
            name: "Ada Byron".into(),
            company: None,
            lines: vec!["200 E 52nd".into()],
            city: "Los Angeles".to_owned(),
            region: Some("CA".to_owned()),
            postal_code: Some("90011-4417".to_owned()),
            country: Country::US,
            phone: Some("2135550199".into()),
            email: None,
            tax_id: None,
            residential: None,
        }
    }

    fn verdict(answer: &Value) -> Result<AddressVerdict> {
        let body = json!({ "XAVResponse": answer }).to_string();
        decode(&asked(), &Response::new(Bytes::from(body)))
    }

    fn candidate() -> Value {
        json!({
            "AddressClassification": {"Code": "2", "Description": "Residential"},
            "AddressKeyFormat": {
                "AddressLine": "200 E 52ND ST",
                "PoliticalDivision2": "LOS ANGELES",
                "PoliticalDivision1": "CA",
                "PostcodePrimaryLow": "90011",
                "PostcodeExtendedLow": "4417",
                "CountryCode": "US"
            }
        })
    }

    #[test]
    fn a_zip_code_in_two_parts_is_read_as_one() {
        let found = verdict(&json!({"ValidAddressIndicator": "", "Candidate": candidate()}));
        let found = found.unwrap();
        assert_eq!(found.outcome, AddressOutcome::Valid);
        let found = &found.candidates[0];
        assert_eq!(found.postal_code.as_deref(), Some("90011-4417"));
        assert_eq!(found.line(0), "200 E 52ND ST");
        assert_eq!(found.residential, Some(true));
        assert_eq!((&found.name, &found.phone), (&asked().name, &asked().phone));
    }

    #[test]
    fn one_bad_candidate_costs_no_other() {
        let answer = json!({
            "AmbiguousAddressIndicator": "",
            "Candidate": ["nonsense", candidate(), {"AddressKeyFormat": {"CountryCode": "??"}}]
        });
        let found = verdict(&answer).unwrap();
        assert_eq!(found.outcome, AddressOutcome::Ambiguous);
        assert_eq!(found.candidates.len(), 1);
    }

    #[test]
    fn an_answer_without_an_indicator_says_nothing() {
        assert_eq!(verdict(&json!({})).unwrap_err().kind, Kind::Malformed);
        let none = verdict(&json!({"NoCandidatesIndicator": ""})).unwrap();
        assert_eq!(none.outcome, AddressOutcome::Unknown);
    }
}

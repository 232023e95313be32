//! Whether an address exists: address validation v1.

use async_trait::async_trait;
use http::Method;
use parcelgate_carrier::form::{AddressForm, PhoneForm};
use parcelgate_carrier::json::{Loose, Many, Text, compact};
use parcelgate_carrier::{
    AddressOutcome, AddressVerdict, Addresses, Call, Kind, Outgoing, Response, Result,
};
use parcelgate_domain::{Address, Country, Personal};
use serde::Deserialize;
use serde_json::json;

use crate::party::{self, FORM};
use crate::wire::{output, told};
use crate::{Fedex, error};

const OPERATION: &str = "validate";
const CANDIDATES_MAX: usize = 15;

#[async_trait]
impl Addresses for Fedex {
    async fn validate(&self, call: &Call<'_>, address: &Address) -> Result<AddressVerdict> {
        let answer = call.send(encode(address)?).await;
        match answer {
            Ok(response) => decode(address, &response),
            Err(error) if error.code.as_deref() == Some("STANDARDIZED.ADDRESS.NOTFOUND") => {
                Ok(verdict(AddressOutcome::Unknown, Vec::new()))
            }
            Err(error) => Err(error),
        }
    }
}

/// Without a phone number: nobody is called.
const PLACES: AddressForm = AddressForm {
    phone: PhoneForm {
        required: false,
        digits_min: 0,
        digits_max: 99,
        national: false,
    },
    ..FORM
};

fn encode(address: &Address) -> Result<Outgoing> {
    let fitted = PLACES.fit(address, "address");
    let fitted = fitted.map_err(|found| error(Kind::Invalid, OPERATION).at(found))?;
    // Whether somebody lives there is what is asked.
    let address = party::address(&party::sender(&fitted));
    let body = compact(json!({ "addressesToValidate": [{ "address": address }] }));
    Fedex::outgoing(Method::POST, OPERATION, "/address/v1/addresses/resolve")
        .json(&crate::ID, &body)
}

fn decode(asked: &Address, response: &Response) -> Result<AddressVerdict> {
    let answer: Answer = output(OPERATION, response)?;
    let resolved = answer.resolved_addresses;
    let first = told(OPERATION, resolved.first())?;
    let attributes = &first.attributes;
    if &*attributes.address_type == "RAW" || &*attributes.country_supported == "false" {
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

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Answer {
    resolved_addresses: Many<Resolved>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Resolved {
    street_lines_token: Many<Text>,
    city: Text,
    state_or_province_code: Text,
    country_code: Text,
    postal_code_token: Loose<Token>,
    parsed_postal_code: Loose<PostalCode>,
    classification: Text,
    attributes: Loose<Attributes>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Token {
    value: Text,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct PostalCode {
    base: Text,
    add_on: Text,
}

/// Truth values, which come as such or as text.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Attributes {
    address_type: Text,
    country_supported: Text,
    resolved: Text,
    #[serde(rename = "DPV")]
    dpv: Text,
}

impl Resolved {
    /// Standardised against reference data; in the United States also a place where mail is
    /// delivered, where postal data was what it was held against.
    fn is_found(&self, country: Country) -> bool {
        let attributes = &self.attributes;
        let delivered_to = country != Country::US || &*attributes.dpv != "false";
        let standardised = &*attributes.address_type != "NORMALIZED";
        attributes.resolved.is_true() && standardised && delivered_to
    }

    /// The place FedEx means, with the person of the question; none without a street.
    fn address(&self, asked: &Address) -> Option<Address> {
        let lines = self.street_lines_token.iter().filter_map(|line| line.get());
        let lines: Vec<Personal> = lines.map(Personal::from).take(3).collect();
        if lines.is_empty() {
            return None;
        }
        let parsed = &self.parsed_postal_code;
        let postal_code = match (parsed.base.get(), parsed.add_on.get()) {
            (Some(base), Some(add_on)) => Some(format!("{base}-{add_on}")),
            (base, _) => base
                .or_else(|| self.postal_code_token.value.get())
                .map(str::to_owned),
        };
        Some(Address {
            lines,
            city: self.city.to_string(),
            region: self.state_or_province_code.owned(),
            postal_code,
            country: self.country_code.parse().ok()?,
            residential: match &*self.classification {
                "BUSINESS" => Some(false),
                "RESIDENTIAL" => Some(true),
                _ => None,
            },
            ..asked.clone()
        })
    }
}

#[cfg(test)]
mod tests;

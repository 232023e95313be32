//! Whether an address exists: Address Validation v2, street level, with the classification of the
//! place. UPS knows the United States and Puerto Rico.

use async_trait::async_trait;
use http::Method;
use parcelgate_carrier::{
    AddressOutcome, AddressVerdict, Addresses, Call, Kind, Outgoing, Response, Result, read_json,
};
use parcelgate_domain::{Address, Personal, Violations};
use serde::{Deserialize, Serialize};

use crate::wire::{CodeRead, Unread, list, or_default, read, text};
use crate::{Ups, error};

const OPERATION: &str = "validate";
/// Validation and classification.
const BOTH: &str = "/addressvalidation/v2/3";
const CANDIDATES_MAX: usize = 15;
const LINE_CHARS_MAX: usize = 100;
const AREA_CHARS_MAX: usize = 30;

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
        let found = violations(address);
        if !found.is_empty() {
            return Err(error(Kind::Invalid, OPERATION).at(found));
        }
        let lines = address.lines.iter().map(|line| line.expose().trim());
        let (zip, plus) = zip(address.postal_code.as_deref());
        let body = Body {
            request: Request {
                address: Written {
                    line: lines.filter(|line| !line.is_empty()).collect(),
                    city: some(address.city.trim()),
                    state: address.region.as_deref().map(str::trim).and_then(some),
                    zip,
                    plus,
                    country: address.country.code(),
                },
            },
        };
        self.outgoing(Method::POST, OPERATION, BOTH)
            .query("maximumcandidatelistsize", &CANDIDATES_MAX.to_string())
            .json(&crate::ID, &body)
    }
}

fn violations(address: &Address) -> Violations {
    let mut found = address.violations("address");
    let mut check = |field: &str, length: usize, most: usize| {
        if length > most {
            found.require(
                format!("address.{field}"),
                format!("at most {most} characters"),
            );
        }
    };
    for (index, line) in address.lines.iter().enumerate() {
        let length = line.expose().trim().chars().count();
        check(&format!("lines[{index}]"), length, LINE_CHARS_MAX);
    }
    check("city", address.city.trim().chars().count(), AREA_CHARS_MAX);
    let region = address.region.as_deref().unwrap_or("").trim();
    check("region", region.chars().count(), AREA_CHARS_MAX);
    found
}

/// The five digits and the four.
fn zip(code: Option<&str>) -> (Option<String>, Option<String>) {
    let digits: String = code
        .unwrap_or("")
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    let (zip, plus) = digits.split_at_checked(5).unwrap_or((&digits, ""));
    (some(zip).map(str::to_owned), some(plus).map(str::to_owned))
}

fn some(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

fn decode(asked: &Address, response: &Response) -> Result<AddressVerdict> {
    let answer: Answer = read_json(&crate::ID, OPERATION, response)?;
    let answer = answer.response;
    let candidates = answer.candidate.iter();
    let candidates = candidates.filter_map(|unread| read::<Candidate>(unread)?.address(asked));
    let candidates: Vec<Address> = candidates.take(CANDIDATES_MAX).collect();
    let outcome = match (&answer.valid, &answer.ambiguous, &answer.none) {
        (Some(_), ..) => AddressOutcome::Valid,
        (None, Some(_), _) => AddressOutcome::Ambiguous,
        (None, None, Some(_)) => AddressOutcome::Unknown,
        (None, None, None) => return Err(error(Kind::Malformed, OPERATION)),
    };
    if outcome == AddressOutcome::Valid && candidates.is_empty() {
        return Err(error(Kind::Malformed, OPERATION));
    }
    Ok(AddressVerdict {
        outcome,
        candidates,
    })
}

#[derive(Serialize)]
struct Body<'a> {
    #[serde(rename = "XAVRequest")]
    request: Request<'a>,
}

#[derive(Serialize)]
struct Request<'a> {
    #[serde(rename = "AddressKeyFormat")]
    address: Written<'a>,
}

#[derive(Serialize)]
struct Written<'a> {
    #[serde(rename = "AddressLine")]
    line: Vec<&'a str>,
    #[serde(rename = "PoliticalDivision2", skip_serializing_if = "Option::is_none")]
    city: Option<&'a str>,
    #[serde(rename = "PoliticalDivision1", skip_serializing_if = "Option::is_none")]
    state: Option<&'a str>,
    #[serde(rename = "PostcodePrimaryLow", skip_serializing_if = "Option::is_none")]
    zip: Option<String>,
    #[serde(
        rename = "PostcodeExtendedLow",
        skip_serializing_if = "Option::is_none"
    )]
    plus: Option<String>,
    #[serde(rename = "CountryCode")]
    country: &'static str,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(rename = "XAVResponse")]
    response: Verdict,
}

/// An indicator is a member that is there, whatever it holds.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Verdict {
    #[serde(rename = "ValidAddressIndicator")]
    valid: Option<Unread>,
    #[serde(rename = "AmbiguousAddressIndicator")]
    ambiguous: Option<Unread>,
    #[serde(rename = "NoCandidatesIndicator")]
    none: Option<Unread>,
    #[serde(rename = "Candidate", deserialize_with = "list")]
    candidate: Vec<Unread>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Candidate {
    #[serde(deserialize_with = "or_default")]
    address_classification: CodeRead,
    address_key_format: Read,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Read {
    #[serde(rename = "AddressLine", deserialize_with = "list")]
    line: Vec<Unread>,
    #[serde(rename = "PoliticalDivision2", deserialize_with = "text")]
    city: String,
    #[serde(rename = "PoliticalDivision1", deserialize_with = "text")]
    state: String,
    #[serde(rename = "PostcodePrimaryLow", deserialize_with = "text")]
    zip: String,
    #[serde(rename = "PostcodeExtendedLow", deserialize_with = "text")]
    plus: String,
    #[serde(rename = "CountryCode", deserialize_with = "text")]
    country: String,
}

impl Candidate {
    /// The place UPS means, with the person of the question.
    fn address(&self, asked: &Address) -> Option<Address> {
        let found = &self.address_key_format;
        let lines = found.line.iter().filter_map(|line| read::<String>(line));
        let lines = lines.map(|line| Personal::new(line.trim()));
        let plus = if found.plus.is_empty() { "" } else { "-" };
        Some(Address {
            lines: lines.filter(|line| !line.is_blank()).take(3).collect(),
            city: found.city.clone(),
            region: some(&found.state).map(str::to_owned),
            postal_code: some(&format!("{}{plus}{}", found.zip, found.plus)).map(str::to_owned),
            country: found.country.parse().ok()?,
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
    fn a_zip_code_is_written_in_two_parts_and_read_as_one() {
        let (zip, plus) = zip(Some("90011-4417"));
        assert_eq!(
            (zip.as_deref(), plus.as_deref()),
            (Some("90011"), Some("4417"))
        );
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

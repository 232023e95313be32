//! What an answer of UPS means: its status first, then UPS's own codes.

use parcelgate_carrier::json::{Loose, Many, Text};
use parcelgate_carrier::said::{Judge, Said};
use parcelgate_carrier::{BoxError, Dialect, Intent, Kind, Response, Result};
use serde::Deserialize;

/// Reads UPS's answers.
#[derive(Debug)]
pub(crate) struct Ups;

/// Sources of the codes: the error tables of the Track Alert descriptions, and the issues of
/// <https://github.com/UPS-API/api-documentation> as noted.
const JUDGE: Judge = Judge {
    carrier: "ups",
    kinds: &[
        ("250002", Kind::StaleToken),  // Invalid Authentication Information
        ("251004", Kind::StaleToken),  // Bearer Token expired (oauth)
        ("UJ0001", Kind::StaleToken),  // Invalid token or token is not present
        ("10429", Kind::Throttled),    // Too Many Requests (issue 8)
        ("10004", Kind::Unavailable),  // Something went wrong while processing your request
        ("VSS100", Kind::Unavailable), // The system is temporarily unavailable
        ("TV1002", Kind::NotFound),    // Invalid inquiry number (issue 12)
        ("TW0001", Kind::NotFound),    // Tracking Information Not Found (issue 102)
    ],
    statuses: &[],
};

impl Dialect for Ups {
    fn verdict(&self, intent: &Intent, response: &Response) -> Result<()> {
        JUDGE.verdict(intent, response, said(response.body()))
    }
}

/// The part of every answer that may hold errors.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Answer {
    response: Loose<Errors>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Errors {
    errors: Many<Error>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Error {
    code: Text,
    message: Text,
}

/// The first error. Every answer of UPS is JSON.
fn said(body: &[u8]) -> Result<Option<Said>, BoxError> {
    let answer: Answer = serde_json::from_slice(body)?;
    let first = answer.response.errors.first();
    Ok(first.map(|error| Said {
        code: error.code.to_string(),
        text: error.message.to_string(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_ups_are_kept_and_its_codes_known() {
        let body = br#"{"response": {"errors": [{"code": 250002, "message": "Invalid"}]}}"#;
        let said = said(body).unwrap().unwrap();
        assert_eq!(
            (said.code.as_str(), said.text.as_str()),
            ("250002", "Invalid")
        );
        assert_eq!(JUDGE.by_code(&said.code), Some(Kind::StaleToken));
        assert_eq!(JUDGE.by_code("120100"), None);
    }

    #[test]
    fn nothing_is_said_by_an_answer_and_nothing_read_in_a_page() {
        for silent in [
            &b"{}"[..],
            br#"{"response": null}"#,
            br#"{"response": {"errors": []}}"#,
        ] {
            assert!(said(silent).unwrap().is_none());
        }
        for page in [&b""[..], b"<html>", br#"{"a": 1"#] {
            assert!(said(page).is_err());
        }
    }
}

//! What an answer of UPS means: its status first, then UPS's own codes.

use http::StatusCode;
use parcelgate_carrier::{Class, Dialect, Error, Intent, Kind, Response, Result, retry_after};
use serde::Deserialize;

use crate::error;
use crate::wire::{Unread, list, read, text};

/// Reads UPS's answers.
#[derive(Debug)]
pub(crate) struct Ups;

/// The codes whose meaning differs from that of their HTTP status, or that come with several. Every
/// other code is judged by its status. Sources: the error tables of the Track Alert descriptions,
/// and the issues of <https://github.com/UPS-API/api-documentation> as noted.
const KINDS: &[(&str, Kind)] = &[
    ("250002", Kind::StaleToken),  // Invalid Authentication Information
    ("251004", Kind::StaleToken),  // Bearer Token expired (oauth)
    ("UJ0001", Kind::StaleToken),  // Invalid token or token is not present
    ("10429", Kind::Throttled),    // Too Many Requests (issue 8)
    ("10004", Kind::Unavailable),  // Something went wrong while processing your request
    ("VSS100", Kind::Unavailable), // The system is temporarily unavailable
    ("TV1002", Kind::NotFound),    // Invalid inquiry number (issue 12)
    ("TW0001", Kind::NotFound),    // Tracking Information Not Found (issue 102)
];

impl Dialect for Ups {
    fn verdict(&self, intent: &Intent, response: &Response) -> Result<()> {
        let status = response.status();
        let answer: Result<Answer, _> = serde_json::from_slice(response.body());
        let said = answer.as_ref().ok().and_then(Answer::first_error);
        let operation = intent.operation;
        if status.is_success() {
            return match (answer, said) {
                (Err(why), _) => Err(error(Kind::Malformed, operation).because(why)),
                (Ok(_), None) => Ok(()),
                // Some gateways of UPS wrap a refusal in a 200.
                (Ok(_), Some(said)) => Err(said.refusal(Kind::Refused, operation)),
            };
        }
        let kind = by_status(status, said.is_some());
        let refusal = match said {
            // A server that fails knows nothing for certain, whatever code it gives.
            Some(said) if status.is_server_error() => {
                error(kind, operation).said(said.code, said.message)
            }
            Some(said) => said.refusal(kind, operation),
            None => error(kind, operation).said(status.as_str(), ""),
        };
        Err(for_token(intent, refusal).retry_after(retry_after(response)))
    }
}

/// What a status means; `spoken` when UPS itself said why, and not something in between.
fn by_status(status: StatusCode, spoken: bool) -> Kind {
    match status.as_u16() {
        401 => Kind::StaleToken,
        403 if spoken => Kind::Credentials, // Blocked Merchant
        404 if spoken => Kind::NotFound,
        429 => Kind::Throttled,
        400 | 402 | 405..=407 | 409..=428 if spoken => Kind::Refused,
        408 | 500..=599 => Kind::Unavailable,
        _ => Kind::Malformed,
    }
}

/// The token service says 400 or 401 to credentials it does not know; no other token would help.
fn for_token(intent: &Intent, mut refusal: Error) -> Error {
    if intent.class == Class::Token && matches!(refusal.kind, Kind::StaleToken | Kind::Refused) {
        refusal.kind = Kind::Credentials;
    }
    refusal
}

/// The part of every answer that may hold errors.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Answer {
    response: Option<Unread>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Errors {
    #[serde(deserialize_with = "list")]
    errors: Vec<Unread>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Said {
    #[serde(deserialize_with = "text")]
    code: String,
    #[serde(deserialize_with = "text")]
    message: String,
}

impl Answer {
    fn first_error(&self) -> Option<Said> {
        let errors: Errors = read(self.response.as_deref()?)?;
        errors.errors.first().and_then(|first| read(first))
    }
}

impl Said {
    fn refusal(&self, otherwise: Kind, operation: &'static str) -> Error {
        let mut known = KINDS.iter();
        let kind = known
            .find(|(code, _)| *code == self.code)
            .map_or(otherwise, |(_, kind)| *kind);
        error(kind, operation).said(self.code.as_str(), &self.message)
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;
    use std::time::Instant;

    use bytes::Bytes;
    use parcelgate_carrier::Repeat;

    use http::header::RETRY_AFTER;

    use std::time::Duration;

    use super::*;

    #[expect(clippy::disallowed_methods, reason = "any moment will do")]
    fn intent(class: Class) -> Intent {
        Intent {
            operation: "test",
            host: "api",
            class,
            repeat: Repeat::Safe,
            permits: NonZeroU32::MIN,
            deadline: Instant::now(),
        }
    }

    fn answer(status: u16, body: &str) -> Response {
        let mut response = Response::new(Bytes::copy_from_slice(body.as_bytes()));
        *response.status_mut() = StatusCode::from_u16(status).unwrap();
        response
    }

    fn errors(code: &str, message: &str) -> String {
        format!(r#"{{"response": {{"errors": [{{"code": "{code}", "message": "{message}"}}]}}}}"#)
    }

    fn kind(status: u16, body: &str) -> Option<Kind> {
        let verdict = Ups.verdict(&intent(Class::Ship), &answer(status, body));
        verdict.err().map(|error| error.kind)
    }

    #[test]
    fn a_status_and_a_code_make_a_kind() {
        let cases = [
            (200, "{}".to_owned(), None),
            (200, "<html>".to_owned(), Some(Kind::Malformed)),
            (200, r#"{"a": 1"#.to_owned(), Some(Kind::Malformed)),
            (200, String::new(), Some(Kind::Malformed)),
            (200, errors("120100", "no"), Some(Kind::Refused)),
            (400, errors("120802", "no"), Some(Kind::Refused)),
            (400, errors("10004", "later"), Some(Kind::Unavailable)),
            (400, errors("TV1002", "no"), Some(Kind::NotFound)),
            // Not UPS's own words: something in between, so nothing is certain.
            (400, "<html>".to_owned(), Some(Kind::Malformed)),
            (302, "{}".to_owned(), Some(Kind::Malformed)),
            (401, "{}".to_owned(), Some(Kind::StaleToken)),
            (401, errors("250002", "no"), Some(Kind::StaleToken)),
            (403, errors("10403", "Blocked"), Some(Kind::Credentials)),
            (404, errors("404", "none"), Some(Kind::NotFound)),
            (429, "slow down".to_owned(), Some(Kind::Throttled)),
            (500, errors("120100", "no"), Some(Kind::Unavailable)),
            (500, errors("TW0001", "no"), Some(Kind::Unavailable)),
            (502, "<html>".to_owned(), Some(Kind::Unavailable)),
            (503, String::new(), Some(Kind::Unavailable)),
        ];
        for (status, body, expected) in cases {
            assert_eq!(kind(status, &body), expected, "{status} {body}");
        }
    }

    #[test]
    fn the_words_of_ups_are_kept() {
        let body = errors("190102", "No shipment found within the allowed void period");
        let error = Ups
            .verdict(&intent(Class::Manage), &answer(400, &body))
            .unwrap_err();
        assert_eq!(error.code.as_deref(), Some("190102"));
        let text = error.text.as_deref();
        assert_eq!(
            text,
            Some("No shipment found within the allowed void period")
        );
    }

    #[test]
    fn a_token_that_is_not_given_is_a_matter_of_credentials() {
        for status in [400, 401] {
            let refused = answer(status, &errors("10401", "ClientId is Invalid"));
            let error = Ups.verdict(&intent(Class::Token), &refused).unwrap_err();
            assert_eq!(error.kind, Kind::Credentials);
        }
    }

    #[test]
    fn the_pause_that_is_asked_for_is_kept() {
        let mut throttled = answer(429, &errors("10429", "Too Many Requests"));
        let header = "7".parse().unwrap();
        throttled.headers_mut().insert(RETRY_AFTER, header);
        let error = Ups.verdict(&intent(Class::Rate), &throttled).unwrap_err();
        assert_eq!(error.kind, Kind::Throttled);
        assert_eq!(error.retry_after, Some(Duration::from_secs(7)));
    }
}

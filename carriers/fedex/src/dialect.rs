//! What an answer of FedEx means: its status first, then FedEx's own codes.

use std::time::Duration;

use parcelgate_carrier::json::{Many, Text};
use parcelgate_carrier::said::{Judge, Said};
use parcelgate_carrier::{BoxError, Class, Dialect, Error, Intent, Kind, Response, Result};
use serde::Deserialize;

use crate::error;

/// Reads FedEx's answers.
#[derive(Debug)]
pub(crate) struct Fedex;

/// The codes whose meaning differs from that of their HTTP status, or that come inside of a
/// success.
const KINDS: &[(&str, Kind)] = &[
    ("NOT.AUTHORIZED.ERROR", Kind::StaleToken),
    ("LOGIN.REAUTHENTICATE.ERROR", Kind::StaleToken),
    ("FORBIDDEN.ERROR", Kind::Credentials),
    ("NOT.FOUND.ERROR", Kind::NotFound),
    ("INTERNAL.SERVER.ERROR", Kind::Unavailable),
    ("SERVICE.UNAVAILABLE.ERROR", Kind::Unavailable),
];

const JUDGE: Judge = Judge {
    carrier: "fedex",
    kinds: KINDS,
    statuses: &[],
};
/// Of the token service 403 is the answer to too many hits, from whoever shares the address.
const OF_TOKENS: Judge = Judge {
    statuses: &[(403, Kind::Throttled)],
    ..JUDGE
};

/// The 10 seconds in which a project's requests are counted.
const WINDOW: Duration = Duration::from_secs(10);
/// How long an address that asked for too many tokens is shut out.
const SHUT_OUT: Duration = Duration::from_mins(10);

impl Dialect for Fedex {
    fn verdict(&self, intent: &Intent, response: &Response) -> Result<()> {
        let (judge, documented) = match intent.class {
            Class::Token => (OF_TOKENS, SHUT_OUT),
            Class::Rate | Class::Ship | Class::Track | Class::Manage => (JUDGE, WINDOW),
        };
        let verdict = judge.verdict(intent, response, said(response));
        verdict.map_err(|mut refusal| {
            if refusal.kind == Kind::Refused && refusal.code.as_deref().is_some_and(is_not_found) {
                refusal.kind = Kind::NotFound;
            }
            let pause = (refusal.kind == Kind::Throttled).then_some(documented);
            let pause = refusal.retry_after.or(pause);
            refusal.retry_after(pause)
        })
    }
}

/// Of things that FedEx does not know the last word is NOTFOUND, in every interface
/// (`TRACKING.TRACKINGNUMBER.NOTFOUND`).
fn is_not_found(code: &str) -> bool {
    code.ends_with(".NOTFOUND")
}

/// An error, in FedEx's words.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Words {
    pub(crate) code: Text,
    message: Text,
}

impl Words {
    /// As a failure of the kind that the code says, or `otherwise`.
    pub(crate) fn refusal(&self, otherwise: Kind, operation: &'static str) -> Error {
        let unknown = is_not_found(&self.code).then_some(Kind::NotFound);
        let kind = JUDGE.by_code(&self.code).or(unknown).unwrap_or(otherwise);
        error(kind, operation).said(self.code.as_str(), self.message.as_str())
    }
}

/// The code of the first error in an answer, with the texts of all.
fn said(response: &Response) -> Result<Option<Said>, BoxError> {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Answer {
        errors: Many<Words>,
    }
    let answer: Answer = serde_json::from_slice(response.body())?;
    let texts: Vec<&str> = answer.errors.iter().map(|error| &*error.message).collect();
    let first = answer.errors.first().map(|first| Said {
        code: first.code.to_string(),
        text: texts.join(" "),
    });
    Ok(first.filter(|said| *said != Said::default()))
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;
    use std::time::Instant;

    use bytes::Bytes;
    use http::StatusCode;
    use http::header::RETRY_AFTER;
    use parcelgate_carrier::Repeat;

    use super::*;

    #[expect(clippy::disallowed_methods, reason = "any moment will do")]
    fn intent(class: Class) -> Intent {
        Intent {
            operation: "test",
            host: "api",
            class,
            lane: class.lane(),
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

    fn errors(code: &str) -> String {
        format!(r#"{{"transactionId": "1", "errors": [{{"code": "{code}", "message": "no"}}]}}"#)
    }

    fn kind(status: u16, body: &str) -> Option<Kind> {
        let verdict = Fedex.verdict(&intent(Class::Ship), &answer(status, body));
        verdict.err().map(|error| error.kind)
    }

    #[test]
    fn a_status_and_a_code_make_a_kind() {
        let cases = [
            (200, "{}".to_owned(), None),
            (200, "<html>".to_owned(), Some(Kind::Malformed)),
            (200, String::new(), Some(Kind::Malformed)),
            (200, errors("SERVICE.TYPE.INVALID"), Some(Kind::Refused)),
            (
                200,
                errors("SERVICE.UNAVAILABLE.ERROR"),
                Some(Kind::Unavailable),
            ),
            (400, errors("ACCOUNT.NUMBER.MISMATCH"), Some(Kind::Refused)),
            (
                400,
                errors("TRACKING.TRACKINGNUMBER.NOTFOUND"),
                Some(Kind::NotFound),
            ),
            (
                400,
                errors("INTERNAL.SERVER.ERROR"),
                Some(Kind::Unavailable),
            ),
            // Not FedEx's own words: something in between, so nothing is certain.
            (400, "<html>".to_owned(), Some(Kind::Malformed)),
            (302, "{}".to_owned(), Some(Kind::Malformed)),
            (401, "{}".to_owned(), Some(Kind::StaleToken)),
            (403, errors("FORBIDDEN.ERROR"), Some(Kind::Credentials)),
            (404, errors("NOT.FOUND.ERROR"), Some(Kind::NotFound)),
            (429, "Too many requests".to_owned(), Some(Kind::Throttled)),
            (
                500,
                errors("ACCOUNT.NUMBER.MISMATCH"),
                Some(Kind::Unavailable),
            ),
            (
                503,
                errors("TRACKING.TRACKINGNUMBER.NOTFOUND"),
                Some(Kind::Unavailable),
            ),
            (502, "<html>".to_owned(), Some(Kind::Unavailable)),
        ];
        for (status, body, expected) in cases {
            assert_eq!(kind(status, &body), expected, "{status} {body}");
        }
    }

    #[test]
    fn the_token_service_shuts_out_and_says_no_in_its_own_way() {
        let token = |status| {
            let verdict = Fedex.verdict(&intent(Class::Token), &answer(status, ""));
            verdict.unwrap_err()
        };
        assert_eq!(token(401).kind, Kind::Credentials);
        let shut_out = token(403);
        assert_eq!(shut_out.kind, Kind::Throttled);
        assert_eq!(shut_out.retry_after, Some(Duration::from_mins(10)));
    }

    #[test]
    fn the_pause_that_is_asked_for_comes_before_the_documented_one() {
        let mut throttled = answer(429, "Too many requests");
        let pause = |response: &Response| {
            let verdict = Fedex.verdict(&intent(Class::Track), response);
            verdict.unwrap_err().retry_after
        };
        assert_eq!(pause(&throttled), Some(Duration::from_secs(10)));
        let header = "7".parse().unwrap();
        throttled.headers_mut().insert(RETRY_AFTER, header);
        assert_eq!(pause(&throttled), Some(Duration::from_secs(7)));
    }

    #[test]
    fn every_word_of_fedex_is_kept() {
        let body = r#"{"errors": [
            {"code": "A.B", "message": "First."}, {"code": "C.D", "message": "Second."}
        ]}"#;
        let error = Fedex.verdict(&intent(Class::Ship), &answer(400, body));
        let error = error.unwrap_err();
        assert_eq!(error.code.as_deref(), Some("A.B"));
        assert_eq!(error.text.as_deref(), Some("First. Second."));
    }
}

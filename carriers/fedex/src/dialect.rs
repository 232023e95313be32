//! What an answer of FedEx means: its status first, then FedEx's own codes.

use std::time::Duration;

use http::StatusCode;
use parcelgate_carrier::{Class, Dialect, Error, Intent, Kind, Response, Result, retry_after};
use serde::Deserialize;

use crate::error;
use crate::wire::{Unread, list, read, text};

/// Reads FedEx's answers.
#[derive(Debug)]
pub(crate) struct Fedex;

/// The codes whose meaning differs from that of their HTTP status, or that come inside of a
/// success. Every other code is judged by its status.
const KINDS: &[(&str, Kind)] = &[
    ("NOT.AUTHORIZED.ERROR", Kind::StaleToken),
    ("LOGIN.REAUTHENTICATE.ERROR", Kind::StaleToken),
    ("FORBIDDEN.ERROR", Kind::Credentials),
    ("NOT.FOUND.ERROR", Kind::NotFound),
    ("INTERNAL.SERVER.ERROR", Kind::Unavailable),
    ("SERVICE.UNAVAILABLE.ERROR", Kind::Unavailable),
];

/// The 10 seconds in which a project's requests are counted.
const WINDOW: Duration = Duration::from_secs(10);
/// How long an address that asked for too many tokens is shut out.
const SHUT_OUT: Duration = Duration::from_mins(10);

/// What FedEx means by a code; `otherwise` where it is not in the table. Of things that it does not
/// know the last word is NOTFOUND, in every interface (`TRACKING.TRACKINGNUMBER.NOTFOUND`).
pub(crate) fn kind_of(code: &str, otherwise: Kind) -> Kind {
    let known = KINDS.iter().find(|(known, _)| *known == code);
    match known {
        Some((_, kind)) => *kind,
        None if code.ends_with(".NOTFOUND") => Kind::NotFound,
        None => otherwise,
    }
}

impl Dialect for Fedex {
    fn verdict(&self, intent: &Intent, response: &Response) -> Result<()> {
        let status = response.status();
        let operation = intent.operation;
        let answer: Result<Answer, _> = serde_json::from_slice(response.body());
        let said = answer.as_ref().ok().and_then(Answer::said);
        if status.is_success() {
            return match (answer, said) {
                (Err(why), _) => Err(error(Kind::Malformed, operation).because(why)),
                (Ok(_), None) => Ok(()),
                (Ok(_), Some(said)) => Err(said.refusal(Kind::Refused, operation)),
            };
        }
        let kind = by_status(status, intent.class, said.is_some());
        let refusal = match said {
            // A server that fails knows nothing for certain, whatever code it gives; and of too
            // many requests the status alone speaks.
            Some(said) if !by_code(kind) => error(kind, operation).said(said.code, said.message),
            Some(said) => said.refusal(kind, operation),
            None => error(kind, operation).said(status.as_str(), ""),
        };
        let pause = retry_after(response).or_else(|| pause(refusal.kind, intent.class));
        Err(for_token(intent, refusal).retry_after(pause))
    }
}

/// What a status means; `spoken` when FedEx itself said why, and not something in between.
fn by_status(status: StatusCode, class: Class, spoken: bool) -> Kind {
    match status.as_u16() {
        401 => Kind::StaleToken,
        // Of the token service this is the answer to too many hits, from whoever shares the
        // address.
        403 if class == Class::Token => Kind::Throttled,
        403 if spoken => Kind::Credentials,
        404 if spoken => Kind::NotFound,
        429 => Kind::Throttled,
        400 | 402 | 405..=407 | 409..=428 if spoken => Kind::Refused,
        408 | 500..=599 => Kind::Unavailable,
        _ => Kind::Malformed,
    }
}

/// Whether FedEx's code may say more than the status did.
fn by_code(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Refused | Kind::NotFound | Kind::Credentials | Kind::StaleToken
    )
}

/// The token service says 401 to keys that it does not know; no other token would help.
fn for_token(intent: &Intent, mut refusal: Error) -> Error {
    if intent.class == Class::Token && matches!(refusal.kind, Kind::StaleToken | Kind::Refused) {
        refusal.kind = Kind::Credentials;
    }
    refusal
}

/// How long FedEx's documents say it lasts, where its answer does not.
fn pause(kind: Kind, class: Class) -> Option<Duration> {
    match (kind, class) {
        (Kind::Throttled, Class::Token) => Some(SHUT_OUT),
        (Kind::Throttled, _) => Some(WINDOW),
        _ => None,
    }
}

/// The part of every answer that may hold errors.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Answer {
    #[serde(deserialize_with = "list")]
    errors: Vec<Unread>,
}

/// An error, in FedEx's words.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Said {
    #[serde(deserialize_with = "text")]
    pub(crate) code: String,
    #[serde(deserialize_with = "text")]
    pub(crate) message: String,
}

impl Answer {
    /// The code of the first error, with the texts of all.
    fn said(&self) -> Option<Said> {
        let said: Vec<Said> = self.errors.iter().filter_map(|error| read(error)).collect();
        let texts: Vec<&str> = said.iter().map(|said| said.message.as_str()).collect();
        let message = texts.join(" ");
        let code = said.first()?.code.clone();
        Some(Said { code, message })
    }
}

impl Said {
    /// As a failure of the kind that the code says, or `otherwise`.
    pub(crate) fn refusal(&self, otherwise: Kind, operation: &'static str) -> Error {
        let kind = kind_of(&self.code, otherwise);
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

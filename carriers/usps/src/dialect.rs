//! What an answer of USPS means: its status first, then the code inside.

use http::header::CONTENT_TYPE;
use parcelgate_carrier::json::{Many, Text, Unread, read};
use parcelgate_carrier::said::{Judge, Said};
use parcelgate_carrier::{BoxError, Class, Dialect, Intent, Kind, Response, Result};
use serde::Deserialize;

/// Reads USPS's answers.
#[derive(Debug)]
pub(crate) struct Usps;

/// Inner codes whose meaning is not that of their status, which is 400 for nearly all (USPS's error
/// inventory, 2026-11).
const KINDS: &[(&str, Kind)] = &[
    ("150001", Kind::NotFound), // a status update is not yet available
    ("150002", Kind::NotFound), // the number may be incorrect, or nothing is known yet
    ("150003", Kind::NotFound), // no status update yet on what was shipped at a post office
    ("150004", Kind::NotFound), // status information is not available for the item
    ("150009", Kind::NotFound), // a status update is not yet available
    ("150010", Kind::NotFound), // the number may belong to another shipper
    ("150011", Kind::NotFound), // the number is one of a pickup
    ("160185", Kind::NotFound), // order not found
    ("160378", Kind::NotFound), // no such number within the last 45 days
    ("020015", Kind::NotFound), // no such pickup
];

/// The statuses of HTTP, but for tracking: USPS tells of parcels of one's own Mailer IDs and of
/// those that an agreement covers, since 2026-04-01, so that 403 concerns the number and not the
/// account.
const JUDGE: Judge = Judge {
    carrier: "usps",
    kinds: KINDS,
    statuses: &[],
};
const TRACKING: Judge = Judge {
    statuses: &[(403, Kind::Refused)],
    ..JUDGE
};

impl Dialect for Usps {
    fn verdict(&self, intent: &Intent, response: &Response) -> Result<()> {
        let judge = if intent.class == Class::Track {
            TRACKING
        } else {
            JUDGE
        };
        judge.verdict(intent, response, said(response))
    }
}

/// What a code means that stands inside of a success; none where it is in no table.
pub(crate) fn kind_of(code: &str) -> Option<Kind> {
    JUDGE.by_code(code)
}

/// What is said of why it is refused. Labels may come in parts, and what is deleted may be answered
/// with nothing.
fn said(response: &Response) -> Result<Option<Said>, BoxError> {
    let media = response.headers().get(CONTENT_TYPE);
    let media = media
        .and_then(|media| media.to_str().ok())
        .unwrap_or_default();
    if response.body().trim_ascii().is_empty() || media.starts_with("multipart/") {
        return Ok(None);
    }
    let body: Unread = serde_json::from_slice(response.body())?;
    // A list holds answers of its own, each with what was said of it.
    let whole = body.get().starts_with('{').then(|| read::<Answer>(&body));
    Ok(whole.flatten().and_then(|answer| answer.said()))
}

/// The part of every answer that may hold an error: an object of USPS's, or a word of the token
/// service's.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Answer {
    error: Option<Unread>,
    error_description: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Failure {
    code: Text,
    message: Text,
    errors: Many<Reason>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Reason {
    code: Text,
    title: Text,
    detail: Text,
}

impl Answer {
    /// The code of the first reason, with the texts of all; the outer ones where there is no other.
    pub(crate) fn said(&self) -> Option<Said> {
        let error = self.error.as_deref()?;
        let word: Text = read(error)?;
        if let Some(code) = word.owned() {
            let text = self.error_description.to_string();
            return Some(Said { code, text });
        }
        let failure: Failure = read(error)?;
        let codes = failure.errors.iter().find_map(|reason| reason.code.owned());
        let texts = failure.errors.iter();
        let texts: Vec<&str> = texts
            .filter_map(|reason| reason.detail.get().or_else(|| reason.title.get()))
            .collect();
        let text = if texts.is_empty() {
            failure.message.to_string()
        } else {
            texts.join("; ")
        };
        let code = codes.unwrap_or_else(|| failure.code.to_string());
        (!code.is_empty() || !text.is_empty()).then_some(Said { code, text })
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;
    use std::time::Instant;

    use bytes::Bytes;
    use parcelgate_carrier::{Lane, Repeat};

    use super::*;

    #[expect(clippy::disallowed_methods, reason = "any moment will do")]
    fn verdict(class: Class, status: u16, media: &str, body: &'static str) -> Option<Kind> {
        let intent = Intent {
            operation: "test",
            host: "api",
            class,
            lane: Lane::Buy,
            repeat: Repeat::Safe,
            permits: NonZeroU32::MIN,
            deadline: Instant::now(),
        };
        let response = http::Response::builder().status(status);
        let response = response.header(CONTENT_TYPE, media);
        let response = response.body(Bytes::from_static(body.as_bytes())).unwrap();
        Usps.verdict(&intent, &response)
            .err()
            .map(|error| error.kind)
    }

    const FORBIDDEN: &str = r#"{"error":{"code":"403","message":"Access is denied."}}"#;

    #[test]
    fn a_status_decides_and_a_code_more_finely() {
        let json = |class, status, body| verdict(class, status, "application/json", body);
        assert_eq!(json(Class::Manage, 403, FORBIDDEN), Some(Kind::Credentials));
        assert_eq!(json(Class::Track, 403, FORBIDDEN), Some(Kind::Refused));
        let unknown = r#"{"error":{"code":"400","errors":[{"code":"160185"}]}}"#;
        assert_eq!(json(Class::Manage, 400, unknown), Some(Kind::NotFound));
        assert_eq!(json(Class::Manage, 503, unknown), Some(Kind::Unavailable));
        let client = r#"{"error":"invalid_client","error_description":"no such client"}"#;
        assert_eq!(json(Class::Token, 401, client), Some(Kind::Credentials));
        assert_eq!(json(Class::Ship, 200, unknown), Some(Kind::NotFound));
        assert_eq!(json(Class::Ship, 400, "{}"), Some(Kind::Malformed));
        assert_eq!(
            json(Class::Track, 207, r#"[{"error":{"code":"404"}}]"#),
            None
        );
    }

    #[test]
    fn parts_and_nothing_are_answers_and_a_page_is_none() {
        assert_eq!(
            verdict(Class::Ship, 200, "multipart/form-data; boundary=x", "--x"),
            None
        );
        assert_eq!(verdict(Class::Manage, 200, "text/plain", ""), None);
        let page = verdict(Class::Ship, 200, "text/html", "<html>");
        assert_eq!(page, Some(Kind::Malformed));
    }
}

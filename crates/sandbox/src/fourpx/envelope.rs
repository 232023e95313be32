//! The gateway's envelope, and its ways to refuse.

use axum::body::{Body, Bytes};
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};
use serde_json::{Value, json};

pub(crate) type Answer<T = Value> = Result<T, Refusal>;

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// In an envelope: 4PX's code, its words, and the number that it is about.
    Coded {
        code: &'static str,
        text: String,
        about: Option<String>,
    },
    /// Plain text instead of an envelope: how the gateway itself fails.
    Plain(StatusCode, String),
}

impl Refusal {
    pub(crate) fn new(code: &'static str, text: impl Into<String>) -> Self {
        Self::Coded {
            code,
            text: text.into(),
            about: None,
        }
    }

    pub(crate) fn about(code: &'static str, text: impl Into<String>, number: &str) -> Self {
        Self::Coded {
            code,
            text: text.into(),
            about: Some(number.to_owned()),
        }
    }

    /// A parameter that is missing or wrong.
    pub(crate) fn parameter(text: impl Into<String>) -> Self {
        Self::new("DS000004", text)
    }

    /// A rule of the order, told in words only.
    pub(crate) fn rule(text: impl Into<String>) -> Self {
        Self::new("DS000000", text)
    }

    pub(crate) fn no_order(number: &str) -> Self {
        Self::about("DS000017", "The order does not exist", number)
    }
}

/// What is written for `answer`. Business refusals ride on HTTP 200.
pub(crate) fn write(answer: Answer, data_as_text: bool, ascii: bool) -> Response {
    let envelope = match answer {
        Ok(data) => {
            let folded = data_as_text && (data.is_object() || data.is_array());
            json!({
                "result": "1",
                "msg": "System processing succeeded",
                "errors": null,
                "data": if folded { Value::String(data.to_string()) } else { data },
            })
        }
        Err(Refusal::Plain(status, text)) => return (status, text).into_response(),
        // snake_case speaks; its camelCase twins are there and null, as the real ones are.
        Err(Refusal::Coded { code, text, about }) => json!({
            "result": "0",
            "msg": "System processing failed",
            "errors": [{
                "errorCode": null,
                "errorMsg": null,
                "errorData": null,
                "referenceCode": null,
                "error_code": code,
                "error_msg": text,
                "error_data": null,
                "reference_code": about,
            }],
            "data": null,
        }),
    };
    let mut text = envelope.to_string();
    if ascii {
        text = text
            .chars()
            .map(|c| if c.is_ascii() { c } else { '?' })
            .collect();
    }
    let json = HeaderValue::from_static("application/json;charset=UTF-8");
    ([(CONTENT_TYPE, json)], Body::from(text)).into_response()
}

/// What the gateway says with `status`.
pub(crate) fn of_status(status: StatusCode) -> Response {
    let coded = |code, text| write(Err(Refusal::new(code, text)), false, false);
    let mut answer = match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            coded("000016", "Method not authorised")
        }
        StatusCode::TOO_MANY_REQUESTS => coded("000017", "Too many requests, retry in one minute"),
        _ => (status, "com.fpx.ApiException: system error").into_response(),
    };
    *answer.status_mut() = status;
    answer
}

/// The business parameters: the body itself, one JSON object.
pub(crate) fn parse(body: &Bytes) -> Answer {
    serde_json::from_slice(body)
        .ok()
        .filter(Value::is_object)
        .ok_or_else(|| Refusal::new("000004", "The body is not a JSON object"))
}

//! The gateway's envelope, and its ways to refuse.

use axum::Json;
use axum::body::Bytes;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Value, json};

pub(crate) type Answer<T = Value> = Result<T, Refusal>;

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The caller's data: HTTP 200, a positive code.
    Failure(String),
    /// The system: HTTP as given, a negative code.
    System(StatusCode, String),
    /// Plain text instead of an envelope: how wrong signatures are answered.
    Plain(StatusCode, String),
}

impl Refusal {
    pub(crate) fn failure(message: impl Into<String>) -> Self {
        Self::Failure(message.into())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        // Successes carry the code as text, failures as a number: clients have seen both.
        let envelope = |code: i32, message: String| {
            Json(json!({ "success": false, "code": code, "message": message, "data": null }))
        };
        match self {
            Self::Failure(message) => envelope(1, message).into_response(),
            Self::System(status, message) => (status, envelope(-1, message)).into_response(),
            Self::Plain(status, message) => (status, message).into_response(),
        }
    }
}

pub(crate) fn success(data: &Value) -> Response {
    let envelope = json!({ "success": true, "code": "0", "message": "", "data": data });
    Json(envelope).into_response()
}

/// What Yanwen says with `status`.
pub(crate) fn of_status(status: StatusCode) -> Refusal {
    let message = match status {
        StatusCode::UNAUTHORIZED => return Refusal::Plain(status, "签名错误".to_owned()),
        StatusCode::TOO_MANY_REQUESTS => "请求过于频繁，请稍后再试",
        _ => "系统异常，请稍后再试",
    };
    Refusal::System(status, message.to_owned())
}

/// The business parameters: the body itself, one JSON object.
pub(crate) fn parse(body: &Bytes) -> Answer {
    serde_json::from_slice(body)
        .ok()
        .filter(Value::is_object)
        .ok_or_else(|| Refusal::failure("请求参数格式错误"))
}

//! Parcel DE's statuses: of a whole answer, and of each of its items.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use serde_json::{Value, json};

/// A refusal of a whole request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    status: StatusCode,
    detail: String,
}

pub(crate) type Answer<T> = Result<T, Refusal>;

impl Refusal {
    pub(crate) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        let detail: String = detail.into();
        Self {
            status,
            detail: detail.chars().take(80).collect(),
        }
    }

    pub(crate) fn bad(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    pub(crate) fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, detail)
    }

    pub(crate) fn unauthorized() -> Self {
        let detail = "Unauthorized for given resource.";
        Self::new(StatusCode::UNAUTHORIZED, detail)
    }

    pub(crate) fn unknown_resource() -> Self {
        Self::not_found("The requested resource was not found.")
    }

    pub(crate) fn of_status(status: StatusCode) -> Self {
        let detail = match status {
            StatusCode::UNAUTHORIZED => return Self::unauthorized(),
            StatusCode::TOO_MANY_REQUESTS => "Too many requests within defined time period.",
            _ => "An unexpected problem occurred. Please try again later.",
        };
        Self::new(status, detail)
    }
}

/// How a request, or an item of it, ended.
pub(crate) fn status(status: StatusCode, detail: &str) -> Value {
    let title = match status {
        StatusCode::OK => "ok",
        status => status.canonical_reason().unwrap_or("Error"),
    };
    json!({
        "title": title,
        "statusCode": status.as_u16(),
        "status": status.as_u16(),
        "detail": detail.chars().take(80).collect::<String>(),
    })
}

/// A problem with this body.
pub(crate) fn problem(code: StatusCode, body: &Value) -> Response {
    let headers = [(CONTENT_TYPE, "application/problem+json")];
    (code, headers, body.to_string()).into_response()
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let told = status(self.status, &self.detail);
        if self.status == StatusCode::BAD_REQUEST {
            // This one has the shape of an answer with items, without any.
            return problem(self.status, &json!({ "status": told }));
        }
        problem(self.status, &told)
    }
}

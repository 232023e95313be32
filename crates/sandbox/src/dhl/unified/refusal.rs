//! The envelope of refusals: a problem as RFC 7807 has it.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use serde_json::json;

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    status: StatusCode,
    title: &'static str,
    detail: String,
}

pub(crate) type Answer<T> = Result<T, Refusal>;

impl Refusal {
    fn new(status: StatusCode, title: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            title,
            detail: detail.into(),
        }
    }

    pub(crate) fn bad(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "Bad Request", detail)
    }

    pub(crate) fn unauthorized() -> Self {
        let detail = "Unauthorized for given resource.";
        Self::new(StatusCode::UNAUTHORIZED, "Unauthorized", detail)
    }

    pub(crate) fn no_shipment() -> Self {
        let detail = "No shipment with given tracking number found.";
        Self::new(StatusCode::NOT_FOUND, "No result found", detail)
    }

    pub(crate) fn no_subscription() -> Self {
        let detail = "No subscription with given id found.";
        Self::new(StatusCode::NOT_FOUND, "No result found", detail)
    }

    pub(crate) fn unknown_resource() -> Self {
        let detail = "The requested resource was not found.";
        Self::new(StatusCode::NOT_FOUND, "Not Found", detail)
    }

    /// The hook's secret is another one.
    pub(crate) fn forbidden() -> Self {
        let detail = "The hook secret does not belong to this subscription.";
        Self::new(StatusCode::FORBIDDEN, "Forbidden", detail)
    }

    pub(crate) fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::UNAUTHORIZED => Self::unauthorized(),
            StatusCode::TOO_MANY_REQUESTS => {
                let detail =
                    "Too many requests within defined time period, please try again later.";
                Self::new(status, "Too Many Requests", detail)
            }
            status => {
                let title = status.canonical_reason().unwrap_or("Error");
                Self::new(status, title, "Please try again later.")
            }
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = json!({
            "type": "about:blank",
            "title": self.title,
            "status": self.status.as_u16(),
            "detail": self.detail,
        });
        let headers = [(CONTENT_TYPE, "application/problem+json")];
        (self.status, headers, body.to_string()).into_response()
    }
}

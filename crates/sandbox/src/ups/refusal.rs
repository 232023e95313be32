//! The envelope of UPS's refusals, the same on every API.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Value, json};

/// A refusal: an HTTP status and one code with its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

pub(crate) type Answer<T = Json<Value>> = Result<T, Refusal>;

impl Refusal {
    pub(crate) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
        }
    }

    /// The sender's mistake.
    pub(crate) fn invalid(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    /// A field that must be there is not.
    pub(crate) fn missing(field: &str) -> Self {
        Self::invalid("20007", format!("Missing Required field, {field}."))
    }

    /// A field has a value that it cannot have.
    pub(crate) fn wrong(field: &str, value: &str) -> Self {
        let message = format!("The field, {field}, contains invalid data, {value}.");
        Self::invalid("20008", message)
    }

    /// Credentials or token are wrong; UPS does not say which.
    pub(crate) fn unauthorized() -> Self {
        let message = "Invalid Authentication Information.";
        Self::new(StatusCode::UNAUTHORIZED, "250002", message)
    }

    /// The quota is used up. UPS names no time to wait.
    pub(crate) fn too_many() -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "10429", "Too Many Requests")
    }

    pub(crate) fn unknown_resource() -> Self {
        let message = "The requested resource was not found.";
        Self::new(StatusCode::NOT_FOUND, "404", message)
    }

    pub(crate) fn unknown_method() -> Self {
        let message = "The requested method is not allowed for this resource.";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "405", message)
    }

    /// What UPS says with `status`.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::UNAUTHORIZED => Self::unauthorized(),
            StatusCode::TOO_MANY_REQUESTS => Self::too_many(),
            StatusCode::FORBIDDEN => Self::new(status, "250003", "Blocked Merchant"),
            status => {
                let message = "Something went wrong while processing your request, \
                               please try again later";
                Self::new(status, "10004", message)
            }
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let errors = json!([{ "code": self.code, "message": self.message }]);
        let body = json!({ "response": { "errors": errors } });
        (self.status, Json(body)).into_response()
    }
}

//! The envelope of FedEx's refusals, the same on every API.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// A refusal: an HTTP status, and codes with their texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) errors: Vec<Error>,
}

/// One thing that is wrong with a request.
pub(crate) type Error = (&'static str, String);

pub(crate) type Answer<T = Value> = Result<T, Refusal>;

impl Refusal {
    pub(crate) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            errors: vec![(code, message.into())],
        }
    }

    /// The sender's mistake.
    pub(crate) fn invalid(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    /// The sender's mistakes, if there are any.
    pub(crate) fn unless_sound(errors: Vec<Error>) -> Answer<()> {
        let status = StatusCode::BAD_REQUEST;
        errors
            .is_empty()
            .then_some(())
            .ok_or(Self { status, errors })
    }

    /// No token, a wrong one, or one that has ended.
    pub(crate) fn unauthorized() -> Self {
        let message = "Access token expired. Please modify your request and try again.";
        Self::new(StatusCode::UNAUTHORIZED, "NOT.AUTHORIZED.ERROR", message)
    }

    pub(crate) fn forbidden() -> Self {
        let message = "We could not authorize your credentials. Please check your permissions and \
                       try again.";
        Self::new(StatusCode::FORBIDDEN, "FORBIDDEN.ERROR", message)
    }

    pub(crate) fn unknown_resource() -> Self {
        let message = "The resource you requested is no longer available. Please modify your \
                       request and try again.";
        Self::new(StatusCode::NOT_FOUND, "NOT.FOUND.ERROR", message)
    }

    pub(crate) fn unknown_method() -> Self {
        let message = "The requested method is not allowed for this resource.";
        let status = StatusCode::METHOD_NOT_ALLOWED;
        Self::new(status, "METHOD.NOTALLOWED.ERROR", message)
    }

    /// What FedEx says with `status`.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::UNAUTHORIZED => Self::unauthorized(),
            StatusCode::FORBIDDEN => Self::forbidden(),
            StatusCode::NOT_FOUND => Self::unknown_resource(),
            StatusCode::TOO_MANY_REQUESTS => {
                let message = "We have received too many requests in a short duration. Please \
                               wait a while to try again.";
                Self::new(status, "TOO.MANY.REQUESTS", message)
            }
            StatusCode::SERVICE_UNAVAILABLE => {
                let message = "The service is currently unavailable and we are working to resolve \
                               the issue. We apologize for any inconvenience. Please check back \
                               at a later time.";
                Self::new(status, "SERVICE.UNAVAILABLE.ERROR", message)
            }
            status => {
                let message = "We encountered an unexpected error and are working to resolve the \
                               issue. We apologize for any inconvenience. Please check back at a \
                               later time.";
                Self::new(status, "INTERNAL.SERVER.ERROR", message)
            }
        }
    }

    /// The answer to the request that its sender called `customer`.
    pub(crate) fn told(self, customer: Option<&str>) -> Response {
        let error = |(code, message): Error| json!({ "code": code, "message": message });
        let mut body = envelope(customer);
        let errors = self.errors.into_iter().map(error).collect();
        body.insert("errors".to_owned(), errors);
        (self.status, Json(body)).into_response()
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        self.told(None)
    }
}

/// FedEx's own number for a request, and the sender's if it gave one.
pub(crate) fn envelope(customer: Option<&str>) -> Map<String, Value> {
    let mut envelope = Map::new();
    let id = Uuid::now_v7().to_string();
    envelope.insert("transactionId".to_owned(), json!(id));
    if let Some(customer) = customer {
        envelope.insert("customerTransactionId".to_owned(), json!(customer));
    }
    envelope
}

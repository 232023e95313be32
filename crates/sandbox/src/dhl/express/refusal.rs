//! The envelope of MyDHL's refusals.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, Uri};
use serde_json::{Value, json};

use crate::dhl::shape::Violation;

/// A refusal. `detail` begins with DHL's code where it has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    status: StatusCode,
    title: &'static str,
    details: Vec<String>,
    /// The path that was asked for, as `/expressapi/..`.
    instance: String,
}

pub(crate) type Answer<T = Json<Value>> = Result<T, Refusal>;

impl Refusal {
    pub(crate) fn new(status: StatusCode, title: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            title,
            details: vec![detail.into()],
            instance: String::new(),
        }
    }

    /// The sender's mistake.
    pub(crate) fn bad(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "Bad request", detail)
    }

    /// Several mistakes of the sender.
    pub(crate) fn bad_all(details: Vec<String>) -> Self {
        Self {
            details,
            ..Self::bad("")
        }
    }

    /// The body has not the described shape. Only some operations have a status of its own for it.
    pub(crate) fn shape(violations: &[Violation], status: StatusCode) -> Self {
        let details = violations
            .iter()
            .map(|found| format!("{}: {}", found.at, found.wrong))
            .collect();
        let title = if status == StatusCode::UNPROCESSABLE_ENTITY {
            "Validation error"
        } else {
            "Bad request"
        };
        Self {
            details,
            ..Self::new(status, title, "")
        }
    }

    pub(crate) fn missing(parameters: &[&str]) -> Self {
        let detail = format!("Missing mandatory parameters: {}", parameters.join(", "));
        Self::new(StatusCode::BAD_REQUEST, "Missing parameters", detail)
    }

    pub(crate) fn wrong_format(parameter: &str, valid: &str) -> Self {
        let detail = format!("Parameters not having correct format: {parameter} ({valid})");
        Self::new(StatusCode::BAD_REQUEST, "Wrong format", detail)
    }

    pub(crate) fn not_found(title: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, title, detail)
    }

    pub(crate) fn unauthorized() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "Unauthorized",
            "Invalid Credentials",
        )
    }

    pub(crate) fn unknown(uri: &Uri) -> Self {
        Self::not_found("Not Found", "No resource method found").at(uri)
    }

    /// Names what was asked for.
    pub(crate) fn at(mut self, uri: &Uri) -> Self {
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        self.instance = format!("/expressapi{path}");
        self
    }

    /// What MyDHL says with `status`.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::UNAUTHORIZED => Self::unauthorized(),
            StatusCode::TOO_MANY_REQUESTS => {
                Self::new(status, "Too Many Requests", "Quota Exceeded")
            }
            status => Self::new(
                status,
                status.canonical_reason().unwrap_or("Error"),
                "999: Process failure occurred. Process ID associated for that transaction \
                 (1000000001)",
            ),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut body = json!({
            "instance": self.instance,
            "title": self.title,
            "message": self.status.canonical_reason().unwrap_or(self.title),
            "status": self.status.as_str(),
        });
        let (detail, all) = match self.details.as_slice() {
            [one] => (one.clone(), None),
            several => (
                "Multiple problems found, see Additional Details".to_owned(),
                Some(json!(several)),
            ),
        };
        if let Some(members) = body.as_object_mut() {
            members.insert("detail".to_owned(), json!(detail));
            members.extend(all.map(|all| ("additionalDetails".to_owned(), all)));
        }
        let mut answer = (self.status, Json(body)).into_response();
        answer.extensions_mut().insert(self); // for whoever knows the path
        answer
    }
}

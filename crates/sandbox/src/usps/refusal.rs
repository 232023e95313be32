//! The envelope of USPS's refusals, the same on every API but for the API's name in it.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde_json::{Value, json};

/// A refusal: a status, and what is wrong with the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    status: StatusCode,
    message: String,
    /// Which API speaks, `/labels/v3`. Set by the guard of that API.
    api: String,
    problems: Vec<Problem>,
    /// Seconds to wait, with 429.
    wait: Option<u64>,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Problem {
    code: &'static str,
    detail: String,
    /// The part of the request that is meant.
    parameter: String,
}

pub(crate) type Answer<T = Json<Value>> = Result<T, Refusal>;

/// What USPS says of a request that breaks its description.
const INVALID: &str = "OASValidation";

impl Refusal {
    fn plain(status: StatusCode, message: &str) -> Self {
        Self {
            status,
            message: message.to_owned(),
            api: String::new(),
            problems: Vec::new(),
            wait: None,
        }
    }

    /// The sender's mistake, with a code of USPS's error inventory.
    pub(crate) fn invalid(
        code: &'static str,
        parameter: impl Into<String>,
        detail: impl Into<String>,
    ) -> Self {
        let mut refusal = Self::plain(StatusCode::BAD_REQUEST, "Bad Request");
        refusal.problems.push(Problem {
            code,
            detail: detail.into(),
            parameter: parameter.into(),
        });
        refusal
    }

    /// A request that USPS's gateway holds against the description and turns away.
    pub(crate) fn malformed(parameter: impl Into<String>, detail: impl Into<String>) -> Self {
        let mut refusal = Self::invalid(INVALID, parameter, detail);
        "OASValidation failed".clone_into(&mut refusal.message);
        refusal
    }

    /// What is asked for is not there.
    pub(crate) fn not_found(code: &'static str, detail: impl Into<String>) -> Self {
        let mut refusal = Self::invalid(code, "", detail);
        refusal.status = StatusCode::NOT_FOUND;
        "Not Found".clone_into(&mut refusal.message);
        refusal
    }

    /// The OAuth token is missing, wrong or spent.
    pub(crate) fn unauthorized() -> Self {
        Self::plain(StatusCode::UNAUTHORIZED, "Invalid or expired access token")
    }

    /// The OAuth token is good, but not for this API.
    pub(crate) fn out_of_scope() -> Self {
        Self::plain(StatusCode::UNAUTHORIZED, "Insufficient OAuth scope.")
    }

    /// The payment authorization token is wrong or spent.
    pub(crate) fn unpaid() -> Self {
        let mut refusal = Self::invalid(
            "401",
            "X-Payment-Authorization-Token",
            "The payment authorization token is invalid or has expired.",
        );
        refusal.status = StatusCode::UNAUTHORIZED;
        "Unauthorized".clone_into(&mut refusal.message);
        refusal
    }

    pub(crate) fn forbidden(parameter: &str, detail: &str) -> Self {
        let mut refusal = Self::invalid("403", parameter, detail);
        refusal.status = StatusCode::FORBIDDEN;
        "Forbidden".clone_into(&mut refusal.message);
        refusal
    }

    /// What was read before is no longer what stands.
    pub(crate) fn stale() -> Self {
        Self::invalid("020003", "If-Match", "If-Match does not fit the ETag.")
    }

    /// The same, where the status says it.
    pub(crate) fn precondition() -> Self {
        let mut refusal = Self::stale();
        refusal.status = StatusCode::PRECONDITION_FAILED;
        "Precondition Failed".clone_into(&mut refusal.message);
        refusal
    }

    /// The quota is used up for `seconds`.
    pub(crate) fn too_many(seconds: u64) -> Self {
        let status = StatusCode::TOO_MANY_REQUESTS;
        let mut refusal = Self::plain(status, "Too many requests have been received.");
        refusal.wait = Some(seconds);
        refusal
    }

    pub(crate) fn unknown_resource() -> Self {
        Self::plain(StatusCode::NOT_FOUND, "Resource not found")
    }

    pub(crate) fn unknown_method() -> Self {
        Self::plain(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED")
    }

    /// What USPS says with `status`.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::UNAUTHORIZED => Self::unauthorized(),
            StatusCode::TOO_MANY_REQUESTS => Self {
                wait: None,
                ..Self::too_many(0)
            },
            status => {
                let reason = status.canonical_reason().unwrap_or("Error");
                Self::plain(status, reason)
            }
        }
    }

    /// The same, said by `api`: the first two parts of a path.
    pub(crate) fn by(mut self, api: &str) -> Self {
        api.clone_into(&mut self.api);
        self
    }

    /// The envelope alone, as it also stands for one number of a batch.
    pub(crate) fn body(&self) -> Value {
        let status = self.status.as_str();
        let title = self.status.canonical_reason().unwrap_or_default();
        let problem = |problem: &Problem| {
            let mut shown = json!({
                "status": status,
                "code": problem.code,
                "title": title,
                "detail": problem.detail,
            });
            if let (false, Some(members)) = (problem.parameter.is_empty(), shown.as_object_mut()) {
                let source = json!({ "parameter": problem.parameter });
                members.insert("source".to_owned(), source);
            }
            shown
        };
        let problems: Vec<Value> = self.problems.iter().map(problem).collect();
        json!({
            "apiVersion": self.api,
            "error": { "code": status, "message": self.message, "errors": problems },
        })
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut answer = (self.status, Json(self.body())).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            let realm = HeaderValue::from_static("Bearer realm=\"USPS\"");
            answer.headers_mut().insert(WWW_AUTHENTICATE, realm);
        }
        if let Some(seconds) = self.wait {
            let headers = answer.headers_mut();
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.api.is_empty() {
            answer.extensions_mut().insert(self); // the guard knows which API it was
        }
        answer
    }
}

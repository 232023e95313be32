//! Amazon's Selling Partner API: Login with Amazon, `confirmShipment` of orders v0, and `getOrder`
//! of orders 2026-01-01.
//!
//! Written from Amazon's own models (amzn/selling-partner-api-models, read 2026-11-22).

mod confirm;
mod order;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use jiff::Timestamp;
use serde_json::json;

use crate::server::World;
use crate::usps::Tokens;

/// The one application and selling partner that the sandbox knows.
#[derive(Clone)]
pub struct AmazonAccount {
    /// Client id of the application.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// What the seller's authorization gave.
    pub refresh_token: String,
    /// How long an access token lives.
    pub token_life: Duration,
    /// Whether Amazon's own rates are kept: 2 confirmations a second with a burst of 10, one read
    /// in two seconds with a burst of 30.
    pub rated: bool,
}

impl Default for AmazonAccount {
    fn default() -> Self {
        Self {
            client_id: "amzn1.application-oa2-client.sandbox".to_owned(),
            client_secret: "amzn1.oa2-cs.v1.sandbox".to_owned(),
            refresh_token: "Atzr|sandbox".to_owned(),
            token_life: Duration::from_secs(3_600),
            rated: false,
        }
    }
}

impl fmt::Debug for AmazonAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AmazonAccount")
            .field("client_id", &self.client_id)
            .field("token_life", &self.token_life)
            .field("rated", &self.rated)
            .finish_non_exhaustive()
    }
}

/// What the Amazon side remembers, beside the orders.
#[derive(Default)]
pub(crate) struct Amazon {
    tokens: Tokens<()>,
    confirming: Mutex<Bucket>,
    reading: Mutex<Bucket>,
}

/// A token bucket, in thousandths of a request.
#[derive(Default)]
struct Bucket {
    used: i64,
    at: Option<Timestamp>,
}

impl Bucket {
    /// Takes one request, unless `burst` are used up; `permille` grow back each millisecond.
    fn take(&mut self, now: Timestamp, burst: i64, permille_a_second: i64) -> bool {
        let passed = self.at.map_or(0, |at| now.duration_since(at).as_millis());
        let grown = i64::try_from(passed).unwrap_or(i64::MAX / 10_000) * permille_a_second / 1_000;
        self.at = Some(now);
        self.used = (self.used - grown).max(0);
        if self.used + 1_000 > burst * 1_000 {
            return false;
        }
        self.used += 1_000;
        true
    }
}

pub(crate) fn routes() -> Router<Arc<World>> {
    Router::new()
        .route("/auth/o2/token", post(token))
        .route(
            "/orders/v0/orders/{order}/shipmentConfirmation",
            post(confirm::confirm),
        )
        .route("/orders/2026-01-01/orders/{order}", get(order::order))
}

pub(crate) fn operation(method: &Method, path: &[&str]) -> Option<&'static str> {
    match (method.as_str(), path) {
        ("POST", ["auth", "o2", "token"]) => Some("token"),
        ("POST", ["orders", "v0", "orders", _, "shipmentConfirmation"]) => Some("confirm"),
        ("GET", ["orders", "2026-01-01", "orders", _]) => Some("read_back"),
        _ => None,
    }
}

/// Amazon's errors: a list of one.
pub(super) fn refused(status: StatusCode, code: &str, message: &str, details: &str) -> Response {
    let error = json!({ "code": code, "message": message, "details": details });
    let mut answer = (status, Json(json!({ "errors": [error] }))).into_response();
    let id = HeaderValue::from_static("sandbox");
    answer.headers_mut().insert("x-amzn-requestid", id);
    answer
}

/// What Amazon says with `status`.
pub(crate) fn refusal(status: StatusCode) -> Response {
    let (code, message) = match status.as_u16() {
        400 => ("InvalidInput", "Invalid Input"),
        401 | 403 => ("Unauthorized", "Access to requested resource is denied."),
        404 => ("NotFound", "The specified resource does not exist."),
        429 => (
            "QuotaExceeded",
            "You exceeded your quota for the requested resource.",
        ),
        _ => ("InternalFailure", "We encountered an internal error."),
    };
    refused(status, code, message, "")
}

/// `POST /auth/o2/token` of Login with Amazon.
async fn token(State(world): State<Arc<World>>, headers: HeaderMap, body: Bytes) -> Response {
    let account = &world.settings.amazon;
    let form = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let form = form.is_some_and(|it| it.starts_with("application/x-www-form-urlencoded"));
    let text = std::str::from_utf8(&body).unwrap_or_default();
    let url = reqwest::Url::parse(&format!("form:?{text}"));
    let (Ok(url), true) = (url, form) else {
        return no_token(400, "invalid_request", "The request is no form");
    };
    let given = |name: &str| {
        let mut pairs = url.query_pairs();
        pairs
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    };
    if given("grant_type").as_deref() != Some("refresh_token") {
        return no_token(
            400,
            "unsupported_grant_type",
            "Only refresh_token is played",
        );
    }
    if given("client_id").as_ref() != Some(&account.client_id)
        || given("client_secret").as_ref() != Some(&account.client_secret)
    {
        return no_token(401, "invalid_client", "Client authentication failed");
    }
    if given("refresh_token").as_ref() != Some(&account.refresh_token) {
        let text = "The request has an invalid grant parameter : refresh_token";
        return no_token(400, "invalid_grant", text);
    }
    let now = world.settings.protocol_clock.now();
    let token = world.shops.amazon.tokens.issue(now, account.token_life, ());
    Json(json!({
        "access_token": format!("Atza|{token}"),
        "refresh_token": account.refresh_token,
        "token_type": "bearer",
        "expires_in": account.token_life.as_secs(),
    }))
    .into_response()
}

fn no_token(status: u16, error: &str, description: &str) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    let body = json!({ "error": error, "error_description": description });
    (status, Json(body)).into_response()
}

/// Whether who asks has shown a token that is good, and is not too many.
pub(super) fn admitted(world: &World, headers: &HeaderMap, reading: bool) -> Result<(), Response> {
    let now = world.settings.protocol_clock.now();
    let shown = headers.get("x-amz-access-token");
    let shown = shown.and_then(|value| value.to_str().ok());
    let token = shown.and_then(|value| value.strip_prefix("Atza|"));
    let amazon = &world.shops.amazon;
    if token
        .and_then(|token| amazon.tokens.good_for(token, now))
        .is_none()
    {
        let details = "The access token you provided is revoked, malformed or invalid.";
        let message = "Access to requested resource is denied.";
        return Err(refused(
            StatusCode::FORBIDDEN,
            "Unauthorized",
            message,
            details,
        ));
    }
    if !world.settings.amazon.rated {
        return Ok(());
    }
    let (bucket, burst, rate) = match reading {
        true => (&amazon.reading, 30, 500),
        false => (&amazon.confirming, 10, 2_000),
    };
    let mut bucket = bucket.lock().unwrap_or_else(PoisonError::into_inner);
    match bucket.take(now, burst, rate) {
        true => Ok(()),
        false => Err(refusal(StatusCode::TOO_MANY_REQUESTS)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_go_at_once_and_two_a_second_after_that() {
        let mut bucket = Bucket::default();
        let at = |millis: i64| Timestamp::from_millisecond(1_700_000_000_000 + millis).unwrap();
        let burst = (0..20).filter(|_| bucket.take(at(0), 10, 2_000));
        assert_eq!(burst.count(), 10);
        let later = (1..=4).filter(|half| bucket.take(at(half * 500), 10, 2_000));
        assert_eq!(later.count(), 4);
        assert!(!bucket.take(at(2_000), 10, 2_000));
    }
}

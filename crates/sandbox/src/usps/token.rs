//! Tokens of two kinds, and the quota: OAuth opens the APIs, a payment authorization buys labels.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use uuid::Uuid;

use super::refusal::{Answer, Refusal};
use crate::document::text;
use crate::server::World;

/// Tokens of one kind good at once; the one that ends first goes when more are asked for.
const TOKENS_MAX: usize = 1_000;
const HOUR: i64 = 3_600;

/// Tokens that are good until their end, each with what it is good for.
pub(crate) struct Tokens<T>(Mutex<HashMap<String, (Timestamp, T)>>);

impl<T> Default for Tokens<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Clone> Tokens<T> {
    /// A token that is good for `what` during `life`.
    pub(crate) fn issue(&self, now: Timestamp, life: Duration, what: T) -> String {
        let mut tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.retain(|_, (ends, _)| *ends > now);
        if tokens.len() >= TOKENS_MAX {
            let first = tokens.iter().min_by_key(|(_, (ends, _))| *ends);
            if let Some(name) = first.map(|(name, _)| name.clone()) {
                tokens.remove(&name);
            }
        }
        let life = SignedDuration::try_from(life).unwrap_or(SignedDuration::ZERO);
        let ends = now.saturating_add(life).unwrap_or(Timestamp::MAX);
        let name = format!("{}{}", Uuid::now_v7().simple(), Uuid::now_v7().simple());
        tokens.insert(name.clone(), (ends, what));
        name
    }

    /// What `name` is good for now.
    pub(crate) fn good_for(&self, name: &str, now: Timestamp) -> Option<T> {
        let tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (ends, what) = tokens.get(name)?;
        (*ends > now).then(|| what.clone())
    }

    fn revoke(&self, name: &str) {
        let mut tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.remove(name);
    }
}

/// Requests counted per API and hour, whatever the token.
#[derive(Default)]
pub(crate) struct Quota(Mutex<HashMap<String, (i64, u32)>>);

impl Quota {
    fn counts(&self) -> MutexGuard<'_, HashMap<String, (i64, u32)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts one request to `api`; refuses it when the hour's are used up.
    pub(crate) fn take(&self, api: &str, now: Timestamp, most: Option<NonZeroU32>) -> Answer<()> {
        let Some(most) = most else { return Ok(()) };
        let second = now.as_second();
        let hour = second.div_euclid(HOUR);
        let mut counts = self.counts();
        let (counted, requests) = counts.entry(api.to_owned()).or_insert((hour, 0));
        if *counted != hour {
            (*counted, *requests) = (hour, 0);
        }
        if *requests >= most.get() {
            let left = HOUR - second.rem_euclid(HOUR);
            return Err(Refusal::too_many(left.unsigned_abs()));
        }
        *requests += 1;
        Ok(())
    }
}

/// The body as JSON, or a form as if it were.
fn fields(headers: &HeaderMap, body: &Bytes) -> Option<Value> {
    let form = headers
        .get(http::header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("application/x-www-form-urlencoded"));
    if form {
        let form = std::str::from_utf8(body).ok()?;
        let form = reqwest::Url::parse(&format!("form:?{form}")).ok()?;
        let pairs = form.query_pairs();
        return Some(pairs.map(|(name, value)| (name, json!(value))).collect());
    }
    serde_json::from_slice(body).ok()
}

/// A refusal of the token endpoint, in the words of RFC 6749 and not in USPS's envelope.
fn refused(status: StatusCode, error: &str, description: &str) -> Response {
    let body = json!({ "error": error, "error_description": description });
    (status, Json(body)).into_response()
}

/// `POST /oauth2/v3/token`.
pub(crate) async fn issue(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let account = &world.settings.usps;
    let asked = fields(&headers, &body).unwrap_or_default();
    if text(&asked, "grant_type") != Some("client_credentials") {
        let description = "Only client_credentials is granted here";
        return refused(
            StatusCode::BAD_REQUEST,
            "unsupported_grant_type",
            description,
        );
    }
    let known = text(&asked, "client_id") == Some(&account.client_id)
        && text(&asked, "client_secret") == Some(&account.client_secret);
    if !known {
        let description = "Invalid client identifier or secret";
        return refused(StatusCode::UNAUTHORIZED, "invalid_client", description);
    }
    let wanted = text(&asked, "scope");
    let granted: Vec<String> = account
        .scopes
        .iter()
        .filter(|scope| {
            wanted.is_none_or(|wanted| wanted.split(' ').any(|one| one == scope.as_str()))
        })
        .cloned()
        .collect();
    let now = world.settings.protocol_clock.now();
    let scope = granted.join(" ");
    let token = world.usps.tokens.issue(now, account.token_life, granted);
    Json(json!({
        "access_token": token,
        "token_type": "Bearer",
        "issued_at": now.as_millisecond(),
        "expires_in": account.token_life.as_secs(),
        "status": "approved",
        "scope": scope,
        "issuer": "https://keyc.usps.com/realms/USPS",
        "client_id": account.client_id,
        "application_name": "Sandbox",
        "api_products": "[Shipping Products]",
        "public_key": "",
    }))
    .into_response()
}

/// `POST /oauth2/v3/revoke`. A token that is not known is as good as revoked.
pub(crate) async fn revoke(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let asked = fields(&headers, &body).unwrap_or_default();
    match text(&asked, "token") {
        Some(token) => {
            world.usps.tokens.revoke(token);
            StatusCode::OK.into_response()
        }
        None => refused(
            StatusCode::BAD_REQUEST,
            "invalid_request",
            "token is missing",
        ),
    }
}

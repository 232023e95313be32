//! What every API asks of a request before it looks at it.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::HeaderMap;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::Value;

use super::refusal::{Answer, Refusal};
use crate::document::text;
use crate::server::World;

/// Lets pass who brings a good token and has quota left.
pub(crate) async fn admit(
    State(world): State<Arc<World>>,
    request: Request,
    next: Next,
) -> Result<Response, Refusal> {
    let token = request
        .headers()
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "))
        .ok_or_else(Refusal::unauthorized)?;
    let now = world.settings.protocol_clock.now();
    let quota = world.settings.ups.requests_per_minute;
    world.ups.tokens.admit(token, now, quota)?;
    Ok(next.run(request).await)
}

/// The body as JSON.
pub(crate) fn json(headers: &HeaderMap, body: &Bytes) -> Answer<Value> {
    let is_json = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("application/json"));
    if !is_json {
        let message = "Requested Content Type is not supported";
        return Err(Refusal::invalid("10007", message));
    }
    serde_json::from_slice(body)
        .map_err(|_| Refusal::invalid("10001", "The request is not well formed"))
}

/// A header that must be there.
pub(crate) fn header<'h>(headers: &'h HeaderMap, name: &str) -> Answer<&'h str> {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value
        .map(str::trim)
        .filter(|value| !value.is_empty())
        .ok_or_else(|| Refusal::missing(name))
}

/// A text that must be there.
pub(crate) fn required<'v>(value: &'v Value, path: &str) -> Answer<&'v str> {
    text(value, path).ok_or_else(|| Refusal::missing(path))
}

/// A text that must be there and one of `listed`.
pub(crate) fn one_of<'v>(value: &'v Value, path: &str, listed: &[&str]) -> Answer<&'v str> {
    let given = required(value, path)?;
    let known = listed.contains(&given);
    known
        .then_some(given)
        .ok_or_else(|| Refusal::wrong(path, given))
}

/// `transId` and `transactionSrc`, where they are required; `codes` are for either missing.
pub(crate) fn identified(headers: &HeaderMap, codes: [&'static str; 2]) -> Answer<()> {
    let rules = [("transId", 32), ("transactionSrc", 512)];
    for ((name, longest), code) in rules.into_iter().zip(codes) {
        let value = headers.get(name).map_or(&b""[..], |value| value.as_bytes());
        if value.is_empty() || value.len() > longest {
            return Err(Refusal::invalid(code, format!("Missing {name}")));
        }
    }
    Ok(())
}

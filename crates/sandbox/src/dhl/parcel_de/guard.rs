//! Who may ask: the application's key with the user's name and password, or a token for both.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use serde_json::Value;

use super::refusal::{Answer, Refusal};
use crate::server::World;

pub(super) async fn admit(
    State(world): State<Arc<World>>,
    request: Request,
    next: Next,
) -> Response {
    if admitted(&world, request.headers()) {
        next.run(request).await
    } else {
        Refusal::unauthorized().into_response()
    }
}

/// The same for an API that takes a token and nothing else.
pub(super) async fn admit_token(
    State(world): State<Arc<World>>,
    request: Request,
    next: Next,
) -> Response {
    let shown = request.headers().get(AUTHORIZATION);
    let shown = shown.and_then(|value| value.to_str().ok());
    if shown.is_some_and(|shown| shown.starts_with("Bearer "))
        && admitted(&world, request.headers())
    {
        next.run(request).await
    } else {
        Refusal::unauthorized().into_response()
    }
}

fn admitted(world: &World, headers: &HeaderMap) -> bool {
    let account = &world.settings.dhl;
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let shown = text(AUTHORIZATION.as_str()).unwrap_or_default();
    if let Some(token) = shown.strip_prefix("Bearer ") {
        let now = world.settings.protocol_clock.now();
        return world.dhl.tokens.good(token, now);
    }
    let user = format!("{}:{}", account.parcel_de_user, account.parcel_de_password);
    let basic = format!("Basic {}", STANDARD.encode(user));
    text("dhl-api-key") == Some(account.parcel_de_api_key.as_str()) && shown == basic
}

/// The body as JSON.
pub(super) fn json(bytes: &Bytes) -> Answer<Value> {
    serde_json::from_slice(bytes).map_err(|_| Refusal::bad("The request body is no valid JSON."))
}

/// The only group of users there is.
pub(super) fn profile(name: Option<&str>) -> Answer<()> {
    if name == Some("STANDARD_GRUPPENPROFIL") {
        return Ok(());
    }
    Err(Refusal::bad("The user group profile is unknown."))
}

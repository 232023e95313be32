//! What every API does alike: the token, the JSON, the envelope around the answer.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use axum::{Extension, Json};
use http::HeaderMap;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::Value;

use super::refusal::{Answer, Refusal, envelope};
use crate::faults::Telling;
use crate::server::World;

/// A request whose sender was admitted.
pub(crate) struct Ask {
    pub(crate) body: Value,
    pub(crate) telling: Telling,
}

/// What an API answers as `output`.
pub(crate) type Play = fn(&World, &Ask) -> Answer;

/// Serves `method` with `play`.
pub(crate) fn serve(method: MethodFilter, play: Play) -> MethodRouter<Arc<World>> {
    let serve = move |State(world): State<Arc<World>>,
                      telling: Option<Extension<Telling>>,
                      headers: HeaderMap,
                      body: Bytes| async move {
        let telling = telling.map(|Extension(telling)| telling);
        answer(&world, play, telling.unwrap_or_default(), &headers, &body)
    };
    on(method, serve)
}

fn answer(
    world: &World,
    play: Play,
    telling: Telling,
    headers: &HeaderMap,
    body: &Bytes,
) -> Response {
    let customer = customer(headers);
    let ask = admit(world, headers).and_then(|()| {
        let body = json(headers, body)?;
        Ok(Ask { body, telling })
    });
    match ask.and_then(|ask| play(world, &ask)) {
        Err(refusal) => refusal.told(customer),
        Ok(output) => {
            let mut body = envelope(customer);
            body.insert("output".to_owned(), output);
            Json(body).into_response()
        }
    }
}

/// The sender's own name for the request, which is echoed and means nothing else.
pub(crate) fn customer(headers: &HeaderMap) -> Option<&str> {
    header(headers, "x-customer-transaction-id")
}

/// Lets pass who brings a good token and has quota left.
pub(crate) fn admit(world: &World, headers: &HeaderMap) -> Answer<()> {
    let token = header(headers, AUTHORIZATION.as_str());
    let token = token.and_then(|value| value.strip_prefix("Bearer "));
    let now = world.settings.protocol_clock.now();
    let most = world.settings.fedex.requests_per_ten_seconds;
    world.fedex.tokens.admit(token, now, most)
}

pub(crate) fn header<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn json(headers: &HeaderMap, body: &Bytes) -> Answer {
    let media = header(headers, CONTENT_TYPE.as_str());
    let is_json = media.is_some_and(|media| media.starts_with("application/json"));
    let read = is_json.then(|| serde_json::from_slice(body).ok()).flatten();
    let object = read.filter(Value::is_object);
    object.ok_or_else(|| Refusal::invalid("INVALID.INPUT.EXCEPTION", "Invalid request payload"))
}

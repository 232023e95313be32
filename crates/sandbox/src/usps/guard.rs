//! What every API asks of a request before it looks at it.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::Value;
use uuid::Uuid;

use super::refusal::{Answer, Refusal};
use crate::document::{at, text};
use crate::place::Place;
use crate::server::World;

/// Lets pass who brings a good token for the API and has quota left; writes the API's name into
/// refusals.
pub(crate) async fn admit(
    State(world): State<Arc<World>>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path();
    let mut parts = path.split('/').filter(|part| !part.is_empty());
    let (api, version) = (
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
    );
    let name = format!("/{api}/{version}");
    if let Err(refusal) = allowed(&world, request.headers(), api) {
        return refusal.by(&name).into_response();
    }
    let mut answer = next.run(request).await;
    if let Some(refusal) = answer.extensions_mut().remove::<Refusal>() {
        return refusal.by(&name).into_response();
    }
    answer
}

fn allowed(world: &World, headers: &HeaderMap, api: &str) -> Answer<()> {
    let token = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "))
        .ok_or_else(Refusal::unauthorized)?;
    let now = world.settings.protocol_clock.now();
    let scopes = world
        .usps
        .tokens
        .good_for(token, now)
        .ok_or_else(Refusal::unauthorized)?;
    if !scopes.iter().any(|scope| scope == api) {
        return Err(Refusal::out_of_scope());
    }
    let quota = world.settings.usps.requests_per_hour;
    world.usps.quota.take(api, now, quota)
}

/// The body as a JSON object or list.
pub(crate) fn json(headers: &HeaderMap, body: &Bytes) -> Answer<Value> {
    let is_json = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("application/json"));
    if !is_json {
        let detail = "Request Content-Type header does not match any described media type";
        return Err(Refusal::malformed("Content-Type", detail));
    }
    serde_json::from_slice(body)
        .map_err(|_| Refusal::malformed("body", "Unable to parse the request as JSON"))
}

/// Who pays, by the header that every purchase needs.
pub(crate) fn paid(world: &World, headers: &HeaderMap) -> Answer<()> {
    let name = "X-Payment-Authorization-Token";
    let token = headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .filter(|token| !token.is_empty())
        .ok_or_else(|| Refusal::malformed(name, format!("Header parameter {name} is required")))?;
    let now = world.settings.protocol_clock.now();
    world
        .usps
        .payments
        .good_for(token, now)
        .ok_or_else(Refusal::unpaid)
}

/// The idempotency key, if one is sent; `None` in the answer when none is.
pub(crate) fn key(headers: &HeaderMap) -> Answer<Option<String>> {
    let name = "X-Idempotency-Key";
    let Some(value) = headers.get(name) else {
        return Ok(None);
    };
    let text = value.to_str().unwrap_or_default();
    Uuid::parse_str(text)
        .map(|key| Some(key.to_string()))
        .map_err(|_| Refusal::malformed(name, format!("Header parameter {name} is not a uuid")))
}

/// A text that must be there.
pub(crate) fn required<'v>(value: &'v Value, path: &str) -> Answer<&'v str> {
    text(value, path).ok_or_else(|| {
        let detail = format!("object has missing required property: {path}");
        Refusal::malformed(path, detail)
    })
}

/// A text that must be there and one of `listed`.
pub(crate) fn one_of<'v>(value: &'v Value, path: &str, listed: &[&str]) -> Answer<&'v str> {
    let given = required(value, path)?;
    if listed.contains(&given) {
        return Ok(given);
    }
    let listed = listed.join(", ");
    let detail = format!("instance value ({given}) not found in enum (possible values: {listed})");
    Err(Refusal::malformed(path, detail))
}

/// Refuses members that the description does not know.
pub(crate) fn only(value: &Value, names: &[&str]) -> Answer<()> {
    let members = value
        .as_object()
        .ok_or_else(|| Refusal::malformed("body", "instance type does not match: object"))?;
    match members.keys().find(|name| !names.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => {
            let detail = format!("object instance has property which is not allowed: {name}");
            Err(Refusal::malformed(name.as_str(), detail))
        }
    }
}

/// The date at `path`, if there is one. A date with a time is taken where `timed`.
pub(crate) fn date(value: &Value, path: &str, timed: bool) -> Answer<Option<Date>> {
    let Some(given) = at(value, path) else {
        return Ok(None);
    };
    let given = given.as_str().unwrap_or_default();
    let dated = (given.len() == 10)
        .then(|| given.parse::<Date>().ok())
        .flatten();
    let moment = timed.then(|| given.parse::<Timestamp>().ok()).flatten();
    let of_moment = moment.and_then(|_| given.get(..10)?.parse::<Date>().ok());
    dated.or(of_moment).map(Some).ok_or_else(|| {
        let detail = format!("{path} is invalid against the described format: date");
        Refusal::malformed(path, detail)
    })
}

/// What the machine's calendar shows at `place`. Senders name days by it: they do not know how fast
/// the parcels' days pass.
pub(crate) fn machine_today(world: &World, place: &Place) -> Date {
    place.local(world.settings.protocol_clock.now()).date()
}

/// The day that a sender named, in the parcels' calendar: as far ahead there.
pub(crate) fn parcels_day(world: &World, place: &Place, named: Date) -> Date {
    let ahead = named - machine_today(world, place);
    today(world, place).saturating_add(ahead)
}

/// What the parcels' calendar shows at `place`.
pub(crate) fn today(world: &World, place: &Place) -> Date {
    place.local(world.settings.clock.now()).date()
}

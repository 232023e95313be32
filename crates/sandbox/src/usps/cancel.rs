//! `DELETE /labels/v3/label`, by number or by key: cancels a label before its data has left, and
//! asks for a refund afterwards.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;
use jiff::tz::Offset;
use serde_json::json;

use super::guard;
use super::refusal::{Answer, Refusal};
use super::shipment::{Kind, Package};
use crate::parcel::{By, Parcel};
use crate::server::World;

/// Which labels an endpoint cancels and prints again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Desk {
    Home,
    Abroad,
}

impl Desk {
    /// The label of that number or key, if this desk has sold it.
    pub(crate) fn find(self, world: &World, by: By, name: &str) -> Option<Arc<Parcel<Package>>> {
        let found = world.usps.parcels().find(by, name).pop();
        found.filter(|parcel| (parcel.detail.kind == Kind::Abroad) == (self == Self::Abroad))
    }
}

pub(crate) async fn by_number(
    State(world): State<Arc<World>>,
    Path(number): Path<String>,
    headers: HeaderMap,
) -> Answer<Response> {
    cancel(&world, &headers, Desk::Home, By::Number, &number)
}

pub(crate) async fn by_key(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
) -> Answer<Response> {
    keyed(&world, &headers, Desk::Home)
}

pub(crate) async fn abroad_by_number(
    State(world): State<Arc<World>>,
    Path(number): Path<String>,
    headers: HeaderMap,
) -> Answer<Response> {
    cancel(&world, &headers, Desk::Abroad, By::Number, &number)
}

pub(crate) async fn abroad_by_key(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
) -> Answer<Response> {
    keyed(&world, &headers, Desk::Abroad)
}

fn keyed(world: &World, headers: &HeaderMap, desk: Desk) -> Answer<Response> {
    let key = required_key(headers)?;
    let answer = cancel(world, headers, desk, By::Purchase, &key)?;
    Ok(under_key(answer, &key))
}

/// The key that a request without a number must bring.
pub(crate) fn required_key(headers: &HeaderMap) -> Answer<String> {
    guard::key(headers)?.ok_or_else(|| {
        let name = "X-Idempotency-Key";
        Refusal::malformed(name, format!("Header parameter {name} is required"))
    })
}

/// The answer, with the key of the purchase in its head.
pub(crate) fn under_key(mut answer: Response, key: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(key) {
        let name = HeaderName::from_static("x-idempotency-key");
        answer.headers_mut().insert(name, value);
    }
    answer
}

fn cancel(world: &World, headers: &HeaderMap, desk: Desk, by: By, name: &str) -> Answer<Response> {
    guard::paid(world, headers)?;
    let refused = |code, detail: &str| Err(Refusal::invalid(code, "trackingNumber", detail));
    let Some(parcel) = desk.find(world, by, name) else {
        return refused("160185", "Order not found");
    };
    let now = world.settings.clock.now();
    let package = &parcel.detail;
    if package.kind == Kind::Return {
        return refused("160187", "Return label orders cannot be canceled");
    }
    if package
        .disputed
        .get()
        .is_some_and(|at| day(*at) == day(now))
    {
        let detail = "A refund request for this order has already been submitted today";
        return refused("160301", detail);
    }
    if parcel.voided.get().is_some() {
        return refused("160186", "Order already canceled");
    }
    let used = now >= package.accepted;
    if now < package.manifested(parcel.booked) {
        if package.form.get().is_some() {
            let detail = "Labels associated with a scan form cannot be canceled";
            return refused("160174", detail);
        }
        if used || parcel.voided.set(now).is_err() {
            return refused("160184", "Order cannot be canceled");
        }
        let body = json!({ "trackingNumber": parcel.number, "status": "CANCELED" });
        return Ok(Json(body).into_response());
    }
    if used {
        let detail = "The provided order is not eligible for a refund in this API";
        return refused("160301", detail);
    }
    if parcel.voided.set(now).is_err() || package.disputed.set(now).is_err() {
        return refused("160186", "Order already canceled");
    }
    let body = json!({
        "trackingNumber": parcel.number,
        "status": "DISPUTED",
        "disputeId": day(now).to_string(), // one for each business and day
    });
    Ok(Json(body).into_response())
}

/// The day in Chicago, counted.
fn day(at: Timestamp) -> i64 {
    let offset = i64::from(Offset::constant(-6).seconds());
    (at.as_second() + offset).div_euclid(86_400)
}

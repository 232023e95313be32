//! `POST` and `DELETE /parcel/de/transportation/pickup/v3/orders`: a driver comes. Written from its
//! OpenAPI description 3.0.0; which requests it refuses, and why, it does not say.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::refusal::{Answer, Refusal};
use super::{body, guard};
use crate::dhl::query::{self, Pairs};
use crate::dhl::shape::violations;
use crate::document::{list, text};
use crate::place::Place;
use crate::server::World;

/// An order of a driver.
struct Order {
    id: String,
    cancelled: bool,
}

#[derive(Default)]
struct Placed {
    made: u64,
    kept: VecDeque<Order>,
}

/// The orders placed; the oldest go first.
pub(crate) struct Orders {
    limit: usize,
    placed: Mutex<Placed>,
}

impl Orders {
    pub(crate) fn keeping(limit: usize) -> Self {
        Self {
            limit: limit.max(1),
            placed: Mutex::default(),
        }
    }

    pub(crate) fn clear(&self) {
        *self.placed() = Placed::default();
    }

    fn placed(&self) -> MutexGuard<'_, Placed> {
        self.placed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn place(&self, seed: u64) -> String {
        let mut placed = self.placed();
        placed.made += 1;
        if placed.kept.len() >= self.limit {
            placed.kept.pop_front();
        }
        let id = format!("{:016x}{:016x}", seed, placed.made);
        placed.kept.push_back(Order {
            id: id.clone(),
            cancelled: false,
        });
        id
    }
}

/// A request that can be read and not be met.
fn unmet(code: u32, title: &str, instance: &str, detail: &str) -> Response {
    let error = json!({
        "errorCode": code, "title": title, "instance": instance, "detail": detail,
    });
    (StatusCode::UNPROCESSABLE_ENTITY, Json(json!([error]))).into_response()
}

pub(super) async fn order(
    State(world): State<Arc<World>>,
    Query(pairs): Pairs,
    bytes: Bytes,
) -> Answer<Response> {
    let request = guard::json(&bytes)?;
    if let Some(first) = violations(&request, body::PICKUP).first() {
        return Err(Refusal::bad(format!("{}: {}", first.at, first.wrong)));
    }
    let path = "customerDetails.billingNumber";
    let billing = text(&request, path).unwrap_or_default();
    if !billing.starts_with(world.settings.dhl.parcel_de_ekp.as_str()) {
        return Ok(unmet(456, "Unknown billingnumber", path, billing));
    }
    let path = "pickupDetails.pickupDate.value";
    let now = world.settings.protocol_clock.now();
    let here = Place::new("", "", "", "DE").local(now);
    let asked = text(&request, path);
    let day = asked.map_or(Some(here.date()), |day| day.parse::<Date>().ok());
    let Some(day) = day.filter(|day| *day >= here.date()) else {
        let given = asked.unwrap_or_default();
        return Ok(unmet(1_002, "Pickup date is not possible", path, given));
    };
    let mut value = json!({
        "pickupDate": day.to_string(), "freeOfCharge": false, "pickupType": "EZA",
    });
    let validated = query::flag(&pairs, "validate");
    if let (false, Some(members)) = (validated, value.as_object_mut()) {
        let ordered = here.strftime("%Y-%m-%dT%H:%M:%S").to_string();
        let shipments = list(&request, "shipmentDetails.shipments");
        let shipments: Vec<Value> = shipments
            .into_iter()
            .map(|asked| confirmed(asked, &ordered))
            .collect();
        let id = world.dhl.drivers.place(world.settings.seed);
        members.insert("orderID".to_owned(), json!(id));
        members.insert("confirmedShipments".to_owned(), json!(shipments));
    }
    let kind = if validated {
        "VALIDATION"
    } else {
        "ORDERPICKUP"
    };
    let told = json!({ "confirmation": { "type": kind, "value": value } });
    Ok(Json(told).into_response())
}

fn confirmed(asked: &Value, ordered: &str) -> Value {
    let mut shipment = json!({
        "transportationType": text(asked, "transportationType"),
        "orderDate": ordered,
    });
    if let (Some(number), Some(members)) = (text(asked, "shipmentNo"), shipment.as_object_mut()) {
        members.insert("shipmentNo".to_owned(), json!(number));
    }
    shipment
}

pub(super) async fn cancel(
    State(world): State<Arc<World>>,
    Query(pairs): Pairs,
) -> Answer<Json<Value>> {
    let ids: Vec<&str> = query::all(&pairs, "orderID").collect();
    if ids.is_empty() {
        return Err(Refusal::bad("The query parameter orderID is missing."));
    }
    let mut placed = world.dhl.drivers.placed();
    let (mut confirmed, mut failed) = (Vec::new(), Vec::new());
    for id in ids {
        let order = placed.kept.iter_mut().find(|order| order.id == id);
        let told =
            |message: &str| json!({ "orderID": id, "orderState": "STORNIERT", "message": message });
        match order {
            None => failed.push(json!({ "orderID": id, "message": "The order is unknown." })),
            Some(order) if order.cancelled => failed.push(told("The order was cancelled.")),
            Some(order) => {
                order.cancelled = true;
                confirmed.push(told("The order is cancelled."));
            }
        }
    }
    Ok(Json(json!({
        "confirmedCancellations": confirmed,
        "failedCancellations": failed,
    })))
}

//! `POST /pickups`, `PATCH` and `DELETE /pickups/{number}`: a courier comes.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use jiff::civil::Date;
use serde_json::{Value, json};

use super::rates::known;
use super::refusal::{Answer, Refusal};
use super::when::When;
use super::{body, guard};
use crate::dhl::query::{self, Pairs};
use crate::document::text;
use crate::server::World;

/// A courier that was asked for.
struct Pickup {
    number: String,
    cancelled: bool,
}

#[derive(Default)]
struct Booked {
    made: u64,
    kept: VecDeque<Pickup>,
}

/// The pickups booked; the oldest go first.
pub(crate) struct Pickups {
    limit: usize,
    booked: Mutex<Booked>,
}

impl Pickups {
    pub(crate) fn keeping(limit: usize) -> Self {
        Self {
            limit: limit.max(1),
            booked: Mutex::default(),
        }
    }

    fn booked(&self) -> MutexGuard<'_, Booked> {
        self.booked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of a new one.
    pub(super) fn book(&self, world: &World, day: Date) -> String {
        let mut booked = self.booked();
        booked.made += 1;
        let serial = (world.settings.seed % 1_000 * 1_000 + booked.made) % 1_000_000;
        let number = format!("PRG{}{serial:06}", day.strftime("%y%m%d"));
        if booked.kept.len() >= self.limit {
            booked.kept.pop_front();
        }
        booked.kept.push_back(Pickup {
            number: number.clone(),
            cancelled: false,
        });
        number
    }

    pub(crate) fn clear(&self) {
        *self.booked() = Booked::default();
    }

    /// Whether that one still comes; nothing when it was never booked.
    fn standing(&self, number: &str) -> Option<bool> {
        let booked = self.booked();
        let found = booked.kept.iter().find(|pickup| pickup.number == number);
        found.map(|pickup| !pickup.cancelled)
    }

    fn cancel(&self, number: &str) {
        let mut booked = self.booked();
        let found = booked
            .kept
            .iter_mut()
            .find(|pickup| pickup.number == number);
        if let Some(pickup) = found {
            pickup.cancelled = true;
        }
    }
}

/// When the courier comes, on the clock there, and until when things must be ready.
fn told(when: When) -> (String, String) {
    let day = crate::place::working_day(when.local.date());
    let time = when.local.time().strftime("%H:%M").to_string();
    (day.to_string(), time)
}

pub(super) async fn book(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer<Response> {
    let request = guard::json(&headers, &bytes, body::PICKUP, StatusCode::BAD_REQUEST)?;
    let when = asked(&world, &request)?;
    let (day, time) = told(when);
    let number = world.dhl.pickups.book(&world, when.local.date());
    let answer = json!({
        "dispatchConfirmationNumbers": [number], "readyByTime": time, "nextPickupDate": day,
    });
    Ok((StatusCode::CREATED, Json(answer)).into_response())
}

fn asked(world: &World, request: &Value) -> Answer<When> {
    let planned = text(request, "plannedPickupDateAndTime").unwrap_or_default();
    let when = When::planned(world, planned)?;
    guard::ours(
        world,
        request,
        "8003: Account not allowed for this service. Please contact your DHL Express \
         representative.",
    )?;
    let country = "customerDetails.shipperDetails.postalAddress.countryCode";
    known(text(request, country).unwrap_or_default())?;
    let close = text(request, "closeTime").unwrap_or("18:00");
    let ready = when.local.time().strftime("%H:%M").to_string();
    let (hours, minutes) = close.split_once(':').unwrap_or_default();
    let part = |text: &str, most: u8| text.parse().is_ok_and(|part: u8| part < most);
    if !part(hours, 24) || !part(minutes, 60) {
        return Err(Refusal::bad(
            "#/closeTime: string does not match pattern HH:MM",
        ));
    }
    if close <= ready.as_str() {
        return Err(Refusal::bad(
            "5003: The closeTime must be later than the time of plannedPickupDateAndTime.",
        ));
    }
    Ok(when)
}

fn not_found(detail: &str) -> Refusal {
    Refusal::not_found("Pickup not found", detail)
}

pub(super) async fn change(
    State(world): State<Arc<World>>,
    Path(number): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer {
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    let request = guard::json(&headers, &bytes, body::PICKUP_CHANGE, status)?;
    let when = asked(&world, &request)?;
    let named = text(&request, "dispatchConfirmationNumber") == Some(number.as_str());
    if !named || world.dhl.pickups.standing(&number) != Some(true) {
        return Err(not_found(" Requested Pickup was not found"));
    }
    let original = text(&request, "originalShipperAccountNumber");
    if original != Some(world.settings.dhl.express_account.as_str()) {
        return Err(Refusal::bad(
            "5556: The Original Shipper Account Number must match with the Shipper Account Number \
             used previously to create/update successful pickup request. Please check the \
             Original Shipper Account Number and retry.",
        ));
    }
    let (day, time) = told(when);
    Ok(Json(json!({
        "dispatchConfirmationNumber": number, "readyByTime": time, "nextPickupDate": day,
    })))
}

pub(super) async fn cancel(
    State(world): State<Arc<World>>,
    Path(number): Path<String>,
    Query(pairs): Pairs,
) -> Answer<StatusCode> {
    let missing = query::missing(&pairs, &["requestorName", "reason"]);
    if !missing.is_empty() {
        return Err(Refusal::missing(&missing));
    }
    match world.dhl.pickups.standing(&number) {
        None => Err(not_found(
            "Cancellation of booking was not successful. Requested Pickup was not found",
        )),
        Some(false) => Err(Refusal::bad(
            "Cancellation of booking was not successful. Pickup is already cancelled",
        )),
        Some(true) => {
            world.dhl.pickups.cancel(&number);
            Ok(StatusCode::OK)
        }
    }
}

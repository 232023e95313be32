//! Pickups on call: what one costs, ordering it, seeing what is to come, taking it back.
//!
//! Days are those of the machine: a sender does not know how fast the parcels' pass.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use http::HeaderMap;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::guard;
use super::pickup_rules::{self as rules, Visit};
use super::price::itemized_total;
use super::rating::accepted;
use super::refusal::{Answer, Refusal};
use crate::decimal;
use crate::document::{at, put, scalar, text};
use crate::server::World;

/// Pickups remembered; the first ordered go first.
const PICKUPS_MAX: usize = 10_000;

/// A pickup that was ordered. Personal data: never logged, hence no `Debug`.
struct Pickup {
    visit: Visit,
    contact: String,
    reference: Option<String>,
    cancelled: bool,
}

/// The pickups ordered, by their number (PRN).
#[derive(Default)]
struct Book {
    last: u64,
    ordered: BTreeMap<String, Pickup>,
}

/// The pickups ordered.
#[derive(Default)]
pub(crate) struct Pickups(Mutex<Book>);

impl Pickups {
    fn book(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn clear(&self) {
        self.book().ordered.clear();
    }
}

impl Book {
    /// The number under which the same door is visited on the same day already, or a new one.
    fn order(&mut self, pickup: Pickup) -> String {
        let same = |(_, known): &(&String, &Pickup)| {
            let (known, new) = (&known.visit, &pickup.visit);
            known.date == new.date && known.door == new.door
        };
        let standing = self.ordered.iter().filter(|(_, known)| !known.cancelled);
        if let Some((number, _)) = standing.into_iter().find(same) {
            return number.clone();
        }
        self.last += 1;
        let number = format!("29{:06}E9R", self.last % 1_000_000);
        self.ordered.insert(number.clone(), pickup);
        if self.ordered.len() > PICKUPS_MAX {
            self.ordered.pop_first();
        }
        number
    }
}

/// `POST /shipments/v2409/pickup/{oncall|smart|both}`.
pub(crate) async fn rate(
    State(world): State<Arc<World>>,
    Path((version, kind)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    rules::version(&version)?;
    rules::kind(&kind)?;
    let request = guard::json(&headers, &body)?;
    let ask =
        at(&request, "PickupRateRequest").ok_or_else(|| Refusal::missing("PickupRateRequest"))?;
    rules::account(&world, ask, "ShipperAccount")?;
    guard::one_of(ask, "AlternateAddressIndicator", &["Y", "N"])?;
    let visit = Visit::asked(&world, ask)?;
    let context = scalar(ask, "Request.TransactionReference.CustomerContext");
    Ok(Json(json!({ "PickupRateResponse": {
        "Response": accepted(context),
        "RateResult": rated(&world, &visit),
    }})))
}

/// `POST /pickupcreation/v2409/pickup`.
pub(crate) async fn order(
    State(world): State<Arc<World>>,
    Path(version): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    rules::version(&version)?;
    let request = guard::json(&headers, &body)?;
    let ask = at(&request, "PickupCreationRequest")
        .ok_or_else(|| Refusal::missing("PickupCreationRequest"))?;
    let rated_too = guard::one_of(ask, "RatePickupIndicator", &["Y", "N"])? == "Y";
    guard::one_of(ask, "AlternateAddressIndicator", &["Y", "N"])?;
    rules::payment(&world, ask)?;
    rules::contact(ask)?;
    rules::packages(ask)?;
    let visit = Visit::ordered(&world, ask)?;
    let (code, description) = if rated_too {
        ("01", "Rate available")
    } else {
        ("04", "Rate not requested")
    };
    let context = scalar(ask, "Request.TransactionReference.CustomerContext");
    let mut answer = json!({
        "Response": accepted(context),
        "RateStatus": { "Code": code, "Description": description },
    });
    if rated_too {
        put(&mut answer, "RateResult", rated(&world, &visit));
    }
    let contact = text(ask, "PickupAddress.ContactName").unwrap_or_default();
    let number = world.ups.pickups.book().order(Pickup {
        visit,
        contact: contact.to_owned(),
        reference: text(ask, "ReferenceNumber").map(str::to_owned),
        cancelled: false,
    });
    put(&mut answer, "PRN", json!(number));
    Ok(Json(json!({ "PickupCreationResponse": answer })))
}

fn rated(world: &World, visit: &Visit) -> Value {
    let same_day = visit.date == visit.today(world);
    let charges = visit.charges(world);
    let detail = |(code, description, cents): &(&str, &str, u64)| {
        json!({
            "ChargeCode": code,
            "ChargeDescription": description,
            "ChargeAmount": decimal::text(*cents),
        })
    };
    json!({
        "RateType": if same_day { "SD" } else { "FD" },
        "CurrencyCode": "USD",
        "ChargeDetail": charges.iter().map(detail).collect::<Vec<_>>(),
        "GrandTotalOfAllCharge": decimal::text(itemized_total(&charges)),
    })
}

/// `GET /shipments/v2409/pickup/{oncall|smart|both}`: what is to come today and tomorrow.
pub(crate) async fn pending(
    State(world): State<Arc<World>>,
    Path((version, kind)): Path<(String, String)>,
    headers: HeaderMap,
) -> Answer {
    rules::version(&version)?;
    rules::kind(&kind)?;
    let account = guard::header(&headers, "AccountNumber")?;
    if account != world.settings.ups.shipper_number {
        return Err(Refusal::wrong("AccountNumber", account));
    }
    let book = world.ups.pickups.book();
    let shown: Vec<Value> = book
        .ordered
        .iter()
        .filter(|(_, pickup)| !pickup.cancelled)
        .filter_map(|(number, pickup)| shown(number, pickup, pickup.visit.today(&world)))
        .collect();
    // There are no Smart Pickups here.
    let shown = if kind == "smart" { Vec::new() } else { shown };
    Ok(Json(json!({ "PickupPendingStatusResponse": {
        "Response": accepted(None),
        "PendingStatus": shown,
    }})))
}

fn shown(number: &str, pickup: &Pickup, today: Date) -> Option<Value> {
    let date = pickup.visit.date;
    let (code, message) = match date {
        date if date == today => ("002", "Dispatched to driver"),
        date if Some(date) == today.tomorrow().ok() => {
            ("012", "Your pickup request is being processed")
        }
        _ => return None,
    };
    let mut shown = json!({
        "PickupType": "01",
        "ServiceDate": date.strftime("%Y%m%d").to_string(),
        "PRN": number,
        "OnCallStatusCode": code,
        "PickupStatusMessage": message,
        "BillingCode": "01",
        "ContactName": pickup.contact,
    });
    if let Some(reference) = &pickup.reference {
        put(&mut shown, "ReferenceNumber", json!(reference));
    }
    Some(shown)
}

/// `DELETE /shipments/v2409/pickup/{01|02}`: 02 takes back the pickup of a number, 01 the Smart
/// Pickup of an account, of which there are none here.
pub(crate) async fn cancel(
    State(world): State<Arc<World>>,
    Path((version, by)): Path<(String, String)>,
    headers: HeaderMap,
) -> Answer {
    rules::version(&version)?;
    let none = || {
        let message = "No pickup was found that can be cancelled.";
        Refusal::invalid("9510119", message)
    };
    match by.as_str() {
        "02" | "prn" => {}
        "01" => return Err(none()),
        _ => return Err(Refusal::wrong("CancelBy", &by)),
    }
    let number = guard::header(&headers, "Prn")?;
    let mut book = world.ups.pickups.book();
    let pickup = book.ordered.get_mut(number).ok_or_else(none)?;
    if pickup.cancelled {
        let message = "The pickup request has already been cancelled.";
        return Err(Refusal::invalid("9510120", message));
    }
    if pickup.visit.is_over(&world) {
        let message = "The pickup request is completed and cannot be cancelled.";
        return Err(Refusal::invalid("9510121", message));
    }
    pickup.cancelled = true;
    Ok(Json(json!({ "PickupCancelResponse": {
        "Response": accepted(None),
        "PickupType": "01",
    }})))
}

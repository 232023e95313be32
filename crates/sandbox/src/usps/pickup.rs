//! Carrier pickup: whether an address has it, ordering one, seeing, changing and cancelling it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use http::header::{ETAG, IF_MATCH};
use http::{HeaderMap, HeaderValue, StatusCode};
use jiff::civil::{Date, Weekday};
use jiff::tz::Offset;
use serde::Deserialize;
use serde_json::{Value, json};

use super::guard::{self, one_of, only, required};
use super::number::thousandths;
use super::refusal::{Answer, Refusal};
use crate::document::{at, list, text};
use crate::server::World;
use crate::zip;

/// Pickups kept; the oldest go first.
const PICKUPS_MAX: usize = 10_000;
const MEMBERS: &[&str] = &[
    "pickupDate",
    "pickupAddress",
    "packages",
    "estimatedWeight",
    "pickupLocation",
    "nextAvailablePickup",
];
const TYPES: &[&str] = &[
    "FIRST-CLASS_PACKAGE_SERVICE",
    "PRIORITY_MAIL_EXPRESS",
    "PRIORITY_MAIL",
    "RETURNS",
    "USPS_GROUND_ADVANTAGE",
    "INTERNATIONAL",
    "OTHER",
];
const PLACES: &[&str] = &[
    "FRONT_DOOR",
    "BACK_DOOR",
    "SIDE_DOOR",
    "KNOCK_ON_DOOR",
    "MAIL_ROOM",
    "OFFICE",
    "PORCH",
    "RECEPTION",
    "MAILBOX",
    "OTHER",
];

#[derive(Clone)]
struct Pickup {
    version: u32,
    date: Date,
    request: Value,
}

#[derive(Default)]
struct Ordered {
    last: u64,
    kept: BTreeMap<String, Pickup>,
}

/// The pickups that are ordered.
#[derive(Default)]
pub(crate) struct Pickups(Mutex<Ordered>);

impl Pickups {
    fn ordered(&self) -> MutexGuard<'_, Ordered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn clear(&self) {
        *self.ordered() = Ordered::default();
    }
}

impl Pickup {
    fn etag(&self, number: &str) -> String {
        format!("{number}-{}", self.version)
    }

    fn told(&self, number: &str) -> Value {
        json!({
            "confirmationNumber": number,
            "pickupDate": self.date.to_string(),
            "carrierPickupRequest": self.request,
        })
    }

    fn answer(&self, number: &str, body: &Value) -> Response {
        let mut answer = Json(body).into_response();
        if let Ok(etag) = HeaderValue::from_str(&self.etag(number)) {
            answer.headers_mut().insert(ETAG, etag);
        }
        answer
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Asked {
    street_address: Option<String>,
    city: Option<String>,
    state: Option<String>,
    #[serde(rename = "ZIPCode")]
    zip: Option<String>,
}

pub(crate) async fn eligibility(Query(asked): Query<Asked>) -> Answer {
    let street = asked.street_address.filter(|street| !street.is_empty());
    let street = street.ok_or_else(|| {
        let detail = "Query parameter streetAddress is required";
        Refusal::malformed("streetAddress", detail)
    })?;
    let postal = asked.zip.unwrap_or_default();
    let state = zip::state(&postal).filter(|_| !street.to_uppercase().contains("NOWHERE"));
    let wrong = asked
        .state
        .is_some_and(|given| Some(given.as_str()) != state);
    let Some(state) = state.filter(|_| !wrong) else {
        return Err(Refusal::invalid("010005", "address", "Address Not Found"));
    };
    Ok(Json(json!({
        "firstName": "SANDBOX",
        "lastName": "SHIPPER",
        "address": {
            "streetAddress": street.to_uppercase(),
            "city": asked.city.unwrap_or_default().to_uppercase(),
            "state": state,
            "ZIPCode": postal,
        },
        "contact": [{ "email": "shipping@sandbox.example" }],
    })))
}

pub(crate) async fn schedule(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer<Response> {
    let request = guard::json(&headers, &body)?;
    let date = read(&world, &request)?;
    let mut ordered = world.usps.pickups.ordered();
    let where_to = at(&request, "pickupAddress.address");
    let same = |pickup: &Pickup| {
        pickup.date == date && at(&pickup.request, "pickupAddress.address") == where_to
    };
    if ordered.kept.values().any(same) {
        let detail = "Pickup already exists for this address.";
        return Err(Refusal::invalid("020001", "pickupAddress", detail));
    }
    ordered.last += 1;
    let number = format!("WTC{:09}", ordered.last);
    let pickup = Pickup {
        version: 1,
        date,
        request,
    };
    ordered.kept.insert(number.clone(), pickup.clone());
    if ordered.kept.len() > PICKUPS_MAX {
        ordered.kept.pop_first();
    }
    Ok(pickup.answer(&number, &pickup.told(&number)))
}

fn unknown() -> Refusal {
    Refusal::invalid("020015", "confirmationNumber", "Case number not found.")
}

pub(crate) async fn show(
    State(world): State<Arc<World>>,
    Path(number): Path<String>,
) -> Answer<Response> {
    let ordered = world.usps.pickups.ordered();
    let pickup = ordered.kept.get(&number).ok_or_else(unknown)?;
    Ok(pickup.answer(&number, &json!([pickup.told(&number)])))
}

/// Whether the sender has seen what stands.
fn fresh(headers: &HeaderMap, pickup: &Pickup, number: &str) -> Answer<()> {
    let name = IF_MATCH.as_str();
    let given = headers
        .get(IF_MATCH)
        .and_then(|value| value.to_str().ok())
        .ok_or_else(|| Refusal::malformed(name, "Header parameter If-Match is required"))?;
    if given.trim_matches('"') == pickup.etag(number) {
        return Ok(());
    }
    Err(Refusal::stale())
}

pub(crate) async fn change(
    State(world): State<Arc<World>>,
    Path(number): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer<Response> {
    let request = guard::json(&headers, &body)?;
    only(
        &request,
        &["confirmationNumber", "pickupDate", "carrierPickupRequest"],
    )?;
    let inner = at(&request, "carrierPickupRequest").ok_or_else(|| {
        let detail = "object has missing required property: carrierPickupRequest";
        Refusal::malformed("carrierPickupRequest", detail)
    })?;
    let date = read(&world, inner)?;
    let mut ordered = world.usps.pickups.ordered();
    let pickup = ordered.kept.get_mut(&number).ok_or_else(unknown)?;
    fresh(&headers, pickup, &number)?;
    *pickup = Pickup {
        version: pickup.version + 1,
        date,
        request: inner.clone(),
    };
    Ok(pickup.answer(&number, &pickup.told(&number)))
}

pub(crate) async fn cancel(
    State(world): State<Arc<World>>,
    Path(number): Path<String>,
    headers: HeaderMap,
) -> Answer<StatusCode> {
    let mut ordered = world.usps.pickups.ordered();
    let pickup = ordered.kept.get(&number).ok_or_else(unknown)?;
    fresh(&headers, pickup, &number)?;
    ordered.kept.remove(&number);
    Ok(StatusCode::OK)
}

/// Checks an order; gives the day of the pickup.
fn read(world: &World, request: &Value) -> Answer<Date> {
    only(request, MEMBERS)?;
    address(request)?;
    let packages = list(request, "packages");
    if packages.is_empty() {
        return Err(Refusal::invalid(
            "020003",
            "packages",
            "Invalid pickup details.",
        ));
    }
    for package in packages {
        one_of(package, "packageType", TYPES)?;
        let count = at(package, "packageCount").and_then(Value::as_u64);
        if count.is_none_or(|count| count == 0) {
            let detail = "Invalid pickup details.";
            return Err(Refusal::invalid("020003", "packageCount", detail));
        }
    }
    if at(request, "estimatedWeight")
        .and_then(thousandths)
        .is_none()
    {
        let detail = "Invalid pickup details.";
        return Err(Refusal::invalid("020003", "estimatedWeight", detail));
    }
    let place = one_of(request, "pickupLocation.packageLocation", PLACES)?;
    let told = text(request, "pickupLocation.specialInstructions");
    if place == "OTHER" && told.is_none() {
        let detail = "Pickup location of Other requires additional information in comments.";
        return Err(Refusal::invalid("020020", "specialInstructions", detail));
    }
    if told.is_some_and(|told| told.chars().count() > 255) {
        let detail = "Comment length exceeds 255 characters.";
        return Err(Refusal::invalid("020019", "specialInstructions", detail));
    }
    day(world, request)
}

fn address(request: &Value) -> Answer<()> {
    let party = at(request, "pickupAddress").ok_or_else(|| {
        let detail = "object has missing required property: pickupAddress";
        Refusal::malformed("pickupAddress", detail)
    })?;
    required(party, "firstName")?;
    required(party, "lastName")?;
    let zip = required(party, "address.ZIPCode")?;
    required(party, "address.streetAddress")?;
    let state = required(party, "address.state")?;
    if zip::state(zip) != Some(state) {
        let detail = "Invalid pickup location.";
        return Err(Refusal::invalid("020004", "pickupAddress", detail));
    }
    let contacts = list(party, "contact");
    if contacts.is_empty() || contacts.len() > 2 {
        let detail = "object has missing required property: contact";
        return Err(Refusal::malformed("pickupAddress.contact", detail));
    }
    for contact in contacts {
        if text(contact, "email").is_some_and(|email| !email.contains('@')) {
            let detail = "Email address is invalid.";
            return Err(Refusal::invalid("020021", "email", detail));
        }
        let phone = text(contact, "cellNumber");
        let digits = |text: &str| text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit());
        if phone.is_some_and(|phone| !digits(phone)) {
            let detail = "Phone number is invalid.";
            return Err(Refusal::invalid("020006", "cellNumber", detail));
        }
    }
    Ok(())
}

/// Monday to Saturday, up to a year ahead, and today until two in the morning in Chicago.
fn day(world: &World, request: &Value) -> Answer<Date> {
    required(request, "pickupDate")?;
    let date = guard::date(request, "pickupDate", false)?.unwrap_or_default();
    let now = Offset::constant(-6).to_datetime(world.settings.protocol_clock.now());
    let today = now.date();
    let refused = |code, detail: &str| Err(Refusal::invalid(code, "pickupDate", detail));
    if date < today {
        return refused("020016", "Pickup date is in the past.");
    }
    if date > today.saturating_add(jiff::Span::new().years(1)) {
        let detail = "Pickups can only be scheduled one year in the future.";
        return refused("020017", detail);
    }
    let serves = |date: Date| {
        let open = date.weekday() != Weekday::Sunday;
        open && (date != today || now.hour() < 2)
    };
    if serves(date) {
        return Ok(date);
    }
    if at(request, "nextAvailablePickup") == Some(&Value::Bool(true)) {
        let next = |days: i32| date.saturating_add(jiff::Span::new().days(days));
        return Ok(if serves(next(1)) { next(1) } else { next(2) });
    }
    refused(
        "020018",
        "Pickup Request cannot be scheduled on requested day.",
    )
}

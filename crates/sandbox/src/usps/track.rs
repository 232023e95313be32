//! Tracking: v3, one number for each request, and v3r2, up to thirty-five.
//!
//! USPS has published no description of v3r2 that can be had. What is played is what its users
//! report: a list of items is asked, a list in the shape of v3 is answered, with 207 where some
//! numbers are not known and 404 where none is.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use http::{HeaderMap, StatusCode};
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::codes::{self, Told};
use super::guard;
use super::refusal::{Answer, Refusal};
use super::shipment::{Kind, Package};
use crate::document::text;
use crate::faults::Telling;
use crate::parcel::{By, Parcel};
use crate::place::Place;
use crate::plan::{Scan, Step};
use crate::server::World;

/// Items in one request of v3r2.
const ITEMS_MAX: usize = 35;
/// How long tracking data is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(120 * 24);

#[derive(Deserialize)]
pub(crate) struct Options {
    expand: Option<String>,
    #[serde(rename = "destinationZIPCode")]
    zip: Option<String>,
}

pub(crate) async fn one(
    State(world): State<Arc<World>>,
    Path(number): Path<String>,
    Query(options): Query<Options>,
    telling: Option<Extension<Telling>>,
) -> Answer {
    let detailed = match options.expand.as_deref() {
        None | Some("SUMMARY") => false,
        Some("DETAIL") => true,
        Some(_) => {
            let detail = "expand is not one of SUMMARY, DETAIL";
            return Err(Refusal::malformed("expand", detail));
        }
    };
    let view = View::now(&world, telling);
    let known = view.find(&number, options.zip.as_deref());
    let parcel =
        known.map_err(|(code, detail)| Refusal::invalid(code, "trackingNumber", detail))?;
    Ok(Json(if detailed {
        view.details(&parcel)
    } else {
        view.summary(&parcel)
    }))
}

pub(crate) async fn several(
    State(world): State<Arc<World>>,
    telling: Option<Extension<Telling>>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer<Response> {
    let request = guard::json(&headers, &body)?;
    let items = request.as_array().filter(|items| !items.is_empty());
    let items = items.filter(|items| items.len() <= ITEMS_MAX);
    let items = items.ok_or_else(|| {
        let detail = format!("1 to {ITEMS_MAX} items are required");
        Refusal::malformed("body", detail)
    })?;
    let view = View::now(&world, telling);
    let mut told = Vec::new();
    let mut unknown = Vec::new();
    for item in items {
        guard::only(
            item,
            &[
                "trackingNumber",
                "destinationZIPCode",
                "mailingDate",
                "includeVeriPoint",
            ],
        )?;
        let number = guard::required(item, "trackingNumber")?;
        if !(4..=34).contains(&number.len()) {
            let detail = "trackingNumber has 4 to 34 characters";
            return Err(Refusal::malformed("trackingNumber", detail));
        }
        match view.find(number, text(item, "destinationZIPCode")) {
            Ok(parcel) => told.push(view.details_r2(&parcel)),
            Err((code, detail)) => {
                let refusal = Refusal::not_found(code, detail).by("/tracking/v3r2");
                unknown.push(refusal.clone());
                let mut shown = refusal.body();
                if let Some(members) = shown.as_object_mut() {
                    members.insert("statusCode".to_owned(), json!("404"));
                    members.insert("trackingNumber".to_owned(), json!(number));
                }
                told.push(shown);
            }
        }
    }
    match unknown.pop() {
        None => Ok(Json(told).into_response()),
        Some(refusal) if unknown.len() + 1 == told.len() => Err(refusal),
        Some(_) => Ok((StatusCode::MULTI_STATUS, Json(told)).into_response()),
    }
}

/// What there is to see at one moment.
pub(crate) struct View {
    now: Timestamp,
    telling: Telling,
    parcels: Arc<World>,
}

/// A code of the error inventory and its text.
type Unknown = (&'static str, &'static str);

impl View {
    fn now(world: &Arc<World>, telling: Option<Extension<Telling>>) -> Self {
        Self {
            now: world.settings.clock.now(),
            telling: telling
                .map(|Extension(telling)| telling)
                .unwrap_or_default(),
            parcels: Arc::clone(world),
        }
    }

    /// What there was to see at `now`.
    pub(crate) fn at(world: &Arc<World>, now: Timestamp) -> Self {
        Self {
            now,
            telling: Telling::Plain,
            parcels: Arc::clone(world),
        }
    }

    fn find(&self, number: &str, zip: Option<&str>) -> Result<Arc<Parcel<Package>>, Unknown> {
        let found = self.parcels.usps.parcels().find(By::Number, number).pop();
        let fits = |parcel: &Arc<Parcel<Package>>| {
            let place = &parcel.detail.lane.destination;
            let there = zip.is_none_or(|zip| place.postal.starts_with(zip));
            there && self.now.duration_since(parcel.booked) < KEPT
        };
        let parcel = found.filter(fits).ok_or((
            "150002",
            "7: The tracking number may be incorrect or the status update is not yet available. \
             Please verify your tracking number and try again later. - ",
        ))?;
        if parcel.seen(self.now, self.telling).is_empty() {
            let text = "A status update is not yet available for your package. It will be \
                        available when the shipper provides an update or the package is given \
                        to USPS. Check back soon.";
            return Err(("150009", text));
        }
        Ok(parcel)
    }

    /// The newest first.
    fn events<'p>(&self, parcel: &'p Parcel<Package>) -> Vec<&'p Scan> {
        let mut seen = parcel.seen(self.now, self.telling);
        seen.reverse();
        seen
    }

    fn summary(&self, parcel: &Parcel<Package>) -> Value {
        let events = self.events(parcel);
        let lines: Vec<String> = events.iter().map(|scan| sentence(scan)).collect();
        let mut shown = json!({
            "trackingNumber": parcel.number,
            "eventSummaries": lines,
        });
        let done = events.first().is_some_and(|scan| ended(scan.step));
        if let (false, Some(members)) = (done, shown.as_object_mut()) {
            let promised = parcel.detail.promised.to_string();
            members.insert("expectedDeliveryDate".to_owned(), json!(promised));
        }
        shown
    }

    /// Everything, as v3 tells it.
    pub(crate) fn details(&self, parcel: &Parcel<Package>) -> Value {
        let package = &parcel.detail;
        let events = self.events(parcel);
        let mut members = Map::new();
        let mut put = |name: &str, value: Value| members.insert(name.to_owned(), value);
        put("trackingNumber", json!(parcel.number));
        if let Some(class) = package.price.service.tracked_as {
            put("mailClass", json!(class));
        }
        let abroad = package.kind == Kind::Abroad;
        let (from, to) = (&package.lane.origin, &package.lane.destination);
        let kind = if abroad {
            "INTERNATIONAL_OUTBOUND"
        } else {
            "DOMESTIC_MAIL"
        };
        put("mailType", json!(kind));
        put("originCity", json!(from.city));
        put("originState", json!(from.state));
        put("originZIP", json!(from.postal));
        put("originCountry", json!(from.country));
        put("destinationCity", json!(to.city));
        put("destinationCountryCode", json!(to.country));
        if !abroad {
            put("destinationState", json!(to.state));
            put("destinationZIP", json!(to.postal));
            put("serviceTypeCode", json!(package.price.service.code));
        }
        let extras = package.extras.iter().map(|extra| extra.name);
        put("services", extras.collect());
        put("accessControl", json!("FREE"));
        put("itemShape", json!("PARCEL"));
        if let Some(last) = events.first() {
            let Told {
                event, category, ..
            } = codes::of(last.step);
            put("status", json!(event));
            put("statusCategory", json!(category));
            put("statusSummary", json!(sentence(last)));
            if !ended(last.step) {
                let expected = format!("{}T20:00:00Z", package.promised);
                put("expectedDeliveryTimeStamp", json!(expected));
            }
        }
        let events: Vec<Value> = events.into_iter().map(event).collect();
        put("trackingEvents", json!(events));
        Value::Object(members)
    }

    /// The same under the names that users of v3r2 report, too.
    fn details_r2(&self, parcel: &Parcel<Package>) -> Value {
        let mut shown = self.details(parcel);
        let promised = parcel.detail.promised.to_string();
        if let Some(members) = shown.as_object_mut() {
            if members.contains_key("expectedDeliveryTimeStamp") {
                let expected = json!({ "expectedDeliveryDate": promised });
                members.insert("deliveryDateExpectation".to_owned(), expected);
            }
            let events = members.get_mut("trackingEvents");
            for event in events.and_then(Value::as_array_mut).into_iter().flatten() {
                let zip = event.get("eventZIP").cloned().unwrap_or_default();
                if let Some(members) = event.as_object_mut() {
                    members.insert("eventZIPCode".to_owned(), zip);
                }
            }
        }
        shown
    }
}

/// Whether nothing more is expected after `step`.
const fn ended(step: Step) -> bool {
    matches!(step, Step::Delivered | Step::Returned)
}

/// `eventTimestamp` is the time of day where it happened, though it is written as if it were GMT's.
fn event(scan: &Scan) -> Value {
    let Told { code, event, .. } = codes::of(scan.step);
    let place = &scan.place;
    let abroad = place.country != "US";
    json!({
        "eventType": event,
        "eventTimestamp": format!("{}Z", clock(place.local(scan.at))),
        "GMTTimestamp": format!("{}Z", clock(Offset::UTC.to_datetime(scan.at))),
        "GMTOffset": offset(place),
        "eventCountry": if abroad { place.country.as_str() } else { "" },
        "eventCity": place.city,
        "eventState": place.state,
        "eventZIP": if abroad { "" } else { place.postal.as_str() },
        "firm": "",
        "name": "",
        "authorizedAgent": false,
        "eventCode": code,
    })
}

fn clock(at: jiff::civil::DateTime) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

/// `-05:00`.
fn offset(place: &Place) -> String {
    let hours = place.offset.seconds() / 3600;
    format!("{hours:+03}:00")
}

/// `Out for Delivery, January 8, 2026, 8:10 am, DALLAS, TX 75201`.
fn sentence(scan: &Scan) -> String {
    let place = &scan.place;
    let at = place.local(scan.at);
    let at = at.strftime("%B %-d, %Y, %-I:%M %P");
    let event = codes::of(scan.step).event;
    if place.country == "US" {
        let (city, state, zip) = (&place.city, &place.state, &place.postal);
        return format!("{event}, {at}, {city}, {state} {zip}");
    }
    format!("{event}, {at}, {}", place.country)
}

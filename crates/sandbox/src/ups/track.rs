//! `GET /track/v1/details/{number}` and `GET /track/v1/reference/details/{reference}`.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::{Extension, Json};
use http::HeaderMap;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::codes::{self, Told};
use super::refusal::{Answer, Refusal};
use super::shipment::{Package, Party};
use super::{guard, proof};
use crate::decimal;
use crate::document::put;
use crate::faults::Telling;
use crate::parcel::{By, Parcel};
use crate::place::Place;
use crate::plan::{Scan, Step};
use crate::server::World;

/// How far back a reference is looked for, unless the caller says.
const REFERENCE_DAYS: i64 = 14;
/// How long UPS keeps what it knows.
const KEPT_DAYS: i64 = 120;
/// The codes for a missing `transId` and `transactionSrc`.
const HEADER_CODES: [&str; 2] = ["TV1001", "TV1002"];

/// What is asked for besides.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Wanted {
    #[serde(rename = "returnPOD")]
    proof: Option<String>,
    return_signature: Option<String>,
}

pub(crate) async fn by_number(
    State(world): State<Arc<World>>,
    Path(number): Path<String>,
    Query(wanted): Query<Wanted>,
    telling: Option<Extension<Telling>>,
    headers: HeaderMap,
) -> Answer {
    guard::identified(&headers, HEADER_CODES)?;
    if !(7..=34).contains(&number.len()) {
        return Err(Refusal::invalid("TV1003", "Invalid inquiry number"));
    }
    let found = world.ups.parcels().find(By::Number, &number);
    let mut view = View::now(&world, telling);
    let yes = |wanted: Option<String>| wanted.as_deref() == Some("true");
    view.proof = yes(wanted.proof);
    view.signature = yes(wanted.return_signature);
    Ok(Json(view.answer(&number, &found)))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Search {
    shipper_num: Option<String>,
    from_pick_up_date: Option<String>,
    dest_country: Option<String>,
}

pub(crate) async fn by_reference(
    State(world): State<Arc<World>>,
    Path(reference): Path<String>,
    Query(search): Query<Search>,
    telling: Option<Extension<Telling>>,
    headers: HeaderMap,
) -> Answer {
    guard::identified(&headers, HEADER_CODES)?;
    let own = world.settings.ups.shipper_number.as_str();
    let ours = search.shipper_num.is_none_or(|number| number == own);
    let mut found = if ours {
        world.ups.parcels().find(By::Reference, &reference)
    } else {
        Vec::new()
    };
    let view = View::now(&world, telling);
    let earliest = view.now - SignedDuration::from_hours(REFERENCE_DAYS * 24);
    let earliest = search
        .from_pick_up_date
        .and_then(|date| jiff::civil::Date::strptime("%Y%m%d", date).ok())
        .and_then(|date| date.to_zoned(jiff::tz::TimeZone::UTC).ok())
        .map_or(earliest, |from| from.timestamp());
    found.retain(|parcel| {
        let to = &parcel.detail.shipment.to.country;
        let there = search.dest_country.as_ref();
        parcel.booked >= earliest && there.is_none_or(|country| country == to)
    });
    let newest = found.last().map(|parcel| parcel.purchase.clone());
    found.retain(|parcel| Some(&parcel.purchase) == newest.as_ref());
    Ok(Json(view.answer(&reference, &found)))
}

struct View {
    now: Timestamp,
    telling: Telling,
    /// Whether the letter of the delivery is told, too, and the signature.
    proof: bool,
    signature: bool,
}

impl View {
    fn now(world: &World, telling: Option<Extension<Telling>>) -> Self {
        Self {
            now: world.settings.clock.now(),
            telling: telling
                .map(|Extension(telling)| telling)
                .unwrap_or_default(),
            proof: false,
            signature: false,
        }
    }

    fn answer(&self, inquiry: &str, found: &[Arc<Parcel<Package>>]) -> Value {
        let oldest = self.now - SignedDuration::from_hours(KEPT_DAYS * 24);
        let packages: Vec<Value> = found
            .iter()
            .filter(|parcel| parcel.booked >= oldest)
            .map(|parcel| self.package(parcel))
            .collect();
        let shipment = if packages.is_empty() {
            // Unknown numbers, garbage too, are answered with 200 and this warning.
            let message = "Tracking Information Not Found";
            let warning = json!({ "code": "TW0001", "message": message });
            json!({ "inquiryNumber": inquiry, "warnings": [warning] })
        } else {
            json!({
                "inquiryNumber": inquiry,
                "package": packages,
                "userRelation": ["SHIPPER"],
            })
        };
        json!({ "trackResponse": { "shipment": [shipment] } })
    }

    fn package(&self, parcel: &Parcel<Package>) -> Value {
        let shipment = &parcel.detail.shipment;
        let mut activities: Vec<Value> = parcel
            .seen(self.now, self.telling)
            .into_iter()
            .map(|scan| activity(scan.at, &scan.place, codes::of(scan.step)))
            .collect();
        let voided = parcel.voided.get();
        if let Some(at) = voided {
            activities.push(activity(*at, &shipment.lane.origin, codes::VOIDED));
        }
        activities.reverse(); // the newest first
        let last = parcel.seen(self.now, self.telling).last().copied();
        let current = match (voided, last) {
            (Some(_), _) => Some(codes::VOIDED),
            (None, Some(scan)) => Some(codes::of(scan.step)),
            (None, None) => None,
        };
        let mut package = Map::new();
        let mut set = |name: &str, value: Value| package.insert(name.to_owned(), value);
        set("trackingNumber", json!(parcel.number));
        set("activity", json!(activities));
        if let Some(told) = current {
            set("currentStatus", status(told));
        }
        let delivered = last.filter(|scan| scan.step == Step::Delivered);
        let (dates, time) = delivery(parcel, delivered);
        set("deliveryDate", dates);
        set("deliveryTime", time);
        if let Some(scan) = delivered {
            let place = &scan.place;
            set("deliveryInformation", self.delivered(parcel, scan));
            set("packageAddress", addresses(shipment, Some(place)));
        } else {
            set("packageAddress", addresses(shipment, None));
        }
        set("packageCount", json!(shipment.count));
        set("referenceNumber", references(&parcel.detail));
        set(
            "service",
            json!({
                "code": shipment.service.level,
                "levelCode": shipment.service.level,
                "description": shipment.service.name,
            }),
        );
        let (unit, _) = parcel.detail.piece.units.weight();
        let weight = decimal::text(parcel.detail.piece.weight);
        set(
            "weight",
            json!({ "unitOfMeasurement": unit, "weight": weight }),
        );
        Value::Object(package)
    }
}

impl View {
    fn delivered(&self, parcel: &Parcel<Package>, scan: &Scan) -> Value {
        let package = &parcel.detail;
        let mut told = json!({
            "location": "Front Door",
            "receivedBy": proof::receiver(package),
        });
        if self.proof {
            let letter = proof::letter(parcel, scan);
            put(&mut told, "pod", json!({ "content": letter }));
        }
        if let (true, Some(image)) = (self.signature, proof::signature(package)) {
            put(&mut told, "signature", json!({ "image": image }));
        }
        told
    }
}

fn delivery(parcel: &Parcel<Package>, delivered: Option<&Scan>) -> (Value, Value) {
    let scheduled = parcel.detail.shipment.promised;
    let scheduled = scheduled.strftime("%Y%m%d").to_string();
    let mut dates = vec![json!({ "type": "SDD", "date": scheduled })];
    match delivered {
        None => (json!(dates), json!({ "type": "EOD", "endTime": "" })),
        Some(scan) => {
            let local = scan.place.local(scan.at);
            let date = local.strftime("%Y%m%d").to_string();
            dates.push(json!({ "type": "DEL", "date": date }));
            let time = local.strftime("%H%M%S").to_string();
            (json!(dates), json!({ "type": "DEL", "endTime": time }))
        }
    }
}

fn activity(at: Timestamp, place: &Place, told: Told) -> Value {
    let local = place.local(at);
    let gmt = jiff::tz::Offset::UTC.to_datetime(at);
    json!({
        "location": { "address": {
            "city": place.city,
            "stateProvince": place.state,
            "countryCode": place.country,
            "country": place.country,
        }},
        "status": status(told),
        "date": local.strftime("%Y%m%d").to_string(),
        "time": local.strftime("%H%M%S").to_string(),
        "gmtDate": gmt.strftime("%Y%m%d").to_string(),
        "gmtTime": gmt.strftime("%H:%M:%S").to_string(),
        "gmtOffset": offset(place, ":"),
    })
}

/// `-05:00`, or `-05.00` in pushes.
pub(crate) fn offset(place: &Place, separator: &str) -> String {
    let hours = place.offset.seconds() / 3600;
    format!("{hours:+03}{separator}00")
}

fn status(told: Told) -> Value {
    json!({
        "type": told.kind,
        "code": told.code,
        "description": told.text,
        "statusCode": told.status,
        "simplifiedTextDescription": told.simple,
    })
}

fn addresses(shipment: &super::shipment::Shipment, delivered: Option<&Arc<Place>>) -> Value {
    let entry = |kind: &str, party: &Party| {
        json!({
            "type": kind,
            "address": {
                "city": party.city.to_ascii_uppercase(),
                "stateProvince": party.state,
                "countryCode": party.country,
                "country": party.country,
            },
        })
    };
    let mut list = vec![
        entry("ORIGIN", &shipment.from),
        entry("DESTINATION", &shipment.to),
    ];
    if let Some(place) = delivered {
        list.push(json!({
            "type": "DELIVERY",
            "address": { "city": place.city, "countryCode": place.country },
        }));
    }
    json!(list)
}

fn references(package: &Package) -> Value {
    let entry =
        |kind: &str, (_, value): &(String, String)| json!({ "type": kind, "number": value });
    let of_shipment = package.shipment.references.iter();
    let of_package = package.references.iter();
    of_shipment
        .map(|reference| entry("SHIPMENT", reference))
        .chain(of_package.map(|reference| entry("PACKAGE", reference)))
        .collect()
}

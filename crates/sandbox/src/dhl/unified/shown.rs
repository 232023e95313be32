//! A parcel as Unified Tracking shows it; its pushes show the same.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::event;
use crate::dhl::shipment::{Division, Package, Party};
use crate::dhl::units::of_thousandths;
use crate::faults::Telling;
use crate::parcel::Parcel;
use crate::place::Place;
use crate::plan::{Scan, Step};

/// A shipment with its parcels; nothing when there are none, or when nothing is told of it yet.
pub(super) fn shipment(
    pieces: &[Arc<Parcel<Package>>],
    now: Timestamp,
    telling: Telling,
    full: bool,
) -> Option<Value> {
    let lead = pieces.first()?;
    let shipment = &lead.detail.shipment;
    let seen = lead.seen(now, telling);
    // the newest first
    let events = seen.iter().rev().filter_map(|scan| told(lead, scan));
    let events: Vec<Value> = events.collect();
    let status = events.first().cloned();
    let express = shipment.division == Division::Express;
    let status = status.unwrap_or_else(|| {
        // Express tells nothing before the pickup, but the shipment is known.
        json!({
            "timestamp": written(shipment.division, &shipment.origin, lead.booked),
            "statusCode": "pre-transit",
            "status": "104",
            "description": "Shipment information received",
        })
    });
    let number = if express {
        &lead.purchase
    } else {
        &lead.number
    };
    let going_back = |scan: &&&Scan| matches!(scan.step, Step::ReturnStarted | Step::Returned);
    let mut answer = json!({
        "id": number,
        "service": shipment.division.service(),
        "origin": { "address": address(&shipment.from, full || express) },
        "destination": { "address": address(&shipment.to, full || express) },
        "status": status,
        "estimatedTimeOfDelivery":
            written(shipment.division, &shipment.destination, shipment.promised),
        "returnFlag": seen.iter().any(|scan| going_back(&scan)),
        "details": details(pieces, &seen),
        "events": events,
    });
    if let (true, Some(members)) = (express, answer.as_object_mut()) {
        let url = format!("https://www.dhl.com/en/express/tracking.html?AWB={number}");
        members.insert("serviceUrl".to_owned(), json!(url));
    }
    Some(answer)
}

fn details(pieces: &[Arc<Parcel<Package>>], seen: &[&Scan]) -> Value {
    let mut details = Map::new();
    let Some(lead) = pieces.first() else {
        return Value::Object(details);
    };
    let shipment = &lead.detail.shipment;
    let mut put = |name: &str, value| details.insert(name.to_owned(), value);
    put(
        "product",
        json!({ "productCode": shipment.product.0, "productName": shipment.product.1 }),
    );
    put("totalNumberOfPieces", json!(shipment.count));
    let plates: Vec<&str> = pieces.iter().map(|piece| piece.number.as_str()).collect();
    put("pieceIds", json!(plates));
    let weight = pieces.iter().map(|piece| piece.detail.weight).sum();
    let unit = shipment.units.weight();
    put(
        "weight",
        json!({ "value": of_thousandths(weight), "unitText": unit }),
    );
    let references = shipment.references.iter();
    let references: Vec<Value> = references
        .map(|(_, number)| json!({ "type": "customer-reference", "number": number }))
        .collect();
    put("references", json!(references));
    let delivered = seen.iter().find(|scan| scan.step == Step::Delivered);
    put("proofOfDeliverySignedAvailable", json!(delivered.is_some()));
    if let Some(scan) = delivered {
        let at = written(shipment.division, &scan.place, scan.at);
        put("proofOfDelivery", json!({ "timestamp": at }));
    }
    Value::Object(details)
}

/// One event.
pub(super) fn told(parcel: &Parcel<Package>, scan: &Scan) -> Option<Value> {
    let division = parcel.detail.shipment.division;
    let told = event::of(division, scan.step)?;
    let mut event = json!({
        "timestamp": written(division, &scan.place, scan.at),
        "location": { "address": {
            "addressLocality": scan.place.city, "countryCode": scan.place.country,
        }},
        "statusCode": told.status_code,
        "status": told.status,
        "description": told.text,
    });
    if let (Some((ice, ric)), Some(members)) = (told.detailed, event.as_object_mut()) {
        members.insert("statusDetailed".to_owned(), json!(format!("{ice}-{ric}")));
    }
    Some(event)
}

/// Express writes the time at the place without a zone, Parcel DE with one.
fn written(division: Division, place: &Place, at: Timestamp) -> String {
    let local = place.local(at).strftime("%Y-%m-%dT%H:%M:%S").to_string();
    match division {
        Division::Express => local,
        Division::ParcelDe => format!("{local}{:+03}:00", place.offset.seconds() / 3600),
    }
}

/// Parcel DE keeps the postal code for who knows it already.
fn address(party: &Party, full: bool) -> Value {
    if full {
        json!({
            "addressLocality": party.city,
            "postalCode": party.postal,
            "countryCode": party.country,
        })
    } else {
        json!({ "countryCode": party.country })
    }
}

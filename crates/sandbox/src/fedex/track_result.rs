//! What tracking tells of one parcel; pushes tell the same.

use jiff::Timestamp;
use jiff::civil::DateTime;
use serde_json::{Map, Value, json};

use super::api::Ask;
use super::codes::{self, Told};
use super::shipment::{Package, Party};
use super::track::reference;
use crate::decimal;
use crate::document::at;
use crate::faults::Telling;
use crate::parcel::Parcel;
use crate::place::Place;
use crate::plan::{Scan, Step};
use crate::server::World;

/// How, and as of when, parcels are told.
pub(crate) struct View {
    pub(crate) now: Timestamp,
    pub(crate) telling: Telling,
    /// Every scan, not only the newest.
    pub(crate) detailed: bool,
}

/// The result of a number or reference that cannot be told.
pub(crate) fn error(number: &str, code: &str, message: &str) -> Value {
    json!({
        "trackingNumberInfo": { "trackingNumber": number, "trackingNumberUniqueId": "" },
        "error": { "code": code, "message": message },
    })
}

impl View {
    pub(crate) fn of(world: &World, ask: &Ask) -> Self {
        let detailed = at(&ask.body, "includeDetailedScans").and_then(Value::as_bool);
        Self {
            now: world.settings.clock.now(),
            telling: ask.telling,
            detailed: detailed.unwrap_or_default(),
        }
    }

    /// One element of `trackResults`.
    pub(crate) fn result(&self, parcel: &Parcel<Package>) -> Value {
        let shipment = &parcel.detail.shipment;
        let seen = parcel.seen(self.now, self.telling);
        let mut events: Vec<Value> = seen
            .iter()
            .map(|scan| event(scan.at, &scan.place, codes::of(scan.step)))
            .collect();
        let last = seen.last().copied();
        let mut latest = last.map(|scan| (codes::of(scan.step), &*scan.place));
        if let Some(at) = parcel.voided.get() {
            let origin = &*shipment.lane.origin;
            events.push(event(*at, origin, codes::CANCELLED));
            latest = Some((codes::CANCELLED, origin));
        }
        events.reverse(); // the newest first
        if !self.detailed {
            events.truncate(1);
        }
        let delivered = last.filter(|scan| matches!(scan.step, Step::Delivered | Step::Returned));
        let mut result = Map::new();
        let mut set = |name: &str, value: Value| result.insert(name.to_owned(), value);
        set(
            "trackingNumberInfo",
            json!({
                "trackingNumber": parcel.number,
                "carrierCode": shipment.service.carrier(),
                "trackingNumberUniqueId": parcel.detail.unique,
            }),
        );
        set("additionalTrackingInfo", additional(parcel));
        set(
            "shipperInformation",
            json!({ "address": address(&shipment.from) }),
        );
        set(
            "recipientInformation",
            json!({ "address": address(&shipment.to) }),
        );
        if let Some((told, place)) = latest {
            set("latestStatusDetail", status(told, place));
        }
        set("dateAndTimes", times(parcel, &seen, delivered));
        set("scanEvents", json!(events));
        set("deliveryDetails", delivery(&seen, delivered));
        set("packageDetails", package(parcel));
        let picked_up = seen.iter().any(|scan| scan.step == Step::PickedUp);
        set(
            "shipmentDetails",
            json!({ "beforePossessionStatus": !picked_up }),
        );
        set("originLocation", location(&shipment.from));
        set("destinationLocation", location(&shipment.to));
        set(
            "serviceDetail",
            json!({
                "type": shipment.service.kind,
                "description": shipment.service.name,
                "shortDescription": shipment.service.short,
            }),
        );
        let ends = zoned(&shipment.lane.destination, shipment.promised);
        set(
            "standardTransitTimeWindow",
            json!({ "window": { "ends": ends } }),
        );
        Value::Object(result)
    }
}

fn additional(parcel: &Parcel<Package>) -> Value {
    let identifiers: Vec<Value> = parcel
        .detail
        .references
        .iter()
        .map(|(kind, value)| {
            json!({ "type": reference(kind), "value": [value], "trackingNumberUniqueId": "" })
        })
        .chain((parcel.detail.shipment.count > 1).then(|| {
            json!({
                "type": "STANDARD_MPS", "value": [parcel.purchase], "trackingNumberUniqueId": "",
            })
        }))
        .collect();
    json!({
        "nickname": "",
        "packageIdentifiers": identifiers,
        "hasAssociatedShipments": parcel.detail.shipment.count > 1,
    })
}

fn address(party: &Party) -> Value {
    json!({
        "city": party.city.to_ascii_uppercase(),
        "stateOrProvinceCode": party.state,
        "countryCode": party.country,
        "residential": false,
    })
}

fn location(party: &Party) -> Value {
    json!({ "locationContactAndAddress": { "address": address(party) } })
}

fn place(place: &Place) -> Value {
    json!({
        "streetLines": [""],
        "city": place.city,
        "stateOrProvinceCode": place.state,
        "postalCode": place.postal,
        "countryCode": place.country,
        "residential": false,
    })
}

fn event(at: Timestamp, scanned: &Place, told: Told) -> Value {
    let (code, text) = told.exception.unwrap_or_default();
    json!({
        "date": instant(scanned, at),
        "eventType": told.event,
        "eventDescription": told.text,
        "exceptionCode": code,
        "exceptionDescription": text,
        "scanLocation": place(scanned),
        "locationType": told.place,
        "derivedStatusCode": told.status,
        "derivedStatus": told.simple,
    })
}

fn status(told: Told, scanned: &Place) -> Value {
    let mut status = json!({
        "code": told.event,
        "derivedCode": told.status,
        "statusByLocale": told.simple,
        "description": told.text,
        "scanLocation": place(scanned),
    });
    if let (Some((code, text)), Some(members)) = (told.exception, status.as_object_mut()) {
        let ancillary = json!([{ "reason": code, "reasonDescription": text }]);
        members.insert("ancillaryDetails".to_owned(), ancillary);
    }
    status
}

fn times(parcel: &Parcel<Package>, seen: &[&Scan], delivered: Option<&Scan>) -> Value {
    let shipment = &parcel.detail.shipment;
    let (origin, destination) = (&shipment.lane.origin, &shipment.lane.destination);
    let time = |kind: &str, at: String| json!({ "type": kind, "dateTime": at });
    let mut times = vec![time("SHIP", instant(origin, shipment.pickup))];
    if let Some(scan) = seen.iter().find(|scan| scan.step == Step::PickedUp) {
        times.push(time("ACTUAL_PICKUP", instant(origin, scan.at)));
    }
    let promised = zoned(destination, shipment.promised);
    times.push(time("COMMITMENT", promised.clone()));
    match delivered {
        Some(scan) => times.push(time("ACTUAL_DELIVERY", instant(&scan.place, scan.at))),
        None if parcel.voided.get().is_none() => {
            times.push(time("ESTIMATED_DELIVERY", promised));
        }
        None => {}
    }
    json!(times)
}

fn delivery(seen: &[&Scan], delivered: Option<&Scan>) -> Value {
    let tried = seen.iter().filter(|scan| scan.step == Step::AttemptFailed);
    let mut delivery = json!({ "deliveryAttempts": tried.count().to_string() });
    if let (Some(scan), Some(members)) = (delivered, delivery.as_object_mut()) {
        members.insert("actualDeliveryAddress".to_owned(), place(&scan.place));
        members.insert("locationDescription".to_owned(), json!("Front Door"));
        members.insert("locationType".to_owned(), json!("RESIDENCE"));
        members.insert("receivedByName".to_owned(), json!(""));
    }
    delivery
}

fn package(parcel: &Parcel<Package>) -> Value {
    let (shipment, piece) = (&parcel.detail.shipment, &parcel.detail.piece);
    let weight = json!({ "unit": piece.units.code(), "value": decimal::text(piece.weight) });
    let mut sizes = json!({ "weight": [weight] });
    let size = piece.size.zip(sizes.as_object_mut());
    if let Some((([length, width, height], units), members)) = size {
        let size = json!({ "length": length, "width": width, "height": height, "units": units });
        members.insert("dimensions".to_owned(), json!([size]));
    }
    json!({
        "sequenceNumber": parcel.detail.position.to_string(),
        "count": shipment.count.to_string(),
        "packagingDescription": {
            "type": shipment.packaging.kind, "description": shipment.packaging.name,
        },
        "weightAndDimensions": sizes,
    })
}

/// `2026-01-06T17:30:00-05:00`, as the clock on the wall has it there.
fn instant(place: &Place, at: Timestamp) -> String {
    zoned(place, place.local(at))
}

fn zoned(place: &Place, at: DateTime) -> String {
    let hours = place.offset.seconds() / 3_600;
    format!("{}{hours:+03}:00", at.strftime("%Y-%m-%dT%H:%M:%S"))
}

//! What came of an ask, in the words of the domain, for people to read in a fixture.

use std::fmt::Write as _;

use parcelgate_carrier::{AddressOutcome, AddressVerdict, Error, Manifest, Pickup, Track};
use parcelgate_domain::{
    Address, Charge, Document, Label, Personal, Place, Quote, Service, Shipment, TrackingEvent,
    TrackingNumber, Transit, fold,
};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::ask::{Outcome, Reply};

/// The whole reply.
#[must_use]
pub fn reply(reply: &Reply) -> Value {
    match reply {
        Ok(outcome) => self::outcome(outcome),
        Err(failure) => error(failure),
    }
}

fn outcome(outcome: &Outcome) -> Value {
    match outcome {
        Outcome::Quotes(quotes) => list(quotes, quote),
        Outcome::Bought(bought) => shipment(bought),
        Outcome::Found(found) => found.as_ref().map_or(Value::Null, shipment),
        Outcome::Labels(labels) => list(labels, label),
        Outcome::Voided => json!("voided"),
        Outcome::Tracks(tracks) => list(tracks, |answer| match answer {
            Ok(known) => track(known),
            Err(failure) => error(failure),
        }),
        Outcome::Verdict(made) => verdict(made),
        Outcome::Services(services) => list(services, service),
        Outcome::Warehouses(places) => list(
            places,
            |place| json!({ "code": place.code, "name": place.name }),
        ),
        Outcome::Subscribed(made) => compact([
            ("accepted", list(&made.accepted, number)),
            ("refused", list(&made.refused, number)),
            ("until", json!(made.until.map(|until| until.to_string()))),
        ]),
        Outcome::Events(events) => list(events, event),
        Outcome::Rehearsed => json!("would be taken"),
        Outcome::Scheduled(made) => pickup(made),
        Outcome::Cancelled => json!("cancelled"),
        Outcome::Closed(made) => manifest(made),
        Outcome::Uploaded(id) => json!({ "document": id.as_str() }),
        Outcome::LandedCost(cost) => compact([
            ("total", json!(cost.total.to_string())),
            ("charges", list(&cost.charges, charge)),
        ]),
        Outcome::Proof(paper) => document(paper),
    }
}

fn pickup(pickup: &Pickup) -> Value {
    let window = pickup
        .window
        .map(|(from, until)| format!("{from} to {until}"));
    compact([
        ("confirmation", json!(pickup.confirmation)),
        ("location", json!(pickup.location)),
        ("date", json!(pickup.date.to_string())),
        ("window", json!(window)),
        ("service", json!(pickup.service)),
        (
            "charged",
            json!(pickup.charged.map(|money| money.to_string())),
        ),
    ])
}

fn manifest(manifest: &Manifest) -> Value {
    let left_out = list(
        &manifest.left_out,
        |left| json!({ "number": left.number, "code": left.code, "text": left.text }),
    );
    compact([
        ("number", json!(manifest.number)),
        ("documents", list(&manifest.documents, document)),
        ("left_out", left_out),
    ])
}

fn document(document: &Document) -> Value {
    json!({
        "kind": document.kind.name(),
        "media_type": document.media_type,
        "bytes": document.bytes.len(),
        "sha256": digest(&document.bytes),
    })
}

fn list<T>(items: &[T], render: impl Fn(&T) -> Value) -> Value {
    items.iter().map(render).collect()
}

/// An object without its empty members.
fn compact<const N: usize>(members: [(&str, Value); N]) -> Value {
    let members = members.into_iter().filter(|(_, value)| {
        !(value.is_null() || value == &json!([]) || value == &json!({}) || value == &json!(false))
    });
    let members = members.map(|(name, value)| (name.to_owned(), value));
    Value::Object(members.collect::<Map<_, _>>())
}

fn number(number: &TrackingNumber) -> Value {
    json!(number.as_str())
}

fn service(service: &Service) -> Value {
    json!({ "code": service.code.as_str(), "name": service.name })
}

/// `{"error": "REFUSED", "code": "111210", "text": "..."}`
#[must_use]
pub fn error(error: &Error) -> Value {
    compact([
        ("error", json!(error.kind.name())),
        ("code", json!(error.code)),
        ("text", json!(error.text)),
        (
            "fields",
            list(error.violations.as_slice(), |v| json!(v.to_string())),
        ),
        (
            "retry_after_seconds",
            json!(error.retry_after.map(|pause| pause.as_secs())),
        ),
    ])
}

fn quote(quote: &Quote) -> Value {
    let charges = list(&quote.charges, charge);
    compact([
        ("service", service(&quote.service)),
        ("total", json!(quote.total.to_string())),
        ("charges", charges),
        (
            "transit",
            quote.transit.as_ref().map_or(Value::Null, transit),
        ),
        (
            "billed_grams",
            json!(quote.billed_weight.map(|w| w.as_grams())),
        ),
    ])
}

fn charge(charge: &Charge) -> Value {
    json!({
        "kind": charge.kind,
        "name": charge.name,
        "amount": charge.amount.to_string(),
    })
}

fn transit(transit: &Transit) -> Value {
    compact([
        ("days", json!(transit.days)),
        ("business_days", json!(transit.business_days)),
        (
            "deliver_by",
            json!(transit.deliver_by.map(|by| by.to_string())),
        ),
        ("guaranteed", json!(transit.guaranteed)),
    ])
}

fn shipment(shipment: &Shipment) -> Value {
    let parcels = list(&shipment.parcels, |parcel| {
        let last_mile = parcel.last_mile_number.as_ref();
        compact([
            ("tracking_number", number(&parcel.tracking_number)),
            (
                "last_mile_number",
                json!(last_mile.map(TrackingNumber::as_str)),
            ),
            (
                "label",
                parcel.label.as_ref().map_or(json!("absent"), label),
            ),
        ])
    });
    compact([
        ("reference", json!(shipment.reference.as_str())),
        ("carrier_number", json!(shipment.carrier_number)),
        ("service", service(&shipment.service)),
        (
            "charged",
            json!(shipment.charged.map(|money| money.to_string())),
        ),
        ("parcels", parcels),
    ])
}

fn label(label: &Label) -> Value {
    json!({
        "format": label.format.name(),
        "bytes": label.bytes.len(),
        "sha256": digest(&label.bytes),
    })
}

fn digest(bytes: &[u8]) -> String {
    let mut digest = String::new();
    for byte in Sha256::digest(bytes) {
        // Writing to a String cannot fail.
        let _written = write!(digest, "{byte:02x}");
    }
    digest
}

fn track(track: &Track) -> Value {
    let state = fold(&track.events);
    let last_mile = track.last_mile_number.as_ref();
    compact([
        ("number", number(&track.number)),
        ("status", json!(state.status.to_string())),
        ("substatus", json!(state.substatus)),
        (
            "last_mile_number",
            json!(last_mile.map(TrackingNumber::as_str)),
        ),
        ("estimate", json!(track.estimate.map(|at| at.to_string()))),
        ("events", list(&track.events, event)),
    ])
}

fn event(event: &TrackingEvent) -> Value {
    let flags = [
        ("first_physical_scan", event.flags.first_physical_scan),
        ("delivery_attempt", event.flags.delivery_attempt),
        ("terminal", event.flags.terminal),
        ("customs_event", event.flags.customs_event),
    ];
    let flags: Vec<&str> = flags
        .iter()
        .filter(|(_, set)| *set)
        .map(|(n, _)| *n)
        .collect();
    compact([
        ("number", number(&event.number)),
        ("code", json!(event.code)),
        ("text", json!(event.text)),
        ("language", json!(event.language)),
        (
            "status",
            json!(event.status.map(|status| status.to_string())),
        ),
        ("substatus", json!(event.substatus)),
        ("leg", json!(event.leg.map(|leg| leg.to_string()))),
        ("flags", json!(flags)),
        ("place", place(&event.place)),
        ("local", json!(event.occurred_at.local.to_string())),
        ("instant", json!(event.occurred_at.instant.to_string())),
        ("time_basis", json!(event.occurred_at.basis)),
        ("correction", json!(event.correction)),
    ])
}

fn place(place: &Place) -> Value {
    compact([
        ("city", json!(place.city)),
        ("region", json!(place.region)),
        ("postal_code", json!(place.postal_code)),
        (
            "country",
            json!(place.country.map(|country| country.code())),
        ),
    ])
}

fn verdict(verdict: &AddressVerdict) -> Value {
    let outcome = match verdict.outcome {
        AddressOutcome::Valid => "valid",
        AddressOutcome::Ambiguous => "ambiguous",
        AddressOutcome::Unknown => "unknown",
    };
    json!({ "outcome": outcome, "candidates": list(&verdict.candidates, address) })
}

fn address(address: &Address) -> Value {
    let text = |personal: &Option<Personal>| json!(personal.as_ref().map(Personal::expose));
    compact([
        ("name", json!(address.name.expose())),
        ("company", text(&address.company)),
        ("lines", list(&address.lines, |line| json!(line.expose()))),
        ("city", json!(address.city)),
        ("region", json!(address.region)),
        ("postal_code", json!(address.postal_code)),
        ("country", json!(address.country.code())),
        ("residential", json!(address.residential)),
    ])
}

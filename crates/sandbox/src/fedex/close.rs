//! `/ship/v1/endofday/`: hands Ground's day over, `PUT`, and prints its manifest again, `POST`.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::api::Ask;
use super::rating::{days_between, unregistered};
use super::refusal::{Answer, Refusal};
use super::shipment::Package;
use crate::document::{list, text};
use crate::parcel::{By, Parcel};
use crate::server::World;

pub(crate) fn close(world: &World, ask: &Ask) -> Answer {
    let body = &ask.body;
    check(world, body, "GCDR")?;
    let now = world.settings.protocol_clock.now();
    let today = jiff::tz::Offset::UTC.to_datetime(now).date();
    let date = date(body)?;
    if !(-1..=1).contains(&days_between(today, date)) {
        return Err(wrong_date());
    }
    // Whatever is open is closed: a sender's days are not those of the parcels.
    let parcels = world.fedex.parcels();
    let open = |parcel: &&Arc<Parcel<Package>>| {
        let shipment = &parcel.detail.shipment;
        shipment.service.ground()
            && parcel.voided.get().is_none()
            && shipment.closed.get().is_none()
    };
    let closing: Vec<Arc<Parcel<Package>>> = parcels.all().filter(open).cloned().collect();
    drop(parcels);
    for parcel in &closing {
        // Packages of one shipment share the cell, so it may be set already.
        let _shared = parcel.detail.shipment.closed.set(date);
    }
    answer(world, body, date, &closing)
}

pub(crate) fn reprint(world: &World, ask: &Ask) -> Answer {
    let body = &ask.body;
    check(world, body, "RGCDR")?;
    let named = text(body, "trackingNumber");
    let date = match text(body, "reprintOption") {
        Some("BY_SHIP_DATE") => Some(date(body)?),
        Some("BY_TRACKING_NUMBER") => {
            let found =
                named.and_then(|number| world.fedex.parcels().find(By::Number, number).pop());
            found.and_then(|parcel| parcel.detail.shipment.closed.get().copied())
        }
        _ => {
            let message = "The reprint option is missing or invalid.";
            return Err(Refusal::invalid("CLOSE.REPRINTOPTION.INVALID", message));
        }
    };
    let date = date.ok_or_else(nothing)?;
    let closed =
        |parcel: &&Arc<Parcel<Package>>| parcel.detail.shipment.closed.get() == Some(&date);
    let parcels = world
        .fedex
        .parcels()
        .all()
        .filter(closed)
        .cloned()
        .collect::<Vec<_>>();
    answer(world, body, date, &parcels)
}

fn check(world: &World, body: &Value, kind: &str) -> Answer<()> {
    if text(body, "accountNumber.value") != Some(world.settings.fedex.account_number.as_str()) {
        return Err(unregistered());
    }
    if text(body, "closeReqType") != Some(kind) {
        let message = "The close request type is missing or invalid.";
        return Err(Refusal::invalid("CLOSE.REQUESTTYPE.INVALID", message));
    }
    let category = text(body, "groundServiceCategory");
    if category.is_some_and(|category| category != "GROUND") {
        let message = "The ground service category is invalid.";
        return Err(Refusal::invalid("CLOSE.SERVICECATEGORY.INVALID", message));
    }
    Ok(())
}

fn date(body: &Value) -> Answer<Date> {
    let date = text(body, "closeDate").and_then(|date| date.parse().ok());
    date.ok_or_else(wrong_date)
}

fn wrong_date() -> Refusal {
    Refusal::invalid("AVAILABILITY.SHIP.DATE.INVALID", "Ship date is invalid.")
}

fn nothing() -> Refusal {
    let message = "There are no ground shipments for the close.";
    Refusal::invalid("CLOSE.SHIPMENTS.NOTFOUND", message)
}

fn answer(world: &World, body: &Value, date: Date, parcels: &[Arc<Parcel<Package>>]) -> Answer {
    if parcels.is_empty() {
        return Err(nothing());
    }
    let wanted = list(body, "closeDocumentSpecification.closeDocumentTypes");
    // The manifest is given without being asked for; OP_950 is for hazardous goods.
    if wanted.iter().any(|kind| kind.as_str() == Some("OP_950")) {
        let message = "There are no hazardous shipments for the close.";
        return Err(Refusal::invalid("CLOSE.DOCUMENTTYPE.INVALID", message));
    }
    let account = &world.settings.fedex.account_number;
    let mut manifest = format!("FEDEX GROUND MANIFEST {date} ACCOUNT {account}\n");
    for parcel in parcels {
        let shipment = &parcel.detail.shipment;
        let weight = crate::decimal::text(parcel.detail.piece.weight);
        let unit = parcel.detail.piece.units.code();
        let (number, postal) = (&parcel.number, &shipment.to.postal);
        manifest.push_str(&format!("{number} {postal} {weight} {unit}\n"));
    }
    manifest.push_str(&format!("TOTAL PACKAGES {}\n", parcels.len()));
    Ok(json!({
        "closeDocuments": [{
            "type": "MANIFEST",
            "shippingCycle": "END_OF_DAY",
            "shippingDocumentDisposition": "RETURNED",
            "resolution": 203,
            "copiesToPrint": 1,
            "parts": [{ "documentPartSequenceNumber": 1, "image": STANDARD.encode(manifest) }],
        }],
    }))
}

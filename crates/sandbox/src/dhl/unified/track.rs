//! `GET /track/shipments?trackingNumber=`: one number at a time.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::{Extension, Json};
use serde_json::{Value, json};

use super::refusal::{Answer, Refusal};
use super::shown;
use crate::dhl::query::{self, Pairs};
use crate::dhl::shipment::{Division, Package};
use crate::faults::Telling;
use crate::parcel::{By, Parcel};
use crate::server::World;

/// Every division there is; the sandbox has parcels of two.
const SERVICES: [&str; 17] = [
    "dgf",
    "dsc",
    "ecommerce",
    "ecommerce-apac",
    "ecommerce-europe",
    "ecommerce-ppl",
    "ecommerce-iberia",
    "express",
    "freight",
    "parcel-de",
    "parcel-nl",
    "parcel-pl",
    "parcel-uk",
    "post-de",
    "post-international",
    "sameday",
    "svb",
];

pub(super) async fn track(
    State(world): State<Arc<World>>,
    Query(pairs): Pairs,
    telling: Option<Extension<Telling>>,
) -> Answer<Json<Value>> {
    let number = query::one(&pairs, "trackingNumber")
        .ok_or_else(|| Refusal::bad("Parameter trackingNumber is missing."))?;
    let service = query::one(&pairs, "service");
    if service.is_some_and(|service| !SERVICES.contains(&service)) {
        return Err(Refusal::bad("Parameter service has an unknown value."));
    }
    let origin = query::one(&pairs, "originCountryCode");
    let postal = query::one(&pairs, "recipientPostalCode");
    let telling = telling
        .map(|Extension(telling)| telling)
        .unwrap_or_default();
    let now = world.settings.clock.now();
    let mut found = named(&world, number);
    found.retain(|pieces| {
        pieces.first().is_some_and(|lead| {
            let shipment = &lead.detail.shipment;
            service.is_none_or(|service| service == shipment.division.service())
                && origin.is_none_or(|country| country == shipment.from.country)
                && lead.voided.get().is_none()
        })
    });
    let shipments: Vec<Value> = found
        .iter()
        .filter_map(|pieces| {
            let own = pieces.first()?.detail.shipment.to.postal.as_str();
            shown::shipment(pieces, now, telling, postal == Some(own))
        })
        .collect();
    if shipments.is_empty() {
        return Err(Refusal::no_shipment());
    }
    let host = "https://api-eu.dhl.com/track";
    let page = format!("{host}/shipments?trackingNumber={number}&offset=0&limit=5");
    Ok(Json(json!({
        "url": page, "firstUrl": page, "lastUrl": page, "shipments": shipments,
    })))
}

/// The shipments of that name: a waybill or a licence plate of Express, a number of Parcel DE.
pub(super) fn named(world: &World, number: &str) -> Vec<Vec<Arc<Parcel<Package>>>> {
    let parcels = world.dhl.parcels();
    let express = parcels.find(By::Purchase, number);
    let mut found: Vec<Vec<Arc<Parcel<Package>>>> = vec![express];
    let alone = parcels.find(By::Number, number);
    found.extend(alone.into_iter().map(|parcel| vec![parcel]));
    drop(parcels);
    found.retain(|pieces| {
        let waybill = pieces.first().is_some_and(|lead| {
            lead.detail.shipment.division == Division::Express || lead.number == number
        });
        !pieces.is_empty() && waybill
    });
    found.dedup_by_key(|pieces| pieces.first().map(|lead| lead.purchase.clone()));
    found
}

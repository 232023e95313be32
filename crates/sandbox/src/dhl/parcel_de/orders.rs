//! `GET /orders`, `DELETE /orders`, `GET /labels`: what can be done until the day is closed.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::guard;
use super::order::{sold, told};
use super::paper::{self, Output};
use super::refusal::{Answer, Refusal, status};
use crate::dhl::query::{self, Pairs};
use crate::dhl::shipment::{Division, Package};
use crate::parcel::{By, Parcel};
use crate::server::World;

/// Shipments in one question.
const SHIPMENTS_MAX: usize = 30;

/// The shipment of that number, cancelled or not.
pub(super) fn find(world: &World, number: &str) -> Option<Arc<Parcel<Package>>> {
    let found = world.dhl.parcels().find(By::Number, number);
    let ours =
        |parcel: &Arc<Parcel<Package>>| parcel.detail.shipment.division == Division::ParcelDe;
    found.into_iter().find(ours)
}

fn asked(pairs: &[(String, String)]) -> Answer<Vec<&str>> {
    let numbers: Vec<&str> = query::all(pairs, "shipment").collect();
    if numbers.is_empty() || numbers.len() > SHIPMENTS_MAX {
        return Err(Refusal::bad("shipment: between 1 and 30 numbers"));
    }
    Ok(numbers)
}

fn failed(number: &str, code: StatusCode, detail: &str) -> (bool, Value) {
    (
        false,
        json!({ "shipmentNo": number, "sstatus": status(code, detail) }),
    )
}

pub(super) async fn labels(
    State(world): State<Arc<World>>,
    Query(pairs): Pairs,
    headers: HeaderMap,
) -> Answer<Response> {
    let numbers = asked(&pairs)?;
    let output = Output::of(&pairs, &headers)?;
    let items: Vec<(bool, Value)> = numbers
        .into_iter()
        .map(|number| match find(&world, number) {
            None => failed(number, StatusCode::NOT_FOUND, "Unknown shipment number."),
            Some(parcel) if parcel.voided.get().is_some() => {
                failed(number, StatusCode::NOT_FOUND, "The shipment was cancelled.")
            }
            Some(parcel) if parcel.detail.shipment.manifested.get().is_some() => {
                failed(number, StatusCode::BAD_REQUEST, "The shipment is closed.")
            }
            Some(parcel) => (true, sold(&parcel, &output)),
        })
        .collect();
    if !items.iter().any(|(good, _)| *good) {
        return Err(Refusal::not_found(
            "No label was found for the shipment numbers.",
        ));
    }
    Ok(told(items))
}

pub(super) async fn cancel(
    State(world): State<Arc<World>>,
    Query(pairs): Pairs,
) -> Answer<Response> {
    guard::profile(query::one(&pairs, "profile"))?;
    let now = world.settings.clock.now();
    let items = asked(&pairs)?
        .into_iter()
        .map(|number| match find(&world, number) {
            None => failed(number, StatusCode::BAD_REQUEST, "Unknown shipment number."),
            Some(parcel) if parcel.detail.shipment.manifested.get().is_some() => failed(
                number,
                StatusCode::BAD_REQUEST,
                "The shipment is closed already.",
            ),
            Some(parcel) if parcel.voided.set(now).is_err() => failed(
                number,
                StatusCode::BAD_REQUEST,
                "The shipment was cancelled already.",
            ),
            Some(_) => {
                let told = status(StatusCode::OK, "The shipment was cancelled.");
                (true, json!({ "shipmentNo": number, "sstatus": told }))
            }
        })
        .collect();
    Ok(told(items))
}

/// A document by the link of an answer. The link is all that is asked for.
pub(super) async fn label(
    State(world): State<Arc<World>>,
    Query(pairs): Pairs,
) -> Answer<Response> {
    let unknown = || Refusal::not_found("The token is unknown.");
    let token = query::one(&pairs, "token").ok_or_else(unknown)?;
    let (kind, zpl, number) = paper::linked(token).ok_or_else(unknown)?;
    let parcel = find(&world, &number).ok_or_else(unknown)?;
    if zpl {
        let text = paper::printed_zpl(&parcel, kind);
        return Ok(([(CONTENT_TYPE, "application/zpl")], text).into_response());
    }
    let pdf = paper::printed_pdf(&parcel, kind);
    Ok(([(CONTENT_TYPE, "application/pdf")], pdf).into_response())
}

//! `POST /manifests` closes the day; `GET /manifests` gives its list.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::refusal::{Answer, Refusal, status};
use super::{body, guard, orders, paper};
use crate::dhl::query::{self, Pairs};
use crate::dhl::shape::violations;
use crate::dhl::shipment::{Division, Package};
use crate::document::{list, text};
use crate::parcel::Parcel;
use crate::place::Place;
use crate::server::World;

/// The day in Germany, on the parcels' clock.
fn today(world: &World) -> Date {
    Place::new("", "", "", "DE")
        .local(world.settings.clock.now())
        .date()
}

pub(super) async fn close(
    State(world): State<Arc<World>>,
    Query(pairs): Pairs,
    bytes: Bytes,
) -> Answer<Response> {
    let request = guard::json(&bytes)?;
    let found = violations(&request, body::MANIFEST);
    if let Some(first) = found.first() {
        return Err(Refusal::bad(format!("{}: {}", first.at, first.wrong)));
    }
    guard::profile(text(&request, "profile"))?;
    let day = today(&world);
    let billing = text(&request, "billingNumber");
    let numbers: Vec<String> = if query::flag(&pairs, "all") {
        open(&world, billing)
            .into_iter()
            .map(|parcel| parcel.number.clone())
            .collect()
    } else {
        let listed = list(&request, "shipmentNumbers");
        listed
            .into_iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect()
    };
    if numbers.is_empty() && !query::flag(&pairs, "all") {
        return Err(Refusal::bad(
            "shipmentNumbers is required unless all is true.",
        ));
    }
    let items: Vec<Value> = numbers
        .iter()
        .map(|number| closed(&world, number, day))
        .collect();
    let good = items
        .iter()
        .all(|item| item.pointer("/sstatus/statusCode") == Some(&json!(200)));
    let (code, detail) = if good {
        (StatusCode::OK, "The Webservice call ran successfully.")
    } else {
        (StatusCode::MULTI_STATUS, "Some shipments were not closed.")
    };
    let body = json!({ "status": status(code, detail), "items": items });
    Ok((StatusCode::MULTI_STATUS, Json(body)).into_response())
}

fn closed(world: &World, number: &str, day: Date) -> Value {
    let (code, detail) = match orders::find(world, number) {
        None => (StatusCode::BAD_REQUEST, "Unknown shipment number."),
        Some(parcel) if parcel.voided.get().is_some() => {
            (StatusCode::BAD_REQUEST, "The shipment was cancelled.")
        }
        Some(parcel) if parcel.detail.shipment.manifested.set(day).is_err() => {
            (StatusCode::BAD_REQUEST, "The shipment is closed already.")
        }
        Some(_) => (StatusCode::OK, "The shipment is closed."),
    };
    json!({ "shipmentNo": number, "sstatus": status(code, detail) })
}

/// What can be closed, of one billing number or of all.
fn open(world: &World, billing: Option<&str>) -> Vec<Arc<Parcel<Package>>> {
    let parcels = world.dhl.parcels();
    let open = |parcel: &&Arc<Parcel<Package>>| {
        let shipment = &parcel.detail.shipment;
        shipment.division == Division::ParcelDe
            && shipment.manifested.get().is_none()
            && parcel.voided.get().is_none()
            && billing.is_none_or(|billing| billing == shipment.account)
    };
    parcels.all().filter(open).cloned().collect()
}

pub(super) async fn papers(
    State(world): State<Arc<World>>,
    Query(pairs): Pairs,
) -> Answer<Response> {
    let day = match query::one(&pairs, "date") {
        None => today(&world),
        Some(text) => text.parse().map_err(|_| Refusal::bad("date: YYYY-MM-DD"))?,
    };
    let billing = query::one(&pairs, "billingNumber");
    let found: Vec<Arc<Parcel<Package>>> = {
        let parcels = world.dhl.parcels();
        let on_it = |parcel: &&Arc<Parcel<Package>>| {
            let shipment = &parcel.detail.shipment;
            shipment.manifested.get() == Some(&day)
                && billing.is_none_or(|billing| billing == shipment.account)
        };
        parcels.all().filter(on_it).cloned().collect()
    };
    if found.is_empty() {
        return Err(Refusal::not_found("There is no manifest for this day."));
    }
    let pdf = STANDARD.encode(paper::list_of_day(&day.to_string(), &found));
    let items: Vec<Value> = found
        .iter()
        .map(|parcel| {
            let told = status(StatusCode::OK, "The shipment is closed.");
            json!({ "shipmentNo": parcel.number, "sheetNo": "1", "sstatus": told })
        })
        .collect();
    let account = found
        .first()
        .map(|parcel| parcel.detail.shipment.account.as_str());
    Ok(Json(json!({
        "status": status(StatusCode::OK, "The Webservice call ran successfully."),
        "manifestDate": day.to_string(),
        "manifest": [{ "b64": pdf, "fileFormat": "PDF", "printFormat": "A4" }],
        "sheetNo": [{ "billingNumber": account, "sheetNo": "1" }],
        "items": items,
    }))
    .into_response())
}

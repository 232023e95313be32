//! `DELETE /shipments/v2409/void/cancel/{shipment}`: takes labels back, until UPS has the parcel.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::refusal::{Answer, Refusal};
use super::shipment::Package;
use crate::parcel::{By, Parcel};
use crate::server::World;

/// Numbers that one call may name.
const NUMBERS_MAX: usize = 20;

#[derive(Deserialize)]
pub(crate) struct Which {
    trackingnumber: Option<String>,
}

pub(crate) async fn void(
    State(world): State<Arc<World>>,
    Path((_, shipment)): Path<(String, String)>,
    Query(which): Query<Which>,
) -> Answer {
    let parcels = world.ups.parcels().find(By::Purchase, &shipment);
    let now = world.settings.clock.now();
    let fetched = |parcel: &Arc<Parcel<Package>>| parcel.detail.shipment.pickup <= now;
    if parcels.is_empty() || parcels.iter().any(fetched) {
        // UPS gives one answer for a shipment it does not know and for one it already has.
        let message = "No shipment found within the allowed void period";
        return Err(Refusal::invalid("190102", message));
    }
    let named = which.trackingnumber.as_deref().map(numbers).transpose()?;
    if named.is_some() && parcels.iter().any(|parcel| parcel.detail.shipment.returned) {
        let message = "Package level void is not available for shipments with return service";
        return Err(Refusal::invalid("190118", message));
    }
    let mut results = Vec::new();
    for parcel in &parcels {
        let wanted = named
            .as_ref()
            .is_none_or(|named| named.contains(&parcel.number));
        let news = wanted && parcel.voided.set(now).is_ok();
        if wanted {
            let text = if news { "Voided" } else { "Already Voided" };
            results.push(json!({
                "TrackingNumber": parcel.number,
                "Status": { "Code": "1", "Description": text },
            }));
        }
    }
    if named
        .as_ref()
        .is_some_and(|named| named.len() > results.len())
    {
        let message = "The tracking number does not belong to the shipment";
        return Err(Refusal::invalid("190117", message));
    }
    Ok(Json(answer(named.is_some().then_some(results))))
}

fn answer(packages: Option<Vec<Value>>) -> Value {
    let mut answer = json!({
        "Response": { "ResponseStatus": { "Code": "1", "Description": "Success" } },
        "SummaryResult": { "Status": { "Code": "1", "Description": "Voided" } },
    });
    if let (Some(packages), Some(members)) = (packages, answer.as_object_mut()) {
        members.insert("PackageLevelResults".to_owned(), json!(packages));
    }
    json!({ "VoidShipmentResponse": answer })
}

/// `1Z..`, `1Z..,1Z..` or `["1Z..","1Z.."]`.
fn numbers(text: &str) -> Answer<Vec<String>> {
    let separators = |c: char| matches!(c, '[' | ']' | '"' | ',' | ' ');
    let mut numbers: Vec<String> = text
        .split(separators)
        .filter(|number| !number.is_empty())
        .map(str::to_owned)
        .collect();
    numbers.sort();
    numbers.dedup();
    if numbers.is_empty() || numbers.len() > NUMBERS_MAX {
        let message = "Invalid number of tracking numbers";
        return Err(Refusal::invalid("190101", message));
    }
    Ok(numbers)
}

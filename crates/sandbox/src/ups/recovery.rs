//! `POST /labels/v1/recovery`: a label once more, by tracking number or by reference and shipper.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use http::HeaderMap;
use serde_json::{Value, json};

use super::rating::accepted;
use super::refusal::{Answer, Refusal};
use super::shipment::{Image, Package};
use super::{guard, paper};
use crate::document::{at, present, scalar, text};
use crate::parcel::{By, Parcel};
use crate::server::World;

pub(crate) async fn recover(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let request = guard::json(&headers, &body)?;
    let ask = at(&request, "LabelRecoveryRequest")
        .ok_or_else(|| Refusal::invalid("300001", "Missing or invalid LabelRecoveryRequest"))?;
    let parcels = find(&world, ask)?;
    let lead = parcels.first().ok_or_else(|| {
        let message = "No label can be recovered for the number or reference given";
        Refusal::invalid("300032", message)
    })?;
    let results: Vec<Value> = parcels
        .iter()
        .map(|parcel| result(parcel, ask))
        .collect::<Answer<_>>()?;
    let context = scalar(ask, "Request.TransactionReference.CustomerContext");
    Ok(Json(json!({ "LabelRecoveryResponse": {
        "Response": accepted(context),
        "ShipmentIdentificationNumber": lead.purchase,
        "LabelResults": results,
    }})))
}

fn find(world: &World, ask: &Value) -> Answer<Vec<Arc<Parcel<Package>>>> {
    let mut found = if let Some(number) = text(ask, "TrackingNumber") {
        world.ups.parcels().find(By::Number, number)
    } else {
        let missing = |what| {
            let message = format!("Missing or invalid {what}");
            Refusal::invalid("300033", message)
        };
        let value = text(ask, "ReferenceValues.ReferenceNumber.Value")
            .filter(|value| value.chars().count() <= 35)
            .ok_or_else(|| missing("tracking number or reference number"))?;
        let shipper =
            text(ask, "ReferenceValues.ShipperNumber").ok_or_else(|| missing("shipper number"))?;
        if shipper == world.settings.ups.shipper_number {
            world.ups.parcels().find(By::Reference, value)
        } else {
            Vec::new()
        }
    };
    found.retain(|parcel| parcel.voided.get().is_none());
    // A reference that was used again means its newest shipment.
    let newest = found.last().map(|parcel| parcel.purchase.clone());
    found.retain(|parcel| Some(&parcel.purchase) == newest.as_ref());
    Ok(found)
}

fn result(parcel: &Parcel<Package>, ask: &Value) -> Answer<Value> {
    let image = if present(ask, "LabelSpecification.LabelImageFormat") {
        let code = text(ask, "LabelSpecification.LabelImageFormat.Code").unwrap_or_default();
        Image::of(code).ok_or_else(|| {
            Refusal::invalid("300034", "Missing or invalid label image format code")
        })?
    } else {
        Image::Gif
    };
    let mut label = json!({
        "LabelImageFormat": { "Code": image.code() },
        "GraphicImage": paper::label(parcel, image),
    });
    if let (Image::Gif, Some(members)) = (image, label.as_object_mut()) {
        let page = paper::page(&parcel.number);
        members.insert("HTMLImage".to_owned(), json!(page));
    }
    Ok(json!({ "TrackingNumber": parcel.number, "LabelImage": label }))
}

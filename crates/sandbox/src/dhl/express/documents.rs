//! Documents after the sale: waybill and invoice again, proof of delivery, papers for customs sent
//! later. The transport label itself cannot be had again.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::paper::{self, Printer};
use super::refusal::{Answer, Refusal};
use super::track::express;
use super::{body, guard};
use crate::dhl::query::{self, Pairs};
use crate::dhl::shipment::Package;
use crate::document::text;
use crate::faults::Telling;
use crate::label::Drawing;
use crate::parcel::{By, Parcel};
use crate::plan::Step;
use crate::server::World;

/// The kinds of documents that the archive may hold.
const KINDS: [&str; 6] = [
    "waybill",
    "commercial-invoice",
    "customs-entry",
    "transport-accompanying-document",
    "generic-entry-summary",
    "dhl-issued-proforma-invoice",
];

/// How a proof of delivery may be told.
const PROOFS: [&str; 7] = [
    "epod-summary",
    "epod-detail",
    "epod-detail-esig",
    "epod-summary-esig",
    "epod-table",
    "epod-table-detail",
    "epod-table-esig",
];

pub(super) async fn image(
    State(world): State<Arc<World>>,
    Path(number): Path<String>,
    Query(pairs): Pairs,
) -> Answer {
    let missing = query::missing(&pairs, &["typeCode", "pickupYearAndMonth"]);
    if !missing.is_empty() {
        return Err(Refusal::missing(&missing));
    }
    let account = query::one(&pairs, "shipperAccountNumber")
        .or_else(|| query::one(&pairs, "payerAccountNumber"))
        .ok_or_else(|| Refusal::missing(&["shipperAccountNumber"]))?;
    let format = query::one(&pairs, "encodingFormat").unwrap_or("pdf");
    if !matches!(format, "pdf" | "tiff") {
        return Err(Refusal::wrong_format("encodingFormat", "pdf, tiff"));
    }
    if format == "tiff" && query::flag(&pairs, "allInOnePDF") {
        return Err(Refusal::bad(
            "1506: encodingFormat TIFF is not applicable in combination with allInOnePDF = true.  \
             Please check the request message and retry.",
        ));
    }
    let kinds: Vec<&str> = query::all(&pairs, "typeCode").collect();
    if let Some(unknown) = kinds.iter().find(|kind| !KINDS.contains(kind)) {
        let valid = KINDS.join(", ");
        return Err(Refusal::wrong_format(
            &format!("typeCode {unknown}"),
            &valid,
        ));
    }
    let month = query::one(&pairs, "pickupYearAndMonth").unwrap_or_default();
    let parcel = express(&world, By::Purchase, &number).into_iter().next();
    let parcel = parcel.filter(|parcel| {
        let shipment = &parcel.detail.shipment;
        let planned = shipment.planned.strftime("%Y-%m").to_string();
        shipment.account == account && planned == month && format == "pdf"
    });
    let documents: Vec<Value> = parcel
        .iter()
        .flat_map(|parcel| kinds.iter().filter_map(|kind| archived(parcel, kind)))
        .collect();
    if documents.is_empty() {
        return Err(Refusal::not_found(
            "Not found",
            "1504: No document images found for the provided search criteria.",
        ));
    }
    Ok(Json(json!({ "documents": documents })))
}

fn archived(parcel: &Parcel<Package>, kind: &str) -> Option<Value> {
    let paper: Drawing = match kind {
        "waybill" => paper::waybill(parcel),
        "commercial-invoice" => paper::invoice(parcel)?,
        _ => return None,
    };
    Some(json!({
        "shipmentTrackingNumber": parcel.purchase,
        "typeCode": kind,
        "function": "export",
        "encodingFormat": "PDF",
        "content": Printer::Pdf.print(&[paper]),
    }))
}

pub(super) async fn proof(
    State(world): State<Arc<World>>,
    Path(number): Path<String>,
    Query(pairs): Pairs,
) -> Answer {
    let content = query::one(&pairs, "content").unwrap_or("epod-summary");
    if !PROOFS.contains(&content) {
        return Err(Refusal::wrong_format("content", &PROOFS.join(", ")));
    }
    let nothing = || Refusal::not_found("Not Found", "No proof of delivery found");
    let account = query::one(&pairs, "shipperAccountNumber");
    let parcel = express(&world, By::Purchase, &number).into_iter().next();
    let parcel = parcel
        .filter(|parcel| account.is_none_or(|own| own == parcel.detail.shipment.account))
        .ok_or_else(nothing)?;
    let seen = parcel.seen(world.settings.clock.now(), Telling::Plain);
    let delivered = seen.iter().find(|scan| scan.step == Step::Delivered);
    let delivered = delivered.ok_or_else(nothing)?;
    let when = delivered.place.local(delivered.at).to_string();
    let content = Printer::Pdf.print(&[paper::proof(&parcel, &when)]);
    let document = json!({ "encodingFormat": "PDF", "content": content, "typeCode": "POD" });
    Ok(Json(json!({ "documents": [document] })))
}

/// Papers that come after the sale. They are taken and forgotten: nobody can ask for them.
pub(super) async fn upload(
    State(world): State<Arc<World>>,
    Path(number): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer<StatusCode> {
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    let request = guard::json(&headers, &bytes, body::UPLOAD, status)?;
    guard::ours(&world, &request, "8007: The Shipper Account is invalid.")?;
    let parcel = express(&world, By::Purchase, &number).into_iter().next();
    let day = text(&request, "originalPlannedShippingDate").unwrap_or_default();
    let product = text(&request, "productCode").unwrap_or_default();
    let known = parcel.is_some_and(|parcel| {
        let shipment = &parcel.detail.shipment;
        shipment.planned.date().to_string() == day && shipment.product.0 == product
    });
    if known {
        return Ok(StatusCode::OK);
    }
    Err(Refusal::not_found(
        "Not found",
        "Operation not possible since shipment information not found",
    ))
}

//! `POST /documents/v1/etds/upload`: trade documents, on a host of their own.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use super::api::{admit, customer, header};
use super::multipart::parts;
use super::postal;
use super::refusal::{Answer, Refusal};
use crate::document::text;
use crate::parcel::By;
use crate::server::World;

/// Documents remembered at once.
const DOCUMENTS_MAX: usize = 10_000;

/// What may be uploaded, and the short name it is answered with.
const KINDS: [(&str, &str); 7] = [
    ("CERTIFICATE_OF_ORIGIN", "CO"),
    ("COMMERCIAL_INVOICE", "CI"),
    ("ETD_LABEL", "ETD_LABEL"),
    (
        "USMCA_CERTIFICATION_OF_ORIGIN",
        "USMCA_CERTIFICATION_OF_ORIGIN",
    ),
    (
        "USMCA_COMMERCIAL_INVOICE_CERTIFICATION_OF_ORIGIN",
        "USMCA_COMMERCIAL_INVOICE_CERTIFICATION_OF_ORIGIN",
    ),
    ("OTHER", "OTHER"),
    ("PRO_FORMA_INVOICE", "PI"),
];

pub(crate) async fn upload(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let customer = customer(&headers);
    let taken = admit(&world, &headers)
        .map_err(|refusal| {
            if refusal.status != StatusCode::UNAUTHORIZED {
                return refusal;
            }
            let message = "Invalid token passed in the request";
            Refusal::new(refusal.status, "AUTHENTICATION.TOKEN.INVALID", message)
        })
        .and_then(|()| take(&world, &headers, &body));
    match taken {
        Err(refusal) => refusal.told(customer),
        Ok(meta) => {
            let mut answer = json!({ "output": { "meta": meta } });
            if let (Some(customer), Some(members)) = (customer, answer.as_object_mut()) {
                members.insert("customerTransactionId".to_owned(), json!(customer));
            }
            (StatusCode::CREATED, Json(answer)).into_response()
        }
    }
}

fn take(world: &World, headers: &HeaderMap, body: &Bytes) -> Answer {
    let invalid = |what: &str| {
        let message = format!("Invalid request: invalid input : {what}");
        Refusal::invalid("1001", message)
    };
    let media = header(headers, CONTENT_TYPE.as_str()).unwrap_or_default();
    let parts = parts(media, body).ok_or_else(|| invalid("Invalid document details"))?;
    let named = |name: &str| parts.iter().find(|part| part.name == name);
    let file = named("attachment").filter(|file| !file.body.is_empty());
    if file.is_none() {
        let message = "Invalid request: no file information.";
        return Err(Refusal::invalid("1002", message));
    }
    let document = named("document").and_then(|part| serde_json::from_slice(&part.body).ok());
    let document: Value = document.ok_or_else(|| invalid("Invalid document details"))?;
    let field = |path: &str| text(&document, path).unwrap_or_default();
    let shipped = match field("workflowName") {
        "ETDPreshipment" => false,
        "ETDPostshipment" => true,
        _ => return Err(invalid("Invalid workflow name")),
    };
    if field("name").is_empty() || field("contentType").is_empty() {
        return Err(invalid("Invalid document details"));
    }
    let kind = field("meta.shipDocumentType");
    let (_, short) = KINDS
        .iter()
        .find(|(known, _)| *known == kind)
        .ok_or_else(|| invalid("Invalid document type"))?;
    let countries = ["meta.originCountryCode", "meta.destinationCountryCode"];
    if !countries
        .into_iter()
        .all(|path| postal::served(field(path)))
    {
        let message = "ETD shipment validation failure : Invalid destination country code";
        return Err(Refusal::invalid("1024", message));
    }
    let number = field("meta.trackingNumber");
    if shipped && world.fedex.parcels().find(By::Number, number).is_empty() {
        return Err(invalid("Invalid tracking number"));
    }
    let id = Uuid::now_v7().simple().to_string();
    let mut documents = world.fedex.documents();
    if documents.len() >= DOCUMENTS_MAX {
        documents.clear();
    }
    documents.insert(id.clone());
    Ok(json!({ "documentType": short, "docId": id, "folderId": ["0b0493e580dc1a1b"] }))
}

//! Returns: a label for a customer who sends something back.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use serde_json::{Value, json};

use super::order::{Wanted, party};
use super::order_rules::grams;
use super::{body, guard, paper};
use crate::dhl::query::{self, Pairs};
use crate::dhl::shape::violations;
use crate::dhl::shipment::Party;
use crate::document::text;
use crate::server::World;

/// The only place that returns go to.
const RECEIVER: &str = "deu";

/// A problem as the description of returns has it.
fn refused(code: StatusCode, detail: &str) -> Response {
    let body = json!({
        "title": code.canonical_reason().unwrap_or("Error"),
        "status": code.as_u16(),
        "detail": detail.chars().take(80).collect::<String>(),
    });
    let headers = [(CONTENT_TYPE, "application/problem+json")];
    (code, headers, body.to_string()).into_response()
}

/// Where returns go: the merchant's own yard.
fn yard() -> Party {
    Party {
        name: "Sandbox Returns".to_owned(),
        company: "Sandbox Returns".to_owned(),
        phone: String::new(),
        lines: vec!["Ruecksendeweg 1".to_owned()],
        city: "Bonn".to_owned(),
        state: String::new(),
        postal: "53113".to_owned(),
        country: "DE".to_owned(),
    }
}

pub(super) async fn create(State(world): State<Arc<World>>, bytes: Bytes) -> Response {
    let Ok(request) = guard::json(&bytes) else {
        return refused(
            StatusCode::BAD_REQUEST,
            "The request body is no valid JSON.",
        );
    };
    let found = violations(&request, body::RETURNED);
    if let Some(first) = found.first() {
        let detail = format!("{}: {}", first.at, first.wrong);
        return refused(StatusCode::BAD_REQUEST, &detail);
    }
    if text(&request, "receiverId") != Some(RECEIVER) {
        return refused(
            StatusCode::UNPROCESSABLE_ENTITY,
            "The receiver id is unknown.",
        );
    }
    let named = ["customerReference", "shipmentReference"];
    let references = named
        .into_iter()
        .filter_map(|kind| Some((kind.to_owned(), text(&request, kind)?.to_owned())));
    let wanted = Wanted {
        product: ("RETOURE", "DHL RETOURE"),
        account: format!("{}0701", world.settings.dhl.parcel_de_ekp),
        from: party(&request, "shipper"),
        to: yard(),
        days: 2,
        customs: false,
        references: references.collect(),
        grams: grams(&request, "itemWeight").unwrap_or(1_000),
        sides: None,
        back: false,
        invoice: None,
        ship_on: None,
    };
    let parcel = wanted.book(&world);
    let label = STANDARD.encode(paper::printed_pdf(&parcel, paper::Kind::Label));
    let body = json!({
        "sstatus": { "title": "Created", "status": 201 },
        "shipmentNo": parcel.number,
        "label": { "b64": label },
        "routingCode": paper::routing(&parcel.detail.shipment.to),
    });
    (StatusCode::CREATED, Json(body)).into_response()
}

pub(super) async fn locations(State(world): State<Arc<World>>, Query(pairs): Pairs) -> Json<Value> {
    let other = query::one(&pairs, "receiverId").is_some_and(|id| id != RECEIVER)
        || query::one(&pairs, "countryCode").is_some_and(|country| country != "deu");
    if other {
        return Json(json!([]));
    }
    let yard = yard();
    let address = json!({
        "name1": yard.name, "addressStreet": "Ruecksendeweg", "addressHouse": "1",
        "postalCode": yard.postal, "city": yard.city,
    });
    let ekp = world.settings.dhl.parcel_de_ekp.as_str();
    Json(json!([{
        "receiverId": RECEIVER, "shipperCountry": "deu", "ekp": ekp,
        "billingNumber": format!("{ekp}0701"), "companyName": yard.name,
        "numberRange": "00340434", "receiverAddress": address, "companyAddress": address,
    }]))
}

//! How a label is told: metadata and pictures, as parts of a form or as one JSON document.

use axum::Json;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, StatusCode};
use jiff::civil::Time;
use serde_json::{Map, Value, json};

use super::number::{decimal, money};
use super::refusal::{Answer, Refusal};
use super::shipment::{Image, Kind, Package};
use crate::document::{at, text};
use crate::parcel::Parcel;

/// What the request wants to be answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// `multipart/form-data`, whatever else is asked for.
    Parts,
    /// `application/vnd.usps.labels+json`.
    Document,
}

impl Form {
    pub(crate) fn of(headers: &HeaderMap) -> Answer<Self> {
        let accepted = headers
            .get(ACCEPT)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        if accepted.contains("application/vnd.usps.labels+json") {
            return Ok(Self::Document);
        }
        if accepted.contains("xml") {
            let detail = "The application/xml media type is not supported at this time.";
            return Err(Refusal::malformed("Accept", detail));
        }
        Ok(Self::Parts)
    }
}

/// A part of a form: its name, its media type, the file's name if it is one, its text.
pub(crate) struct Part {
    pub(crate) name: &'static str,
    pub(crate) media: &'static str,
    pub(crate) file: Option<String>,
    pub(crate) text: String,
}

impl Part {
    pub(crate) fn json(name: &'static str, value: &Value) -> Self {
        Self {
            name,
            media: "application/json",
            file: None,
            text: value.to_string(),
        }
    }

    pub(crate) fn picture(name: &'static str, image: Image, bytes: &[u8]) -> Self {
        let (media, ending) = image.file();
        Self {
            name,
            media,
            file: Some(format!("{name}.{ending}")),
            text: STANDARD.encode(bytes),
        }
    }
}

/// The parts as `multipart/form-data`; `seed` makes the boundary.
pub(crate) fn multipart(parts: &[Part], seed: &str) -> Response {
    let boundary = format!("usps-{seed}-part");
    let mut body = String::new();
    for part in parts {
        let file = part
            .file
            .as_ref()
            .map_or_else(String::new, |file| format!("; filename=\"{file}\""));
        let (name, media, text) = (part.name, part.media, &part.text);
        body.push_str(&format!(
            "--{boundary}\r\nContent-Type: {media}\r\n\
             Content-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n{text}\r\n"
        ));
    }
    body.push_str(&format!("--{boundary}--\r\n"));
    let media = format!("multipart/form-data; boundary={boundary}");
    let mut answer = Response::new(Body::from(body));
    if let Ok(media) = HeaderValue::from_str(&media) {
        answer.headers_mut().insert(CONTENT_TYPE, media);
    }
    answer
}

/// A JSON document under the vendor's media type.
pub(crate) fn document(status: StatusCode, value: &Value) -> Response {
    let mut answer = (status, Json(value)).into_response();
    let media = HeaderValue::from_static("application/vnd.usps.labels+json");
    answer.headers_mut().insert(CONTENT_TYPE, media);
    answer
}

/// The names of the parts: a return label's differ.
pub(crate) const fn names(kind: Kind) -> [&'static str; 3] {
    match kind {
        Kind::Outbound | Kind::Abroad => ["labelMetadata", "labelImage", "receiptImage"],
        Kind::Return => [
            "returnLabelMetadata",
            "returnLabelImage",
            "returnReceiptImage",
        ],
    }
}

/// The answer to a purchase.
pub(crate) fn bought(parcel: &Parcel<Package>, form: Form) -> Response {
    let package = &parcel.detail;
    let status = match package.kind {
        Kind::Abroad => StatusCode::CREATED,
        Kind::Outbound | Kind::Return => StatusCode::OK,
    };
    let metadata = metadata(parcel);
    let pictures = super::paper::pictures(parcel, package.print);
    let [about, label, receipt] = names(package.kind);
    let image = package.print.image;
    match form {
        Form::Parts => {
            let mut parts = vec![Part::json(about, &metadata)];
            if let Some(pictures) = pictures {
                parts.push(Part::picture(label, image, &pictures.label));
                let own = pictures.receipt;
                parts.extend(own.map(|bytes| Part::picture(receipt, image, &bytes)));
            }
            let mut answer = multipart(&parts, &parcel.number);
            *answer.status_mut() = status;
            answer
        }
        Form::Document => {
            let mut whole = metadata;
            if let (Some(pictures), Some(members)) = (pictures, whole.as_object_mut()) {
                let mut put = |name: &str, bytes: &[u8]| {
                    members.insert(name.to_owned(), json!(STANDARD.encode(bytes)));
                };
                put(label, &pictures.label);
                if let Some(bytes) = pictures.receipt {
                    put(receipt, &bytes);
                }
            }
            document(status, &whole)
        }
    }
}

/// What is told of a label beside its picture.
pub(crate) fn metadata(parcel: &Parcel<Package>) -> Value {
    match parcel.detail.kind {
        Kind::Abroad => metadata_abroad(parcel),
        Kind::Outbound | Kind::Return => metadata_at_home(parcel),
    }
}

fn metadata_at_home(parcel: &Parcel<Package>) -> Value {
    let package = &parcel.detail;
    let address = at(&package.sent, "toAddress").cloned().unwrap_or_default();
    let plus = text(&address, "ZIPPlus4").unwrap_or_default();
    let zip = text(&address, "ZIPCode").unwrap_or_default();
    let extras = package.extras.iter();
    let extras: Vec<Value> = extras.map(|extra| extra.bought(package.value)).collect();
    let evening = package.mailing.to_datetime(Time::constant(22, 0, 0, 0));
    let mailed = package.lane.origin.offset.to_timestamp(evening);
    let mut members = Map::new();
    let mut put = |name: &str, value: Value| members.insert(name.to_owned(), value);
    put("labelAddress", printed(&address));
    put("routingInformation", json!(format!("420{zip}{plus}")));
    put("trackingNumber", json!(parcel.number));
    put("SKU", json!(package.price.sku()));
    put("postage", money(package.price.postage));
    put("extraServices", json!(extras));
    put("serviceTypeCode", json!(package.price.service.code));
    put("zone", json!(package.lane.zone_text()));
    put("mailingDate", json!(mailed.ok()));
    put("weightUOM", json!("lb"));
    put("weight", decimal(package.weight));
    put("dimensionalWeight", decimal(package.dimensional * 16));
    put("fees", package.price.fees());
    put("bannerText", json!("USPS TRACKING # USPS Ship"));
    put("retailDistributionCode", json!("01"));
    put("links", json!([]));
    if package.kind == Kind::Outbound {
        let promised = package.promised.to_string();
        let days = package.price.service.days(&package.lane);
        put("constructCode", json!("C03"));
        put("permitHolderName", json!(""));
        put(
            "commitment",
            json!({
                "name": format!("{days} Days"),
                "scheduleDeliveryDate": promised,
                "expectedDeliveryDate": promised,
                "isPriorityMailNextDay": false,
            }),
        );
    }
    Value::Object(members)
}

fn metadata_abroad(parcel: &Parcel<Package>) -> Value {
    let package = &parcel.detail;
    let address = at(&package.sent, "toAddress").cloned().unwrap_or_default();
    let extras = package.extras.iter();
    let extras: Vec<Value> = extras
        .map(|extra| extra.bought_abroad(package.value))
        .collect();
    let mut metadata = json!({
        "labelAddress": printed(&address),
        "internationalTrackingNumber": parcel.number,
        "constructCode": "I01",
        "SKU": package.price.sku(),
        "postage": money(package.price.postage),
        "extraServices": extras,
        "internationalPriceGroup": package.lane.zone_text(),
        "weightUOM": "lb",
        "weight": decimal(package.weight),
        "mailingDate": package.mailing.to_string(),
        "fees": [],
    });
    if let (1.., Some(members)) = (package.dimensional, metadata.as_object_mut()) {
        let pounds = decimal(package.dimensional).to_string();
        members.insert("dimensionalWeight".to_owned(), json!(pounds));
    }
    metadata
}

/// The address in capitals, as USPS prints it; without what is no part of it.
fn printed(address: &Value) -> Value {
    let given = address.as_object().cloned().unwrap_or_default();
    let shouted = |(name, value): (String, Value)| {
        let kept = matches!(name.as_str(), "email" | "ignoreBadAddress" | "phone");
        let capitals = value.as_str().filter(|_| !kept).map(str::to_uppercase);
        (name, capitals.map_or(value, Value::String))
    };
    Value::Object(given.into_iter().map(shouted).collect())
}

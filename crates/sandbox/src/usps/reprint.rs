//! `POST /labels/v3/label-reprint`, by number or by key: the same label once more, three times at
//! most and until the mailing date.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value, json};

use super::answer::{Form, Part, document, metadata, multipart, names};
use super::cancel::{Desk, required_key, under_key};
use super::guard;
use super::paper::pictures;
use super::refusal::{Answer, Refusal};
use super::shipment::{Image, Print, Receipt};
use crate::document::text;
use crate::parcel::By;
use crate::server::World;

/// How often a label may be printed again.
const LIMIT: u32 = 3;

pub(crate) async fn by_number(
    State(world): State<Arc<World>>,
    Path(number): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer<Response> {
    reprint(&world, &headers, &body, Desk::Home, By::Number, &number)
}

pub(crate) async fn by_key(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer<Response> {
    let key = required_key(&headers)?;
    let answer = reprint(&world, &headers, &body, Desk::Home, By::Purchase, &key)?;
    Ok(under_key(answer, &key))
}

pub(crate) async fn abroad_by_number(
    State(world): State<Arc<World>>,
    Path(number): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer<Response> {
    reprint(&world, &headers, &body, Desk::Abroad, By::Number, &number)
}

pub(crate) async fn abroad_by_key(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer<Response> {
    let key = required_key(&headers)?;
    let answer = reprint(&world, &headers, &body, Desk::Abroad, By::Purchase, &key)?;
    Ok(under_key(answer, &key))
}

fn reprint(
    world: &World,
    headers: &HeaderMap,
    body: &Bytes,
    desk: Desk,
    by: By,
    name: &str,
) -> Answer<Response> {
    guard::paid(world, headers)?;
    let form = Form::of(headers)?;
    let request = guard::json(headers, body)?;
    guard::only(&request, &["imageInfo"])?;
    let print = Print {
        image: image(&request)?,
        receipt: Receipt::None, // receipts cannot be printed again
    };
    let refused = |code, detail: &str| Err(Refusal::invalid(code, "trackingNumber", detail));
    let Some(parcel) = desk.find(world, by, name) else {
        let detail = "Tracking number not found for a mailing date within the last 45 days";
        return refused("160378", detail);
    };
    let package = &parcel.detail;
    if package.disputed.get().is_some() {
        return refused("160380", "Disputed labels are unavailable for reprint");
    }
    if parcel.voided.get().is_some() {
        return refused("160379", "Canceled labels are unavailable for reprint");
    }
    if guard::today(world, &package.lane.origin) > package.mailed {
        let detail = "Labels past their mailingDate are unavailable for reprint";
        return refused("160381", detail);
    }
    let more = |count| (count < LIMIT).then_some(count + 1);
    let counted = package
        .reprints
        .fetch_update(Ordering::AcqRel, Ordering::Acquire, more);
    let Ok(before) = counted else {
        let detail = format!("This label has reached the reprint limit of {LIMIT} reprints");
        return Err(Refusal::invalid(
            "160382",
            "reprintInfo.reprintCount",
            detail,
        ));
    };
    let info = json!({ "reprintNumber": before + 1, "reprintLimit": LIMIT });
    let picture = pictures(&parcel, print).map(|pictures| pictures.label);
    let picture = picture.unwrap_or_default();
    let [about, label, _] = names(package.kind);
    let metadata = metadata(&parcel);
    Ok(match form {
        Form::Parts => {
            let parts = [
                Part::json(about, &metadata),
                Part::picture(label, print.image, &picture),
                Part::json("reprintInfo", &info),
            ];
            multipart(&parts, &parcel.number)
        }
        Form::Document => {
            let mut whole = Map::new();
            whole.insert(about.to_owned(), metadata);
            whole.insert(label.to_owned(), json!(STANDARD.encode(picture)));
            whole.insert("reprintInfo".to_owned(), info);
            document(StatusCode::OK, &Value::Object(whole))
        }
    })
}

/// The format that is asked for; PDF when none is.
fn image(request: &Value) -> Answer<Image> {
    if text(request, "imageInfo.receiptOption").is_some() {
        return Err(Refusal::malformed(
            "imageInfo.receiptOption",
            "object instance has property which is not allowed: receiptOption",
        ));
    }
    let Some(name) = text(request, "imageInfo.imageType") else {
        return Ok(Image::Pdf);
    };
    Image::of(name)
        .filter(|image| *image != Image::None)
        .ok_or_else(|| {
            let detail = format!("currently only {} are supported.", Image::DRAWN);
            Refusal::invalid("160024", "imageInfo.imageType", detail)
        })
}

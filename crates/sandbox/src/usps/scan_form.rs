//! `POST /scan-forms/v3/scan-form`: one barcode for many labels, whose data then leaves.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use jiff::civil::Date;
use parcelgate_tracking_number::make::usps_impb;
use serde_json::{Value, json};

use super::answer::{Form, Part, document, multipart};
use super::guard::{self, one_of, only, required};
use super::label_rules as rules;
use super::paper::scan_form;
use super::refusal::{Answer, Refusal};
use super::shipment::{Image, Kind, Package, address_lines};
use crate::document::{at, list, text};
use crate::label::pdf;
use crate::parcel::{By, Parcel};
use crate::server::World;

const MEMBERS: &[&str] = &[
    "imageInfo",
    "form",
    "imageType",
    "labelType",
    "mailingDate",
    "overwriteMailingDate",
    "entryFacilityZIPCode",
    "destinationEntryFacilityType",
    "shipment",
    "fromAddress",
];
const FACILITIES: &[&str] = &[
    "NONE",
    "DESTINATION_NETWORK_DISTRIBUTION_CENTER",
    "DESTINATION_REGIONAL_PROCESSING_DISTRIBUTION_CENTER",
    "DESTINATION_SECTIONAL_CENTER_FACILITY",
    "DESTINATION_DELIVERY_UNIT",
    "DESTINATION_SERVICE_HUB",
];
/// Numbers on one form.
const NUMBERS_MAX: usize = 40_000;
/// Days ahead that mail may be announced.
const AHEAD_MAX: i32 = 30;
/// The service type code of an electronic file.
const FILE: &str = "750";

type Label = Arc<Parcel<Package>>;

/// What a form is asked for.
struct Ask<'v> {
    mailing: Date,
    overwrite: bool,
    zip: &'v str,
    facility: &'v str,
    image: Image,
    now: Timestamp,
}

pub(crate) async fn make(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer<Response> {
    let form = Form::of(&headers)?;
    let request = guard::json(&headers, &body)?;
    let ask = read(&world, &request)?;
    let labels = labels(&world, &request, &ask)?;
    let number = number(&world)?;
    for label in &labels {
        if label.detail.form.set((number.clone(), ask.now)).is_err() {
            return Err(taken(label));
        }
    }
    let numbers: Vec<&str> = labels.iter().map(|label| label.number.as_str()).collect();
    let mut metadata = request.clone();
    if let Some(members) = metadata.as_object_mut() {
        members.insert("form".to_owned(), json!("5630"));
        members.insert("manifestNumber".to_owned(), json!(number));
        members.insert("trackingNumbers".to_owned(), json!(numbers));
    }
    let day = ask.mailing.to_string();
    let from = address_lines(at(&request, "fromAddress").unwrap_or(&Value::Null));
    let picture = pdf(&scan_form(&number, &from, labels.len(), &day));
    let shown = ask.image != Image::None;
    Ok(match form {
        Form::Parts => {
            let mut parts = vec![Part::json("SCANFormMetaData", &metadata)];
            if shown {
                parts.push(Part::picture("SCANFormImage", ask.image, &picture));
            }
            multipart(&parts, &number)
        }
        Form::Document => {
            if let (true, Some(members)) = (shown, metadata.as_object_mut()) {
                let picture = STANDARD.encode(picture);
                members.insert("SCANFormImage".to_owned(), json!(picture));
            }
            document(StatusCode::OK, &metadata)
        }
    })
}

fn read<'v>(world: &World, request: &'v Value) -> Answer<Ask<'v>> {
    only(request, MEMBERS)?;
    let facility = one_of(request, "destinationEntryFacilityType", FACILITIES)?;
    let zip = required(request, "entryFacilityZIPCode")?;
    if at(request, "fromAddress").is_some_and(|from| rules::named(from, "fromAddress").is_err()) {
        let detail = "must provide either first and last name or firm";
        let parameter = "firstName/lastName/firm";
        return Err(Refusal::invalid("160168", parameter, detail));
    }
    rules::address(request, "fromAddress")?;
    let image = text(request, "imageInfo.imageType").unwrap_or("PDF");
    let image = Image::of(image).filter(|image| matches!(image, Image::Pdf | Image::None));
    let image = image.ok_or_else(|| {
        let detail = "currently only PDF and NONE are supported.";
        Refusal::malformed("imageInfo.imageType", detail)
    })?;
    let now = world.settings.clock.now();
    let place = crate::place::Place::new("", "IL", zip, "US");
    let today = guard::machine_today(world, &place);
    let last = today.saturating_add(jiff::Span::new().days(AHEAD_MAX));
    required(request, "mailingDate")?;
    let mailing = guard::date(request, "mailingDate", false)?;
    let mailing = mailing.filter(|date| (today..=last).contains(date));
    let mailing = mailing.ok_or_else(|| {
        let detail = "cannot be in the past or more than 30 days in the future";
        Refusal::invalid("160034", "mailingDate", detail)
    })?;
    Ok(Ask {
        mailing,
        overwrite: at(request, "overwriteMailingDate") == Some(&Value::Bool(true)),
        zip,
        facility,
        image,
        now,
    })
}

/// The labels that are named, or all that fit the Mailer ID that is.
fn labels(world: &World, request: &Value, ask: &Ask<'_>) -> Answer<Vec<Label>> {
    let shipment = at(request, "shipment").ok_or_else(|| {
        let detail = "object has missing required property: shipment";
        Refusal::malformed("shipment", detail)
    })?;
    only(shipment, &["trackingNumbers", "MID", "manifestMID"])?;
    let numbers = list(shipment, "trackingNumbers");
    if numbers.len() > NUMBERS_MAX {
        let detail = format!("at most {NUMBERS_MAX} numbers");
        return Err(Refusal::malformed("trackingNumbers", detail));
    }
    if !numbers.is_empty() {
        let one = |number: &Value| {
            let number = number.as_str().unwrap_or_default();
            let found = world.usps.parcels().find(By::Number, number).pop();
            let label = found.ok_or_else(|| {
                let detail = format!("barcode {number} does not exist");
                Refusal::invalid("160039", "barcode", detail)
            })?;
            eligible(&label, ask)?;
            Ok(label)
        };
        return numbers.into_iter().map(one).collect();
    }
    let account = &world.settings.usps;
    let ours = text(shipment, "MID") == Some(&account.mid)
        || text(shipment, "manifestMID") == Some(&account.manifest_mid);
    let parcels = world.usps.parcels();
    let fitting = parcels
        .all()
        .filter(|label| ours && eligible(label, ask).is_ok());
    let fitting: Vec<Label> = fitting.take(NUMBERS_MAX).cloned().collect();
    if fitting.is_empty() {
        let detail = "The SCAN Form could not be created because no labels met the given criteria";
        let parameter = "mailingDate,entryFacilityZIPCode,destinationEntryFacilityType,shipment";
        return Err(Refusal::invalid("160037", parameter, detail));
    }
    Ok(fitting)
}

fn taken(label: &Label) -> Refusal {
    let form = label.detail.form.get();
    let file = form.map_or("", |(number, _)| number.as_str());
    let detail = format!(
        "barcode {} is already part of another SCAN Form with efn {file}",
        label.number
    );
    Refusal::invalid("160040", "scanFormEfn", detail)
}

fn eligible(label: &Label, ask: &Ask<'_>) -> Answer<()> {
    let (number, package) = (&label.number, &label.detail);
    let refused = |code, parameter: &str, why: String| {
        Err(Refusal::invalid(
            code,
            parameter,
            format!("barcode {number} {why}"),
        ))
    };
    if package.kind == Kind::Return {
        let why = "is not eligible for SCAN Form".to_owned();
        return refused("160160", "status", why);
    }
    if label.voided.get().is_some() {
        let why = "has been canceled and is not eligible to be added to a SCAN Form".to_owned();
        return refused("160397", "barcode", why);
    }
    if package.form.get().is_some() {
        return Err(taken(label));
    }
    if ask.now >= package.manifested(label.booked) {
        let why = "has manifested and is not eligible to be added to a SCAN Form".to_owned();
        return refused("160398", "barcode", why);
    }
    if package.mailing != ask.mailing && !ask.overwrite {
        let (had, wanted) = (package.mailing, ask.mailing);
        let why = format!(
            "with mailing date {had} does not match SCAN Form request mailing date {wanted}"
        );
        return refused("160006", "mailingDate", why);
    }
    let origin = &package.lane.origin.postal;
    if origin != ask.zip {
        let zip = ask.zip;
        let why = format!("with zip {origin} does not match SCAN Form request zip {zip}");
        return refused("160161", "entryFacilityZipCode", why);
    }
    let path = "packageDescription.destinationEntryFacilityType";
    let facility = text(&package.sent, path).unwrap_or("NONE");
    if facility != ask.facility {
        let wanted = ask.facility;
        let why = format!(
            "with facility type {facility} does not match SCAN Form request facility type {wanted}"
        );
        return refused("160162", "destinationEntryFacilityType", why);
    }
    Ok(())
}

/// The number of the electronic file, made as a label's is.
fn number(world: &World) -> Answer<String> {
    let serial = world.usps.parcels().next_parcel();
    let mid = world.settings.usps.manifest_mid.as_str();
    let serial = if mid.starts_with('9') {
        format!("{:07}", serial % 10_000_000)
    } else {
        format!("{:010}", serial % 10_000_000_000)
    };
    usps_impb(FILE, mid, &serial)
        .ok_or_else(|| Refusal::forbidden("manifestMID", "No number can be made for this MID"))
}

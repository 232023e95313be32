//! Requests for pickups, manifests, papers and duties.

use jiff::civil;
use parcelgate_carrier::{Locality, PickupOrder, RateAsk, TradePaper};
use parcelgate_domain::{
    Document, DocumentKind, Personal, ServiceCode, TrackingNumber, Violations,
};
use parcelgate_proto::v1;
use prost::Message;
use sha2::{Digest, Sha256};

use super::request::spec;
use super::{address, country, date, given, parcel, request_id, resource_in};
use crate::service::Fault;
use crate::service::errands::{ManifestRequest, PickupRequest};
use crate::service::purchase::fresh_reference;

/// Shipments that one manifest may hold.
const SHIPMENTS_MAX: usize = 500;
/// Numbers that one pickup may name.
const NUMBERS_MAX: usize = 500;
/// What a driver reads.
const NOTE_CHARS_MAX: usize = 200;
/// The largest paper that any of the carriers takes.
const PAPER_BYTES_MAX: usize = 5 * 1024 * 1024;

/// A pickup.
pub(in crate::grpc) fn pickup(read: &v1::SchedulePickupRequest) -> Result<PickupRequest, Fault> {
    let mut found = Violations::new();
    let request_id = request_id(&read.request_id, &mut found);
    let from = address(read.address.as_ref(), "address", &mut found);
    let day = date(read.date.as_ref(), "date", &mut found);
    if read.date.is_none() {
        found.require("date", "a day");
    }
    let ready = time(&read.ready_time, "ready_time", &mut found);
    let close = time(&read.close_time, "close_time", &mut found);
    if let (Some(ready), Some(close)) = (ready, close)
        && close <= ready
    {
        found.refuse("close_time", &read.close_time, "later than ready_time");
    }
    let parcels = parcel::parcels(&read.parcels, "parcels", &mut found);
    let destination = given(&read.destination_country);
    let destination =
        destination.and_then(|code| country(&code, "destination_country", &mut found));
    let note = given(&read.note);
    if note
        .as_ref()
        .is_some_and(|note| note.chars().count() > NOTE_CHARS_MAX)
    {
        found.require("note", format!("at most {NOTE_CHARS_MAX} characters"));
    }
    let numbers = numbers(&read.tracking_numbers, &mut found);
    let body = v1::SchedulePickupRequest {
        request_id: String::new(),
        ..read.clone()
    };
    let (Some(address), Some(date), Some(ready), Some(close)) = (from, day, ready, close) else {
        return Err(found.into());
    };
    let order = PickupOrder {
        reference: fresh_reference()?,
        address,
        date,
        ready,
        close,
        parcels,
        service: given(&read.service).map(ServiceCode::new),
        destination,
        numbers,
        note: note.map(Personal::from),
    };
    Ok(found.none_or(PickupRequest {
        request_id,
        body_sha256: Sha256::digest(body.encode_to_vec()).into(),
        account: read.account.clone(),
        order,
    })?)
}

/// A manifest.
pub(in crate::grpc) fn manifest(
    read: &v1::CreateManifestRequest,
) -> Result<ManifestRequest, Fault> {
    let mut found = Violations::new();
    let request_id = request_id(&read.request_id, &mut found);
    if !(1..=SHIPMENTS_MAX).contains(&read.shipments.len()) {
        let allowed = format!("1 to {SHIPMENTS_MAX} shipments");
        found.refuse("shipments", read.shipments.len(), allowed);
    }
    let named = read.shipments.iter().take(SHIPMENTS_MAX).enumerate();
    let shipments = named
        .filter_map(|(index, name)| {
            resource_in(
                name,
                "shipments",
                &format!("shipments[{index}]"),
                &mut found,
            )
        })
        .collect();
    let from = address(read.ship_from.as_ref(), "ship_from", &mut found);
    let date = date(read.ship_date.as_ref(), "ship_date", &mut found);
    if read.ship_date.is_none() {
        found.require("ship_date", "a day");
    }
    let body = v1::CreateManifestRequest {
        request_id: String::new(),
        ..read.clone()
    };
    let (Some(from), Some(date)) = (from, date) else {
        return Err(found.into());
    };
    Ok(found.none_or(ManifestRequest {
        request_id,
        body_sha256: Sha256::digest(body.encode_to_vec()).into(),
        shipments,
        from,
        date,
    })?)
}

/// A paper for customs.
pub(in crate::grpc) fn paper(read: &v1::UploadDocumentRequest) -> Result<TradePaper, Fault> {
    use v1::upload_document_request::Kind;
    let mut found = Violations::new();
    let kind = match read.kind() {
        Kind::Unspecified => {
            found.require("kind", "what the paper is");
            DocumentKind::OtherCustoms
        }
        Kind::CommercialInvoice => DocumentKind::CommercialInvoice,
        Kind::ProformaInvoice => DocumentKind::ProformaInvoice,
        Kind::CertificateOfOrigin => DocumentKind::CertificateOfOrigin,
        Kind::Other => DocumentKind::OtherCustoms,
    };
    if read.content.is_empty() || read.content.len() > PAPER_BYTES_MAX {
        let allowed = format!("1 to {PAPER_BYTES_MAX} bytes");
        found.refuse("content", read.content.len(), allowed);
    }
    if !read.media_type.contains('/') {
        found.refuse(
            "media_type",
            &read.media_type,
            "a media type, such as application/pdf",
        );
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    if read.file_name.is_empty() || read.file_name.len() > 60 || !read.file_name.chars().all(plain)
    {
        let allowed = "1 to 60 letters, digits, dots, dashes and underscores";
        found.refuse("file_name", &read.file_name, allowed);
    }
    let from = country(&read.origin_country, "origin_country", &mut found);
    let to = country(&read.destination_country, "destination_country", &mut found);
    let number = given(&read.tracking_number);
    let shipment = number.and_then(|text| number_of(&text, "tracking_number", &mut found));
    let (Some(from), Some(to)) = (from, to) else {
        return Err(found.into());
    };
    Ok(found.none_or(TradePaper {
        reference: fresh_reference()?,
        document: Document {
            kind,
            media_type: read.media_type.clone(),
            bytes: read.content.to_vec(),
        },
        file_name: read.file_name.clone(),
        from,
        to,
        service: given(&read.service).map(ServiceCode::new),
        shipment,
    })?)
}

/// What crosses the border.
pub(in crate::grpc) fn landed_cost(
    read: &v1::EstimateLandedCostRequest,
    today: civil::Date,
) -> Result<RateAsk, Fault> {
    let mut found = Violations::new();
    let Some(spec) = spec(read.shipment.as_ref(), today, &mut found) else {
        return Err(found.into());
    };
    if spec.customs.is_none() {
        found.require("shipment.customs", "given: duties depend on what is inside");
    }
    Ok(found.none_or(RateAsk {
        from: Locality::from(&spec.from),
        to: Locality::from(&spec.to),
        parcels: spec.parcels,
        customs: spec.customs,
        ship_on: spec.ship_on,
        service: given(&read.service).map(ServiceCode::new),
        options: spec.options,
    })?)
}

fn numbers(read: &[String], found: &mut Violations) -> Vec<TrackingNumber> {
    if read.len() > NUMBERS_MAX {
        let allowed = format!("at most {NUMBERS_MAX} numbers");
        found.refuse("tracking_numbers", read.len(), allowed);
        return Vec::new();
    }
    let numbered = read.iter().enumerate();
    numbered
        .filter_map(|(index, text)| number_of(text, &format!("tracking_numbers[{index}]"), found))
        .collect()
}

fn number_of(text: &str, field: &str, found: &mut Violations) -> Option<TrackingNumber> {
    let number = text.parse();
    if number.is_err() {
        found.refuse(field, text, "a tracking number: 5 to 40 letters and digits");
    }
    number.ok()
}

/// A time of the day, as `HH:MM`.
fn time(text: &str, field: &str, found: &mut Violations) -> Option<civil::Time> {
    let read = || {
        let (hours, minutes) = text.split_once(':')?;
        let two = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        if !two(hours) || !two(minutes) {
            return None;
        }
        civil::Time::new(hours.parse().ok()?, minutes.parse().ok()?, 0, 0).ok()
    };
    let time = read();
    if time.is_none() {
        found.refuse(field, text, "a time of the day as HH:MM, such as 14:30");
    }
    time
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_wrong_with_a_pickup_is_said_at_once() {
        let read = v1::SchedulePickupRequest {
            ready_time: "9:30".to_owned(),
            close_time: "25:00".to_owned(),
            destination_country: "ZZ".to_owned(),
            tracking_numbers: vec!["!".to_owned()],
            ..Default::default()
        };
        let Err(Fault::Invalid(found)) = pickup(&read) else {
            panic!("it was taken");
        };
        let fields: Vec<&str> = found.as_slice().iter().map(|v| v.field.as_str()).collect();
        assert_eq!(
            fields,
            [
                "request_id",
                "address",
                "date",
                "ready_time",
                "close_time",
                "parcels",
                "destination_country",
                "tracking_numbers[0]"
            ]
        );
    }

    #[test]
    fn a_file_name_cannot_leave_its_place() {
        let read = v1::UploadDocumentRequest {
            kind: v1::upload_document_request::Kind::CommercialInvoice.into(),
            media_type: "application/pdf".to_owned(),
            file_name: "../\"x\"\r\n.pdf".to_owned(),
            content: vec![1].into(),
            origin_country: "CN".to_owned(),
            destination_country: "DE".to_owned(),
            ..Default::default()
        };
        let Err(Fault::Invalid(found)) = paper(&read) else {
            panic!("it was taken");
        };
        assert_eq!(found.as_slice().len(), 1, "{found}");
    }
}

//! Proof of delivery: a letter, as UPS gives it to who asks tracking for it, and the signature.
//!
//! The description says Base64 and not of what. It is an HTML page, as users report (2024,
//! <https://github.com/UPS-API/api-documentation/issues/76>), and the signature a PNG.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::shipment::Package;
use crate::decimal;
use crate::label::{Drawing, png};
use crate::parcel::Parcel;
use crate::plan::Scan;

/// The letter about a parcel that `scan` says was delivered.
pub(crate) fn letter(parcel: &Parcel<Package>, scan: &Scan) -> String {
    let package = &parcel.detail;
    let shipment = &package.shipment;
    let references: Vec<&str> = parcel.references.iter().map(String::as_str).collect();
    let (unit, _) = package.piece.units.weight();
    let weight = decimal::text(package.piece.weight);
    let shipped = shipment.lane.origin.local(shipment.pickup).date();
    let delivered = scan.place.local(scan.at);
    let lines = [
        ("Tracking Number", parcel.number.clone()),
        ("Reference Number(s)", references.join(", ")),
        ("Service", shipment.service.name.to_owned()),
        ("Weight", format!("{weight} {unit}")),
        (
            "Shipped / Billed On",
            shipped.strftime("%m/%d/%Y").to_string(),
        ),
        (
            "Delivered On",
            delivered.strftime("%m/%d/%Y %H:%M").to_string(),
        ),
        (
            "Delivered To",
            format!("{}, {}", scan.place.city, scan.place.country),
        ),
        ("Received By", receiver(package)),
    ];
    let line = |(name, value): &(&str, String)| format!("<div>{name} : {}</div>", escaped(value));
    let lines: Vec<String> = lines.iter().map(line).collect();
    STANDARD.encode(format!(
        "<!DOCTYPE html><html><head><meta charset=\"UTF-8\"><title>Proof of Delivery</title>\
         </head><body><h1>Proof of Delivery</h1>{}</body></html>",
        lines.concat(),
    ))
}

/// Who signed: the last name of the receiver, where a signature was asked for.
pub(crate) fn receiver(package: &Package) -> String {
    let to = &package.shipment.to;
    let name = if to.attention.is_empty() {
        &to.name
    } else {
        &to.attention
    };
    let last = name.split_whitespace().last().unwrap_or_default();
    if package.shipment.signed {
        last.to_uppercase()
    } else {
        String::new()
    }
}

/// The signature as a PNG in Base64; nothing where nobody had to sign.
pub(crate) fn signature(package: &Package) -> Option<String> {
    let name = receiver(package);
    (!name.is_empty()).then(|| {
        let mut paper = Drawing::new(480, 120);
        paper.text(20, 40, 32, &name);
        paper.rule(100, 2);
        STANDARD.encode(png(&paper))
    })
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

//! What UPS prints: the 4x6 label and the commercial invoice.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::shipment::{Image, Package, Party};
use crate::label::{Drawing, landscape_gif, pdf, zpl};
use crate::parcel::Parcel;

/// Four by six inches at 203 dots to the inch.
const WIDTH: u16 = 812;
const HEIGHT: u16 = 1218;

/// The label of `parcel` in Base64, in `image`'s format.
pub(crate) fn label(parcel: &Parcel<Package>, image: Image) -> String {
    let drawing = drawing(parcel);
    match image {
        Image::Gif => STANDARD.encode(landscape_gif(&drawing)),
        Image::Zpl => STANDARD.encode(zpl(&drawing)),
    }
}

/// A page that shows the GIF beside it, in Base64: UPS sends one with every GIF.
pub(crate) fn page(number: &str) -> String {
    STANDARD.encode(format!(
        "<!DOCTYPE html><html><head><title>View/Print Label</title></head><body>\
         <img src=\"./label{number}.gif\" height=\"392\" width=\"651\"></body></html>"
    ))
}

fn drawing(parcel: &Parcel<Package>) -> Drawing {
    let package = &parcel.detail;
    let shipment = &package.shipment;
    let mut paper = Drawing::new(WIDTH, HEIGHT);
    address(&mut paper, 20, 16, 20, &shipment.from);
    let (unit, _) = package.piece.units.weight();
    let weight = package.piece.weight.div_ceil(100);
    paper.text(470, 16, 32, &format!("{weight} {unit}"));
    let position = format!("{} of {}", package.position, shipment.count);
    paper.text(640, 16, 32, &position);
    paper.text(20, 190, 24, "SHIP TO:");
    address(&mut paper, 110, 222, 28, &shipment.to);
    paper.rule(440, 6);
    let to = &shipment.to;
    paper.text(
        40,
        490,
        64,
        &format!("{} {}", to.country, route(&to.postal)),
    );
    paper.text(40, 580, 24, &to.state);
    paper.rule(640, 10);
    paper.text(20, 668, 48, shipment.service.name);
    paper.text(
        20,
        734,
        28,
        &format!("TRACKING #: {}", spaced(&parcel.number)),
    );
    paper.rule(784, 4);
    paper.barcode(806, 210, 3, &parcel.number);
    paper.rule(1036, 10);
    paper.text(20, 1060, 24, "BILLING: P/P");
    if shipment.returned {
        paper.text(440, 1060, 32, "RETURN SERVICE");
    }
    if !shipment.description.is_empty() {
        paper.text(20, 1090, 24, &format!("DESC: {}", shipment.description));
    }
    let references = shipment.references.iter().chain(&package.references);
    for (line, (_, value)) in (0_u16..).zip(references.take(2)) {
        let text = format!("REF {}: {value}", line + 1);
        paper.text(20, 1120 + line * 28, 24, &text);
    }
    paper.text(20, 1190, 16, "SANDBOX LABEL - NOT FOR SHIPPING");
    paper
}

fn address(paper: &mut Drawing, x: u16, y: u16, size: u16, party: &Party) {
    let mut lines = vec![party.attention.clone(), party.phone.clone()];
    if party.name != party.attention {
        lines.push(party.name.clone());
    }
    lines.extend(party.lines.iter().cloned());
    lines.push(format!("{} {} {}", party.city, party.state, party.postal));
    lines.push(party.country.clone());
    lines.retain(|line| !line.trim().is_empty());
    for (index, line) in (0_u16..).zip(lines.iter().take(8)) {
        let line: String = line.chars().take(30).collect();
        paper.text(x, y + index * (size + 2), size, &line);
    }
}

/// The big number for sorters: the first three digits, then the rest.
fn route(postal: &str) -> String {
    let (head, tail) = postal.split_at_checked(3).unwrap_or((postal, ""));
    format!("{head} {tail}")
}

/// `1Z A1B 2C3 03 0000 0014`.
fn spaced(number: &str) -> String {
    let mut rest = number;
    let mut parts = Vec::new();
    for length in [2, 3, 3, 2, 4, 4] {
        let (part, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        parts.push(part);
        rest = after;
    }
    parts.join(" ")
}

/// The commercial invoice that is answered when one was asked for.
pub(crate) fn invoice(parcel: &Parcel<Package>, forms: &Value) -> Value {
    let shipment = &parcel.detail.shipment;
    let mut paper = Drawing::new(1700, 2200); // letter paper
    paper.text(60, 60, 48, "COMMERCIAL INVOICE");
    paper.text(60, 130, 28, &format!("TRACKING: {}", parcel.number));
    paper.text(60, 180, 24, "FROM");
    address(&mut paper, 60, 210, 24, &shipment.from);
    paper.text(900, 180, 24, "SHIP TO");
    address(&mut paper, 900, 210, 24, &shipment.to);
    paper.rule(460, 4);
    let products = crate::document::list(forms, "Product");
    for (row, product) in (0_u16..).zip(products.into_iter().take(40)) {
        let field = |path| crate::document::scalar(product, path).unwrap_or_default();
        let name = crate::document::at(product, "Description").map_or_else(String::new, |name| {
            let name = name.get(0).unwrap_or(name);
            name.as_str().unwrap_or_default().to_owned()
        });
        let line = format!(
            "{:>6} x {:<35} {:<15} {:<2} {:>12}",
            field("Unit.Number"),
            name,
            field("CommodityCode"),
            field("OriginCountryCode"),
            field("Unit.Value"),
        );
        paper.text(60, 490 + row * 36, 24, &line);
    }
    json!({
        "Code": "01",
        "Description": "All Requested International Forms",
        "Image": {
            "ImageFormat": { "Code": "PDF", "Description": "PDF" },
            "GraphicImage": STANDARD.encode(pdf(&paper)),
        },
    })
}

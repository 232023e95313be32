//! What FedEx prints: the 4x6 label and the commercial invoice.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::shipment::{Kind, Package, Party};
use crate::document::{list, scalar};
use crate::label::{Drawing, pdf, png, zpl};
use crate::parcel::Parcel;

/// The label of `parcel` in Base64, in the format of its shipment.
pub(crate) fn label(parcel: &Parcel<Package>) -> String {
    let drawing = drawing(parcel);
    match parcel.detail.shipment.image.kind {
        Kind::Pdf => STANDARD.encode(pdf(&drawing)),
        Kind::Png => STANDARD.encode(png(&drawing)),
        Kind::Zpl => STANDARD.encode(zpl(&drawing)),
    }
}

fn drawing(parcel: &Parcel<Package>) -> Drawing {
    let package = &parcel.detail;
    let shipment = &package.shipment;
    let stock = shipment.image.stock;
    let mut paper = Drawing::new(stock.width, stock.height);
    let weight = package.piece.weight.div_ceil(100);
    paper.text(
        20,
        16,
        20,
        &format!("ORIGIN ID: {}", shipment.lane.origin.city),
    );
    address(&mut paper, 20, 40, 20, &shipment.from);
    paper.text(
        470,
        16,
        24,
        &format!("SHIP DATE: {}", shipment.shipped.strftime("%d%b%y")),
    );
    let unit = package.piece.units.code();
    paper.text(470, 46, 24, &format!("ACTWGT: {weight} {unit}"));
    paper.text(
        470,
        76,
        24,
        &format!("{} OF {}", package.position, shipment.count),
    );
    let payer = if shipment.wishes.is_return {
        "RETURN"
    } else {
        "BILL SENDER"
    };
    paper.text(470, 106, 24, payer);
    paper.rule(210, 4);
    paper.text(20, 226, 28, "TO");
    address(&mut paper, 90, 226, 28, &shipment.to);
    for (line, (kind, value)) in (0_u16..).zip(package.references.iter().take(2)) {
        paper.text(
            20,
            470 + line * 28,
            22,
            &format!("{}: {value}", short(kind)),
        );
    }
    paper.rule(540, 6);
    paper.text(20, 566, 32, &format!("TRK# {}", spaced(&parcel.number)));
    let service = shipment.service.name.replace('®', "");
    paper.text(20, 616, 30, &service);
    let promised = shipment.promised.strftime("%a - %d %b %I:%M%p").to_string();
    paper.text(20, 660, 30, &promised);
    let to = &shipment.to;
    paper.text(20, 710, 64, &to.postal);
    paper.text(480, 720, 40, &format!("{}-{}", to.state, to.country));
    paper.rule(800, 6);
    paper.barcode(836, 240, 4, &parcel.number);
    paper.text(20, 1150, 20, "SANDBOX LABEL - NOT FOR SHIPPING");
    paper
}

/// What a reference is called on a label.
fn short(kind: &str) -> &str {
    match kind {
        "P_O_NUMBER" => "PO",
        "INVOICE_NUMBER" => "INV",
        "DEPARTMENT_NUMBER" => "DEPT",
        "RMA_ASSOCIATION" => "RMA",
        _ => "REF",
    }
}

fn address(paper: &mut Drawing, x: u16, y: u16, size: u16, party: &Party) {
    let mut lines = vec![
        party.name.clone(),
        party.company.clone(),
        party.phone.clone(),
    ];
    lines.extend(party.lines.iter().cloned());
    lines.push(format!("{} {} {}", party.city, party.state, party.postal));
    lines.push(party.country.clone());
    lines.retain(|line| !line.trim().is_empty());
    for (index, line) in (0_u16..).zip(lines.iter().take(8)) {
        let line: String = line.chars().take(35).collect();
        paper.text(x, y + index * (size + 2), size, &line);
    }
}

/// `7961 2345 6789`.
fn spaced(number: &str) -> String {
    let mut rest = number;
    let mut parts = Vec::new();
    while !rest.is_empty() {
        let (part, after) = rest.split_at_checked(4).unwrap_or((rest, ""));
        parts.push(part);
        rest = after;
    }
    parts.join(" ")
}

/// The commercial invoice in Base64, a PDF.
pub(crate) fn invoice(parcel: &Parcel<Package>, customs: &Value) -> String {
    let shipment = &parcel.detail.shipment;
    let mut paper = Drawing::new(1_726, 2_233); // letter paper
    paper.text(60, 60, 48, "COMMERCIAL INVOICE");
    paper.text(60, 130, 28, &format!("AIR WAYBILL: {}", parcel.purchase));
    paper.text(60, 180, 24, "SHIPPER");
    address(&mut paper, 60, 210, 24, &shipment.from);
    paper.text(900, 180, 24, "CONSIGNEE");
    address(&mut paper, 900, 210, 24, &shipment.to);
    paper.rule(460, 4);
    let commodities = list(customs, "commodities");
    for (row, commodity) in (0_u16..).zip(commodities.into_iter().take(40)) {
        let field = |path| scalar(commodity, path).unwrap_or_default();
        let line = format!(
            "{:>6} {:<4} {:<35} {:<12} {:<2} {:>12} {}",
            field("quantity"),
            field("quantityUnits"),
            field("description").chars().take(35).collect::<String>(),
            field("harmonizedCode"),
            field("countryOfManufacture"),
            field("customsValue.amount"),
            field("customsValue.currency"),
        );
        paper.text(60, 490 + row * 36, 24, &line);
    }
    STANDARD.encode(pdf(&paper))
}

/// The letter that shows who took a parcel in Base64, a PDF or a picture.
pub(crate) fn proof(parcel: &Parcel<Package>, when: &str, picture: bool) -> String {
    let mut paper = Drawing::new(1_726, 2_233); // letter paper
    paper.text(60, 60, 48, "PROOF OF DELIVERY");
    let number = format!("TRACKING NUMBER: {}", spaced(&parcel.number));
    paper.text(60, 130, 28, &number);
    paper.text(60, 170, 28, &format!("DELIVERED: {when}"));
    paper.rule(230, 4);
    paper.text(60, 260, 24, "RECIPIENT");
    address(&mut paper, 60, 290, 24, &parcel.detail.shipment.to);
    let image = if picture { png(&paper) } else { pdf(&paper) };
    STANDARD.encode(image)
}

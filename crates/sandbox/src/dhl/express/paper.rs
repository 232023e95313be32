//! What DHL Express prints: the 8x4 label with waybill and licence plate, the waybill document for
//! the archive, the invoice.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::rates::area;
use crate::dhl::shipment::{Package, Party};
use crate::dhl::units::of_thousandths;
use crate::label::{Drawing, pdf_pages, zpl};
use crate::parcel::Parcel;

/// Four by eight inches at 203 dots to the inch.
const WIDTH: u16 = 812;
const HEIGHT: u16 = 1624;

/// What a document is printed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Printer {
    Pdf,
    Zpl,
}

impl Printer {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Pdf => "PDF",
            Self::Zpl => "ZPL",
        }
    }

    /// The pages as one document, in Base64.
    pub(crate) fn print(self, pages: &[Drawing]) -> String {
        match self {
            Self::Pdf => STANDARD.encode(pdf_pages(pages)),
            Self::Zpl => STANDARD.encode(pages.iter().map(zpl).collect::<String>()),
        }
    }
}

/// The transport label of a piece.
pub(crate) fn label(parcel: &Parcel<Package>) -> Drawing {
    let package = &parcel.detail;
    let shipment = &package.shipment;
    let mut paper = Drawing::new(WIDTH, HEIGHT);
    head(&mut paper, parcel);
    address(&mut paper, 20, 130, 22, "FROM", &shipment.from);
    paper.rule(330, 4);
    address(&mut paper, 20, 350, 30, "TO", &shipment.to);
    paper.rule(640, 6);
    let route = format!(
        "{}-{}-{}",
        shipment.destination.country,
        area(&shipment.destination),
        shipment.product.0
    );
    paper.text(30, 670, 72, &route);
    paper.rule(770, 6);
    let weight = of_thousandths(package.weight);
    let unit = shipment.units.weight();
    paper.text(20, 790, 26, &format!("REF {}", reference(package)));
    paper.text(20, 824, 26, &format!("CONTENT {}", shipment.description));
    paper.text(20, 858, 30, &format!("PCE/SHPT WEIGHT {weight} {unit}"));
    let piece = format!("PIECE {}/{}", package.position, shipment.count);
    paper.text(560, 858, 30, &piece);
    paper.rule(910, 6);
    paper.barcode(940, 200, 3, &parcel.purchase);
    paper.text(230, 1152, 28, &format!("WAYBILL {}", parcel.purchase));
    paper.rule(1200, 4);
    paper.barcode(1230, 260, 2, &parcel.number);
    paper.text(150, 1504, 28, &format!("(J) {}", parcel.number));
    paper.text(20, 1590, 16, "SANDBOX LABEL - NOT FOR SHIPPING");
    paper
}

/// The copy that the courier keeps.
pub(crate) fn waybill(parcel: &Parcel<Package>) -> Drawing {
    let shipment = &parcel.detail.shipment;
    let mut paper = Drawing::new(WIDTH, HEIGHT);
    head(&mut paper, parcel);
    paper.text(20, 110, 28, "*ARCHIVE DOC* NOT TO BE ATTACHED TO PACKAGE");
    address(&mut paper, 20, 180, 24, "SHIPPER", &shipment.from);
    address(&mut paper, 20, 420, 24, "RECEIVER", &shipment.to);
    paper.rule(680, 4);
    paper.text(20, 710, 26, &format!("ACCOUNT {}", shipment.account));
    paper.text(20, 744, 26, &format!("PIECES {}", shipment.count));
    paper.text(20, 778, 26, &format!("CONTENT {}", shipment.description));
    paper.text(20, 812, 26, &format!("REF {}", reference(&parcel.detail)));
    paper.barcode(900, 200, 3, &parcel.purchase);
    paper.text(230, 1112, 28, &format!("WAYBILL {}", parcel.purchase));
    paper
}

/// The invoice of a dutiable shipment, on A4.
pub(crate) fn invoice(parcel: &Parcel<Package>) -> Option<Drawing> {
    let shipment = &parcel.detail.shipment;
    let declared = shipment.invoice.as_ref()?;
    let mut paper = Drawing::new(1680, 2376);
    paper.text(60, 60, 48, "COMMERCIAL INVOICE");
    paper.text(60, 130, 28, &format!("NUMBER {}", declared.number));
    paper.text(60, 166, 28, &format!("WAYBILL {}", parcel.purchase));
    address(&mut paper, 60, 220, 26, "SHIPPER", &shipment.from);
    address(&mut paper, 860, 220, 26, "RECEIVER", &shipment.to);
    paper.rule(500, 4);
    for (row, line) in (0_u16..).zip(declared.lines.iter().take(50)) {
        paper.text(60, 530 + row * 32, 24, line);
    }
    let terms = format!("{} {}", declared.incoterm, declared.currency);
    paper.text(60, 2280, 28, &terms);
    Some(paper)
}

/// The proof that a shipment was delivered.
pub(crate) fn proof(parcel: &Parcel<Package>, when: &str) -> Drawing {
    let shipment = &parcel.detail.shipment;
    let mut paper = Drawing::new(1680, 2376);
    paper.text(60, 60, 48, "PROOF OF DELIVERY");
    paper.text(60, 140, 28, &format!("WAYBILL {}", parcel.purchase));
    paper.text(60, 180, 28, &format!("DELIVERED {when}"));
    paper.text(60, 220, 28, &format!("PIECES {}", shipment.count));
    paper.text(60, 260, 28, &format!("SIGNED {}", shipment.to.name));
    paper.text(60, 300, 28, &shipment.destination.city);
    paper
}

fn head(paper: &mut Drawing, parcel: &Parcel<Package>) {
    let shipment = &parcel.detail.shipment;
    paper.text(20, 20, 44, shipment.product.1);
    paper.text(620, 24, 40, "DHL");
    let day = shipment.planned.date();
    paper.text(20, 76, 20, &format!("{day} MYDHL API"));
    paper.rule(110, 4);
}

fn address(paper: &mut Drawing, x: u16, y: u16, size: u16, role: &str, party: &Party) {
    let mut lines = vec![format!("{role}:")];
    lines.extend(party.printed());
    lines.push(party.phone.clone());
    for (index, line) in (0_u16..).zip(lines.iter().take(8)) {
        let line: String = line.chars().take(40).collect();
        paper.text(x, y + index * (size + 4), size, &line);
    }
}

fn reference(package: &Package) -> &str {
    let mut all = package
        .references
        .iter()
        .chain(&package.shipment.references);
    all.next().map_or("", |(_, value)| value)
}

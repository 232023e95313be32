//! What USPS prints: the 4x6 label with its routing barcode, the receipt, the customs declaration
//! and the SCAN form.

use super::number::decimal;
use super::shipment::{Image, Kind, Package, Print, Receipt, lines};
use crate::decimal;
use crate::document::{list, scalar, text};
use crate::label::{Drawing, Mark, pdf, zpl};
use crate::parcel::Parcel;

/// Four by six inches at 203 dots to the inch.
const WIDTH: u16 = 812;
const HEIGHT: u16 = 1218;
/// Letter paper.
const LETTER: (u16, u16) = (1726, 2233);

/// The picture of a label, and of the receipt where it has its own.
pub(crate) struct Pictures {
    pub(crate) label: Vec<u8>,
    pub(crate) receipt: Option<Vec<u8>>,
}

/// What is printed of `parcel`; `None` where nothing is.
pub(crate) fn pictures(parcel: &Parcel<Package>, print: Print) -> Option<Pictures> {
    let label = label(parcel);
    match (print.image, print.receipt) {
        (Image::None, _) => None,
        (Image::Pdf, Receipt::SamePage) => {
            let mut page = Drawing::new(LETTER.0, LETTER.1);
            page.marks = label.marks;
            write_receipt(&mut page, HEIGHT + 60, parcel);
            let label = pdf(&page);
            Some(Pictures {
                label,
                receipt: None,
            })
        }
        (Image::Pdf, receipt) => {
            let separate = receipt == Receipt::SeparatePage;
            Some(Pictures {
                label: pdf(&label),
                receipt: separate.then(|| pdf(&receipt_page(parcel))),
            })
        }
        (image @ (Image::Zpl203 | Image::Zpl300), receipt) => {
            let program = |drawing: &Drawing| match image {
                Image::Zpl300 => zpl(&enlarged(drawing)),
                Image::Pdf | Image::Zpl203 | Image::None => zpl(drawing),
            };
            let mut programs = program(&label);
            if receipt == Receipt::SeparatePage {
                // One file holds both.
                programs.push_str(&program(&receipt_page(parcel)));
            }
            Some(Pictures {
                label: programs.into_bytes(),
                receipt: None,
            })
        }
    }
}

/// For a printer of 300 dots to the inch.
fn enlarged(drawing: &Drawing) -> Drawing {
    let grown = |dots: u16| dots.saturating_sub(dots / 100).saturating_mul(3) / 2;
    let mark = |mark: &Mark| match mark.clone() {
        Mark::Block {
            x,
            y,
            width,
            height,
        } => Mark::Block {
            x: grown(x),
            y: grown(y),
            width: grown(width),
            height: grown(height),
        },
        Mark::Text { x, y, size, text } => Mark::Text {
            x: grown(x),
            y: grown(y),
            size: grown(size),
            text,
        },
        Mark::Barcode {
            x,
            y,
            height,
            module,
            start,
            data,
            modules,
        } => Mark::Barcode {
            x: grown(x),
            y: grown(y),
            height: grown(height),
            module: grown(module),
            start,
            data,
            modules,
        },
    };
    Drawing {
        width: grown(drawing.width),
        height: grown(drawing.height),
        marks: drawing.marks.iter().map(mark).collect(),
    }
}

fn label(parcel: &Parcel<Package>) -> Drawing {
    let package = &parcel.detail;
    let mut paper = Drawing::new(WIDTH, HEIGHT);
    let class = package.price.service.class;
    let letter = if package.kind == Kind::Return {
        "R"
    } else if class.starts_with("PRIORITY_MAIL_EXPRESS") {
        "E"
    } else if class.starts_with("PRIORITY_MAIL") {
        "P"
    } else {
        "G"
    };
    paper.text(30, 20, 130, letter);
    paper.text(430, 30, 24, "U.S. POSTAGE PAID");
    paper.text(430, 60, 20, "USPS SHIP");
    paper.text(430, 86, 20, "EPS ACCOUNT");
    paper.rule(170, 6);
    let name = package.price.service.name;
    paper.text(20, 192, if name.len() > 28 { 26 } else { 40 }, name);
    paper.rule(250, 6);
    write_lines(&mut paper, 20, 268, 20, &lines(parcel, "fromAddress"));
    let weight = decimal(package.weight);
    paper.text(560, 268, 24, &format!("{weight} LB"));
    paper.text(560, 300, 20, &format!("ZONE {}", package.lane.zone_text()));
    paper.text(20, 430, 22, "SHIP TO:");
    write_lines(&mut paper, 130, 430, 30, &lines(parcel, "toAddress"));
    if package.kind == Kind::Abroad {
        write_customs(&mut paper, parcel);
    }
    paper.rule(720, 10);
    paper.text(250, 744, 28, "USPS TRACKING # USPS SHIP");
    match routed(parcel) {
        Some(routed) => paper.gs1_barcode(790, 210, 3, &routed),
        None => paper.barcode(790, 210, 3, &parcel.number),
    }
    paper.text(170, 1016, 28, &spaced(&parcel.number));
    paper.rule(1060, 10);
    let references = package.references();
    for (row, reference) in (0_u16..).zip(references.iter().take(2)) {
        paper.text(20, 1084 + row * 30, 22, &format!("REF: {reference}"));
    }
    paper.text(20, 1190, 16, "SANDBOX LABEL - NOT FOR SHIPPING");
    paper
}

/// `420`, the ZIP code and the number, as the barcode has it; `None` abroad.
fn routed(parcel: &Parcel<Package>) -> Option<String> {
    let zip = text(&parcel.detail.sent, "toAddress.ZIPCode")?;
    (parcel.detail.kind != Kind::Abroad).then(|| format!("420{zip}{}", parcel.number))
}

/// `9205 5903 1234 5600 0000 12`.
fn spaced(number: &str) -> String {
    if !number.starts_with('9') {
        return number.to_owned(); // an S10 number is written in one
    }
    let mut rest = number;
    let mut parts = Vec::new();
    while let Some((part, after)) = rest.split_at_checked(4) {
        parts.push(part);
        rest = after;
    }
    parts.push(rest);
    parts.join(" ")
}

fn write_lines(paper: &mut Drawing, x: u16, y: u16, size: u16, lines: &[String]) {
    for (row, line) in (0_u16..).zip(lines.iter().take(7)) {
        // A capital is about six tenths as wide as it is high.
        let fits = paper.width.saturating_sub(x) / (size * 6 / 10).max(1);
        let line: String = line.chars().take(usize::from(fits)).collect();
        paper.text(x, y + row * (size + 4), size, &line);
    }
}

fn write_customs(paper: &mut Drawing, parcel: &Parcel<Package>) {
    let sent = &parcel.detail.sent;
    let field = |path: &str| scalar(sent, path).unwrap_or_default();
    let kind = field("customsForm.customsContentType");
    let export = field("customsForm.AESITN");
    let head = format!("CUSTOMS DECLARATION {kind}  AES/ITN: {export}");
    paper.text(20, 608, 18, &head);
    let contents = list(sent, "customsForm.contents");
    for (row, item) in (0_u16..).zip(contents.into_iter().take(3)) {
        let field = |path| scalar(item, path).unwrap_or_default();
        let line = format!(
            "{:>4} {:<30} {:>9} USD {:>6} LB {} {}",
            field("itemQuantity"),
            field("itemDescription"),
            field("itemTotalValue"),
            field("itemTotalWeight"),
            field("HSTariffNumber"),
            field("countryofOrigin"),
        );
        paper.text(20, 634 + row * 24, 18, &line);
    }
}

fn receipt_page(parcel: &Parcel<Package>) -> Drawing {
    let mut page = Drawing::new(WIDTH, HEIGHT);
    write_receipt(&mut page, 60, parcel);
    page
}

fn write_receipt(paper: &mut Drawing, y: u16, parcel: &Parcel<Package>) {
    let package = &parcel.detail;
    let lines = [
        "ONLINE LABEL RECORD".to_owned(),
        format!("USPS TRACKING #: {}", spaced(&parcel.number)),
        format!("SERVICE: {}", package.price.service.name),
        format!("MAILING DATE: {}", package.mailing),
        format!("TOTAL: $ {}", decimal::text(package.total())),
    ];
    for (row, line) in (0_u16..).zip(&lines) {
        paper.text(20, y + row * 34, 26, line);
    }
}

/// The SCAN form: what a clerk scans once instead of every label.
pub(crate) fn scan_form(number: &str, from: &[String], count: usize, day: &str) -> Drawing {
    let mut paper = Drawing::new(LETTER.0, LETTER.1);
    paper.text(60, 60, 48, "UNITED STATES POSTAL SERVICE");
    paper.text(60, 130, 36, "SHIPMENT CONFIRMATION ACCEPTANCE NOTICE");
    write_lines(&mut paper, 60, 240, 28, from);
    paper.text(60, 520, 28, &format!("SHIPMENT DATE: {day}"));
    paper.text(60, 570, 28, &format!("TOTAL VOLUME: {count}"));
    paper.rule(640, 4);
    paper.gs1_barcode(720, 240, 4, number);
    paper.text(520, 1000, 36, &spaced(number));
    paper.text(60, 2180, 20, "PS FORM 5630 - SANDBOX, NOT FOR SHIPPING");
    paper
}

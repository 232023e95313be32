//! What Parcel DE prints: labels, customs papers, the list of a day.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::HeaderMap;
use serde_json::{Value, json};

use super::refusal::{Answer, Refusal};
use crate::dhl::query;
use crate::dhl::shipment::{Package, Party};
use crate::dhl::units::of_thousandths;
use crate::label::{Drawing, pdf_pages, zpl};
use crate::parcel::Parcel;

/// A document of a shipment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Label,
    Return,
    Customs,
}

impl Kind {
    const fn letter(self) -> char {
        match self {
            Self::Label => 'L',
            Self::Return => 'R',
            Self::Customs => 'C',
        }
    }

    fn of_letter(letter: &str) -> Option<Self> {
        [Self::Label, Self::Return, Self::Customs]
            .into_iter()
            .find(|kind| letter.chars().eq([kind.letter()]))
    }
}

/// Paper formats: as they are asked for, and as they are answered.
const FORMATS: [(&str, &str); 11] = [
    ("A4", "A4"),
    ("910-300-600", "910-300-600/610"),
    ("910-300-610", "910-300-600/610"),
    ("910-300-700", "910-300-700"),
    ("910-300-700-oz", "910-300-700-oZ/oz"),
    ("910-300-710", "910-300-710"),
    ("910-300-300", "910-300-300"),
    ("910-300-300-oz", "910-300-300-oz"),
    ("910-300-400", "910-300-400/410"),
    ("910-300-410", "910-300-400/410"),
    ("100x70mm", "100x70mm"),
];

/// How documents are wanted.
pub(super) struct Output {
    zpl: bool,
    /// As links below this address, instead of in the answer.
    links: Option<String>,
    format: &'static str,
}

impl Output {
    pub(super) fn of(pairs: &[(String, String)], headers: &HeaderMap) -> Answer<Self> {
        let zpl = match query::one(pairs, "docFormat") {
            None | Some("PDF") => false,
            Some("ZPL2") => true,
            Some(_) => return Err(Refusal::bad("docFormat: PDF or ZPL2")),
        };
        let links = match query::one(pairs, "includeDocs") {
            None | Some("include") => None,
            Some("URL") => {
                let host = headers.get("host").and_then(|value| value.to_str().ok());
                let host = host.unwrap_or("api-eu.dhl.com");
                Some(format!(
                    "http://{host}/dhl/parcel-de/parcel/de/shipping/v2/labels?token="
                ))
            }
            Some(_) => return Err(Refusal::bad("includeDocs: include or URL")),
        };
        let asked = query::one(pairs, "printFormat").unwrap_or("910-300-700");
        let found = FORMATS.iter().find(|(known, _)| *known == asked);
        let (_, format) = found.ok_or_else(|| Refusal::bad("printFormat is unknown"))?;
        Ok(Self { zpl, links, format })
    }

    pub(super) fn document(&self, parcel: &Parcel<Package>, kind: Kind) -> Value {
        // Customs papers are always PDF on A4.
        let zpl = self.zpl && kind != Kind::Customs;
        let format = if kind == Kind::Customs {
            "A4"
        } else {
            self.format
        };
        let (name, value, file) = match (&self.links, zpl) {
            (Some(base), zpl) => {
                let token = format!("{}{}{}", kind.letter(), u8::from(zpl), parcel.number);
                let url = format!("{base}{}", URL_SAFE_NO_PAD.encode(token));
                ("url", url, if zpl { "ZPL2" } else { "PDF" })
            }
            (None, true) => ("zpl2", printed_zpl(parcel, kind), "ZPL2"),
            (None, false) => ("b64", STANDARD.encode(printed_pdf(parcel, kind)), "PDF"),
        };
        let mut document = json!({ "fileFormat": file, "printFormat": format });
        if let Some(members) = document.as_object_mut() {
            members.insert(name.to_owned(), json!(value));
        }
        document
    }
}

/// What a link's token stands for: kind, whether ZPL, number.
pub(super) fn linked(token: &str) -> Option<(Kind, bool, String)> {
    let token = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
    let (kind, rest) = token.split_at_checked(1)?;
    let (zpl, number) = rest.split_at_checked(1)?;
    Some((Kind::of_letter(kind)?, zpl == "1", number.to_owned()))
}

pub(super) fn printed_zpl(parcel: &Parcel<Package>, kind: Kind) -> String {
    zpl(&drawing(parcel, kind))
}

pub(super) fn printed_pdf(parcel: &Parcel<Package>, kind: Kind) -> Vec<u8> {
    pdf_pages(&[drawing(parcel, kind)])
}

fn drawing(parcel: &Parcel<Package>, kind: Kind) -> Drawing {
    let shipment = &parcel.detail.shipment;
    match kind {
        Kind::Label => label(parcel, &parcel.number, (&shipment.from, &shipment.to)),
        Kind::Return => {
            let number = shipment.back.as_deref().unwrap_or_default();
            label(parcel, number, (&shipment.to, &shipment.from))
        }
        Kind::Customs => customs(parcel),
    }
}

/// The label of 103 by 199 millimetres.
fn label(parcel: &Parcel<Package>, number: &str, (from, to): (&Party, &Party)) -> Drawing {
    let package = &parcel.detail;
    let shipment = &package.shipment;
    let mut paper = Drawing::new(824, 1592);
    paper.text(20, 20, 44, shipment.product.1);
    paper.text(640, 20, 44, "DHL");
    paper.rule(90, 4);
    address(&mut paper, 110, 24, "VON", from);
    paper.rule(360, 4);
    address(&mut paper, 390, 34, "AN", to);
    paper.rule(760, 6);
    let reference = shipment.references.first();
    let reference = reference.map_or("", |(_, value)| value);
    paper.text(20, 790, 26, &format!("REF {reference}"));
    let weight = of_thousandths(package.weight);
    paper.text(20, 830, 26, &format!("GEWICHT {weight} KG"));
    paper.text(20, 870, 26, &format!("ABRECHNUNGSNR. {}", shipment.account));
    paper.rule(920, 6);
    paper.text(60, 950, 30, &format!("LEITCODE {}", routing(to)));
    paper.barcode(1020, 300, 2, number);
    paper.text(120, 1350, 32, &format!("SENDUNGSNR. {number}"));
    paper.text(20, 1560, 16, "SANDBOX LABEL - NOT FOR SHIPPING");
    paper
}

fn customs(parcel: &Parcel<Package>) -> Drawing {
    let shipment = &parcel.detail.shipment;
    let mut paper = Drawing::new(1680, 2376);
    paper.text(60, 60, 48, "CUSTOMS DECLARATION CN23");
    paper.text(60, 130, 28, &parcel.number);
    address(&mut paper, 200, 26, "FROM", &shipment.from);
    address(&mut paper, 460, 26, "TO", &shipment.to);
    let lines = shipment.invoice.iter().flat_map(|invoice| &invoice.lines);
    for (row, line) in (0_u16..).zip(lines.take(50)) {
        paper.text(60, 760 + row * 30, 24, line);
    }
    paper
}

/// The list of what was closed on a day.
pub(super) fn list_of_day(day: &str, parcels: &[std::sync::Arc<Parcel<Package>>]) -> Vec<u8> {
    let page = |parcels: &[std::sync::Arc<Parcel<Package>>]| {
        let mut paper = Drawing::new(1680, 2376);
        paper.text(60, 60, 48, &format!("EINLIEFERUNGSLISTE {day}"));
        for (row, parcel) in (0_u16..).zip(parcels) {
            let shipment = &parcel.detail.shipment;
            let line = format!(
                "{} {} {}",
                parcel.number, shipment.product.0, shipment.to.postal
            );
            paper.text(60, 140 + row * 36, 28, &line);
        }
        paper
    };
    let pages: Vec<Drawing> = parcels.chunks(60).map(page).collect();
    pdf_pages(&pages)
}

/// What sorters read: the postal code, and a made-up rest.
pub(super) fn routing(to: &Party) -> String {
    let digits: String = to.postal.chars().filter(char::is_ascii_digit).collect();
    format!("{digits:0<5}.000.000.01 0")
}

fn address(paper: &mut Drawing, y: u16, size: u16, role: &str, party: &Party) {
    let mut lines = vec![format!("{role}:")];
    lines.extend(party.printed());
    for (index, line) in (0_u16..).zip(lines.iter().take(8)) {
        let line: String = line.chars().take(40).collect();
        paper.text(20, y + index * (size + 6), size, &line);
    }
}

//! The label in its two sizes, with the 4PX number as Code 128, and the packing list.

use jiff::Timestamp;

use super::order::{self, Order};
use crate::document::{list, scalar};
use crate::label::{DOTS_PER_MM, Drawing};
use crate::parcel::Parcel;

/// Lines of declared things on a paper.
const THINGS_MAX: usize = 4;

/// A size of labels that 4PX prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Size {
    /// 80 by 90 millimetres.
    Small,
    /// 100 by 150 millimetres.
    Large,
}

impl Size {
    pub(crate) fn of(name: &str) -> Option<Self> {
        [Self::Small, Self::Large]
            .into_iter()
            .find(|size| size.name() == name)
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Small => "label_80x90",
            Self::Large => "label_100x150",
        }
    }

    const fn blank(self) -> Drawing {
        let (width, height) = match self {
            Self::Small => (80, 90),
            Self::Large => (100, 150),
        };
        Drawing::new(width * DOTS_PER_MM, height * DOTS_PER_MM)
    }
}

pub(crate) fn label(parcel: &Parcel<Order>, size: Size, now: Timestamp) -> Drawing {
    let order = &parcel.detail;
    let field = |path: &str| scalar(&order.sent, path).unwrap_or_default();
    let mut paper = size.blank();
    let right = paper.width - 110;
    paper.text(20, 14, 36, "4PX");
    paper.text(120, 22, 20, order.product.english);
    paper.text(right, 14, 52, order.country.code);
    paper.rule(76, 4);
    let from = format!("FROM: {} {}", field("sender.city"), field("sender.country"));
    paper.text(20, 86, 18, &from);
    let reference = parcel.references.first().map_or("", String::as_str);
    paper.text(20, 110, 18, &format!("REF: {reference}"));
    paper.rule(136, 4);
    let receiver = |name: &str| field(&format!("recipient_info.{name}"));
    let pair = |a: &str, b: &str| format!("{} {}", receiver(a), receiver(b));
    let to = [
        pair("first_name", "last_name"),
        receiver("company"),
        pair("house_number", "street"),
        receiver("district"),
        pair("city", "state"),
        format!("{} {}", receiver("post_code"), order.country.english),
        receiver("phone"),
    ];
    paper.text(20, 148, 20, "TO:");
    let lines = to.iter().map(|line| line.trim());
    let lines = lines.filter(|line| !line.is_empty());
    for (row, line) in (0_u16..).zip(lines) {
        let line: String = line.chars().take(40).collect();
        paper.text(70, 148 + row * 26, 20, &line);
    }
    paper.rule(338, 4);
    paper.barcode(354, 140, 2, &parcel.number);
    paper.text(paper.width / 2 - 147, 506, 28, &parcel.number);
    let last_mile = order::last_mile(parcel, now);
    let partner = format!("{} {last_mile}", order.country.partner);
    paper.text(20, 544, 20, &partner);
    paper.rule(572, 4);
    things(&mut paper, parcel, 580);
    paper.text(20, 696, 14, "SANDBOX LABEL - NOT FOR SHIPPING");
    paper
}

/// What is in the parcel, without a barcode.
pub(crate) fn packing(parcel: &Parcel<Order>, size: Size) -> Drawing {
    let mut paper = size.blank();
    paper.text(20, 20, 32, "PACKING LIST");
    paper.text(20, 66, 24, &parcel.number);
    paper.rule(100, 4);
    things(&mut paper, parcel, 116);
    paper
}

fn things(paper: &mut Drawing, parcel: &Parcel<Order>, top: u16) {
    let sent = &parcel.detail.sent;
    let things = list(sent, "parcel_list.declare_product_info");
    for (row, thing) in (0_u16..).zip(things.into_iter().take(THINGS_MAX)) {
        let field = |path| scalar(thing, path).unwrap_or_default();
        let name: String = field("declare_product_name_en").chars().take(28).collect();
        let (count, price) = (
            field("declare_product_code_qty"),
            field("declare_unit_price_export"),
        );
        let line = format!("{count:>3}  {name:<28}  {price}");
        paper.text(20, top + row * 22, 18, &line);
    }
    let grams = parcel.detail.grams;
    let currency = scalar(sent, "parcel_list.currency").unwrap_or_default();
    let total = format!("TOTAL {grams} G   {currency}");
    paper.text(20, top + 90, 18, &total);
}

//! The papers of a shipment, drawn from what is kept of it: packing list and commercial invoice,
//! and the labels in one file with them.

mod file;
mod invoice;
mod packing;
mod sheet;
mod text;

use parcelgate_carrier::Order;
use parcelgate_store::Purchase;

pub use file::{Unreadable, bind};
pub use sheet::Size;

/// A paper of a shipment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Paper {
    /// The carrier's labels.
    Label,
    /// What is in the boxes, for those who pack and unpack them.
    PackingList,
    /// What is sold to whom, for customs.
    CommercialInvoice,
}

impl Paper {
    /// Every paper with its name, in the order in which they are put together.
    pub const ALL: [(Self, &'static str); 3] = [
        (Self::Label, "label"),
        (Self::PackingList, "packing-list"),
        (Self::CommercialInvoice, "commercial-invoice"),
    ];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        let found = Self::ALL.iter().find(|(paper, _)| *paper == self);
        found.map_or("", |(_, name)| name)
    }
}

/// What the papers tell of.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// What was ordered.
    pub order: &'a Order,
    /// What was bought.
    pub purchase: &'a Purchase,
}

/// Pages of a file.
#[derive(Debug)]
pub enum Part {
    /// Of our own, of that size: what is drawn on each.
    Own(Size, Vec<Vec<u8>>),
    /// A PDF of the carrier's, to be put on pages of that size.
    Carriers(Size, Vec<u8>),
}

/// Draws the packing list.
#[must_use]
pub fn packing_list(told: Told<'_>, size: Size) -> Part {
    Part::Own(size, packing::draw(told, size))
}

/// Draws the commercial invoice; none when the shipment crosses no border.
#[must_use]
pub fn commercial_invoice(told: Told<'_>, size: Size) -> Option<Part> {
    let pages = invoice::draw(told, told.order.customs.as_ref()?, size);
    Some(Part::Own(size, pages))
}

/// The lines of an address.
fn address(address: &parcelgate_domain::Address) -> Vec<String> {
    let mut told = Vec::new();
    let mut tell = |text: &str| {
        if !text.trim().is_empty() {
            told.push(text.trim().to_owned());
        }
    };
    tell(address.name.expose());
    let own = |text: &Option<parcelgate_domain::Personal>| {
        text.as_ref()
            .map_or_else(String::new, |text| text.expose().to_owned())
    };
    tell(&own(&address.company));
    for line in &address.lines {
        tell(line.expose());
    }
    let region = address.region.as_deref().unwrap_or_default();
    let postal_code = address.postal_code.as_deref().unwrap_or_default();
    tell(&format!("{} {region} {postal_code}", address.city).replace("  ", " "));
    tell(&format!(
        "{} ({})",
        address.country.name(),
        address.country.code()
    ));
    for (name, text) in [
        ("Phone", own(&address.phone)),
        ("E-mail", own(&address.email)),
        ("Tax ID", own(&address.tax_id)),
    ] {
        if !text.trim().is_empty() {
            tell(&format!("{name}: {text}"));
        }
    }
    told
}

/// Grams as kilograms, exactly.
fn kilograms(grams: u64) -> String {
    format!("{}.{:03} kg", grams / 1_000, grams % 1_000)
}

/// The tracking numbers of all boxes.
fn numbers(told: Told<'_>) -> String {
    let parcels = told.purchase.parcels.iter();
    let numbers: Vec<&str> = parcels.map(|parcel| parcel.number.as_str()).collect();
    if numbers.is_empty() {
        "none yet".to_owned()
    } else {
        numbers.join(", ")
    }
}

/// The carrier and the service.
fn carriage(told: Told<'_>) -> String {
    let carrier = told.purchase.carrier.to_string().to_uppercase();
    format!("{carrier} {}", told.purchase.service.name)
}

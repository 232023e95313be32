//! What the USPS side keeps of a label.

use std::sync::OnceLock;
use std::sync::atomic::AtomicU32;

use jiff::civil::{Date, Time};
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::extra::Extra;
use super::lane::Lane;
use super::price::Price;
use crate::document::{at, text};
use crate::parcel::Parcel;

/// Which of the three kinds of label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Outbound,
    Return,
    Abroad,
}

/// The format of a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Image {
    Pdf,
    Zpl203,
    Zpl300,
    None,
}

impl Image {
    /// The formats that the sandbox draws.
    pub(crate) const DRAWN: &'static str = "PDF, ZPL203DPI, ZPL300DPI and NONE";

    pub(crate) fn of(name: &str) -> Option<Self> {
        match name {
            "PDF" => Some(Self::Pdf),
            "ZPL203DPI" => Some(Self::Zpl203),
            "ZPL300DPI" => Some(Self::Zpl300),
            "NONE" => Some(Self::None),
            _ => None,
        }
    }

    /// The media type and the ending of a file's name.
    pub(crate) const fn file(self) -> (&'static str, &'static str) {
        match self {
            Self::Pdf => ("application/pdf", "pdf"),
            Self::Zpl203 | Self::Zpl300 | Self::None => ("application/octet-stream", "zpl"),
        }
    }
}

/// Where the receipt goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Receipt {
    SamePage,
    SeparatePage,
    None,
}

/// How a label is to be printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Print {
    pub(crate) image: Image,
    pub(crate) receipt: Receipt,
}

/// What only USPS knows of a parcel.
pub(crate) struct Package {
    pub(crate) kind: Kind,
    /// The purchase as it was asked for. Personal data, hence no `Debug`.
    pub(crate) sent: Value,
    pub(crate) lane: Lane,
    pub(crate) price: Price,
    pub(crate) extras: Vec<&'static Extra>,
    /// The value of the goods in thousandths of a dollar.
    pub(crate) value: u64,
    /// Thousandths of a pound.
    pub(crate) weight: u64,
    pub(crate) dimensional: u64,
    /// The day of mailing, as the sender named it.
    pub(crate) mailing: Date,
    /// The same in the parcels' calendar.
    pub(crate) mailed: Date,
    /// When the carrier accepts it, if it is mailed as announced.
    pub(crate) accepted: Timestamp,
    pub(crate) promised: Date,
    pub(crate) print: Print,
    pub(crate) reprints: AtomicU32,
    /// When a refund was asked for.
    pub(crate) disputed: OnceLock<Timestamp>,
    /// The SCAN form that holds it: its electronic file number, and when it was made.
    pub(crate) form: OnceLock<(String, Timestamp)>,
}

impl Package {
    /// Cents for everything.
    pub(crate) fn total(&self) -> u64 {
        let extras: u64 = self
            .extras
            .iter()
            .map(|extra| extra.cents(self.value))
            .sum();
        self.price.total() + extras
    }

    /// When the shipping services file leaves: half past midnight in Chicago after the mailing
    /// date, or a quarter of an hour after a SCAN form, or after the purchase where it asked so.
    pub(crate) fn manifested(&self, booked: Timestamp) -> Timestamp {
        let quarter = SignedDuration::from_mins(15);
        if let Some((_, at)) = self.form.get() {
            return *at + quarter;
        }
        let options = "packageDescription.packageOptions.immediateManifest";
        if at(&self.sent, options) == Some(&Value::Bool(true)) {
            return booked + quarter;
        }
        let night = self.mailed.saturating_add(jiff::Span::new().days(1));
        let half_past = Time::constant(0, 30, 0, 0);
        Offset::constant(-6)
            .to_timestamp(night.to_datetime(half_past))
            .unwrap_or(Timestamp::MAX)
    }

    pub(crate) fn references(&self) -> Vec<String> {
        references(&self.sent)
    }
}

/// The sender's own references.
pub(crate) fn references(sent: &Value) -> Vec<String> {
    crate::document::list(sent, "packageDescription.customerReference")
        .into_iter()
        .filter_map(|reference| text(reference, "referenceNumber"))
        .map(str::to_owned)
        .collect()
}

/// A party of a purchase, in lines as they are printed.
pub(crate) fn lines(parcel: &Parcel<Package>, party: &str) -> Vec<String> {
    address_lines(at(&parcel.detail.sent, party).unwrap_or(&Value::Null))
}

/// A name and address, in lines as they are printed.
pub(crate) fn address_lines(address: &Value) -> Vec<String> {
    let field = |name: &str| text(address, name).unwrap_or_default();
    let person = format!("{} {}", field("firstName"), field("lastName"));
    let mut lines = vec![
        person.trim().to_owned(),
        field("firm").to_owned(),
        field("streetAddress").to_owned(),
        field("secondaryAddress").to_owned(),
    ];
    if field("countryISOAlpha2Code").is_empty() {
        let plus = field("ZIPPlus4");
        let dash = if plus.is_empty() { "" } else { "-" };
        let (city, state, zip) = (field("city"), field("state"), field("ZIPCode"));
        lines.push(format!("{city} {state} {zip}{dash}{plus}"));
    } else {
        lines.push(format!("{} {}", field("postalCode"), field("city")));
        lines.push(field("province").to_owned());
        lines.push(field("country").to_owned());
    }
    lines.retain(|line| !line.trim().is_empty());
    lines
}

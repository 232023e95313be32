//! Products of DHL Express, and the services that can be added to them.

use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp};

use crate::place::{Place, working_days_after};

/// Where a product goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// Inside one country.
    Home,
    /// Between two countries of the European Union.
    Union,
    /// To any other country.
    Abroad,
    /// To another country of the same continent, outside the Union.
    Overland,
}
use Reach::{Abroad, Home, Overland, Union};

/// A product.
#[derive(Debug)]
pub(crate) struct Product {
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
    /// `TD` time definite, `DD` day definite.
    pub(crate) network: &'static str,
    /// Whether it carries goods that are declared at the border; `None` where there is none.
    dutiable: Option<bool>,
    reach: &'static [Reach],
    days: u8,
    /// The hour by which it arrives, where that is promised.
    commit: Option<i8>,
    /// Cents of a euro for a parcel, and for each started half kilogram.
    pub(crate) price: (u64, u64),
}

#[rustfmt::skip]
const PRODUCTS: &[Product] = &[
    Product { code: "I", name: "EXPRESS DOMESTIC 9:00", network: "TD", dutiable: None, reach: &[Home], days: 1, commit: Some(9), price: (3_900, 110) },
    Product { code: "1", name: "EXPRESS DOMESTIC 12:00", network: "TD", dutiable: None, reach: &[Home], days: 1, commit: Some(12), price: (2_400, 95) },
    Product { code: "N", name: "EXPRESS DOMESTIC", network: "TD", dutiable: None, reach: &[Home], days: 1, commit: None, price: (1_850, 80) },
    Product { code: "K", name: "EXPRESS 9:00", network: "TD", dutiable: Some(false), reach: &[Union, Abroad], days: 1, commit: Some(9), price: (9_200, 390) },
    Product { code: "E", name: "EXPRESS 9:00 NONDOC", network: "TD", dutiable: Some(true), reach: &[Abroad], days: 2, commit: Some(9), price: (9_800, 420) },
    Product { code: "T", name: "EXPRESS 12:00", network: "TD", dutiable: Some(false), reach: &[Union, Abroad], days: 1, commit: Some(12), price: (7_100, 330) },
    Product { code: "Y", name: "EXPRESS 12:00 NONDOC", network: "TD", dutiable: Some(true), reach: &[Abroad], days: 2, commit: Some(12), price: (7_600, 355) },
    Product { code: "U", name: "EXPRESS WORLDWIDE EU", network: "TD", dutiable: Some(false), reach: &[Union], days: 1, commit: None, price: (4_300, 190) },
    Product { code: "D", name: "EXPRESS WORLDWIDE DOC", network: "TD", dutiable: Some(false), reach: &[Abroad], days: 2, commit: None, price: (5_400, 260) },
    Product { code: "P", name: "EXPRESS WORLDWIDE NONDOC", network: "TD", dutiable: Some(true), reach: &[Abroad], days: 2, commit: None, price: (5_900, 295) },
    Product { code: "W", name: "ECONOMY SELECT", network: "DD", dutiable: Some(false), reach: &[Union], days: 3, commit: None, price: (2_600, 90) },
    Product { code: "H", name: "ECONOMY SELECT", network: "DD", dutiable: Some(true), reach: &[Overland], days: 4, commit: None, price: (3_100, 110) },
];

/// A service that can be added.
#[derive(Debug)]
pub(crate) struct Extra {
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
    /// `XCH` to be chosen, `SCH` added by itself, `TEC` by agreement.
    pub(crate) kind: &'static str,
    /// Only where something is declared.
    customs: bool,
    /// Cents of a euro. The insurance costs by its value.
    pub(crate) price: u64,
}

#[rustfmt::skip]
const EXTRAS: &[Extra] = &[
    Extra { code: "AA", name: "SATURDAY DELIVERY", kind: "XCH", customs: false, price: 1_500 },
    Extra { code: "DD", name: "DUTY TAX PAID", kind: "XCH", customs: true, price: 1_600 },
    Extra { code: "EE", name: "GOGREEN CLIMATE NEUTRAL", kind: "XCH", customs: false, price: 35 },
    Extra { code: "II", name: "SHIPMENT INSURANCE", kind: "XCH", customs: false, price: 0 },
    Extra { code: "LX", name: "HOLD FOR COLLECTION", kind: "XCH", customs: false, price: 0 },
    Extra { code: "NN", name: "NEUTRAL DELIVERY", kind: "XCH", customs: false, price: 500 },
    Extra { code: "PT", name: "DATA STAGING 03", kind: "TEC", customs: false, price: 0 },
    Extra { code: "PU", name: "DATA STAGING 06", kind: "TEC", customs: false, price: 0 },
    Extra { code: "PV", name: "DATA STAGING 12", kind: "TEC", customs: false, price: 0 },
    Extra { code: "PW", name: "DATA STAGING 24", kind: "TEC", customs: false, price: 0 },
    Extra { code: "SF", name: "DIRECT SIGNATURE", kind: "XCH", customs: false, price: 550 },
    Extra { code: "SX", name: "SIGNATURE RELEASE", kind: "XCH", customs: false, price: 0 },
    Extra { code: "TK", name: "RESIDENTIAL DELIVERY", kind: "SCH", customs: false, price: 390 },
    Extra { code: "WY", name: "PAPERLESS TRADE", kind: "XCH", customs: true, price: 0 },
];

/// The service that DHL adds to everything.
pub(crate) const FUEL: (&str, &str) = ("FF", "FUEL SURCHARGE");
/// What the fuel costs, in thousandths of the rest.
pub(crate) const FUEL_PERMILLE: u64 = 215;

impl Extra {
    pub(crate) fn of(code: &str) -> Option<&'static Self> {
        EXTRAS.iter().find(|extra| extra.code == code)
    }

    /// What can be added on a way with or without customs.
    pub(crate) fn on(customs: bool) -> impl Iterator<Item = &'static Self> {
        EXTRAS.iter().filter(move |extra| extra.fits(customs))
    }

    pub(crate) const fn fits(&self, customs: bool) -> bool {
        customs || !self.customs
    }
}

/// From where to where, and whether something is declared on the way.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lane<'p> {
    pub(crate) origin: &'p Place,
    pub(crate) destination: &'p Place,
    pub(crate) dutiable: bool,
}

impl Product {
    pub(crate) fn of(code: &str) -> Option<&'static Self> {
        PRODUCTS.iter().find(|product| product.code == code)
    }

    pub(crate) fn on(lane: Lane<'_>) -> impl Iterator<Item = &'static Self> {
        PRODUCTS.iter().filter(move |product| product.serves(lane))
    }

    pub(crate) fn serves(&self, lane: Lane<'_>) -> bool {
        let (from, to) = (&lane.origin.country, &lane.destination.country);
        let fits = self
            .dutiable
            .is_none_or(|dutiable| dutiable == lane.dutiable);
        let union = union(from) && union(to);
        fits && self.reach.iter().any(|reach| match reach {
            Home => from == to,
            Union => from != to && union,
            Abroad => from != to && !union,
            Overland => from != to && !union && continent(from) == continent(to),
        })
    }

    /// Working days between pickup and delivery.
    pub(crate) fn days(&self, lane: Lane<'_>) -> u8 {
        let far = continent(&lane.origin.country) != continent(&lane.destination.country);
        self.days + u8::from(far)
    }

    /// The day and the hour, at the destination, by which a parcel fetched on `pickup` arrives.
    pub(crate) fn promise(&self, lane: Lane<'_>, pickup: Date) -> (Date, Time) {
        let hour = self.commit.unwrap_or(18);
        let date = working_days_after(pickup, self.days(lane));
        (date, Time::constant(hour, 0, 0, 0))
    }

    /// The window of the delivery itself, inside the promise.
    pub(crate) fn due(&self, lane: Lane<'_>, pickup: Date) -> (Timestamp, Timestamp) {
        let (date, time) = self.promise(lane, pickup);
        let latest = lane.destination.instant(date, time);
        let minutes = if self.commit.is_some() { 45 } else { 480 };
        (latest - SignedDuration::from_mins(minutes), latest)
    }
}

pub(crate) fn union(country: &str) -> bool {
    matches!(
        country,
        "AT" | "BE"
            | "BG"
            | "CY"
            | "CZ"
            | "DE"
            | "DK"
            | "EE"
            | "ES"
            | "FI"
            | "FR"
            | "GR"
            | "HR"
            | "HU"
            | "IE"
            | "IT"
            | "LT"
            | "LU"
            | "LV"
            | "MT"
            | "NL"
            | "PL"
            | "PT"
            | "RO"
            | "SE"
            | "SI"
            | "SK"
    )
}

#[derive(PartialEq, Eq)]
enum Continent {
    America,
    Europe,
    Asia,
    Elsewhere,
}

fn continent(country: &str) -> Continent {
    match country {
        "US" | "CA" | "MX" | "PR" => Continent::America,
        "CH" | "GB" | "NO" | "UA" | "RS" | "IS" => Continent::Europe,
        "CN" | "HK" | "JP" | "KR" | "TW" | "SG" | "MY" | "TH" | "VN" | "PH" | "IN" | "ID" => {
            Continent::Asia
        }
        country if union(country) => Continent::Europe,
        _ => Continent::Elsewhere,
    }
}

//! What a shipment costs: a made-up tariff that is deterministic and grows with weight and zone.

use serde_json::{Value, json};

use super::lane::Lane;
use super::piece::{Piece, Units};
use super::service::Service;
use crate::decimal::number;

/// The account's discount on what FedEx publishes, in per cent.
const DISCOUNT: u64 = 22;
/// Fuel, in thousandths of the freight and the surcharges before it.
const FUEL_PERMILLE: u64 = 165;
/// Delivery on a Saturday, in cents a package.
const SATURDAY: u64 = 1_600;

/// The price of one piece, in cents of a dollar.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rate {
    pub(crate) base: u64,
    pub(crate) discount: u64,
    /// Type, description, cents.
    pub(crate) surcharges: Vec<(&'static str, &'static str, u64)>,
}

impl Rate {
    pub(crate) fn surcharged(&self) -> u64 {
        self.surcharges.iter().map(|(_, _, cents)| cents).sum()
    }

    pub(crate) fn net(&self) -> u64 {
        self.base - self.discount + self.surcharged()
    }

    fn add(mut self, other: &Self) -> Self {
        self.base += other.base;
        self.discount += other.discount;
        for (kind, description, cents) in &other.surcharges {
            let known = |(known, _, _): &&mut (&str, &str, u64)| known == kind;
            match self.surcharges.iter_mut().find(known) {
                Some((_, _, sum)) => *sum += cents,
                None => self.surcharges.push((kind, description, *cents)),
            }
        }
        self
    }

    /// The surcharges as a list; `kind` is what each API calls a surcharge's type.
    pub(crate) fn listed(&self, kind: &str) -> Value {
        let item = |(name, description, cents): &(&str, &str, u64)| {
            let amount = number(*cents);
            json!({ kind: name, "description": description, "amount": amount })
        };
        self.surcharges.iter().map(item).collect()
    }
}

/// By whose prices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tariff {
    Account,
    List,
}

impl Tariff {
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Account => "ACCOUNT",
            Self::List => "LIST",
        }
    }
}

/// The price of a shipment.
pub(crate) struct Price {
    pub(crate) pieces: Vec<Rate>,
    pub(crate) units: Units,
    /// Hundredths of the unit.
    pub(crate) billed: u64,
    pub(crate) dimensional: bool,
    pub(crate) zone: u8,
}

impl Price {
    pub(crate) fn of(
        tariff: Tariff,
        service: &Service,
        lane: &Lane,
        pieces: &[Piece],
        saturday: bool,
    ) -> Self {
        let rate = |piece: &Piece| rate(tariff, service, lane, piece, saturday);
        Self {
            pieces: pieces.iter().map(rate).collect(),
            units: pieces.first().map_or(Units::Pounds, |piece| piece.units),
            billed: pieces.iter().map(Piece::billed).sum(),
            dimensional: pieces.iter().any(Piece::is_dimensional),
            zone: lane.zone(),
        }
    }

    pub(crate) fn total(&self) -> Rate {
        self.pieces.iter().fold(Rate::default(), Rate::add)
    }

    pub(crate) const fn weighed(&self) -> &'static str {
        if self.dimensional { "DIM" } else { "ACTUAL" }
    }

    pub(crate) fn billing_weight(&self) -> Value {
        weight(self.units, self.billed)
    }

    pub(crate) fn zone_code(&self) -> String {
        format!("{:02}", self.zone)
    }
}

pub(crate) fn weight(units: Units, hundredths: u64) -> Value {
    json!({ "units": units.code(), "value": number(hundredths) })
}

pub(crate) fn fuel_per_cent() -> Value {
    number(FUEL_PERMILLE * 10)
}

fn rate(tariff: Tariff, service: &Service, lane: &Lane, piece: &Piece, saturday: bool) -> Rate {
    let (parcel, zone, pound) = service.price;
    let base = parcel + u64::from(lane.zone()) * zone + piece.billed_pounds() * pound;
    let discount = match tariff {
        Tariff::Account => base * DISCOUNT / 100,
        Tariff::List => 0,
    };
    let home = if service.ground() { 605 } else { 655 };
    // FedEx answers for 100 dollars; each further hundred begun costs.
    let insured = match piece.declared.saturating_sub(10_000).div_ceil(10_000) {
        0 => 0,
        hundreds => (hundreds * 135).max(405),
    };
    let special = [
        (
            "RESIDENTIAL_DELIVERY",
            "Residential surcharge",
            u64::from(lane.residential) * home,
        ),
        ("INSURED_VALUE", "Declared value", insured),
        (
            "SIGNATURE_OPTION",
            "Signature option",
            piece.signature.price,
        ),
        (
            "SATURDAY_DELIVERY",
            "Saturday delivery",
            u64::from(saturday) * SATURDAY,
        ),
    ];
    let mut surcharges: Vec<_> = special
        .into_iter()
        .filter(|(_, _, cents)| *cents > 0)
        .collect();
    let special: u64 = surcharges.iter().map(|(_, _, cents)| cents).sum();
    let fuel = (base - discount + special) * FUEL_PERMILLE / 1_000;
    surcharges.push(("FUEL", "Fuel Surcharge", fuel));
    Rate {
        base,
        discount,
        surcharges,
    }
}

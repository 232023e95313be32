//! What a shipment costs: a made-up tariff that is deterministic and grows with weight and zone.

use serde_json::{Value, json};

use super::lane::Lane;
use super::options::{Item, Options};
use super::piece::{Piece, Units};
use super::service::Service;
use crate::decimal;

/// UPS's discount for an account with negotiated rates, in per cent.
const DISCOUNT: u64 = 18;

/// The price of one piece, in cents of a dollar.
pub(crate) struct PiecePrice {
    pub(crate) base: u64,
    /// Code, description, cents.
    pub(crate) items: Vec<Item>,
    /// What is asked for beside carriage.
    pub(crate) options: Vec<Item>,
}

impl PiecePrice {
    /// Carriage with its surcharges.
    pub(crate) fn transport(&self) -> u64 {
        self.base + itemized_total(&self.items)
    }

    pub(crate) fn extras(&self) -> u64 {
        itemized_total(&self.options)
    }

    pub(crate) fn total(&self) -> u64 {
        self.transport() + self.extras()
    }

    /// Every charge beside the base.
    pub(crate) fn all(&self) -> Vec<Item> {
        self.items.iter().chain(&self.options).copied().collect()
    }
}

/// The price of a shipment.
pub(crate) struct Price {
    pub(crate) pieces: Vec<PiecePrice>,
    units: Units,
    billed: u64,
}

impl Price {
    pub(crate) fn of(service: &Service, lane: &Lane, pieces: &[Piece], options: &Options) -> Self {
        let (parcel, zone, pound) = service.price;
        let zone = u64::from(lane.zone()) * zone;
        let price = |(index, piece): (usize, &Piece)| {
            let base = parcel + zone + piece.billed_pounds() * pound;
            let mut items = Vec::new();
            let mut fuelled = base;
            if lane.residential {
                let surcharge = if lane.crosses_border() { 595 } else { 620 };
                items.push(("270", "RESIDENTIAL ADDRESS", surcharge));
                fuelled += surcharge;
            }
            items.push(("375", "FUEL SURCHARGE", fuelled * 185 / 1000));
            let options = options.of_package(index);
            PiecePrice {
                base,
                items,
                options,
            }
        };
        Self {
            pieces: pieces.iter().enumerate().map(price).collect(),
            units: pieces.first().map_or(Units::Imperial, |piece| piece.units),
            billed: pieces.iter().map(|piece| piece.billed).sum(),
        }
    }

    fn base(&self) -> u64 {
        self.pieces.iter().map(|piece| piece.base).sum()
    }

    pub(crate) fn total(&self) -> u64 {
        self.pieces.iter().map(PiecePrice::total).sum()
    }

    fn negotiated(&self) -> u64 {
        self.total() * (100 - DISCOUNT) / 100
    }

    /// The shipment's charges by code.
    pub(crate) fn items(&self) -> Value {
        let mut sums: Vec<(&str, &str, u64)> = Vec::new();
        for (code, description, cents) in self.pieces.iter().flat_map(PiecePrice::all) {
            match sums.iter_mut().find(|(known, _, _)| *known == code) {
                Some((_, _, sum)) => *sum += cents,
                None => sums.push((code, description, cents)),
            }
        }
        itemized(&sums)
    }

    /// The members that a rated shipment and a bought one have in common.
    pub(crate) fn charges(&self) -> Value {
        let extras = self.pieces.iter().map(PiecePrice::extras).sum();
        json!({
            "BaseServiceCharge": money(self.base()),
            "TransportationCharges": money(self.total() - extras),
            "ServiceOptionsCharges": money(extras),
            "ItemizedCharges": self.items(),
            "TotalCharges": money(self.total()),
        })
    }

    pub(crate) fn negotiated_charges(&self) -> Value {
        json!({ "TotalCharge": money(self.negotiated()) })
    }

    pub(crate) fn billing_weight(&self) -> Value {
        let (code, description) = self.units.weight();
        let tenths = self.billed.div_ceil(10);
        json!({
            "UnitOfMeasurement": { "Code": code, "Description": description },
            "Weight": format!("{}.{}", tenths / 10, tenths % 10),
        })
    }
}

pub(crate) fn itemized(items: &[(&str, &str, u64)]) -> Value {
    let item = |(code, description, cents): &(&str, &str, u64)| {
        json!({
            "Code": code,
            "Description": description,
            "CurrencyCode": "USD",
            "MonetaryValue": decimal::text(*cents),
        })
    };
    items.iter().map(item).collect()
}

/// The cents of all items.
pub(crate) fn itemized_total(items: &[(&str, &str, u64)]) -> u64 {
    items.iter().map(|(_, _, cents)| cents).sum()
}

pub(crate) fn money(cents: u64) -> Value {
    json!({ "CurrencyCode": "USD", "MonetaryValue": decimal::text(cents) })
}

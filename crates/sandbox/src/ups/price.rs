//! What a shipment costs: a made-up tariff that is deterministic and grows with weight and zone.

use serde_json::{Value, json};

use super::lane::Lane;
use super::piece::{Piece, Units};
use super::service::Service;
use crate::decimal;

/// UPS's discount for an account with negotiated rates, in per cent.
const DISCOUNT: u64 = 18;

/// The price of one piece, in cents of a dollar.
pub(crate) struct PiecePrice {
    pub(crate) base: u64,
    /// Code, description, cents.
    pub(crate) items: Vec<(&'static str, &'static str, u64)>,
}

impl PiecePrice {
    pub(crate) fn total(&self) -> u64 {
        self.base + self.items.iter().map(|(_, _, cents)| cents).sum::<u64>()
    }
}

/// The price of a shipment.
pub(crate) struct Price {
    pub(crate) pieces: Vec<PiecePrice>,
    units: Units,
    billed: u64,
}

impl Price {
    pub(crate) fn of(service: &Service, lane: &Lane, pieces: &[Piece]) -> Self {
        let (parcel, zone, pound) = service.price;
        let zone = u64::from(lane.zone()) * zone;
        let price = |piece: &Piece| {
            let base = parcel + zone + piece.billed_pounds() * pound;
            let mut items = Vec::new();
            let mut fuelled = base;
            if lane.residential {
                let surcharge = if lane.crosses_border() { 595 } else { 620 };
                items.push(("270", "RESIDENTIAL ADDRESS", surcharge));
                fuelled += surcharge;
            }
            items.push(("375", "FUEL SURCHARGE", fuelled * 185 / 1000));
            PiecePrice { base, items }
        };
        Self {
            pieces: pieces.iter().map(price).collect(),
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
        for (code, description, cents) in self.pieces.iter().flat_map(|piece| &piece.items) {
            match sums.iter_mut().find(|(known, _, _)| known == code) {
                Some((_, _, sum)) => *sum += cents,
                None => sums.push((code, description, *cents)),
            }
        }
        itemized(&sums)
    }

    /// The members that a rated shipment and a bought one have in common.
    pub(crate) fn charges(&self) -> Value {
        let total = self.total();
        json!({
            "BaseServiceCharge": money(self.base()),
            "TransportationCharges": money(total),
            "ServiceOptionsCharges": money(0),
            "ItemizedCharges": self.items(),
            "TotalCharges": money(total),
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

pub(crate) fn money(cents: u64) -> Value {
    json!({ "CurrencyCode": "USD", "MonetaryValue": decimal::text(cents) })
}

//! Reads what products cost.

use jiff::civil::{DateTime, time};
use parcelgate_carrier::charges::{charge, itemised};
use parcelgate_carrier::json::{Loose, Many, Text};
use parcelgate_carrier::measure::WeightUnit;
use parcelgate_carrier::{Kind, Response, Result, moment, read_json};
use parcelgate_domain::{
    Charge, ChargeKind, Currency, DecimalText, Money, Quote, Service, ServiceCode, Transit, Weight,
};
use serde::Deserialize;

use super::OPERATION;
use crate::{ID, error};

/// The currency in which the account is billed, of the three in which DHL tells a price.
const BILLED: &str = "BILLC";

#[derive(Deserialize)]
struct Answer {
    products: Many<Product>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Product {
    product_name: Text,
    product_code: Text,
    local_product_code: Text,
    weight: Loose<Weights>,
    total_price: Many<Price>,
    total_price_breakdown: Many<Breakdown>,
    detailed_price_breakdown: Many<Breakdown>,
    delivery_capabilities: Loose<Delivery>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Weights {
    volumetric: Text,
    provided: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Price {
    currency_type: Text,
    price_currency: Text,
    price: Loose<Option<DecimalText>>,
}

/// Of the whole (`priceBreakdown`) or line by line (`breakdown`).
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Breakdown {
    currency_type: Text,
    price_currency: Text,
    breakdown: Many<Row>,
    price_breakdown: Many<Row>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Row {
    name: Text,
    service_code: Text,
    type_code: Text,
    price: Loose<Option<DecimalText>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Delivery {
    estimated_delivery_date_and_time: Text,
    total_transit_days: Text,
}

pub(super) fn decode(response: &Response) -> Result<Vec<Quote>> {
    let answer: Answer = read_json(&ID, OPERATION, response)?;
    let quotes: Vec<Quote> = answer.products.iter().filter_map(Product::quote).collect();
    let priced = |product: &Product| {
        product
            .total_price
            .iter()
            .any(|price| price.money().is_some())
    };
    let lost =
        answer.products.is_lost() || (quotes.is_empty() && answer.products.iter().any(priced));
    if lost {
        return Err(error(Kind::Malformed, OPERATION));
    }
    Ok(quotes)
}

/// An amount; none where there is none, or DHL rounded otherwise than the currency does.
fn money(amount: Option<&DecimalText>, currency: &str) -> Option<Money> {
    let currency: Currency = currency.parse().ok()?;
    Money::parse(amount?.as_str(), currency).ok()
}

impl Price {
    fn money(&self) -> Option<Money> {
        money(self.price.as_ref(), &self.price_currency)
    }
}

impl Product {
    /// The price in the account's currency; none where DHL tells none, which it writes as nothing
    /// or as nought.
    fn quote(&self) -> Option<Quote> {
        let code = self.product_code.get()?;
        let prices = self.total_price.iter();
        let billed = prices.filter(|price| &*price.currency_type == BILLED);
        let total = billed
            .filter_map(Price::money)
            .find(|total| total.minor() > 0)?;
        let local = self.local_product_code.get().filter(|local| *local != code);
        let code = local.map_or_else(|| code.to_owned(), |local| format!("{code}/{local}"));
        Some(Quote {
            service: Service {
                name: self.product_name.owned().unwrap_or_else(|| code.clone()),
                code: ServiceCode::new(code),
            },
            total,
            charges: self.charges(total),
            transit: self.delivery_capabilities.transit(),
            billed_weight: self.weight.billed(),
        })
    }

    /// Line by line, with the tax of the whole where the lines alone do not add up to it.
    fn charges(&self, total: Money) -> Vec<Charge> {
        let billed = |all: &'_ Many<Breakdown>| {
            let mut all = all.iter();
            all.position(|one| &*one.currency_type == BILLED)
        };
        let lines = billed(&self.detailed_price_breakdown);
        let lines = lines.and_then(|at| self.detailed_price_breakdown.get(at));
        let mut parts = Vec::new();
        for row in lines.iter().flat_map(|lines| &lines.breakdown) {
            let currency = lines.map_or("", |lines| &lines.price_currency);
            // Rows without a price are services that could be had beside it.
            if let Some(amount) = money(row.price.as_ref(), currency) {
                parts.push(charge(row.kind(parts.is_empty()), &row.name, amount));
            }
        }
        let whole = billed(&self.total_price_breakdown);
        let whole = whole.and_then(|at| self.total_price_breakdown.get(at));
        let tax = whole.and_then(|whole| {
            let mut rows = whole.price_breakdown.iter();
            let row = rows.find(|row| &*row.type_code == "STTXA")?;
            let tax = money(row.price.as_ref(), &whole.price_currency)?;
            Some([parts.clone(), vec![charge(ChargeKind::Tax, "STTXA", tax)]].concat())
        });
        let all = charge(ChargeKind::Base, &self.product_name, total);
        itemised([Some(parts), tax], all)
    }
}

impl Row {
    fn kind(&self, first: bool) -> ChargeKind {
        match self.service_code.as_str() {
            "" if first => ChargeKind::Base,
            "FF" => ChargeKind::Fuel,
            _ => ChargeKind::Surcharge,
        }
    }
}

impl Weights {
    /// DHL bills the heavier of the two.
    fn billed(&self) -> Option<Weight> {
        let read = |text: &Text| WeightUnit::Kilogram.read(text);
        read(&self.volumetric).max(read(&self.provided))
    }
}

impl Delivery {
    fn transit(&self) -> Option<Transit> {
        let days = self
            .total_transit_days
            .get()
            .and_then(|days| days.parse().ok());
        let deliver_by = estimate(&self.estimated_delivery_date_and_time);
        (days.is_some() || deliver_by.is_some()).then_some(Transit {
            days: days.map(|days| (days, days)),
            business_days: false,
            deliver_by,
            guaranteed: false,
        })
    }
}

/// A day with a time, or a day alone, which ends with its last minute.
pub(in crate::express) fn estimate(text: &str) -> Option<DateTime> {
    let (at, _) = moment::written(text)?;
    let day_alone = !text.contains(':');
    Some(if day_alone {
        at.date().to_datetime(time(23, 59, 0, 0))
    } else {
        at
    })
}

//! A price that may be bought by name.

use std::time::Duration;

use jiff::Timestamp;
use parcelgate_domain::{AccountId, CarrierId, Currency, ExchangeRate, Money, Quote};
use parcelgate_store::{QuoteId, QuoteRecord};
use serde::{Deserialize, Serialize};

use super::ExchangeTable;
use crate::service::Fault;

/// A carrier's quote with its name and what it was made for.
#[derive(Debug, Clone)]
pub struct Offer {
    /// Its name.
    pub id: QuoteId,
    /// Through which account.
    pub account: AccountId,
    /// Of which carrier.
    pub carrier: CarrierId,
    /// The carrier's own words.
    pub quote: Quote,
    /// The total in the currency asked for, with the rate used.
    pub converted: Option<(Money, ExchangeRate)>,
    /// For which of the origins asked.
    pub origin: usize,
    /// Digest of what was asked.
    pub ask: [u8; 32],
    /// How it compares with the others.
    pub tags: Vec<Tag>,
    /// How old the carrier's answer is.
    pub age: Duration,
    /// Whether the answer was remembered.
    pub cached: bool,
    /// Until when it may be bought.
    pub expires_at: Timestamp,
}

/// How an offer compares with the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tag {
    /// None costs less.
    Cheapest,
    /// None is promised earlier.
    Fastest,
    /// None costs less among those promised by the deadline.
    BestByDeadline,
    /// None is both cheaper and faster.
    Pareto,
}

/// The part of an offer that is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    quote: Quote,
    origin: usize,
    ask: [u8; 32],
    converted: Option<(Money, ExchangeRate)>,
}

impl Offer {
    pub(super) fn to_json(&self) -> String {
        let kept = Kept {
            quote: self.quote.clone(),
            origin: self.origin,
            ask: self.ask,
            converted: self.converted,
        };
        serde_json::to_string(&kept).unwrap_or_default()
    }

    pub(super) fn from_record(record: &QuoteRecord) -> Result<Self, Fault> {
        let unreadable = |error: serde_json::Error| {
            Fault::Store(parcelgate_store::Error::Unreadable {
                what: "quote",
                why: error.to_string(),
            })
        };
        let kept: Kept = serde_json::from_str(&record.body).map_err(unreadable)?;
        Ok(Self {
            id: record.id.clone(),
            account: record.account.clone(),
            carrier: record.carrier.clone(),
            quote: kept.quote,
            converted: kept.converted,
            origin: kept.origin,
            ask: kept.ask,
            tags: Vec::new(),
            age: Duration::ZERO,
            cached: false,
            expires_at: record.expires_at,
        })
    }
}

/// `total` in `currency`, when that is asked for and the rate is known.
pub(super) fn converted(
    total: Money,
    currency: Option<Currency>,
    exchange: Option<&ExchangeTable>,
) -> Option<(Money, ExchangeRate)> {
    let rate = exchange?.rates.between(total.currency(), currency?)?;
    Some((rate.convert(total)?, rate))
}

//! Prices, purchases and currencies.

use std::num::NonZeroUsize;

use serde::Deserialize;

/// Prices.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RatesConfig {
    /// How long a carrier's answer may be given again.
    pub cache_s: u64,
    /// How many answers are kept.
    pub cache_entries_max: u64,
    /// How long a quote may be bought by name.
    pub quote_s: u64,
    /// How long one carrier may take.
    pub carrier_ms_max: u64,
    /// How much earlier than the caller's deadline the reply leaves.
    pub margin_ms: u64,
}

/// Labels.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PurchaseConfig {
    /// How long a carrier may take to sell.
    pub carrier_ms_max: u64,
    /// How many purchases of one batch are under way at once.
    pub batch_at_once_max: NonZeroUsize,
    /// How long after a label was bought its parcel is first asked for.
    pub first_check_ms: u64,
    /// How often a doubtful purchase is looked up.
    pub settle_ms: u64,
    /// After how long a doubt goes to a person.
    pub review_s: u64,
    /// After how long a label that does not come goes to a person.
    pub label_s: u64,
    /// After how long a void that does not come off goes to a person.
    pub void_s: u64,
    /// For how long a replacement is tried that does not come off.
    pub replace_s: u64,
    /// How long after a purchase was declared absent it is looked for again, each time.
    pub late_watch_s: Vec<u64>,
    /// How long a caller who repeats a request is told what was told at its end, in days.
    pub reply_kept_days: u16,
}

impl PurchaseConfig {
    /// How long what was told at the end of a purchase is told again.
    #[must_use]
    pub fn reply_kept(&self) -> jiff::SignedDuration {
        jiff::SignedDuration::from_hours(i64::from(self.reply_kept_days) * 24)
    }
}

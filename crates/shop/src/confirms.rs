//! That a package of an order left.

use std::num::NonZeroU32;

use async_trait::async_trait;
use jiff::Timestamp;
use parcelgate_carrier::{Call, Result};
use parcelgate_domain::{TrackingNumber, Violations};

/// Takes in that a package of an order left, and under which number it can be followed.
#[async_trait]
pub trait Confirms: Send + Sync {
    /// What the shop would not take of it, without asking.
    fn check(&self, confirmation: &Confirmation) -> Violations;

    /// Tells the shop for the first time. When nobody knows whether it heard, it is looked up
    /// ([`ReadsBack`](crate::ReadsBack)) before it is told again.
    async fn confirm(&self, call: &Call<'_>, confirmation: &Confirmation) -> Result<Confirmed>;

    /// Tells the shop that what it was told has changed; `handle` is the shop's own name for it.
    async fn change(
        &self,
        call: &Call<'_>,
        confirmation: &Confirmation,
        handle: Option<&str>,
    ) -> Result<Confirmed>;
}

/// What a shop is told of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmation {
    /// The order, by the shop's own id.
    pub order: String,
    /// Where in the shop it was sold, for a shop of several marketplaces.
    pub marketplace: Option<String>,
    /// Which package of the order, counted from 1 in the order of their making.
    pub package: NonZeroU32,
    /// What is in it; all of the order when nothing is named.
    pub items: Vec<OrderItem>,
    /// Who carries it.
    pub carrier: CarrierName,
    /// By which service, in the carrier's words.
    pub service: Option<String>,
    /// Under which number it can be followed.
    pub number: TrackingNumber,
    /// When it left.
    pub shipped_at: Timestamp,
}

/// Who carries a package, in the shop's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarrierName {
    /// The shop's code.
    pub code: String,
    /// The name, where the code says no more than that it is another.
    pub name: Option<String>,
}

/// So many of one line of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderItem {
    /// The line, by the shop's own id.
    pub id: String,
    /// How many.
    pub quantity: NonZeroU32,
}

/// What a shop made of what it was told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Confirmed {
    /// The shop's own name for it, to be shown when more is told.
    pub handle: Option<String>,
}

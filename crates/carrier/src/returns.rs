//! Labels for parcels that come back.

use async_trait::async_trait;
use parcelgate_domain::{Shipment, Violations};

use crate::{Call, Order, Result};

/// A carrier that sells labels on which the recipient sends a parcel back at the seller's cost.
///
/// An [`Order`] of [`Direction::Return`] goes the way the goods go: its `from` is the customer, its
/// `to` the warehouse. What is bought is found, printed again and voided as any other shipment.
#[async_trait]
pub trait Returns: Send + Sync {
    /// Everything in `order` that the carrier would not take, without asking it.
    fn check(&self, order: &Order) -> Violations;

    /// Buys, under the same promise as [`Shipping::buy`](crate::Shipping::buy).
    async fn buy(&self, call: &Call<'_>, order: &Order) -> Result<Shipment>;
}

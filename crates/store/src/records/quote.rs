//! Offers that a caller may come back to.

use jiff::Timestamp;
use parcelgate_domain::{AccountId, CarrierId};

use crate::{QuoteId, Tenant};

/// A quote, with all that buying by it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuoteRecord {
    /// Whose.
    pub tenant: Tenant,
    /// Which.
    pub id: QuoteId,
    /// Of which account.
    pub account: AccountId,
    /// Of which carrier.
    pub carrier: CarrierId,
    /// The quote itself, JSON.
    pub body: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it holds.
    pub expires_at: Timestamp,
}

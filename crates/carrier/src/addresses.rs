//! Whether an address exists.

use async_trait::async_trait;
use parcelgate_domain::Address;

use crate::{Call, Result};

/// A carrier that checks addresses.
#[async_trait]
pub trait Addresses: Send + Sync {
    /// What the carrier makes of `address`. Names, phone numbers and e-mail are carried over into
    /// the candidates unchanged.
    async fn validate(&self, call: &Call<'_>, address: &Address) -> Result<AddressVerdict>;
}

/// What a carrier makes of an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressVerdict {
    /// In a word.
    pub outcome: AddressOutcome,
    /// What it could be, the likeliest first.
    pub candidates: Vec<Address>,
}

/// In a word, what an address is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AddressOutcome {
    /// It exists as written, or nearly: the one candidate says how the carrier writes it.
    Valid,
    /// It could be several.
    Ambiguous,
    /// The carrier knows none like it.
    Unknown,
}

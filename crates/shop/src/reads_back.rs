//! What a shop made of what it was told.

use async_trait::async_trait;
use parcelgate_carrier::{Call, Result};

/// Shows the packages of an order as the shop has them.
#[async_trait]
pub trait ReadsBack: Send + Sync {
    /// All packages of an order, in the shop's order; none of which the shop knows nothing.
    async fn packages(
        &self,
        call: &Call<'_>,
        order: &str,
        marketplace: Option<&str>,
    ) -> Result<Vec<Shown>>;
}

/// A package as a shop has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Our number for the package, where the shop keeps it.
    pub package: Option<String>,
    /// The shop's own name for it.
    pub handle: Option<String>,
    /// The number under which it is followed there.
    pub number: Option<String>,
    /// The shop's word for the carrier.
    pub carrier: Option<String>,
    /// Whether the shop follows it.
    pub recognition: Recognition,
    /// The shop's own word for how it stands.
    pub said: Option<String>,
}

/// Whether a shop could make something of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Recognition {
    /// It follows the parcel.
    Followed,
    /// It has the number and has seen nothing of it yet.
    Pending,
    /// It says that the number is none, or no longer one.
    Refused,
}

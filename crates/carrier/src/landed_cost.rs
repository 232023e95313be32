//! What duties and taxes will be.

use async_trait::async_trait;
use parcelgate_domain::{Charge, Money};

use crate::{Call, RateAsk, Result};

/// A carrier that estimates duties and taxes before anything is sent.
#[async_trait]
pub trait LandedCosts: Send + Sync {
    /// What `ask`, which must have customs, would cost at the border.
    async fn estimate(&self, call: &Call<'_>, ask: &RateAsk) -> Result<LandedCost>;
}

/// An estimate of what the border costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LandedCost {
    /// Duties, taxes and fees, without the goods and without the carriage.
    pub total: Money,
    /// What the total is made of.
    pub charges: Vec<Charge>,
}

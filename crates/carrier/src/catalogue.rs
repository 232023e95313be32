//! What an account may use, where the carrier tells.

use async_trait::async_trait;
use parcelgate_domain::Service;

use crate::{Call, Result};

/// A carrier whose accounts differ in the services and drop-off points opened for them.
#[async_trait]
pub trait Catalogue: Send + Sync {
    /// The services that this account may buy.
    async fn services(&self, call: &Call<'_>) -> Result<Vec<Service>>;

    /// Where this account may hand over parcels.
    async fn warehouses(&self, call: &Call<'_>) -> Result<Vec<Warehouse>>;
}

/// A place where parcels are handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warehouse {
    /// The carrier's code.
    pub code: String,
    /// Its name.
    pub name: String,
}

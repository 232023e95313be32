//! What happens to a package on its way.

use async_trait::async_trait;
use jiff::Timestamp;
use parcelgate_carrier::{Call, Result};

/// Hears of what happens to a package on its way.
#[async_trait]
pub trait Tells: Send + Sync {
    /// Tells the shop of one thing that happened to a package of `order`. `handle` is what the shop
    /// called the package when it was confirmed. The same thing told twice stands there twice at
    /// worst.
    async fn tell(
        &self,
        call: &Call<'_>,
        order: &str,
        handle: Option<&str>,
        news: &News,
    ) -> Result<()>;
}

/// One thing that happened to a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// What.
    pub milestone: Milestone,
    /// When.
    pub at: Timestamp,
    /// In which town.
    pub city: Option<String>,
    /// In which country, ISO 3166-1 alpha-2.
    pub country: Option<String>,
}

/// What shops distinguish of the way of a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Milestone {
    /// The carrier scanned it for the first time.
    PickedUp,
    /// It is on its way.
    InTransit,
    /// It is on the last vehicle.
    OutForDelivery,
    /// It waits to be fetched.
    AvailableForPickup,
    /// Nobody took it.
    AttemptFailed,
    /// Something is in its way.
    Delayed,
    /// It was handed over.
    Delivered,
    /// It will not be: it goes back, or is lost.
    Failed,
}

//! Who took a parcel.

use async_trait::async_trait;
use parcelgate_domain::{Document, TrackingNumber};

use crate::{Call, Result};

/// A carrier that shows who took a parcel.
#[async_trait]
pub trait Proofs: Send + Sync {
    /// The proof that `number` was delivered.
    ///
    /// # Errors
    /// [`Kind::NotFound`](crate::Kind::NotFound) while there is none.
    async fn proof(&self, call: &Call<'_>, number: &TrackingNumber) -> Result<Document>;
}

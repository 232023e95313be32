//! Where parcels are.

use async_trait::async_trait;
use jiff::civil;
use parcelgate_domain::{TrackingEvent, TrackingNumber};

use crate::{Call, Result};

/// A carrier that tells where parcels are.
#[async_trait]
pub trait Tracking: Send + Sync {
    /// One answer for each number, in the order asked; at most
    /// [`Profile::track_batch_max`](crate::Profile::track_batch_max) numbers.
    async fn track(
        &self,
        call: &Call<'_>,
        numbers: &[TrackingNumber],
    ) -> Result<Vec<Result<Track>>>;
}

/// What a carrier knows of one parcel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Track {
    /// The number that was asked for.
    pub number: TrackingNumber,
    /// What has happened, in any order.
    pub events: Vec<TrackingEvent>,
    /// The number of the carrier of the last mile, once known.
    pub last_mile_number: Option<TrackingNumber>,
    /// When the carrier now expects to deliver, in the recipient's local time.
    pub estimate: Option<civil::DateTime>,
}

//! Events that a carrier sends by itself.

use async_trait::async_trait;
use http::HeaderMap;
use jiff::Timestamp;
use parcelgate_domain::{Secret, TrackingEvent, TrackingNumber};

use crate::{Call, Result};

/// A carrier that sends events.
#[async_trait]
pub trait Pushes: Send + Sync {
    /// Asks for the events of these numbers.
    async fn subscribe(
        &self,
        call: &Call<'_>,
        numbers: &[TrackingNumber],
        callback: &Callback,
    ) -> Result<Subscribed>;

    /// The events in what came in.
    ///
    /// # Errors
    /// [`Kind::Credentials`](crate::Kind::Credentials) when it does not come from the carrier,
    /// [`Kind::Malformed`](crate::Kind::Malformed) when it cannot be read.
    fn receive(&self, inbound: &Inbound<'_>, callback: &Callback) -> Result<Vec<TrackingEvent>>;
}

/// Where the carrier is to send to, and what it must show there.
#[derive(Debug, Clone)]
pub struct Callback {
    /// Address of our own door.
    pub url: String,
    /// What the carrier shows, so that we know it.
    pub credential: Secret,
}

/// What came in at our door.
#[derive(Debug, Clone, Copy)]
pub struct Inbound<'a> {
    /// Its headers.
    pub headers: &'a HeaderMap,
    /// Its body, byte for byte.
    pub body: &'a [u8],
    /// When it came.
    pub received_at: Timestamp,
}

/// What a carrier made of a subscription.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Subscribed {
    /// Numbers whose events will come.
    pub accepted: Vec<TrackingNumber>,
    /// Numbers that the carrier does not take.
    pub refused: Vec<TrackingNumber>,
    /// Until when events come; for ever when absent.
    pub until: Option<Timestamp>,
}

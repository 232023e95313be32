//! A parcel that is being followed.

use jiff::{Timestamp, civil};
use parcelgate_domain::{AccountId, CarrierId, TrackingEvent, TrackingNumber, TrackingState};

use crate::{ShipmentId, Tenant, TrackerId};

/// A parcel that is to be followed. There is one for each carrier and number of a tenant; asking
/// for another gives the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTracker {
    /// Its name, if it is the first.
    pub id: TrackerId,
    /// With which account the carrier is asked.
    pub account: Option<AccountId>,
    /// Which carrier.
    pub carrier: CarrierId,
    /// Which number.
    pub number: TrackingNumber,
    /// Which shipment of ours it is.
    pub shipment: Option<ShipmentId>,
    /// When the carrier is first to be asked; never, when absent.
    pub next_check_at: Option<Timestamp>,
}

/// A parcel that is being followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tracker {
    /// Whose.
    pub tenant: Tenant,
    /// Which.
    pub id: TrackerId,
    /// With which account the carrier is asked.
    pub account: Option<AccountId>,
    /// Which carrier.
    pub carrier: CarrierId,
    /// Which number.
    pub number: TrackingNumber,
    /// Which shipment of ours it is.
    pub shipment: Option<ShipmentId>,
    /// What its events add up to.
    pub state: TrackingState,
    /// When the carrier expects to deliver, in the recipient's local time.
    pub estimate: Option<civil::DateTime>,
    /// The number of the carrier of the last mile, once known.
    pub last_mile_number: Option<TrackingNumber>,
    /// Since when it is followed.
    pub created_at: Timestamp,
    /// When the carrier last answered for it.
    pub last_checked_at: Option<Timestamp>,
    /// When the carrier is next to be asked; never, when absent.
    pub next_check_at: Option<Timestamp>,
    /// When the carrier last told of it by itself.
    pub pushed_at: Option<Timestamp>,
    /// Until when the carrier tells of it by itself, if it was asked to.
    pub push_until: Option<Timestamp>,
    /// How often in a row the carrier did not answer.
    pub failures: u32,
    /// How it ended, if it did.
    pub ended: Option<TrackerEnd>,
    /// How many events of the log tell of it.
    pub told: i64,
}

/// Why a parcel is no longer followed. Its last known status stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TrackerEnd {
    /// Its owner said so.
    Stopped,
    /// Nothing was heard of it for too long.
    Expired,
}

/// What a carrier told of a parcel, whether asked or of its own accord.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// What happened, known or new, in any order.
    pub events: Vec<TrackingEvent>,
    /// When the carrier now expects to deliver; absent leaves what was said before.
    pub estimate: Option<civil::DateTime>,
    /// The number of the last mile; absent leaves what was said before.
    pub last_mile_number: Option<TrackingNumber>,
    /// When the carrier is next to be asked; never, when absent.
    pub next_check_at: Option<Timestamp>,
}

/// Which trackers; what is absent does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrackerFilter {
    /// Of this carrier.
    pub carrier: Option<CarrierId>,
    /// Of this shipment.
    pub shipment: Option<ShipmentId>,
    /// Only those still followed.
    pub followed_only: bool,
}

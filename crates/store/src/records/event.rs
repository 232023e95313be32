//! The log of all that happened, which every push to a client is read from.

use jiff::{Timestamp, civil};
use parcelgate_domain::{
    AccountId, CarrierId, Money, Reference, Service, TrackingEvent, TrackingNumber, TrackingState,
};
use serde::{Deserialize, Serialize};

use super::{Fault, Parcel, Purchase, Replaces, Tracker};
use crate::{EventUid, ShipmentId, Tenant, TrackerId};

/// One entry of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its place in the log; grows, over all tenants.
    pub seq: i64,
    /// Its name, stable over all attempts to deliver it.
    pub uid: EventUid,
    /// Whose.
    pub tenant: Tenant,
    /// What happened: `shipment.purchased`, `shipment.void_wanted` and so on after the states of a
    /// purchase; `tracking.updated` for each thing that happens to a parcel, `tracking.corrected`
    /// when a newer edition of the carrier's table reads one otherwise; `tracker.created`,
    /// `tracker.updated`, `tracker.stopped`, `tracker.expired` for the tracker itself;
    /// `confirmation.waiting` and so on after the states of a confirmation, and
    /// `confirmation.at_risk`.
    pub kind: String,
    /// To what: `shipments/...`, `trackers/...` or `confirmations/...`.
    pub subject: String,
    /// Counts the events of that subject from 1, without gaps.
    pub subject_seq: i64,
    /// Of which carrier; of a confirmation, to which shop.
    pub carrier: CarrierId,
    /// When it was written.
    pub at: Timestamp,
    /// [`ShipmentNews`], [`TrackerNews`] or [`ConfirmationNews`](crate::ConfirmationNews), JSON. No
    /// personal data.
    pub data: String,
}

/// What an event tells of a shipment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShipmentNews {
    /// Which.
    pub shipment: ShipmentId,
    /// The reference it is bought under.
    pub reference: Reference,
    /// With which account.
    pub account: AccountId,
    /// Of which carrier.
    pub carrier: CarrierId,
    /// Which service.
    pub service: Service,
    /// Name of the state it is in now.
    pub state: String,
    /// Its boxes.
    pub parcels: Vec<Parcel>,
    /// What the carrier charges.
    pub charged: Option<Money>,
    /// The seller's own order number.
    pub order_number: Option<String>,
    /// Instead of which shipment it is made.
    #[serde(default)]
    pub replaces: Option<Replaces>,
    /// What is made instead of it.
    #[serde(default)]
    pub replaced_by: Option<ShipmentId>,
    /// What went wrong.
    pub fault: Option<Fault>,
}

/// What an event tells of a parcel that is followed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrackerNews {
    /// Which.
    pub tracker: TrackerId,
    /// Which shipment of ours it is.
    pub shipment: Option<ShipmentId>,
    /// Which carrier.
    pub carrier: CarrierId,
    /// Which number.
    pub number: TrackingNumber,
    /// The number of the last mile.
    pub last_mile_number: Option<TrackingNumber>,
    /// When the carrier expects to deliver.
    pub estimate: Option<civil::DateTime>,
    /// What all its events now add up to.
    pub state: TrackingState,
    /// What happened, when something did.
    pub event: Option<TrackingEvent>,
}

impl ShipmentNews {
    /// Of a purchase as it now stands.
    #[must_use]
    pub fn of(purchase: &Purchase) -> Self {
        Self {
            shipment: purchase.id.clone(),
            reference: purchase.reference.clone(),
            account: purchase.account.clone(),
            carrier: purchase.carrier.clone(),
            service: purchase.service.clone(),
            state: purchase.version.state.name().to_owned(),
            parcels: purchase.parcels.clone(),
            charged: purchase.charged,
            order_number: purchase.order_number.clone(),
            replaces: purchase.replaces.clone(),
            replaced_by: purchase.replaced_by.clone(),
            fault: purchase.fault.clone(),
        }
    }
}

impl TrackerNews {
    /// Of a tracker as it now stands, and what happened.
    #[must_use]
    pub fn of(tracker: &Tracker, event: Option<TrackingEvent>) -> Self {
        Self {
            tracker: tracker.id.clone(),
            shipment: tracker.shipment.clone(),
            carrier: tracker.carrier.clone(),
            number: tracker.number.clone(),
            last_mile_number: tracker.last_mile_number.clone(),
            estimate: tracker.estimate,
            state: tracker.state.clone(),
            event,
        }
    }
}

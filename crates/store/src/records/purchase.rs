//! A label purchase from its acceptance to its end.

use std::fmt;

use jiff::Timestamp;
use parcelgate_domain::{
    AccountId, CarrierId, Label, Money, Personal, PurchaseState, Reference, Service, TrackingNumber,
};
use serde::{Deserialize, Serialize};

use super::{Blob, ParcelLabel, Replaces};
use crate::{ShipmentId, Tenant};

/// Where a purchase stands, and how many steps it took to get there. Every step names the version
/// it starts from, and of two that name the same only one is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Version {
    /// The state.
    pub state: PurchaseState,
    /// Counts the steps; 1 when accepted.
    pub epoch: i64,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (epoch {})", self.state.name(), self.epoch)
    }
}

/// A purchase as it is accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPurchase {
    /// Its name.
    pub id: ShipmentId,
    /// The reference it is bought under; unique for ever.
    pub reference: Reference,
    /// With which account.
    pub account: AccountId,
    /// Of which carrier.
    pub carrier: CarrierId,
    /// Which service.
    pub service: Service,
    /// The order, JSON: names and addresses are in it.
    pub order: Personal,
    /// What was quoted, if it was bought by a quote.
    pub quoted: Option<Money>,
    /// The seller's own order number.
    pub order_number: Option<String>,
    /// What another purchase of the same parcel would have too: of two such, one is accepted until
    /// it has come to nothing.
    pub twin: Option<String>,
    /// Instead of which shipment, if of any.
    pub replaces: Option<Replaces>,
}

/// A purchase as it stands. Its order is apart: [`Store::order`](crate::Store::order).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purchase {
    /// Whose.
    pub tenant: Tenant,
    /// Which.
    pub id: ShipmentId,
    /// The reference it is bought under.
    pub reference: Reference,
    /// With which account.
    pub account: AccountId,
    /// Of which carrier.
    pub carrier: CarrierId,
    /// Which service.
    pub service: Service,
    /// Where it stands.
    pub version: Version,
    /// The carrier's own number for it, by which it is voided.
    pub carrier_number: Option<String>,
    /// Its boxes, once bought, in the order asked.
    pub parcels: Vec<Parcel>,
    /// What the carrier says it charges.
    pub charged: Option<Money>,
    /// What was quoted.
    pub quoted: Option<Money>,
    /// What the carrier has invoiced, one for each currency; none before it invoices anything.
    pub invoiced: Vec<Money>,
    /// The seller's own order number.
    pub order_number: Option<String>,
    /// What makes another one the same parcel.
    pub twin: Option<String>,
    /// Instead of which shipment it is made.
    pub replaces: Option<Replaces>,
    /// What is made instead of it, unless that has come to nothing.
    pub replaced_by: Option<ShipmentId>,
    /// What last went wrong.
    pub fault: Option<Fault>,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// When it last took a step.
    pub updated_at: Timestamp,
    /// Until when whoever sends or voids it may be at it.
    pub lease_until: Option<Timestamp>,
    /// When it was put in doubt because the database was restored from a backup: what was done
    /// between the two is not known.
    pub restored_at: Option<Timestamp>,
}

/// One box of a bought shipment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parcel {
    /// The number it is tracked by.
    pub number: TrackingNumber,
    /// The number of the carrier of the last mile, once known.
    pub last_mile_number: Option<TrackingNumber>,
}

/// What went wrong, in our terms and in the carrier's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Our kind of failure: `REFUSED`, `OUTCOME_UNKNOWN`.
    pub kind: String,
    /// The carrier's own code.
    pub code: Option<String>,
    /// The carrier's own words, or ours when it gave none.
    pub text: String,
}

/// What the carrier sold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bought {
    /// The carrier's own number for it.
    pub carrier_number: String,
    /// What it says it charges.
    pub charged: Option<Money>,
    /// One for each box, in the order asked.
    pub parcels: Vec<BoughtParcel>,
}

/// One box that the carrier sold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoughtParcel {
    /// Its numbers.
    pub parcel: Parcel,
    /// Its label in one form or several; none when the carrier gave none yet.
    pub labels: Vec<Label>,
}

/// A step of a purchase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Before the first byte to the carrier: SENDING.
    Sending {
        /// Until when the sender may be at it.
        lease_until: Timestamp,
    },
    /// Proven that nothing left: ACCEPTED again.
    NotSent(Option<Fault>),
    /// Given up before anything left: CANCELLED.
    Cancelled(Option<Fault>),
    /// Sold: PURCHASED, or PURCHASED_NO_LABEL when a box has no label.
    Bought(Bought),
    /// Sold, and who needs its labels has them from elsewhere: PURCHASED.
    InHand(Bought),
    /// The labels that were missing: PURCHASED.
    Labelled(Vec<ParcelLabel>),
    /// The carrier said no: REJECTED.
    Rejected(Fault),
    /// It may have been sold: UNKNOWN.
    Unknown(Fault),
    /// Proven not sold: ABSENT.
    Absent,
    /// Only a person can tell: NEEDS_REVIEW.
    NeedsReview(Fault),
    /// Sold after all, when nobody wants it any more: to be voided, VOID_WANTED.
    Orphaned(Bought, Fault),
    /// To be voided: VOID_WANTED. Also from VOIDING, when it is proven that nothing left.
    VoidWanted(Option<Fault>),
    /// Before the first byte of the void: VOIDING.
    Voiding {
        /// Until when the sender may be at it.
        lease_until: Timestamp,
    },
    /// VOIDED.
    Voided,
    /// The carrier refuses to void it: VOID_REFUSED.
    VoidRefused(Fault),
    /// It may have been voided: VOID_UNKNOWN.
    VoidUnknown(Fault),
}

impl Step {
    /// The state it leads to.
    #[must_use]
    pub fn leads_to(&self) -> PurchaseState {
        match self {
            Self::Sending { .. } => PurchaseState::Sending,
            Self::NotSent(_) => PurchaseState::Accepted,
            Self::Cancelled(_) => PurchaseState::Cancelled,
            Self::Bought(bought) if bought.parcels.iter().any(|box_| box_.labels.is_empty()) => {
                PurchaseState::PurchasedNoLabel
            }
            Self::Bought(_) | Self::InHand(_) | Self::Labelled(_) => PurchaseState::Purchased,
            Self::Rejected(_) => PurchaseState::Rejected,
            Self::Unknown(_) => PurchaseState::Unknown,
            Self::Absent => PurchaseState::Absent,
            Self::NeedsReview(_) => PurchaseState::NeedsReview,
            Self::VoidWanted(_) | Self::Orphaned(..) => PurchaseState::VoidWanted,
            Self::Voiding { .. } => PurchaseState::Voiding,
            Self::Voided => PurchaseState::Voided,
            Self::VoidRefused(_) => PurchaseState::VoidRefused,
            Self::VoidUnknown(_) => PurchaseState::VoidUnknown,
        }
    }
}

/// What the carrier answered, word for word, kept before anyone reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Of which shipment.
    pub shipment: ShipmentId,
    /// At which step it was asked: the epoch of SENDING or VOIDING.
    pub epoch: i64,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// The reply.
    pub reply: Blob,
}

/// Which shipments; what is absent does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ShipmentFilter {
    /// In this state.
    pub state: Option<PurchaseState>,
    /// Of this carrier.
    pub carrier: Option<CarrierId>,
    /// With this account.
    pub account: Option<AccountId>,
    /// For this order of the seller.
    pub order_number: Option<String>,
}

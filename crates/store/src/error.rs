//! Why a batch was not written, or a question not answered.

use std::fmt;

use parcelgate_domain::{Money, PurchaseState};

use crate::{Reservation, ShipmentId, SubscriptionId, Version};

/// Of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a batch was not written, or a question not answered.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The shipment is no longer where the batch expects it. Nothing was written: another was
    /// first.
    #[error("shipment {id} is now {present}")]
    Conflict {
        /// Which.
        id: ShipmentId,
        /// Where it stands.
        present: Version,
    },
    /// The shipment may not go from where it stands to where the batch leads.
    #[error("shipment {id} cannot go from {} to {}", from.name(), to.name())]
    Illegal {
        /// Which.
        id: ShipmentId,
        /// Where it stands.
        from: PurchaseState,
        /// Where it was to go.
        to: PurchaseState,
    },
    /// That `request_id` was used before: here is for what, and what was answered.
    #[error("this request_id was used before")]
    AlreadyAsked(Box<Reservation>),
    /// The API key may not spend that today. Nothing was written.
    #[error("{0}")]
    SpendLimit(Box<SpendRefusal>),
    /// Another has that name already.
    #[error("{0} is taken")]
    Taken(String),
    /// There is no such thing.
    #[error("there is no {0}")]
    Missing(String),
    /// Another moved the subscription's cursor meanwhile.
    #[error("the cursor of subscription {id} is at {present}")]
    CursorMoved {
        /// Which.
        id: SubscriptionId,
        /// Where the cursor stands.
        present: i64,
    },
    /// The work reported on is no longer the reporter's: its lease was over and another has claimed
    /// it, or it is finished.
    #[error("{0} is no longer claimed by this attempt")]
    LeaseLost(String),
    /// The store is closed or going down.
    #[error("the store is closed")]
    Closed,
    /// What stands in the store cannot be read as what it should be.
    #[error("the store holds a {what} that cannot be read: {why}")]
    Unreadable {
        /// Of which kind.
        what: &'static str,
        /// The reader's complaint.
        why: String,
    },
    /// The database failed.
    #[error("the database failed: {0}")]
    Database(String),
}

//! One event on its way to one subscription.

use jiff::Timestamp;

use crate::{DeliveryId, SubscriptionId, Tenant};

/// A delivery that is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDelivery {
    /// Its name.
    pub id: DeliveryId,
    /// The event's `seq`.
    pub seq: i64,
    /// The event's subject: those of one subject go out one after the other.
    pub subject: String,
}

/// A delivery as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Whose.
    pub tenant: Tenant,
    /// Which.
    pub id: DeliveryId,
    /// To which subscription.
    pub subscription: SubscriptionId,
    /// The event's `seq`.
    pub seq: i64,
    /// The event's subject.
    pub subject: String,
    /// Whether it was asked for again.
    pub replay: bool,
    /// How it stands.
    pub state: DeliveryState,
    /// How often it was claimed; a report names the attempt it is about.
    pub attempts: u32,
    /// When it is next to be tried; absent when it is finished or waits for an earlier one.
    pub next_attempt_at: Option<Timestamp>,
    /// HTTP status of the last answer.
    pub last_status: Option<u16>,
    /// What last went wrong.
    pub last_error: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was finished.
    pub finished_at: Option<Timestamp>,
}

/// How a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeliveryState {
    /// To be made.
    Pending,
    /// Made.
    Delivered,
    /// Given up.
    Dead,
    /// Not made, because there is a later one of its subject and only that is wanted.
    Superseded,
}

impl DeliveryState {
    /// Every state with its name.
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::Pending, "PENDING"),
        (Self::Delivered, "DELIVERED"),
        (Self::Dead, "DEAD"),
        (Self::Superseded, "SUPERSEDED"),
    ];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Delivered => "DELIVERED",
            Self::Dead => "DEAD",
            Self::Superseded => "SUPERSEDED",
        }
    }
}

/// What lies before and behind a delivery, among those to the same subscription of the same
/// subject.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Neighbours {
    /// The `subject_seq` of events before it that were given up, and of which the receiver was not
    /// told that they are missing; of very many the first.
    pub missed: Vec<i64>,
    /// Whether a later one waits.
    pub later: bool,
}

/// How an attempt went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryReport {
    /// HTTP status of the answer, if there was one.
    pub status: Option<u16>,
    /// What went wrong; none when it was delivered.
    pub error: Option<String>,
    /// When to try again after something went wrong; absent gives it up.
    pub retry_at: Option<Timestamp>,
    /// Whether it told of those before it that are missing.
    pub told_missed: bool,
}

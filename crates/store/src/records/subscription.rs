//! Who wants to be told, where, and how far they have been.

use jiff::Timestamp;
use parcelgate_domain::Secret;
use serde::{Deserialize, Serialize};

use crate::{SubscriptionId, Tenant};

/// A subscription as it is made. It starts ACTIVE, with what happens from now on.
#[derive(Debug, Clone)]
pub struct NewSubscription {
    /// Its name.
    pub id: SubscriptionId,
    /// Where to.
    pub url: String,
    /// What its deliveries are signed with.
    pub keys: SigningKeys,
    /// What it wants to hear.
    pub filter: Filter,
    /// Whether it wants the latest of each subject only.
    pub latest_only: bool,
}

/// What deliveries are signed with.
#[derive(Debug, Clone)]
pub struct SigningKeys {
    /// Shared with the receiver: `whsec_` and Base64.
    pub secret: Secret,
    /// Ours alone, of Ed25519: `whsk_` and Base64. None for what was made before there were such.
    pub private: Option<Secret>,
}

/// What was replaced, and signs beside its successor for a while.
#[derive(Debug, Clone)]
pub struct RetiredKeys {
    /// What it is.
    pub keys: SigningKeys,
    /// Until when it signs.
    pub until: Timestamp,
}

/// A subscription as it stands.
#[derive(Debug, Clone)]
pub struct Subscription {
    /// Whose.
    pub tenant: Tenant,
    /// Which.
    pub id: SubscriptionId,
    /// Where to.
    pub url: String,
    /// What its deliveries are signed with.
    pub keys: SigningKeys,
    /// What they are signed with as well, the latest first.
    pub retired: Vec<RetiredKeys>,
    /// What it wants to hear.
    pub filter: Filter,
    /// Whether it wants the latest of each subject only.
    pub latest_only: bool,
    /// Whether anything is sent.
    pub state: SubscriptionState,
    /// Why nothing is.
    pub reason: Option<String>,
    /// The `seq` up to which its deliveries have been made.
    pub cursor: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// Since when every delivery has failed.
    pub failing_since: Option<Timestamp>,
    /// How hard it is to deliver to: grows with each failure in a row, halves with each success.
    pub strain: u32,
    /// Until when nobody tries, because nothing but failures came of it.
    pub rest_until: Option<Timestamp>,
}

/// What a subscription wants to hear; an empty list is everything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    /// Kinds of events.
    #[serde(default)]
    pub kinds: Vec<String>,
    /// Carriers.
    #[serde(default)]
    pub carriers: Vec<String>,
}

impl Filter {
    /// Whether an event of this kind and carrier is wanted.
    #[must_use]
    pub fn wants(&self, kind: &str, carrier: &str) -> bool {
        let among =
            |list: &[String], given: &str| list.is_empty() || list.iter().any(|w| w == given);
        among(&self.kinds, kind) && among(&self.carriers, carrier)
    }
}

/// Whether anything is sent to a subscription. Its events are kept in each case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SubscriptionState {
    /// Yes.
    Active,
    /// Not for now, as its owner wants it.
    Paused,
    /// Not any more, for it failed too long or said that it is gone.
    Disabled,
}

impl SubscriptionState {
    /// Every state with its name.
    pub const ALL: [(Self, &'static str); 3] = [
        (Self::Active, "ACTIVE"),
        (Self::Paused, "PAUSED"),
        (Self::Disabled, "DISABLED"),
    ];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Paused => "PAUSED",
            Self::Disabled => "DISABLED",
        }
    }
}

/// Keys instead of those there are.
#[derive(Debug, Clone)]
pub struct NewKeys {
    /// What they are.
    pub keys: SigningKeys,
    /// Until when those that they replace sign as well.
    pub overlap_until: Timestamp,
}

/// What is to be different; what is absent stays.
#[derive(Debug, Clone, Default)]
pub struct SubscriptionChange {
    /// Where to.
    pub url: Option<String>,
    /// What its deliveries are signed with from now on.
    pub keys: Option<NewKeys>,
    /// What it wants to hear.
    pub filter: Option<Filter>,
    /// Whether anything is sent, and why not. Becoming active forgets the failures.
    pub state: Option<(SubscriptionState, Option<String>)>,
}

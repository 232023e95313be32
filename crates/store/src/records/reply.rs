//! What a caller is told again.

use jiff::Timestamp;
use parcelgate_domain::{Money, PurchaseState};
use serde::{Deserialize, Serialize};

use super::{Fault, Parcel, Purchase, Version};
use crate::ShipmentId;

/// What a purchase came to when its caller could first be told an end: all of it that may change
/// afterwards. No label is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// When it was made.
    pub at: Timestamp,
    pub(crate) body: ReplyBody,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ReplyBody {
    /// Comes first: by it the store finds what was told as not bought.
    state: String,
    epoch: i64,
    carrier_number: Option<String>,
    parcels: Vec<Parcel>,
    charged: Option<Money>,
    fault: Option<Fault>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    instead_of: Option<Box<Original>>,
}

/// What a replacement was made instead of, as that stood then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Original {
    stood: ReplyBody,
    updated_at: Timestamp,
    replaced_by: Option<ShipmentId>,
}

impl ReplyBody {
    fn of(purchase: &Purchase) -> Self {
        Self {
            state: purchase.version.state.name().to_owned(),
            epoch: purchase.version.epoch,
            carrier_number: purchase.carrier_number.clone(),
            parcels: purchase.parcels.clone(),
            charged: purchase.charged,
            fault: purchase.fault.clone(),
            instead_of: None,
        }
    }

    fn told(self, purchase: Purchase) -> Purchase {
        let state = PurchaseState::from_name(&self.state);
        Purchase {
            version: Version {
                state: state.unwrap_or(purchase.version.state),
                epoch: self.epoch,
            },
            carrier_number: self.carrier_number,
            parcels: self.parcels,
            charged: self.charged,
            fault: self.fault,
            lease_until: None,
            ..purchase
        }
    }
}

impl Reply {
    /// That of a purchase where it stands, if that is an end that it may still go on from. What
    /// goes on no further needs none: it is told as it stands for ever. `original` is what it was
    /// made instead of, if of anything.
    pub(crate) fn of(purchase: &Purchase, original: Option<&Purchase>) -> Option<Self> {
        let state = purchase.version.state;
        let kept = matches!(state, PurchaseState::Purchased | PurchaseState::Absent);
        let instead_of = original.map(|original| {
            Box::new(Original {
                stood: ReplyBody::of(original),
                updated_at: original.updated_at,
                replaced_by: original.replaced_by.clone(),
            })
        });
        kept.then(|| Self {
            at: purchase.updated_at,
            body: ReplyBody {
                instead_of,
                ..ReplyBody::of(purchase)
            },
        })
    }

    /// `purchase` as it was then.
    #[must_use]
    pub fn told(self, purchase: Purchase) -> Purchase {
        Purchase {
            updated_at: self.at,
            // What is at its first end has not been replaced yet.
            replaced_by: None,
            ..self.body.told(purchase)
        }
    }

    /// A replacement as it was then, and what it was made instead of.
    #[must_use]
    pub fn told_both(mut self, replacement: Purchase, original: Purchase) -> (Purchase, Purchase) {
        let original = match self.body.instead_of.take().map(|original| *original) {
            None => original,
            Some(then) => Purchase {
                updated_at: then.updated_at,
                replaced_by: then.replaced_by,
                ..then.stood.told(original)
            },
        };
        (self.told(replacement), original)
    }

    /// Whether `later` is told instead of it: something was bought after all.
    pub(crate) fn gives_way_to(&self, later: &Self) -> bool {
        self.body.state == PurchaseState::Absent.name()
            && later.body.state == PurchaseState::Purchased.name()
    }

    /// Whether it is not told of a purchase that stands in `state`: it says that nothing was
    /// bought, and a person has found otherwise, or is about to say.
    #[must_use]
    pub fn is_denied_by(&self, state: PurchaseState) -> bool {
        use PurchaseState as S;
        self.body.state == S::Absent.name()
            && matches!(state, S::Purchased | S::PurchasedNoLabel | S::NeedsReview)
    }
}

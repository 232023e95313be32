//! What a caller is told again.

use jiff::Timestamp;
use parcelgate_domain::{Money, PurchaseState};
use serde::{Deserialize, Serialize};

use super::{Fault, Parcel, Purchase, Version};

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
    state: String,
    epoch: i64,
    carrier_number: Option<String>,
    parcels: Vec<Parcel>,
    charged: Option<Money>,
    fault: Option<Fault>,
}

impl Reply {
    /// That of a purchase where it stands, if that is an end that it may still go on from. What
    /// goes on no further needs none: it is told as it stands for ever.
    pub(crate) fn of(purchase: &Purchase) -> Option<Self> {
        let state = purchase.version.state;
        let kept = matches!(state, PurchaseState::Purchased | PurchaseState::Absent);
        kept.then(|| Self {
            at: purchase.updated_at,
            body: ReplyBody {
                state: state.name().to_owned(),
                epoch: purchase.version.epoch,
                carrier_number: purchase.carrier_number.clone(),
                parcels: purchase.parcels.clone(),
                charged: purchase.charged,
                fault: purchase.fault.clone(),
            },
        })
    }

    /// `purchase` as it was then.
    #[must_use]
    pub fn told(self, purchase: Purchase) -> Purchase {
        let Self { at, body } = self;
        let state = PurchaseState::from_name(&body.state);
        Purchase {
            version: Version {
                state: state.unwrap_or(purchase.version.state),
                epoch: body.epoch,
            },
            carrier_number: body.carrier_number,
            parcels: body.parcels,
            charged: body.charged,
            fault: body.fault,
            updated_at: at,
            lease_until: None,
            // What is at its first end has not been replaced yet.
            replaced_by: None,
            ..purchase
        }
    }
}

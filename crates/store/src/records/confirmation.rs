//! That a package of an order left, on its way to the order system that is to know.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Fault;
use crate::{ConfirmationId, ShipmentId, Tenant};

/// A confirmation that is to be made. There is one for each box of a shipment and order; asking for
/// another gives the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewConfirmation {
    /// Its name, if it is the first.
    pub id: ConfirmationId,
    /// To which shop, as the operator named it.
    pub shop: String,
    /// The order, by the shop's own id.
    pub order: String,
    /// Where in the shop it was sold.
    pub marketplace: Option<String>,
    /// What is in the box; all of the order when nothing is named.
    pub items: Vec<Item>,
    /// Of which shipment.
    pub shipment: ShipmentId,
    /// Which box of it, counted from 0.
    pub parcel: u32,
    /// When the shop is to be told.
    pub moment: Moment,
    /// By when it must have been.
    pub ship_by: Option<Timestamp>,
}

/// A confirmation as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmation {
    /// Whose.
    pub tenant: Tenant,
    /// Which.
    pub id: ConfirmationId,
    /// Counts what was kept of it, from 1.
    pub version: i64,
    /// To which shop.
    pub shop: String,
    /// The order, by the shop's own id.
    pub order: String,
    /// Where in the shop it was sold.
    pub marketplace: Option<String>,
    /// Which package of the order it is there, counted from 1.
    pub package: u32,
    /// What is in it.
    pub items: Vec<Item>,
    /// Of which shipment.
    pub shipment: ShipmentId,
    /// Which box of it, counted from 0.
    pub parcel: u32,
    /// When the shop is to be told.
    pub moment: Moment,
    /// By when it must have been.
    pub ship_by: Option<Timestamp>,
    /// How it stands.
    pub state: ConfirmationState,
    /// What the shop was told last.
    pub told: Option<Told>,
    /// The shop's own name for it.
    pub handle: Option<String>,
    /// The ids of the tracking events that the shop was told.
    pub news: Vec<String>,
    /// Whether the shop may have heard what it did not answer to.
    pub doubtful: bool,
    /// How often in a row it failed, or was not yet recognised.
    pub attempts: u32,
    /// When it is next looked at by itself.
    pub next_try_at: Option<Timestamp>,
    /// What last went wrong, in the shop's own words.
    pub fault: Option<Fault>,
    /// Whether it was told of as late.
    pub at_risk: bool,
    /// How many events of the log tell of it.
    pub noted: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last kept.
    pub updated_at: Timestamp,
}

/// So many of one line of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// The line, by the shop's own id.
    pub id: String,
    /// How many.
    pub quantity: u32,
}

/// What a shop was told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// The shop's word for the carrier.
    pub carrier_code: String,
    /// The number.
    pub number: String,
    /// When.
    pub at: Timestamp,
}

/// When a shop is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Moment {
    /// As soon as there is a label.
    Label,
    /// When the carrier has scanned the box for the first time.
    FirstScan,
}

impl Moment {
    /// Both with their names.
    pub const ALL: [(Self, &'static str); 2] =
        [(Self::Label, "LABEL"), (Self::FirstScan, "FIRST_SCAN")];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Label => "LABEL",
            Self::FirstScan => "FIRST_SCAN",
        }
    }
}

/// How a confirmation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConfirmationState {
    /// The shop is not told yet.
    Waiting,
    /// The shop was told, and did not say no.
    Told,
    /// The shop shows the number.
    Confirmed,
    /// The shop follows the parcel.
    Recognised,
    /// Only a person can help.
    NeedsReview,
    /// Nothing left, so there is nothing to tell.
    Cancelled,
}

impl ConfirmationState {
    /// Every state with its name.
    pub const ALL: [(Self, &'static str); 6] = [
        (Self::Waiting, "WAITING"),
        (Self::Told, "TOLD"),
        (Self::Confirmed, "CONFIRMED"),
        (Self::Recognised, "RECOGNISED"),
        (Self::NeedsReview, "NEEDS_REVIEW"),
        (Self::Cancelled, "CANCELLED"),
    ];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        let mut all = Self::ALL.iter();
        all.find(|(state, _)| *state == self)
            .map_or("", |(_, name)| name)
    }

    /// The state of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let mut all = Self::ALL.iter();
        all.find(|(_, own)| *own == name).map(|(state, _)| *state)
    }

    /// Whether the order is still open in its shop, as far as we know.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Waiting | Self::NeedsReview)
    }
}

/// Which confirmations; what is absent does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConfirmationFilter {
    /// In this state.
    pub state: Option<ConfirmationState>,
    /// To this shop.
    pub shop: Option<String>,
    /// Of this order.
    pub order: Option<String>,
    /// Of this shipment.
    pub shipment: Option<ShipmentId>,
}

/// What an event tells of a confirmation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfirmationNews {
    /// Which.
    pub confirmation: ConfirmationId,
    /// Of which shipment.
    pub shipment: ShipmentId,
    /// To which shop.
    pub shop: String,
    /// Of which order.
    pub order: String,
    /// Which package of it.
    pub package: u32,
    /// Name of the state it is in now.
    pub state: String,
    /// What the shop was told last.
    pub told: Option<Told>,
    /// By when it must be told.
    pub ship_by: Option<Timestamp>,
    /// What went wrong.
    pub fault: Option<Fault>,
}

impl ConfirmationNews {
    /// Of a confirmation as it now stands.
    #[must_use]
    pub fn of(confirmation: &Confirmation) -> Self {
        Self {
            confirmation: confirmation.id.clone(),
            shipment: confirmation.shipment.clone(),
            shop: confirmation.shop.clone(),
            order: confirmation.order.clone(),
            package: confirmation.package,
            state: confirmation.state.name().to_owned(),
            told: confirmation.told.clone(),
            ship_by: confirmation.ship_by,
            fault: confirmation.fault.clone(),
        }
    }
}

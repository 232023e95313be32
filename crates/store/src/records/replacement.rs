//! What a purchase is made instead of.

use serde::{Deserialize, Serialize};

use crate::ShipmentId;

/// Instead of which shipment a purchase is made. A shipment has one such purchase at a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replaces {
    /// That shipment.
    pub shipment: ShipmentId,
    /// Why.
    pub reason: ReplaceReason,
    /// Whether it is sent once that shipment is VOIDED, and not before.
    pub awaits_void: bool,
}

/// Why a shipment is replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReplaceReason {
    /// It would have gone to the wrong place.
    AddressCorrected,
    /// The wrong goods were packed, or sent.
    WrongItem,
    /// The carrier lost it.
    Lost,
    /// It arrived damaged.
    Damaged,
    /// Something else.
    Other,
}

impl ReplaceReason {
    /// Every reason with its name.
    pub const ALL: [(Self, &'static str); 5] = [
        (Self::AddressCorrected, "ADDRESS_CORRECTED"),
        (Self::WrongItem, "WRONG_ITEM"),
        (Self::Lost, "LOST"),
        (Self::Damaged, "DAMAGED"),
        (Self::Other, "OTHER"),
    ];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        let row = Self::ALL.iter().find(|(reason, _)| *reason == self);
        row.map_or("", |(_, name)| name)
    }

    /// The reason of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let row = Self::ALL.iter().find(|(_, own)| *own == name);
        row.map(|(reason, _)| *reason)
    }
}

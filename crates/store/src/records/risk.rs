//! What was promised for a shipment, and how it stands with that.

use jiff::Timestamp;
use parcelgate_domain::{Deadlines, RiskLevel, RiskReason};
use serde::{Deserialize, Serialize};

use crate::{ShipmentId, Tenant};

/// How it stands with what was promised for a shipment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Risk {
    /// Whose.
    pub tenant: Tenant,
    /// Of which shipment.
    pub shipment: ShipmentId,
    /// What was promised.
    pub deadlines: Deadlines,
    /// How it stood when it was last looked at.
    pub level: RiskLevel,
    /// Why it is not green.
    pub reason: Option<RiskReason>,
    /// Since when it stands so.
    pub since: Timestamp,
    /// When it is to be looked at again; never, when absent.
    pub look_at: Option<Timestamp>,
    /// How many events of the log tell of it.
    pub told: i64,
}

/// How it stands now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judged {
    /// How.
    pub level: RiskLevel,
    /// Why it is not green.
    pub reason: Option<RiskReason>,
    /// When it is to be looked at again; never, when absent.
    pub look_at: Option<Timestamp>,
}

/// What an event tells of a shipment at risk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RiskNews {
    /// Which shipment.
    pub shipment: ShipmentId,
    /// The seller's own order number.
    pub order_number: Option<String>,
    /// How it stands.
    pub level: RiskLevel,
    /// Why it is not green.
    pub reason: Option<RiskReason>,
    /// What was promised.
    pub deadlines: Deadlines,
}

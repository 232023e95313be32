//! Orders at risk.

use std::time::Duration;

use parcelgate_domain::RiskPolicy;
use serde::Deserialize;

/// From when on an order is at risk.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RiskConfig {
    /// How long before `ship_by` it is time to act.
    pub ship_margin_s: u64,
    /// How long before `deliver_by`.
    pub deliver_margin_s: u64,
    /// How long a parcel on its way may be silent.
    pub stalled_s: u64,
    /// How long, before it is taken for lost.
    pub lost_s: u64,
    /// How long what nothing is heard of is not looked at.
    pub look_s: u64,
    /// The longest pause between two looks at what is due.
    pub tick_ms: u64,
}

impl RiskConfig {
    /// The same as the domain has it.
    #[must_use]
    pub const fn policy(&self) -> RiskPolicy {
        RiskPolicy {
            ship_margin: Duration::from_secs(self.ship_margin_s),
            deliver_margin: Duration::from_secs(self.deliver_margin_s),
            stalled_after: Duration::from_secs(self.stalled_s),
            lost_after: Duration::from_secs(self.lost_s),
        }
    }
}

//! Following parcels, and telling others of them.

use jiff::SignedDuration;
use serde::Deserialize;

/// Parcels.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrackingConfig {
    /// Pause before the first scan.
    pub before_scan_ms: u64,
    /// Pause on the way.
    pub moving_ms: u64,
    /// Pause when its carrier expects to deliver within a day.
    pub expected_ms: u64,
    /// Pause near delivery.
    pub near_delivery_ms: u64,
    /// Pause in trouble.
    pub exception_ms: u64,
    /// Pause when nothing was heard for five days.
    pub stale_ms: u64,
    /// Pause after its delivery, before the last look; 0: none.
    pub delivered_ms: u64,
    /// The least pause while its carrier tells of its own accord.
    pub reconcile_ms: u64,
    /// How long an answer is fresh enough for who wants another.
    pub refresh_ms: u64,
    /// When a silent parcel is given up.
    pub expire_days: u32,
    /// When a parcel is given up of which its carrier never knew.
    pub unknown_days: u32,
    /// How many requests of one account are in flight at once.
    pub in_flight_max: usize,
    /// How long parcels wait for others to fill a request.
    pub collect_ms: u64,
    /// The longest pause between two looks at what is due.
    pub tick_ms: u64,
}

/// Webhooks.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PushConfig {
    /// Whether a webhook may be plain http.
    pub allow_http: bool,
    /// Whether a webhook may be in a private network.
    pub allow_private: bool,
    /// Pauses between tries.
    pub retry_ms: Vec<u64>,
    /// How long a receiver may take to connect.
    pub connect_ms_max: u64,
    /// How long a receiver may take in all.
    pub total_ms_max: u64,
    /// Deliveries in flight to one receiver.
    pub in_flight_max: usize,
    /// When an operator is warned of a receiver that only fails.
    pub warn_after_h: u64,
    /// When a receiver that only fails is switched off.
    pub disable_after_h: u64,
    /// How many events of the past are delivered in a second to who asks for them once more.
    pub replay_per_s_max: u32,
    /// How long events, and what became of them, are kept.
    pub kept_days: u32,
}

impl PushConfig {
    /// How long events, and what became of them, are kept.
    #[must_use]
    pub fn kept(&self) -> SignedDuration {
        SignedDuration::from_hours(i64::from(self.kept_days).saturating_mul(24))
    }
}

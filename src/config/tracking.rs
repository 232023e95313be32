//! Following parcels, and telling others of them.

use serde::Deserialize;

/// Parcels.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrackingConfig {
    /// Pause before the first scan.
    pub before_scan_ms: u64,
    /// Pause on the way.
    pub moving_ms: u64,
    /// Pause near delivery.
    pub near_delivery_ms: u64,
    /// Pause in trouble.
    pub exception_ms: u64,
    /// When a silent parcel is given up.
    pub expire_days: u32,
    /// How many parcels are asked for at once.
    pub in_flight_max: usize,
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
    /// When a receiver that only fails is switched off.
    pub disable_after_h: u64,
}

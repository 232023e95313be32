//! When a carrier is next asked for a parcel.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use parcelgate_domain::{Status, TrackingState};

use crate::config::TrackingConfig;

/// When to ask again after an answer; never, once the parcel's way is over.
pub(super) fn next_check(
    config: &TrackingConfig,
    state: &TrackingState,
    now: Timestamp,
) -> Option<Timestamp> {
    if state.is_final() {
        return None;
    }
    let pause = match state.status {
        Status::Unknown | Status::NotFound | Status::InfoReceived => config.before_scan_ms,
        Status::Accepted | Status::InTransit | Status::Returning => config.moving_ms,
        Status::OutForDelivery | Status::AvailableForPickup | Status::AttemptFailed => {
            config.near_delivery_ms
        }
        Status::Exception => config.exception_ms,
        Status::Delivered | Status::Returned | Status::Cancelled | Status::Expired => return None,
    };
    now.saturating_add(Duration::from_millis(pause)).ok()
}

/// When to ask again after no answer: later each time, up to the pause on the way.
pub(super) fn after_failure(config: &TrackingConfig, failures: u32, now: Timestamp) -> Timestamp {
    let doubled = config.tick_ms.saturating_mul(1_u64 << failures.min(20));
    let pause = Duration::from_millis(doubled.min(config.moving_ms.max(config.tick_ms)));
    now.saturating_add(pause).unwrap_or(now)
}

/// Whether nothing was heard of a parcel for so long that it is given up.
pub(super) fn is_expired(config: &TrackingConfig, last_heard: Timestamp, now: Timestamp) -> bool {
    now.duration_since(last_heard) > SignedDuration::from_hours(24 * i64::from(config.expire_days))
}

//! When a carrier is next asked for a parcel, and when no longer.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp, civil, tz::Offset};
use parcelgate_domain::{Status, TrackingState};
use parcelgate_schedule::{Facts, Phase, Rules, jittered};
use parcelgate_store::{Tracker, TrackerEnd};

use crate::config::TrackingConfig;

/// What is configured, as the scheduler takes it.
pub(super) fn rules(config: &TrackingConfig) -> Rules {
    Rules {
        before_scan_ms: config.before_scan_ms,
        moving_ms: config.moving_ms,
        near_ms: config.expected_ms,
        out_for_delivery_ms: config.near_delivery_ms,
        exception_ms: config.exception_ms,
        stale_ms: config.stale_ms,
        over_ms: config.delivered_ms,
        reconcile_ms: config.reconcile_ms,
        ..Rules::default()
    }
}

/// How long before the moment at which its carrier expects to deliver a parcel is near, and how
/// long after it still is.
const NEAR_BEFORE: SignedDuration = SignedDuration::from_hours(24);
const NEAR_AFTER: SignedDuration = SignedDuration::from_hours(48);

/// What a check has found of a parcel.
#[derive(Debug)]
pub(super) struct Stand<'a> {
    pub(super) state: &'a TrackingState,
    pub(super) estimate: Option<civil::DateTime>,
    pub(super) created_at: Timestamp,
    pub(super) now: Timestamp,
}

impl<'a> Stand<'a> {
    /// As it is stored.
    pub(super) const fn of(tracker: &'a Tracker, now: Timestamp) -> Self {
        Self {
            state: &tracker.state,
            estimate: tracker.estimate,
            created_at: tracker.created_at,
            now,
        }
    }

    /// How long nothing was heard of it.
    fn silent(&self) -> SignedDuration {
        let last = self.state.last_event.map(|event| event.instant);
        let last = last.map_or(self.created_at, |last| last.max(self.created_at));
        self.now.duration_since(last)
    }

    /// Where it stands, for whoever asks for it.
    pub(super) fn phase(&self, rules: &Rules) -> Phase {
        let mut facts = Facts {
            silent_ms: u64::try_from(self.silent().as_millis()).unwrap_or(0),
            expected: self.is_expected(),
            ..Facts::default()
        };
        match self.state.status {
            Status::Delivered | Status::Returned | Status::Cancelled => facts.over = true,
            Status::Unknown | Status::NotFound | Status::InfoReceived | Status::Expired => {
                facts.before_scan = true;
            }
            Status::Accepted | Status::InTransit | Status::Returning => {}
            Status::OutForDelivery | Status::AvailableForPickup | Status::AttemptFailed => {
                facts.at_the_door = true;
            }
            Status::Exception => facts.in_trouble = true,
        }
        Phase::of(&facts, rules)
    }

    /// Whether it is to be delivered soon, or should have been. The recipient's clock is taken as
    /// UTC: a day is long enough for that.
    fn is_expected(&self) -> bool {
        let at = self
            .estimate
            .and_then(|at| Offset::UTC.to_timestamp(at).ok());
        let until = at.map(|at| at.duration_since(self.now));
        until.is_some_and(|until| (-NEAR_AFTER..=NEAR_BEFORE).contains(&until))
    }

    /// Why it is no longer asked for, if it is not: nothing was heard for too long, or the carrier
    /// never knew of it.
    pub(super) fn end(&self, config: &TrackingConfig) -> Option<TrackerEnd> {
        let days = |days: u32| SignedDuration::from_hours(24 * i64::from(days));
        let unknown = self.state.events == 0 && self.silent() > days(config.unknown_days);
        let expired = self.silent() > days(config.expire_days);
        (!self.state.is_final() && (unknown || expired)).then_some(TrackerEnd::Expired)
    }

    /// When to ask again after an answer; never, once the parcel's way is over. `interval` says how
    /// often its phase is worth it, `draw` differs from parcel to parcel.
    pub(super) fn next(
        &self,
        rules: &Rules,
        draw: u64,
        interval: impl FnOnce(Phase) -> u64,
    ) -> Option<Timestamp> {
        let pause = |ms: u64| Duration::from_millis(ms);
        if self.state.status == Status::Delivered {
            // Once more: a carrier takes a delivery back at times.
            let delivered = self.state.delivered_at.map_or(self.now, |at| at.instant);
            let again = delivered.saturating_add(pause(rules.over_ms)).ok()?;
            return Some(again).filter(|again| rules.over_ms > 0 && *again > self.now);
        }
        if self.state.is_final() {
            return None;
        }
        let interval = interval(self.phase(rules));
        self.now
            .saturating_add(pause(jittered(interval, draw)))
            .ok()
    }
}

/// When to ask again after no answer: later each time, up to the pause on the way.
pub(super) fn after_failure(config: &TrackingConfig, failures: u32, now: Timestamp) -> Timestamp {
    let doubled = config.tick_ms.saturating_mul(1_u64 << failures.min(20));
    let pause = Duration::from_millis(doubled.min(config.moving_ms.max(config.tick_ms)));
    now.saturating_add(pause).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use parcelgate_domain::EventTime;

    use super::*;
    use crate::config::Config;

    const HOUR: i64 = 3_600;
    const DAY: i64 = 24 * HOUR;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_770_000_000 + seconds).unwrap()
    }

    fn state(status: Status, last: i64) -> TrackingState {
        let told = Some(EventTime::utc(at(last)));
        TrackingState {
            status,
            last_event: told,
            delivered_at: told.filter(|_| status == Status::Delivered),
            events: 1,
            ..TrackingState::default()
        }
    }

    fn config() -> TrackingConfig {
        Config::load(None).unwrap().tracking
    }

    /// How long until it is asked for again, in seconds, and whether it is given up.
    fn found(state: &TrackingState, estimate: Option<&str>, now: i64) -> (Option<i64>, bool) {
        let config = config();
        let rules = rules(&config);
        let stand = Stand {
            state,
            estimate: estimate.map(|text| text.parse().unwrap()),
            created_at: at(0),
            now: at(now),
        };
        let wanted = rules.wanted();
        let next = stand.next(&rules, 7, |phase| wanted[phase.index()]);
        let next = next.map(|next| next.duration_since(at(now)).as_secs());
        (next, stand.end(&config).is_some())
    }

    #[track_caller]
    fn about(found: (Option<i64>, bool), seconds: i64) {
        let (next, ended) = found;
        let (next, low, high) = (next.unwrap(), seconds * 85 / 100 - 1, seconds * 115 / 100);
        assert!((low..=high).contains(&next), "{next}");
        assert!(!ended);
    }

    #[test]
    fn where_it_stands_says_how_soon() {
        about(found(&TrackingState::default(), None, 60), 6 * HOUR);
        about(found(&state(Status::InTransit, 0), None, HOUR), 8 * HOUR);
        about(
            found(&state(Status::OutForDelivery, 0), None, HOUR),
            40 * 60,
        );
        about(found(&state(Status::Exception, 0), None, HOUR), 3 * HOUR);
        about(found(&state(Status::InTransit, 0), None, 6 * DAY), DAY);
        about(found(&state(Status::OutForDelivery, 0), None, 6 * DAY), DAY);
    }

    #[test]
    fn who_is_expected_is_asked_for_more_often() {
        // At second 0 it is 2026-02-02T02:40:00.
        let moving = state(Status::InTransit, 0);
        about(found(&moving, Some("2026-02-04T02:00:00"), HOUR), 8 * HOUR);
        about(found(&moving, Some("2026-02-02T20:00:00"), HOUR), 2 * HOUR);
        about(
            found(&moving, Some("2026-02-02T20:00:00"), 2 * DAY),
            2 * HOUR,
        );
        about(
            found(&moving, Some("2026-02-02T20:00:00"), 4 * DAY),
            8 * HOUR,
        );
    }

    #[test]
    fn what_is_delivered_is_asked_for_once_more() {
        let delivered = state(Status::Delivered, 0);
        assert_eq!(found(&delivered, None, HOUR), (Some(3 * DAY - HOUR), false));
        assert_eq!(found(&delivered, None, 3 * DAY), (None, false));
        assert_eq!(
            found(&state(Status::Returned, 0), None, HOUR),
            (None, false)
        );
    }

    #[test]
    fn who_is_silent_is_asked_for_weekly_and_then_given_up() {
        let moving = state(Status::InTransit, 0);
        about(found(&moving, None, 46 * DAY), 7 * DAY);
        about(found(&moving, None, 119 * DAY), 7 * DAY);
        assert!(found(&moving, None, 121 * DAY).1);
        let unknown = TrackingState::default();
        about(found(&unknown, None, 13 * DAY), DAY);
        assert!(found(&unknown, None, 15 * DAY).1);
    }

    #[test]
    fn who_does_not_answer_is_asked_later_each_time() {
        let config = config();
        let pause = |failures| after_failure(&config, failures, at(0)).duration_since(at(0));
        assert_eq!(pause(0), SignedDuration::from_secs(1));
        assert_eq!(pause(3), SignedDuration::from_secs(8));
        assert_eq!(pause(99), SignedDuration::from_hours(8));
    }
}

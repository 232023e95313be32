//! Where parcelgate reads the time and waits for it.
//!
//! Two kinds of time. *Monotonic* time ([`instant`], [`sleep`], [`sleep_until`]) is for deadlines,
//! pauses and anything that a person does not read; it follows tokio's paused clock in tests.
//! *Wall* time is a [`Clock`], handed to whoever needs it, so that a test or the sandbox can bring
//! its own: [`System`] for the real one, [`Manual`] for tests, [`Accelerated`] to let days pass in
//! seconds.

use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

/// Monotonic now. Follows tokio's clock when that is paused.
#[expect(
    clippy::disallowed_methods,
    reason = "this crate is where the time is read"
)]
#[must_use]
pub fn instant() -> Instant {
    tokio::time::Instant::now().into_std()
}

/// Waits for `duration` of monotonic time.
#[expect(clippy::disallowed_methods, reason = "this crate is where one waits")]
pub async fn sleep(duration: Duration) {
    tokio::time::sleep(duration).await;
}

/// Waits until the monotonic clock reads `at`.
#[expect(clippy::disallowed_methods, reason = "this crate is where one waits")]
pub async fn sleep_until(at: Instant) {
    tokio::time::sleep_until(at.into()).await;
}

/// What is left until `deadline`; zero when it has passed.
#[must_use]
pub fn left(deadline: Instant) -> Duration {
    deadline.saturating_duration_since(instant())
}

/// A wall clock.
#[async_trait]
pub trait Clock: Debug + Send + Sync + 'static {
    /// The time of day.
    fn now(&self) -> Timestamp;

    /// Returns once [`now`](Clock::now) is at or past `at`.
    async fn sleep_until(&self, at: Timestamp);
}

/// The clock that everyone shares.
pub type SharedClock = Arc<dyn Clock>;

/// The machine's own clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct System;

#[async_trait]
impl Clock for System {
    #[expect(
        clippy::disallowed_methods,
        reason = "this crate is where the time is read"
    )]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    async fn sleep_until(&self, at: Timestamp) {
        sleep(until(self.now(), at)).await;
    }
}

/// A clock that runs `speed` times as fast as the machine's, from `epoch` on.
#[derive(Debug, Clone, Copy)]
pub struct Accelerated {
    epoch: Timestamp,
    started: Instant,
    speed: u32,
}

impl Accelerated {
    /// Starts at `epoch`, now. A `speed` of zero is taken as one.
    #[must_use]
    pub fn starting(epoch: Timestamp, speed: u32) -> Self {
        Self {
            epoch,
            started: instant(),
            speed: speed.max(1),
        }
    }
}

#[async_trait]
impl Clock for Accelerated {
    fn now(&self) -> Timestamp {
        let passed = instant()
            .saturating_duration_since(self.started)
            .saturating_mul(self.speed);
        let passed = SignedDuration::try_from(passed).unwrap_or(SignedDuration::MAX);
        self.epoch.saturating_add(passed).unwrap_or(Timestamp::MAX)
    }

    async fn sleep_until(&self, at: Timestamp) {
        sleep(until(self.now(), at).div_ceil_by(self.speed)).await;
    }
}

/// A clock that stands until a test moves it.
#[derive(Debug)]
pub struct Manual {
    micros: AtomicI64,
    moved: tokio::sync::Notify,
}

impl Manual {
    /// Stands at `at`.
    #[must_use]
    pub fn at(at: Timestamp) -> Self {
        Self {
            micros: AtomicI64::new(at.as_microsecond()),
            moved: tokio::sync::Notify::new(),
        }
    }

    /// Moves the clock on and wakes whoever waits for that time.
    pub fn advance(&self, by: Duration) {
        let by = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
        self.micros.fetch_add(by, Ordering::SeqCst);
        self.moved.notify_waiters();
    }
}

#[async_trait]
impl Clock for Manual {
    fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(self.micros.load(Ordering::SeqCst)).unwrap_or(Timestamp::MAX)
    }

    async fn sleep_until(&self, at: Timestamp) {
        loop {
            let moved = self.moved.notified(); // registered before looking
            if self.now() >= at {
                return;
            }
            moved.await;
        }
    }
}

fn until(now: Timestamp, at: Timestamp) -> Duration {
    Duration::try_from(at.duration_since(now)).unwrap_or(Duration::ZERO)
}

trait DivCeil {
    fn div_ceil_by(self, by: u32) -> Self;
}

impl DivCeil for Duration {
    /// Rounded up by at most a microsecond, so that a waiter never wakes too early.
    fn div_ceil_by(self, by: u32) -> Self {
        (self / by.max(1)).saturating_add(Self::from_micros(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn epoch() -> Timestamp {
        "2026-01-05T08:00:00Z".parse().unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn an_accelerated_clock_reaches_a_later_day_in_seconds() {
        let clock = Accelerated::starting(epoch(), 86_400);
        let begun = instant();
        let two_days_on = epoch() + SignedDuration::from_hours(48);
        clock.sleep_until(two_days_on).await;
        assert!(clock.now() >= two_days_on);
        assert!(instant() - begun < Duration::from_millis(2_100));
    }

    #[tokio::test]
    async fn a_manual_clock_wakes_whoever_waits_for_its_time() {
        let clock = Arc::new(Manual::at(epoch()));
        let waiter = tokio::spawn({
            let clock = Arc::clone(&clock);
            async move {
                clock
                    .sleep_until(epoch() + SignedDuration::from_secs(10))
                    .await
            }
        });
        clock.advance(Duration::from_secs(9));
        tokio::task::yield_now().await;
        assert!(!waiter.is_finished());
        clock.advance(Duration::from_secs(1));
        waiter.await.unwrap();
    }

    #[tokio::test]
    async fn a_time_that_has_passed_is_not_waited_for() {
        System.sleep_until(epoch()).await;
        assert_eq!(left(instant()), Duration::ZERO);
    }
}

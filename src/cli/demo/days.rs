//! The parcels' time: it stands while the seller buys labels, then plays days in seconds.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use parcelgate_clock::{Accelerated, Clock};
use tokio::sync::watch;

/// A clock that stands until it is set going, and stands again when it is told to.
#[derive(Debug)]
pub(crate) struct Days {
    epoch: Timestamp,
    pace: watch::Sender<Pace>,
}

#[derive(Debug, Clone, Copy)]
enum Pace {
    Standing(Timestamp),
    Going(Accelerated),
}

impl Pace {
    fn now(self) -> Timestamp {
        match self {
            Self::Standing(at) => at,
            Self::Going(clock) => clock.now(),
        }
    }
}

impl Days {
    /// Stands at `epoch`.
    pub(crate) fn standing_at(epoch: Timestamp) -> Self {
        let pace = watch::Sender::new(Pace::Standing(epoch));
        Self { epoch, pace }
    }

    /// Goes on from where it stands, `speed` times as fast as ours. A going clock is left alone.
    pub(crate) fn play(&self, speed: u32) {
        self.pace.send_if_modified(|pace| {
            let Pace::Standing(at) = *pace else {
                return false;
            };
            *pace = Pace::Going(Accelerated::starting(at, speed));
            true
        });
    }

    /// Stands from now on.
    pub(crate) fn hold(&self) {
        self.pace
            .send_modify(|pace| *pace = Pace::Standing(pace.now()));
    }

    /// How many whole days have passed.
    pub(crate) fn passed(&self) -> i64 {
        self.now().duration_since(self.epoch).as_secs() / SignedDuration::from_hours(24).as_secs()
    }
}

#[async_trait]
impl Clock for Days {
    fn now(&self) -> Timestamp {
        self.pace.borrow().now()
    }

    async fn sleep_until(&self, at: Timestamp) {
        let mut pace = self.pace.subscribe();
        loop {
            let clock = match *pace.borrow_and_update() {
                Pace::Standing(now) if now >= at => return,
                Pace::Standing(_) => None,
                Pace::Going(clock) => Some(clock),
            };
            let reached = async {
                match clock {
                    Some(clock) => clock.sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = reached => return,
                // The sender lives as long as this clock, which is borrowed: it cannot be gone.
                _ = pace.changed() => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_stands_until_it_plays() {
        let epoch: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
        let days = Arc::new(Days::standing_at(epoch));
        parcelgate_clock::sleep(Duration::from_secs(5)).await;
        assert_eq!(days.now(), epoch);
        let waiter = tokio::spawn({
            let days = Arc::clone(&days);
            async move {
                days.sleep_until(epoch + SignedDuration::from_hours(48))
                    .await
            }
        });
        tokio::task::yield_now().await;
        assert!(!waiter.is_finished());
        let begun = parcelgate_clock::instant();
        days.play(86_400);
        waiter.await.unwrap();
        assert_eq!(days.passed(), 2);
        assert!(parcelgate_clock::instant() - begun < Duration::from_millis(2_100));
    }

    #[tokio::test(start_paused = true)]
    async fn it_stands_again_and_whoever_waits_goes_on_waiting() {
        let epoch: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
        let days = Arc::new(Days::standing_at(epoch));
        days.play(86_400);
        let waiter = tokio::spawn({
            let days = Arc::clone(&days);
            async move {
                days.sleep_until(epoch + SignedDuration::from_hours(48))
                    .await
            }
        });
        parcelgate_clock::sleep(Duration::from_secs(1)).await;
        days.hold();
        parcelgate_clock::sleep(Duration::from_secs(60)).await;
        assert_eq!(days.passed(), 1);
        assert!(!waiter.is_finished());
        days.play(86_400);
        waiter.await.unwrap();
        assert_eq!(days.passed(), 2);
    }
}

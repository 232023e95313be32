//! The parcels' time: it stands while the seller buys labels, then plays days in seconds.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use parcelgate_clock::{Accelerated, Clock};
use tokio::sync::watch;

/// A clock that stands until it is set going.
#[derive(Debug)]
pub(crate) struct Days {
    epoch: Timestamp,
    going: watch::Sender<Option<Accelerated>>,
}

impl Days {
    /// Stands at `epoch`.
    pub(crate) fn standing_at(epoch: Timestamp) -> Self {
        Self {
            epoch,
            going: watch::Sender::new(None),
        }
    }

    /// Goes on from where it stands, `speed` times as fast as ours.
    pub(crate) fn play(&self, speed: u32) {
        self.going
            .send_replace(Some(Accelerated::starting(self.epoch, speed)));
    }

    /// How many whole days have passed.
    pub(crate) fn passed(&self) -> i64 {
        self.now().duration_since(self.epoch).as_secs() / SignedDuration::from_hours(24).as_secs()
    }
}

#[async_trait]
impl Clock for Days {
    fn now(&self) -> Timestamp {
        let going = *self.going.borrow();
        going.map_or(self.epoch, |clock| clock.now())
    }

    async fn sleep_until(&self, at: Timestamp) {
        let mut going = self.going.subscribe();
        if self.now() >= at {
            return;
        }
        // The sender lives as long as this clock, so the wait cannot fail while it is borrowed.
        let clock = going
            .wait_for(Option::is_some)
            .await
            .map_or(None, |clock| *clock);
        if let Some(clock) = clock {
            clock.sleep_until(at).await;
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
}

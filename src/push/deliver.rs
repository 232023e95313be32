//! From the deliveries to the receivers, many at once.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use parcelgate_clock::sleep;
use parcelgate_store::Error;
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

use super::LOOK;
use super::attempt::Attempts;

/// How many attempts are in flight, to all receivers together.
const IN_FLIGHT_MAX: usize = 512;

/// How many times of next attempts are kept in mind; the later ones are found by looking.
const DUE_MAX: usize = 1_024;

/// How many more may go out, and which part of what a receiver may have at once: the fuller it is,
/// the less for each, so that many who hang leave room for the others.
fn room(free: usize) -> (usize, usize) {
    let (half, quarter) = (IN_FLIGHT_MAX / 2, IN_FLIGHT_MAX / 4);
    match free {
        free if free > half => (free - half, 1),
        free if free > quarter => (free - quarter, 4),
        free => (free, usize::MAX),
    }
}

/// Makes attempts until `closing`, then waits for those in flight: each ends within its own limit.
pub(super) async fn run(attempts: Arc<Attempts>, closing: CancellationToken) {
    let mut head = attempts.store().head();
    let mut in_flight = JoinSet::new();
    let mut due = Due::default();
    while !closing.is_cancelled() {
        head.mark_unchanged(); // registered before looking
        due.forget_until(attempts.clock().now());
        let claimed = match room(IN_FLIGHT_MAX.saturating_sub(in_flight.len())) {
            (0, _) => Ok(Vec::new()),
            (limit, share) => attempts.claim(limit, share).await,
        };
        match claimed {
            Ok(claimed) => {
                for delivery in claimed {
                    let attempts = Arc::clone(&attempts);
                    in_flight.spawn(async move { attempts.make(delivery).await });
                }
            }
            Err(Error::Closed) => break,
            Err(error) => {
                tracing::warn!(%error, "no deliveries could be claimed");
                sleep(LOOK).await;
            }
        }
        tokio::select! {
            Some(ended) = in_flight.join_next() => due.note(ended),
            changed = head.changed() => if changed.is_err() { break },
            () = due.come(&attempts) => {}
            () = sleep(LOOK) => {}
            () = closing.cancelled() => {}
        }
        while let Some(ended) = in_flight.try_join_next() {
            due.note(ended);
        }
    }
    while in_flight.join_next().await.is_some() {}
}

/// When the next attempts are due, as far as we heard of them ourselves.
#[derive(Default)]
struct Due(BTreeSet<Timestamp>);

impl Due {
    fn note(&mut self, ended: Result<Option<Timestamp>, JoinError>) {
        match ended {
            Ok(next) => self.0.extend(next),
            // Its claim runs out, and then it is made again.
            Err(error) => tracing::error!(%error, "an attempt broke off"),
        }
        if self.0.len() > DUE_MAX {
            self.0.pop_last();
        }
    }

    fn forget_until(&mut self, now: Timestamp) {
        self.0.retain(|at| *at > now);
    }

    /// Returns when the first is due; never, when none is.
    async fn come(&self, attempts: &Attempts) {
        match self.0.first() {
            Some(first) => attempts.clock().sleep_until(*first).await,
            None => std::future::pending().await,
        }
    }
}

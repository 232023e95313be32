//! What a carrier told is taken in, whether it was asked or told of its own accord.

use jiff::Timestamp;
use parcelgate_carrier::Track;
use parcelgate_domain::{TrackingEvent, fold};
use parcelgate_store::{Batch, Observation, ShardLease, Tracker};

use super::rota::draw;
use super::schedule::{Stand, after_failure};
use super::{Tracks, first};
use crate::service::Fault;

impl Tracks {
    /// Takes in an answer; under the lease of the tracker's shard, if it was asked for because it
    /// was due.
    pub(super) async fn ingest(
        &self,
        tracker: &Tracker,
        track: Track,
        lease: Option<ShardLease>,
    ) -> Result<Tracker, Fault> {
        let now = self.clock.now();
        // A carrier that tells nothing, as of a parcel of long ago, takes nothing back.
        let told = !track.events.is_empty();
        let state = told.then(|| fold(&track.events));
        let stand = Stand {
            state: state.as_ref().unwrap_or(&tracker.state),
            estimate: track.estimate.or(tracker.estimate),
            ..Stand::of(tracker, now)
        };
        let observation = Observation {
            events: seen_at(track.events, now),
            estimate: track.estimate,
            last_mile_number: track.last_mile_number,
            next_check_at: self.next_check(tracker, &stand),
        };
        let mut batch = Batch::of(&tracker.tenant, now);
        if let Some(lease) = lease {
            batch = batch.under(lease);
        }
        batch = batch.observe(&tracker.id, observation);
        if let Some(end) = stand.end(&self.config) {
            batch = batch.end_tracker(&tracker.id, end);
        }
        let applied = self.store.apply(batch).await?;
        let silent = applied.seqs.is_empty();
        let new_events = applied.trackers.iter().map(|seen| seen.new_events).sum();
        let seen = first(applied.trackers)?;
        if lease.is_some() {
            self.rota.seen(tracker, new_events, now);
            // What the log tells of is put in when that is read.
            if silent {
                self.rota.put(&seen, now);
            }
        }
        Ok(seen)
    }

    /// When to ask for a parcel again that stands so.
    pub(super) fn next_check(&self, tracker: &Tracker, stand: &Stand<'_>) -> Option<Timestamp> {
        let draw = draw(&tracker.id, stand.now);
        let interval = |phase| self.rota.interval_ms(tracker, phase, stand.now);
        stand.next(self.rota.rules(), draw, interval)
    }

    /// Takes in that the carrier knows nothing yet.
    pub(super) async fn nothing_yet(
        &self,
        tracker: &Tracker,
        lease: Option<ShardLease>,
    ) -> Result<Tracker, Fault> {
        let track = Track {
            number: tracker.number.clone(),
            events: Vec::new(),
            last_mile_number: None,
            estimate: None,
        };
        self.ingest(tracker, track, lease).await
    }

    /// Takes in that the carrier did not answer.
    pub(super) async fn no_answer(
        &self,
        tracker: &Tracker,
        lease: ShardLease,
    ) -> Result<Tracker, Fault> {
        let now = self.clock.now();
        let again = after_failure(&self.config, tracker.failures, now);
        let batch = Batch::of(&tracker.tenant, now).under(lease);
        self.store
            .apply(batch.check_failed(&tracker.id, again))
            .await?;
        let next_check_at = Some(again);
        let failed = Tracker {
            next_check_at,
            ..tracker.clone()
        };
        self.rota.put(&failed, now);
        Ok(failed)
    }
}

/// An adapter has no clock: when an event was first seen is known here.
pub(super) fn seen_at(events: Vec<TrackingEvent>, now: Timestamp) -> Vec<TrackingEvent> {
    events
        .into_iter()
        .map(|event| TrackingEvent {
            observed_at: now,
            ..event
        })
        .collect()
}

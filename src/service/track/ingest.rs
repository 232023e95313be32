//! What a carrier told is taken in, whether it was asked or told of its own accord.

use parcelgate_carrier::Track;
use parcelgate_domain::{TrackingEvent, fold};
use parcelgate_store::{Batch, Observation, Tracker, TrackerEnd};

use super::schedule::{after_failure, is_expired, next_check};
use super::{Tracks, first};
use crate::service::Fault;

impl Tracks {
    /// Takes in an answer.
    pub(super) async fn ingest(&self, tracker: &Tracker, track: Track) -> Result<Tracker, Fault> {
        let now = self.clock.now();
        // A carrier that tells nothing, as of a parcel of long ago, takes nothing back.
        let told = !track.events.is_empty();
        let state = told.then(|| fold(&track.events));
        let state = state.unwrap_or_else(|| tracker.state.clone());
        let next_check_at = next_check(&self.config, &state, now);
        let observation = Observation {
            events: seen_at(track.events, now),
            estimate: track.estimate,
            last_mile_number: track.last_mile_number,
            next_check_at,
        };
        let mut batch = Batch::of(&tracker.tenant, now).observe(&tracker.id, observation);
        let last_heard = state
            .last_event
            .map_or(tracker.created_at, |event| event.instant);
        if next_check_at.is_some()
            && is_expired(&self.config, last_heard.max(tracker.created_at), now)
        {
            batch = batch.end_tracker(&tracker.id, TrackerEnd::Expired);
        }
        first(self.store.apply(batch).await?.trackers)
    }

    /// Takes in that the carrier knows nothing yet.
    pub(super) async fn nothing_yet(&self, tracker: &Tracker) -> Result<Tracker, Fault> {
        let track = Track {
            number: tracker.number.clone(),
            events: Vec::new(),
            last_mile_number: None,
            estimate: None,
        };
        self.ingest(tracker, track).await
    }

    /// Takes in that the carrier did not answer.
    pub(super) async fn no_answer(&self, tracker: &Tracker) -> Result<(), Fault> {
        let now = self.clock.now();
        let again = after_failure(&self.config, tracker.failures, now);
        self.store
            .apply(Batch::of(&tracker.tenant, now).check_failed(&tracker.id, again))
            .await?;
        Ok(())
    }
}

/// An adapter has no clock: when an event was first seen is known here.
pub(super) fn seen_at(events: Vec<TrackingEvent>, now: jiff::Timestamp) -> Vec<TrackingEvent> {
    events
        .into_iter()
        .map(|event| TrackingEvent {
            observed_at: now,
            ..event
        })
        .collect()
}

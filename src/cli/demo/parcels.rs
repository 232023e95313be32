//! The parcels on their way: the event log tells that something happened, the trackers tell what.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use parcelgate_clock::{instant, sleep_until};
use parcelgate_proto::v1::{
    BatchGetTrackersRequest, Tracker, TrackingStatus, WatchEventsRequest, WatchEventsResponse,
};
use tonic::{Request, Streaming};

use crate::cli::connect::Gate;

/// Trackers are read together, at most so often.
const LOOK_PAUSE: Duration = Duration::from_millis(100);
/// As many as one read may name.
const BATCH_MAX: usize = 1000;

/// Parcels that are followed.
#[derive(Debug)]
pub(crate) struct Parcels {
    gate: Gate,
    log: Streaming<WatchEventsResponse>,
    states: BTreeMap<String, TrackingStatus>,
    touched: BTreeSet<String>,
    look_at: Instant,
    /// Entries of the log so far.
    pub(crate) events: u64,
}

/// What came next.
#[derive(Debug)]
pub(crate) enum News {
    /// These parcels were delivered.
    Delivered(Vec<Tracker>),
    /// Something else happened.
    Moved,
    /// Nothing more before the time given.
    Nothing,
}

impl Parcels {
    /// Follows `trackers`, and reads the log from its beginning.
    ///
    /// # Errors
    /// When the gateway refuses the watch.
    pub(crate) async fn follow(gate: Gate, trackers: Vec<String>) -> anyhow::Result<Self> {
        let everything = WatchEventsRequest {
            resume_token: "0".to_owned(),
            kinds: Vec::new(),
        };
        // No deadline: it is watched for as long as the demo runs.
        let log = gate
            .tracking()
            .watch_events(Request::new(everything))
            .await?
            .into_inner();
        let touched = trackers.iter().cloned().collect(); // what they are now is read first
        let states = trackers
            .into_iter()
            .map(|name| (name, TrackingStatus::Unknown))
            .collect();
        Ok(Self {
            gate,
            log,
            states,
            touched,
            look_at: instant(),
            events: 0,
        })
    }

    /// How many have been delivered.
    #[must_use]
    pub(crate) fn delivered(&self) -> usize {
        self.states
            .values()
            .filter(|status| **status == TrackingStatus::Delivered)
            .count()
    }

    /// Where one stands.
    #[must_use]
    pub(crate) fn status(&self, tracker: &str) -> TrackingStatus {
        self.states
            .get(tracker)
            .copied()
            .unwrap_or(TrackingStatus::Unknown)
    }

    /// Whether every parcel has come to its end.
    #[must_use]
    pub(crate) fn all_ended(&self) -> bool {
        self.states.values().all(|status| {
            matches!(
                status,
                TrackingStatus::Delivered | TrackingStatus::Returned | TrackingStatus::Cancelled
            )
        })
    }

    /// Waits for news until `until`.
    ///
    /// # Errors
    /// When the gateway ends the watch or cannot be read.
    pub(crate) async fn news(&mut self, until: Instant) -> anyhow::Result<News> {
        let look_at = if self.touched.is_empty() {
            until
        } else {
            self.look_at.min(until)
        };
        tokio::select! {
            biased;
            () = sleep_until(look_at) => {}
            entry = self.log.message() => {
                let entry = entry?.context("the gateway ended the watch")?;
                if let Some(event) = entry.event {
                    self.events += 1;
                    if self.states.contains_key(&event.subject) {
                        self.touched.insert(event.subject);
                    }
                }
                return Ok(News::Moved);
            }
        }
        if self.touched.is_empty() {
            return Ok(News::Nothing);
        }
        self.look_at = instant() + LOOK_PAUSE;
        Ok(News::Delivered(self.look().await?))
    }

    /// Reads the trackers to which something happened; gives back those that were delivered since.
    async fn look(&mut self) -> anyhow::Result<Vec<Tracker>> {
        let mut delivered = Vec::new();
        let names: Vec<String> = std::mem::take(&mut self.touched).into_iter().collect();
        for names in names.chunks(BATCH_MAX) {
            let request = BatchGetTrackersRequest {
                names: names.to_vec(),
            };
            let reply = self
                .gate
                .tracking()
                .batch_get_trackers(self.gate.ask(request))
                .await?;
            for tracker in reply.into_inner().trackers {
                let before = self.states.insert(tracker.name.clone(), tracker.status());
                let is = tracker.status() == TrackingStatus::Delivered;
                if is && before != Some(TrackingStatus::Delivered) {
                    delivered.push(tracker);
                }
            }
        }
        Ok(delivered)
    }
}

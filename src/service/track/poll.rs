//! Parcels that are due are asked for, in batches as large as each carrier takes.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use parcelgate_carrier::{Kind, Lane};
use parcelgate_store::{Claim, Tracker};

use super::{Tracks, tracking_of};
use crate::service::{Account, Fault};

/// Asks for what is due.
#[derive(Debug, Clone)]
pub struct Poll {
    tracks: Tracks,
}

/// How long one batch may take, and so how long its trackers are claimed.
const BUDGET: Duration = Duration::from_secs(25);
const LEASE: Duration = Duration::from_secs(40);
/// How many requests are in flight at once, over all carriers; each carrier's quota bounds its own.
const REQUESTS_MAX: usize = 16;

impl Poll {
    /// Of these.
    #[must_use]
    pub fn new(tracks: Tracks) -> Self {
        Self { tracks }
    }

    /// One round over what is due. Returns how many parcels were asked for.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn round(&self) -> Result<usize, Fault> {
        let now = self.tracks.clock.now();
        let limit = u32::try_from(self.tracks.config.in_flight_max).unwrap_or(u32::MAX);
        let claim = Claim {
            now,
            lease_until: now + LEASE,
            limit,
        };
        let due = self.tracks.store.claim_trackers(claim).await?;
        let count = due.len();
        let mut by_account: BTreeMap<_, (Arc<Account>, Vec<Tracker>)> = BTreeMap::new();
        for tracker in due {
            match self.tracks.account_of(&tracker) {
                Ok(account) => {
                    let entry = by_account.entry(account.id.clone());
                    entry
                        .or_insert_with(|| (account, Vec::new()))
                        .1
                        .push(tracker);
                }
                Err(error) => {
                    tracing::warn!(tracker = %tracker.id, %error, "nobody can be asked for it");
                    self.tracks.no_answer(&tracker).await?;
                }
            }
        }
        let batches = by_account.into_values().flat_map(|(account, trackers)| {
            let most = account.carrier.profile().track_batch_max.max(1);
            let chunks: Vec<Vec<Tracker>> =
                trackers.chunks(most).map(<[Tracker]>::to_vec).collect();
            chunks
                .into_iter()
                .map(move |chunk| (Arc::clone(&account), chunk))
        });
        let batches: Vec<_> = batches.collect();
        futures::stream::iter(batches)
            .for_each_concurrent(REQUESTS_MAX, |(account, trackers)| async move {
                if let Err(error) = self.ask(&account, &trackers).await {
                    let account = &account.id;
                    tracing::warn!(%account, %error, "tracking answers were not taken in");
                }
            })
            .await;
        Ok(count)
    }

    async fn ask(&self, account: &Arc<Account>, trackers: &[Tracker]) -> Result<(), Fault> {
        let tracking = tracking_of(account)?;
        let numbers: Vec<_> = trackers
            .iter()
            .map(|tracker| tracker.number.clone())
            .collect();
        // Nobody waits for it, so whoever waits for anything goes before it.
        // Nobody waits for it, so whoever waits for anything goes before it.
        let call = account.call(parcelgate_clock::instant() + BUDGET);
        let call = call.behind(Lane::Bulk);
        let call = call.behind(Lane::Bulk);
        let answers = match tracking.track(&call, &numbers).await {
            Ok(answers) => answers,
            Err(error) => {
                tracing::debug!(account = %account.id, %error, "no answer");
                for tracker in trackers {
                    self.tracks.no_answer(tracker).await?;
                }
                return Ok(());
            }
        };
        let new: Vec<Tracker> = trackers
            .iter()
            .filter(|tracker| tracker.last_checked_at.is_none())
            .cloned()
            .collect();
        let pairs = trackers.iter().zip(answers);
        let taken = pairs.map(|(tracker, answer)| async move {
            match answer {
                Ok(track) => self.tracks.ingest(tracker, track).await.map(|_| ()),
                Err(error) if error.kind == Kind::NotFound => {
                    self.tracks.nothing_yet(tracker).await.map(|_| ())
                }
                Err(_) => self.tracks.no_answer(tracker).await,
            }
        });
        // Together, so that the store writes them in one commit; and beside it, since a carrier may
        // take its time to agree.
        let taken = futures::future::join_all(taken);
        let (outcomes, ()) = tokio::join!(taken, self.tracks.ask_to_push(account, &new));
        outcomes.into_iter().collect()
    }
}

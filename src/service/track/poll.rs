//! Parcels that are due are asked for, each account by itself, in batches as large as its carrier
//! takes.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use futures::future::join_all;
use futures::stream::FuturesUnordered;
use parcelgate_carrier::{Kind, Lane};
use parcelgate_clock::{instant, sleep_until};
use parcelgate_schedule::{Item, Roster};
use parcelgate_store::{Error as StoreError, ShardLease, Tenant, Tracker, TrackerId};
use tokio_util::sync::CancellationToken;

use super::rota::{millis, wants_push};
use super::{Tracks, tracking_of};
use crate::service::{Account, Fault};

/// How long one batch may take.
const BUDGET: Duration = Duration::from_secs(25);

/// How long what could not be asked for, or not be stored, waits for its next turn.
const PAUSE: Duration = Duration::from_secs(30);
const PAUSE_MAX: Duration = Duration::from_secs(15 * 60);

/// One account, and who is asked for through it. What holds it up holds up no other.
#[derive(Debug)]
pub struct Desk {
    tracks: Tracks,
    account: Arc<Account>,
    number: u16,
}

/// A parcel that is being asked for.
struct Asked {
    item: Item,
    tracker: Tracker,
    lease: ShardLease,
}

impl Desk {
    /// One for each account whose carrier can be asked.
    #[must_use]
    pub fn all(tracks: &Tracks) -> Vec<Self> {
        let able = tracks.rota.accounts();
        let able = able.filter(|(_, account)| account.carrier.tracking().is_some());
        able.map(|(number, account)| Self {
            tracks: tracks.clone(),
            account: Arc::clone(account),
            number,
        })
        .collect()
    }

    /// Asks for what is due, until `closing`. Cut in the middle nothing is lost: what was not
    /// written down is due again.
    pub async fn run(self, closing: CancellationToken) {
        let config = &self.tracks.config;
        let collect = Duration::from_millis(config.collect_ms);
        let batch = self.account.carrier.profile().track_batch_max.max(1);
        let mut asking = FuturesUnordered::new();
        let mut full_by = None;
        loop {
            let waiting = self.tracks.rota.waiting(self.number);
            let free = asking.len() < config.in_flight_max.max(1);
            let by = (waiting > 0).then(|| full_by.unwrap_or_else(|| instant() + collect));
            let full = waiting >= batch || by.is_some_and(|by| instant() >= by);
            if full && free {
                full_by = None;
                asking.push(self.ask(self.tracks.rota.take(self.number, batch)));
                continue;
            }
            full_by = by;
            let until_full = async {
                match full_by.filter(|_| free) {
                    Some(by) => sleep_until(by).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                Some(()) = asking.next(), if !asking.is_empty() => {}
                () = self.tracks.rota.due(self.number) => {}
                () = until_full => {}
                () = closing.cancelled() => return,
            }
        }
    }

    /// Asks for these, and takes in the answers.
    async fn ask(&self, taken: Vec<(Item, Tenant, TrackerId)>) {
        let items: Vec<Item> = taken.iter().map(|(item, ..)| *item).collect();
        let asked = match self.still_due(taken).await {
            Ok(asked) => asked,
            Err(error) => {
                tracing::warn!(account = %self.account.id, %error, "who is due cannot be read");
                return self.put_back(&items, None);
            }
        };
        // Those that are not are in for another time, or looked after by another.
        let others = items
            .iter()
            .filter(|item| asked.iter().all(|own| own.item != **item));
        self.tracks.rota.done(others);
        if !asked.is_empty() {
            self.ask_for(asked).await;
        }
    }

    async fn ask_for(&self, asked: Vec<Asked>) {
        let numbers: Vec<_> = asked.iter().map(|one| one.tracker.number.clone()).collect();
        // Nobody waits for it, so whoever waits for anything goes before it.
        let call = self.account.call(instant() + BUDGET).behind(Lane::Bulk);
        let answers = match tracking_of(&self.account) {
            Ok(tracking) => tracking.track(&call, &numbers).await,
            Err(error) => return tracing::error!(%error, "nobody can be asked"),
        };
        let answers = match answers {
            Ok(answers) => answers,
            Err(error) if error.kind == Kind::Throttled => {
                let items: Vec<Item> = asked.iter().map(|one| one.item).collect();
                return self.put_back(&items, error.retry_after);
            }
            Err(error) => {
                tracing::debug!(account = %self.account.id, %error, "no answer");
                let kind = error.kind;
                self.take_in(asked.into_iter().map(|one| (one, Err(kind))).collect())
                    .await;
                return;
            }
        };
        let now = self.tracks.clock.now();
        let wants = asked.iter().filter(|one| wants_push(&one.tracker, now));
        let wants: Vec<Tracker> = wants.map(|one| one.tracker.clone()).collect();
        let answers = answers
            .into_iter()
            .map(|answer| answer.map_err(|error| error.kind));
        // Beside it, since a carrier may take its time to agree.
        let push = self.tracks.ask_to_push(&self.account, &wants);
        tokio::join!(push, self.take_in(asked.into_iter().zip(answers).collect()));
    }

    /// Together, so that the store writes them in one commit.
    async fn take_in(&self, answers: Vec<(Asked, Result<parcelgate_carrier::Track, Kind>)>) {
        let items: Vec<Item> = answers.iter().map(|(one, _)| one.item).collect();
        let taken = answers.into_iter().map(|(one, answer)| async move {
            let taken = match answer {
                Ok(track) => {
                    self.tracks
                        .ingest(&one.tracker, track, Some(one.lease))
                        .await
                }
                Err(Kind::NotFound) => self.tracks.nothing_yet(&one.tracker, Some(one.lease)).await,
                Err(_) => self.tracks.no_answer(&one.tracker, one.lease).await,
            };
            match taken {
                Ok(_) => {}
                // Another looks after it now, and asks for it.
                Err(Fault::Store(StoreError::LeaseLost(_))) => {}
                Err(error) => {
                    let account = &self.account.id;
                    tracing::warn!(%account, %error, "an answer was not taken in");
                    self.put_back(&[one.item], None);
                }
            }
        });
        join_all(taken).await;
        // Not before: as long as it is not written when it is next due, it is due.
        self.tracks.rota.done(items.iter());
    }

    /// Lets parcels wait, which nobody has been asked for or whose answer is lost.
    fn put_back(&self, items: &[Item], pause: Option<Duration>) {
        self.tracks.rota.done(items.iter());
        let pause = pause.unwrap_or(PAUSE).clamp(PAUSE / 6, PAUSE_MAX);
        let now = self.tracks.clock.now();
        self.tracks
            .rota
            .put_back(items, now.saturating_add(pause).unwrap_or(now));
    }

    /// Those that are looked after here, and due at the time for which they were put in. Who is due
    /// at another is put in for that: whoever wrote it may not be the one who looks after it.
    async fn still_due(
        &self,
        taken: Vec<(Item, Tenant, TrackerId)>,
    ) -> Result<Vec<Asked>, StoreError> {
        let mut by_tenant: BTreeMap<Tenant, Vec<(Item, TrackerId)>> = BTreeMap::new();
        for (item, tenant, id) in taken {
            by_tenant.entry(tenant).or_default().push((item, id));
        }
        let mut due = Vec::new();
        let now = self.tracks.clock.now();
        for (tenant, named) in by_tenant {
            let ids: Vec<_> = named.iter().map(|(_, id)| id.clone()).collect();
            let found = self.tracks.store.trackers_by_id(&tenant, &ids).await?;
            for tracker in found {
                let item = named.iter().find(|(_, id)| *id == tracker.id);
                let stamp = tracker
                    .next_check_at
                    .map(|next| Roster::stamp(millis(next)));
                let item = item.filter(|(item, _)| Some(item.stamp) == stamp);
                if item.is_none() {
                    self.tracks.rota.put(&tracker, now);
                }
                let lease = self.tracks.rota.lease_of(&tracker.id);
                if let (Some((item, _)), Some(lease)) = (item, lease) {
                    due.push(Asked {
                        item: *item,
                        tracker,
                        lease,
                    });
                }
            }
        }
        Ok(due)
    }
}

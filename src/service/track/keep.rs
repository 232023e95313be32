//! Keeps the rota: which shards this gateway looks after, what their parcels have come to, and what
//! is due.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use parcelgate_clock::{instant, sleep};
use parcelgate_store::{Claim, Page, TrackerId};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::Tracks;
use crate::service::Fault;

/// How long a lease lasts, and how often it is renewed.
const LEASE: Duration = Duration::from_secs(15);
const RENEWED: Duration = Duration::from_secs(5);

/// How often it is reckoned anew how often each account may ask.
const TUNED: Duration = Duration::from_secs(10);

/// All there are.
const SHARDS: u32 = 256;

/// How many parcels, or events, are read at once.
const PAGE: u32 = 1_000;

/// For how long an account may want more than its quota before somebody is told.
const SHORT_MAX: SignedDuration = SignedDuration::from_hours(1);

/// Keeps the rota.
#[derive(Debug)]
pub struct Keep {
    tracks: Tracks,
    owner: String,
    tick: Duration,
    /// Up to which event of the log is known what parcels have come to.
    followed: i64,
    lease_at: Instant,
    tune_at: Instant,
    /// Since when each account wants more than its quota.
    short_since: Vec<Option<Timestamp>>,
}

impl Keep {
    /// Of these, looking at what is due every `tick`.
    #[must_use]
    pub fn new(tracks: Tracks, tick: Duration) -> Self {
        let now = instant();
        let accounts = tracks.rota.accounts().count();
        Self {
            tracks,
            owner: Uuid::new_v4().to_string(),
            tick,
            followed: 0,
            lease_at: now,
            tune_at: now,
            short_since: vec![None; accounts],
        }
    }

    /// Until `closing`; then the shards are let go, so that another has them at once.
    pub async fn run(mut self, closing: CancellationToken) {
        let mut head = self.tracks.store.head();
        self.followed = head.borrow_and_update().seq;
        while !closing.is_cancelled() {
            let until = head.borrow_and_update().seq;
            if let Err(error) = self.round(until).await {
                tracing::warn!(%error, "the rota is not up to date");
            }
            tokio::select! {
                () = sleep(self.tick) => {}
                changed = head.changed() => if changed.is_err() { return },
                () = closing.cancelled() => {}
            }
        }
        if let Err(error) = self.lease(0).await {
            tracing::warn!(%error, "shards are not let go; their leases run out");
        }
    }

    async fn round(&mut self, until: i64) -> Result<(), Fault> {
        // A shard that is taken is read after what is known of the log, so nothing is missed.
        self.follow(until).await?;
        if instant() >= self.lease_at {
            self.lease(SHARDS).await?;
            self.lease_at = instant() + RENEWED;
        }
        if instant() >= self.tune_at {
            self.tune();
            self.tune_at = instant() + TUNED;
        }
        self.tracks.rota.advance(self.tracks.clock.now());
        Ok(())
    }

    /// Takes in what others have written of parcels.
    async fn follow(&mut self, until: i64) -> Result<(), Fault> {
        while self.followed < until {
            let to = until.min(self.followed.saturating_add(i64::from(PAGE)));
            let told = self.tracks.store.trackers_told((self.followed, to)).await?;
            let now = self.tracks.clock.now();
            for tracker in &told {
                self.tracks.rota.heard(tracker);
                self.tracks.rota.put(tracker, now);
            }
            self.followed = to;
        }
        Ok(())
    }

    async fn lease(&self, limit: u32) -> Result<(), Fault> {
        let now = self.tracks.clock.now();
        let claim = Claim {
            now,
            lease_until: now + LEASE,
            limit,
        };
        let leases = self.tracks.store.lease_shards(&self.owner, claim).await?;
        let new = self.tracks.rota.hold(&leases);
        if !new.is_empty() {
            tracing::info!(held = leases.len(), new = new.len(), "parcels looked after");
        }
        for shard in new {
            if let Err(error) = self.read(shard).await {
                self.tracks.rota.drop_shard(shard);
                return Err(error);
            }
        }
        Ok(())
    }

    /// Reads all parcels of a shard.
    async fn read(&self, shard: u8) -> Result<(), Fault> {
        let mut after: Option<TrackerId> = None;
        loop {
            let page = Page {
                after: after.as_ref(),
                limit: PAGE,
            };
            let found = self.tracks.store.trackers_of_shard(shard, page).await?;
            let now = self.tracks.clock.now();
            for tracker in &found {
                self.tracks.rota.put(tracker, now);
            }
            let Some(last) = found.last() else {
                return Ok(());
            };
            after = Some(last.id.clone());
        }
    }

    /// Reckons anew what each account may ask for, and tells an operator of those that are short.
    fn tune(&mut self) {
        let rota = Arc::clone(&self.tracks.rota);
        let now = self.tracks.clock.now();
        for ((number, account), short) in rota.accounts().zip(&mut self.short_since) {
            if rota.tune(number, now) {
                tracing::warn!(account = %account.id, "its carrier tells no longer; it is asked");
            }
            let budget = rota.budget(number);
            let wanted = budget.and_then(|budget| {
                let allowed = budget.per_day?;
                (budget.demand > allowed).then_some((budget.demand, allowed))
            });
            let Some((wanted, allowed)) = wanted else {
                *short = None;
                continue;
            };
            let since = *short.get_or_insert(now);
            if now.duration_since(since) > SHORT_MAX {
                let account = &account.id;
                tracing::warn!(%account, wanted, allowed, "asks less often than it should");
                *short = None;
            }
        }
    }
}

//! Keeps one account's lease of the pool, and asks it for what is waited for.

use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use parcelgate_clock::{instant, sleep, sleep_until};
use parcelgate_domain::{AccountId, CarrierId};
use tokio::sync::Notify;

use crate::lanes::{Asked, Lanes};
use crate::pool::{Answer, Ask, LEASE, Pool, Reply};
use crate::sharing::Sharing;

/// One account's way to the pool: one call at a time, each with a number that grows.
pub(crate) struct Keeper {
    lanes: Weak<Lanes>,
    asked: Arc<Notify>,
    used: Arc<Notify>,
    pool: Arc<dyn Pool>,
    /// How long a call may take.
    answer_max: Duration,
    described: String,
    replicas: u32,
    carrier: CarrierId,
    account: AccountId,
    id: String,
    call: u64,
    /// From when on nobody is counted any more whose place this gateway took.
    counted_from: Instant,
    /// What the pool's memory is called, and how many calls it had seen.
    memory: (String, u64),
    /// What the pool's clock read, and when that was asked for.
    clock: Option<(u64, Instant)>,
    /// From when on this gateway's part may flow here, if the pool does not answer.
    alone_from: Instant,
    /// What was said last, so that it is said once.
    said: Option<Standing>,
    /// Until a lease is asked for again.
    pause: Duration,
}

/// How the account stands with the pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Shared,
    Away,
    Otherwise,
}

/// A lease is renewed so often, and the pool that is away looked for.
const RENEWED: Duration = Duration::from_secs(1);

/// The longest pause before a lease is asked for again of a pool that tells the time and does not
/// answer otherwise: each such call keeps this gateway's part from flowing.
const PAUSE_MAX: Duration = Duration::from_secs(60);

/// Permits that were taken are told of together.
const TOGETHER: Duration = Duration::from_millis(10);

impl Keeper {
    /// When the part of a gateway that begins now may flow to it: when a lease has ended that was
    /// renewed by now.
    pub(crate) fn alone_from(sharing: &Sharing, now: Instant) -> Instant {
        now + sharing.answer_max * 2 + LEASE
    }

    /// Keeps the lanes' lease until they are gone. `None` if they share nothing.
    pub(crate) fn keep(
        lanes: &Arc<Lanes>,
        sharing: &Sharing,
        (carrier, account): (CarrierId, AccountId),
        begun: Instant,
    ) -> Option<()> {
        let (asked, used) = lanes.bells()?;
        let alone_from = Self::alone_from(sharing, begun);
        let keeper = Self {
            asked,
            used,
            pool: Arc::clone(&sharing.pool),
            answer_max: sharing.answer_max,
            described: lanes.described(),
            replicas: sharing.replicas,
            lanes: Arc::downgrade(lanes),
            carrier,
            account,
            id: some_name(),
            call: 0,
            counted_from: alone_from,
            memory: (String::new(), 0),
            clock: None,
            alone_from,
            said: None,
            pause: RENEWED,
        };
        tokio::spawn(keeper.run());
        Some(())
    }

    async fn run(mut self) {
        while let Some(lanes) = self.lanes.upgrade() {
            let next = match self.shares(&lanes).await {
                Standing::Shared => {
                    self.pause = RENEWED;
                    let renewed = instant() + RENEWED;
                    lanes.ready_at().map_or(renewed, |at| at.min(renewed))
                }
                Standing::Away | Standing::Otherwise => instant() + self.pause,
            };
            drop(lanes);
            self.wait(next).await;
        }
    }

    /// Until `next`, or until someone asks. Who asks of a pool that is away waits for it too.
    async fn wait(&self, next: Instant) {
        if self.said != Some(Standing::Shared) {
            return sleep_until(next).await;
        }
        tokio::select! {
            () = self.asked.notified() => {}
            () = sleep_until(next) => {}
            () = async {
                self.used.notified().await;
                sleep(TOGETHER).await;
            } => {}
        }
    }

    /// One call to the pool; to one that was away first a call that does nothing.
    async fn shares(&mut self, lanes: &Lanes) -> Standing {
        if self.clock.is_none() {
            let asked_at = instant();
            self.clock = self
                .in_time(self.pool.time())
                .await
                .map(|at| (at, asked_at));
        }
        let Some(clock) = self.clock else {
            self.pause = RENEWED;
            return self.say(Standing::Away);
        };
        let sent = instant();
        let asked = lanes.hand_over();
        self.call += 1;
        let ask = self.ask(&asked, clock, sent);
        // Whatever becomes of it, it is not carried out later, and then lasts for a lease.
        let ended = sent + self.answer_max * 2 + LEASE;
        let account = format!("{}:{}", self.carrier, self.account);
        let (standing, taken) = match self.in_time(self.pool.exchange(&account, &ask)).await {
            Some(Reply::Done(answer)) => {
                self.alone_from = self.alone_from.max(ended);
                self.granted(lanes, &asked, answer, sent);
                return self.say(Standing::Shared);
            }
            Some(Reply::Otherwise) => (Standing::Otherwise, false),
            Some(Reply::Late) => (Standing::Away, false),
            // It may have been carried out all the same.
            None => {
                self.alone_from = self.alone_from.max(ended);
                self.pause = match self.said {
                    Some(Standing::Shared) | None => RENEWED,
                    Some(Standing::Away | Standing::Otherwise) => (self.pause * 2).min(PAUSE_MAX),
                };
                (Standing::Away, true)
            }
        };
        self.clock = None;
        lanes.alone_from(self.alone_from, taken);
        self.say(standing)
    }

    fn ask(&self, asked: &Asked, (time, asked_at): (u64, Instant), sent: Instant) -> Ask {
        let passed = sent.saturating_duration_since(asked_at) + self.answer_max;
        Ask {
            described: self.described.clone(),
            replicas: self.replicas,
            id: self.id.clone(),
            call: self.call,
            not_after: time.saturating_add(micros(passed)),
            lease_us: micros(LEASE),
            counted: sent >= self.counted_from,
            epoch: self.memory.0.clone(),
            seen: self.memory.1,
            new_epoch: some_name(),
            quotas: asked.quotas.clone(),
            claims: asked.claims.clone(),
            pauses: asked.pauses.clone(),
        }
    }

    fn granted(&mut self, lanes: &Lanes, asked: &Asked, answer: Answer, sent: Instant) {
        lanes.granted(asked, &answer, sent);
        self.clock = Some((answer.at, sent));
        self.memory = (answer.epoch, answer.seen);
    }

    /// The answer, unless there is none in time.
    async fn in_time<T, E>(&self, call: impl Future<Output = Result<T, E>>) -> Option<T> {
        tokio::select! {
            biased;
            answer = call => answer.ok(),
            () = sleep(self.answer_max) => None,
        }
    }

    /// Once for each change.
    fn say(&mut self, standing: Standing) -> Standing {
        if self.said == Some(standing) {
            return standing;
        }
        let (carrier, account) = (self.carrier.as_str(), &self.account);
        match standing {
            Standing::Shared => tracing::info!(carrier, %account, "quotas are shared"),
            Standing::Away => tracing::warn!(
                carrier, %account,
                "quotas are not shared: Redis does not answer; this gateway keeps to its part"
            ),
            Standing::Otherwise => tracing::warn!(
                carrier, %account,
                "quotas are not shared: other gateways name other quotas of this account, or \
                 another quota.replicas_max; this one keeps to its part until they have gone"
            ),
        }
        let shared = metrics::gauge!("parcelgate_quota_shared", "carrier" => carrier.to_owned());
        match (self.said, standing) {
            (_, Standing::Shared) => shared.increment(1),
            (Some(Standing::Shared), _) => shared.decrement(1),
            (_, Standing::Away | Standing::Otherwise) => shared.increment(0),
        }
        self.said = Some(standing);
        standing
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// A name that no other gateway has, nor this one after a restart.
fn some_name() -> String {
    format!("{:032x}", fastrand::u128(..))
}

//! Where permits of an account's quotas grow for several gateways.

use std::time::Duration;

use async_trait::async_trait;
use parcelgate_carrier::BoxError;
use serde::Serialize;

/// The pool of each account's quotas. What it must keep stands in ADR 21; `redis_pool.rs` keeps it
/// in Redis.
#[async_trait]
pub(crate) trait Pool: Send + Sync {
    /// Its time, in microseconds.
    async fn time(&self) -> Result<u64, BoxError>;

    /// Renews a gateway's lease, takes back what it does not need and grants what it asks for, all
    /// at one instant.
    async fn exchange(&self, account: &str, ask: &Ask) -> Result<Reply, BoxError>;
}

/// How long a lease lasts.
pub(crate) const LEASE: Duration = Duration::from_secs(3);

/// What a gateway tells and wants.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Ask {
    /// The quotas in words: who describes them in others does not share them.
    pub(crate) described: String,
    /// How many gateways there may be.
    pub(crate) replicas: u32,
    /// Which one this is.
    pub(crate) id: String,
    /// Which of its calls, counted up.
    pub(crate) call: u64,
    /// By the pool's time, in microseconds, after which nothing of it may be done.
    pub(crate) not_after: u64,
    /// How long the lease shall last.
    pub(crate) lease_us: u64,
    /// Whether its part of the rate flows into the pool.
    pub(crate) counted: bool,
    /// The pool's memory that it knows, and how many calls that had seen.
    pub(crate) epoch: String,
    /// See `epoch`.
    pub(crate) seen: u64,
    /// What a memory that begins with this call is called.
    pub(crate) new_epoch: String,
    /// Each quota.
    pub(crate) quotas: Vec<Part>,
    /// What is waited for, in the order in which it goes.
    pub(crate) claims: Vec<Claim>,
    /// What the carrier asked for.
    pub(crate) pauses: Vec<Pause>,
}

/// One quota of it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Part {
    /// One permit in the pool's unit.
    pub(crate) permit: u64,
    /// How many permits the pool holds at most.
    pub(crate) pool: u32,
    /// How many a seat holds at most.
    pub(crate) seat: u32,
    /// How many this gateway holds, at most a seat.
    pub(crate) held: u32,
    /// How many it gives back.
    pub(crate) back: u32,
}

/// Permits that someone waits for: of all quotas named, or of none.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Claim {
    /// Whether it goes before what fills the seats.
    pub(crate) front: bool,
    /// So many at least ...
    pub(crate) min: u32,
    /// ... and at most.
    pub(crate) max: u32,
    /// Of which quotas.
    pub(crate) of: Vec<Kept>,
}

/// What a claim leaves where it is.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Kept {
    /// Which quota, counted from 0.
    pub(crate) quota: usize,
    /// In the gateway's seat.
    pub(crate) seat: u32,
    /// In the pool.
    pub(crate) pool: u32,
}

/// Who shall send nothing for some time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Pause {
    /// The class, by its name.
    pub(crate) class: String,
    /// The lane, counted from 0.
    pub(crate) lane: usize,
    /// How much longer, in microseconds.
    pub(crate) us: u64,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reply {
    /// Done.
    Done(Answer),
    /// Nothing was done: too late, or already overtaken.
    Late,
    /// Nothing was done: others share these quotas by other numbers.
    Otherwise,
}

/// What a gateway is granted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Answer {
    /// When, by the pool's time, in microseconds.
    pub(crate) at: u64,
    /// The pool's memory, and how many calls it has seen.
    pub(crate) epoch: String,
    /// See `epoch`.
    pub(crate) seen: u64,
    /// How many permits of each quota.
    pub(crate) granted: Vec<u32>,
    /// How many are left of each.
    pub(crate) left: Vec<u32>,
    /// How long each claim has to wait, in microseconds; 0 when it was granted.
    pub(crate) waits: Vec<u64>,
    /// What carriers asked of any gateway.
    pub(crate) pauses: Vec<Pause>,
}

//! Which gateway looks after which trackers.

/// A part of all trackers, held by one gateway. What it writes of them it writes under the lease,
/// so that who has lost it meanwhile writes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ShardLease {
    /// Which part.
    pub shard: u8,
    /// Grows whenever it goes to another.
    pub epoch: i64,
}

/// Who holds a shard, and until when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shard {
    pub(crate) shard: u8,
    pub(crate) owner: Option<String>,
    pub(crate) epoch: i64,
    /// In microseconds, as it is kept.
    pub(crate) lease_until: i64,
}

//! One quota of an account, whoever it is shared with.

use std::time::{Duration, Instant};

use parcelgate_carrier::{Class, Lane};

use crate::quota::{Bucket, Limit};
use crate::slice::Slice;

/// Where permits of one quota are taken from.
#[derive(Debug)]
pub(crate) enum Pot {
    /// This gateway's own bucket.
    Own(Bucket),
    /// What this gateway holds of a bucket that several share.
    Shared(Slice),
}

impl Pot {
    pub(crate) const fn limit(&self) -> &Limit {
        match self {
            Self::Own(bucket) => &bucket.limit,
            Self::Shared(slice) => &slice.plan.limit,
        }
    }

    pub(crate) fn holds(&self, class: Class) -> bool {
        self.limit().classes.contains(&class)
    }

    /// How many permits `lane` may take at once at most.
    pub(crate) fn depth(&self, lane: Lane) -> u32 {
        match self {
            Self::Own(bucket) => bucket.depth(lane),
            Self::Shared(slice) => slice.depth(lane),
        }
    }

    /// How long until `lane` may take `piece`, and leave what `before` it is wanted.
    pub(crate) fn wait(&self, before: u32, piece: u32, lane: Lane, now: Instant) -> Duration {
        match self {
            Self::Own(bucket) => bucket.wait(before, piece, lane, now),
            Self::Shared(slice) => slice.wait(before, piece, lane, now),
        }
    }

    /// Takes them.
    pub(crate) fn take(&mut self, permits: u32, now: Instant) {
        match self {
            Self::Own(bucket) => bucket.take(permits, now),
            Self::Shared(slice) => slice.take(permits, now),
        }
    }

    /// How many the lane in front could take now.
    pub(crate) fn left(&self, now: Instant) -> u32 {
        match self {
            Self::Own(bucket) => bucket.left(now),
            Self::Shared(slice) => slice.left(now),
        }
    }

    /// How long one permit takes to grow.
    pub(crate) fn interval(&self) -> Duration {
        match self {
            Self::Own(bucket) => bucket.interval(),
            Self::Shared(slice) => slice.interval(),
        }
    }
}

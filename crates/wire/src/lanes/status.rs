//! How the quotas and the classes of an account stand.

use std::time::Duration;

use parcelgate_carrier::Class;
use parcelgate_clock::{instant, left};

use super::{Lanes, Line, Tally};
use crate::pot::Pot;

impl Lanes {
    pub(crate) fn quotas(&self) -> Vec<QuotaStatus> {
        let now = instant();
        let state = self.state();
        let source = |pot: &Pot| match (pot, &state.tie) {
            (Pot::Own(_), _) => QuotaSource::Own,
            (Pot::Shared(_), Some(tie)) if tie.holds => QuotaSource::Shared,
            (Pot::Shared(_), _) => QuotaSource::LocalShare,
        };
        let status = |pot: &Pot| QuotaStatus {
            classes: pot.limit().classes.clone(),
            permits: pot.limit().permits,
            per: pot.limit().per,
            left: pot.left(now),
            source: source(pot),
        };
        state.pots.iter().map(status).collect()
    }

    pub(crate) fn classes(&self) -> Vec<ClassStatus> {
        let state = self.state();
        let status = |tally: &Tally| {
            let lines = self.lines.iter().filter(|line| line.class == tally.class);
            let queues = state
                .queues
                .iter()
                .filter(|queue| queue.class == tally.class);
            let paused = queues.map(|queue| left(queue.paused_until)).max();
            ClassStatus {
                class: tally.class,
                taken: tally.taken,
                pending: lines.map(Line::pending).sum(),
                paused: paused.filter(|paused| !paused.is_zero()),
            }
        };
        state.tallies.iter().map(status).collect()
    }
}

/// How one quota of an account stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuotaStatus {
    /// Of which classes together.
    pub classes: Vec<Class>,
    /// So many permits ...
    pub permits: u32,
    /// ... in so much time.
    pub per: Duration,
    /// How many may be taken at once now, by whoever goes first.
    pub left: u32,
    /// Where they grow.
    pub source: QuotaSource,
}

/// Where a quota's permits grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuotaSource {
    /// In this gateway, which shares it with none.
    Own,
    /// In the pool that all gateways share.
    Shared,
    /// In this gateway, as its part of what is shared, as long as the pool is away.
    LocalShare,
}

/// How an account's requests of one class stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClassStatus {
    /// Which class.
    pub class: Class,
    /// How many permits were ever taken.
    pub taken: u64,
    /// How many requests wait or are under way.
    pub pending: usize,
    /// How much longer the carrier asked to be left alone, by all or by those in the last lanes.
    pub paused: Option<Duration>,
}

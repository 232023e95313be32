//! How much is run.

use std::fmt;
use std::str::FromStr;

/// The run, on each store.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    pub(crate) seed: u64,
    events: usize,
    pub(crate) kills: usize,
}

/// All of it in an optimised build; less in one that is not, which is slow.
const EVENTS: usize = if cfg!(debug_assertions) { 600 } else { 10_000 };
const KILLS: usize = if cfg!(debug_assertions) { 6 } else { 60 };

impl Size {
    pub(crate) fn of_environment() -> Self {
        Self {
            seed: set("OUTBOX_SEED").unwrap_or_else(|| fastrand::u64(..)),
            events: set("OUTBOX_EVENTS").unwrap_or(EVENTS),
            kills: set("OUTBOX_KILLS").unwrap_or(KILLS).max(1),
        }
    }

    /// Each is followed, and then no longer.
    pub(crate) fn parcels(&self) -> usize {
        self.events / 2
    }
}

fn set<T: FromStr>(name: &str) -> Option<T> {
    let text = std::env::var(name).ok()?;
    let value = text.parse().ok();
    Some(value.unwrap_or_else(|| panic!("{name} is {text:?}")))
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "OUTBOX_SEED={} OUTBOX_EVENTS={} OUTBOX_KILLS={}",
            self.seed, self.events, self.kills
        )
    }
}

//! When which parcel is asked for next, within what its carrier allows.
//!
//! Only computes: time is a number of *ticks* that is handed in, and how long a tick is only the
//! caller knows.

mod desk;
mod history;
mod line;
mod phase;
mod roster;
mod share;
mod wheel;

pub use history::History;
pub use line::Line;
pub use phase::{EVERY_PHASE, Facts, PHASES, PerPhase, Phase, Rules, jittered};
pub use roster::{Budget, Item, Key, Roster};
pub use share::{Load, demand, share};
pub use wheel::Wheel;

/// Milliseconds of a day.
pub const DAY_MS: u64 = 86_400_000;

//! How much is run.

use std::fmt;
use std::str::FromStr;

/// The run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    pub(crate) seed: u64,
    pub(crate) purchases: usize,
    pub(crate) kills: usize,
    /// How many gateways share the store, of which one at a time dies.
    pub(crate) replicas: usize,
}

/// Of each store and number of gateways, of which there are four.
const PURCHASES: usize = 250;
const KILLS: usize = 200;

impl Size {
    pub(crate) fn of_environment(replicas: usize) -> Self {
        Self {
            seed: set("KILL9_SEED").unwrap_or_else(|| fastrand::u64(..)),
            purchases: set("KILL9_PURCHASES").unwrap_or(PURCHASES),
            kills: set("KILL9_KILLS").unwrap_or(KILLS),
            replicas,
        }
    }
}

fn set<T: FromStr>(name: &str) -> Option<T> {
    let text = std::env::var(name).ok()?;
    let value = text.parse().ok();
    Some(value.unwrap_or_else(|| panic!("{name} is {text:?}")))
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let build = if cfg!(debug_assertions) {
            "without optimisation"
        } else {
            "optimised"
        };
        write!(
            f,
            "KILL9_SEED={} KILL9_PURCHASES={} KILL9_KILLS={}, {} gateways, {build}",
            self.seed, self.purchases, self.kills, self.replicas
        )
    }
}

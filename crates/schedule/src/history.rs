//! How often something happens to parcels, as it was seen.

use crate::DAY_MS;

/// For how many parcel-days the usual figure speaks, before one's own outweighs it.
const PRIOR_DAYS: u64 = 1_000;

/// With so many parcel-days what was seen counts half from then on, so that what is new is heard.
const DAYS_MAX: u64 = 200_000;

/// What was seen of one phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct History {
    events: u64,
    waited_ms: u64,
}

impl History {
    /// So many events were found of a parcel that was last looked at so long ago.
    pub fn record(&mut self, waited_ms: u64, events: u64) {
        self.waited_ms = self.waited_ms.saturating_add(waited_ms);
        self.events = self.events.saturating_add(events);
        if self.waited_ms > DAYS_MAX * DAY_MS {
            self.waited_ms /= 2;
            self.events /= 2;
        }
    }

    /// How often something happens in a thousand days; `usual` as long as little was seen.
    #[must_use]
    pub const fn hazard(&self, usual: u64) -> u64 {
        let prior = usual.saturating_mul(PRIOR_DAYS) / 1_000;
        let days = PRIOR_DAYS + self.waited_ms / DAY_MS;
        (prior.saturating_add(self.events)).saturating_mul(1_000) / days
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_seen_outweighs_what_is_usual() {
        let mut history = History::default();
        assert_eq!(history.hazard(700), 700);
        for _ in 0..100_000 {
            history.record(DAY_MS, 2);
        }
        assert!((1_950..=2_000).contains(&history.hazard(700)));
        // It was half as much from some time on.
        for _ in 0..1_000_000 {
            history.record(DAY_MS, 0);
        }
        assert!(history.hazard(700) < 50);
    }
}

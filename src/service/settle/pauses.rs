//! How long what does not come off is left alone between two tries. Lost with the process, which
//! only means one try more.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use parcelgate_store::ShipmentId;

/// The longest pause: a carrier that is back is noticed within this.
const PAUSE_MAX: Duration = Duration::from_hours(1);

/// Of each purchase that was tried in vain, since when, and when it is due again.
#[derive(Debug, Default)]
pub(super) struct Pauses(Mutex<HashMap<ShipmentId, (Timestamp, Timestamp)>>);

impl Pauses {
    pub(super) fn is_due(&self, id: &ShipmentId, now: Timestamp) -> bool {
        self.all().get(id).is_none_or(|(_, next)| *next <= now)
    }

    /// For how long it has been tried.
    pub(super) fn tried_for(&self, id: &ShipmentId, now: Timestamp) -> Duration {
        let since = self.all().get(id).map_or(now, |(since, _)| *since);
        Duration::try_from(now.duration_since(since)).unwrap_or(Duration::ZERO)
    }

    /// After a try: each pause is as long as all before it.
    pub(super) fn tried(&self, id: &ShipmentId, now: Timestamp) {
        let pause = self.tried_for(id, now).min(PAUSE_MAX);
        let next = now.saturating_add(pause).unwrap_or(Timestamp::MAX);
        let mut all = self.all();
        let (_, due) = all.entry(id.clone()).or_insert((now, next));
        *due = next;
    }

    /// Forgets all others.
    pub(super) fn keep(&self, ids: &HashSet<ShipmentId>) {
        self.all().retain(|id, _| ids.contains(id));
    }

    fn all(&self) -> MutexGuard<'_, HashMap<ShipmentId, (Timestamp, Timestamp)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_pause_is_as_long_as_all_before_it_up_to_the_longest() {
        let (pauses, id) = (Pauses::default(), ShipmentId::fresh(Timestamp::UNIX_EPOCH));
        let at = |seconds| Timestamp::from_second(seconds).unwrap();
        assert!(pauses.is_due(&id, at(0)));
        pauses.tried(&id, at(0));
        assert!(pauses.is_due(&id, at(30)), "the next round");
        pauses.tried(&id, at(30));
        assert!(!pauses.is_due(&id, at(59)));
        assert!(pauses.is_due(&id, at(60)));
        pauses.tried(&id, at(60));
        assert!(!pauses.is_due(&id, at(119)));
        assert_eq!(pauses.tried_for(&id, at(120)), Duration::from_mins(2));
        pauses.tried(&id, at(86_400));
        assert!(pauses.is_due(&id, at(86_400 + 3_600)));
        pauses.keep(&HashSet::new());
        assert_eq!(pauses.tried_for(&id, at(90_000)), Duration::ZERO);
    }
}

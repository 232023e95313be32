//! The unsettled purchases of each account are gone through by themselves, so that those of one
//! whose carrier hangs keep no other waiting.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::StreamExt;
use jiff::Timestamp;
use parcelgate_domain::AccountId;
use parcelgate_store::{Page, Purchase, ShipmentId};

use super::Settlement;
use super::pauses::Pauses;
use crate::service::Fault;

/// How many purchases of an account are read at once, and how many of them seen to at once.
pub(super) const PAGE: u32 = 500;
const AT_ONCE_MAX: usize = 8;

/// What is known of the unsettled purchases of one account beside what the store has. Lost with the
/// process, which only means looking more often.
#[derive(Debug, Default)]
pub(super) struct Lane {
    /// How often in a row a look-up found nothing.
    found_nothing: Mutex<HashMap<ShipmentId, u32>>,
    /// Between two tries to void.
    pub(super) pauses: Pauses,
}

impl Lane {
    pub(super) fn count_nothing(&self, id: &ShipmentId) -> u32 {
        let mut counts = self.counts();
        let count = counts.entry(id.clone()).or_insert(0);
        *count = count.saturating_add(1);
        *count
    }

    pub(super) fn forget(&self, id: &ShipmentId) {
        self.counts().remove(id);
    }

    /// Forgets all others.
    fn keep(&self, ids: &HashSet<ShipmentId>) {
        self.counts().retain(|id, _| ids.contains(id));
        self.pauses.keep(ids);
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<ShipmentId, u32>> {
        self.found_nothing
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Settlement {
    /// The accounts that have unsettled purchases.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn accounts(&self) -> Result<Vec<AccountId>, Fault> {
        Ok(self.store.unsettled_accounts().await?)
    }

    /// Sees once to everything of `account` that is unsettled, the longest untouched first. What
    /// takes a step meanwhile is seen to the next time.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn sweep(&self, account: &AccountId) -> Result<(), Fault> {
        let now = self.clock.now();
        let review = Duration::from_secs(self.config.review_s);
        let accepted_before = now.saturating_sub(review).unwrap_or(Timestamp::MIN);
        let mut seen = HashSet::new();
        let mut after = None;
        loop {
            let page = Page {
                after: after.as_ref(),
                limit: PAGE,
            };
            let times = (now, accepted_before);
            let found = self.store.unsettled(account, times, page).await?;
            after = found.last().map(|last| (last.updated_at, last.id.clone()));
            let fresh: Vec<Purchase> = found
                .into_iter()
                .filter(|one| one.updated_at <= now && seen.insert(one.id.clone()))
                .collect();
            if fresh.is_empty() {
                break;
            }
            futures::stream::iter(fresh)
                .for_each_concurrent(AT_ONCE_MAX, |purchase| async move {
                    let id = purchase.id.clone();
                    if let Err(error) = self.settle(purchase, now).await {
                        tracing::warn!(shipment = %id, %error, "not settled yet");
                    }
                })
                .await;
        }
        self.lane(account).keep(&seen);
        Ok(())
    }

    /// What is known of that account's. There are as many as accounts were ever configured.
    pub(super) fn lane(&self, account: &AccountId) -> Arc<Lane> {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(lanes.entry(account.clone()).or_default())
    }
}

//! Quotes that are remembered but not written yet.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use crate::{QuoteId, QuoteRecord, Tenant};

/// How many quotes may wait; the oldest give way.
const WAITING_MAX: usize = 8_192;

/// How many are written with one commit.
const PER_COMMIT_MAX: usize = 512;

/// How long quotes wait for others to be written with, when nothing else is.
const PAUSE: Duration = Duration::from_millis(20);

type Key = (Tenant, QuoteId);

/// Quotes that are remembered but not written yet. They are known from the moment they are put
/// here.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    quotes: Mutex<Quotes>,
    arrived: Notify,
}

#[derive(Debug, Default)]
struct Quotes {
    known: HashMap<Key, QuoteRecord>,
    /// In the order in which they came; those that are being written are no longer here.
    order: VecDeque<Key>,
}

impl Waiting {
    /// Remembers quotes.
    pub(super) fn put(&self, quotes: Vec<QuoteRecord>) {
        let mut waiting = self.lock();
        let mut dropped: u64 = 0;
        for quote in quotes {
            let key = (quote.tenant.clone(), quote.id.clone());
            if waiting.known.insert(key.clone(), quote).is_none() {
                waiting.order.push_back(key);
            }
            if waiting.order.len() > WAITING_MAX {
                let oldest = waiting.order.pop_front();
                oldest.and_then(|key| waiting.known.remove(&key));
                dropped = dropped.saturating_add(1);
            }
        }
        drop(waiting);
        if dropped > 0 {
            metrics::counter!("store_quotes_dropped_total").increment(dropped);
        }
        self.arrived.notify_one();
    }

    /// A quote that is not written yet.
    pub(super) fn get(&self, tenant: &Tenant, id: &QuoteId) -> Option<QuoteRecord> {
        let key = (tenant.clone(), id.clone());
        self.lock().known.get(&key).cloned()
    }

    /// The next to be written; they stay known until they are [`written`](Self::written).
    pub(super) fn take(&self) -> Vec<QuoteRecord> {
        let mut waiting = self.lock();
        let many = waiting.order.len().min(PER_COMMIT_MAX);
        let keys: Vec<Key> = waiting.order.drain(..many).collect();
        let taken = keys.iter().filter_map(|key| waiting.known.get(key));
        taken.cloned().collect()
    }

    /// These are in the database now, or will never be.
    pub(super) fn written(&self, quotes: &[QuoteRecord]) {
        let mut waiting = self.lock();
        for quote in quotes {
            let key = (quote.tenant.clone(), quote.id.clone());
            waiting.known.remove(&key);
        }
    }

    /// Returns when there are quotes to write and others had the time to join them.
    pub(super) async fn ripe(&self) {
        while self.lock().order.is_empty() {
            self.arrived.notified().await;
        }
        parcelgate_clock::sleep(PAUSE).await;
    }

    fn lock(&self) -> MutexGuard<'_, Quotes> {
        self.quotes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quote(number: usize) -> QuoteRecord {
        QuoteRecord {
            tenant: "dev".parse().unwrap(),
            id: format!("q-{number}").parse().unwrap(),
            account: "ups-ohio".parse().unwrap(),
            carrier: "ups".to_owned().into(),
            body: "{}".to_owned(),
            created_at: jiff::Timestamp::UNIX_EPOCH,
            expires_at: jiff::Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn the_oldest_give_way() {
        let waiting = Waiting::default();
        let quotes: Vec<QuoteRecord> = (0..WAITING_MAX + 2).map(quote).collect();
        waiting.put(quotes.clone());
        let known = |at: usize| waiting.get(&quotes[at].tenant, &quotes[at].id).is_some();
        assert!(!known(0) && !known(1) && known(2) && known(WAITING_MAX + 1));
        let first = waiting.take();
        assert_eq!(first.len(), PER_COMMIT_MAX);
        assert!(known(2), "known until written");
        waiting.written(&first);
        assert!(!known(2) && known(2 + PER_COMMIT_MAX));
    }
}

//! Equal questions at the same time are asked once.
//!
//! The future is held weakly here and strongly by those who wait: the *last* one to leave cancels
//! it, not the first.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

use futures::future::{BoxFuture, FutureExt, Shared, WeakShared};

type Asked<V> = Shared<BoxFuture<'static, V>>;

/// Questions in progress, by what makes them equal.
pub struct Coalesce<K, V: Clone> {
    asked: Mutex<HashMap<K, WeakShared<BoxFuture<'static, V>>>>,
}

impl<K: Eq + Hash, V: Clone> Default for Coalesce<K, V> {
    fn default() -> Self {
        Self {
            asked: Mutex::default(),
        }
    }
}

impl<K: Eq + Hash, V: Clone> Coalesce<K, V> {
    /// The answer to `key`: that of a question in progress, or of `ask`.
    pub async fn ask(&self, key: K, ask: impl FnOnce() -> BoxFuture<'static, V>) -> V {
        let asked: Asked<V> = {
            let mut map = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
            // Whoever adds one sweeps out those that nobody waits for, so the map never holds more
            // than what is in progress.
            match map.get(&key).and_then(WeakShared::upgrade) {
                Some(asked) => asked,
                None => {
                    map.retain(|_, waiting| waiting.upgrade().is_some_and(|f| f.peek().is_none()));
                    let asked = ask().shared();
                    if let Some(weak) = asked.downgrade() {
                        map.insert(key, weak);
                    }
                    asked
                }
            }
        };
        asked.await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;

    fn counted(count: &Arc<AtomicUsize>) -> BoxFuture<'static, usize> {
        let count = Arc::clone(count);
        async move {
            parcelgate_clock::sleep(Duration::from_secs(1)).await;
            count.fetch_add(1, Ordering::SeqCst) + 1
        }
        .boxed()
    }

    #[tokio::test(start_paused = true)]
    async fn a_hundred_equal_questions_are_asked_once() {
        let coalesce = Coalesce::default();
        let count = Arc::new(AtomicUsize::new(0));
        let answers =
            futures::future::join_all((0..100).map(|_| coalesce.ask("key", || counted(&count))))
                .await;
        assert!(answers.iter().all(|answer| *answer == 1));
        assert_eq!(coalesce.ask("key", || counted(&count)).await, 2);
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_to_leave_does_not_take_the_answer_with_him() {
        let coalesce = Arc::new(Coalesce::default());
        let count = Arc::new(AtomicUsize::new(0));
        let impatient = tokio::time::timeout(
            Duration::from_millis(100),
            coalesce.ask("key", || counted(&count)),
        );
        let patient = coalesce.ask("key", || counted(&count));
        let (left, stayed) = tokio::join!(impatient, patient);
        assert!(left.is_err());
        assert_eq!(stayed, 1);
    }
}

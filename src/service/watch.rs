//! The log of events, from a point on and then live.
//!
//! A watcher reads the table from its own cursor and is only woken by what is written: however slow
//! it is, nothing waits for it in memory.

use std::sync::Arc;

use futures::Stream;
use parcelgate_store::{Event, Head, Store, Tenant};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::{Caller, Fault};

/// Opens watches.
#[derive(Debug)]
pub struct Watches {
    store: Arc<dyn Store>,
    closing: CancellationToken,
}

/// How many events are read at a time.
const PAGE: u32 = 256;

struct Watch {
    store: Arc<dyn Store>,
    tenant: Tenant,
    kinds: Vec<String>,
    head: watch::Receiver<Head>,
    closing: CancellationToken,
    /// Up to where the log was read.
    seq: i64,
    /// Up to where nothing of the tenant's is unread; what is forgotten before it is not missed.
    clear: i64,
    /// The same for who is to go on later.
    token: String,
    waiting: std::vec::IntoIter<Event>,
    greeted: bool,
}

/// An event, if there is one, and where to go on after it.
pub type Watched = (Option<Event>, String);

impl Watches {
    /// Over this store, until `closing`.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, closing: CancellationToken) -> Self {
        Self { store, closing }
    }

    /// Everything after the point that `resume` names; from now on when it is empty, from the
    /// beginning when it is `0`. The first step has no event: it says that the watch stands.
    ///
    /// # Errors
    /// When `resume` is no token of ours, or of an event that is no longer kept, or of a log that
    /// is no more: restored from a backup it goes on with other events under the same numbers,
    /// which must not be passed over.
    pub async fn open(
        &self,
        caller: &Caller,
        resume: &str,
        kinds: Vec<String>,
    ) -> Result<impl Stream<Item = Result<Watched, Fault>> + Send + use<>, Fault> {
        let (seq, token) = match resume {
            "" => {
                let head = self.store.head_seq().await?;
                let last = self.at(head).await?;
                (head, last.as_ref().map_or_else(beginning, token))
            }
            text => (self.known(text).await?, text.to_owned()),
        };
        let watch = Watch {
            store: Arc::clone(&self.store),
            tenant: caller.tenant.clone(),
            kinds,
            head: self.store.head(),
            closing: self.closing.clone(),
            seq,
            clear: seq,
            token,
            waiting: Vec::new().into_iter(),
            greeted: false,
        };
        Ok(futures::stream::unfold(Some(watch), |watch| async move {
            let mut watch = watch?;
            match watch.step().await {
                Ok(Some(step)) => Some((Ok(step), Some(watch))),
                Ok(None) => None,
                Err(fault) => Some((Err(fault), None)),
            }
        }))
    }

    /// The event of that number, whoever's it is.
    async fn at(&self, seq: i64) -> Result<Option<Event>, Fault> {
        let found = self.store.events_after(None, seq.saturating_sub(1), 1);
        Ok(found.await?.pop().filter(|event| event.seq == seq))
    }

    /// The number that a token stands for, if the log is still the one that gave it.
    async fn known(&self, text: &str) -> Result<i64, Fault> {
        if text == beginning() {
            return Ok(0);
        }
        let foreign = || Fault::ForeignToken {
            field: "resume_token",
        };
        let (seq, _) = text.split_once('-').ok_or_else(foreign)?;
        let seq = seq.parse().ok().filter(|seq: &i64| *seq > 0);
        let seq = seq.ok_or_else(foreign)?;
        let given = self
            .at(seq)
            .await?
            .is_some_and(|event| token(&event) == text);
        if given {
            return Ok(seq);
        }
        let first = self.store.first_seq().await?;
        Err(if seq < first {
            Fault::LogForgotten
        } else {
            Fault::OtherLog
        })
    }
}

/// Before the first event.
fn beginning() -> String {
    "0".to_owned()
}

/// After `event`: its number, and so much of what is its own that no other log has it there.
fn token(event: &Event) -> String {
    let uid = event.uid.as_str();
    let own = uid.rsplit_once('-').map_or(uid, |(_, own)| own);
    format!("{}-{own}", event.seq)
}

impl Watch {
    async fn step(&mut self) -> Result<Option<Watched>, Fault> {
        if !self.greeted {
            self.greeted = true;
            return Ok(Some((None, self.token.clone())));
        }
        loop {
            for event in self.waiting.by_ref() {
                self.seq = event.seq;
                if self.kinds.is_empty() || self.kinds.contains(&event.kind) {
                    let token = token(&event);
                    return Ok(Some((Some(event), token)));
                }
            }
            let head = self.head.borrow_and_update().seq; // registered before looking
            self.clear = self.clear.max(self.seq);
            let page = self
                .store
                .events_after(Some(&self.tenant), self.seq, PAGE)
                .await?;
            // Whoever reads from the beginning has whatever is kept for it.
            if self.clear > 0 && self.store.first_seq().await? > self.clear.saturating_add(1) {
                return Err(Fault::LogForgotten);
            }
            if !page.is_empty() {
                self.waiting = page.into_iter();
                continue;
            }
            self.clear = self.clear.max(head);
            tokio::select! {
                changed = self.head.changed() => if changed.is_err() { return Ok(None) },
                () = self.closing.cancelled() => return Ok(None),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures::{StreamExt as _, pin_mut};
    use jiff::SignedDuration;
    use parcelgate_clock::instant;
    use parcelgate_store::{Batch, NewTracker, Sqlite};

    use super::*;

    const EVENTS: i64 = 8;

    fn caller() -> Caller {
        Caller {
            tenant: Tenant::operator(),
            key: None,
            deadline: instant() + Duration::from_secs(60),
        }
    }

    fn at(second: i64) -> jiff::Timestamp {
        jiff::Timestamp::UNIX_EPOCH + SignedDuration::from_secs(second)
    }

    /// A log with an event each second.
    async fn logged() -> Arc<dyn Store> {
        let store: Arc<dyn Store> = Arc::new(Sqlite::temporary().await.unwrap());
        for number in 1..=EVENTS {
            let new = NewTracker {
                id: format!("t-{number}").parse().unwrap(),
                account: None,
                carrier: "acme".to_owned().into(),
                number: format!("1Z{number:08}").parse().unwrap(),
                shipment: None,
                next_check_at: None,
            };
            let batch = Batch::of(&Tenant::operator(), at(number)).track(new);
            store.apply(batch).await.unwrap();
        }
        store
    }

    async fn token_of(store: &Arc<dyn Store>, seq: i64) -> String {
        let events = store.events_after(None, seq - 1, 1).await.unwrap();
        token(&events[0])
    }

    /// What a watch gives first, after its greeting.
    async fn first_of(watches: &Watches, resume: &str) -> Result<i64, Fault> {
        let watch = watches.open(&caller(), resume, Vec::new()).await?;
        pin_mut!(watch);
        watch.next().await.unwrap()?;
        let (event, _) = watch.next().await.unwrap()?;
        Ok(event.unwrap().seq)
    }

    #[tokio::test]
    async fn who_would_miss_what_is_forgotten_is_told() {
        let store = logged().await;
        let watches = Watches::new(Arc::clone(&store), CancellationToken::new());
        let (early, late) = (token_of(&store, 2).await, token_of(&store, 5).await);
        let reading = watches.open(&caller(), &early, Vec::new()).await.unwrap();
        pin_mut!(reading);
        reading.next().await.unwrap().unwrap();
        assert_eq!(first_of(&watches, &early).await.unwrap(), 3);

        assert_eq!(store.forget_events(at(5), 100).await.unwrap(), 4);
        let told = first_of(&watches, &early).await;
        assert!(matches!(told, Err(Fault::LogForgotten)), "{told:?}");
        let told = reading.next().await.unwrap();
        assert!(
            matches!(told, Err(Fault::LogForgotten)),
            "who is under way too"
        );
        assert!(reading.next().await.is_none());
        assert_eq!(first_of(&watches, &late).await.unwrap(), 6);
        assert_eq!(first_of(&watches, "0").await.unwrap(), 5);
    }
}

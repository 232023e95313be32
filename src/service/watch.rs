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
    /// When `resume` is no token of ours, or of a log that is no more: restored from a backup it
    /// goes on with other events under the same numbers, which must not be passed over.
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
        given.then_some(seq).ok_or(Fault::OtherLog)
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
            self.head.mark_unchanged(); // registered before looking
            let page = self
                .store
                .events_after(Some(&self.tenant), self.seq, PAGE)
                .await?;
            if !page.is_empty() {
                self.waiting = page.into_iter();
                continue;
            }
            tokio::select! {
                changed = self.head.changed() => if changed.is_err() { return Ok(None) },
                () = self.closing.cancelled() => return Ok(None),
            }
        }
    }
}

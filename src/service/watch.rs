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

    /// Everything after the point that `resume` names; from now on when it is empty. The first step
    /// has no event: it says that the watch stands.
    ///
    /// # Errors
    /// When `resume` is no token of ours.
    pub async fn open(
        &self,
        caller: &Caller,
        resume: &str,
        kinds: Vec<String>,
    ) -> Result<impl Stream<Item = Result<Watched, Fault>> + Send + use<>, Fault> {
        let head_seq = self.store.head_seq().await?;
        let seq = match resume {
            "" => head_seq,
            text => {
                let seq = text.parse().ok().filter(|seq| (0..=head_seq).contains(seq));
                seq.ok_or(Fault::ForeignToken {
                    field: "resume_token",
                })?
            }
        };
        let watch = Watch {
            store: Arc::clone(&self.store),
            tenant: caller.tenant.clone(),
            kinds,
            head: self.store.head(),
            closing: self.closing.clone(),
            seq,
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
}

impl Watch {
    async fn step(&mut self) -> Result<Option<Watched>, Fault> {
        if !self.greeted {
            self.greeted = true;
            return Ok(Some((None, self.seq.to_string())));
        }
        loop {
            for event in self.waiting.by_ref() {
                self.seq = event.seq;
                if self.kinds.is_empty() || self.kinds.contains(&event.kind) {
                    let token = event.seq.to_string();
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

//! Every event into a stream of NATS JetStream, in the order of the log.
//!
//! The place up to which the log is in the stream is kept in the store, and moved after the stream
//! has taken the events. What crashes in between is written again, and left out by the stream,
//! which knows the events by their names (ADR 27).

use std::sync::Arc;
use std::time::Duration;

use parcelgate_bus::{Bus, Error as BusError, Message};
use parcelgate_clock::{SharedClock, sleep};
use parcelgate_store::{Batch, Error as StoreError, Event, Store, Tenant};
use tokio_util::sync::CancellationToken;

use super::{LOOK, body};

/// Under this name the store keeps how far it is.
const READER: &str = "nats";

/// How many events are read at a time.
const PAGE: u32 = 500;

/// How long it waits at most for a server that is away.
const PAUSE_MAX: Duration = Duration::from_secs(30);

/// The log on its way into a stream.
#[derive(Debug)]
pub(crate) struct Stream {
    bus: Bus,
    /// What the subjects begin with.
    prefix: String,
    store: Arc<dyn Store>,
    clock: SharedClock,
}

/// Why a page is not in the stream.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error(transparent)]
    Bus(#[from] BusError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Stream {
    pub(crate) const fn new(
        bus: Bus,
        prefix: String,
        store: Arc<dyn Store>,
        clock: SharedClock,
    ) -> Self {
        Self {
            bus,
            prefix,
            store,
            clock,
        }
    }

    /// Writes until `closing`. While the server is away events wait in the log.
    pub(crate) async fn run(mut self, closing: CancellationToken) {
        let mut head = self.store.head();
        let mut pause = LOOK;
        while !closing.is_cancelled() {
            let seen = head.borrow_and_update().seq; // registered before looking
            let failed = match self.round().await {
                Ok(written) if written > 0 => {
                    pause = LOOK;
                    continue; // there may be more than one page
                }
                Ok(_) => None,
                Err(Fault::Store(StoreError::Closed)) => return,
                // Another gateway writes just now; when it does no longer, this one goes on.
                Err(Fault::Bus(BusError::Moved)) => Some(LOOK),
                Err(error) => {
                    tracing::warn!(%error, ?pause, "events wait for the stream");
                    let longer = (pause * 2).min(PAUSE_MAX);
                    Some(std::mem::replace(&mut pause, longer))
                }
            };
            tokio::select! {
                () = sleep(failed.unwrap_or(LOOK)) => {}
                written = head.wait_for(|head| head.seq > seen), if failed.is_none() => {
                    if written.is_err() {
                        return;
                    }
                }
                () = closing.cancelled() => {}
            }
        }
    }

    /// One page of the log; says how many events it had.
    async fn round(&mut self) -> Result<usize, Fault> {
        let read = self.store.log_read(READER).await?;
        let events = self.store.events_after(None, read, PAGE).await?;
        let Some(last) = events.last().map(|last| last.seq) else {
            return Ok(0);
        };
        let messages = events.iter().filter_map(|event| self.message(event));
        let messages: Vec<Message> = messages.collect();
        self.bus.write(&messages).await?;
        let batch = Batch::of(&Tenant::operator(), self.clock.now());
        match self.store.apply(batch.read_log(READER, read, last)).await {
            // Another gateway wrote the same.
            Ok(_) | Err(StoreError::LeaseLost(_)) => Ok(events.len()),
            Err(error) => Err(error.into()),
        }
    }

    /// The same words that webhooks are told.
    fn message(&self, event: &Event) -> Option<Message> {
        match body::of(event) {
            Ok(body) => Some(Message {
                id: event.uid.to_string(),
                subject: format!("{}.{}.{}", self.prefix, event.tenant, event.kind),
                media_type: body::MEDIA_TYPE,
                body,
            }),
            Err(error) => {
                tracing::error!(event = %event.uid, %error, "an event that is none is left out");
                None
            }
        }
    }
}

//! Events on their way to whoever subscribed.
//!
//! Two loops over the store. `fan_out` reads the log after each subscription's cursor and makes a
//! delivery of every event that is wanted; `deliver` claims what is due and sends it, one event at
//! a time for each subscription and subject. Whatever crashes in between is done again: an event
//! comes at least once, and first arrivals keep their order. `stream` writes the whole log to NATS,
//! for those who have one.

mod attempt;
mod body;
mod deliver;
mod fan_out;
pub(crate) mod keys;
mod outlet;
mod sign;
pub(crate) mod stream;
#[cfg(test)]
mod tests;
mod webhook;

use std::sync::Arc;
use std::time::Duration;

use parcelgate_clock::SharedClock;
use parcelgate_store::Store;
use parcelgate_wire::{Internet, Public};
use tokio_util::sync::CancellationToken;

use self::attempt::Attempts;
use self::webhook::Webhooks;
use crate::config::PushConfig;

/// The longest pause between two looks at the store: for what became due while nobody watched.
const LOOK: Duration = Duration::from_millis(500);

/// Delivers events until `closing`, then ends what is in flight.
pub async fn run(
    store: Arc<dyn Store>,
    clock: SharedClock,
    config: PushConfig,
    closing: CancellationToken,
) {
    run_in(Arc::new(Public), store, clock, config, closing).await;
}

/// The same in an internet that a test plays.
pub async fn run_in(
    internet: Arc<dyn Internet>,
    store: Arc<dyn Store>,
    clock: SharedClock,
    config: PushConfig,
    closing: CancellationToken,
) {
    let webhooks = match Webhooks::open(&config, internet) {
        Ok(webhooks) => webhooks,
        Err(error) => return tracing::error!(%error, "no webhook can be sent"),
    };
    let attempts = Attempts::new(
        Arc::clone(&store),
        Arc::clone(&clock),
        config,
        Arc::new(webhooks),
    );
    tokio::join!(
        fan_out::run(store, Arc::clone(&clock), closing.clone()),
        deliver::run(Arc::new(attempts), closing),
    );
}

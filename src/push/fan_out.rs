//! From the log to the subscriptions: a delivery for every event that one wants.

use std::sync::Arc;

use futures::future::join_all;
use parcelgate_clock::{SharedClock, sleep};
use parcelgate_store::{Batch, DeliveryId, Error, Event, NewDelivery, Result, Store, Subscription};
use tokio_util::sync::CancellationToken;

use super::LOOK;

/// How many events are read at a time.
const PAGE: u32 = 500;

/// How many subscriptions are served at a time.
const SUBSCRIPTIONS_MAX: u32 = 64;

/// With so many deliveries waiting, a subscription's further events wait in the log.
const PENDING_MAX: u32 = 1_000;

/// Makes deliveries until `closing`.
pub(super) async fn run(store: Arc<dyn Store>, clock: SharedClock, closing: CancellationToken) {
    let mut head = store.head();
    while !closing.is_cancelled() {
        let seen = head.borrow_and_update().seq; // registered before looking
        match round(store.as_ref(), &clock).await {
            Ok(served) if served > 0 => continue, // there may be more than one round takes
            Ok(_) => {}
            Err(Error::Closed) => return,
            Err(error) => tracing::warn!(%error, "events could not be handed to subscriptions"),
        }
        tokio::select! {
            written = head.wait_for(|head| head.seq > seen) => if written.is_err() { return },
            () = sleep(LOOK) => {}
            () = closing.cancelled() => {}
        }
    }
}

/// One page for each subscription that is behind; says how many there were.
pub(super) async fn round(store: &dyn Store, clock: &SharedClock) -> Result<usize> {
    let behind = store
        .subscriptions_behind(PENDING_MAX, SUBSCRIPTIONS_MAX)
        .await?;
    let served = behind
        .iter()
        .map(|subscription| serve(store, clock, subscription));
    join_all(served)
        .await
        .into_iter()
        .collect::<Result<Vec<()>>>()?;
    Ok(behind.len())
}

async fn serve(store: &dyn Store, clock: &SharedClock, to: &Subscription) -> Result<()> {
    let events = store
        .events_after(Some(&to.tenant), to.cursor, PAGE)
        .await?;
    let Some(cursor) = events.last().map(|last| last.seq) else {
        return Ok(());
    };
    let now = clock.now();
    let wanted = |event: &Event| to.filter.wants(&event.kind, event.carrier.as_str());
    let deliveries = events.into_iter().filter(wanted).map(|event| NewDelivery {
        id: DeliveryId::fresh(now),
        seq: event.seq,
        subject: event.subject,
    });
    let batch = Batch::of(&to.tenant, now).fan_out(&to.id, to.cursor, cursor, deliveries.collect());
    match store.apply(batch).await {
        // Another served it, or it was deleted meanwhile.
        Ok(_) | Err(Error::CursorMoved { .. } | Error::Missing(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

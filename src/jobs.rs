//! What goes on by itself: each a loop that looks, works, and waits to be woken.

use std::sync::Arc;
use std::time::Duration;

use metrics_exporter_prometheus::PrometheusHandle;
use parcelgate_store::Store;
use tokio_util::sync::CancellationToken;

use crate::service::settle::Settlement;
use crate::service::track::Poll;

/// Asks for parcels that are due, until `closing`.
pub async fn poll(store: Arc<dyn Store>, poll: Poll, tick: Duration, closing: CancellationToken) {
    let mut head = store.head();
    loop {
        head.mark_unchanged(); // registered before looking
        // Cut in the middle nothing is lost: who was claimed is due again once the claim is over.
        let Some(round) = closing.run_until_cancelled(poll.round()).await else {
            return;
        };
        match round {
            Ok(asked) if asked > 0 => continue, // there may be more than one round takes
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "a round of tracking failed"),
        }
        tokio::select! {
            () = parcelgate_clock::sleep(tick) => {}
            // A new tracker is due at once.
            changed = head.changed() => if changed.is_err() { return },
            () = closing.cancelled() => return,
        }
    }
}

/// Looks after unsettled purchases, until `closing`. The first round is at once: it finds what a
/// crash left behind.
pub async fn settle(settlement: Settlement, tick: Duration, closing: CancellationToken) {
    loop {
        // Cut in the middle nothing is lost: a look is repeated, and a void succeeds twice.
        match closing.run_until_cancelled(settlement.round()).await {
            Some(Ok(_)) => {}
            Some(Err(error)) => tracing::warn!(%error, "a round of settling failed"),
            None => return,
        }
        tokio::select! {
            () = parcelgate_clock::sleep(tick) => {}
            () = closing.cancelled() => return,
        }
    }
}

/// How often measurements are put together.
const UPKEEP: Duration = Duration::from_secs(5);

/// Puts measurements together, until `closing`: where nobody reads them they would pile up.
pub async fn upkeep(metrics: PrometheusHandle, closing: CancellationToken) {
    loop {
        tokio::select! {
            () = parcelgate_clock::sleep(UPKEEP) => metrics.run_upkeep(),
            () = closing.cancelled() => return,
        }
    }
}

//! What goes on by itself: each a loop that looks, works, and waits to be woken.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use metrics_exporter_prometheus::PrometheusHandle;
use parcelgate_clock::SharedClock;
use parcelgate_store::Store;
use tokio_util::sync::CancellationToken;

use crate::config::ExchangeConfig;
use crate::service::late::LateWatch;
use crate::service::rates::Exchange;
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

/// Looks for what was declared absent, until `closing`.
pub async fn watch_late(late: LateWatch, tick: Duration, closing: CancellationToken) {
    loop {
        // Cut in the middle nothing is lost: what was claimed is due again once the claim is over.
        match closing.run_until_cancelled(late.round()).await {
            Some(Ok(_)) => {}
            Some(Err(error)) => tracing::warn!(%error, "a round of the late watch failed"),
            None => return,
        }
        tokio::select! {
            () = parcelgate_clock::sleep(tick) => {}
            () = closing.cancelled() => return,
        }
    }
}

/// How often what is kept for a time is looked through, and how much of it goes at once.
const HOUSEKEEPING: Duration = Duration::from_secs(60);
const FORGOTTEN_MAX: u32 = 1_000;

/// Forgets what callers need not be told again, until `closing`. The first round is at once.
pub async fn forget(
    store: Arc<dyn Store>,
    clock: SharedClock,
    kept: SignedDuration,
    closing: CancellationToken,
) {
    loop {
        let before = clock.now().saturating_sub(kept).unwrap_or(Timestamp::MIN);
        match store.forget_replies(before, FORGOTTEN_MAX).await {
            // There may be more; others who write come in between.
            Ok(FORGOTTEN_MAX) if !closing.is_cancelled() => continue,
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "old replies are not forgotten yet"),
        }
        tokio::select! {
            () = parcelgate_clock::sleep(HOUSEKEEPING) => {}
            () = closing.cancelled() => return,
        }
    }
}

/// Reads the table of exchange rates again whenever its file changes, until `closing`. A file that
/// cannot be read changes nothing: the table before it goes on counting.
pub async fn exchange(exchange: Exchange, config: ExchangeConfig, closing: CancellationToken) {
    let look = || {
        let file = std::fs::metadata(&config.file);
        file.and_then(|file| file.modified()).ok()
    };
    let pause = Duration::from_millis(config.look_ms.max(LOOK_MS_MIN));
    let mut read = None;
    let mut told = None;
    loop {
        let now = look();
        if now.is_some() && now != read {
            match config.table() {
                Ok(table) => {
                    read = now;
                    let date = table.rates.date();
                    tracing::info!(?date, "exchange rates read");
                    exchange.replace(table);
                }
                // Looked at again, since it may only not be whole yet; told once.
                Err(error) if told != now => {
                    told = now;
                    let error = format!("{error:#}");
                    tracing::warn!(error, "exchange rates stay as they were");
                }
                Err(_) => {}
            }
        }
        tokio::select! {
            () = parcelgate_clock::sleep(pause) => {}
            () = closing.cancelled() => return,
        }
    }
}

/// However often an operator wants the file to be looked at, not more often than this.
const LOOK_MS_MIN: u64 = 10;

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

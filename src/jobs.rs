//! What goes on by itself: each a loop that looks, works, and waits to be woken.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use metrics_exporter_prometheus::PrometheusHandle;
use parcelgate_clock::SharedClock;
use parcelgate_domain::AccountId;
use parcelgate_store::Store;
use tokio::task::{AbortHandle, JoinSet};
use tokio_util::sync::CancellationToken;

use crate::config::ExchangeConfig;
use crate::service::confirm::{Rounds, Watch};
use crate::service::late::LateWatch;
use crate::service::rates::Exchange;
use crate::service::risk::RiskWatch;
use crate::service::settle::Settlement;

/// Looks after unsettled purchases, until `closing`: those of each account by themselves, so that
/// one whose carrier hangs keeps no other waiting. The first look is at once: it finds what a crash
/// left behind.
pub async fn settle(settlement: Settlement, tick: Duration, closing: CancellationToken) {
    let settlement = Arc::new(settlement);
    let mut busy: HashMap<AccountId, AbortHandle> = HashMap::new();
    // Tasks of their own: they go on while this one waits for the database, of which they may hold
    // every connection.
    let mut sweeps = JoinSet::new();
    loop {
        let accounts = settlement.accounts().await.unwrap_or_else(|error| {
            tracing::warn!(%error, "nothing is settled yet");
            Vec::new()
        });
        for account in accounts {
            if busy.get(&account).is_none_or(AbortHandle::is_finished) {
                let sweep = sweeps.spawn(swept(Arc::clone(&settlement), account.clone()));
                busy.insert(account, sweep);
            }
        }
        tokio::select! {
            () = parcelgate_clock::sleep(tick) => {}
            // Cut in the middle nothing is lost: a look is repeated, and a void succeeds twice.
            () = closing.cancelled() => return,
        }
        while let Some(ended) = sweeps.try_join_next() {
            if let Err(error) = ended {
                tracing::error!(%error, "a round of settling broke off");
            }
        }
    }
}

async fn swept(settlement: Arc<Settlement>, account: AccountId) {
    if let Err(error) = settlement.sweep(&account).await {
        tracing::warn!(%account, %error, "a round of settling failed");
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

/// Looks at what was promised for shipments, until `closing`: at what is due, and at what was heard
/// of since it was last looked.
pub async fn watch_risks(risks: RiskWatch, tick: Duration, closing: CancellationToken) {
    let mut read = None;
    loop {
        let look = async {
            // From here on; what was heard of before is due in time.
            let from = match read {
                Some(seq) => seq,
                None => risks.head().await?,
            };
            risks.round().await?;
            risks.heard(from).await
        };
        // Cut in the middle nothing is lost: a look is repeated, and told only when it is news.
        match closing.run_until_cancelled(look).await {
            Some(Ok(seq)) => read = Some(seq),
            Some(Err(error)) => tracing::warn!(%error, "orders at risk are not looked at yet"),
            None => return,
        }
        tokio::select! {
            () = parcelgate_clock::sleep(tick) => {}
            () = closing.cancelled() => return,
        }
    }
}

/// Confirms the orders of one shop, until `closing`.
pub async fn confirm(
    store: Arc<dyn Store>,
    rounds: Arc<Rounds>,
    shop: String,
    tick: Duration,
    closing: CancellationToken,
) {
    let mut head = store.head();
    loop {
        head.mark_unchanged(); // registered before looking
        // What is being told is waited for: cut in the middle it would be in doubt.
        match rounds.round(&shop).await {
            Ok(made) if made > 0 && !closing.is_cancelled() => continue,
            Ok(_) => {}
            Err(error) => tracing::warn!(shop, %error, "a round of confirmations failed"),
        }
        tokio::select! {
            () = parcelgate_clock::sleep(tick) => {}
            changed = head.changed() => if changed.is_err() { return },
            () = closing.cancelled() => return,
        }
    }
}

/// Wakes the confirmations of whatever something happens to, until `closing`, and counts those that
/// are late.
pub async fn watch_orders(store: Arc<dyn Store>, watch: Watch, closing: CancellationToken) {
    let mut head = store.head();
    let mut counted = BTreeSet::new();
    loop {
        let seen = head.borrow_and_update().seq; // registered before looking
        match watch.round().await {
            Ok(read) if read > 0 && !closing.is_cancelled() => continue,
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "the log was not read for confirmations"),
        }
        match watch.late().await {
            Ok(late) => {
                counted.extend(late.keys().cloned());
                for shop in &counted {
                    let many = late.get(shop).copied().unwrap_or_default();
                    let gauge = metrics::gauge!("confirmations_late", "shop" => shop.clone());
                    gauge.set(many);
                }
            }
            Err(error) => tracing::warn!(%error, "late confirmations were not counted"),
        }
        tokio::select! {
            written = head.wait_for(|head| head.seq > seen) => if written.is_err() { return },
            () = parcelgate_clock::sleep(LATE_LOOK) => {}
            () = closing.cancelled() => return,
        }
    }
}

/// The longest pause between two looks at which confirmations are late.
const LATE_LOOK: Duration = Duration::from_secs(30);

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

/// Forgets events, and what became of them, until `closing`. The first round is at once.
pub async fn forget_past(
    store: Arc<dyn Store>,
    clock: SharedClock,
    kept: SignedDuration,
    closing: CancellationToken,
) {
    loop {
        let before = clock.now().saturating_sub(kept).unwrap_or(Timestamp::MIN);
        let deliveries = store.forget_deliveries(before, FORGOTTEN_MAX).await;
        let events = store.forget_events(before, FORGOTTEN_MAX).await;
        let mut more = false;
        for forgotten in [deliveries, events] {
            match forgotten {
                Ok(many) => more |= many == FORGOTTEN_MAX,
                Err(error) => tracing::warn!(%error, "the past is not forgotten yet"),
            }
        }
        if more && !closing.is_cancelled() {
            continue; // others who write come in between
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

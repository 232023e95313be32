//! Events on their way to whoever subscribed.

use std::sync::Arc;

use parcelgate_clock::SharedClock;
use parcelgate_store::Store;
use tokio_util::sync::CancellationToken;

use crate::config::PushConfig;

/// Delivers events until `closing`.
pub async fn run(
    _store: Arc<dyn Store>,
    _clock: SharedClock,
    _config: PushConfig,
    closing: CancellationToken,
) {
    closing.cancelled().await;
}

//! Follows what other replicas write.

use std::sync::Arc;
use std::time::Duration;

use sqlx::Acquire;
use sqlx::postgres::PgListener;
use tokio::sync::watch;

use super::postgres::{self, Server, channel, within};
use crate::{Head, Result};

/// How often one looks although nothing was heard.
const POLL: Duration = Duration::from_secs(5);

/// How long one waits before listening again.
const PAUSE: Duration = Duration::from_secs(1);

/// How long a look may take.
const LOOK_MAX: Duration = Duration::from_secs(10);

/// Makes it known where the log stands; what is known never goes back.
pub(super) fn tell(head: &watch::Sender<Head>, now: Head) {
    head.send_if_modified(|known| {
        let next = Head {
            seq: known.seq.max(now.seq),
            work: known.work.max(now.work),
        };
        std::mem::replace(known, next) != next
    });
}

/// Listens for ever; a connection that is lost is opened anew.
pub(super) async fn follow(server: Server, head: Arc<watch::Sender<Head>>) {
    loop {
        if let Err(error) = listen(&server, &head).await {
            tracing::warn!(%error, "what other replicas write is not heard; listening again");
            metrics::counter!("store_listens_failed_total").increment(1);
        }
        parcelgate_clock::sleep(PAUSE).await;
    }
}

/// Listens until the connection is lost.
async fn listen(server: &Server, head: &watch::Sender<Head>) -> Result<()> {
    let pool = server.listens();
    let mut listener = PgListener::connect_with(&pool).await?;
    listener.eager_reconnect(false);
    listener.listen(channel()).await?;
    loop {
        // First listening, then looking: what comes in between is heard.
        let look = async {
            let connection = listener.acquire().await?;
            postgres::head(connection).await
        };
        tell(head, within(LOOK_MAX, look).await?);
        tokio::select! {
            heard = listener.try_recv() => if heard?.is_none() {
                return Ok(());
            },
            () = parcelgate_clock::sleep(POLL) => {}
        }
        while listener.next_buffered().is_some() {}
    }
}

//! A client that sends the same bytes over and over and only counts what comes back.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use bytes::Bytes;
use http::uri::PathAndQuery;
use parcelgate::grpc::Raw;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::{Channel, Endpoint};

/// What is sent where.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) address: String,
    pub(crate) path: PathAndQuery,
    pub(crate) key: Option<MetadataValue<Ascii>>,
    pub(crate) message: Bytes,
}

/// Connections, and calls in flight on each.
const CONNECTIONS: usize = 4;
const STREAMS: usize = 16;

/// One call.
pub(crate) async fn call(channel: &Channel, target: &Target) -> anyhow::Result<Bytes> {
    let mut client = tonic::client::Grpc::new(channel.clone());
    client.ready().await?;
    let mut request = tonic::Request::new(target.message.clone());
    if let Some(key) = &target.key {
        request.metadata_mut().insert("authorization", key.clone());
    }
    Ok(client
        .unary(request, target.path.clone(), Raw)
        .await?
        .into_inner())
}

/// Connections that stay open over all rounds.
pub(crate) async fn connect(address: &str) -> anyhow::Result<Vec<Channel>> {
    let endpoint = Endpoint::from_shared(format!("http://{address}"))?.tcp_nodelay(true);
    futures::future::try_join_all((0..CONNECTIONS).map(|_| async { Ok(endpoint.connect().await?) }))
        .await
}

/// `count` calls over `channels`; every reply must have about the size of the first.
pub(crate) async fn run(channels: &[Channel], target: &Target, count: u32) -> anyhow::Result<()> {
    let left = Arc::new(AtomicU32::new(count));
    let size = call(
        channels
            .first()
            .ok_or_else(|| anyhow::anyhow!("no channel"))?,
        target,
    )
    .await?
    .len();
    let workers = channels.iter().flat_map(|channel| {
        (0..STREAMS).map(|_| {
            let (channel, target, left) = (channel.clone(), target.clone(), Arc::clone(&left));
            tokio::spawn(async move {
                let take = |left: u32| left.checked_sub(1);
                while left
                    .fetch_update(Ordering::Relaxed, Ordering::Relaxed, take)
                    .is_ok()
                {
                    let reply = call(&channel, &target).await?;
                    let alike = reply.len().abs_diff(size) <= size / 50;
                    anyhow::ensure!(
                        alike,
                        "a reply of {} bytes among those of {size}",
                        reply.len()
                    );
                }
                Ok(())
            })
        })
    });
    for worker in workers.collect::<Vec<_>>() {
        worker.await??;
    }
    Ok(())
}

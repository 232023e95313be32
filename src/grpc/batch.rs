//! Many purchases in one call, each by itself and under the promise of a single one.

use std::sync::{Arc, Mutex, PoisonError};

use futures::stream::{self, BoxStream, Stream, StreamExt};
use parcelgate_carrier::Lane;
use parcelgate_proto::v1;
use parcelgate_proto::v1::batch_purchase_labels_response::Outcome;
use tokio_util::sync::CancellationToken;
use tonic::metadata::MetadataMap;
use tonic::{Request, Status, Streaming};

use super::door::Door;
use super::shipments::{ShipmentApi, Told};
use super::{status, write};
use crate::service::Scope;

/// What becomes of the items, as it becomes known.
pub(super) type Answers = BoxStream<'static, Result<v1::BatchPurchaseLabelsResponse, Status>>;

/// Buys what `request` holds. An item is read when there is room for it, so who sends faster waits;
/// who drops the answers leaves what is under way to its own tasks and begins nothing more.
pub(super) fn answers(
    api: ShipmentApi,
    request: Request<Streaming<v1::PurchaseLabelRequest>>,
) -> Answers {
    let end = Door::end(request.metadata());
    let metadata = Arc::new(request.metadata().clone());
    let at_once = api.purchases.at_once_max().get();
    let why = Arc::new(Mutex::new(None));
    let items = items(request.into_inner(), api.closing.clone(), Arc::clone(&why));
    let answers = items
        .enumerate()
        .map(move |(item, request)| {
            let (api, metadata) = (api.clone(), Arc::clone(&metadata));
            async move {
                let request_id = request.request_id.clone();
                let (outcome, replay) = match bought(&api, &metadata, end, &request).await {
                    Ok(told) => (Outcome::Shipment(Box::new(told.shipment)), told.again),
                    Err(status) => (Outcome::Refusal(write::refusal(&status)), false),
                };
                v1::BatchPurchaseLabelsResponse {
                    request_id,
                    item: u32::try_from(item).unwrap_or(u32::MAX),
                    outcome: Some(outcome),
                    replay,
                }
            }
        })
        .buffer_unordered(at_once);
    // What is under way is answered before the stream ends with what ended it.
    let last =
        stream::once(async move { why.lock().unwrap_or_else(PoisonError::into_inner).take() })
            .filter_map(|why| async move { why });
    answers.map(Ok).chain(last.map(Err)).boxed()
}

/// Why no further items come, when that is an error.
type Why = Arc<Mutex<Option<Status>>>;

/// The items until there are no more of them, one of them cannot be read, or the gateway closes.
fn items(
    requests: Streaming<v1::PurchaseLabelRequest>,
    closing: CancellationToken,
    why: Why,
) -> impl Stream<Item = v1::PurchaseLabelRequest> {
    stream::unfold(requests, move |mut requests| {
        let (closing, why) = (closing.clone(), Arc::clone(&why));
        async move {
            let broken = match closing.run_until_cancelled(requests.message()).await {
                Some(Ok(item)) => return item.map(|item| (item, requests)),
                Some(Err(broken)) => status::with_its_reason(broken),
                None => status::closing(),
            };
            *why.lock().unwrap_or_else(PoisonError::into_inner) = Some(broken);
            None
        }
    })
}

/// One item: the key may have been revoked since the last.
async fn bought(
    api: &ShipmentApi,
    metadata: &MetadataMap,
    end: Option<std::time::Instant>,
    request: &v1::PurchaseLabelRequest,
) -> Result<Told, Status> {
    let caller = api.door.admit_item(metadata, Scope::Labels, end).await?;
    api.bought(&caller, request, Lane::Quote).await
}

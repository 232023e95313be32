//! Nobody calls without a key, and a key does what it is for.

use parcelgate::app::open_store;
use parcelgate_proto::v1::carrier_service_client::CarrierServiceClient;
use parcelgate_proto::v1::rate_service_client::RateServiceClient;
use parcelgate_proto::v1::shipment_service_client::ShipmentServiceClient;
use parcelgate_proto::v1::{ListCarriersRequest, ListShipmentsRequest};
use parcelgate_store::{Batch, Page, Tenant};
use tonic::metadata::MetadataValue;
use tonic::{Code, Request};
use tonic_types::StatusExt as _;

use crate::errors::{fact, reason};
use crate::requests::{abroad, quote};
use crate::stage::{Bearer, Stage, until};

#[tokio::test]
async fn a_call_without_a_good_key_is_refused() {
    let stage = Stage::start().await;
    let mut bare = RateServiceClient::new(stage.channel());
    let almost = format!("{}0", stage.key);
    let id = stage.key.rsplit_once('_').unwrap().0;
    let shown = [
        None,
        Some(String::new()),
        Some("Bearer".to_owned()),
        Some("Bearer ".to_owned()),
        Some("Bearer pg_".to_owned()),
        Some(format!("Basic {}", stage.key)),
        Some(stage.key.clone()),
        Some(format!("Bearer {almost}")),
        Some(format!("Bearer {id}_")),
        Some("Bearer pg_' OR 1=1 --_x".to_owned()),
    ];
    for text in shown {
        let mut request = Request::new(quote(&abroad()));
        if let Some(text) = &text {
            let value = MetadataValue::try_from(text.as_str()).unwrap();
            request.metadata_mut().insert("authorization", value);
        }
        let refused = bare.quote_rates(request).await.unwrap_err();
        assert_eq!(
            reason(&refused, Code::Unauthenticated),
            "API_KEY",
            "{text:?}"
        );
        assert!(!format!("{refused:?}").contains(id), "the key is told");
    }
    stage.stop().await;
}

#[tokio::test]
async fn a_key_does_only_what_it_is_for() {
    let stage = Stage::start().await;
    let key = stage.gateway.create_key("prices", &["rates.read"]).await;
    let key = key.unwrap();
    let channel = stage.channel();
    let mut rates = RateServiceClient::with_interceptor(channel.clone(), Bearer::of(&key));
    assert!(rates.quote_rates(quote(&abroad())).await.is_ok());
    let mut shipments = ShipmentServiceClient::with_interceptor(channel, Bearer::of(&key));
    let all = ListShipmentsRequest::default();
    let refused = shipments.list_shipments(all).await.unwrap_err();
    assert_eq!(reason(&refused, Code::PermissionDenied), "API_KEY_SCOPE");
    assert_eq!(fact(&refused, "scope"), "labels");
    let unknown = stage.gateway.create_key("all", &["everything"]).await;
    assert!(unknown.unwrap_err().to_string().contains("rates.read"));
    stage.stop().await;
}

#[tokio::test]
async fn a_revoked_key_is_refused() {
    let stage = Stage::start().await;
    let known = stage
        .catalogue()
        .list_carriers(ListCarriersRequest {})
        .await;
    assert!(known.is_ok());
    let store = open_store(&stage.config.store).await.unwrap();
    let tenant: Tenant = "main".parse().unwrap();
    let keys = store.keys(&tenant, Page::first(10)).await.unwrap();
    assert_eq!(keys.len(), 1);
    let now = keys[0].created_at;
    let revoke = Batch::of(&tenant, now).revoke_key(&keys[0].id);
    store.apply(revoke).await.unwrap();
    store.close().await;
    let refused = until("refused", async || {
        let reply = stage
            .catalogue()
            .list_carriers(ListCarriersRequest {})
            .await;
        reply.err()
    })
    .await;
    assert_eq!(reason(&refused, Code::Unauthenticated), "API_KEY");
    stage.stop().await;
}

#[tokio::test]
async fn a_key_that_calls_too_often_is_told_when_to_come_again_and_others_are_not() {
    let stage = Stage::with(|config| {
        config.grpc.calls_per_s = std::num::NonZeroU32::new(2).unwrap();
    })
    .await;
    let call = || async {
        stage
            .catalogue()
            .list_carriers(ListCarriersRequest {})
            .await
    };
    let mut refused = None;
    for _ in 0..4 {
        refused = refused.or(call().await.err());
    }
    let refused = refused.expect("four calls at once are more than two");
    assert_eq!(reason(&refused, Code::ResourceExhausted), "CALL_RATE");
    let again = refused
        .get_details_retry_info()
        .and_then(|retry| retry.retry_delay);
    let again = again.expect("a time");
    assert!(again <= std::time::Duration::from_secs(1), "{again:?}");

    let key = stage
        .gateway
        .create_key("another", &["carriers"])
        .await
        .unwrap();
    let mut request = tonic::Request::new(ListCarriersRequest {});
    request
        .metadata_mut()
        .insert("authorization", Bearer::of(&key).value());
    let mut other = CarrierServiceClient::new(stage.channel());
    assert!(other.list_carriers(request).await.is_ok());
    until("let in again", async || call().await.ok()).await;
    stage.stop().await;
}

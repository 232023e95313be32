//! One request_id, one label: however often it is asked, and whoever leaves.

use std::sync::Arc;
use std::time::Duration;

use parcelgate::app::{Gateway, open_store};
use parcelgate::service::main_tenant;
use parcelgate_clock::{Clock as _, Manual, System};
use parcelgate_proto::v1::shipment::State;
use parcelgate_proto::v1::shipment_service_client::ShipmentServiceClient;
use parcelgate_proto::v1::{LabelFormat, PurchaseLabelRequest, Shipment};
use parcelgate_sandbox::{Carrier, Fault};
use tonic::Code;

use crate::errors::{fact, reason, says_when};
use crate::requests::{fresh, ground, packet};
use crate::stage::{Bearer, Stage, UPS, until, within};
use crate::voids::void;

/// Waits until the only shipment there is has reached `state`.
async fn only_shipment_in(stage: &Stage, state: State) -> Shipment {
    until(state.as_str_name(), async || {
        let mut shipments = stage.all_shipments().await;
        assert!(shipments.len() <= 1, "one request_id, two shipments");
        shipments.pop().filter(|shipment| shipment.state() == state)
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixty_four_at_once_buy_one_label() {
    let stage = Stage::start().await;
    let sent = stage.count(Carrier::Ups, "ship", 100);
    let request = ground();
    let calls = (0..64).map(|_| {
        let (mut client, request) = (stage.shipments(), request.clone());
        tokio::spawn(async move { client.purchase_label(request).await })
    });
    let mut replies = Vec::new();
    for call in futures::future::join_all(calls).await {
        replies.push(call.unwrap().unwrap().into_inner());
    }
    assert_eq!(replies[0].state(), State::Purchased);
    assert!(replies.iter().all(|reply| reply == &replies[0]));
    assert_eq!(sent.seen(), 1);
    assert_eq!(
        stage.carriers().orders().get(&replies[0].reference),
        Some(&1)
    );
    assert_eq!(stage.carriers().parcels().len(), 1);
    stage.stop().await;
}

#[tokio::test]
async fn the_same_request_id_gives_the_same_shipment_for_ever() {
    let stage = Stage::start().await;
    let request = packet();
    let first = stage.buy(request.clone()).await.unwrap();
    let stage = stage.restart().await;
    assert_eq!(stage.buy(request.clone()).await.unwrap(), first);
    let mut upper = request;
    upper.request_id = upper.request_id.to_uppercase();
    // The body differs in the spelling of the key alone, which is the same UUID.
    assert_eq!(stage.buy(upper).await.unwrap().name, first.name);
    assert_eq!(stage.carriers().parcels().len(), 1);
    stage.stop().await;
}

/// What is told, and whether it says that it was told before.
async fn told(stage: &Stage, request: &PurchaseLabelRequest) -> (Shipment, bool) {
    let reply = stage.shipments().purchase_label(request.clone()).await;
    let reply = reply.unwrap();
    let again = reply.metadata().get("x-idempotent-replay");
    let again = again.map(|value| value.to_str().unwrap().to_owned());
    assert!(matches!(again.as_deref(), None | Some("1")), "{again:?}");
    (reply.into_inner(), again.is_some())
}

#[tokio::test]
async fn what_was_told_at_the_end_is_told_again_whatever_became_of_it() {
    let stage = Stage::start().await;
    let request = packet();
    let (first, again) = told(&stage, &request).await;
    assert!(!again);
    assert_eq!(told(&stage, &request).await, (first.clone(), true));
    void(&stage, &first.name, &fresh()).await.unwrap();
    let stands = stage.reaches(&first.name, State::Voided).await;
    assert_eq!(told(&stage, &request).await, (first.clone(), true));
    let stage = stage.restart().await;
    assert_eq!(told(&stage, &request).await, (first.clone(), true));
    assert_eq!(stage.shipment(&first.name).await, stands);
    stage.stop().await;
}

#[tokio::test]
async fn what_is_configured_by_now_does_not_matter_to_what_was_asked_for_before() {
    let stage = Stage::start().await;
    let request = ground();
    let (first, _) = told(&stage, &request).await;
    let stage = stage
        .restart_after(|config| {
            let own = config.accounts.iter_mut();
            let ups = own.filter(|account| account.id.as_str() == UPS);
            ups.for_each(|account| account.id = "ups-renamed".parse().unwrap());
        })
        .await;
    assert_eq!(told(&stage, &request).await, (first.clone(), true));
    // Another body is another body, whatever is wrong with it besides.
    let mut other = request.clone();
    other.shipment.as_mut().unwrap().parcels.clear();
    let refused = stage.buy(other).await.unwrap_err();
    let why = reason(&refused, Code::InvalidArgument);
    assert_eq!(why, "REQUEST_ID_REUSED");
    assert_eq!(fact(&refused, "shipment"), first.name);
    let mut anew = request;
    anew.request_id = fresh();
    let refused = stage.buy(anew).await.unwrap_err();
    assert_eq!(reason(&refused, Code::InvalidArgument), "INVALID_FIELDS");
    assert_eq!(stage.carriers().parcels().len(), 1);
    stage.stop().await;
}

#[tokio::test]
async fn after_its_time_what_stands_is_told() {
    let clock = Arc::new(Manual::at(System.now()));
    let stage = Stage::start().await;
    let request = packet();
    let (first, _) = told(&stage, &request).await;
    void(&stage, &first.name, &fresh()).await.unwrap();
    let stands = stage.reaches(&first.name, State::Voided).await;
    let day = |days: u64| Duration::from_secs(days * 86_400);
    for (days, wanted) in [(29, (first.clone(), true)), (2, (stands, false))] {
        clock.advance(day(days));
        let later = Gateway::start_by(clock.clone(), stage.config.clone()).await;
        let later = later.unwrap();
        let mut client = ShipmentServiceClient::with_interceptor(
            crate::stage::channel(&later),
            Bearer::of(&stage.key),
        );
        let reply = client.purchase_label(request.clone()).await.unwrap();
        let again = reply.metadata().contains_key("x-idempotent-replay");
        assert_eq!((reply.into_inner(), again), wanted, "{days} days later");
        later.stop().await;
    }
    // And is no longer kept.
    let store = open_store(&stage.config.store).await.unwrap();
    let id = first.name.trim_start_matches("shipments/").parse().unwrap();
    let kept = until("forgotten", async || {
        let kept = store.reply(&main_tenant(), &id).await.unwrap();
        kept.is_none().then_some(())
    });
    kept.await;
    store.close().await;
    assert_eq!(stage.carriers().parcels().len(), 1);
    stage.stop().await;
}

#[tokio::test]
async fn a_request_id_with_another_body_is_refused() {
    let stage = Stage::start().await;
    let request = ground();
    stage.buy(request.clone()).await.unwrap();
    let mut heavier = request.clone();
    heavier.shipment.as_mut().unwrap().parcels[0].weight_grams += 1;
    let refused = stage.buy(heavier).await.unwrap_err();
    let code = Code::InvalidArgument;
    assert_eq!(reason(&refused, code), "REQUEST_ID_REUSED");
    let mut other_form = request;
    other_form.set_label_format(LabelFormat::Zpl);
    let refused = stage.buy(other_form).await.unwrap_err();
    assert_eq!(reason(&refused, code), "REQUEST_ID_REUSED");
    assert_eq!(stage.carriers().parcels().len(), 1);
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_bodies_under_one_request_id_one_is_bought() {
    let stage = Stage::start().await;
    let request_id = fresh();
    let calls = (0..16_u32).map(|index| {
        let mut request = ground();
        request.request_id.clone_from(&request_id);
        request.shipment.as_mut().unwrap().parcels[0].weight_grams = 500 + index % 2;
        let mut client = stage.shipments();
        tokio::spawn(async move { client.purchase_label(request).await })
    });
    let mut names = Vec::new();
    for call in futures::future::join_all(calls).await {
        match call.unwrap() {
            Ok(reply) => names.push(reply.into_inner().name),
            Err(status) => {
                assert_eq!(reason(&status, Code::InvalidArgument), "REQUEST_ID_REUSED");
            }
        }
    }
    assert_eq!(names.len(), 8);
    names.dedup();
    assert_eq!(names.len(), 1);
    assert_eq!(stage.carriers().parcels().len(), 1);
    stage.stop().await;
}

#[tokio::test]
async fn a_deadline_in_the_middle_leaves_the_purchase_to_its_end() {
    let stage = Stage::start().await;
    let sent = stage.count(Carrier::Ups, "ship", 1_500);
    let request = ground();
    let hurried = within(1_000, request.clone());
    let told = stage.buy(hurried).await.unwrap_err();
    assert_eq!(reason(&told, Code::Aborted), "PURCHASE_IN_PROGRESS");
    assert!(says_when(&told));
    // The same key joins the purchase that is under way.
    let joined = stage.buy(request).await.unwrap();
    assert_eq!(joined.state(), State::Purchased);
    assert_eq!((sent.seen(), stage.carriers().parcels().len()), (1, 1));
    stage.stop().await;
}

#[tokio::test]
async fn a_caller_who_leaves_takes_nothing_with_him() {
    let stage = Stage::start().await;
    let sent = stage.count(Carrier::Yanwen, "ship", 300);
    let mut client = stage.shipments();
    let call = tokio::spawn(async move { client.purchase_label(packet()).await });
    until("sent", async || (sent.seen() == 1).then_some(())).await;
    call.abort();
    assert!(call.await.unwrap_err().is_cancelled());
    let bought = only_shipment_in(&stage, State::Purchased).await;
    assert_eq!(stage.shipment(&bought.name).await, bought);
    assert_eq!((sent.seen(), stage.carriers().parcels().len()), (1, 1));
    stage.stop().await;
}

#[tokio::test]
async fn what_did_not_leave_is_bought_later_under_the_same_request_id() {
    let stage = Stage::start().await;
    // The carrier turns requests away before looking at them, more often than they are tried.
    let busy = Fault::Status {
        code: 429,
        retry_after: None,
    };
    stage.fail(Carrier::Ups, "ship", busy, 3);
    let request = ground();
    let told = stage.buy(request.clone()).await.unwrap_err();
    assert_eq!(reason(&told, Code::ResourceExhausted), "THROTTLED");
    assert!(says_when(&told));
    assert!(stage.carriers().parcels().is_empty());
    let bought = until("bought", async || stage.buy(request.clone()).await.ok()).await;
    assert_eq!(bought.state(), State::Purchased);
    assert_eq!(stage.carriers().parcels().len(), 1);
    stage.stop().await;
}

#[tokio::test]
async fn the_same_parcel_is_not_bought_under_two_keys() {
    let stage = Stage::start().await;
    let order = || {
        let mut request = ground();
        request.shipment.as_mut().unwrap().order_number = "113-88".into();
        request
    };
    let first = stage.buy(order()).await.unwrap();
    let refused = stage.buy(order()).await.unwrap_err();
    let why = reason(&refused, Code::FailedPrecondition);
    assert_eq!(why, "DUPLICATE_PARCEL");
    assert_eq!(fact(&refused, "shipment"), first.name);
    assert_eq!(stage.carriers().parcels().len(), 1);

    // Another box of the order is another parcel, and so is a second one that is meant.
    let mut heavier = order();
    heavier.shipment.as_mut().unwrap().parcels[0].weight_grams += 1;
    stage.buy(heavier).await.unwrap();
    let mut meant = order();
    meant.allow_duplicate = true;
    stage.buy(meant).await.unwrap();

    // What was voided may be bought anew.
    let mut other = order();
    other.shipment.as_mut().unwrap().order_number = "113-89".into();
    let voided = stage.buy(other.clone()).await.unwrap();
    void(&stage, &voided.name, &fresh()).await.unwrap();
    other.request_id = fresh();
    assert_ne!(stage.buy(other).await.unwrap().name, voided.name);
    stage.stop().await;
}

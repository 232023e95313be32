//! Many purchases in one call: each by itself, and each under the promise of a single one.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use futures::channel::mpsc::{UnboundedSender, unbounded};
use futures::stream::{self, StreamExt as _};
use parcelgate_domain::{Currency, Money};
use parcelgate_proto::v1::batch_purchase_labels_response::Outcome;
use parcelgate_proto::v1::purchase_label_request::Selection;
use parcelgate_proto::v1::shipment::State;
use parcelgate_proto::v1::{
    BatchPurchaseLabelsResponse, PurchaseLabelRequest, PurchaseRefusal, Shipment,
};
use parcelgate_sandbox::Carrier;
use tonic::{Code, Streaming};

use crate::errors::reason;
use crate::requests::{abroad, at_home, ground, packet, purchase, quote, service};
use crate::stage::{Stage, UPS, until};

/// A batch of these items.
async fn begun(
    stage: &Stage,
    items: Vec<PurchaseLabelRequest>,
) -> Streaming<BatchPurchaseLabelsResponse> {
    let mut client = stage.shipments();
    let reply = client.batch_purchase_labels(stream::iter(items)).await;
    reply.unwrap().into_inner()
}

/// All answers to these items.
async fn answers(
    stage: &Stage,
    items: Vec<PurchaseLabelRequest>,
) -> Vec<BatchPurchaseLabelsResponse> {
    begun(stage, items)
        .await
        .map(Result::unwrap)
        .collect()
        .await
}

fn shipment(answer: &BatchPurchaseLabelsResponse) -> &Shipment {
    match &answer.outcome {
        Some(Outcome::Shipment(shipment)) => shipment,
        other => panic!("no shipment: {other:?}"),
    }
}

fn refusal(answer: &BatchPurchaseLabelsResponse) -> &PurchaseRefusal {
    match &answer.outcome {
        Some(Outcome::Refusal(refusal)) => refusal,
        other => panic!("no refusal: {other:?}"),
    }
}

/// A stream whose items are sent one by one.
async fn slowly(
    stage: &Stage,
) -> (
    UnboundedSender<PurchaseLabelRequest>,
    Streaming<BatchPurchaseLabelsResponse>,
) {
    let (items, received) = unbounded();
    let reply = stage.shipments().batch_purchase_labels(received).await;
    (items, reply.unwrap().into_inner())
}

#[tokio::test]
async fn each_item_is_answered_by_itself() {
    let stage = Stage::start().await;
    let nameless = PurchaseLabelRequest {
        request_id: String::new(),
        ..ground()
    };
    let mut weightless = ground();
    weightless.shipment.as_mut().unwrap().parcels[0].weight_grams = 0;
    let refused_by_carrier = purchase(abroad(), service(UPS, "03"));
    let items = vec![
        ground(),
        nameless,
        packet(),
        weightless,
        refused_by_carrier,
        ground(),
    ];
    let told = answers(&stage, items.clone()).await;
    assert_eq!(told.len(), items.len());
    let told: BTreeMap<u32, _> = told.into_iter().map(|told| (told.item, told)).collect();
    for (index, item) in (0..).zip(&items) {
        assert_eq!(told[&index].request_id, item.request_id);
    }
    for index in [0, 2, 5] {
        assert_eq!(shipment(&told[&index]).state(), State::Purchased);
    }
    let field = |index: u32| {
        let refusal = refusal(&told[&index]);
        assert_eq!(refusal.code, i32::from(Code::InvalidArgument));
        assert_eq!(refusal.reason, "INVALID_FIELDS");
        refusal.violations[0].field.clone()
    };
    assert_eq!(field(1), "request_id");
    assert_eq!(field(3), "shipment.parcels[0].weight_grams");
    assert_eq!(refusal(&told[&4]).reason, "CARRIER_REFUSED");
    assert!(refusal(&told[&4]).metadata.contains_key("carrier_code"));
    assert_eq!(stage.carriers().parcels().len(), 3);

    // The same batch again tells the same and buys nothing.
    let again = answers(&stage, items).await;
    for answer in again {
        let was_bought = matches!(answer.outcome, Some(Outcome::Shipment(_)));
        assert_eq!(answer.replay, was_bought, "{answer:?}");
        assert!(!told[&answer.item].replay);
        if let Some(Outcome::Shipment(again)) = &answer.outcome {
            assert_eq!(**again, *shipment(&told[&answer.item]));
        }
    }
    assert_eq!(stage.carriers().parcels().len(), 3);
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_request_id_many_times_in_one_stream_is_one_purchase() {
    let stage = Stage::start().await;
    let sent = stage.count(Carrier::Ups, "ship", 100);
    let request = ground();
    let mut other = request.clone();
    other.shipment.as_mut().unwrap().parcels[0].weight_grams += 1;
    let mut items = vec![request; 20];
    items.push(other);
    let told = answers(&stage, items).await;
    let (bought, reused): (Vec<_>, Vec<_>) = told
        .iter()
        .partition(|told| matches!(told.outcome, Some(Outcome::Shipment(_))));
    // Whichever body came first is the one of that key.
    assert_eq!(bought.len() + reused.len(), 21);
    let first = shipment(bought[0]);
    assert!(bought.iter().all(|told| shipment(told) == first));
    let all_reused = reused
        .iter()
        .all(|told| refusal(told).reason == "REQUEST_ID_REUSED");
    assert!(all_reused && !reused.is_empty());
    assert_eq!((sent.seen(), stage.carriers().parcels().len()), (1, 1));
    stage.stop().await;
}

#[tokio::test]
async fn no_more_than_so_many_are_under_way_and_the_quick_do_not_wait_for_the_slow() {
    let at_once = NonZeroUsize::new(3).unwrap();
    let stage = Stage::with(|config| config.purchase.batch_at_once_max = at_once).await;
    let sent = stage.count(Carrier::Ups, "ship", 2_000);
    let mut items = vec![ground(), ground()];
    items.extend((0..4).map(|_| packet()));
    let slow: Vec<_> = items[..2].iter().map(|item| &item.request_id).collect();
    let told = answers(&stage, items.clone()).await;
    assert_eq!(told.len(), 6);
    // Yanwen's four went through the third place while UPS took its time.
    let first_four = told[..4].iter();
    assert!(
        first_four
            .clone()
            .all(|told| !slow.contains(&&told.request_id))
    );
    assert_eq!(sent.seen(), 2);
    stage.stop().await;

    let stage = Stage::with(|config| config.purchase.batch_at_once_max = at_once).await;
    let _sent = stage.count(Carrier::Ups, "ship", 200);
    let items: Vec<_> = (0..9).map(|_| ground()).collect();
    let mut answers = begun(&stage, items).await;
    let reads = tokio::spawn(async move { while answers.next().await.is_some() {} });
    let mut most = 0;
    until("all bought", async || {
        let all = stage.all_shipments().await;
        let bought = all.iter().filter(|one| one.state() == State::Purchased);
        let bought = bought.count();
        most = most.max(all.len() - bought);
        (bought == 9).then_some(())
    })
    .await;
    reads.await.unwrap();
    assert_eq!(most, 3);
    stage.stop().await;
}

#[tokio::test]
async fn a_caller_who_leaves_takes_nothing_with_him_and_begins_nothing_more() {
    let at_once = NonZeroUsize::new(2).unwrap();
    let stage = Stage::with(|config| config.purchase.batch_at_once_max = at_once).await;
    let sent = stage.count(Carrier::Ups, "ship", 400);
    let items: Vec<_> = (0..10).map(|_| ground()).collect();
    let answers = begun(&stage, items.clone()).await;
    until("two sent", async || (sent.seen() == 2).then_some(())).await;
    drop(answers);
    until("both bought", async || {
        let all = stage.all_shipments().await;
        let bought = all.iter().filter(|one| one.state() == State::Purchased);
        (bought.count() == 2).then_some(())
    })
    .await;
    assert_eq!((stage.all_shipments().await.len(), sent.seen()), (2, 2));

    // The same items again: two are told, eight are bought.
    let told = self::answers(&stage, items).await;
    assert!(
        told.iter()
            .all(|told| shipment(told).state() == State::Purchased)
    );
    assert_eq!((sent.seen(), stage.carriers().parcels().len()), (10, 10));
    stage.stop().await;
}

#[tokio::test]
async fn a_batch_ends_when_the_gateway_does_and_what_is_under_way_is_answered() {
    let stage = Stage::start().await;
    let sent = stage.count(Carrier::Ups, "ship", 500);
    let (items, mut answers) = slowly(&stage).await;
    let request = ground();
    items.unbounded_send(request.clone()).unwrap();
    until("sent", async || (sent.seen() == 1).then_some(())).await;
    let restarted = tokio::spawn(stage.restart());
    let told = answers.next().await.unwrap().unwrap();
    let bought = shipment(&told).clone();
    assert_eq!(bought.state(), State::Purchased);
    let ended = answers.next().await.unwrap().unwrap_err();
    assert_eq!(reason(&ended, Code::Unavailable), "STORE");
    let stage = restarted.await.unwrap();
    assert_eq!(stage.buy(request).await.unwrap(), bought);
    assert_eq!(sent.seen(), 1);
    stage.stop().await;
}

#[tokio::test]
async fn a_limit_and_a_duplicate_hold_for_each_item() {
    let mut stage = Stage::start().await;
    let quotes = stage.quote(quote(&at_home())).await.unwrap().quotes;
    let quoted = quotes.iter().find(|quote| quote.account == UPS).unwrap();
    let total = quoted.total.clone().unwrap();
    let cents = total.units * 100 + i64::from(total.nanos / 10_000_000);
    let limit = Money::of_minor(cents * 2, Currency::USD);
    let limited = stage
        .gateway
        .create_limited_key("two", limit)
        .await
        .unwrap();
    let unlimited = std::mem::replace(&mut stage.key, limited);
    let by_quote = || purchase(at_home(), Selection::Quote(quoted.name.clone()));
    let told = answers(&stage, (0..5).map(|_| by_quote()).collect()).await;
    let refused = told.iter().filter(
        |told| matches!(&told.outcome, Some(Outcome::Refusal(no)) if no.reason == "SPEND_LIMIT"),
    );
    assert_eq!(refused.count(), 3);
    assert_eq!(stage.carriers().parcels().len(), 2);

    stage.key = unlimited;
    let order = || {
        let mut request = ground();
        request.shipment.as_mut().unwrap().order_number = "113-88".into();
        request
    };
    let told = answers(&stage, vec![order(), order(), order()]).await;
    let bought: Vec<_> = told
        .iter()
        .filter_map(|told| match &told.outcome {
            Some(Outcome::Shipment(shipment)) => Some(&shipment.name),
            _ => None,
        })
        .collect();
    assert_eq!(bought.len(), 1);
    let twins = told.iter().filter_map(|told| match &told.outcome {
        Some(Outcome::Refusal(no)) if no.reason == "DUPLICATE_PARCEL" => {
            no.metadata.get("shipment")
        }
        _ => None,
    });
    assert_eq!(twins.collect::<Vec<_>>(), [bought[0], bought[0]]);
    assert_eq!(stage.carriers().parcels().len(), 3);
    stage.stop().await;
}

#[tokio::test]
async fn a_key_without_the_scope_buys_no_batch() {
    let mut stage = Stage::start().await;
    stage.key = stage
        .gateway
        .create_key("reads", &["tracking"])
        .await
        .unwrap();
    let items = stream::iter(vec![ground()]);
    let refused = stage.shipments().batch_purchase_labels(items).await;
    let refused = refused.unwrap_err();
    assert_eq!(reason(&refused, Code::PermissionDenied), "API_KEY_SCOPE");
    assert!(stage.carriers().parcels().is_empty());
    stage.stop().await;
}

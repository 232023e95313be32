//! A shipment is replaced once: void first, then bought, whoever leaves and whatever is lost.

use std::sync::Arc;

use jiff::SignedDuration;
use parcelgate::app::open_store;
use parcelgate::config::Config;
use parcelgate::service::main_tenant;
use parcelgate_clock::{Accelerated, Clock as _, System};
use parcelgate_proto::v1::purchase_label_request::Selection as Bought;
use parcelgate_proto::v1::replace_shipment_request::Selection;
use parcelgate_proto::v1::shipment::State;
use parcelgate_proto::v1::{
    RefreshTrackerRequest, ReplaceReason, ReplaceShipmentRequest, ReplaceShipmentResponse,
    Shipment, ShipmentSpec,
};
use parcelgate_sandbox::{Carrier, Fault, Settings};
use parcelgate_store::{Batch, Step};
use tonic::{Code, Response, Status};

use crate::errors::{fact, fields, info, reason};
use crate::requests::{abroad, at_home, fresh, ground, money, packet, quote};
use crate::stage::{Stage, UPS, until};
use crate::voids::void;

/// The same parcel of the same order to another street.
fn corrected() -> ShipmentSpec {
    let mut spec = at_home();
    spec.order_number = "113-90".into();
    spec.ship_to.as_mut().unwrap().lines = vec!["2 Main Street".into()];
    spec
}

fn instead(original: &Shipment) -> ReplaceShipmentRequest {
    let Some(Bought::Service(service)) = ground().selection else {
        panic!("ground is a service");
    };
    ReplaceShipmentRequest {
        name: original.name.clone(),
        request_id: fresh(),
        shipment: Some(corrected()),
        selection: Some(Selection::Service(service)),
        reason: ReplaceReason::AddressCorrected.into(),
        ..ReplaceShipmentRequest::default()
    }
}

async fn replace(
    stage: &Stage,
    request: ReplaceShipmentRequest,
) -> Result<ReplaceShipmentResponse, Status> {
    let reply = stage.shipments().replace_shipment(request).await;
    reply.map(Response::into_inner)
}

/// Bought for the order whose replacement is [`corrected`].
async fn original(stage: &Stage) -> Shipment {
    let mut request = ground();
    request.shipment.as_mut().unwrap().order_number = "113-90".into();
    stage.buy(request).await.unwrap()
}

fn both(reply: ReplaceShipmentResponse) -> (Shipment, Shipment) {
    (reply.original.unwrap(), reply.replacement.unwrap())
}

/// Carriers who count what is asked of them.
fn counting() -> Settings {
    Settings {
        ship_calls_max: 100,
        ..Settings::default()
    }
}

async fn stage() -> Stage {
    Stage::set(counting(), |_| {}).await
}

fn ship_calls(stage: &Stage) -> usize {
    stage.carriers().ship_call_counts().0
}

/// Parcels that the carrier sold, and how many of them are void.
fn sold(stage: &Stage) -> (usize, usize) {
    let parcels = stage.carriers().parcels();
    let void = parcels.iter().filter(|parcel| parcel.voided.is_some());
    (parcels.len(), void.count())
}

/// The original void and the replacement bought, by themselves.
async fn comes_off(stage: &Stage, original: &Shipment) -> Shipment {
    let voided = stage.reaches(&original.name, State::Voided).await;
    let replacement = stage.reaches(&voided.replaced_by, State::Purchased).await;
    assert_eq!(sold(stage), (2, 1));
    assert_eq!(replacement.replaces, original.name);
    replacement
}

#[tokio::test]
async fn an_address_is_corrected_once() {
    let stage = self::stage().await;
    let first = original(&stage).await;
    let request = instead(&first);
    let reply = replace(&stage, request.clone()).await.unwrap();
    let (voided, bought) = both(reply.clone());
    assert_eq!(
        (voided.state(), bought.state()),
        (State::Voided, State::Purchased)
    );
    assert_eq!(
        (&voided.name, &voided.replaced_by),
        (&first.name, &bought.name)
    );
    assert_eq!(bought.replaces, first.name);
    assert_eq!(bought.replace_reason(), ReplaceReason::AddressCorrected);
    assert_eq!((sold(&stage), ship_calls(&stage)), ((2, 1), 2));
    assert_eq!(stage.shipment(&bought.name).await, bought);

    // The same again, also after a restart: the same is told, and no carrier is asked.
    assert_eq!(replace(&stage, request.clone()).await.unwrap(), reply);
    let stage = stage.restart().await;
    assert_eq!(replace(&stage, request.clone()).await.unwrap(), reply);
    // Whatever has become of it since.
    let voided = void(&stage, &bought.name, &fresh()).await.unwrap();
    assert_eq!(voided.state(), State::Voided);
    let again = stage.shipments().replace_shipment(request.clone()).await;
    let again = again.unwrap();
    let replayed = again.metadata().get("x-idempotent-replay");
    assert_eq!(replayed.map(|mark| mark.to_str().unwrap()), Some("1"));
    assert_eq!(again.into_inner(), reply);
    let mut other = request;
    other.reason = ReplaceReason::WrongItem.into();
    let refused = replace(&stage, other).await.unwrap_err();
    assert_eq!(reason(&refused, Code::InvalidArgument), "REQUEST_ID_REUSED");
    assert_eq!((sold(&stage), ship_calls(&stage)), ((2, 2), 2));
    stage.stop().await;
}

/// Under another key it is another replacement, of which there is one.
#[tokio::test]
async fn what_is_replaced_is_not_replaced_again() {
    let stage = self::stage().await;
    let first = original(&stage).await;
    let (_, bought) = both(replace(&stage, instead(&first)).await.unwrap());
    let refused = replace(&stage, instead(&first)).await.unwrap_err();
    let why = reason(&refused, Code::FailedPrecondition);
    assert_eq!(why, "ALREADY_REPLACED");
    assert_eq!(fact(&refused, "shipment"), bought.name);
    assert_eq!((sold(&stage), ship_calls(&stage)), ((2, 1), 2));
    stage.stop().await;
}

/// What was lost is told as it stood, also when somebody voids its label later.
#[tokio::test]
async fn what_is_kept_is_told_as_it_stood() {
    let stage = self::stage().await;
    let first = original(&stage).await;
    let request = ReplaceShipmentRequest {
        keep_original: true,
        reason: ReplaceReason::Lost.into(),
        ..instead(&first)
    };
    let reply = replace(&stage, request.clone()).await.unwrap();
    void(&stage, &first.name, &fresh()).await.unwrap();
    assert_eq!(replace(&stage, request).await.unwrap(), reply);
    let (kept, _) = both(reply);
    assert_eq!(kept.state(), State::Purchased);
    assert_eq!(stage.shipment(&first.name).await.state(), State::Voided);
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixteen_at_once_replace_once() {
    let stage = Arc::new(self::stage().await);
    let voids = stage.count(Carrier::Ups, "void", 50);
    let first = original(&stage).await;
    let request = instead(&first);
    let calls = (0..16).map(|_| {
        let (stage, request) = (Arc::clone(&stage), request.clone());
        tokio::spawn(async move { replace(&stage, request).await })
    });
    let mut replies = Vec::new();
    for call in futures::future::join_all(calls).await {
        replies.push(call.unwrap().unwrap());
    }
    assert!(replies.iter().all(|reply| reply == &replies[0]));
    assert_eq!(both(replies.remove(0)).1.state(), State::Purchased);
    assert_eq!((voids.seen(), sold(&stage)), (1, (2, 1)));
    Arc::into_inner(stage).unwrap().stop().await;
}

#[tokio::test]
async fn a_refused_void_buys_nothing_and_a_lost_parcel_is_bought_beside_it() {
    // A day passes in a fifth of a second; the gateway hears nothing of it.
    let begun = System.now() - SignedDuration::from_hours(1);
    let settings = Settings {
        clock: Arc::new(Accelerated::starting(begun, 432_000)),
        ..counting()
    };
    let stage = Stage::set(settings, |_| {}).await;
    let away = Fault::Status {
        code: 503,
        retry_after: None,
    };
    stage.fail(Carrier::Ups, "track", away, 1_000);
    let first = original(&stage).await;
    until("picked up", async || {
        let parcels = stage.carriers().parcels();
        (parcels[0].scans > 1).then_some(())
    })
    .await;
    let request = instead(&first);
    let refused = replace(&stage, request.clone()).await.unwrap_err();
    let told = reason(&refused, Code::FailedPrecondition);
    assert_eq!(told, "CARRIER_REFUSED");
    assert_eq!(fact(&refused, "carrier_code"), "190102");
    assert_eq!(fact(&refused, "operation"), "void");
    assert_eq!((sold(&stage), ship_calls(&stage)), ((1, 0), 1));
    let again = replace(&stage, request).await.unwrap_err();
    assert_eq!(info(&again).metadata, info(&refused).metadata);
    let all = stage.all_shipments().await;
    let states: Vec<_> = all
        .iter()
        .map(|one| (one.state(), one.replaced_by.as_str()))
        .collect();
    assert_eq!(states, [(State::VoidRefused, ""), (State::Cancelled, "")]);
    assert_eq!(all[1].replaces, first.name);

    let lost = ReplaceShipmentRequest {
        reason: ReplaceReason::Lost.into(),
        keep_original: true,
        shipment: Some(ShipmentSpec {
            order_number: "113-90".into(),
            ..at_home() // the very same parcel
        }),
        ..instead(&first)
    };
    let (kept, bought) = both(replace(&stage, lost.clone()).await.unwrap());
    assert_eq!(
        (kept.state(), bought.state()),
        (State::VoidRefused, State::Purchased)
    );
    assert_eq!(
        (&kept.replaced_by, &bought.replaces),
        (&bought.name, &first.name)
    );
    assert_eq!(bought.replace_reason(), ReplaceReason::Lost);
    assert_eq!(both(replace(&stage, lost).await.unwrap()).1, bought);
    assert_eq!((sold(&stage), ship_calls(&stage)), ((2, 0), 2));
    stage.stop().await;
}

#[tokio::test]
async fn a_scan_that_is_known_refuses_before_anything_is_asked() {
    let begun = System.now() - SignedDuration::from_hours(1);
    let settings = Settings {
        clock: Arc::new(Accelerated::starting(begun, 432_000)),
        ..counting()
    };
    let stage = Stage::set(settings, |_| {}).await;
    let voids = stage.count(Carrier::Ups, "void", 0);
    let first = original(&stage).await;
    let name = first.parcels[0].tracker.clone();
    until("a scan that is known", async || {
        let request = RefreshTrackerRequest { name: name.clone() };
        let _ = stage.tracking().refresh_tracker(request).await;
        let tracker = stage.tracker(&name).await;
        tracker.first_physical_scan_time.map(|_| ())
    })
    .await;
    let refused = replace(&stage, instead(&first)).await.unwrap_err();
    let why = reason(&refused, Code::FailedPrecondition);
    assert_eq!(why, "ALREADY_SCANNED");
    let number = &first.parcels[0].tracking_number;
    assert_eq!(&fact(&refused, "tracking_number"), number);
    assert!(refused.message().contains("keep_original"));
    assert_eq!(stage.shipment(&first.name).await.state(), State::Purchased);
    assert_eq!((voids.seen(), ship_calls(&stage)), (0, 1));
    stage.stop().await;
}

#[tokio::test]
async fn what_can_be_known_is_refused_before_the_void() {
    let stage = self::stage().await;
    let voids = stage.count(Carrier::Ups, "void", 0);
    let first = original(&stage).await;
    let quotes = stage.quote(quote(&corrected())).await.unwrap().quotes;
    let by_quote = |max| ReplaceShipmentRequest {
        selection: Some(Selection::Quote(quotes[0].name.clone())),
        max_total: Some(max),
        ..instead(&first)
    };
    let refused = replace(&stage, by_quote(money("USD", 0, 10_000_000)))
        .await
        .unwrap_err();
    let why = reason(&refused, Code::FailedPrecondition);
    assert_eq!(why, "MAX_TOTAL_EXCEEDED");
    // A service has no price beforehand, so that nothing could be held against it.
    let priceless = ReplaceShipmentRequest {
        max_total: Some(money("USD", 10_000, 0)),
        ..instead(&first)
    };
    let refused = replace(&stage, priceless).await.unwrap_err();
    assert_eq!(fields(&refused), ["max_total"]);
    let nameless = ReplaceShipmentRequest {
        name: "parcels/1".into(),
        reason: 0,
        shipment: None,
        ..instead(&first)
    };
    let refused = replace(&stage, nameless).await.unwrap_err();
    assert_eq!(fields(&refused), ["name", "reason", "shipment"]);
    let mut third = ground();
    third.shipment = Some(corrected());
    stage.buy(third).await.unwrap();
    let refused = replace(&stage, instead(&first)).await.unwrap_err();
    let why = reason(&refused, Code::FailedPrecondition);
    assert_eq!(why, "DUPLICATE_PARCEL");
    let nobodys = ReplaceShipmentRequest {
        name: first.name.replace(|c: char| c.is_ascii_digit(), "0"),
        ..instead(&first)
    };
    let refused = replace(&stage, nobodys).await.unwrap_err();
    assert_eq!(reason(&refused, Code::NotFound), "NOT_FOUND");
    assert_eq!(stage.shipment(&first.name).await, first);
    assert_eq!((voids.seen(), ship_calls(&stage)), (0, 2));
    stage.stop().await;
}

#[tokio::test]
async fn a_lost_reply_of_the_void_buys_once_it_is_known() {
    let stage = self::stage().await;
    let first = original(&stage).await;
    stage.fail(Carrier::Ups, "void", Fault::CutAfter, 2);
    let request = instead(&first);
    let (_, waits) = both(replace(&stage, request.clone()).await.unwrap());
    assert!(matches!(waits.state(), State::Accepted | State::Purchased));
    let replacement = comes_off(&stage, &first).await;
    let (_, again) = both(replace(&stage, request).await.unwrap());
    assert_eq!((again, ship_calls(&stage)), (replacement, 2));
    stage.stop().await;
}

#[tokio::test]
async fn a_lost_reply_of_the_purchase_is_looked_up() {
    for restarts in [false, true] {
        let mut stage = self::stage().await;
        let first = original(&stage).await;
        stage.fail(Carrier::Ups, "ship", Fault::CutAfter, 1);
        let request = instead(&first);
        let (voided, doubtful) = both(replace(&stage, request.clone()).await.unwrap());
        assert_eq!(voided.state(), State::Voided);
        assert!(matches!(
            doubtful.state(),
            State::Unknown | State::Purchased
        ));
        if restarts {
            stage = stage.restart().await;
        }
        let replacement = comes_off(&stage, &first).await;
        let (_, again) = both(replace(&stage, request).await.unwrap());
        assert_eq!((again, ship_calls(&stage)), (replacement, 2));
        stage.stop().await;
    }
}

/// The gateway is stopped while `operation` does not get through, and the next one goes on: nobody
/// asks again.
async fn goes_on_after_a_restart(operation: &str, meanwhile: [State; 2]) {
    // Nobody looks again before it is stopped.
    let patient = |config: &mut Config| config.purchase.settle_ms = 60_000;
    let mut stage = Stage::set(counting(), patient).await;
    let first = original(&stage).await;
    let busy = Fault::Status {
        code: 429,
        retry_after: None,
    };
    stage.fail(Carrier::Ups, operation, busy, 3); // more often than it is tried
    let request = instead(&first);
    let (voided, waits) = both(replace(&stage, request.clone()).await.unwrap());
    assert_eq!([voided.state(), waits.state()], meanwhile, "{operation}");
    stage.config.purchase.settle_ms = 40;
    let stage = stage.restart().await;
    stage.carriers().clear_faults();
    let replacement = comes_off(&stage, &first).await;
    let (_, again) = both(replace(&stage, request).await.unwrap());
    assert_eq!(again, replacement);
    stage.stop().await;
}

#[tokio::test]
async fn a_gateway_that_stops_before_the_void_leaves_it_to_the_next() {
    Box::pin(goes_on_after_a_restart(
        "void",
        [State::VoidWanted, State::Accepted],
    ))
    .await;
}

#[tokio::test]
async fn a_gateway_that_stops_after_the_void_leaves_the_purchase_to_the_next() {
    Box::pin(goes_on_after_a_restart(
        "ship",
        [State::Voided, State::Accepted],
    ))
    .await;
}

#[tokio::test]
async fn void_and_not_sold_is_told_as_that() {
    let stage = self::stage().await;
    let first = original(&stage).await;
    // What UPS refuses when it is asked to sell it, and not before.
    let request = ReplaceShipmentRequest {
        shipment: Some(abroad()),
        ..instead(&first)
    };
    let refused = replace(&stage, request.clone()).await.unwrap_err();
    let why = reason(&refused, Code::FailedPrecondition);
    assert_eq!(why, "REPLACEMENT_FAILED");
    assert_eq!(fact(&refused, "original"), first.name);
    assert_eq!(fact(&refused, "original_state"), "VOIDED");
    assert!(!fact(&refused, "carrier_code").is_empty());
    let again = replace(&stage, request).await.unwrap_err();
    assert_eq!(info(&again).metadata, info(&refused).metadata);
    let failed = stage.shipment(&fact(&refused, "replacement")).await;
    assert_eq!(failed.state(), State::Rejected);
    assert_eq!(sold(&stage), (1, 1));
    // What is void may be replaced again: only the purchase is left to do.
    let (voided, bought) = both(replace(&stage, instead(&first)).await.unwrap());
    assert_eq!(
        (voided.state(), bought.state()),
        (State::Voided, State::Purchased)
    );
    stage.stop().await;
}

#[tokio::test]
async fn void_and_absent_is_told_as_not_bought() {
    // Nobody looks it up: that it is absent is written down here.
    let patient = |config: &mut Config| config.purchase.settle_ms = 3_600_000;
    let stage = Stage::set(counting(), patient).await;
    let first = original(&stage).await;
    stage.fail(Carrier::Ups, "ship", Fault::CutBefore, 1);
    let request = instead(&first);
    let (_, doubtful) = both(replace(&stage, request.clone()).await.unwrap());
    assert_eq!(doubtful.state(), State::Unknown);
    let store = open_store(&stage.config.store).await.unwrap();
    let id = doubtful.name.trim_start_matches("shipments/");
    let id = id.parse().unwrap();
    let kept = store.shipment(&main_tenant(), &id).await.unwrap().unwrap();
    let absent = Batch::of(&main_tenant(), System.now());
    let absent = absent.advance(&id, kept.version, Step::Absent);
    store.apply(absent).await.unwrap();
    store.close().await;
    let refused = replace(&stage, request).await.unwrap_err();
    let why = reason(&refused, Code::FailedPrecondition);
    assert_eq!(why, "REPLACEMENT_FAILED");
    assert_eq!(fact(&refused, "original_state"), "VOIDED");
    assert_eq!(fact(&refused, "replacement"), doubtful.name);
    assert_eq!(sold(&stage), (1, 1));
    stage.stop().await;
}

#[tokio::test]
async fn a_parcel_of_another_carrier_may_replace_it() {
    let stage = self::stage().await;
    let first = stage.buy(packet()).await.unwrap();
    let Some(Bought::Service(ground)) = ground().selection else {
        panic!("ground is a service");
    };
    assert_eq!(ground.account, UPS);
    let (voided, bought) = both(replace(&stage, instead(&first)).await.unwrap());
    assert_eq!(
        (voided.carrier.as_str(), voided.state()),
        ("yanwen", State::Voided)
    );
    assert_eq!(
        (bought.carrier.as_str(), bought.state()),
        ("ups", State::Purchased)
    );
    stage.stop().await;
}

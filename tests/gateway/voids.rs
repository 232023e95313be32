//! A label that is not used is voided, once, and its parcel is followed no more.

use std::sync::Arc;

use jiff::SignedDuration;
use parcelgate_clock::{Accelerated, Clock as _, System};
use parcelgate_proto::v1::shipment::State;
use parcelgate_proto::v1::{PurchaseLabelRequest, Shipment, VoidLabelRequest};
use parcelgate_sandbox::{Carrier, Fault, Settings};
use tonic::{Code, Status};

use crate::errors::{fact, info, reason};
use crate::requests::{abroad, fresh, ground, packet, purchase, service};
use crate::stage::{Stage, UPS, until};

pub(crate) async fn void(stage: &Stage, name: &str, request_id: &str) -> Result<Shipment, Status> {
    let request = VoidLabelRequest {
        name: name.to_owned(),
        request_id: request_id.to_owned(),
    };
    let reply = stage.shipments().void_label(request).await;
    reply.map(tonic::Response::into_inner)
}

async fn is_voided_once(carrier: Carrier, request: PurchaseLabelRequest) {
    let stage = Stage::start().await;
    let asked = stage.count(carrier, "void", 0);
    let bought = stage.buy(request.clone()).await.unwrap();
    let tracker = &bought.parcels[0].tracker;
    assert!(stage.tracker(tracker).await.next_check_time.is_some());
    let first = fresh();
    let voided = void(&stage, &bought.name, &first).await.unwrap();
    assert_eq!(voided.state(), State::Voided);
    assert!(stage.carriers().parcels()[0].voided.is_some());
    // Again, under the same key and under another.
    for request_id in [first, fresh()] {
        let again = void(&stage, &bought.name, &request_id).await.unwrap();
        assert_eq!(again, voided);
    }
    assert_eq!(asked.seen(), 1);
    assert!(stage.tracker(tracker).await.next_check_time.is_none());
    // The purchase is not made again, and tells what it told.
    assert_eq!(stage.buy(request).await.unwrap(), bought);
    assert_eq!(stage.shipment(&bought.name).await, voided);
    assert_eq!(stage.carriers().parcels().len(), 1);
    stage.stop().await;
}

#[tokio::test]
async fn a_label_of_ups_is_voided_once() {
    is_voided_once(Carrier::Ups, ground()).await;
}

#[tokio::test]
async fn a_label_of_yanwen_is_voided_once() {
    is_voided_once(Carrier::Yanwen, packet()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixteen_voids_at_once_ask_the_carrier_once() {
    for same_key in [true, false] {
        let stage = Arc::new(Stage::start().await);
        let asked = stage.count(Carrier::Ups, "void", 50);
        let bought = stage.buy(ground()).await.unwrap();
        let first = fresh();
        let calls = (0..16).map(|_| {
            let (stage, name) = (Arc::clone(&stage), bought.name.clone());
            let request_id = if same_key { first.clone() } else { fresh() };
            tokio::spawn(async move { void(&stage, &name, &request_id).await })
        });
        for call in futures::future::join_all(calls).await {
            let state = call.unwrap().unwrap().state();
            let settled = [State::VoidWanted, State::Voiding, State::Voided];
            assert!(settled.contains(&state), "{state:?}");
        }
        stage.reaches(&bought.name, State::Voided).await;
        assert_eq!(asked.seen(), 1);
        Arc::into_inner(stage).unwrap().stop().await;
    }
}

#[tokio::test]
async fn a_void_in_doubt_is_asked_for_again() {
    for (carrier, request) in [(Carrier::Ups, ground()), (Carrier::Yanwen, packet())] {
        let stage = Stage::start().await;
        stage.fail(carrier, "void", Fault::CutAfter, 3);
        let bought = stage.buy(request).await.unwrap();
        let told = void(&stage, &bought.name, &fresh()).await.unwrap();
        // Or still under way, when the settling was faster than the call.
        let states = [State::Voiding, State::VoidUnknown, State::Voided];
        assert!(states.contains(&told.state()), "{:?}", told.state());
        stage.reaches(&bought.name, State::Voided).await;
        assert!(stage.carriers().parcels()[0].voided.is_some());
        stage.stop().await;
    }
}

#[tokio::test]
async fn what_was_not_bought_cannot_be_voided() {
    let stage = Stage::start().await;
    let refused = purchase(abroad(), service(UPS, "03"));
    stage.buy(refused).await.unwrap_err();
    let rejected = stage.all_shipments().await.remove(0);
    assert_eq!(rejected.state(), State::Rejected);
    let refused = void(&stage, &rejected.name, &fresh()).await.unwrap_err();
    assert_eq!(reason(&refused, Code::FailedPrecondition), "NOT_VOIDABLE");
    assert!(refused.message().contains("REJECTED"), "{refused:?}");
    let nobodys = rejected.name.replace(|c: char| c.is_ascii_digit(), "0");
    let refused = void(&stage, &nobodys, &fresh()).await.unwrap_err();
    assert_eq!(reason(&refused, Code::NotFound), "NOT_FOUND");

    let request_id = fresh();
    for (request, reused) in [(ground(), false), (ground(), true)] {
        let bought = stage.buy(request).await.unwrap();
        let told = void(&stage, &bought.name, &request_id).await;
        match told {
            Ok(voided) => assert!(!reused && voided.state() == State::Voided),
            Err(status) => {
                let told = reason(&status, Code::InvalidArgument);
                assert!(reused && told == "REQUEST_ID_REUSED");
            }
        }
    }
    stage.stop().await;
}

#[tokio::test]
async fn a_parcel_that_the_carrier_has_is_not_voided() {
    // A day passes in a fifth of a second.
    let begun = System.now() - SignedDuration::from_hours(1);
    let settings = Settings {
        clock: Arc::new(Accelerated::starting(begun, 432_000)),
        ..Settings::default()
    };
    let stage = Stage::set(settings, |_| {}).await;
    let bought = stage.buy(ground()).await.unwrap();
    until("picked up", async || {
        let parcels = stage.carriers().parcels();
        (parcels[0].scans > 1).then_some(())
    })
    .await;
    let refused = void(&stage, &bought.name, &fresh()).await.unwrap_err();
    let told = reason(&refused, Code::FailedPrecondition);
    assert_eq!(told, "CARRIER_REFUSED");
    assert_eq!(fact(&refused, "carrier_code"), "190102");
    let again = void(&stage, &bought.name, &fresh()).await.unwrap_err();
    assert_eq!(info(&again).metadata, info(&refused).metadata);
    let kept = stage.shipment(&bought.name).await;
    assert_eq!(kept.state(), State::VoidRefused);
    assert_eq!(kept.failure.unwrap().carrier_code, "190102");
    stage.stop().await;
}

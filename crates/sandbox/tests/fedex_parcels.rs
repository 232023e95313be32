//! FedEx's side: tokens, the way of a parcel, cancelling, faults.

mod session;

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use parcelgate_clock::{Clock, Manual};
use parcelgate_sandbox::{Carrier, Fault, FaultOrder};
use serde_json::{Value, json};
use session::fedex::{
    CANCEL, RATE, REFERENCE, SHIP, TRACK, VALIDATE, cancel_request, rate_request,
    reference_request, ship_abroad_request, ship_request, track_request,
};
use session::{START, Session};

fn order(session: &Session, operation: &str, fault: Fault) {
    session.control().inject(FaultOrder {
        carrier: Carrier::Fedex,
        operation: operation.to_owned(),
        fault,
        times: 1,
    });
}

#[tokio::test]
async fn tokens_end_have_a_quota_and_who_asks_too_often_is_shut_out() {
    let real = Arc::new(Manual::at(START.parse().unwrap()));
    let protocol: Arc<dyn Clock> = real.clone();
    let session = Session::with(|settings| {
        settings.protocol_clock = protocol;
        settings.fedex.requests_per_ten_seconds = NonZeroU32::new(3);
        settings.fedex.shuts_out = true;
    })
    .await;
    let fedex = session.fedex().await;
    let ask = track_request(&["797806677146"]);
    for _ in 0..3 {
        fedex.granted("POST", TRACK, &ask).await;
    }
    let (status, _) = fedex.refused("POST", TRACK, &ask).await;
    assert_eq!(status, 429);
    real.advance(Duration::from_secs(10));
    fedex.granted("POST", TRACK, &ask).await;
    real.advance(Duration::from_secs(3_600));
    let refused = fedex.refused("POST", TRACK, &ask).await;
    assert_eq!(refused, (401, vec!["NOT.AUTHORIZED.ERROR".to_owned()]));
    assert_eq!(session.fedex_token("wrong").await.status(), 401);
    for _ in 0..13 {
        assert_eq!(session.fedex_token("sandbox-secret").await.status(), 200);
    }
    assert_eq!(session.fedex_token("sandbox-secret").await.status(), 403);
    real.advance(Duration::from_secs(599));
    assert_eq!(session.fedex_token("sandbox-secret").await.status(), 403);
    real.advance(Duration::from_secs(601));
    assert_eq!(session.fedex_token("sandbox-secret").await.status(), 200);
}

#[tokio::test]
async fn a_shipment_can_be_cancelled_until_fedex_has_it() {
    let session = Session::start().await;
    let fedex = session.fedex().await;
    let early = fedex.buys(&ship_request("PO-1")).await;
    let late = fedex.buys(&ship_request("PO-2")).await;
    for _ in 0..2 {
        let told = fedex
            .granted("PUT", CANCEL, &cancel_request(&early[1]))
            .await;
        assert_eq!(told["cancelledShipment"], true);
    }
    let parcels = session.control().parcels();
    let voided = parcels.iter().filter(|parcel| parcel.voided.is_some());
    assert_eq!(voided.count(), 2, "the whole shipment goes");
    session.days_pass(1);
    let told = fedex
        .granted("PUT", CANCEL, &cancel_request(&late[0]))
        .await;
    assert_eq!(told["cancelledShipment"], false);
    let refused = fedex
        .refused("PUT", CANCEL, &cancel_request("797806677146"))
        .await;
    assert_eq!(
        refused,
        (400, vec!["TRACKINGNUMBER.ENTERED.INVALID".to_owned()])
    );
    let mut foreign = cancel_request(&late[0]);
    foreign["accountNumber"]["value"] = json!("510088000");
    let refused = fedex.refused("PUT", CANCEL, &foreign).await;
    assert_eq!(
        refused,
        (400, vec!["SHIPMENT.USER.UNAUTHORIZED".to_owned()])
    );
    session.days_pass(9);
    let told = fedex.tracked(&early[0]).await;
    assert_eq!(told[0]["latestStatusDetail"]["code"], "CA");
    assert_eq!(told[0]["scanEvents"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn thirty_numbers_are_told_at_once_each_with_its_own_error() {
    let session = Session::start().await;
    let fedex = session.fedex().await;
    let sold = fedex.buys(&ship_abroad_request("PO-1")).await;
    let mut numbers = vec![sold[0].as_str(), "797806677146", ""];
    let answer = fedex.granted("POST", TRACK, &track_request(&numbers)).await;
    let results = answer["completeTrackResults"].as_array().unwrap();
    let code = |index: usize| &results[index]["trackResults"][0]["error"]["code"];
    assert_eq!(code(0), &Value::Null);
    assert_eq!(code(1), "TRACKING.TRACKINGNUMBER.NOTFOUND");
    assert_eq!(code(2), "TRACKING.TRACKINGNUMBER.EMPTY");
    numbers = vec!["797806677146"; 30];
    fedex.granted("POST", TRACK, &track_request(&numbers)).await;
    numbers.push("797806677146");
    let refused = fedex.refused("POST", TRACK, &track_request(&numbers)).await;
    assert_eq!(
        refused,
        (400, vec!["TRACKING.TRACKINGNUMBER.MAXEXCEEDED".to_owned()])
    );
    let refused = fedex.refused("POST", TRACK, &track_request(&[])).await;
    assert_eq!(
        refused,
        (400, vec!["TRACKING.TRACKINGNUMBER.EMPTY".to_owned()])
    );
    // A number that was used again is two parcels.
    let twice = fedex.tracked("713062653486").await;
    let twice = twice.as_array().unwrap();
    assert_eq!(twice.len(), 2);
    let unique = &twice[1]["trackingNumberInfo"]["trackingNumberUniqueId"];
    let mut ask = track_request(&["713062653486"]);
    ask["trackingInfo"][0]["trackingNumberInfo"]["trackingNumberUniqueId"] = unique.clone();
    let one = fedex.granted("POST", TRACK, &ask).await;
    let one = one["completeTrackResults"][0]["trackResults"]
        .as_array()
        .unwrap();
    assert_eq!((one.len(), &one[0]), (1, &twice[1]));
}

#[tokio::test]
async fn a_parcel_moves_to_its_delivery_and_is_found_by_its_reference() {
    let session = Session::start().await;
    let fedex = session.fedex().await;
    let number = fedex.buys(&ship_abroad_request("PO-1")).await.remove(0);
    let mut seen = Vec::new();
    for _ in 0..80 {
        let told = fedex.tracked(&number).await;
        let code = told[0]["latestStatusDetail"]["derivedCode"]
            .as_str()
            .unwrap()
            .to_owned();
        if seen.last() != Some(&code) {
            seen.push(code);
        }
        session.clock.advance(Duration::from_secs(3 * 3_600));
    }
    let expected = ["OC", "PU", "IT", "CP", "CC", "IT", "OD", "DL"];
    let passed = |code: &&str| seen.iter().any(|seen| seen == code);
    assert!(expected.iter().all(passed), "{seen:?}");
    let told = fedex.tracked(&number).await;
    let events = told[0]["scanEvents"].as_array().unwrap();
    assert_eq!(events[0]["eventType"], "DL", "the newest is first");
    assert_eq!(events.last().unwrap()["eventType"], "OC");
    assert_eq!(events.len(), 13);
    assert!(
        events[0]["date"].as_str().unwrap().ends_with("+01:00"),
        "{}",
        events[0]
    );
    let mut brief = track_request(&[&number]);
    brief["includeDetailedScans"] = json!(false);
    let brief = fedex.granted("POST", TRACK, &brief).await;
    let brief = &brief["completeTrackResults"][0]["trackResults"][0]["scanEvents"];
    assert_eq!(brief.as_array().unwrap().len(), 1);
    let found = async |change: &dyn Fn(&mut Value)| {
        let mut ask = reference_request("PO-1");
        change(&mut ask["referencesInformation"]);
        let told = fedex.granted("POST", REFERENCE, &ask).await;
        told["completeTrackResults"][0]["trackingNumber"].clone()
    };
    assert_eq!(found(&|_| ()).await, number.as_str());
    let to_berlin = json!({
        "value": "PO-1", "destinationCountryCode": "DE", "destinationPostalCode": "10115",
    });
    assert_eq!(
        found(&|ask| *ask = to_berlin.clone()).await,
        number.as_str()
    );
    assert_eq!(found(&|ask| ask["value"] = json!("PO-2")).await, "");
    assert_eq!(found(&|ask| ask["type"] = json!("INVOICE")).await, "");
    assert_eq!(
        found(&|ask| ask["accountNumber"] = json!("510088000")).await,
        ""
    );
    assert_eq!(
        found(&|ask| ask["shipDateBegin"] = json!("2026-01-08")).await,
        ""
    );
    let nobody = json!({ "referencesInformation": { "value": "PO-1" } });
    let (status, _) = fedex.refused("POST", REFERENCE, &nobody).await;
    assert_eq!(status, 400);
    session.days_pass(31);
    assert_eq!(found(&|_| ()).await, "", "too long ago");
}

#[tokio::test]
async fn the_same_seed_and_purchases_give_the_same_numbers_and_scans() {
    let history = async |seed: u64| {
        let session = Session::with(|settings| settings.seed = seed).await;
        let fedex = session.fedex().await;
        fedex.buys(&ship_request("PO-1")).await;
        fedex.buys(&ship_abroad_request("PO-2")).await;
        session.days_pass(12);
        let mut told = Vec::new();
        for parcel in session.control().parcels() {
            told.push(fedex.tracked(&parcel.number).await);
        }
        told
    };
    let first = history(7).await;
    assert_eq!(first.len(), 3);
    assert_eq!(first, history(7).await);
    assert_ne!(first, history(8).await);
}

#[tokio::test]
async fn faults_happen_to_the_operation_that_they_were_ordered_for() {
    let session = Session::start().await;
    let fedex = session.fedex().await;
    let request = ship_request("PO-1");
    let fault = Fault::Status {
        code: 503,
        retry_after: None,
    };
    order(&session, "ship", fault);
    let refused = fedex.refused("POST", SHIP, &request).await;
    assert_eq!(refused, (503, vec!["SERVICE.UNAVAILABLE.ERROR".to_owned()]));
    assert!(session.control().parcels().is_empty());
    order(&session, "ship", Fault::CutAfter);
    fedex.ask("POST", SHIP, &request).await.unwrap_err();
    let sold = session.control().parcels();
    assert_eq!(sold.len(), 2, "sold, but the answer was cut");
    session.days_pass(2);
    let scans = async || {
        let told = fedex.tracked(&sold[0].number).await;
        told[0]["scanEvents"].as_array().unwrap().len()
    };
    let plain = scans().await;
    order(&session, "track", Fault::Duplicate);
    assert_eq!(scans().await, 2 * plain);
    order(&session, "track", Fault::Late);
    assert_eq!(scans().await, plain - 1);
    order(&session, "rate", Fault::Malformed);
    let answer = fedex.ask("POST", RATE, &rate_request()).await.unwrap();
    assert!(serde_json::from_slice::<Value>(answer.body()).is_err());
    let order = |operation: &str| order(&session, operation, fault);
    for (operation, method, target) in [
        ("void", "PUT", CANCEL),
        ("validate", "POST", VALIDATE),
        ("track_reference", "POST", REFERENCE),
    ] {
        order(operation);
        let (status, _) = fedex.refused(method, target, &json!({})).await;
        assert_eq!(status, 503, "{operation}");
    }
}

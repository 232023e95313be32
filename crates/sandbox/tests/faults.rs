//! Each fault does what it says, and says what it did: a sale before a cut is a sale.

mod session;

use std::time::Duration;

use parcelgate_sandbox::{CallEnd, Carrier, Fault, FaultOrder};
use serde_json::{Value, json};
use session::{Session, ship_request, yanwen_order};

const SHIP: &str = "/api/shipments/v2409/ship";

fn order(session: &Session, operation: &str, fault: Fault) {
    session.control().inject(FaultOrder {
        carrier: Carrier::Ups,
        operation: operation.to_owned(),
        fault,
        times: 1,
    });
}

#[tokio::test]
async fn a_cut_before_the_sale_sells_nothing_and_a_cut_after_it_sells_once() {
    for (fault, sold) in [(Fault::CutBefore, None), (Fault::CutAfter, Some(1))] {
        let session = Session::start().await;
        order(&session, "ship", fault);
        let request = ship_request("PO-1");
        let lost = session.ask("POST", SHIP, Some(&request)).await.unwrap_err();
        assert!(lost.status().is_none(), "{fault:?}: an answer came: {lost}");
        assert!(!lost.is_timeout(), "{fault:?}");
        assert_eq!(
            session.control().orders().get("PO-1"),
            sold.as_ref(),
            "{fault:?}"
        );
        session.granted("POST", SHIP, Some(&request)).await;
        let again = session.control().orders()["PO-1"];
        assert_eq!(
            again,
            1 + sold.unwrap_or(0),
            "{fault:?}: a double purchase is counted"
        );
    }
}

#[tokio::test]
async fn a_truncated_answer_breaks_off_and_a_malformed_one_is_whole_but_wrong() {
    let session = Session::start().await;
    let request = ship_request("PO-1");
    order(&session, "ship", Fault::Truncate);
    session.ask("POST", SHIP, Some(&request)).await.unwrap_err();
    for fault in [Fault::Malformed, Fault::Html] {
        order(&session, "ship", fault);
        let answer = session.ask("POST", SHIP, Some(&request)).await.unwrap();
        assert_eq!(answer.status(), 200);
        let read: Result<Value, _> = serde_json::from_slice(answer.body());
        assert!(read.is_err(), "{fault:?}");
    }
    assert_eq!(session.control().orders()["PO-1"], 3, "all three were sold");
}

#[tokio::test]
async fn a_status_is_answered_in_the_carriers_words_and_nothing_happens() {
    let session = Session::start().await;
    let fault = Fault::Status {
        code: 429,
        retry_after: Some(7),
    };
    order(&session, "*", fault);
    let refused = session
        .refused("POST", SHIP, Some(&ship_request("PO-1")))
        .await;
    assert_eq!(refused, (429, "10429".to_owned()));
    assert!(session.control().parcels().is_empty());
    // over HTTP, and for the other carrier
    let order = json!([{ "carrier": "yanwen", "operation": "ship",
        "fault": { "status": { "code": 503, "retry_after": 3 } } }]);
    let client = reqwest::Client::new();
    let told = client
        .post(session.url("/_sandbox/faults"))
        .header("content-type", "application/json")
        .body(order.to_string())
        .send()
        .await
        .unwrap();
    assert_eq!(told.status(), 204);
    let ask = yanwen_order("Y-1");
    let (status, text) = session
        .yanwen_raw("express.order.create", &ask, |_| ())
        .await;
    let answer: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((status, &answer["code"]), (503, &json!(-1)));
    let made = session.yanwen("express.order.create", &ask).await;
    assert_eq!(made["success"], true);
}

#[tokio::test]
async fn a_hanging_request_is_never_answered_and_a_slow_one_is() {
    let session = Session::start().await;
    order(&session, "track", Fault::Hang);
    let target = "/api/track/v1/details/1ZA1B2C30300000000";
    let hung = session.ask("GET", target, None);
    let hung = tokio::time::timeout(Duration::from_millis(300), hung).await;
    assert!(hung.is_err(), "an answer came");
    order(&session, "track", Fault::Slow { ms: 120 });
    let begun = parcelgate_clock::instant();
    session.granted("GET", target, None).await;
    assert!(begun.elapsed() >= Duration::from_millis(120));
}

#[tokio::test]
async fn tracking_can_be_told_twice_or_late() {
    let session = Session::start().await;
    let sold = session
        .granted("POST", SHIP, Some(&ship_request("PO-1")))
        .await;
    let number = &sold["ShipmentResponse"]["ShipmentResults"]["ShipmentIdentificationNumber"];
    let target = format!("/api/track/v1/details/{}", number.as_str().unwrap());
    session.days_pass(2);
    let scans = async || {
        let answer = session.granted("GET", &target, None).await;
        let package = &answer["trackResponse"]["shipment"][0]["package"][0];
        package["activity"].as_array().unwrap().len()
    };
    let plain = scans().await;
    order(&session, "track", Fault::Duplicate);
    assert_eq!(scans().await, 2 * plain);
    order(&session, "track", Fault::Late);
    assert_eq!(scans().await, plain - 1);
}

#[tokio::test]
async fn a_reset_forgets_parcels_and_faults_and_begins_the_numbers_again() {
    let session = Session::start().await;
    let buy = async || {
        let sold = session
            .granted("POST", SHIP, Some(&ship_request("PO-1")))
            .await;
        sold["ShipmentResponse"]["ShipmentResults"]["ShipmentIdentificationNumber"].clone()
    };
    let first = buy().await;
    assert_ne!(buy().await, first);
    order(&session, "ship", Fault::CutBefore);
    let client = reqwest::Client::new();
    let url = session.url("/_sandbox/reset");
    assert_eq!(client.post(url).send().await.unwrap().status(), 204);
    assert!(session.control().parcels().is_empty());
    assert!(session.control().faults().is_empty());
    assert_eq!(buy().await, first);
}

async fn with_book() -> Session {
    Session::with(|settings| settings.ship_calls_max = 3).await
}

#[tokio::test]
async fn a_request_is_cut_at_any_byte_and_sells_only_when_it_is_whole() {
    let session = with_book().await;
    let request = ship_request("PO-1");
    session.granted("POST", SHIP, Some(&request)).await;
    let whole = session.control().ship_calls()[0].bytes;
    assert!(
        whole > u64::try_from(request.to_string().len()).unwrap(),
        "with its head"
    );
    for byte in [0, 1, 100, whole - 1, whole] {
        order(&session, "ship", Fault::CutRequestAt { byte });
        let cut = session.ask("POST", SHIP, Some(&request)).await;
        assert!(cut.unwrap_err().status().is_none(), "{byte}");
        assert!(session.control().faults().is_empty(), "{byte}");
    }
    assert_eq!(session.control().ship_calls().len(), 1, "none came whole");
    assert_eq!(session.control().orders()["PO-1"], 1);
    session.granted("POST", SHIP, Some(&request)).await;
    assert_eq!(session.control().orders()["PO-1"], 2);
}

#[tokio::test]
async fn an_answer_is_cut_at_any_byte_and_what_it_tells_of_is_sold() {
    let session = with_book().await;
    let request = ship_request("PO-1");
    for (done, byte) in [0, 1, 100, 1_000].into_iter().enumerate() {
        order(&session, "ship", Fault::CutReplyAt { byte });
        let cut = session.ask("POST", SHIP, Some(&request)).await;
        assert!(cut.is_err(), "{byte}");
        assert_eq!(session.control().orders()["PO-1"], done + 1, "{byte}");
    }
    // An answer that is shorter comes whole.
    let byte = 10_000_000;
    order(&session, "ship", Fault::CutReplyAt { byte });
    session.granted("POST", SHIP, Some(&request)).await;
    assert_eq!(session.control().ship_call_counts(), (5, 5));
    let book = session.control().ship_calls();
    assert_eq!(book.len(), 3, "the oldest go");
    assert!(book.iter().all(|call| call.end == CallEnd::Finished));
}

/// Waits until `reached`; each look is a question to the sandbox.
async fn until(mut reached: impl FnMut() -> bool) {
    let given_up = parcelgate_clock::instant() + Duration::from_secs(20);
    while !reached() {
        assert!(parcelgate_clock::instant() < given_up);
        parcelgate_clock::sleep(Duration::from_millis(2)).await;
    }
}

#[tokio::test]
async fn what_is_held_is_sold_though_nobody_waits_and_what_hangs_after_is_sold_at_once() {
    let session = with_book().await;
    let control = session.control();
    let ask = async |reference: &str, fault| {
        order(&session, "ship", fault);
        let request = ship_request(reference);
        let asked = session.ask("POST", SHIP, Some(&request));
        let waited = Duration::from_millis(100);
        let waited = tokio::time::timeout(waited, asked).await;
        assert!(waited.is_err(), "{reference} was answered");
    };
    ask("HELD", Fault::Held { ms: 300 }).await;
    assert_eq!(control.orders().get("HELD"), None, "not yet");
    until(|| control.orders().get("HELD") == Some(&1)).await;
    ask("HUNG", Fault::HangAfter).await;
    assert_eq!(control.orders()["HUNG"], 1);
    // Who leaves is seen to leave.
    until(|| control.ship_call_counts() == (2, 2)).await;
    let left = |call: &parcelgate_sandbox::ShipCall| call.end == CallEnd::Abandoned;
    assert!(control.ship_calls().iter().all(left));
}

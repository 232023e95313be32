//! What USPS tells without being asked: a challenge first, then each event, signed.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod session;

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use parcelgate_sandbox::{Carrier, Fault, FaultOrder};
use serde_json::{Value, json};
use session::Session;
use session::usps::{Listener, Usps, read};
use sha2::Sha256;

const SUBSCRIPTIONS: &str = "/subscriptions-tracking/v3/subscriptions";
const SECRET: &str = "0123456789abcdef0123456789abcdef";

/// Subscribes to all labels; gives the id.
async fn subscribed(usps: &Usps<'_>, url: &str) -> String {
    let ask = json!({
        "listenerURL": url, "secret": SECRET,
        "adminNotification": [{ "email": "ann@acme.example" }],
        "filterProperties": { "MID": "903123456" },
    });
    let answer = usps.send("POST", SUBSCRIPTIONS, Some(&ask), &[]).await;
    let answer = answer.unwrap();
    assert_eq!(answer.status(), 201);
    let id = read(&answer)["subscriptionId"].as_str().unwrap().to_owned();
    let again = usps.refused("POST", SUBSCRIPTIONS, Some(&ask)).await;
    assert_eq!(
        again,
        (400, "400".to_owned()),
        "the same receiver and labels"
    );
    id
}

/// The signature of a push, made anew.
fn signed(timestamp: &str, what: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(timestamp.as_bytes());
    mac.update(what.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

/// The next pushed tracking document, its signature verified.
async fn pushed(receiver: &mut Listener) -> Value {
    let (headers, event) = receiver.next().await;
    let timestamp = event["timestamp"].as_str().unwrap();
    let payload = event["payload"].as_str().unwrap();
    assert_eq!(headers["x-hmac"], signed(timestamp, payload).as_str());
    serde_json::from_str(payload).unwrap()
}

#[tokio::test]
async fn what_happens_is_pushed_signed_to_who_answers_the_challenge() {
    let session = Session::standing().await;
    let usps = Usps::of(&session).await;
    let mut receiver = Listener::start(true).await;
    let id = subscribed(&usps, &receiver.url).await;
    let (headers, greeting) = receiver.next().await;
    let challenge = greeting["challenge"].as_str().unwrap();
    let timestamp = greeting["timestamp"].as_str().unwrap();
    assert_eq!(headers["x-hmac"], signed(timestamp, challenge).as_str());
    let one = format!("{SUBSCRIPTIONS}/{id}");
    enabled(&usps, &one, "ENABLED").await;
    let number = usps.bought("PO-1").await;
    let first = pushed(&mut receiver).await;
    assert_eq!(first["trackingNumber"], json!(number));
    assert_eq!(first["trackingEvents"][0]["eventCode"], "GX");
    session.days_pass(10);
    let mut told = 1;
    loop {
        let event = pushed(&mut receiver).await;
        told += 1;
        assert_eq!(event["trackingEvents"].as_array().unwrap().len(), told);
        if event["statusCategory"] == "Delivered" {
            break;
        }
    }
    let target = format!("/tracking/v3/tracking/{number}?expand=DETAIL");
    let all = usps.granted("GET", &target, None).await;
    assert_eq!(all["trackingEvents"].as_array().unwrap().len(), told);
    let wrong = usps.send("DELETE", &one, None, &[("if-match", "no")]).await;
    assert_eq!(wrong.unwrap().status(), 412);
    let gone = usps.send("DELETE", &one, None, &[("if-match", &id)]).await;
    assert_eq!(gone.unwrap().status(), 200);
    let list = format!("{SUBSCRIPTIONS}?MID=903123456");
    assert_eq!(usps.refused("GET", &list, None).await.0, 404);
}

/// Waits until the subscription has that status.
async fn enabled(usps: &Usps<'_>, target: &str, status: &str) {
    let reached = async {
        while usps.granted("GET", target, None).await["status"] != status {
            tokio::task::yield_now().await;
        }
    };
    let reached = tokio::time::timeout(Duration::from_secs(10), reached);
    reached.await.unwrap();
}

#[tokio::test]
async fn a_push_can_come_twice_or_after_its_successor() {
    let session = Session::standing().await;
    let usps = Usps::of(&session).await;
    let mut receiver = Listener::start(true).await;
    let id = subscribed(&usps, &receiver.url).await;
    receiver.next().await;
    enabled(&usps, &format!("{SUBSCRIPTIONS}/{id}"), "ENABLED").await;
    for fault in [Fault::Duplicate, Fault::Late] {
        session.control().inject(FaultOrder {
            carrier: Carrier::Usps,
            operation: "push".to_owned(),
            fault,
            times: 1,
        });
    }
    usps.bought("PO-1").await;
    session.days_pass(10);
    let mut counts = Vec::new();
    for _ in 0..4 {
        let event = pushed(&mut receiver).await;
        counts.push(event["trackingEvents"].as_array().unwrap().len());
    }
    assert_eq!(counts, [1, 1, 3, 2]);
}

#[tokio::test]
async fn who_does_not_answer_the_challenge_is_told_nothing() {
    let session = Session::standing().await;
    let usps = Usps::of(&session).await;
    let mut receiver = Listener::start(false).await;
    let id = subscribed(&usps, &receiver.url).await;
    receiver.next().await;
    enabled(&usps, &format!("{SUBSCRIPTIONS}/{id}"), "SUSPENDED").await;
    let short = json!({
        "listenerURL": receiver.url, "secret": "short",
        "adminNotification": [{ "email": "ann@acme.example" }],
        "filterProperties": { "trackingNumber": "9205590312345600000012" },
    });
    let refused = usps.refused("POST", SUBSCRIPTIONS, Some(&short)).await;
    assert_eq!(refused, (400, "OASValidation".to_owned()));
}

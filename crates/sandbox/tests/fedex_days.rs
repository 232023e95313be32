//! FedEx's side: addresses, postal codes, couriers, the end of Ground's day, papers, pushes.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod session;

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use parcelgate_clock::{Clock, Manual};
use parcelgate_sandbox::{Carrier, Fault, FaultOrder, Webhook};
use serde_json::{Value, json};
use session::fedex::{
    AVAILABILITY, CANCEL, CLOSE, Client, PICKUP, PICKUP_CANCEL, POSTAL, RESOLVE, SHIP,
    address_request, availability_request, cancel_request, close_request, document,
    pickup_cancel_request, pickup_request, postal_request, reprint_request, ship_abroad_request,
    ship_request,
};
use session::{Received, START, Session};
use sha2::Sha256;

/// A sandbox whose machine shows the parcels' day at its start.
async fn session() -> Session {
    let machine: Arc<dyn Clock> = Arc::new(Manual::at(START.parse().unwrap()));
    Session::with(|settings| settings.protocol_clock = machine).await
}

/// Every change to `request` is refused with its code.
async fn refuses(fedex: &Client<'_>, target: &str, request: &Value, cases: &[(&str, Value, &str)]) {
    for (pointer, wrong, code) in cases {
        let mut request = request.clone();
        *request.pointer_mut(pointer).unwrap() = wrong.clone();
        let method = if target == CLOSE { "PUT" } else { "POST" };
        let refused = fedex.refused(method, target, &request).await;
        assert_eq!(
            refused,
            (400, vec![(*code).to_owned()]),
            "{pointer} = {wrong}"
        );
    }
}

#[tokio::test]
async fn an_address_is_found_corrected_guessed_or_not_found() {
    let session = session().await;
    let fedex = session.fedex().await;
    let cases = [
        (
            "200 Main St",
            "TX",
            "75201",
            (true, true),
            "RESIDENTIAL",
            "TX",
        ),
        (
            "200 Main St Suite 5",
            "TX",
            "75201",
            (true, true),
            "BUSINESS",
            "TX",
        ),
        (
            "200 Main St",
            "CA",
            "75201",
            (true, true),
            "RESIDENTIAL",
            "TX",
        ),
        ("Main St", "TX", "75201", (true, false), "RESIDENTIAL", "TX"),
        (
            "1 Nowhere Rd",
            "TX",
            "75201",
            (false, false),
            "UNKNOWN",
            "TX",
        ),
        (
            "200 Main St",
            "TX",
            "00000",
            (false, false),
            "UNKNOWN",
            "TX",
        ),
    ];
    for (line, state, postal, (resolved, exact), class, right) in cases {
        let request = address_request(line, state, postal);
        let answer = fedex.granted("POST", RESOLVE, &request).await;
        let one = &answer["resolvedAddresses"][0];
        let told = (&one["attributes"]["Resolved"], &one["attributes"]["DPV"]);
        assert_eq!(
            told,
            (&json!(resolved), &json!(exact)),
            "{line} {state} {postal}"
        );
        assert_eq!(one["classification"], class, "{line}");
        assert_eq!(one["stateOrProvinceCode"], right, "{line}");
    }
    let (status, _) = fedex.refused("POST", RESOLVE, &json!({})).await;
    assert_eq!(status, 400);
}

#[tokio::test]
async fn a_postal_code_is_cleaned_or_refused() {
    let session = session().await;
    let fedex = session.fedex().await;
    let answer = fedex.granted("POST", POSTAL, &postal_request()).await;
    assert_eq!(answer["cleanedPostalCode"], "75201");
    assert_eq!(answer["stateOrProvinceCode"], "TX");
    let cases = [
        ("/carrierCode", json!("UPS"), "CARRIERCODE.INVALID"),
        ("/shipDate", json!("soon"), "SHIPDATE.INVALID"),
        ("/postalCode", json!("00000"), "POSTALCODE.INVALID"),
        (
            "/stateOrProvinceCode",
            json!("CA"),
            "POSTALCODE.STATEORPROVINCECODE.MISMATCH",
        ),
    ];
    refuses(&fedex, POSTAL, &postal_request(), &cases).await;
}

#[tokio::test]
async fn a_courier_can_be_asked_for_ordered_and_sent_away_once() {
    let session = session().await;
    let fedex = session.fedex().await;
    let answer = fedex
        .granted("POST", AVAILABILITY, &availability_request())
        .await;
    let options = answer["options"].as_array().unwrap();
    let open: Vec<&Value> = options.iter().map(|option| &option["available"]).collect();
    assert_eq!(
        open,
        [true, true, false, true],
        "Ground does not come on the same day"
    );
    let booked = fedex.granted("POST", PICKUP, &pickup_request()).await;
    let code = booked["pickupConfirmationCode"].as_str().unwrap();
    let location = booked["location"].as_str().unwrap();
    let elsewhere = pickup_cancel_request(code, "ELSEWHERE");
    let (status, _) = fedex.refused("PUT", PICKUP_CANCEL, &elsewhere).await;
    assert_eq!(status, 400);
    let cancel = pickup_cancel_request(code, location);
    fedex.granted("PUT", PICKUP_CANCEL, &cancel).await;
    let refused = fedex.refused("PUT", PICKUP_CANCEL, &cancel).await;
    assert_eq!(
        refused,
        (400, vec!["PICKUP.CONFIRMATIONCODE.INVALID".to_owned()])
    );
    let ready = "/originDetail/readyDateTimestamp";
    let closes = "/originDetail/customerCloseTime";
    let place = "/originDetail/pickupLocation/address/postalCode";
    let cases = [
        (
            "/associatedAccountNumber/value",
            json!("1"),
            "ACCOUNTNUMBER.REGISTRATION.REQUIRED",
        ),
        ("/carrierCode", json!("FXSP"), "CARRIERCODE.INVALID"),
        (place, json!(""), "PICKUP.POSTALCODE.MISSING"),
        (
            ready,
            json!("2026-01-05T12:00:00Z"),
            "PICKUP.REQUESTED.PREVIOUS.DAY",
        ),
        (ready, json!("2026-01-10T12:00:00Z"), "PICKUP.DATE.INVALID"),
        (ready, json!("noon"), "PICKUP.TIME.INVALID"),
        (closes, json!("13:00:00"), "PICKUP.ACCESSTIME.INVALID"),
    ];
    refuses(&fedex, PICKUP, &pickup_request(), &cases).await;
    let mut ground = pickup_request();
    ground["carrierCode"] = json!("FDXG");
    let answer = fedex.granted("POST", PICKUP, &ground).await;
    assert!(answer["location"].is_null(), "only Express has stations");
    let cases = [
        (
            ready,
            json!("2026-01-06T12:00:00Z"),
            "PICKUP.SAMEDAY.NOTAVAILABLE",
        ),
        (
            "/originDetail/packageLocation",
            Value::Null,
            "PICKUP.PACKAGELOCATION.MISSING",
        ),
    ];
    refuses(&fedex, PICKUP, &ground, &cases).await;
}

#[tokio::test]
async fn what_was_closed_is_on_the_manifest_and_cannot_be_cancelled() {
    let session = session().await;
    let fedex = session.fedex().await;
    let none = vec!["CLOSE.SHIPMENTS.NOTFOUND".to_owned()];
    let refused = fedex.refused("PUT", CLOSE, &close_request()).await;
    assert_eq!(refused, (400, none.clone()));
    let ground = fedex.buys(&ship_request("PO-1")).await;
    let voided = fedex.buys(&ship_request("PO-2")).await;
    let express = fedex.buys(&ship_abroad_request("PO-3")).await;
    fedex
        .granted("PUT", CANCEL, &cancel_request(&voided[0]))
        .await;
    let cases = [
        (
            "/closeDate",
            json!("2025-12-24"),
            "AVAILABILITY.SHIP.DATE.INVALID",
        ),
        ("/closeReqType", json!("RGCDR"), "CLOSE.REQUESTTYPE.INVALID"),
        (
            "/accountNumber/value",
            json!("1"),
            "ACCOUNTNUMBER.REGISTRATION.REQUIRED",
        ),
    ];
    refuses(&fedex, CLOSE, &close_request(), &cases).await;
    let closed = fedex.granted("PUT", CLOSE, &close_request()).await;
    let image = &closed["closeDocuments"][0]["parts"][0]["image"];
    let manifest = STANDARD.decode(image.as_str().unwrap()).unwrap();
    let manifest = String::from_utf8(manifest).unwrap();
    assert!(
        ground.iter().all(|number| manifest.contains(number)),
        "{manifest}"
    );
    let other = voided.iter().chain(&express);
    assert!(
        other.into_iter().all(|number| !manifest.contains(number)),
        "{manifest}"
    );
    let refused = fedex.refused("PUT", CLOSE, &close_request()).await;
    assert_eq!(refused, (400, none), "nothing is left");
    let told = fedex
        .granted("PUT", CANCEL, &cancel_request(&ground[0]))
        .await;
    assert_eq!(told["cancelledShipment"], false);
    let again = fedex.granted("POST", CLOSE, &reprint_request()).await;
    assert_eq!(again, closed);
    let mut by_number = reprint_request();
    by_number["reprintOption"] = json!("BY_TRACKING_NUMBER");
    by_number["trackingNumber"] = json!(ground[1]);
    assert_eq!(fedex.granted("POST", CLOSE, &by_number).await, closed);
}

#[tokio::test]
async fn only_papers_that_were_uploaded_can_be_attached() {
    let session = session().await;
    let fedex = session.fedex().await;
    let answer = fedex.uploads(&document(), "%PDF-1.4").await;
    assert_eq!(answer.status(), 201);
    let answer: Value = serde_json::from_slice(answer.body()).unwrap();
    let mut request = ship_abroad_request("PO-1");
    let attached = |id: &Value| {
        json!({
            "specialServiceTypes": ["ELECTRONIC_TRADE_DOCUMENTS"],
            "etdDetail": { "attachedDocuments": [
                { "documentType": "COMMERCIAL_INVOICE", "documentId": id },
            ]},
        })
    };
    let special = &mut request["requestedShipment"]["shipmentSpecialServices"];
    *special = attached(&json!("unknown"));
    let refused = fedex.refused("POST", SHIP, &request).await;
    assert_eq!(refused, (400, vec!["ETD.DOCUMENTID.INVALID".to_owned()]));
    let special = &mut request["requestedShipment"]["shipmentSpecialServices"];
    *special = attached(&answer["output"]["meta"]["docId"]);
    let sold = fedex.buys(&request).await;
    let code = async |document: &Value, file: &str| {
        let answer = fedex.uploads(document, file).await;
        assert_eq!(answer.status(), 400);
        let body: Value = serde_json::from_slice(answer.body()).unwrap();
        body["errors"][0]["code"].as_str().unwrap().to_owned()
    };
    assert_eq!(code(&document(), "").await, "1002");
    let mut wrong = document();
    wrong["meta"]["destinationCountryCode"] = json!("CU");
    assert_eq!(code(&wrong, "%PDF").await, "1024");
    let mut later = document();
    later["workflowName"] = json!("ETDPostshipment");
    assert_eq!(code(&later, "%PDF").await, "1001");
    later["meta"]["trackingNumber"] = json!(sold[0]);
    assert_eq!(fedex.uploads(&later, "%PDF").await.status(), 201);
}

/// The code of the newest scan that a push tells of; fails when it is not signed.
fn newest((headers, body): &(http::HeaderMap, Value), number: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(b"security-token").unwrap();
    mac.update(body.to_string().as_bytes());
    let expected = STANDARD.encode(mac.finalize().into_bytes());
    assert_eq!(headers["fdx-signature"], expected.as_str());
    let told = &body["output"]["completeTrackResults"][0];
    assert_eq!(told["trackingNumber"], number);
    let event = &told["trackResults"][0]["scanEvents"][0]["eventType"];
    event.as_str().unwrap().to_owned()
}

async fn watching(receiver: &Received) -> Session {
    Session::with(|settings| {
        settings.fedex.webhook = Some(Webhook {
            url: receiver.url.clone(),
            credential: "security-token".to_owned(),
        });
    })
    .await
}

fn single(reference: &str) -> Value {
    let mut request = ship_request(reference);
    let lines = &mut request["requestedShipment"]["requestedPackageLineItems"];
    lines.as_array_mut().unwrap().pop();
    request
}

#[tokio::test]
async fn what_happens_to_a_parcel_is_pushed_signed_and_in_order() {
    let mut receiver = Received::listen().await;
    let session = watching(&receiver).await;
    let fedex = session.fedex().await;
    let number = fedex.buys(&single("PO-1")).await.remove(0);
    session.days_pass(10);
    let mut codes = Vec::new();
    while codes.last().is_none_or(|code| code != "DL") {
        codes.push(newest(&receiver.next().await, &number));
    }
    let told = fedex.tracked(&number).await;
    let events = told[0]["scanEvents"].as_array().unwrap();
    let mut scanned: Vec<&str> = events
        .iter()
        .map(|event| event["eventType"].as_str().unwrap())
        .collect();
    scanned.reverse();
    assert_eq!(codes, scanned, "from the first event on");
}

#[tokio::test]
async fn a_push_comes_twice_late_or_again_when_it_failed() {
    let mut receiver = Received::listen().await;
    let session = watching(&receiver).await;
    let fedex = session.fedex().await;
    let failed = Fault::Status {
        code: 500,
        retry_after: None,
    };
    for fault in [Fault::Duplicate, Fault::Late, failed] {
        session.control().inject(FaultOrder {
            carrier: Carrier::Fedex,
            operation: "push".to_owned(),
            fault,
            times: 1,
        });
    }
    let number = fedex.buys(&single("PO-1")).await.remove(0);
    for _ in 0..2 {
        assert_eq!(newest(&receiver.next().await, &number), "OC", "twice");
    }
    session.days_pass(10);
    // Nothing comes after the failure until five minutes have passed; then all that is due.
    while !session.control().faults().is_empty() {
        tokio::task::yield_now().await;
    }
    let mut codes = Vec::new();
    while codes.last().is_none_or(|code| code != "DL") {
        session.clock.advance(Duration::from_secs(300));
        codes.push(newest(&receiver.next().await, &number));
    }
    assert_eq!(codes[..2], ["AR", "PU"], "late");
}

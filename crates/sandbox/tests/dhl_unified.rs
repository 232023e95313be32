//! Unified Tracking and its pushes, over the parcels of Express.

mod session;

use std::num::NonZeroU32;

use parcelgate_sandbox::{Carrier, Fault, FaultOrder};
use serde_json::json;
use session::Received;
use session::dhl::{self, shipment, shipment_abroad};

#[tokio::test]
async fn unified_tracking_shows_the_parcels_of_express() {
    let session = dhl::session().await;
    let sold = session.express_bought(&shipment_abroad("R-1")).await;
    let waybill = sold["shipmentTrackingNumber"].as_str().unwrap();
    let plate = sold["packages"][1]["trackingNumber"].as_str().unwrap();
    let target = format!("/track/shipments?trackingNumber={waybill}");
    let (_, fresh) = session.unified("GET", &target, None).await;
    assert_eq!(fresh["shipments"][0]["status"]["statusCode"], "pre-transit");
    session.days_pass(9);
    for number in [waybill, plate] {
        let target = format!("/track/shipments?trackingNumber={number}&service=express");
        let (status, told) = session.unified("GET", &target, None).await;
        assert_eq!(status, 200, "{told}");
        let shipment = &told["shipments"][0];
        assert_eq!(shipment["id"], *waybill);
        assert_eq!(shipment["status"]["statusCode"], "delivered");
        let events = shipment["events"].as_array().unwrap();
        assert_eq!(events.len(), 12);
        assert_eq!(events[0]["status"], "OK", "the newest first");
        let time = events[0]["timestamp"].as_str().unwrap();
        assert_eq!(time.len(), 19, "local, without a zone: {time}");
    }
    let other = format!("{target}&service=parcel-de");
    assert_eq!(session.unified("GET", &other, None).await.0, 404);
    assert_eq!(
        session.unified("GET", "/track/shipments", None).await.0,
        400
    );
    let nobody = session
        .dhl("GET", &format!("/unified{target}"), Vec::new(), None)
        .await;
    let nobody = nobody.unwrap();
    assert_eq!(nobody.status(), 401);
    assert_eq!(nobody.headers()["content-type"], "application/problem+json");
}

#[tokio::test]
async fn an_application_of_parcel_de_tracks_on_its_own_host() {
    let session = dhl::session().await;
    let sold = session.express_bought(&shipment_abroad("R-2")).await;
    let waybill = sold["shipmentTrackingNumber"].as_str().unwrap();
    let target = format!("/parcel-de/track/shipments?trackingNumber={waybill}");
    for (headers, status) in [
        (dhl::parcel_de_headers(), 200),
        (dhl::unified_headers(), 401),
        (Vec::new(), 401),
    ] {
        let answer = session.dhl("GET", &target, headers, None).await.unwrap();
        assert_eq!(answer.status(), status);
    }
}

#[tokio::test]
async fn unified_tracking_has_a_quota_for_the_day() {
    let session = dhl::with(|settings| {
        settings.dhl.unified_requests_per_day = NonZeroU32::new(2);
    })
    .await;
    let target = "/track/shipments?trackingNumber=1234567891";
    for status in [404, 404, 429] {
        let (told, answer) = session.unified("GET", target, None).await;
        assert_eq!((told, &answer["status"]), (status, &json!(status)));
    }
}

#[tokio::test]
async fn a_push_begins_when_its_receiver_has_shown_the_secret() {
    let session = dhl::session().await;
    let sold = session.express_bought(&shipment("R-1")).await;
    let waybill = &sold["shipmentTrackingNumber"];
    let mut receiver = Received::listen().await;
    let mut ask = json!({
        "hook": {
            "uri": receiver.url,
            "authentication": {
                "type": "ApiKeyAuthentication", "header": "X-Hook-Key", "token": "hook-token",
            },
        },
        "format": "Default", "type": "Shipment", "service": "express",
        "events": ["Transit", "Delivered"], "shipmentIDs": [waybill],
    });
    let base = "/tracking/push/v1";
    let subscribe = format!("{base}/subscription");
    let (status, made) = session.unified("POST", &subscribe, Some(&ask)).await;
    assert_eq!((status, &made["status"]), (201, &json!("Pending")));
    let one = format!("{subscribe}/{}", made["id"].as_str().unwrap());
    let (headers, greeting) = receiver.next().await;
    assert_eq!(headers["x-hook-key"], "hook-token");
    assert_eq!(greeting["subscriptionId"], made["id"]);
    let target = format!("/unified{one}");
    for (secret, status) in [("wrong", 403), (greeting["secret"].as_str().unwrap(), 200)] {
        let mut headers = dhl::unified_headers();
        headers.push(("dhl-api-hook-secret", secret.to_owned()));
        let answer = session.dhl("POST", &target, headers, None).await.unwrap();
        assert_eq!(answer.status(), status);
    }
    session.control().inject(FaultOrder {
        carrier: Carrier::Dhl,
        operation: "push".to_owned(),
        fault: Fault::Late,
        times: 1,
    });
    session.days_pass(5);
    let mut first = Vec::new();
    for _ in 0..2 {
        let (_, event) = receiver.next().await;
        first.push(event["status"]["status"].as_str().unwrap().to_owned());
    }
    assert_eq!(first, ["PL", "PU"], "the first comes after the second");
    let mut codes = Vec::new();
    while codes.last() != Some(&"delivered".to_owned()) {
        let (_, event) = receiver.next().await;
        assert_eq!(event["id"], *waybill);
        codes.push(event["status"]["statusCode"].as_str().unwrap().to_owned());
    }
    assert_eq!(codes.len(), 8, "{codes:?}");
    let (_, all) = session
        .unified("GET", &format!("{base}/subscriptions"), None)
        .await;
    assert_eq!(all["subscriptions"][0]["status"], "Active");
    assert_eq!(session.unified("DELETE", &one, None).await.0, 204);
    assert_eq!(session.unified("GET", &one, None).await.0, 404);
    ask["shipmentIDs"] = json!(vec!["1"; 11]);
    assert_eq!(session.unified("POST", &subscribe, Some(&ask)).await.0, 400);
    ask["type"] = json!("Account");
    ask["shipmentIDs"] = json!(["1"]);
    assert_eq!(session.unified("POST", &subscribe, Some(&ask)).await.0, 400);
}

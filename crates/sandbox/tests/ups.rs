//! UPS's side: what it refuses, how its parcels move, what it pushes.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod session;

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use parcelgate_clock::{Clock, Manual};
use parcelgate_sandbox::{Carrier, Fault, FaultOrder};
use serde_json::{Value, json};
use session::{Received, START, Session, rate_request, ship_abroad_request, ship_request};

const SHIP: &str = "/api/shipments/v2409/ship";

/// A request and what makes it wrong: where, what to put there (`null` removes), the code.
type Case = (&'static str, Value, &'static str);

async fn refuses(session: &Session, target: &str, request: &Value, cases: &[Case]) {
    for (pointer, wrong, code) in cases {
        let mut request = request.clone();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let parent = request
            .pointer_mut(parent)
            .unwrap()
            .as_object_mut()
            .unwrap();
        if wrong.is_null() {
            parent.remove(name);
        } else {
            parent.insert(name.to_owned(), wrong.clone());
        }
        let refused = session.refused("POST", target, Some(&request)).await;
        assert_eq!(refused, (400, (*code).to_owned()), "{pointer} = {wrong}");
    }
}

#[tokio::test]
async fn a_wrong_purchase_is_refused_and_sells_nothing() {
    let session = Session::start().await;
    let long = "x".repeat(36);
    let at = |path: &str| -> &'static str { format!("/ShipmentRequest/Shipment{path}").leak() };
    let cases = [
        (
            "/ShipmentRequest/Request/RequestOption",
            json!("maybe"),
            "120051",
        ),
        (at("/Shipper/ShipperNumber"), json!("ZZZZZZ"), "120122"),
        (at("/Shipper/ShipperNumber"), Value::Null, "120100"),
        (at("/Shipper/Name"), json!(long), "120101"),
        (at("/ShipTo/Name"), Value::Null, "120200"),
        (at("/ShipTo/Address/AddressLine"), json!([]), "120202"),
        (at("/ShipTo/Address/AddressLine"), json!([long]), "120202"),
        (at("/ShipTo/Address/City"), Value::Null, "120205"),
        (
            at("/ShipTo/Address/StateProvinceCode"),
            Value::Null,
            "120206",
        ),
        (
            at("/ShipTo/Address/StateProvinceCode"),
            json!("CA"),
            "111285",
        ),
        (at("/ShipTo/Address/PostalCode"), json!("7520"), "111285"),
        (at("/ShipTo/Address/CountryCode"), json!("USA"), "120208"),
        (at("/ShipTo/Phone/Number"), json!("214-555-0111"), "120209"),
        (at("/ShipTo/Phone/Number"), json!("5550111"), "120213"),
        (at("/ShipTo/Phone/Number"), json!("214555011100"), "120209"),
        (at("/Service/Code"), json!("99"), "120500"),
        (at("/Service/Code"), json!("65"), "120124"),
        (at("/PaymentInformation"), Value::Null, "120410"),
        (
            at("/PaymentInformation/ShipmentCharge"),
            json!([{ "Type": "01", "BillShipper": { "AccountNumber": "B1B2C3" } }]),
            "120415",
        ),
        (at("/ReferenceNumber"), json!([{ "Value": "1" }]), "120541"),
        (at("/Package"), json!([]), "120600"),
        ("/ShipmentRequest/LabelSpecification", json!({}), "121305"),
    ];
    refuses(&session, SHIP, &ship_request("PO-1"), &cases).await;
    let mut heavy = ship_request("PO-1");
    for (weight, code) in [("151", "121057"), ("0", "120601"), ("7,5", "120601")] {
        let package = &mut heavy["ShipmentRequest"]["Shipment"]["Package"][0];
        package["PackageWeight"]["Weight"] = json!(weight);
        let refused = session.refused("POST", SHIP, Some(&heavy)).await;
        assert_eq!(refused, (400, code.to_owned()), "{weight}");
    }
    assert!(session.control().parcels().is_empty());
}

#[tokio::test]
async fn a_wrong_declaration_is_refused_and_sells_nothing() {
    let session = Session::start().await;
    let at = |path: &str| -> &'static str { format!("/ShipmentRequest/Shipment{path}").leak() };
    let abroad = [
        (at("/Description"), Value::Null, "120512"),
        (at("/Shipper/Phone"), Value::Null, "120109"),
        (at("/Shipper/AttentionName"), Value::Null, "120110"),
        (at("/ShipTo/Phone"), Value::Null, "120209"),
        (at("/ShipTo/AttentionName"), Value::Null, "120201"),
        (
            at("/ShipmentServiceOptions/InternationalForms/InvoiceDate"),
            json!("6.1.26"),
            "128018",
        ),
        (
            at("/ShipmentServiceOptions/InternationalForms/Product"),
            json!([]),
            "128030",
        ),
    ];
    refuses(&session, SHIP, &ship_abroad_request("PO-1"), &abroad).await;
    assert!(session.control().parcels().is_empty());
}

#[tokio::test]
async fn rates_grow_with_weight_size_and_speed() {
    let session = Session::start().await;
    let total = async |code: &str, weight: &str, side: &str| {
        let mut request = rate_request();
        let shipment = &mut request["RateRequest"]["Shipment"];
        shipment["Service"]["Code"] = json!(code);
        let package = &mut shipment["Package"][0];
        package["PackageWeight"]["Weight"] = json!(weight);
        package["Dimensions"]["Length"] = json!(side);
        let target = "/api/rating/v2409/Rate";
        let answer = session.granted("POST", target, Some(&request)).await;
        let charge = &answer["RateResponse"]["RatedShipment"][0]["TotalCharges"];
        let text = charge["MonetaryValue"].as_str().unwrap();
        text.replace('.', "").parse::<u64>().unwrap()
    };
    let ground = total("03", "5", "10").await;
    assert!(ground < total("03", "9", "10").await, "weight");
    assert!(ground < total("03", "5", "40").await, "dimensional weight");
    assert!(ground < total("02", "5", "10").await, "speed");
    let mut request = rate_request();
    request["RateRequest"]["Shipment"]["Service"]["Code"] = json!("65");
    let target = "/api/rating/v2409/Rate";
    let refused = session.refused("POST", target, Some(&request)).await;
    assert_eq!(refused, (400, "111210".to_owned()));
}

#[tokio::test]
async fn tokens_end_and_have_a_quota() {
    let real = Arc::new(Manual::at(START.parse().unwrap()));
    let protocol: Arc<dyn Clock> = real.clone();
    let mut session = Session::with(|settings| {
        settings.protocol_clock = protocol;
        settings.ups.requests_per_minute = NonZeroU32::new(3);
    })
    .await;
    let target = "/api/track/v1/details/1ZA1B2C30300000000";
    for _ in 0..3 {
        session.granted("GET", target, None).await;
    }
    let refused = session.refused("GET", target, None).await;
    assert_eq!(refused, (429, "10429".to_owned()));
    real.advance(Duration::from_secs(60));
    session.granted("GET", target, None).await;
    real.advance(Duration::from_secs(14_400));
    let refused = session.refused("GET", target, None).await;
    assert_eq!(refused, (401, "250002".to_owned()));
    session.renew_token().await;
    session.granted("GET", target, None).await;
}

#[tokio::test]
async fn the_same_seed_and_purchases_give_the_same_numbers_and_scans() {
    let history = async |seed: u64| {
        let session = Session::with(|settings| settings.seed = seed).await;
        let mut told = Vec::new();
        for request in [ship_request("PO-1"), ship_abroad_request("PO-2")] {
            session.granted("POST", SHIP, Some(&request)).await;
        }
        session.days_pass(10);
        for parcel in session.control().parcels() {
            let target = format!("/api/track/v1/details/{}", parcel.number);
            told.push(session.granted("GET", &target, None).await);
        }
        told
    };
    let first = history(7).await;
    assert_eq!(first.len(), 3);
    assert_eq!(first, history(7).await);
    assert_ne!(first, history(8).await);
}

#[tokio::test]
async fn a_label_can_be_voided_until_the_parcel_is_fetched() {
    let session = Session::start().await;
    let buy = async |reference: &str| {
        let sold = session
            .granted("POST", SHIP, Some(&ship_request(reference)))
            .await;
        let results = &sold["ShipmentResponse"]["ShipmentResults"];
        let number = results["ShipmentIdentificationNumber"].as_str().unwrap();
        number.to_owned()
    };
    let void = |number: &str| format!("/api/shipments/v2409/void/cancel/{number}");
    let (early, late) = (buy("PO-1").await, buy("PO-2").await);
    session.granted("DELETE", &void(&early), None).await;
    session.granted("DELETE", &void(&early), None).await; // already void
    let ask = json!({ "LabelRecoveryRequest": { "TrackingNumber": early } });
    let refused = session
        .refused("POST", "/api/labels/v1/recovery", Some(&ask))
        .await;
    assert_eq!(refused, (400, "300032".to_owned()));
    session.days_pass(1);
    for number in [late.as_str(), "1ZA1B2C30300000000"] {
        let refused = session.refused("DELETE", &void(number), None).await;
        assert_eq!(refused, (400, "190102".to_owned()), "{number}");
    }
    session.days_pass(9);
    let target = format!("/api/track/v1/details/{early}");
    let told = session.granted("GET", &target, None).await;
    let package = &told["trackResponse"]["shipment"][0]["package"][0];
    assert_eq!(package["currentStatus"]["statusCode"], "007");
    assert_eq!(package["activity"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn only_the_newest_parcels_are_kept() {
    let session = Session::with(|settings| settings.parcels_max = 3).await;
    for reference in ["PO-1", "PO-2", "PO-3"] {
        session
            .granted("POST", SHIP, Some(&ship_request(reference)))
            .await;
    }
    let kept = session.control().parcels();
    assert_eq!(kept.len(), 3);
    assert!(
        kept.iter()
            .all(|parcel| !parcel.references.contains(&"PO-1".to_owned()))
    );
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused() {
    let session = Session::with(|settings| settings.body_bytes_max = 1_000).await;
    let request = ship_request("PO-1");
    let answer = session.ask("POST", SHIP, Some(&request)).await.unwrap();
    assert_eq!(answer.status(), 413);
}

/// Buys a parcel and watches its lead number; gives the number.
async fn watched(session: &Session, receiver: &Received) -> String {
    let sold = session
        .granted("POST", SHIP, Some(&ship_request("PO-1")))
        .await;
    let number = &sold["ShipmentResponse"]["ShipmentResults"]["ShipmentIdentificationNumber"];
    let ask = json!({
        "locale": "en_US", "countryCode": "US", "trackingNumberList": [number],
        "destination": {
            "url": receiver.url, "credentialType": "Bearer", "credential": "secret",
        },
    });
    let target = "/api/track/v1/subscription/standard/package";
    let told = session.granted("POST", target, Some(&ask)).await;
    assert_eq!(told["validTrackingNumbers"], json!([number]));
    number.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn what_happens_is_pushed_once_in_order_with_the_credential() {
    let session = Session::start().await;
    let mut receiver = Received::listen().await;
    let number = watched(&session, &receiver).await;
    let mut codes = Vec::new();
    session.days_pass(10);
    while codes.last().is_none_or(|code| code != "011") {
        let (headers, event) = receiver.next().await;
        assert_eq!(headers["authorization"], "Bearer secret");
        assert_eq!(headers["user-agent"], "UPSPubSubTrackingService");
        assert_eq!(headers["x-api-key"], "sandbox-client");
        assert_eq!(event["trackingNumber"], number.as_str());
        let code = event["activityStatus"]["descriptionCode"].as_str().unwrap();
        codes.push(code.to_owned());
    }
    // The label was there before the subscription: there is no history.
    assert_eq!(codes.first().map(String::as_str), Some("038"));
    let target = format!("/api/track/v1/details/{number}");
    let told = session.granted("GET", &target, None).await;
    let package = &told["trackResponse"]["shipment"][0]["package"][0];
    assert_eq!(
        package["activity"].as_array().unwrap().len(),
        codes.len() + 1
    );
}

#[tokio::test]
async fn a_push_can_come_twice_or_after_its_successor() {
    let session = Session::start().await;
    let mut receiver = Received::listen().await;
    for fault in [Fault::Duplicate, Fault::Late] {
        session.control().inject(FaultOrder {
            carrier: Carrier::Ups,
            operation: "push".to_owned(),
            fault,
            times: 1,
        });
    }
    watched(&session, &receiver).await;
    session.days_pass(10);
    let mut codes = Vec::new();
    for _ in 0..4 {
        let (_, event) = receiver.next().await;
        codes.push(event["activityStatus"]["descriptionCode"].clone());
    }
    assert_eq!(codes, ["038", "038", "005", "160"]);
}

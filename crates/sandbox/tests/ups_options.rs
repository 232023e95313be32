//! What UPS sells beside carriage: values declared, signatures, Saturdays, the way back; and what
//! it says of a delivery.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod session;

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use session::ups::{granted, refused, refuses, return_request};
use session::{Session, rate_request, ship_abroad_request, ship_request};

const SHIP: &str = "/api/shipments/v2409/ship";
const RATE: &str = "/api/rating/v2409/Rate";
const SHOP: &str = "/api/rating/v2409/Shop";

fn cents(charge: &Value) -> u64 {
    let text = charge["MonetaryValue"].as_str().unwrap();
    text.replace('.', "").parse().unwrap()
}

/// The rated shipment for the service in `request`.
async fn rated(session: &Session, request: &Value) -> Value {
    let told = granted(session, "POST", RATE, Some(request), &[]).await;
    told["RateResponse"]["RatedShipment"][0].clone()
}

/// Asks for somebody's signature.
fn signed(kind: &str) -> Value {
    json!({ "DeliveryConfirmation": { "DCISType": kind } })
}

/// Declares a value.
fn worth(currency: &str, value: &str) -> Value {
    json!({ "DeclaredValue": { "CurrencyCode": currency, "MonetaryValue": value } })
}

fn results(sold: &Value) -> &Value {
    &sold["ShipmentResponse"]["ShipmentResults"]
}

#[tokio::test]
async fn what_is_asked_for_is_charged_alike_in_rates_and_sales() {
    let session = Session::start().await;
    let wanted = json!({
        "DeclaredValue": { "CurrencyCode": "USD", "MonetaryValue": "750" },
        "DeliveryConfirmation": { "DCISType": "3" },
    });
    let plain = rated(&session, &rate_request()).await;
    assert_eq!(cents(&plain["ServiceOptionsCharges"]), 0);
    let mut ask = rate_request();
    ask["RateRequest"]["Shipment"]["Package"][0]["PackageServiceOptions"] = wanted.clone();
    let dear = rated(&session, &ask).await;
    let extras = cents(&dear["ServiceOptionsCharges"]);
    assert_eq!(extras, 790 + 7 * 165);
    let (transport, total) = ("TransportationCharges", "TotalCharges");
    assert_eq!(dear[transport], plain[transport]);
    assert_eq!(cents(&dear[total]), cents(&plain[total]) + extras);
    let mut order = ship_request("PO-1");
    let shipment = &mut order["ShipmentRequest"]["Shipment"];
    let mut package = shipment["Package"][0].clone();
    package["PackageServiceOptions"] = wanted;
    shipment["Package"] = json!([package]);
    let sold = granted(&session, "POST", SHIP, Some(&order), &[]).await;
    assert_eq!(results(&sold)["ShipmentCharges"][total], dear[total]);
    let charges = results(&sold)["PackageResults"][0]["ItemizedCharges"].clone();
    let codes = charges.as_array().unwrap().iter();
    let codes: Vec<&str> = codes.map(|one| one["Code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["375", "121", "400"]);
}

#[tokio::test]
async fn wishes_that_cannot_be_had_are_refused() {
    let session = Session::start().await;
    let options = "/ShipmentRequest/Shipment/Package/0/PackageServiceOptions";
    let of_all = "/ShipmentRequest/Shipment/ShipmentServiceOptions";
    let cases = [
        (options, worth("USD", "50000.01"), "120610"),
        (options, worth("USD", "0"), "120610"),
        (options, worth("dollars", "5"), "120610"),
        (options, signed("1"), "120620"),
        (of_all, signed("1"), "120620"), // at the packages, inside the United States
    ];
    refuses(&session, SHIP, &ship_request("PO-1"), &[], &cases).await;
    let abroad = ship_abroad_request("PO-1");
    let cases = [
        (options, signed("2"), "120620"),
        (of_all, signed("3"), "120620"),
    ];
    refuses(&session, SHIP, &abroad, &[], &cases).await;
    let options = "/RateRequest/Shipment/Package/0/PackageServiceOptions";
    let cases = [
        (options, worth("USD", "50000.01"), "111610"),
        (options, signed("9"), "111620"),
    ];
    refuses(&session, RATE, &rate_request(), &[], &cases).await;
    assert!(session.control().parcels().is_empty());
}

#[tokio::test]
async fn saturday_is_had_from_who_arrives_then() {
    let session = Session::start().await; // a Tuesday
    let mut ask = rate_request();
    let shipment = &mut ask["RateRequest"]["Shipment"];
    shipment["ShipmentServiceOptions"] = json!({ "SaturdayDeliveryIndicator": "" });
    shipment["Service"]["Code"] = json!("01");
    let none = refused(&session, "POST", SHOP, Some(&ask), &[]).await;
    assert_eq!(none, (400, "111210".to_owned()));
    let none = refused(&session, "POST", RATE, Some(&ask), &[]).await;
    assert_eq!(none, (400, "111625".to_owned()));
    let mut order = ship_request("PO-1");
    let shipment = &mut order["ShipmentRequest"]["Shipment"];
    shipment["ShipmentServiceOptions"] = json!({ "SaturdayDeliveryIndicator": "" });
    shipment["Service"]["Code"] = json!("01");
    let none = refused(&session, "POST", SHIP, Some(&order), &[]).await;
    assert_eq!(none, (400, "120625".to_owned()));
    session.days_pass(3);
    let told = granted(&session, "POST", SHOP, Some(&ask), &[]).await;
    let rated = told["RateResponse"]["RatedShipment"].as_array().unwrap();
    let code = |one: &Value| one["Service"]["Code"].as_str().unwrap().to_owned();
    let codes: Vec<String> = rated.iter().map(code).collect();
    assert_eq!(codes, ["14", "01"], "a day's way on Friday");
    let sold = granted(&session, "POST", SHIP, Some(&order), &[]).await;
    let number = results(&sold)["ShipmentIdentificationNumber"].clone();
    session.clock.advance(Duration::from_secs(36 * 3_600));
    let target = format!("/api/track/v1/details/{}", number.as_str().unwrap());
    let told = granted(&session, "GET", &target, None, &[]).await;
    let package = &told["trackResponse"]["shipment"][0]["package"][0];
    assert_eq!(package["currentStatus"]["statusCode"], "011", "{package}");
    assert_eq!(package["deliveryDate"][1]["date"], "20260110");
}

#[tokio::test]
async fn a_label_for_the_way_back_is_printed_or_mailed() {
    let session = Session::start().await;
    let printed = return_request("RMA-1", "9");
    let sold = granted(&session, "POST", SHIP, Some(&printed), &[]).await;
    let package = &results(&sold)["PackageResults"][0];
    let gif = package["ShippingLabel"]["GraphicImage"].as_str().unwrap();
    assert!(STANDARD.decode(gif).unwrap().starts_with(b"GIF8"));
    assert_eq!(cents(&package["ServiceOptionsCharges"]), 100);
    let number = results(&sold)["ShipmentIdentificationNumber"].clone();
    let number = number.as_str().unwrap();
    let target = format!("/api/track/v1/details/{number}");
    let told = granted(&session, "GET", &target, None, &[]).await;
    let package = &told["trackResponse"]["shipment"][0]["package"][0];
    let cities = [0, 1].map(|one| package["packageAddress"][one]["address"]["city"].clone());
    assert_eq!(cities, ["DALLAS", "TIMONIUM"]);
    let void = format!("/api/shipments/v2409/void/cancel/{number}");
    let one = format!("{void}?trackingnumber={number}");
    let whole = refused(&session, "DELETE", &one, None, &[]).await;
    assert_eq!(whole, (400, "190118".to_owned()));
    granted(&session, "DELETE", &void, None, &[]).await;
    let mailed = return_request("RMA-2", "8");
    let sold = granted(&session, "POST", SHIP, Some(&mailed), &[]).await;
    let package = &results(&sold)["PackageResults"][0];
    assert!(package.get("ShippingLabel").is_none(), "{package}");
    let at = |path: &str| -> &'static str { format!("/ShipmentRequest/Shipment{path}").leak() };
    let cases = [
        (at("/ReturnService/Code"), json!("2"), "120630"),
        (at("/ShipFrom"), Value::Null, "120630"),
        (at("/Package/0/Description"), Value::Null, "120630"),
        (at("/Package/0/Packaging/Code"), json!("25"), "120630"),
        (
            at("/Package/0/PackageServiceOptions"),
            signed("2"),
            "120620",
        ),
        (
            at("/ShipmentServiceOptions"),
            json!({ "SaturdayDeliveryIndicator": "" }),
            "120625",
        ),
    ];
    refuses(&session, SHIP, &printed, &[], &cases).await;
    let cases = [(at("/ShipmentServiceOptions"), Value::Null, "120630")];
    refuses(&session, SHIP, &mailed, &[], &cases).await;
}

#[tokio::test]
async fn a_delivery_is_proven_by_a_letter_and_a_signature() {
    let session = Session::start().await;
    let mut order = ship_request("PO-1");
    order["ShipmentRequest"]["Shipment"]["Package"][0]["PackageServiceOptions"] = signed("2");
    let sold = granted(&session, "POST", SHIP, Some(&order), &[]).await;
    let number = results(&sold)["ShipmentIdentificationNumber"].clone();
    let number = number.as_str().unwrap();
    let target = format!("/api/track/v1/details/{number}");
    let proofs = format!("{target}?returnPOD=true&returnSignature=true");
    let information = async |target: &str| {
        let told = granted(&session, "GET", target, None, &[]).await;
        told["trackResponse"]["shipment"][0]["package"][0]["deliveryInformation"].clone()
    };
    assert!(information(&proofs).await.is_null(), "not yet");
    session.days_pass(9);
    let plain = information(&target).await;
    assert_eq!(plain["receivedBy"], "LEE");
    assert!(plain.get("pod").is_none() && plain.get("signature").is_none());
    let proven = information(&proofs).await;
    let letter = proven["pod"]["content"].as_str().unwrap();
    let letter = String::from_utf8(STANDARD.decode(letter).unwrap()).unwrap();
    assert!(letter.starts_with("<!DOCTYPE html>") && letter.contains(number));
    assert!(
        letter.contains("PO-1") && letter.contains("LEE"),
        "{letter}"
    );
    let image = proven["signature"]["image"].as_str().unwrap();
    assert!(STANDARD.decode(image).unwrap().starts_with(b"\x89PNG"));
}

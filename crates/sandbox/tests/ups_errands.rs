//! UPS beside selling and tracking: drivers who come, papers for customs, what customs take.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod session;

use std::sync::Arc;
use std::time::Duration;

use parcelgate_clock::Manual;
use parcelgate_sandbox::{Carrier, Fault, FaultOrder};
use serde_json::{Value, json};
use session::ups::{
    ACCOUNT, CANCEL, DELETE, IMAGE, LANDED, PICKUP, PICKUPS, SHIPPER, UPLOAD, granted,
    image_request, landed_cost_request, pickup_rate_request, pickup_request, refused, refuses,
    upload_request,
};
use session::{START, Session, ship_abroad_request};

const SHIP: &str = "/api/shipments/v2409/ship";

/// A session whose machine's clock stands at the start, and that clock.
async fn session() -> (Session, Arc<Manual>) {
    let real = Arc::new(Manual::at(START.parse().unwrap()));
    let protocol = real.clone();
    let session = Session::with(|settings| settings.protocol_clock = protocol).await;
    (session, real)
}

async fn ordered(session: &Session, request: &Value) -> String {
    let told = granted(session, "POST", PICKUP, Some(request), &[]).await;
    let number = told["PickupCreationResponse"]["PRN"].as_str().unwrap();
    number.to_owned()
}

async fn pending(session: &Session) -> Vec<Value> {
    let told = granted(session, "GET", PICKUPS, None, &[ACCOUNT]).await;
    let pending = &told["PickupPendingStatusResponse"]["PendingStatus"];
    pending.as_array().unwrap().clone()
}

#[tokio::test]
async fn a_driver_is_ordered_once_for_a_door_seen_and_called_off() {
    let (session, real) = session().await;
    let number = ordered(&session, &pickup_request()).await;
    assert_eq!(number.len(), 11);
    assert_eq!(number, ordered(&session, &pickup_request()).await);
    let mut next_door = pickup_request();
    next_door["PickupCreationRequest"]["PickupAddress"]["AddressLine"] = json!(["3 Padonia Rd"]);
    assert_ne!(number, ordered(&session, &next_door).await);
    let shown = pending(&session).await;
    assert_eq!(shown.len(), 2);
    assert_eq!(shown[0]["PRN"], number.as_str());
    assert_eq!(shown[0]["OnCallStatusCode"], "012");
    let prn = [("Prn", number.as_str())];
    granted(&session, "DELETE", CANCEL, None, &prn).await;
    assert_eq!(pending(&session).await.len(), 1);
    let again = refused(&session, "DELETE", CANCEL, None, &prn).await;
    assert_eq!(again, (400, "9510120".to_owned()));
    let unknown = [("Prn", "29000009E9R")];
    let none = refused(&session, "DELETE", CANCEL, None, &unknown).await;
    assert_eq!(none, (400, "9510119".to_owned()));
    assert_ne!(
        number,
        ordered(&session, &pickup_request()).await,
        "a new one"
    );
    real.advance(Duration::from_secs(3 * 3_600)); // the token lives four hours
    assert_eq!(pending(&session).await.len(), 2);
}

#[tokio::test]
async fn a_driver_who_came_is_not_called_off() {
    let (mut session, real) = session().await;
    let number = ordered(&session, &pickup_request()).await;
    real.advance(Duration::from_secs(86_400));
    session.renew_token().await;
    assert_eq!(pending(&session).await[0]["OnCallStatusCode"], "002");
    real.advance(Duration::from_secs(86_400));
    session.renew_token().await;
    assert!(pending(&session).await.is_empty());
    let late = refused(
        &session,
        "DELETE",
        CANCEL,
        None,
        &[("Prn", number.as_str())],
    )
    .await;
    assert_eq!(late, (400, "9510121".to_owned()));
}

#[tokio::test]
async fn a_pickup_costs_more_today_at_home_and_on_saturday() {
    let (session, _) = session().await;
    let cents = async |change: fn(&mut Value)| {
        let mut request = pickup_rate_request();
        change(&mut request["PickupRateRequest"]);
        let told = granted(&session, "POST", PICKUPS, Some(&request), &[]).await;
        let result = told["PickupRateResponse"]["RateResult"].clone();
        let read = |value: &Value| -> u64 {
            let text = value.as_str().unwrap();
            text.replace('.', "").parse().unwrap()
        };
        let charges = result["ChargeDetail"].as_array().unwrap();
        let sum: u64 = charges.iter().map(|one| read(&one["ChargeAmount"])).sum();
        assert_eq!(sum, read(&result["GrandTotalOfAllCharge"]));
        sum
    };
    let base = cents(|_| ()).await;
    assert!(base < cents(|ask| ask["ServiceDateOption"] = json!("01")).await);
    let home = |ask: &mut Value| ask["PickupAddress"]["ResidentialIndicator"] = json!("Y");
    assert!(base < cents(home).await);
    let saturday = |ask: &mut Value| ask["PickupDateInfo"]["PickupDate"] = json!("20260110");
    assert!(base < cents(saturday).await);
    let ordered = granted(&session, "POST", PICKUP, Some(&pickup_request()), &[]).await;
    let charged = &ordered["PickupCreationResponse"]["RateResult"]["GrandTotalOfAllCharge"];
    let charged: u64 = charged.as_str().unwrap().replace('.', "").parse().unwrap();
    assert_eq!(charged, base, "what is quoted is charged");
}

#[tokio::test]
async fn a_wrong_pickup_is_refused() {
    let (session, real) = session().await;
    let (missing, wrong) = ("20007", "20008");
    let at = |path: &str| -> &'static str { format!("/PickupCreationRequest{path}").leak() };
    let cases = [
        (at("/RatePickupIndicator"), json!("yes"), wrong),
        (at("/PickupDateInfo"), Value::Null, missing),
        (at("/PickupDateInfo/PickupDate"), json!("20260105"), wrong),
        (at("/PickupDateInfo/PickupDate"), json!("20260301"), wrong),
        (at("/PickupDateInfo/PickupDate"), json!("2026-01-07"), wrong),
        (
            at("/PickupDateInfo/PickupDate"),
            json!("20260111"),
            "9510115",
        ), // a Sunday
        (at("/PickupDateInfo/ReadyTime"), json!("25:00"), wrong),
        (at("/PickupDateInfo/CloseTime"), json!("1030"), "9510117"),
        (at("/PickupAddress/CompanyName"), Value::Null, missing),
        (at("/PickupAddress/AddressLine"), json!([]), missing),
        (at("/PickupAddress/Phone"), Value::Null, missing),
        (at("/PickupAddress/PostalCode"), json!("00000"), wrong),
        (at("/PickupAddress/StateProvince"), json!("TX"), wrong),
        (at("/PickupPiece"), json!([]), missing),
        (at("/PickupPiece/0/Quantity"), json!("1000"), wrong),
        (at("/PickupPiece/0/ContainerCode"), json!("09"), wrong),
        (at("/TotalWeight/Weight"), json!("0"), wrong),
        (at("/PaymentMethod"), json!("99"), wrong),
        (at("/PaymentMethod"), json!("04"), missing),
        (at("/Shipper"), Value::Null, missing),
        (at("/Shipper/Account/AccountNumber"), json!("ZZZZZZ"), wrong),
    ];
    refuses(&session, PICKUP, &pickup_request(), &[], &cases).await;
    let rate = "/PickupRateRequest/ServiceDateOption";
    let cases = [(rate, json!("09"), wrong), (rate, Value::Null, missing)];
    refuses(&session, PICKUPS, &pickup_rate_request(), &[], &cases).await;
    assert!(pending(&session).await.is_empty());
    let other = [("AccountNumber", "ZZZZZZ")];
    let refused = refused(&session, "GET", PICKUPS, None, &other).await;
    assert_eq!(refused, (400, wrong.to_owned()));
    // Half past four in the afternoon there is nobody left to call for the same day.
    let mut session = session;
    real.advance(Duration::from_secs(6 * 3_600 + 1_800));
    session.renew_token().await;
    let today = (at("/PickupDateInfo/PickupDate"), json!("20260106"));
    let mut late = pickup_request();
    late["PickupCreationRequest"]["PickupDateInfo"]["CloseTime"] = json!("2000");
    refuses(
        &session,
        PICKUP,
        &late,
        &[],
        &[(today.0, today.1, "9510116")],
    )
    .await;
}

#[tokio::test]
async fn papers_are_uploaded_pushed_and_attached() {
    let (session, _) = session().await;
    let upload = upload_request();
    let told = granted(&session, "POST", UPLOAD, Some(&upload), &[SHIPPER]).await;
    let ids = &told["UploadResponse"]["FormsHistoryDocumentID"]["DocumentID"];
    assert_eq!(ids.as_array().unwrap().len(), 2);
    assert!(
        ids[0] != ids[1] && ids[0].as_str().unwrap().len() == 26,
        "{ids}"
    );
    let mut bought = ship_abroad_request("PO-1");
    let forms = "/ShipmentRequest/Shipment/ShipmentServiceOptions/InternationalForms";
    let own = bought.pointer_mut(forms).unwrap();
    own["FormType"] = json!(["01", "07"]);
    own["UserCreatedForm"] = json!({ "DocumentID": ids });
    let sold = granted(&session, "POST", SHIP, Some(&bought), &[]).await;
    let number = &sold["ShipmentResponse"]["ShipmentResults"]["ShipmentIdentificationNumber"];
    let number = number.as_str().unwrap();
    let document: &'static str = format!("{forms}/UserCreatedForm/DocumentID").leak();
    let unknown = json!(["2026-01-06-10.00.00.999999"]);
    let cases = [
        (document, unknown.clone(), "20008"),
        (document, json!([]), "20007"),
    ];
    refuses(&session, SHIP, &bought, &[], &cases).await;
    let push = image_request(ids, number);
    let told = granted(&session, "POST", IMAGE, Some(&push), &[SHIPPER]).await;
    let group = &told["PushToImageRepositoryResponse"]["FormsGroupID"];
    assert_eq!(group.as_str().unwrap().len(), 26);
    let at = |path: &str| -> &'static str { format!("/PushToImageRepositoryRequest{path}").leak() };
    let cases = [
        (at("/FormsHistoryDocumentID/DocumentID"), unknown, "20008"),
        (
            at("/ShipmentIdentifier"),
            json!("1ZA1B2C30300000000"),
            "20008",
        ),
        (at("/ShipmentDateAndTime"), json!("2026-01-06"), "20008"),
        (
            at("/TrackingNumber"),
            json!(["1ZA1B2C30300000000"]),
            "20008",
        ),
        (at("/TrackingNumber"), Value::Null, "20007"),
        (at("/ShipmentType"), json!("3"), "20008"),
    ];
    refuses(&session, IMAGE, &push, &[SHIPPER], &cases).await;
    let gone = [SHIPPER, ("DocumentId", ids[0].as_str().unwrap())];
    granted(&session, "DELETE", DELETE, None, &gone).await;
    let again = refused(&session, "DELETE", DELETE, None, &gone).await;
    assert_eq!(again, (400, "20008".to_owned()));
}

#[tokio::test]
async fn a_wrong_paper_is_refused() {
    let (session, _) = session().await;
    let at = |path: &str| -> &'static str { format!("/UploadRequest{path}").leak() };
    let form = "/UserCreatedForm/1/UserCreatedForm";
    let at_form = |path: &str| at(&format!("{form}{path}"));
    let many = vec![upload_request()["UploadRequest"]["UserCreatedForm"][0].clone(); 14];
    let cases = [
        (at("/ShipperNumber"), json!("ZZZZZZ"), "20008"),
        (at("/UserCreatedForm"), json!([]), "20007"),
        (at("/UserCreatedForm"), json!(many), "20008"),
        (at_form("FileName"), Value::Null, "20007"),
        (at_form("FileFormat"), json!("exe"), "20008"),
        (at_form("DocumentType"), json!("014"), "20008"),
        (at_form("DocumentType"), json!("2"), "20008"),
        (at_form("File"), json!("no base64"), "20008"),
    ];
    refuses(&session, UPLOAD, &upload_request(), &[SHIPPER], &cases).await;
    let request = upload_request();
    let nobody = refused(&session, "POST", UPLOAD, Some(&request), &[]).await;
    assert_eq!(nobody, (400, "20007".to_owned()));
}

#[tokio::test]
async fn customs_take_what_the_items_sum_up_to() {
    let (session, _) = session().await;
    let request = landed_cost_request();
    let cents = |value: &Value| {
        let text = value.to_string();
        let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
        format!("{whole}{part:0<2}").parse::<u64>().unwrap()
    };
    let told = granted(&session, "POST", LANDED, Some(&request), &[ACCOUNT]).await;
    let shipment = &told["shipment"];
    let items = shipment["shipmentItems"].as_array().unwrap();
    let sum = |name: &str| items.iter().map(|item| cents(&item[name])).sum::<u64>();
    assert_eq!(sum("commodityDuty"), cents(&shipment["totalDuties"]));
    assert_eq!(sum("commodityVAT"), cents(&shipment["totalVAT"]));
    let both = cents(&shipment["totalDutyAndTax"]);
    assert_eq!(sum("totalCommodityDutyAndTax"), both);
    let fees = shipment["brokerageFeeItems"].as_array().unwrap();
    let fees: u64 = fees.iter().map(|fee| cents(&fee["chargeAmount"])).sum();
    assert_eq!(both + fees, cents(&shipment["grandTotal"]));
    assert!(cents(&shipment["totalVAT"]) > 0);
    let item = "/shipment/shipmentItems/0";
    let at = |name: &str| -> &'static str { format!("{item}/{name}").leak() };
    let cases = [
        ("/currencyCode", Value::Null, "20007"),
        ("/currencyCode", json!("usd"), "20008"),
        ("/transID", Value::Null, "20007"),
        ("/shipment/exportCountryCode", json!("DE"), "20008"),
        ("/shipment/shipmentItems", json!([]), "20007"),
        (at("quantity"), json!(0), "20008"),
        (at("priceEach"), json!("much"), "20008"),
        (at("hsCode"), Value::Null, "20007"),
        (at("hsCode"), json!("82"), "20008"),
        (at("commodityCurrencyCode"), json!("EUR"), "20008"),
    ];
    refuses(&session, LANDED, &request, &[ACCOUNT], &cases).await;
    let mut partial = request;
    partial["allowPartialLandedCostResult"] = json!(true);
    partial["shipment"]["shipmentItems"][0]["hsCode"] = json!("82");
    let told = granted(&session, "POST", LANDED, Some(&partial), &[ACCOUNT]).await;
    let items = &told["shipment"]["shipmentItems"];
    assert_eq!(items[0]["isCalculable"], false);
    assert_eq!(items[1]["isCalculable"], true);
}

#[tokio::test]
async fn each_errand_has_its_faults() {
    let (session, _) = session().await;
    let cases = [
        ("pickup_rate", "POST", PICKUPS),
        ("pickup", "POST", PICKUP),
        ("pickup_status", "GET", PICKUPS),
        ("pickup_cancel", "DELETE", CANCEL),
        ("document", "POST", UPLOAD),
        ("document", "POST", IMAGE),
        ("landed_cost", "POST", LANDED),
    ];
    for (operation, method, target) in cases {
        session.control().inject(FaultOrder {
            carrier: Carrier::Ups,
            operation: operation.to_owned(),
            fault: Fault::Status {
                code: 503,
                retry_after: None,
            },
            times: 1,
        });
        let answer = session.ask(method, target, None).await.unwrap();
        assert_eq!(answer.status(), 503, "{operation}");
    }
    assert!(session.control().faults().is_empty());
}

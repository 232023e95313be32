//! What UPS does beside selling and tracking, against UPS's own descriptions.

use std::future::Future;
use std::sync::Arc;

use libtest_mimic::Trial;
use parcelgate_clock::Manual;
use serde_json::{Value, json};

use super::Judge;
use super::session::ups::{
    ACCOUNT, CANCEL, DELETE, IMAGE, LANDED, PICKUP, PICKUPS, SHIPPER, UPLOAD, image_request,
    landed_cost_request, pickup_rate_request, pickup_request, return_request, upload_request,
};
use super::session::{START, Session, rate_request, ship_abroad_request, ship_request};
use super::{RATING, SHIPPING, TRACKING};

const PICKUP_FILE: &str = "ups/pickup.yaml";
const PAPERS: &str = "ups/paperless-documents.yaml";
const COST: &str = "ups/landed-cost.yaml";
const SHIP: &str = "/api/shipments/v2409/ship";

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("ups::pickups", pickups),
        trial("ups::papers", papers),
        trial("ups::landed_cost", landed_cost),
        trial("ups::refused_errands", refused),
        trial("ups::options", options),
        trial("ups::returns", returns),
        trial("ups::proof_of_delivery", proof),
    ]
}

/// A trial whose machine, too, shows the day of the start.
fn trial<F>(name: &str, run: fn(Judge) -> F) -> Trial
where
    F: Future<Output = ()> + 'static,
{
    Trial::test(name, move || {
        let runtime = tokio::runtime::Runtime::new()?;
        runtime.block_on(async {
            let real = Arc::new(Manual::at(START.parse().unwrap()));
            let session = Session::with(|settings| settings.protocol_clock = real).await;
            run(Judge::new(session)).await;
        });
        Ok(())
    })
}

async fn pickups(judge: Judge) {
    let mut ask = pickup_rate_request();
    for option in ["01", "02", "03"] {
        ask["PickupRateRequest"]["ServiceDateOption"] = json!(option);
        let told = judge.grants(PICKUP_FILE, "POST", PICKUPS, Some(&ask)).await;
        let kind = &told["PickupRateResponse"]["RateResult"]["RateType"];
        assert_eq!(kind, if option == "01" { "SD" } else { "FD" });
    }
    let mut number = Value::Null;
    for rated in ["Y", "N"] {
        let mut order = pickup_request();
        order["PickupCreationRequest"]["RatePickupIndicator"] = json!(rated);
        let told = judge
            .grants(PICKUP_FILE, "POST", PICKUP, Some(&order))
            .await;
        number = told["PickupCreationResponse"]["PRN"].clone();
    }
    let told = judge
        .grants_with(PICKUP_FILE, "GET", PICKUPS, None, &[ACCOUNT])
        .await;
    let pending = &told["PickupPendingStatusResponse"]["PendingStatus"];
    assert_eq!(pending[0]["PRN"], number);
    let prn = [("Prn", number.as_str().unwrap())];
    judge
        .grants_with(PICKUP_FILE, "DELETE", CANCEL, None, &prn)
        .await;
}

async fn papers(judge: Judge) {
    let told = judge
        .grants_with(PAPERS, "POST", UPLOAD, Some(&upload_request()), &[SHIPPER])
        .await;
    let ids = &told["UploadResponse"]["FormsHistoryDocumentID"]["DocumentID"];
    let sold = judge
        .session
        .granted("POST", SHIP, Some(&ship_abroad_request("PO-1")))
        .await;
    let number = &sold["ShipmentResponse"]["ShipmentResults"]["ShipmentIdentificationNumber"];
    let pushed = image_request(ids, number.as_str().unwrap());
    judge
        .grants_with(PAPERS, "POST", IMAGE, Some(&pushed), &[SHIPPER])
        .await;
    let gone = [SHIPPER, ("DocumentId", ids[0].as_str().unwrap())];
    judge
        .grants_with(PAPERS, "DELETE", DELETE, None, &gone)
        .await;
}

async fn landed_cost(judge: Judge) {
    let request = landed_cost_request();
    let told = judge
        .grants_with(COST, "POST", LANDED, Some(&request), &[ACCOUNT])
        .await;
    let items = told["shipment"]["shipmentItems"].as_array().unwrap();
    assert_eq!(items.len(), 2);
}

async fn options(judge: Judge) {
    let wanted = json!({
        "DeliveryConfirmation": { "DCISType": "2" },
        "DeclaredValue": { "CurrencyCode": "USD", "MonetaryValue": "12500.00" },
    });
    let mut ask = rate_request();
    let shipment = &mut ask["RateRequest"]["Shipment"];
    shipment["Package"][0]["PackageServiceOptions"] = wanted.clone();
    let target = "/api/rating/v2409/Shoptimeintransit";
    let told = judge.grants(RATING, "POST", target, Some(&ask)).await;
    let rated = told["RateResponse"]["RatedShipment"].as_array().unwrap();
    assert_eq!(rated.len(), 7);
    assert_ne!(rated[0]["ServiceOptionsCharges"]["MonetaryValue"], "0.00");
    let mut order = ship_request("PO-1");
    let shipment = &mut order["ShipmentRequest"]["Shipment"];
    shipment["Package"][1]["PackageServiceOptions"] = wanted;
    judge.grants(SHIPPING, "POST", SHIP, Some(&order)).await;
    let mut abroad = ship_abroad_request("PO-2");
    let shipment = &mut abroad["ShipmentRequest"]["Shipment"];
    shipment["ShipmentServiceOptions"]["DeliveryConfirmation"] = json!({ "DCISType": "2" });
    judge.grants(SHIPPING, "POST", SHIP, Some(&abroad)).await;
}

async fn returns(judge: Judge) {
    for kind in ["8", "9"] {
        let request = return_request("RMA-1", kind);
        let sold = judge.grants(SHIPPING, "POST", SHIP, Some(&request)).await;
        let results = &sold["ShipmentResponse"]["ShipmentResults"];
        let label = results["PackageResults"][0].get("ShippingLabel");
        assert_eq!(label.is_some(), kind == "9");
        let mut ask = rate_request();
        let shipment = &mut ask["RateRequest"]["Shipment"];
        shipment["ShipFrom"] = shipment["ShipTo"].clone();
        shipment["ShipmentServiceOptions"] = json!({ "ReturnService": { "Code": kind } });
        let target = "/api/rating/v2409/Rate";
        judge.grants(RATING, "POST", target, Some(&ask)).await;
    }
}

async fn proof(judge: Judge) {
    let mut order = ship_request("PO-1");
    let options = json!({ "DeliveryConfirmation": { "DCISType": "3" } });
    order["ShipmentRequest"]["Shipment"]["Package"][0]["PackageServiceOptions"] = options;
    let sold = judge.session.granted("POST", SHIP, Some(&order)).await;
    let number = &sold["ShipmentResponse"]["ShipmentResults"]["ShipmentIdentificationNumber"];
    let number = number.as_str().unwrap();
    judge.session.days_pass(9);
    let target = format!("/api/track/v1/details/{number}?returnPOD=true&returnSignature=true");
    let told = judge.grants(TRACKING, "GET", &target, None).await;
    let package = &told["trackResponse"]["shipment"][0]["package"][0];
    let information = &package["deliveryInformation"];
    assert!(information["pod"]["content"].is_string(), "{information}");
    assert!(information["signature"]["image"].is_string());
}

async fn refused(judge: Judge) {
    let empty = json!({});
    let asked = [
        (PICKUP_FILE, "POST", PICKUPS, Some(&empty)),
        (PICKUP_FILE, "GET", PICKUPS, None),
        (PICKUP_FILE, "DELETE", CANCEL, None),
        (PICKUP_FILE, "POST", PICKUP, Some(&empty)),
        (PAPERS, "POST", UPLOAD, Some(&empty)),
        (PAPERS, "POST", IMAGE, Some(&empty)),
        (PAPERS, "DELETE", DELETE, None),
        (COST, "POST", LANDED, Some(&empty)),
    ];
    for (file, method, target, body) in asked {
        let (status, answer) = judge.answers(file, method, target, body, &[]).await;
        assert_eq!(status, 400, "{target}");
        assert_eq!(answer["response"]["errors"][0]["code"], "20007", "{target}");
    }
}

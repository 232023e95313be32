//! DHL Express after and beside the sale: tracking, documents, couriers, duties, places, faults.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod session;

use parcelgate_sandbox::{Carrier, Fault, FaultOrder};
use serde_json::{Value, json};
use session::Session;
use session::dhl::{self, rates, rates_abroad, shipment, shipment_abroad};

/// A request and what makes it wrong: where, what to put there (`null` removes), what is said.
type Case = (&'static str, Value, &'static str);

async fn refuses(session: &Session, target: &str, request: &Value, status: u16, cases: &[Case]) {
    for (pointer, wrong, words) in cases {
        let mut request = request.clone();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let parent = request.pointer_mut(parent).unwrap();
        match (parent, wrong) {
            (Value::Object(members), Value::Null) => {
                members.remove(name);
            }
            (Value::Object(members), wrong) => {
                members.insert(name.to_owned(), wrong.clone());
            }
            (parent, wrong) => parent[name.parse::<usize>().unwrap()] = wrong.clone(),
        }
        let refused = session
            .express_refused("POST", target, Some(&request))
            .await;
        assert_eq!(refused.0, status, "{pointer} = {wrong}: {}", refused.1);
        assert!(
            refused.1.contains(words),
            "{pointer} = {wrong}: {}",
            refused.1
        );
    }
}

fn order(session: &Session, operation: &str, fault: Fault) {
    session.control().inject(FaultOrder {
        carrier: Carrier::Dhl,
        operation: operation.to_owned(),
        fault,
        times: 1,
    });
}

#[tokio::test]
async fn a_waybill_of_ones_own_needs_an_agreement_and_is_taken_once() {
    let own = |settings: &mut parcelgate_sandbox::Settings| {
        settings.dhl.express_own_waybills = true;
    };
    let session = dhl::with(own).await;
    let given = session
        .express_granted(
            "GET",
            "/identifiers?accountNumber=123456789&type=SID&size=2",
            None,
        )
        .await;
    let number = given["identifiers"][0]["list"][1].clone();
    let mut request = shipment("R-1");
    request["identifiers"] = json!([{ "typeCode": "shipmentId", "value": number }]);
    let sold = session.express_bought(&request).await;
    assert_eq!(sold["shipmentTrackingNumber"], number);
    let refused = session
        .express_refused("POST", "/shipments", Some(&request))
        .await;
    assert!(refused.1.contains("400104"), "{refused:?}");
    let session = dhl::session().await;
    let refused = session
        .express_refused(
            "GET",
            "/identifiers?accountNumber=123456789&type=SID&size=2",
            None,
        )
        .await;
    assert!(refused.1.starts_with("3501:"), "{refused:?}");
}

#[tokio::test]
async fn express_parcels_move_and_are_found_by_every_name() {
    let session = dhl::session().await;
    let sold = session.express_bought(&shipment_abroad("R-1")).await;
    let waybill = sold["shipmentTrackingNumber"].as_str().unwrap();
    let plate = sold["packages"][1]["trackingNumber"].as_str().unwrap();
    let one = format!("/shipments/{waybill}/tracking");
    let fresh = session.express_granted("GET", &one, None).await;
    assert_eq!(
        fresh["shipments"][0]["events"],
        json!([]),
        "nothing before the pickup"
    );
    session.days_pass(9);
    let told = session.express_granted("GET", &one, None).await;
    let events = told["shipments"][0]["events"].as_array().unwrap();
    let codes: Vec<_> = events
        .iter()
        .map(|event| event["typeCode"].as_str().unwrap())
        .collect();
    let way = [
        "PU", "PL", "DF", "AF", "DF", "AF", "IC", "CR", "DF", "AR", "WC", "OK",
    ];
    assert_eq!(codes, way);
    assert_eq!(events[0]["GMTOffset"], "+01:00");
    assert_eq!(events[11]["signedBy"], "Ann Lee");
    let by = [
        format!("shipmentTrackingNumber={waybill}&shipmentTrackingNumber=1234567891"),
        format!("pieceTrackingNumber={plate}&levelOfDetail=all"),
        "shipmentReference=R-1&shipperAccountNumber=123456789&dateRangeFrom=2026-01-01\
         &dateRangeTo=2026-01-31"
            .to_owned(),
        "shipmentReference=BOX-2&shipperAccountNumber=123456789&trackingView=last-checkpoint"
            .to_owned(),
    ];
    for query in by {
        let target = format!("/tracking?{query}");
        let told = session.express_granted("GET", &target, None).await;
        let shipments = told["shipments"].as_array().unwrap();
        assert_eq!(shipments.len(), 1, "{query}");
        assert_eq!(shipments[0]["shipmentTrackingNumber"], *waybill, "{query}");
        let count = shipments[0]["events"].as_array().unwrap().len();
        assert_eq!(
            count,
            if query.contains("last") { 1 } else { 12 },
            "{query}"
        );
    }
}

#[tokio::test]
async fn what_express_cannot_find_or_understand_is_refused() {
    let session = dhl::session().await;
    session.express_bought(&shipment_abroad("R-1")).await;
    let many = "shipmentTrackingNumber=1&".repeat(201);
    for (query, status, words) in [
        ("shipmentTrackingNumber=1234567891", 404, "No data found"),
        (
            "shipmentReference=R-9&shipperAccountNumber=123456789",
            404,
            "ReferenceID | R-9",
        ),
        (
            "shipmentReference=R-1",
            400,
            "Missing mandatory parameters: shipperAccountNumber",
        ),
        (
            "shipmentReference=R-1&shipperAccountNumber=7",
            404,
            "No Shipments",
        ),
        (
            "shipmentTrackingNumber=1&trackingView=some",
            400,
            "valid parameters for trackingView",
        ),
        (many.as_str(), 400, "maxItems=200"),
    ] {
        let refused = session
            .express_refused("GET", &format!("/tracking?{query}"), None)
            .await;
        assert_eq!(refused.0, status, "{refused:?}");
        assert!(refused.1.contains(words), "{refused:?}");
    }
}

#[tokio::test]
async fn express_documents_come_back_when_there_is_something_to_show() {
    let session = dhl::session().await;
    let sold = session.express_bought(&shipment_abroad("R-1")).await;
    let waybill = sold["shipmentTrackingNumber"].as_str().unwrap();
    let proof = format!("/shipments/{waybill}/proof-of-delivery");
    assert_eq!(
        session.express("GET", &proof, None).await.0,
        404,
        "not delivered yet"
    );
    let image = |rest: &str| {
        format!(
            "/shipments/{waybill}/get-image?shipperAccountNumber=123456789\
             &pickupYearAndMonth=2026-01{rest}"
        )
    };
    let both = image("&typeCode=waybill&typeCode=commercial-invoice");
    let found = session.express_granted("GET", &both, None).await;
    assert_eq!(found["documents"].as_array().unwrap().len(), 2);
    let wrong = image("&typeCode=waybill&encodingFormat=tiff&allInOnePDF=true");
    let refused = session.express_refused("GET", &wrong, None).await;
    assert!(refused.1.starts_with("1506:"), "{refused:?}");
    let refused = session
        .express_refused("GET", &image("&typeCode=customs-entry"), None)
        .await;
    assert!(
        refused.0 == 404 && refused.1.starts_with("1504:"),
        "{refused:?}"
    );
    let upload = json!({
        "originalPlannedShippingDate": "2026-01-07",
        "accounts": [{ "typeCode": "shipper", "number": "123456789" }], "productCode": "P",
        "documentImages": [{ "typeCode": "INV", "imageFormat": "PDF", "content": "JVBERg==" }],
    });
    let target = format!("/shipments/{waybill}/upload-image");
    assert_eq!(
        session.express("PATCH", &target, Some(&upload)).await.0,
        200
    );
    let other = session.express("PATCH", "/shipments/1234567891/upload-image", Some(&upload));
    assert_eq!(other.await.0, 404);
    session.days_pass(9);
    let told = session.express_granted("GET", &proof, None).await;
    assert_eq!(told["documents"][0]["typeCode"], "POD");
}

#[tokio::test]
async fn a_courier_comes_is_put_off_and_is_sent_home() {
    let session = dhl::session().await;
    let party = shipment("R-1")["customerDetails"]["shipperDetails"].clone();
    let accounts = json!([{ "typeCode": "shipper", "number": "123456789" }]);
    let mut request = json!({
        "plannedPickupDateAndTime": "2026-01-07T10:00:00 GMT+01:00", "closeTime": "18:00",
        "accounts": accounts, "customerDetails": { "shipperDetails": party },
        "shipmentDetails": [{
            "productCode": "U", "isCustomsDeclarable": false, "unitOfMeasurement": "metric",
            "packages": [{ "weight": 2.5 }],
        }],
    });
    let booked = session
        .express_granted("POST", "/pickups", Some(&request))
        .await;
    let number = booked["dispatchConfirmationNumbers"][0].as_str().unwrap();
    assert!(number.starts_with("PRG260107"), "{number}");
    let cases = [
        ("/closeTime", json!("09:00"), "5003:"),
        ("/accounts/0/number", json!("7"), "8003:"),
        ("/shipmentDetails", json!([]), "expected minimum item count"),
    ];
    refuses(&session, "/pickups", &request, 400, &cases).await;
    request["dispatchConfirmationNumber"] = json!(number);
    request["originalShipperAccountNumber"] = json!("123456789");
    request["plannedPickupDateAndTime"] = json!("2026-01-08T11:30:00 GMT+01:00");
    let target = format!("/pickups/{number}");
    let changed = session
        .express_granted("PATCH", &target, Some(&request))
        .await;
    assert_eq!(changed["nextPickupDate"], "2026-01-08");
    let refused = session.express_refused("DELETE", &target, None).await;
    assert!(refused.1.contains("requestorName, reason"), "{refused:?}");
    let cancel = format!("{target}?requestorName=Ann&reason=closed");
    for status in [200, 400] {
        assert_eq!(session.express("DELETE", &cancel, None).await.0, status);
    }
    let unknown = "/pickups/PRG260107999999?requestorName=Ann&reason=closed";
    assert_eq!(session.express("DELETE", unknown, None).await.0, 404);
}

#[tokio::test]
async fn duties_and_taxes_are_told_before_the_sale() {
    let session = dhl::session().await;
    let request = landed_cost();
    let told = session
        .express_granted("POST", "/landed-cost", Some(&request))
        .await;
    let product = &told["products"][0];
    let lines = product["detailedPriceBreakdown"][0]["breakdown"]
        .as_array()
        .unwrap();
    let find = |name: &str| lines.iter().find(|line| line["name"] == name).unwrap();
    assert_eq!(find("SCUSV")["price"].to_string(), "99.8");
    assert_eq!(find("TOTAL DUTIES")["price"].to_string(), "4.69");
    assert_eq!(product["items"][0]["breakdown"][0]["typeCode"], "DUTY");
    let cases = [
        ("/currencyCode", json!("eur"), "5008:"),
        ("/items", json!([]), "expected minimum item count: 1"),
        ("/productCode", json!("U"), "996:"),
    ];
    refuses(&session, "/landed-cost", &request, 400, &cases).await;
}

/// A question for the landed cost of two wrenches in the United States.
fn landed_cost() -> Value {
    let rates = rates_abroad();
    json!({
        "customerDetails": rates["customerDetails"], "accounts": rates["accounts"],
        "productCode": "P", "unitOfMeasurement": "metric", "currencyCode": "EUR",
        "isCustomsDeclarable": true, "isDTPRequested": true, "getCostBreakdown": true,
        "packages": rates["packages"],
        "items": [{
            "number": 1, "name": "torque wrench", "manufacturerCountry": "DE", "quantity": 2,
            "unitPrice": 49.9, "unitPriceCurrencyCode": "EUR", "commodityCode": "820411",
        }],
    })
}

#[tokio::test]
async fn express_says_where_it_fetches_and_brings() {
    let session = dhl::session().await;
    let good = "/address-validate?type=delivery&countryCode=US&postalCode=75201&cityName=Dallas";
    let told = session.express_granted("GET", good, None).await;
    assert_eq!(told["address"][0]["serviceArea"]["GMTOffset"], "-05:00");
    for (query, words) in [
        (
            "countryCode=US&postalCode=75201",
            "Missing mandatory parameters: type",
        ),
        ("type=delivery&countryCode=US&postalCode=7520", "3005:"),
        (
            "type=both&countryCode=US&postalCode=75201",
            "type (pickup, delivery)",
        ),
    ] {
        let target = format!("/address-validate?{query}");
        let refused = session.express_refused("GET", &target, None).await;
        assert!(refused.0 == 400 && refused.1.contains(words), "{refused:?}");
    }
}

#[tokio::test]
async fn faults_of_express_do_what_they_say() {
    let session = dhl::session().await;
    let request = shipment("R-1");
    order(&session, "ship", Fault::CutAfter);
    let headers = dhl::express_headers();
    let lost = session
        .dhl("POST", "/express/shipments", headers, Some(&request))
        .await;
    assert!(lost.unwrap_err().status().is_none());
    assert_eq!(session.control().orders()["R-1"], 1, "it was sold");
    let target = "/tracking?shipmentReference=R-1&shipperAccountNumber=123456789";
    let found = session.express_granted("GET", target, None).await;
    assert_eq!(
        found["shipments"].as_array().unwrap().len(),
        1,
        "and can be found"
    );
    session.days_pass(9);
    let count = async || {
        let told = session.express_granted("GET", target, None).await;
        told["shipments"][0]["events"].as_array().unwrap().len()
    };
    let plain = count().await;
    order(&session, "track", Fault::Duplicate);
    assert_eq!(count().await, 2 * plain);
    order(&session, "track", Fault::Late);
    assert_eq!(count().await, plain - 1);
    let busy = Fault::Status {
        code: 429,
        retry_after: Some(5),
    };
    order(&session, "rate", busy);
    let (status, answer) = session.express("POST", "/rates", Some(&rates())).await;
    assert_eq!((status, &answer["status"]), (429, &json!("429")));
}

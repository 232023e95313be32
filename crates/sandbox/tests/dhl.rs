//! DHL Express: what it offers, what it refuses, what it sells.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod session;

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

#[tokio::test]
async fn express_knows_its_user_and_wants_its_version() {
    let session = dhl::session().await;
    let mut headers = dhl::express_headers();
    headers[0].1 = "Basic bm9ib2R5Om5vdGhpbmc=".to_owned();
    let ask = rates();
    for (headers, status) in [
        (headers, 401),
        (dhl::express_headers()[..1].to_vec(), 400),
        (dhl::express_headers(), 200),
    ] {
        let answer = session
            .dhl("POST", "/express/rates", headers, Some(&ask))
            .await
            .unwrap();
        assert_eq!(answer.status(), status);
        if status == 200 {
            let reference = answer.headers()["message-reference"].to_str().unwrap();
            assert_eq!(reference, dhl::express_headers()[2].1);
        }
    }
}

#[tokio::test]
async fn express_prices_grow_with_weight_and_services_and_differ_by_currency_type() {
    let session = dhl::session().await;
    let total = async |request: &Value, kind: &str| -> (String, String) {
        let answer = session
            .express_granted("POST", "/rates", Some(request))
            .await;
        let product = &answer["products"][0];
        let all = product["totalPrice"].as_array().unwrap();
        let price = all
            .iter()
            .find(|price| price["currencyType"] == kind)
            .unwrap();
        (
            product["productCode"].as_str().unwrap().to_owned(),
            price["price"].to_string(),
        )
    };
    let mut request = rates();
    request["productCode"] = json!("U");
    // 5 started half kilograms: 4300 + 5 * 190 cents, a quarter off, 21.5 % fuel
    assert_eq!(
        total(&request, "BILLC").await,
        ("U".to_owned(), "47.83".to_owned())
    );
    assert_eq!(total(&request, "PULCL").await.1, "63.77");
    request["packages"][0]["weight"] = json!(3.2);
    assert_eq!(total(&request, "BILLC").await.1, "51.29");
    request["valueAddedServices"] =
        json!([{ "serviceCode": "II", "value": 4000, "currency": "EUR" }]);
    assert_eq!(total(&request, "BILLC").await.1, "91.29");
    request["packages"][0]["dimensions"]["height"] = json!(150);
    assert_eq!(
        total(&request, "BILLC").await.1,
        "141.51",
        "18 kg by volume"
    );
}

#[tokio::test]
async fn express_offers_what_serves_the_lane() {
    let session = dhl::session().await;
    let codes = async |request: &Value| -> Vec<String> {
        let answer = session
            .express_granted("POST", "/rates", Some(request))
            .await;
        let products = answer["products"].as_array().unwrap();
        let code = |product: &Value| product["productCode"].as_str().unwrap().to_owned();
        products.iter().map(code).collect()
    };
    assert_eq!(codes(&rates()).await, ["K", "T", "U", "W"]);
    assert_eq!(codes(&rates_abroad()).await, ["E", "Y", "P"]);
    let mut home = rates();
    home["customerDetails"]["receiverDetails"]["countryCode"] = json!("DE");
    assert_eq!(codes(&home).await, ["I", "1", "N"]);
    let mut slow = rates();
    slow["productTypeCode"] = json!("dayDefinite");
    assert_eq!(codes(&slow).await, ["W"]);
    let query = "accountNumber=123456789&originCountryCode=DE&originCityName=Bonn\
                 &destinationCountryCode=FR&destinationCityName=Lyon&weight=2.5&length=30\
                 &width=20&height=15.5&plannedShippingDate=2026-01-07&isCustomsDeclarable=false\
                 &unitOfMeasurement=metric";
    let one = session
        .express_granted("GET", &format!("/rates?{query}"), None)
        .await;
    let many = session
        .express_granted("POST", "/rates", Some(&rates()))
        .await;
    assert_eq!(
        one["products"][2]["totalPrice"],
        many["products"][2]["totalPrice"]
    );
    let products = session
        .express_granted("GET", &format!("/products?{query}"), None)
        .await;
    assert!(products["products"][0].get("totalPrice").is_none());
    assert_eq!(products["products"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn wrong_questions_for_rates_are_refused() {
    let session = dhl::session().await;
    let when = "/plannedShippingDateAndTime";
    let cases = [
        (
            when,
            json!("2026-01-07T10:00:00+01:00"),
            "998: ShipTimeStamp",
        ),
        (when, json!("2026-01-06T15:00:00 GMT+01:00"), "997:"),
        (when, json!("2026-01-17T10:00:00 GMT+01:00"), "997:"),
        (
            when,
            Value::Null,
            "#: required key [plannedShippingDateAndTime] not found",
        ),
        (
            "/weight",
            json!(1),
            "#: extraneous key [weight] is not permitted",
        ),
        (
            "/packages/0/weight",
            json!("2"),
            "#/packages/0/weight: expected type: Number",
        ),
        ("/packages/0/weight", json!(0), "not greater or equal"),
        (
            "/packages",
            json!([]),
            "expected minimum item count: 1, found: 0",
        ),
        (
            "/unitOfMeasurement",
            json!("SI"),
            "SI is not a valid enum value",
        ),
        (
            "/accounts/0/number",
            json!("1"),
            "account number is not found or invalid",
        ),
        (
            "/accounts",
            Value::Null,
            "account number is not found or invalid",
        ),
        (
            "/productCode",
            json!("P"),
            "996: The requested product(s) (P)",
        ),
        (
            "/customerDetails/receiverDetails/countryCode",
            json!("fr"),
            "8104:",
        ),
    ];
    refuses(&session, "/rates", &rates(), 400, &cases).await;
}

#[tokio::test]
async fn a_shipment_of_another_shape_is_refused_and_sells_nothing() {
    let session = dhl::session().await;
    let at = |path: &str| -> &'static str { format!("/content{path}").leak() };
    let shape = [
        (
            at("/incoterm"),
            Value::Null,
            "#/content: required key [incoterm] not found",
        ),
        (
            at("/description"),
            json!("x".repeat(71)),
            "expected maxLength: 70, actual: 71",
        ),
        (
            at("/packages/0/weight"),
            json!(1.2345),
            "not a multiple of 0.001",
        ),
        (
            "/outputImageProperties",
            json!({ "encodingFormat": "gif" }),
            "not a valid enum value",
        ),
        (
            "/customerReferences",
            json!([{ "value": "x".repeat(36) }]),
            "expected maxLength: 35, actual: 36",
        ),
        (
            "/customerDetails/shipperDetails/contactInformation/phone",
            Value::Null,
            "required key [phone] not found",
        ),
    ];
    refuses(&session, "/shipments", &shipment("R-1"), 422, &shape).await;
    assert!(session.control().parcels().is_empty());
}

#[tokio::test]
async fn a_shipment_against_the_rules_is_refused_and_sells_nothing() {
    let session = dhl::session().await;
    let rules = [
        (
            "/plannedShippingDateAndTime",
            json!("2026-01-07T10:00:00Z"),
            "998: ShipTimeStamp",
        ),
        (
            "/accounts/0/number",
            json!("999"),
            "8003: Account not allowed",
        ),
        ("/productCode", json!("P"), "7009: The requested product"),
        ("/productCode", json!("?"), "7009: The requested product"),
        (
            "/valueAddedServices",
            json!([{ "serviceCode": "XX" }]),
            "7008: The requested",
        ),
        (
            "/valueAddedServices",
            json!([{ "serviceCode": "WY" }]),
            "7008: The requested",
        ),
        (
            "/valueAddedServices",
            json!([{ "serviceCode": "II" }]),
            "7012:",
        ),
        (
            "/identifiers",
            json!([{ "typeCode": "shipmentId", "value": "3318810025" }]),
            "400104:",
        ),
    ];
    refuses(&session, "/shipments", &shipment("R-1"), 400, &rules).await;
    assert!(session.control().parcels().is_empty());
}

#[tokio::test]
async fn a_shipment_that_declares_too_little_is_refused_and_sells_nothing() {
    let session = dhl::session().await;
    let at = |path: &str| -> &'static str { format!("/content{path}").leak() };
    let abroad = [
        (at("/exportDeclaration"), Value::Null, "7057:"),
        (at("/exportDeclaration/invoice"), Value::Null, "7058:"),
        (at("/declaredValue"), Value::Null, "7056:"),
        ("/productCode", json!("D"), "7009:"),
    ];
    refuses(
        &session,
        "/shipments",
        &shipment_abroad("R-1"),
        400,
        &abroad,
    )
    .await;
    let mut paperless = shipment_abroad("R-1");
    paperless["valueAddedServices"] = json!([{ "serviceCode": "WY" }]);
    let without = [("/outputImageProperties", Value::Null, "7120:")];
    refuses(&session, "/shipments", &paperless, 400, &without).await;
    assert!(session.control().parcels().is_empty());
    let (status, _) = session
        .express("POST", "/shipments?validateDataOnly=true", Some(&paperless))
        .await;
    assert_eq!(status, 201);
    assert!(session.control().parcels().is_empty(), "validated only");
}

#[tokio::test]
async fn everything_wrong_with_a_shipment_is_told_at_once() {
    let session = dhl::session().await;
    let mut request = shipment_abroad("R-1");
    request["productCode"] = json!("U");
    request["valueAddedServices"] = json!([{ "serviceCode": "EE" }, { "serviceCode": "XX" }]);
    let refused = session.express("POST", "/shipments", Some(&request)).await;
    assert_eq!(refused.0, 400);
    assert_eq!(
        refused.1["detail"],
        "Multiple problems found, see Additional Details"
    );
    let all = refused.1["additionalDetails"].as_array().unwrap();
    assert_eq!(all.len(), 2, "{all:?}");
    assert!(
        all[1]
            .as_str()
            .unwrap()
            .contains("#/valueAddedServices/1/serviceCode 'XX'")
    );
}

#[tokio::test]
async fn a_shipment_has_a_waybill_and_its_pieces_have_licence_plates() {
    let session = dhl::session().await;
    let mut request = shipment_abroad("R-1");
    request["pickup"]["isRequested"] = json!(true);
    request["getRateEstimates"] = json!(true);
    let sold = session.express_bought(&request).await;
    let waybill = sold["shipmentTrackingNumber"].as_str().unwrap();
    assert_eq!(waybill.len(), 10);
    let numbers = checked(waybill);
    assert_eq!(numbers, waybill, "the check digit is right");
    let pieces = sold["packages"].as_array().unwrap();
    assert_eq!(pieces.len(), 2);
    for piece in pieces {
        let plate = piece["trackingNumber"].as_str().unwrap();
        assert!(plate.starts_with("JD0146") && plate.len() == 20, "{plate}");
    }
    let kinds: Vec<_> = sold["documents"].as_array().unwrap().iter().collect();
    let kinds: Vec<_> = kinds
        .iter()
        .map(|one| one["typeCode"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["label", "waybillDoc", "invoice"]);
    assert_eq!(sold["shipmentCharges"][0]["currencyType"], "BILLC");
    let pickup = sold["dispatchConfirmationNumber"].as_str().unwrap();
    let cancel = format!("/pickups/{pickup}?requestorName=Ann&reason=closed");
    let (status, _) = session.express("DELETE", &cancel, None).await;
    assert_eq!(status, 200);
    let control = session.control();
    assert_eq!(control.orders()["R-1"], 1);
    assert_eq!(control.orders()["BOX-2"], 1);
    let second = session.express_bought(&shipment("R-1")).await;
    assert_ne!(second["shipmentTrackingNumber"], *waybill);
    assert_eq!(control.orders()["R-1"], 2, "a double purchase is counted");
    let (status, _) = session
        .express("DELETE", &format!("/shipments/{waybill}"), None)
        .await;
    assert!(status == 404 || status == 405, "there is no void: {status}");
}

/// The number that the first nine digits make.
fn checked(waybill: &str) -> String {
    let rest = waybill[..9]
        .bytes()
        .fold(0, |rest, byte| (rest * 10 + u32::from(byte - b'0')) % 7);
    format!("{}{rest}", &waybill[..9])
}

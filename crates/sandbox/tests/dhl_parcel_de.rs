//! Parcel DE: what it refuses, what can be done until the day is closed, how its parcels move.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod session;

use parcelgate_sandbox::{Carrier, Fault, FaultOrder};
use serde_json::{Value, json};
use session::Session;
use session::dhl::{self, order_abroad, orders};

const ORDERS: &str = "/shipping/v2/orders";

async fn sold(session: &Session, request: &Value) -> Vec<String> {
    let (status, answer) = session.parcel_de("POST", ORDERS, Some(request)).await;
    assert_eq!(status, 200, "{answer}");
    let items = answer["items"].as_array().unwrap();
    let number = |item: &Value| item["shipmentNo"].as_str().unwrap().to_owned();
    items.iter().map(number).collect()
}

#[tokio::test]
async fn a_key_with_a_user_or_a_token_opens_it() {
    let session = dhl::session().await;
    let target = format!("/parcel-de/parcel/de{ORDERS}?shipment=1");
    let form = "grant_type=password&username=sandbox-user&password=sandbox-user-secret\
                &client_id=sandbox-parcel-de-key&client_secret=sandbox-parcel-de-secret";
    let token = async |form: &str| {
        let url = session.url("/dhl/parcel-de/parcel/de/account/auth/ropc/v1/token");
        let request = reqwest::Client::new().post(url).body(form.to_owned());
        let kind = "application/x-www-form-urlencoded";
        let answer = request.header("content-type", kind).send().await.unwrap();
        let status = answer.status().as_u16();
        let text = answer.text().await.unwrap();
        (status, serde_json::from_str::<Value>(&text).unwrap())
    };
    let (status, granted) = token(form).await;
    assert_eq!(
        (status, &granted["token_type"]),
        (200, &json!("Bearer")),
        "{granted}"
    );
    assert_eq!(token(&form.replace("user-secret", "wrong")).await.0, 401);
    assert_eq!(
        token(&form.replace("=password", "=client_credentials"))
            .await
            .0,
        400
    );
    let bearer = format!("Bearer {}", granted["access_token"].as_str().unwrap());
    for (headers, status) in [
        (dhl::parcel_de_headers(), 404),
        (vec![("authorization", bearer)], 404),
        (dhl::parcel_de_headers()[1..].to_vec(), 401),
        (vec![("authorization", "Bearer other".to_owned())], 401),
    ] {
        let answer = session.dhl("GET", &target, headers, None).await.unwrap();
        assert_eq!(answer.status(), status);
    }
}

#[tokio::test]
async fn a_wrong_shipment_is_refused_with_the_property_that_is_wrong() {
    let session = dhl::session().await;
    let cases = [
        ("/product", json!("V99"), "product"),
        ("/product", json!("V53WPAK"), "billingNumber"),
        ("/billingNumber", json!("11111111110101"), "billingNumber"),
        ("/refNo", json!("short"), "refNo"),
        ("/details/weight/value", json!(31_501), "details.weight"),
        ("/details/weight/value", json!(0), "details.weight"),
        ("/consignee/name1", Value::Null, "consignee"),
        (
            "/consignee/postalCode",
            json!("1011"),
            "consignee.postalCode",
        ),
        ("/consignee/country", json!("USA"), "product"),
        ("/consignee/country", json!("ZZZ"), "consignee.country"),
        ("/shipper/country", json!("FRA"), "shipper.country"),
        ("/shipDate", json!("2026-01-05"), "shipDate"),
        (
            "/services",
            json!({ "dhlRetoure": { "billingNumber": "33333333330101" } }),
            "services.dhlRetoure.billingNumber",
        ),
    ];
    for (pointer, wrong, property) in cases {
        let mut request = orders(&["ORDER-0001"]);
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let parent = request["shipments"][0].pointer_mut(parent).unwrap();
        let members = parent.as_object_mut().unwrap();
        if wrong.is_null() {
            members.remove(name);
        } else {
            members.insert(name.to_owned(), wrong.clone());
        }
        let (status, answer) = session.parcel_de("POST", ORDERS, Some(&request)).await;
        assert_eq!(status, 400, "{pointer} = {wrong}: {answer}");
        let messages = answer["items"][0]["validationMessages"].as_array().unwrap();
        let told = messages
            .iter()
            .any(|message| message["property"] == property);
        assert!(told, "{pointer} = {wrong}: {answer}");
    }
    let mut abroad = order_abroad("ORDER-0001");
    abroad["shipments"][0]
        .as_object_mut()
        .unwrap()
        .remove("customs");
    let (_, answer) = session.parcel_de("POST", ORDERS, Some(&abroad)).await;
    assert_eq!(
        answer["items"][0]["validationMessages"][0]["property"],
        "customs"
    );
    let mut other = orders(&["ORDER-0001"]);
    other["profile"] = json!("ELSE");
    assert_eq!(session.parcel_de("POST", ORDERS, Some(&other)).await.0, 400);
    let many = orders(&["ORDER-0001"; 31]);
    assert_eq!(session.parcel_de("POST", ORDERS, Some(&many)).await.0, 400);
    let check = format!("{ORDERS}?validate=true");
    let request = orders(&["ORDER-0001"]);
    assert_eq!(
        session.parcel_de("POST", &check, Some(&request)).await.0,
        200
    );
    assert!(session.control().parcels().is_empty());
}

#[tokio::test]
async fn each_shipment_of_a_request_stands_for_itself() {
    let session = dhl::session().await;
    let mut request = orders(&["ORDER-0001", "ORDER-0002", "ORDER-0003"]);
    request["shipments"][1]["consignee"]["postalCode"] = json!("00000");
    let strict = format!("{ORDERS}?mustEncode=true");
    let (status, answer) = session.parcel_de("POST", &strict, Some(&request)).await;
    assert_eq!(
        (status, &answer["status"]["statusCode"]),
        (207, &json!(207))
    );
    let items = answer["items"].as_array().unwrap();
    let codes: Vec<_> = items
        .iter()
        .map(|item| &item["sstatus"]["statusCode"])
        .collect();
    assert_eq!(codes, [200, 400, 200]);
    assert_eq!(items[2]["shipmentRefNo"], "ORDER-0003");
    assert!(!session.control().orders().contains_key("ORDER-0002"));
    assert_eq!(
        sold(&session, &request).await.len(),
        3,
        "printed all the same"
    );
}

#[tokio::test]
async fn a_shipment_can_be_cancelled_until_its_day_is_closed() {
    let session = dhl::session().await;
    let numbers = sold(
        &session,
        &orders(&["ORDER-0001", "ORDER-0002", "ORDER-0003"]),
    )
    .await;
    let [first, second, third] = numbers.as_slice() else {
        panic!("three were sold: {numbers:?}");
    };
    assert!(
        first.starts_with("00340434") && first.len() == 20,
        "{first}"
    );
    let get = format!("{ORDERS}?shipment={first}&shipment={second}");
    assert_eq!(session.parcel_de("GET", &get, None).await.0, 200);
    let void = |number: &str| format!("{ORDERS}?profile=STANDARD_GRUPPENPROFIL&shipment={number}");
    assert_eq!(session.parcel_de("DELETE", &void(first), None).await.0, 200);
    assert_eq!(session.parcel_de("DELETE", &void(first), None).await.0, 400);
    assert_eq!(
        session.parcel_de("GET", &get, None).await.0,
        207,
        "one is gone"
    );
    let track = format!("/track/shipments?trackingNumber={first}");
    assert_eq!(session.unified("GET", &track, None).await.0, 404);
    let manifests = "/shipping/v2/manifests";
    assert_eq!(session.parcel_de("GET", manifests, None).await.0, 404);
    let close = json!({ "profile": "STANDARD_GRUPPENPROFIL", "shipmentNumbers": [first, second] });
    let (status, answer) = session.parcel_de("POST", manifests, Some(&close)).await;
    assert_eq!(status, 207);
    let codes = [0, 1].map(|index| answer["items"][index]["sstatus"]["statusCode"].clone());
    assert_eq!(codes, [400, 200]);
    let refused = session.parcel_de("DELETE", &void(second), None).await;
    assert_eq!(refused.0, 400, "{}", refused.1);
    let all = json!({ "profile": "STANDARD_GRUPPENPROFIL" });
    let rest = session
        .parcel_de("POST", "/shipping/v2/manifests?all=true", Some(&all))
        .await;
    assert_eq!(rest.1["items"][0]["shipmentNo"], *third);
    let (status, list) = session.parcel_de("GET", manifests, None).await;
    assert_eq!(
        (status, list["items"].as_array().unwrap().len()),
        (200, 2),
        "{list}"
    );
    assert_eq!(session.control().orders().len(), 3);
}

#[tokio::test]
async fn documents_come_in_the_answer_or_by_link() {
    let session = dhl::session().await;
    let mut request = order_abroad("ORDER-0001");
    request["shipments"][0]["services"] =
        json!({ "dhlRetoure": { "billingNumber": "33333333330701" } });
    let links = format!("{ORDERS}?includeDocs=URL&printFormat=910-300-600");
    let (status, answer) = session.parcel_de("POST", &links, Some(&request)).await;
    assert_eq!(status, 200, "{answer}");
    let item = &answer["items"][0];
    assert_eq!(item["label"]["printFormat"], "910-300-600/610");
    for name in ["label", "returnLabel", "customsDoc"] {
        let url = item[name]["url"].as_str().unwrap();
        let answer = reqwest::get(url).await.unwrap();
        assert_eq!(
            answer.headers()["content-type"],
            "application/pdf",
            "{name}"
        );
        assert!(answer.bytes().await.unwrap().starts_with(b"%PDF"));
    }
    let zpl = format!("{ORDERS}?docFormat=ZPL2");
    let (_, answer) = session.parcel_de("POST", &zpl, Some(&request)).await;
    let text = answer["items"][0]["label"]["zpl2"].as_str().unwrap();
    assert!(text.starts_with("^XA"), "{text}");
    for wrong in ["docFormat=GIF", "printFormat=A5", "includeDocs=no"] {
        let target = format!("{ORDERS}?{wrong}");
        assert_eq!(
            session.parcel_de("POST", &target, Some(&request)).await.0,
            400,
            "{wrong}"
        );
    }
    let unknown = session
        .parcel_de("GET", "/shipping/v2/labels?token=x", None)
        .await;
    assert_eq!(unknown.0, 404);
}

#[tokio::test]
async fn parcels_move_with_the_codes_of_parcel_de() {
    let session = dhl::session().await;
    let number = sold(&session, &orders(&["ORDER-0001"])).await.remove(0);
    let target = format!("/track/shipments?trackingNumber={number}&service=parcel-de");
    let (_, fresh) = session.unified("GET", &target, None).await;
    assert_eq!(fresh["shipments"][0]["status"]["status"], "VA");
    let address = &fresh["shipments"][0]["destination"]["address"];
    assert!(address.get("postalCode").is_none(), "only for who knows it");
    session.days_pass(4);
    let known = format!("{target}&recipientPostalCode=10115");
    let (_, told) = session.unified("GET", &known, None).await;
    let shipment = &told["shipments"][0];
    assert_eq!(shipment["destination"]["address"]["postalCode"], "10115");
    let events = shipment["events"].as_array().unwrap();
    let codes: Vec<_> = events
        .iter()
        .rev()
        .map(|event| event["status"].as_str().unwrap())
        .collect();
    assert_eq!(
        codes,
        ["VA", "AE", "EE", "AA", "EE", "AA", "EE", "PO", "ZU"]
    );
    assert_eq!(events[0]["statusDetailed"], "DLVRD-ACCPT");
    assert!(events[0]["timestamp"].as_str().unwrap().ends_with("+01:00"));
}

#[tokio::test]
async fn a_return_has_a_label_of_its_own() {
    let session = dhl::session().await;
    let mut request = json!({
        "receiverId": "deu", "customerReference": "RETURN-1",
        "shipper": {
            "name1": "Jana Kunz", "addressStreet": "Chausseestr.", "addressHouse": "1",
            "postalCode": "10115", "city": "Berlin",
        },
        "itemWeight": { "uom": "g", "value": 400 },
    });
    let target = "/shipping/returns/v1/orders";
    let (status, answer) = session.parcel_de("POST", target, Some(&request)).await;
    assert_eq!((status, &answer["sstatus"]["status"]), (201, &json!(201)));
    assert_eq!(session.control().orders()["RETURN-1"], 1);
    request["receiverId"] = json!("nobody");
    assert_eq!(
        session.parcel_de("POST", target, Some(&request)).await.0,
        422
    );
    request["shipper"] = json!({});
    assert_eq!(
        session.parcel_de("POST", target, Some(&request)).await.0,
        400
    );
}

#[tokio::test]
async fn faults_of_parcel_de_speak_its_language() {
    let session = dhl::session().await;
    let order = |operation: &str, fault: Fault| {
        session.control().inject(FaultOrder {
            carrier: Carrier::Dhl,
            operation: operation.to_owned(),
            fault,
            times: 1,
        });
    };
    let busy = Fault::Status {
        code: 429,
        retry_after: Some(5),
    };
    order("ship", busy);
    let request = orders(&["ORDER-0001"]);
    let (status, answer) = session.parcel_de("POST", ORDERS, Some(&request)).await;
    assert_eq!((status, &answer["statusCode"]), (429, &json!(429)));
    order("void", Fault::CutBefore);
    let number = sold(&session, &request).await.remove(0);
    let void =
        format!("/parcel-de/parcel/de{ORDERS}?profile=STANDARD_GRUPPENPROFIL&shipment={number}");
    let lost = session
        .dhl("DELETE", &void, dhl::parcel_de_headers(), None)
        .await;
    assert!(lost.unwrap_err().status().is_none());
    let parcels = session.control().parcels();
    assert!(parcels[0].voided.is_none(), "nothing happened");
}

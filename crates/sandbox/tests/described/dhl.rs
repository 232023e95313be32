//! DHL's answers, and the requests of these tests, against DHL's own descriptions.

use std::collections::HashMap;
use std::future::Future;

use bytes::Bytes;
use libtest_mimic::{Failed, Trial};
use parcelgate_conformance::described::{self, Described};
use parcelgate_sandbox::{Carrier, Fault, FaultOrder};
use serde_json::{Value, json};

#[path = "dhl_refusals.rs"]
mod refusals;
use super::none;
use super::session::Session;
use super::session::dhl::{
    self, order_abroad, orders, rates, rates_abroad, shipment, shipment_abroad,
};

const EXPRESS: &str = "dhl/express-mydhl-3.3.1.detab.yaml";
const UNIFIED: &str = "dhl/tracking-unified-1.5.8.yaml";
const SHIPPING: &str = "dhl/parcel-de-shipping.yaml";
const RETURNS: &str = "dhl/parcel-de-returns.yaml";
const DRIVERS: &str = "dhl/parcel-de-pickup.yaml";

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("dhl::express_rates", express_rates),
        trial("dhl::express_landed_cost", express_landed_cost),
        trial("dhl::express_shipments", express_shipments),
        trial("dhl::express_tracking", express_tracking),
        trial("dhl::express_documents", express_documents),
        trial("dhl::express_pickups", express_pickups),
        trial("dhl::express_places", express_places),
        trial("dhl::express_refusals", express_refusals),
        trial("dhl::unified_tracking", unified_tracking),
        trial("dhl::parcel_de_orders", parcel_de_orders),
        trial("dhl::parcel_de_manifests", parcel_de_manifests),
        trial("dhl::parcel_de_returns", parcel_de_returns),
        trial("dhl::parcel_de_pickups", parcel_de_pickups),
        trial(
            "dhl::refusals::parcel_de_refusals",
            refusals::parcel_de_refusals,
        ),
    ]
}

fn trial<F>(name: &str, run: fn(Judge) -> F) -> Trial
where
    F: Future<Output = ()> + 'static,
{
    Trial::test(name, move || {
        let runtime = tokio::runtime::Runtime::new()?;
        runtime.block_on(async {
            run(Judge::over(dhl::session().await)?).await;
            Ok::<(), Failed>(())
        })
    })
}

/// Asks the sandbox, and holds both sides against the description.
struct Judge {
    session: Session,
    known: HashMap<&'static str, Described>,
}

impl Judge {
    fn over(session: Session) -> Result<Self, Failed> {
        let folder = described::folder().ok_or("no descriptions")?;
        let mut known = HashMap::new();
        for file in [EXPRESS, UNIFIED, SHIPPING, RETURNS, DRIVERS] {
            known.insert(file, Described::load(&folder, file)?);
        }
        Ok(Self { session, known })
    }

    /// Asks the host at `base`, and holds both sides against the description.
    async fn holds(
        &self,
        file: &'static str,
        base: &str,
        (method, target): (&str, &str),
        headers: Vec<(&'static str, String)>,
        body: Option<&Value>,
    ) -> (u16, Value) {
        let described = &self.known[file];
        let mut request = http::Request::builder().method(method).uri(target);
        for (name, value) in &headers {
            request = request.header(*name, value);
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let bytes = body.map(Value::to_string).unwrap_or_default();
        let request = request.body(Bytes::from(bytes)).unwrap();
        none(described.request(&request), target);
        let under = format!("{base}{target}");
        let answer = self
            .session
            .dhl(method, &under, headers, body)
            .await
            .unwrap();
        let path = target.split('?').next().unwrap();
        none(
            described.answer(&method.parse().unwrap(), path, &answer),
            target,
        );
        let value = serde_json::from_slice(answer.body()).unwrap();
        (answer.status().as_u16(), value)
    }

    /// Asks Express for what is granted.
    async fn express(&self, method: &str, target: &str, body: Option<&Value>) -> Value {
        let mut request = http::Request::builder().method(method).uri(target);
        for (name, value) in dhl::express_headers() {
            request = request.header(name, value);
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let bytes = body.map(Value::to_string).unwrap_or_default();
        let request = request.body(Bytes::from(bytes)).unwrap();
        none(self.known[EXPRESS].request(&request), target);
        let (status, answer) = self.answers(method, target, body).await;
        assert!((200..300).contains(&status), "{target}: {status} {answer}");
        answer
    }

    /// Asks Express, and holds only the answer against the description.
    async fn answers(&self, method: &str, target: &str, body: Option<&Value>) -> (u16, Value) {
        let under = format!("/express{target}");
        let asked = self
            .session
            .dhl(method, &under, dhl::express_headers(), body);
        let answer = asked.await.unwrap();
        let path = target.split('?').next().unwrap();
        if answer.body().is_empty() {
            assert_eq!(answer.status(), 200, "{target}: only a success has no body");
            return (200, Value::Null);
        }
        let method = method.parse().unwrap();
        none(self.known[EXPRESS].answer(&method, path, &answer), target);
        let value = serde_json::from_slice(answer.body()).unwrap();
        (answer.status().as_u16(), value)
    }
}

const ONE_PIECE: &str = "accountNumber=123456789&originCountryCode=DE&originCityName=Bonn\
    &destinationCountryCode=FR&destinationCityName=Lyon&weight=2.5&length=30&width=20&height=15.5\
    &plannedShippingDate=2026-01-07&isCustomsDeclarable=false&unitOfMeasurement=metric";

async fn express_rates(judge: Judge) {
    let mut request = rates();
    request["getAdditionalInformation"] =
        json!([{ "typeCode": "allValueAddedServices", "isRequested": true }]);
    request["valueAddedServices"] =
        json!([{ "serviceCode": "II", "value": 500, "currency": "EUR" }]);
    for request in [request, rates(), rates_abroad()] {
        let answer = judge.express("POST", "/rates", Some(&request)).await;
        assert!(answer["products"].as_array().unwrap().len() >= 3);
    }
    judge
        .express("GET", &format!("/rates?{ONE_PIECE}"), None)
        .await;
    let all = format!("/products?{ONE_PIECE}&getAllValueAddedServices=true");
    judge.express("GET", &all, None).await;
}

async fn express_landed_cost(judge: Judge) {
    let rates = rates_abroad();
    let request = json!({
        "customerDetails": rates["customerDetails"], "accounts": rates["accounts"],
        "unitOfMeasurement": "metric", "currencyCode": "EUR", "isCustomsDeclarable": true,
        "isDTPRequested": true, "getCostBreakdown": true, "packages": rates["packages"],
        "items": [{
            "number": 1, "name": "torque wrench", "manufacturerCountry": "DE", "quantity": 2,
            "unitPrice": 49.9, "unitPriceCurrencyCode": "EUR", "commodityCode": "820411",
        }],
    });
    judge.express("POST", "/landed-cost", Some(&request)).await;
}

async fn express_shipments(judge: Judge) {
    let mut linked = shipment_abroad("R-2");
    linked["getAdditionalInformation"] =
        json!([{ "typeCode": "linkLabelsByPieces", "isRequested": true }]);
    linked["outputImageProperties"]["encodingFormat"] = json!("zpl");
    linked["estimatedDeliveryDate"] = json!({ "isRequested": true, "typeCode": "QDDC" });
    linked["getRateEstimates"] = json!(true);
    linked["pickup"] = json!({ "isRequested": true, "closeTime": "18:00" });
    linked["valueAddedServices"] = json!([
        { "serviceCode": "WY" }, { "serviceCode": "SF" }, { "serviceCode": "AA" },
        { "serviceCode": "II", "value": 99.8, "currency": "USD" },
    ]);
    for (request, documents) in [
        (shipment("R-1"), 1),
        (shipment_abroad("R-3"), 3),
        (linked, 4),
    ] {
        let answer = judge.express("POST", "/shipments", Some(&request)).await;
        assert_eq!(answer["documents"].as_array().unwrap().len(), documents);
    }
}

async fn express_tracking(judge: Judge) {
    let sold = judge
        .express("POST", "/shipments", Some(&shipment_abroad("R-1")))
        .await;
    let waybill = sold["shipmentTrackingNumber"].as_str().unwrap();
    for _ in 0..9 {
        for level in ["shipment", "piece", "all"] {
            let one = format!("/shipments/{waybill}/tracking?levelOfDetail={level}");
            judge.express("GET", &one, None).await;
            let many = format!("/tracking?shipmentTrackingNumber={waybill}&levelOfDetail={level}");
            judge.express("GET", &many, None).await;
        }
        judge.session.days_pass(1);
    }
    let by = "/tracking?shipmentReference=R-1&shipperAccountNumber=123456789\
              &dateRangeFrom=2026-01-01&dateRangeTo=2026-01-31";
    let found = judge.express("GET", by, None).await;
    assert_eq!(
        found["shipments"][0]["events"].as_array().unwrap().len(),
        12
    );
}

async fn express_documents(judge: Judge) {
    let sold = judge
        .express("POST", "/shipments", Some(&shipment_abroad("R-1")))
        .await;
    let waybill = sold["shipmentTrackingNumber"].as_str().unwrap();
    let image = format!(
        "/shipments/{waybill}/get-image?shipperAccountNumber=123456789&typeCode=waybill\
         &pickupYearAndMonth=2026-01"
    );
    judge.express("GET", &image, None).await;
    let upload = json!({
        "originalPlannedShippingDate": "2026-01-07",
        "accounts": [{ "typeCode": "shipper", "number": "123456789" }], "productCode": "P",
        "documentImages": [{ "typeCode": "INV", "imageFormat": "PDF", "content": "JVBERg==" }],
    });
    let target = format!("/shipments/{waybill}/upload-image");
    judge.express("PATCH", &target, Some(&upload)).await;
    judge.session.days_pass(9);
    let proof = format!("/shipments/{waybill}/proof-of-delivery?content=epod-detail");
    judge.express("GET", &proof, None).await;
}

async fn express_pickups(judge: Judge) {
    let party = shipment("R-1")["customerDetails"]["shipperDetails"].clone();
    let mut request = json!({
        "plannedPickupDateAndTime": "2026-01-07T10:00:00 GMT+01:00", "closeTime": "18:00",
        "accounts": [{ "typeCode": "shipper", "number": "123456789" }],
        "customerDetails": { "shipperDetails": party },
        "shipmentDetails": [{
            "productCode": "U", "isCustomsDeclarable": false, "unitOfMeasurement": "metric",
            "packages": [{ "weight": 2.5 }],
        }],
    });
    let booked = judge.express("POST", "/pickups", Some(&request)).await;
    let number = booked["dispatchConfirmationNumbers"][0].as_str().unwrap();
    request["dispatchConfirmationNumber"] = json!(number);
    request["originalShipperAccountNumber"] = json!("123456789");
    let target = format!("/pickups/{number}");
    judge.express("PATCH", &target, Some(&request)).await;
    let cancel = format!("{target}?requestorName=Ann&reason=closed");
    judge.express("DELETE", &cancel, None).await;
    let (status, _) = judge.answers("DELETE", &cancel, None).await;
    assert_eq!(status, 400, "it is cancelled");
}

async fn express_places(judge: Judge) {
    let target = "/address-validate?type=pickup&countryCode=DE&postalCode=53113&cityName=Bonn";
    judge.express("GET", target, None).await;
    let own = dhl::with(|settings| settings.dhl.express_own_waybills = true).await;
    let judge = Judge::over(own).unwrap();
    for kind in ["SID", "PID"] {
        let target = format!("/identifiers?accountNumber=123456789&type={kind}&size=3");
        let given = judge.express("GET", &target, None).await;
        assert_eq!(given["identifiers"][0]["list"].as_array().unwrap().len(), 3);
    }
}

async fn express_refusals(judge: Judge) {
    let empty = json!({});
    let mut wrong = shipment("R-1");
    wrong["productCode"] = json!("P");
    let upload = "/shipments/1234567891/upload-image";
    let asked = [
        ("POST", "/rates", Some(&empty), 400),
        ("GET", "/rates", None, 400),
        ("GET", "/products", None, 400),
        ("POST", "/landed-cost", Some(&empty), 400),
        ("POST", "/shipments", Some(&empty), 422),
        ("POST", "/shipments", Some(&wrong), 400),
        (
            "GET",
            "/tracking?shipmentTrackingNumber=1234567891",
            None,
            404,
        ),
        ("GET", "/tracking", None, 400),
        ("GET", "/shipments/1234567891/tracking", None, 404),
        (
            "GET",
            "/shipments/1234567891/tracking?trackingView=x",
            None,
            400,
        ),
        ("GET", "/shipments/1234567891/get-image", None, 400),
        ("GET", "/shipments/1234567891/proof-of-delivery", None, 404),
        ("PATCH", upload, Some(&empty), 422),
        ("POST", "/pickups", Some(&empty), 400),
        ("PATCH", "/pickups/PRG260107000009", Some(&empty), 422),
        ("DELETE", "/pickups/PRG260107000009", None, 400),
        (
            "DELETE",
            "/pickups/PRG260107000009?requestorName=A&reason=b",
            None,
            404,
        ),
        ("GET", "/address-validate", None, 400),
        ("GET", "/identifiers", None, 400),
    ];
    for (method, target, body, expected) in asked {
        let (status, answer) = judge.answers(method, target, body).await;
        assert_eq!(status, expected, "{target}: {answer}");
    }
}

async fn unified_tracking(judge: Judge) {
    let sold = judge
        .express("POST", "/shipments", Some(&shipment_abroad("R-1")))
        .await;
    let waybill = sold["shipmentTrackingNumber"].as_str().unwrap();
    for _ in 0..9 {
        unified(&judge, waybill, 200).await;
        judge.session.days_pass(1);
    }
    unified(&judge, "1234567891", 404).await;
}

/// Asks Unified for a number, and holds both sides against the description.
async fn unified(judge: &Judge, number: &str, expected: u16) {
    let target = format!("/track/shipments?trackingNumber={number}");
    let headers = dhl::unified_headers();
    let (status, answer) = judge
        .holds(UNIFIED, "/unified", ("GET", &target), headers, None)
        .await;
    assert_eq!(status, expected, "{answer}");
}

/// Asks Parcel DE for something below `/parcel/de`, and holds both sides against `file`.
async fn parcel_de(
    judge: &Judge,
    file: &'static str,
    (method, target): (&str, &str),
    body: Option<&Value>,
) -> (u16, Value) {
    let target = format!("/parcel/de{target}");
    let headers = dhl::parcel_de_headers();
    judge
        .holds(file, "/parcel-de", (method, &target), headers, body)
        .await
}

async fn parcel_de_orders(judge: Judge) {
    const ORDERS: &str = "/shipping/v2/orders";
    let two = orders(&["ORDER-0001", "ORDER-0002"]);
    let (status, sold) = parcel_de(&judge, SHIPPING, ("POST", ORDERS), Some(&two)).await;
    assert_eq!(status, 200, "{sold}");
    let mut abroad = order_abroad("ORDER-0003");
    abroad["shipments"][0]["services"] =
        json!({ "dhlRetoure": { "billingNumber": "33333333330701" } });
    for query in ["", "?includeDocs=URL", "?docFormat=ZPL2", "?validate=true"] {
        let target = format!("{ORDERS}{query}");
        let asked = parcel_de(&judge, SHIPPING, ("POST", &target), Some(&abroad)).await;
        assert_eq!(asked.0, 200, "{}", asked.1);
    }
    let number = |index: usize| sold["items"][index]["shipmentNo"].as_str().unwrap();
    let (first, second) = (number(0), number(1));
    let get = format!("{ORDERS}?shipment={first}&shipment=00340434000000000000");
    let void = format!("{ORDERS}?profile=STANDARD_GRUPPENPROFIL&shipment={first}");
    let both = format!("{void}&shipment={second}");
    let unknown = format!("{ORDERS}?shipment=00340434000000000000");
    for (method, target, expected) in [
        ("GET", &get, 207),
        ("DELETE", &void, 200),
        ("DELETE", &both, 207),
        ("DELETE", &void, 400),
        ("GET", &unknown, 404),
    ] {
        let (status, answer) = parcel_de(&judge, SHIPPING, (method, target), None).await;
        assert_eq!(status, expected, "{method} {target}: {answer}");
    }
}

async fn parcel_de_manifests(judge: Judge) {
    let request = orders(&["ORDER-0001", "ORDER-0002"]);
    parcel_de(
        &judge,
        SHIPPING,
        ("POST", "/shipping/v2/orders"),
        Some(&request),
    )
    .await;
    let close = json!({ "profile": "STANDARD_GRUPPENPROFIL" });
    let manifests = "/shipping/v2/manifests";
    assert_eq!(
        parcel_de(&judge, SHIPPING, ("GET", manifests), None)
            .await
            .0,
        404
    );
    let all = format!("{manifests}?all=true");
    let (status, closed) = parcel_de(&judge, SHIPPING, ("POST", &all), Some(&close)).await;
    assert_eq!(status, 207, "{closed}");
    let day = format!("{manifests}?date=2026-01-06&billingNumber=33333333330101");
    let (status, list) = parcel_de(&judge, SHIPPING, ("GET", &day), None).await;
    assert_eq!(
        (status, list["items"].as_array().unwrap().len()),
        (200, 2),
        "{list}"
    );
    let version = parcel_de(&judge, SHIPPING, ("GET", "/shipping/v2/"), None).await;
    assert_eq!(version.0, 200);
}

async fn parcel_de_returns(judge: Judge) {
    let request = json!({
        "receiverId": "deu", "customerReference": "RETURN-1",
        "shipper": {
            "name1": "Jana Kunz", "addressStreet": "Chausseestr.", "addressHouse": "1",
            "postalCode": "10115", "city": "Berlin",
        },
        "itemWeight": { "uom": "g", "value": 400 },
    });
    let target = "/shipping/returns/v1/orders";
    let (status, answer) = parcel_de(&judge, RETURNS, ("POST", target), Some(&request)).await;
    assert_eq!(status, 201, "{answer}");
    let mut other = request;
    other["receiverId"] = json!("nobody");
    let refused = parcel_de(&judge, RETURNS, ("POST", target), Some(&other)).await;
    assert_eq!(refused.0, 422);
    let places = "/shipping/returns/v1/locations?countryCode=deu";
    assert_eq!(
        parcel_de(&judge, RETURNS, ("GET", places), None).await.0,
        200
    );
}

async fn parcel_de_pickups(judge: Judge) {
    const ORDERS: &str = "/parcel/de/transportation/pickup/v3/orders";
    let token = judge.session.parcel_de_token().await;
    let ask = async |method: &'static str, query: &str, body: Option<&Value>| {
        let headers = vec![("authorization", format!("Bearer {token}"))];
        let target = format!("{ORDERS}{query}");
        judge
            .holds(DRIVERS, "/parcel-de", (method, &target), headers, body)
            .await
    };
    let mut request = json!({
        "customerDetails": { "billingNumber": "33333333330801" },
        "pickupLocation": { "type": "Address", "pickupAddress": {
            "name1": "Probe GmbH", "addressStreet": "Sebastianstr.", "addressHouse": "182",
            "postalCode": "53115", "city": "Bonn", "country": "DE",
        } },
        "businessHours": [{ "timeFrom": "10:00", "timeUntil": "17:00" }],
        "pickupDetails": { "pickupDate": { "type": "Date", "value": "2099-01-07" } },
        "shipmentDetails": { "shipments": [{ "transportationType": "PAKET" }] },
    });
    let (status, checked) = ask("POST", "?validate=true", Some(&request)).await;
    assert_eq!(
        (status, &checked["confirmation"]["type"]),
        (200, &json!("VALIDATION"))
    );
    let (status, booked) = ask("POST", "", Some(&request)).await;
    assert_eq!(status, 200, "{booked}");
    let id = booked["confirmation"]["value"]["orderID"].as_str().unwrap();
    let query = format!("?orderID={id}");
    let (_, cancelled) = ask("DELETE", &query, None).await;
    assert_eq!(cancelled["confirmedCancellations"][0]["orderID"], id);
    let (_, again) = ask("DELETE", &query, None).await;
    assert_eq!(again["failedCancellations"][0]["orderState"], "STORNIERT");
    let (_, unknown) = ask("DELETE", "?orderID=00000000000000000000000000000000", None).await;
    assert_eq!(
        unknown["failedCancellations"][0]["message"],
        "The order is unknown."
    );
    request["pickupDetails"]["pickupDate"]["value"] = json!("2020-01-07");
    assert_eq!(ask("POST", "", Some(&request)).await.0, 422);
    request["customerDetails"]["billingNumber"] = json!("11111111110801");
    let (status, refused) = ask("POST", "", Some(&request)).await;
    assert_eq!((status, &refused[0]["errorCode"]), (422, &json!(456)));
    let (basic, target) = (dhl::parcel_de_headers(), format!("/parcel-de{ORDERS}"));
    let asked = judge.session.dhl("POST", &target, basic, Some(&request));
    let status = asked.await.unwrap().status();
    assert_eq!(status, 401, "a token alone opens it");
}

//! DHL's three products as their clients see them.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use parcelgate_clock::Manual;
use parcelgate_sandbox::{Carrier, Settings};
use serde_json::{Value, json};

use super::{START, Session};

/// What Express asks for its own clock's sake: the parcels' clock stands, and so must the sender's.
pub(crate) async fn session() -> Session {
    with(|_| ()).await
}

/// The same, with `change` made to the settings.
pub(crate) async fn with(change: impl FnOnce(&mut Settings)) -> Session {
    Session::with(|settings| {
        settings.protocol_clock = Arc::new(Manual::at(START.parse().unwrap()));
        change(settings);
    })
    .await
}

/// Headers of the MyDHL API.
pub(crate) fn express_headers() -> Vec<(&'static str, String)> {
    let basic = STANDARD.encode("sandbox-express:sandbox-express-secret");
    vec![
        ("authorization", format!("Basic {basic}")),
        ("x-version", "3.3.1".to_owned()),
        (
            "message-reference",
            "d0c4e0a1-8a3e-4c55-9f2c-001".to_owned(),
        ),
    ]
}

impl Session {
    /// Asks one of DHL's hosts; `Err` when the connection ends without an answer.
    pub(crate) async fn dhl(
        &self,
        method: &str,
        target: &str,
        headers: Vec<(&'static str, String)>,
        body: Option<&Value>,
    ) -> Result<http::Response<Bytes>, reqwest::Error> {
        let base = self.running.base_url(Carrier::Dhl);
        let url = format!("{base}{target}");
        let mut request = self.client.request(method.parse().unwrap(), url);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        if let Some(body) = body {
            let text = body.to_string();
            request = request
                .header("content-type", "application/json")
                .body(text);
        }
        let answer = request.send().await?;
        let mut whole = http::Response::builder().status(answer.status());
        *whole.headers_mut().unwrap() = answer.headers().clone();
        Ok(whole.body(answer.bytes().await?).unwrap())
    }

    /// Asks Express; status and body.
    pub(crate) async fn express(
        &self,
        method: &str,
        target: &str,
        body: Option<&Value>,
    ) -> (u16, Value) {
        let target = format!("/express{target}");
        let asked = self.dhl(method, &target, express_headers(), body);
        let answer = asked.await.unwrap();
        let value = serde_json::from_slice(answer.body()).unwrap_or_default();
        (answer.status().as_u16(), value)
    }

    /// Asks Express for what it will grant.
    pub(crate) async fn express_granted(
        &self,
        method: &str,
        target: &str,
        body: Option<&Value>,
    ) -> Value {
        let (status, answer) = self.express(method, target, body).await;
        assert!((200..300).contains(&status), "{target}: {status} {answer}");
        answer
    }

    /// Asks Express for what it will refuse; everything that it says is wrong.
    pub(crate) async fn express_refused(
        &self,
        method: &str,
        target: &str,
        body: Option<&Value>,
    ) -> (u16, String) {
        let (status, answer) = self.express(method, target, body).await;
        assert!(status >= 400, "{target}: {status} {answer}");
        assert_eq!(answer["status"], status.to_string());
        assert!(
            answer["instance"]
                .as_str()
                .unwrap()
                .starts_with("/expressapi/")
        );
        let detail = answer["detail"].as_str().unwrap().to_owned();
        let all = answer["additionalDetails"].as_array().cloned();
        let all = all.unwrap_or_default();
        let all: Vec<&str> = all.iter().map(|one| one.as_str().unwrap()).collect();
        (status, format!("{detail} {}", all.join(" | ")))
    }

    /// Buys a shipment of Express; its answer.
    pub(crate) async fn express_bought(&self, request: &Value) -> Value {
        self.express_granted("POST", "/shipments", Some(request))
            .await
    }
}

/// The header of Unified Tracking.
pub(crate) fn unified_headers() -> Vec<(&'static str, String)> {
    vec![("dhl-api-key", "sandbox-unified-key".to_owned())]
}

impl Session {
    /// Asks Unified; status and body.
    pub(crate) async fn unified(
        &self,
        method: &str,
        target: &str,
        body: Option<&Value>,
    ) -> (u16, Value) {
        let target = format!("/unified{target}");
        let asked = self.dhl(method, &target, unified_headers(), body);
        let answer = asked.await.unwrap();
        let value = serde_json::from_slice(answer.body()).unwrap_or_default();
        (answer.status().as_u16(), value)
    }
}

/// Headers of Parcel DE: the application's key, the user's name and password.
pub(crate) fn parcel_de_headers() -> Vec<(&'static str, String)> {
    let basic = STANDARD.encode("sandbox-user:sandbox-user-secret");
    vec![
        ("dhl-api-key", "sandbox-parcel-de-key".to_owned()),
        ("authorization", format!("Basic {basic}")),
    ]
}

impl Session {
    /// A token of Parcel DE.
    pub(crate) async fn parcel_de_token(&self) -> String {
        let form = "grant_type=password&username=sandbox-user&password=sandbox-user-secret\
                    &client_id=sandbox-parcel-de-key&client_secret=sandbox-parcel-de-secret";
        let url = self.url("/dhl/parcel-de/parcel/de/account/auth/ropc/v1/token");
        let request = reqwest::Client::new().post(url).body(form);
        let kind = "application/x-www-form-urlencoded";
        let answer = request.header("content-type", kind).send().await.unwrap();
        let granted: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        granted["access_token"].as_str().unwrap().to_owned()
    }

    /// Asks Parcel DE for something below `/parcel/de`; status and body.
    pub(crate) async fn parcel_de(
        &self,
        method: &str,
        target: &str,
        body: Option<&Value>,
    ) -> (u16, Value) {
        let target = format!("/parcel-de/parcel/de{target}");
        let asked = self.dhl(method, &target, parcel_de_headers(), body);
        let answer = asked.await.unwrap();
        let value = serde_json::from_slice(answer.body()).unwrap_or_default();
        (answer.status().as_u16(), value)
    }
}

/// Shipments of Parcel DE inside Germany, one for each reference.
pub(crate) fn orders(references: &[&str]) -> Value {
    let shipment = |reference: &&str| {
        json!({
            "product": "V01PAK", "billingNumber": "33333333330101", "refNo": reference,
            "shipper": {
                "name1": "Rheinwerk Tools", "addressStreet": "Kaiserplatz", "addressHouse": "3",
                "postalCode": "53113", "city": "Bonn", "country": "DEU",
            },
            "consignee": {
                "name1": "Jana Kunz", "addressStreet": "Chausseestr.", "addressHouse": "1",
                "postalCode": "10115", "city": "Berlin", "country": "DEU",
            },
            "details": { "weight": { "uom": "g", "value": 750 } },
        })
    };
    let shipments: Vec<Value> = references.iter().map(shipment).collect();
    json!({ "profile": "STANDARD_GRUPPENPROFIL", "shipments": shipments })
}

/// A shipment of Parcel DE to the United States.
pub(crate) fn order_abroad(reference: &str) -> Value {
    let mut request = orders(&[reference]);
    let shipment = &mut request["shipments"][0];
    shipment["product"] = json!("V53WPAK");
    shipment["billingNumber"] = json!("33333333335301");
    shipment["consignee"] = json!({
        "name1": "Ann Lee", "addressStreet": "200 Main St", "postalCode": "75201",
        "city": "Dallas", "state": "US-TX", "country": "USA",
    });
    shipment["customs"] = json!({
        "invoiceNo": "R-2026-7", "exportType": "COMMERCIAL_GOODS",
        "postalCharges": { "currency": "EUR", "value": 14.5 },
        "items": [{
            "itemDescription": "torque wrench", "countryOfOrigin": "DEU", "hsCode": "820411",
            "packagedQuantity": 2, "itemValue": { "currency": "EUR", "value": 49.9 },
            "itemWeight": { "uom": "g", "value": 350 },
        }],
    });
    request
}

fn rated(city: &str, postal: &str, country: &str) -> Value {
    json!({ "cityName": city, "postalCode": postal, "countryCode": country })
}

/// A question for rates from Germany to France.
pub(crate) fn rates() -> Value {
    json!({
        "customerDetails": {
            "shipperDetails": rated("Bonn", "53113", "DE"),
            "receiverDetails": rated("Lyon", "69002", "FR"),
        },
        "accounts": [{ "typeCode": "shipper", "number": "123456789" }],
        "plannedShippingDateAndTime": "2026-01-07T10:00:00 GMT+01:00",
        "unitOfMeasurement": "metric",
        "isCustomsDeclarable": false,
        "packages": [{
            "weight": 2.5, "dimensions": { "length": 30, "width": 20, "height": 15.5 },
        }],
    })
}

/// A question for rates of goods from Germany to the United States.
pub(crate) fn rates_abroad() -> Value {
    let mut request = rates();
    request["customerDetails"]["receiverDetails"] = rated("Dallas", "75201", "US");
    request["isCustomsDeclarable"] = json!(true);
    request["monetaryAmount"] =
        json!([{ "typeCode": "declaredValue", "value": 99.8, "currency": "EUR" }]);
    request
}

fn party(name: &str, street: &str, city: &str, postal: &str, country: &str) -> Value {
    json!({
        "postalAddress": {
            "addressLine1": street, "cityName": city, "postalCode": postal,
            "countryCode": country,
        },
        "contactInformation": {
            "fullName": name, "companyName": name, "phone": "+49228550100",
            "email": "dispatch@example.com",
        },
    })
}

/// A purchase from Germany to France, one piece.
pub(crate) fn shipment(reference: &str) -> Value {
    json!({
        "plannedShippingDateAndTime": "2026-01-07T10:00:00 GMT+01:00",
        "pickup": { "isRequested": false },
        "productCode": "U",
        "accounts": [{ "typeCode": "shipper", "number": "123456789" }],
        "customerReferences": [{ "value": reference, "typeCode": "CU" }],
        "customerDetails": {
            "shipperDetails": party("Rheinwerk Tools", "Kaiserplatz 3", "Bonn", "53113", "DE"),
            "receiverDetails": party("Odile Marchand", "4 Rue Victor", "Lyon", "69002", "FR"),
        },
        "content": {
            "packages": [{
                "weight": 2.5, "dimensions": { "length": 30, "width": 20, "height": 15.5 },
            }],
            "isCustomsDeclarable": false,
            "description": "torque wrench",
            "incoterm": "DAP",
            "unitOfMeasurement": "metric",
        },
    })
}

/// A purchase of goods from Germany to the United States: two pieces, an invoice.
pub(crate) fn shipment_abroad(reference: &str) -> Value {
    let mut request = shipment(reference);
    request["productCode"] = json!("P");
    request["customerDetails"]["receiverDetails"] =
        party("Ann Lee", "200 Main St", "Dallas", "75201", "US");
    request["customerDetails"]["receiverDetails"]["postalAddress"]["provinceCode"] = json!("TX");
    let content = &mut request["content"];
    content["isCustomsDeclarable"] = json!(true);
    content["declaredValue"] = json!(99.8);
    content["declaredValueCurrency"] = json!("EUR");
    let first = content["packages"][0].clone();
    content["packages"] = json!([first, { "weight": 0.75 }]);
    content["packages"][1]["customerReferences"] = json!([{ "value": "BOX-2", "typeCode": "CU" }]);
    content["exportDeclaration"] = json!({
        "lineItems": [{
            "number": 1, "description": "torque wrench", "price": 49.9,
            "quantity": { "value": 2, "unitOfMeasurement": "PCS" },
            "commodityCodes": [{ "typeCode": "outbound", "value": "82041100" }],
            "exportReasonType": "permanent", "manufacturerCountry": "DE",
            "weight": { "netValue": 2.9, "grossValue": 3.25 },
        }],
        "invoice": { "number": "R-2026-7", "date": "2026-01-06" },
        "exportReason": "SALE",
    });
    request["outputImageProperties"] = json!({
        "encodingFormat": "pdf",
        "imageOptions": [
            { "typeCode": "label", "templateName": "ECOM26_84_001" },
            { "typeCode": "waybillDoc", "isRequested": true },
            { "typeCode": "invoice", "isRequested": true, "invoiceType": "commercial" },
        ],
    });
    request
}

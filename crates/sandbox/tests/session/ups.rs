//! What UPS does beside selling and tracking: requests that it would accept.

use bytes::Bytes;
use serde_json::{Value, json};

use super::{Session, ship_request};

pub(crate) const PICKUP: &str = "/api/pickupcreation/v2409/pickup";
pub(crate) const PICKUPS: &str = "/api/shipments/v2409/pickup/oncall";
pub(crate) const CANCEL: &str = "/api/shipments/v2409/pickup/02";
pub(crate) const UPLOAD: &str = "/api/paperlessdocuments/v2/upload";
pub(crate) const IMAGE: &str = "/api/paperlessdocuments/v2/image";
pub(crate) const DELETE: &str = "/api/paperlessdocuments/v2/DocumentId/ShipperNumber";
pub(crate) const LANDED: &str = "/api/landedcost/v1/quotes";
/// The headers by which UPS knows the account.
pub(crate) const ACCOUNT: (&str, &str) = ("AccountNumber", "A1B2C3");
pub(crate) const SHIPPER: (&str, &str) = ("ShipperNumber", "A1B2C3");

/// Asks for what is granted.
pub(crate) async fn granted(
    session: &Session,
    method: &str,
    target: &str,
    body: Option<&Value>,
    headers: &[(&str, &str)],
) -> Value {
    let answer = session.ask_with(method, target, body, headers).await;
    let answer = answer.unwrap();
    let text = String::from_utf8_lossy(answer.body()).into_owned();
    assert_eq!(answer.status(), 200, "{method} {target}: {text}");
    serde_json::from_str(&text).unwrap()
}

/// Asks for what is refused; gives status and code.
pub(crate) async fn refused(
    session: &Session,
    method: &str,
    target: &str,
    body: Option<&Value>,
    headers: &[(&str, &str)],
) -> (u16, String) {
    let answer = session.ask_with(method, target, body, headers).await;
    refusal(&answer.unwrap())
}

fn refusal(answer: &http::Response<Bytes>) -> (u16, String) {
    let body: Value = serde_json::from_slice(answer.body()).unwrap();
    let code = body["response"]["errors"][0]["code"].as_str();
    assert!(code.is_some(), "no refusal: {body}");
    (answer.status().as_u16(), code.unwrap().to_owned())
}

/// Each of `cases` makes `request` one that is refused: where, what to put there (`null` removes),
/// the code.
pub(crate) async fn refuses(
    session: &Session,
    target: &str,
    request: &Value,
    headers: &[(&str, &str)],
    cases: &[(&str, Value, &str)],
) {
    for (pointer, wrong, code) in cases {
        let mut request = request.clone();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let parent = request.pointer_mut(parent).unwrap();
        if wrong.is_null() {
            parent.as_object_mut().unwrap().remove(name);
        } else {
            parent[name] = wrong.clone();
        }
        let refused = refused(session, "POST", target, Some(&request), headers).await;
        assert_eq!(refused, (400, (*code).to_owned()), "{pointer} = {wrong}");
    }
}

/// A question for the price of a pickup on the day after the start.
pub(crate) fn pickup_rate_request() -> Value {
    json!({ "PickupRateRequest": {
        "Request": {},
        "ShipperAccount": { "AccountNumber": "A1B2C3", "AccountCountryCode": "US" },
        "PickupAddress": {
            "AddressLine": "1 Padonia Rd", "City": "Timonium", "StateProvince": "MD",
            "PostalCode": "21093", "CountryCode": "US", "ResidentialIndicator": "N",
        },
        "AlternateAddressIndicator": "N",
        "ServiceDateOption": "03",
        "PickupDateInfo": {
            "CloseTime": "1700", "ReadyTime": "1000", "PickupDate": "20260107",
        },
    }})
}

/// A pickup on the day after the start.
pub(crate) fn pickup_request() -> Value {
    json!({ "PickupCreationRequest": {
        "Request": { "TransactionReference": { "CustomerContext": "PO-1" } },
        "RatePickupIndicator": "Y",
        "Shipper": { "Account": { "AccountNumber": "A1B2C3", "AccountCountryCode": "US" } },
        "PickupDateInfo": {
            "CloseTime": "1700", "ReadyTime": "1000", "PickupDate": "20260107",
        },
        "PickupAddress": {
            "CompanyName": "Acme Tools", "ContactName": "Dispatch",
            "AddressLine": ["1 Padonia Rd"], "City": "Timonium", "StateProvince": "MD",
            "PostalCode": "21093", "CountryCode": "US", "ResidentialIndicator": "N",
            "Phone": { "Number": "4105550100" },
        },
        "AlternateAddressIndicator": "N",
        "PickupPiece": [{
            "ServiceCode": "003", "Quantity": "4", "DestinationCountryCode": "US",
            "ContainerCode": "01",
        }],
        "TotalWeight": { "Weight": "12.5", "UnitOfMeasurement": "LBS" },
        "PaymentMethod": "01",
        "ReferenceNumber": "PO-1",
    }})
}

/// Two papers.
pub(crate) fn upload_request() -> Value {
    let form = |name: &str, kind: &str| {
        json!({
            "UserCreatedFormFileName": name, "UserCreatedFormFile": "JVBERi0xLjQK",
            "UserCreatedFormFileFormat": "pdf", "UserCreatedFormDocumentType": kind,
        })
    };
    json!({ "UploadRequest": {
        "Request": {}, "ShipperNumber": "A1B2C3",
        "UserCreatedForm": [form("invoice.pdf", "002"), form("list.pdf", "010")],
    }})
}

/// `papers` for the shipment `number`, which is its own first package.
pub(crate) fn image_request(papers: &Value, number: &str) -> Value {
    json!({ "PushToImageRepositoryRequest": {
        "Request": {}, "ShipperNumber": "A1B2C3",
        "FormsHistoryDocumentID": { "DocumentID": papers },
        "ShipmentIdentifier": number, "ShipmentDateAndTime": "2026-01-06-10.00.00",
        "ShipmentType": "1", "TrackingNumber": [number],
    }})
}

/// Wrenches and cords for Germany.
pub(crate) fn landed_cost_request() -> Value {
    json!({
        "currencyCode": "USD", "transID": "quote-1", "alversion": 1,
        "allowPartialLandedCostResult": false,
        "shipment": {
            "id": "PO-1", "importCountryCode": "DE", "exportCountryCode": "US",
            "shipmentType": "SALE",
            "shipmentItems": [
                {
                    "commodityId": "1", "priceEach": 49.9, "quantity": 2, "UOM": "EA",
                    "hsCode": "820412", "originCountryCode": "US",
                    "commodityCurrencyCode": "USD",
                },
                {
                    "commodityId": "2", "priceEach": 5, "quantity": 30, "UOM": "EA",
                    "description": "cord", "originCountryCode": "CN",
                    "commodityCurrencyCode": "USD",
                },
            ],
        },
    })
}

/// A label for the way back from Dallas, of one package; `kind` is how it reaches the sender.
pub(crate) fn return_request(reference: &str, kind: &str) -> Value {
    let mut request = ship_request(reference);
    let shipment = &mut request["ShipmentRequest"]["Shipment"];
    let (mut sender, mut receiver) = (shipment["ShipTo"].clone(), shipment["Shipper"].clone());
    sender["Phone"] = json!({ "Number": "2145550111" });
    receiver.as_object_mut().unwrap().remove("ShipperNumber");
    shipment["ShipFrom"] = sender;
    shipment["ShipTo"] = receiver;
    shipment["ReturnService"] = json!({ "Code": kind });
    let mut package = shipment["Package"][0].clone();
    package["Description"] = json!("torque wrench");
    shipment["Package"] = json!([package]);
    if kind == "8" {
        shipment["ShipmentServiceOptions"] = json!({ "LabelDelivery": {
            "EMail": { "EMailAddress": "ann@lee.example" },
        }});
    }
    request
}

//! FedEx's APIs as their clients see them.

use bytes::Bytes;
use parcelgate_sandbox::Carrier;
use serde_json::{Value, json};

use super::{Session, whole};

pub(crate) const RATE: &str = "/rate/v1/rates/quotes";
pub(crate) const SHIP: &str = "/ship/v1/shipments";
pub(crate) const VALIDATE: &str = "/ship/v1/shipments/packages/validate";
pub(crate) const CANCEL: &str = "/ship/v1/shipments/cancel";
pub(crate) const TRACK: &str = "/track/v1/trackingnumbers";
pub(crate) const REFERENCE: &str = "/track/v1/referencenumbers";
pub(crate) const PROOF: &str = "/track/v1/trackingdocuments";
pub(crate) const RESOLVE: &str = "/address/v1/addresses/resolve";
pub(crate) const POSTAL: &str = "/country/v1/postal/validate";
pub(crate) const PICKUP: &str = "/pickup/v1/pickups";
pub(crate) const AVAILABILITY: &str = "/pickup/v1/pickups/availabilities";
pub(crate) const PICKUP_CANCEL: &str = "/pickup/v1/pickups/cancel";
pub(crate) const CLOSE: &str = "/ship/v1/endofday/";
pub(crate) const UPLOAD: &str = "/documents/v1/etds/upload";
pub(crate) const ACCOUNT: &str = "740561073";

/// A client with a good token.
pub(crate) struct Client<'s> {
    pub(crate) session: &'s Session,
    token: String,
}

impl Session {
    /// A client that has just fetched a token.
    pub(crate) async fn fedex(&self) -> Client<'_> {
        let answer = self.fedex_token("sandbox-secret").await;
        let body: Value = serde_json::from_slice(answer.body()).unwrap();
        Client {
            session: self,
            token: body["access_token"].as_str().unwrap().to_owned(),
        }
    }

    pub(crate) async fn fedex_token(&self, secret: &str) -> http::Response<Bytes> {
        let form = format!(
            "grant_type=client_credentials&client_id=sandbox-client&client_secret={secret}"
        );
        let request = self
            .client
            .post(self.fedex_url("/oauth/token"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form);
        whole(request.send().await.unwrap()).await
    }

    pub(crate) fn fedex_url(&self, path: &str) -> String {
        format!("{}{path}", self.running.base_url(Carrier::Fedex))
    }
}

impl Client<'_> {
    /// Asks; `Err` when the connection ends without an answer.
    pub(crate) async fn ask(
        &self,
        method: &str,
        target: &str,
        body: &Value,
    ) -> Result<http::Response<Bytes>, reqwest::Error> {
        let request = self
            .session
            .client
            .request(method.parse().unwrap(), self.session.fedex_url(target))
            .header("authorization", format!("Bearer {}", self.token))
            .header("x-customer-transaction-id", "test-1")
            .header("content-type", "application/json")
            .body(body.to_string());
        let answer = request.send().await?;
        let status = answer.status();
        let bytes = answer.bytes().await?;
        let answer = http::Response::builder().status(status);
        Ok(answer.body(bytes).unwrap())
    }

    /// Asks for what is granted; the envelope's output.
    pub(crate) async fn granted(&self, method: &str, target: &str, body: &Value) -> Value {
        let answer = self.ask(method, target, body).await.unwrap();
        let text = String::from_utf8_lossy(answer.body()).into_owned();
        assert_eq!(answer.status(), 200, "{method} {target}: {text}");
        let answer: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(answer["customerTransactionId"], "test-1");
        assert!(answer["transactionId"].is_string());
        answer["output"].clone()
    }

    /// Asks for what is refused; the status and every code.
    pub(crate) async fn refused(
        &self,
        method: &str,
        target: &str,
        body: &Value,
    ) -> (u16, Vec<String>) {
        let answer = self.ask(method, target, body).await.unwrap();
        let body: Value = serde_json::from_slice(answer.body()).unwrap();
        let codes = body["errors"].as_array();
        assert!(codes.is_some(), "no refusal: {body}");
        let codes = codes.unwrap();
        let code = |error: &Value| error["code"].as_str().unwrap().to_owned();
        (answer.status().as_u16(), codes.iter().map(code).collect())
    }

    /// Uploads a document to the documents' own host.
    pub(crate) async fn uploads(&self, document: &Value, file: &str) -> http::Response<Bytes> {
        let part = |name: &str, body: &str| {
            format!("--cut\r\nContent-Disposition: form-data; {name}\r\n\r\n{body}\r\n")
        };
        let body = [
            part("name=\"document\"", &document.to_string()),
            part("name=\"attachment\"; filename=\"invoice.pdf\"", file),
            "--cut--\r\n".to_owned(),
        ];
        let url = format!("{}{UPLOAD}", self.session.running.fedex_documents_url());
        let request = self
            .session
            .client
            .post(url)
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "multipart/form-data; boundary=cut")
            .body(body.concat());
        whole(request.send().await.unwrap()).await
    }

    /// Buys; the numbers, the first one first.
    pub(crate) async fn buys(&self, request: &Value) -> Vec<String> {
        let sold = self.granted("POST", SHIP, request).await;
        let pieces = &sold["transactionShipments"][0]["pieceResponses"];
        let number = |piece: &Value| piece["trackingNumber"].as_str().unwrap().to_owned();
        pieces.as_array().unwrap().iter().map(number).collect()
    }

    /// The results of one number, every scan told.
    pub(crate) async fn tracked(&self, number: &str) -> Value {
        let told = self.granted("POST", TRACK, &track_request(&[number])).await;
        told["completeTrackResults"][0]["trackResults"].clone()
    }
}

fn address(line: &str, city: &str, state: &str, postal: &str, country: &str) -> Value {
    let mut address = json!({
        "streetLines": [line], "city": city, "postalCode": postal, "countryCode": country,
    });
    if !state.is_empty() {
        address["stateOrProvinceCode"] = json!(state);
    }
    address
}

fn shipper() -> Value {
    json!({
        "contact": {
            "personName": "Dispatch", "companyName": "Acme Tools", "phoneNumber": "4105550100",
        },
        "address": address("1 Padonia Rd", "Timonium", "MD", "21093", "US"),
    })
}

fn recipient() -> Value {
    json!({
        "contact": { "personName": "Ann Lee", "phoneNumber": "2145550111" },
        "address": address("200 Main St", "Dallas", "TX", "75201", "US"),
    })
}

pub(crate) fn recipient_abroad() -> Value {
    json!({
        "contact": { "personName": "Jana Kunz", "phoneNumber": "4930123456789" },
        "address": address("Chausseestr. 1", "Berlin", "", "10115", "DE"),
    })
}

pub(crate) fn shipper_in_china() -> Value {
    json!({
        "contact": { "companyName": "Shenzhen Tools", "phoneNumber": "8675525550142" },
        "address": address("88 Longcangxi Rd", "Shenzhen", "", "518000", "CN"),
    })
}

fn package(pounds: u32) -> Value {
    json!({
        "weight": { "units": "LB", "value": pounds },
        "dimensions": { "length": 12, "width": 10, "height": 5, "units": "IN" },
    })
}

/// A question for every service inside the United States.
pub(crate) fn rate_request() -> Value {
    json!({
        "accountNumber": { "value": ACCOUNT },
        "rateRequestControlParameters": { "returnTransitTimes": true },
        "requestedShipment": {
            "shipper": { "address": shipper()["address"] },
            "recipient": { "address": recipient()["address"] },
            "pickupType": "USE_SCHEDULED_PICKUP",
            "rateRequestType": ["ACCOUNT", "LIST"],
            "packagingType": "YOUR_PACKAGING",
            "requestedPackageLineItems": [package(7)],
        },
    })
}

/// A purchase inside the United States: two packages, each with the reference.
pub(crate) fn ship_request(reference: &str) -> Value {
    let mut packages = [package(7), package(3)];
    for package in &mut packages {
        package["customerReferences"] =
            json!([{ "customerReferenceType": "CUSTOMER_REFERENCE", "value": reference }]);
    }
    json!({
        "accountNumber": { "value": ACCOUNT },
        "labelResponseOptions": "LABEL",
        "requestedShipment": {
            "shipper": shipper(),
            "recipients": [recipient()],
            "pickupType": "USE_SCHEDULED_PICKUP",
            "serviceType": "FEDEX_GROUND",
            "packagingType": "YOUR_PACKAGING",
            "totalWeight": 10,
            "shippingChargesPayment": { "paymentType": "SENDER" },
            "labelSpecification": { "imageType": "PDF", "labelStockType": "PAPER_4X6" },
            "requestedPackageLineItems": packages,
        },
    })
}

/// A purchase to Germany with an invoice.
pub(crate) fn ship_abroad_request(reference: &str) -> Value {
    let mut request = ship_request(reference);
    let shipment = &mut request["requestedShipment"];
    let first = shipment["requestedPackageLineItems"][0].clone();
    shipment["requestedPackageLineItems"] = json!([first]);
    shipment["serviceType"] = json!("FEDEX_INTERNATIONAL_PRIORITY");
    shipment["recipients"] = json!([recipient_abroad()]);
    shipment["shippingDocumentSpecification"] =
        json!({ "shippingDocumentTypes": ["COMMERCIAL_INVOICE"] });
    shipment["customsClearanceDetail"] = json!({
        "dutiesPayment": { "paymentType": "SENDER" },
        "commercialInvoice": { "shipmentPurpose": "SOLD", "termsOfSale": "DAP" },
        "totalCustomsValue": { "amount": 99.8, "currency": "USD" },
        "commodities": [{
            "description": "torque wrench", "harmonizedCode": "820412",
            "countryOfManufacture": "US", "quantity": 2, "quantityUnits": "PCS",
            "numberOfPieces": 1,
            "unitPrice": { "amount": 49.9, "currency": "USD" },
            "customsValue": { "amount": 99.8, "currency": "USD" },
            "weight": { "units": "KG", "value": 2.9 },
        }],
    });
    request
}

pub(crate) fn track_request(numbers: &[&str]) -> Value {
    let infos: Vec<Value> = numbers
        .iter()
        .map(|number| json!({ "trackingNumberInfo": { "trackingNumber": number } }))
        .collect();
    json!({ "includeDetailedScans": true, "trackingInfo": infos })
}

pub(crate) fn proof_request(number: &str, format: &str) -> Value {
    json!({
        "trackDocumentDetail": {
            "documentType": "SIGNATURE_PROOF_OF_DELIVERY", "documentFormat": format,
        },
        "trackDocumentSpecification": [{
            "trackingNumberInfo": { "trackingNumber": number }, "accountNumber": ACCOUNT,
        }],
    })
}

pub(crate) fn reference_request(reference: &str) -> Value {
    json!({
        "includeDetailedScans": true,
        "referencesInformation": { "value": reference, "accountNumber": ACCOUNT },
    })
}

pub(crate) fn cancel_request(number: &str) -> Value {
    json!({
        "accountNumber": { "value": ACCOUNT }, "trackingNumber": number,
        "deletionControl": "DELETE_ALL_PACKAGES",
    })
}

pub(crate) fn address_request(line: &str, state: &str, postal: &str) -> Value {
    json!({ "addressesToValidate": [{ "address": {
        "streetLines": [line], "city": "Dallas", "stateOrProvinceCode": state,
        "postalCode": postal, "countryCode": "US",
    }}]})
}

pub(crate) fn postal_request() -> Value {
    json!({
        "carrierCode": "FDXE", "countryCode": "US", "stateOrProvinceCode": "TX",
        "postalCode": "75201-1234", "shipDate": "2026-01-07", "checkForMismatch": true,
    })
}

/// A courier of Express for a Wednesday.
pub(crate) fn pickup_request() -> Value {
    json!({
        "associatedAccountNumber": { "value": ACCOUNT },
        "carrierCode": "FDXE",
        "originDetail": {
            "pickupLocation": { "contact": shipper()["contact"], "address": shipper()["address"] },
            "readyDateTimestamp": "2026-01-07T12:00:00Z",
            "customerCloseTime": "17:00:00",
            "packageLocation": "FRONT",
        },
    })
}

pub(crate) fn availability_request() -> Value {
    json!({
        "pickupAddress": { "postalCode": "21093", "countryCode": "US" },
        "pickupRequestType": ["SAME_DAY", "FUTURE_DAY"],
        "carriers": ["FDXE", "FDXG"],
        "countryRelationship": "DOMESTIC",
    })
}

pub(crate) fn pickup_cancel_request(confirmation: &str, location: &str) -> Value {
    json!({
        "associatedAccountNumber": { "value": ACCOUNT },
        "pickupConfirmationCode": confirmation, "carrierCode": "FDXE",
        "scheduledDate": "2026-01-07", "location": location,
    })
}

pub(crate) fn close_request() -> Value {
    json!({
        "closeReqType": "GCDR", "accountNumber": { "value": ACCOUNT },
        "groundServiceCategory": "GROUND", "closeDate": "2026-01-06",
        "closeDocumentSpecification": { "closeDocumentTypes": ["MANIFEST"] },
    })
}

pub(crate) fn reprint_request() -> Value {
    json!({
        "closeReqType": "RGCDR", "accountNumber": { "value": ACCOUNT },
        "groundServiceCategory": "GROUND", "closeDate": "2026-01-06",
        "reprintOption": "BY_SHIP_DATE",
    })
}

pub(crate) fn document() -> Value {
    json!({
        "workflowName": "ETDPreshipment", "name": "invoice.pdf", "contentType": "application/pdf",
        "meta": {
            "shipDocumentType": "COMMERCIAL_INVOICE",
            "originCountryCode": "US", "destinationCountryCode": "DE",
        },
    })
}

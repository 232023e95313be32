//! A sandbox under test: a clock that stands, a client for each carrier's protocol, requests that
//! the carriers would accept.
#![expect(
    dead_code,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

pub(crate) mod dhl;
pub(crate) mod fedex;
pub(crate) mod fourpx;
pub(crate) mod ups;
pub(crate) mod usps;

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use md5::{Digest, Md5};
use parcelgate_clock::{Clock, Manual};
use parcelgate_sandbox::{Carrier, Control, Running, Sandbox, Settings};
use serde_json::{Value, json};

/// A Tuesday morning in the United States.
pub(crate) const START: &str = "2026-01-06T15:00:00Z";

/// Lets the machine's clock stand at [`START`].
pub(crate) fn stand(settings: &mut Settings) {
    settings.protocol_clock = Arc::new(Manual::at(START.parse().unwrap()));
}

pub(crate) struct Session {
    running: Running,
    pub(crate) clock: Arc<Manual>,
    client: reqwest::Client,
    token: String,
}

impl Session {
    pub(crate) async fn start() -> Self {
        Self::with(|_| ()).await
    }

    /// Starts where the machine's day stands at [`START`], for carriers that are told days.
    pub(crate) async fn standing() -> Self {
        Self::with(stand).await
    }

    /// Starts with `change` made to the settings.
    pub(crate) async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let clock = Arc::new(Manual::at(START.parse().unwrap()));
        let mut settings = Settings {
            clock: clock.clone(),
            ..Settings::default()
        };
        change(&mut settings);
        let running = Sandbox::start(settings).await.unwrap();
        let mut session = Self {
            running,
            clock,
            client: reqwest::Client::new(),
            token: String::new(),
        };
        session.renew_token().await;
        session
    }

    pub(crate) async fn renew_token(&mut self) {
        let answer = self.token("sandbox-secret").await;
        let body: Value = serde_json::from_slice(answer.body()).unwrap();
        self.token = body["access_token"].as_str().unwrap().to_owned();
    }

    pub(crate) async fn token(&self, secret: &str) -> http::Response<Bytes> {
        let basic = STANDARD.encode(format!("sandbox-client:{secret}"));
        let request = self
            .client
            .post(self.ups("/security/v1/oauth/token"))
            .header("authorization", format!("Basic {basic}"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body("grant_type=client_credentials");
        whole(request.send().await.unwrap()).await
    }

    pub(crate) fn control(&self) -> Control {
        self.running.control()
    }

    pub(crate) fn ups(&self, path: &str) -> String {
        format!("{}{path}", self.running.base_url(Carrier::Ups))
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.running.addr())
    }

    pub(crate) fn days_pass(&self, days: u64) {
        self.clock.advance(Duration::from_secs(days * 86_400));
    }

    /// Asks UPS with a good token; `Err` when the connection ends without an answer.
    pub(crate) async fn ask(
        &self,
        method: &str,
        target: &str,
        body: Option<&Value>,
    ) -> Result<http::Response<Bytes>, reqwest::Error> {
        self.ask_with(method, target, body, &[]).await
    }

    /// The same with more headers.
    pub(crate) async fn ask_with(
        &self,
        method: &str,
        target: &str,
        body: Option<&Value>,
        headers: &[(&str, &str)],
    ) -> Result<http::Response<Bytes>, reqwest::Error> {
        let mut request = self
            .client
            .request(method.parse().unwrap(), self.ups(target))
            .header("authorization", format!("Bearer {}", self.token))
            .header("transId", "0001")
            .header("transactionSrc", "test");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request
                .header("content-type", "application/json")
                .body(body.to_string());
        }
        let answer = request.send().await?;
        let status = answer.status();
        let bytes = answer.bytes().await?;
        Ok(http::Response::builder()
            .status(status)
            .body(bytes)
            .unwrap())
    }

    /// Asks UPS for what it will grant.
    pub(crate) async fn granted(&self, method: &str, target: &str, body: Option<&Value>) -> Value {
        let answer = self.ask(method, target, body).await.unwrap();
        let text = String::from_utf8_lossy(answer.body()).into_owned();
        assert_eq!(answer.status(), 200, "{method} {target}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// Asks UPS for what it will refuse; gives status and code.
    pub(crate) async fn refused(
        &self,
        method: &str,
        target: &str,
        body: Option<&Value>,
    ) -> (u16, String) {
        let answer = self.ask(method, target, body).await.unwrap();
        let body: Value = serde_json::from_slice(answer.body()).unwrap();
        let code = body["response"]["errors"][0]["code"].as_str();
        assert!(code.is_some(), "no refusal: {body}");
        (answer.status().as_u16(), code.unwrap().to_owned())
    }

    /// Calls a method of Yanwen's gateway.
    pub(crate) async fn yanwen(&self, method: &str, ask: &Value) -> Value {
        let (status, text) = self.yanwen_raw(method, ask, |_| ()).await;
        assert_eq!(status, 200, "{method}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// Calls it with `change` made to the public parameters before they are signed.
    pub(crate) async fn yanwen_raw(
        &self,
        method: &str,
        ask: &Value,
        change: impl FnOnce(&mut Call),
    ) -> (u16, String) {
        let now = parcelgate_clock::System.now().as_millisecond();
        let mut call = Call {
            user_id: "100000".to_owned(),
            token: "D6140AA383FD8515B09028C586493DDB".to_owned(),
            timestamp: now.to_string(),
        };
        change(&mut call);
        let Call {
            user_id,
            token,
            timestamp,
        } = call;
        let body = ask.to_string();
        let plain = format!("{token}{user_id}{body}json{method}{timestamp}V1.0{token}");
        let sign: String = Md5::digest(plain)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let url = self.url(&format!(
            "/yanwen/api/order?user_id={user_id}&method={method}&format=json\
             &timestamp={timestamp}&version=V1.0&sign={sign}"
        ));
        let request = self.client.post(url);
        let request = request
            .header("content-type", "application/json")
            .body(body);
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    pub(crate) async fn yanwen_track(&self, numbers: &str) -> Value {
        let url = self.url(&format!("/yanwen-track/api/tracking?nums={numbers}"));
        let request = self.client.get(url).header("authorization", "100000");
        let text = request.send().await.unwrap().text().await.unwrap();
        serde_json::from_str(&text).unwrap()
    }
}

/// A receiver of pushes.
pub(crate) struct Received {
    pub(crate) url: String,
    events: tokio::sync::mpsc::Receiver<(http::HeaderMap, Value)>,
}

impl Received {
    pub(crate) async fn listen() -> Self {
        let (sender, events) = tokio::sync::mpsc::channel(100);
        let take = async move |headers: http::HeaderMap, body: axum::Json<Value>| {
            sender.send((headers, body.0)).await.unwrap();
        };
        let take = axum::routing::post(move |headers, body| {
            let take = take.clone();
            async move { take(headers, body).await }
        });
        let app = axum::Router::new().route("/events", take);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/events", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { url, events }
    }

    /// The next event; fails when none comes.
    pub(crate) async fn next(&mut self) -> (http::HeaderMap, Value) {
        let next = tokio::time::timeout(Duration::from_secs(10), self.events.recv());
        next.await.unwrap().unwrap()
    }
}

/// The public parameters of a call to Yanwen.
pub(crate) struct Call {
    pub(crate) user_id: String,
    pub(crate) token: String,
    pub(crate) timestamp: String,
}

async fn whole(answer: reqwest::Response) -> http::Response<Bytes> {
    let status = answer.status();
    let bytes = answer.bytes().await.unwrap();
    http::Response::builder()
        .status(status)
        .body(bytes)
        .unwrap()
}

fn address(line: &str, city: &str, state: &str, postal: &str, country: &str) -> Value {
    json!({
        "AddressLine": [line], "City": city, "StateProvinceCode": state,
        "PostalCode": postal, "CountryCode": country,
    })
}

fn shipper() -> Value {
    json!({
        "Name": "Acme Tools", "AttentionName": "Dispatch", "ShipperNumber": "A1B2C3",
        "Phone": { "Number": "4105550100" },
        "Address": address("1 Padonia Rd", "Timonium", "MD", "21093", "US"),
    })
}

fn package(packaging: &str, pounds: &str) -> Value {
    json!({
        packaging: { "Code": "02" },
        "Dimensions": {
            "UnitOfMeasurement": { "Code": "IN", "Description": "Inches" },
            "Length": "12", "Width": "10", "Height": "5",
        },
        "PackageWeight": {
            "UnitOfMeasurement": { "Code": "LBS", "Description": "Pounds" },
            "Weight": pounds,
        },
    })
}

/// A request for rates inside the United States.
pub(crate) fn rate_request() -> Value {
    json!({ "RateRequest": {
        "Request": {
            "RequestOption": "Shop",
            "TransactionReference": { "CustomerContext": "rates" },
        },
        "Shipment": {
            "Shipper": {
                "Name": "Acme Tools", "ShipperNumber": "A1B2C3",
                "Address": address("1 Padonia Rd", "Timonium", "MD", "21093", "US"),
            },
            "ShipTo": {
                "Name": "Ann Lee",
                "Address": address("200 Main St", "Dallas", "TX", "75201", "US"),
            },
            "Service": { "Code": "03" },
            "Package": [package("PackagingType", "7.5")],
            "ShipmentRatingOptions": { "NegotiatedRatesIndicator": "" },
            "DeliveryTimeInformation": { "PackageBillType": "03" },
        },
    }})
}

/// A purchase inside the United States: two packages, the reference at the packages.
pub(crate) fn ship_request(reference: &str) -> Value {
    let mut first = package("Packaging", "7.5");
    let mut second = package("Packaging", "3");
    for package in [&mut first, &mut second] {
        package["ReferenceNumber"] = json!([{ "Code": "PO", "Value": reference }]);
    }
    json!({ "ShipmentRequest": {
        "Request": { "RequestOption": "nonvalidate", "SubVersion": "2409" },
        "Shipment": {
            "Description": "tools",
            "Shipper": shipper(),
            "ShipTo": {
                "Name": "Ann Lee", "AttentionName": "Ann Lee",
                "Phone": { "Number": "2145550111" },
                "Address": address("200 Main St", "Dallas", "TX", "75201", "US"),
            },
            "PaymentInformation": { "ShipmentCharge": [
                { "Type": "01", "BillShipper": { "AccountNumber": "A1B2C3" } },
            ]},
            "Service": { "Code": "03" },
            "Package": [first, second],
        },
        "LabelSpecification": {
            "LabelImageFormat": { "Code": "GIF" },
            "LabelStockSize": { "Height": "6", "Width": "4" },
        },
    }})
}

/// A purchase to Germany with an invoice, the reference at the shipment.
pub(crate) fn ship_abroad_request(reference: &str) -> Value {
    let mut request = ship_request(reference);
    let shipment = &mut request["ShipmentRequest"]["Shipment"];
    shipment["Package"] = json!([package("Packaging", "4")]);
    shipment["ReferenceNumber"] = json!([{ "Code": "PO", "Value": reference }]);
    shipment["Service"]["Code"] = json!("65");
    shipment["ShipTo"] = json!({
        "Name": "Jana Kunz", "AttentionName": "Jana Kunz",
        "Phone": { "Number": "4930123456789" },
        "Address": {
            "AddressLine": ["Chausseestr. 1"], "City": "Berlin",
            "PostalCode": "10115", "CountryCode": "DE",
        },
    });
    shipment["ShipmentServiceOptions"] = json!({ "InternationalForms": {
        "FormType": ["01"], "InvoiceNumber": "A-1", "InvoiceDate": "20260106",
        "ReasonForExport": "SALE", "CurrencyCode": "USD",
        "Product": [{
            "Description": ["torque wrench"], "CommodityCode": "820412",
            "OriginCountryCode": "US",
            "Unit": {
                "Number": "2", "Value": "49.90",
                "UnitOfMeasurement": { "Code": "PCS" },
            },
        }],
    }});
    request
}

/// An order to Yanwen.
pub(crate) fn yanwen_order(number: &str) -> Value {
    json!({
        "channelId": "481", "orderSource": "test", "orderNumber": number,
        "receiverInfo": {
            "name": "Jana Kunz", "phone": "4930123456789", "country": "DE",
            "state": "Berlin", "city": "Berlin", "zipCode": "10115",
            "address": "Chausseestr. 1",
        },
        "parcelInfo": {
            "hasBattery": 0, "currency": "EUR", "totalQuantity": 2, "totalWeight": 480,
            "productList": [{
                "goodsNameCh": "扳手", "goodsNameEn": "wrench", "price": "12.50",
                "quantity": 2, "weight": 240,
            }],
        },
    })
}

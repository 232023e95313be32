//! A client of USPS's protocol, and requests that USPS would accept.

use bytes::Bytes;
use parcelgate_sandbox::Carrier;
use serde_json::{Value, json};

use super::Session;

/// A client with both tokens.
pub(crate) struct Usps<'s> {
    pub(crate) session: &'s Session,
    pub(crate) token: String,
    pub(crate) payment: String,
}

pub(crate) const PAYER: &str = "/payments/v3/payment-authorization";

/// A receiver of pushes, which gives a challenge back if it is to.
pub(crate) struct Listener {
    pub(crate) url: String,
    events: tokio::sync::mpsc::Receiver<(http::HeaderMap, Value)>,
}

impl Listener {
    pub(crate) async fn start(answers: bool) -> Self {
        let (sender, events) = tokio::sync::mpsc::channel(100);
        let take = axum::routing::post(move |headers, axum::Json(event): axum::Json<Value>| {
            let sender = sender.clone();
            async move {
                let challenge = event["challenge"].as_str().map(str::to_owned);
                sender.send((headers, event)).await.unwrap();
                let challenge = challenge.filter(|_| answers).unwrap_or_default();
                axum::Json(json!({ "challenge": challenge }))
            }
        });
        let app = axum::Router::new().route("/events", take);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/events", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { url, events }
    }

    /// The next push; fails when none comes.
    pub(crate) async fn next(&mut self) -> (http::HeaderMap, Value) {
        let next = tokio::time::timeout(std::time::Duration::from_secs(10), self.events.recv());
        next.await.unwrap().unwrap()
    }
}

/// A part of a multipart answer: the head of the part, and its text.
pub(crate) type Part = (String, String);

impl<'s> Usps<'s> {
    pub(crate) async fn of(session: &'s Session) -> Self {
        let mut client = Self {
            session,
            token: String::new(),
            payment: String::new(),
        };
        client.renew().await;
        client
    }

    /// Fetches both tokens anew.
    pub(crate) async fn renew(&mut self) {
        let answer = self.fetch_token("sandbox-secret", None).await;
        let body = read(&answer);
        self.token = body["access_token"].as_str().unwrap().to_owned();
        let paid = self.granted("POST", PAYER, Some(&payer())).await;
        let token = paid["paymentAuthorizationToken"].as_str().unwrap();
        self.payment = token.to_owned();
    }

    pub(crate) async fn fetch_token(
        &self,
        secret: &str,
        scope: Option<&str>,
    ) -> http::Response<Bytes> {
        let mut ask = json!({
            "client_id": "sandbox-client", "client_secret": secret,
            "grant_type": "client_credentials",
        });
        if let Some(scope) = scope {
            ask["scope"] = json!(scope);
        }
        self.send("POST", "/oauth2/v3/token", Some(&ask), &[])
            .await
            .unwrap()
    }

    /// Asks with both tokens and `headers`; `Err` when the connection ends without an answer.
    pub(crate) async fn send(
        &self,
        method: &str,
        target: &str,
        body: Option<&Value>,
        headers: &[(&str, &str)],
    ) -> Result<http::Response<Bytes>, reqwest::Error> {
        let base = self.session.running.base_url(Carrier::Usps);
        let url = format!("{base}{target}");
        let mut request = self.session.client.request(method.parse().unwrap(), url);
        if !self.token.is_empty() {
            request = request.header("authorization", format!("Bearer {}", self.token));
        }
        if !self.payment.is_empty() {
            request = request.header("X-Payment-Authorization-Token", &self.payment);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request
                .header("content-type", "application/json")
                .body(body.to_string());
        }
        let answer = request.send().await?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let mut whole = http::Response::new(answer.bytes().await?);
        *whole.status_mut() = status;
        *whole.headers_mut() = headers;
        Ok(whole)
    }

    /// Asks for what is granted.
    pub(crate) async fn granted(&self, method: &str, target: &str, body: Option<&Value>) -> Value {
        let answer = self.send(method, target, body, &[]).await.unwrap();
        let text = String::from_utf8_lossy(answer.body()).into_owned();
        assert!(answer.status().is_success(), "{method} {target}: {text}");
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// Asks for what is refused; gives the status and the inner code, or the message without one.
    pub(crate) async fn refused(
        &self,
        method: &str,
        target: &str,
        body: Option<&Value>,
    ) -> (u16, String) {
        refusal(&self.send(method, target, body, &[]).await.unwrap())
    }

    /// Buys a label as one JSON document.
    pub(crate) async fn buy(&self, target: &str, request: &Value) -> Value {
        let accept = [("accept", "application/vnd.usps.labels+json")];
        let answer = self.send("POST", target, Some(request), &accept).await;
        let answer = answer.unwrap();
        let text = String::from_utf8_lossy(answer.body()).into_owned();
        assert!(answer.status().is_success(), "{target}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// Buys the ordinary label and gives its number.
    pub(crate) async fn bought(&self, reference: &str) -> String {
        let sold = self
            .buy("/labels/v3/label", &label_request(reference))
            .await;
        sold["trackingNumber"].as_str().unwrap().to_owned()
    }
}

pub(crate) fn read(answer: &http::Response<Bytes>) -> Value {
    serde_json::from_slice(answer.body()).unwrap()
}

/// The status of a refusal, and its inner code; the message where there is no code.
pub(crate) fn refusal(answer: &http::Response<Bytes>) -> (u16, String) {
    let body = read(answer);
    let error = &body["error"];
    let code = error["errors"][0]["code"].as_str();
    let code = code.or(error["message"].as_str());
    assert!(code.is_some(), "no refusal: {body}");
    (answer.status().as_u16(), code.unwrap().to_owned())
}

/// The parts of a `multipart/form-data` answer, in order.
pub(crate) fn parts(answer: &http::Response<Bytes>) -> Vec<Part> {
    let media = answer.headers()["content-type"].to_str().unwrap();
    let boundary = media.split_once("boundary=").unwrap().1;
    let text = std::str::from_utf8(answer.body()).unwrap();
    let fence = format!("--{boundary}");
    let mut between: Vec<&str> = text.split(&fence).collect();
    assert_eq!(between.remove(0), "");
    assert_eq!(between.pop().unwrap().trim(), "--");
    let part = |part: &str| {
        let (head, body) = part.split_once("\r\n\r\n").unwrap();
        (head.trim().to_owned(), body.trim_end().to_owned())
    };
    between.into_iter().map(part).collect()
}

/// A request and what makes it wrong: where, what to put there (`null` removes), the code.
pub(crate) type Case = (&'static str, Value, &'static str);

/// Each of `cases` makes `request` one that is refused.
pub(crate) async fn refuses(usps: &Usps<'_>, target: &str, request: &Value, cases: &[Case]) {
    for (pointer, wrong, code) in cases {
        let mut request = request.clone();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let parent = request.pointer_mut(parent).unwrap();
        if wrong.is_null() {
            parent.as_object_mut().unwrap().remove(name);
        } else {
            parent[name] = wrong.clone();
        }
        let refused = usps.refused("POST", target, Some(&request)).await;
        assert_eq!(refused, (400, (*code).to_owned()), "{pointer} = {wrong}");
    }
}

/// A request for a payment authorization.
pub(crate) fn payer() -> Value {
    let role = |name: &str| {
        json!({
            "roleName": name, "CRID": "41234567", "MID": "903123456",
            "manifestMID": "903123457", "accountType": "EPS", "accountNumber": "1000123456",
        })
    };
    json!({ "roles": [role("PAYER"), role("LABEL_OWNER")] })
}

/// A request for one price inside the United States.
pub(crate) fn price_request() -> Value {
    json!({
        "originZIPCode": "21093", "destinationZIPCode": "75201", "weight": 2.5,
        "length": 12, "width": 10, "height": 5, "mailClass": "PRIORITY_MAIL",
        "processingCategory": "MACHINABLE", "rateIndicator": "SP",
        "destinationEntryFacilityType": "NONE", "priceType": "COMMERCIAL",
        "mailingDate": "2026-01-06",
    })
}

/// A request for all prices inside the United States.
pub(crate) fn prices_request() -> Value {
    json!({
        "originZIPCode": "21093", "destinationZIPCode": "75201", "weight": 2.5,
        "length": 12, "width": 10, "height": 5, "mailClass": "ALL",
        "priceType": "COMMERCIAL", "mailingDate": "2026-01-06",
    })
}

/// A question for all ways inside the United States.
pub(crate) fn options_request() -> Value {
    json!({
        "originZIPCode": "21093", "destinationZIPCode": "75201",
        "destinationEntryFacilityType": "NONE",
        "pricingOptions": [{ "priceType": "COMMERCIAL" }],
        "packageDescription": {
            "weight": 2.5, "length": 12, "width": 10, "height": 5, "mailClass": "ALL_OUTBOUND",
            "mailingDate": "2026-01-06",
        },
    })
}

/// A question for all ways to Germany, and for what its customs take.
pub(crate) fn options_abroad_request() -> Value {
    json!({
        "originZIPCode": "21093", "foreignPostalCode": "10115", "destinationCountryCode": "DE",
        "pricingOptions": [{ "priceType": "COMMERCIAL" }],
        "packageDescription": {
            "weight": 2.5, "length": 12, "width": 10, "height": 5, "mailClass": "ALL",
            "mailingDate": "2026-01-06",
        },
        "requestDutiesTaxesFees": true, "destinationCity": "Berlin",
        "items": [{
            "itemId": "1", "itemValue": 49.9, "itemQuantity": 2, "countryOfOrigin": "US",
            "HSTariffNumber": "820412",
        }],
    })
}

fn from() -> Value {
    json!({
        "firm": "Acme Tools", "streetAddress": "1 Padonia Rd", "city": "Timonium",
        "state": "MD", "ZIPCode": "21093",
    })
}

fn to() -> Value {
    json!({
        "firstName": "Ann", "lastName": "Lee", "streetAddress": "200 Main St",
        "secondaryAddress": "Apt 4", "city": "Dallas", "state": "TX", "ZIPCode": "75201",
    })
}

/// A purchase inside the United States.
pub(crate) fn label_request(reference: &str) -> Value {
    json!({
        "imageInfo": { "imageType": "PDF", "labelType": "4X6LABEL", "receiptOption": "NONE" },
        "fromAddress": from(),
        "toAddress": to(),
        "packageDescription": {
            "mailClass": "PRIORITY_MAIL", "rateIndicator": "SP", "weightUOM": "lb",
            "weight": 2.5, "dimensionsUOM": "in", "length": 12, "width": 10, "height": 5,
            "processingCategory": "MACHINABLE", "destinationEntryFacilityType": "NONE",
            "mailingDate": "2026-01-06", "extraServices": [921],
            "customerReference": [{ "referenceNumber": reference, "printReferenceNumber": true }],
        },
    })
}

/// A return to the sender inside the United States.
pub(crate) fn return_request(reference: &str) -> Value {
    let mut request = label_request(reference);
    request["fromAddress"] = to();
    request["toAddress"] = from();
    let package = &mut request["packageDescription"];
    package["mailClass"] = json!("USPS_GROUND_ADVANTAGE_RETURN_SERVICE");
    package.as_object_mut().unwrap().remove("mailingDate");
    package.as_object_mut().unwrap().remove("extraServices");
    request
}

/// A purchase to Germany with its declaration.
pub(crate) fn abroad_request(reference: &str) -> Value {
    json!({
        "imageInfo": { "imageType": "PDF", "labelType": "4X6LABEL" },
        "fromAddress": from(),
        "toAddress": {
            "firstName": "Jana", "lastName": "Kunz", "phone": "4930123456789",
            "streetAddress": "Chausseestr. 1", "city": "Berlin", "postalCode": "10115",
            "country": "GERMANY", "countryISOAlpha2Code": "DE",
        },
        "packageDescription": {
            "mailClass": "PRIORITY_MAIL_INTERNATIONAL", "rateIndicator": "SP",
            "weightUOM": "lb", "weight": 4, "dimensionsUOM": "in", "length": 12, "width": 10,
            "height": 5, "processingCategory": "MACHINABLE",
            "destinationEntryFacilityType": "NONE", "mailingDate": "2026-01-06",
            "customerReference": [{ "referenceNumber": reference }],
        },
        "customsForm": {
            "AESITN": "NO EEI 30.37(a)", "customsContentType": "MERCHANDISE",
            "contents": [{
                "itemDescription": "torque wrench", "itemQuantity": 2, "itemTotalValue": 99.8,
                "weightUOM": "lb", "itemTotalWeight": 3.5, "HSTariffNumber": "820412",
                "countryofOrigin": "US",
            }],
        },
    })
}

/// A request for prices to Germany.
pub(crate) fn prices_abroad_request() -> Value {
    json!({
        "originZIPCode": "21093", "destinationCountryCode": "DE", "foreignPostalCode": "10115",
        "weight": 2.5, "length": 12, "width": 10, "height": 5, "mailClass": "ALL",
        "priceType": "COMMERCIAL", "mailingDate": "2026-01-06",
    })
}

/// A pickup two days after the start.
pub(crate) fn pickup_request() -> Value {
    json!({
        "pickupDate": "2026-01-08",
        "pickupAddress": {
            "firstName": "Ann", "lastName": "Lee", "firm": "Acme Tools",
            "address": {
                "streetAddress": "1 Padonia Rd", "city": "Timonium", "state": "MD",
                "ZIPCode": "21093",
            },
            "contact": [{ "email": "dispatch@acme.example" }],
        },
        "packages": [{ "packageType": "PRIORITY_MAIL", "packageCount": 2 }],
        "estimatedWeight": 5,
        "pickupLocation": { "packageLocation": "FRONT_DOOR" },
    })
}

/// A SCAN form for `numbers`.
pub(crate) fn form_request(numbers: &[String]) -> Value {
    json!({
        "imageInfo": { "imageType": "PDF", "labelType": "8.5X11LABEL" },
        "mailingDate": "2026-01-06", "overwriteMailingDate": false,
        "entryFacilityZIPCode": "21093", "destinationEntryFacilityType": "NONE",
        "shipment": { "trackingNumbers": numbers },
        "fromAddress": from(),
    })
}

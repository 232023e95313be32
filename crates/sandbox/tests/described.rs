//! Every answer the UPS side gives is held against UPS's own description; so is every request of
//! these tests, or they would prove nothing. Ignored, visibly, where there are no descriptions.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "described/dhl.rs"]
mod dhl;
#[path = "described/fedex.rs"]
mod fedex;
mod session;
#[path = "described/ups.rs"]
mod ups;
#[path = "described/usps.rs"]
mod usps;

use std::collections::HashMap;
use std::future::Future;
use std::path::Path;
use std::process::ExitCode;

use bytes::Bytes;
use libtest_mimic::{Arguments, Failed, Trial};
use parcelgate_conformance::corrections::CORRECTIONS;
use parcelgate_conformance::described::{self, Described};
use serde_json::{Value, json};
use session::{Received, Session, rate_request, ship_abroad_request, ship_request};

fn main() -> ExitCode {
    let folder = described::folder();
    if folder.is_none() && described::required() {
        eprintln_missing();
        return ExitCode::FAILURE;
    }
    let absent = folder.is_none();
    let mut trials = vec![
        trial("ups::token", token),
        trial("ups::rating", rating),
        trial("ups::ship_void_recover", ship),
        trial("ups::ship_abroad", ship_abroad),
        trial("ups::track", track),
        trial("ups::address", address),
        trial("ups::track_alert", track_alert),
        trial("ups::refusals", refusals),
        Trial::test("ups::a_planted_fault_is_caught", planted),
    ];
    trials.extend(dhl::trials());
    trials.extend(fedex::trials());
    trials.extend(ups::trials());
    trials.extend(usps::trials());
    for (index, row) in CORRECTIONS.iter().enumerate() {
        let name = format!("correction::{index}::{}", row.schema);
        trials.push(Trial::test(name, move || still_needed(index)));
    }
    let trials = trials
        .into_iter()
        .map(|trial| trial.with_ignored_flag(absent))
        .collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

#[expect(clippy::print_stderr, reason = "there is no test to report it")]
fn eprintln_missing() {
    eprintln!("the carriers' descriptions are required here: set CARRIER_SPECS");
}

fn trial<F>(name: &str, run: fn(Judge) -> F) -> Trial
where
    F: Future<Output = ()> + 'static,
{
    Trial::test(name, move || {
        let runtime = tokio::runtime::Runtime::new()?;
        runtime.block_on(async {
            let session = Session::start().await;
            run(Judge::new(session)).await;
        });
        Ok(())
    })
}

/// Asks the sandbox, and holds both sides against the description.
struct Judge {
    session: Session,
    known: HashMap<&'static str, Described>,
}

impl Judge {
    fn new(session: Session) -> Self {
        let folder = described::folder().unwrap();
        let files = [
            "ups/oauth-client-credentials.yaml",
            "ups/rating.yaml",
            "ups/shipping.detab.yaml",
            "ups/tracking.detab.yaml",
            "ups/address-validation.yaml",
            "ups/track-alert.yaml",
            "ups/track-alert-v1.yaml",
            "ups/pickup.yaml",
            "ups/paperless-documents.yaml",
            "ups/landed-cost.yaml",
        ];
        let load = |file| (file, Described::load(&folder, file).unwrap());
        Self {
            session,
            known: files.map(load).into(),
        }
    }

    /// Asks for what is granted.
    async fn grants(&self, file: &str, method: &str, target: &str, body: Option<&Value>) -> Value {
        self.grants_with(file, method, target, body, &[]).await
    }

    async fn grants_with(
        &self,
        file: &str,
        method: &str,
        target: &str,
        body: Option<&Value>,
        headers: &[(&str, &str)],
    ) -> Value {
        let mut request = http::Request::builder()
            .method(method)
            .uri(target)
            .header("transId", "1")
            .header("transactionSrc", "test");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let bytes = body.map(Value::to_string).unwrap_or_default();
        let request = request.body(Bytes::from(bytes)).unwrap();
        none(self.known[file].request(&request), target);
        let (status, answer) = self.answers(file, method, target, body, headers).await;
        assert_eq!(status, 200, "{target}: {answer}");
        answer
    }

    /// Asks, and holds only the answer against the description.
    async fn answers(
        &self,
        file: &str,
        method: &str,
        target: &str,
        body: Option<&Value>,
        headers: &[(&str, &str)],
    ) -> (u16, Value) {
        let asked = self.session.ask_with(method, target, body, headers);
        let answer = asked.await.unwrap();
        let path = target.split('?').next().unwrap();
        let method = method.parse().unwrap();
        none(self.known[file].answer(&method, path, &answer), target);
        let value = serde_json::from_slice(answer.body()).unwrap();
        (answer.status().as_u16(), value)
    }
}

fn none(violations: Vec<String>, of: &str) {
    assert!(violations.is_empty(), "{of}:\n{}", violations.join("\n"));
}

const RATING: &str = "ups/rating.yaml";
const SHIPPING: &str = "ups/shipping.detab.yaml";
const TRACKING: &str = "ups/tracking.detab.yaml";
const ADDRESS: &str = "ups/address-validation.yaml";

async fn token(judge: Judge) {
    let described = &judge.known["ups/oauth-client-credentials.yaml"];
    for (secret, status) in [("sandbox-secret", 200), ("wrong", 401)] {
        let answer = judge.session.token(secret).await;
        assert_eq!(answer.status(), status);
        let path = "/security/v1/oauth/token";
        none(described.answer(&http::Method::POST, path, &answer), path);
    }
}

async fn rating(judge: Judge) {
    let mut request = rate_request();
    for option in ["Rate", "Shop", "Ratetimeintransit", "Shoptimeintransit"] {
        let target = format!("/api/rating/v2409/{option}");
        let answer = judge.grants(RATING, "POST", &target, Some(&request)).await;
        let rated = answer["RateResponse"]["RatedShipment"].as_array().unwrap();
        assert_eq!(rated.len(), if option.starts_with("Shop") { 7 } else { 1 });
    }
    let shipment = &mut request["RateRequest"]["Shipment"];
    shipment["ShipTo"]["Address"] = json!({
        "AddressLine": ["Chausseestr. 1"], "City": "Berlin",
        "PostalCode": "10115", "CountryCode": "DE", "ResidentialAddressIndicator": "",
    });
    shipment["InvoiceLineTotal"] = json!({ "CurrencyCode": "USD", "MonetaryValue": "99" });
    shipment["ShipmentTotalWeight"] = json!({
        "UnitOfMeasurement": { "Code": "LBS", "Description": "Pounds" }, "Weight": "8",
    });
    let target = "/api/rating/v2409/Shoptimeintransit";
    let answer = judge.grants(RATING, "POST", target, Some(&request)).await;
    let rated = answer["RateResponse"]["RatedShipment"].as_array().unwrap();
    assert_eq!(rated.len(), 4, "{answer}");
}

async fn ship(judge: Judge) {
    let mut request = ship_request("PO-77");
    let target = "/api/shipments/v2409/ship";
    for format in ["GIF", "ZPL"] {
        request["ShipmentRequest"]["LabelSpecification"]["LabelImageFormat"]["Code"] =
            json!(format);
        let answer = judge.grants(SHIPPING, "POST", target, Some(&request)).await;
        let results = &answer["ShipmentResponse"]["ShipmentResults"];
        assert_eq!(results["PackageResults"].as_array().unwrap().len(), 2);
        let lead = results["ShipmentIdentificationNumber"].as_str().unwrap();
        for ask in [
            json!({ "TrackingNumber": lead }),
            json!({ "ReferenceValues": {
                "ReferenceNumber": { "Value": "PO-77" }, "ShipperNumber": "A1B2C3",
            }}),
        ] {
            let mut ask = json!({ "LabelRecoveryRequest": ask });
            ask["LabelRecoveryRequest"]["Request"] = json!({});
            ask["LabelRecoveryRequest"]["LabelSpecification"] =
                json!({ "LabelImageFormat": { "Code": format } });
            let target = "/api/labels/v1/recovery";
            judge.grants(SHIPPING, "POST", target, Some(&ask)).await;
        }
        let void = format!("/api/shipments/v2409/void/cancel/{lead}");
        judge.grants(SHIPPING, "DELETE", &void, None).await;
        let one = format!("{void}?trackingnumber={lead}");
        judge.grants(SHIPPING, "DELETE", &one, None).await;
    }
}

async fn ship_abroad(judge: Judge) {
    let request = ship_abroad_request("PO-78");
    let target = "/api/shipments/v2409/ship";
    let answer = judge.grants(SHIPPING, "POST", target, Some(&request)).await;
    let results = &answer["ShipmentResponse"]["ShipmentResults"];
    assert_eq!(results["Form"]["Image"]["ImageFormat"]["Code"], "PDF");
}

async fn track(judge: Judge) {
    let sold = judge
        .session
        .granted(
            "POST",
            "/api/shipments/v2409/ship",
            Some(&ship_abroad_request("PO-79")),
        )
        .await;
    let number = &sold["ShipmentResponse"]["ShipmentResults"]["ShipmentIdentificationNumber"];
    let number = number.as_str().unwrap();
    for days in 0..9 {
        let target = format!("/api/track/v1/details/{number}?locale=en_US");
        let answer = judge.grants(TRACKING, "GET", &target, None).await;
        let package = &answer["trackResponse"]["shipment"][0]["package"][0];
        let status = &package["currentStatus"]["statusCode"];
        match days {
            0 => assert_eq!(status, "003"),
            8 => assert_eq!(status, "011"),
            _ => {}
        }
        let target = "/api/track/v1/reference/details/PO-79?shipperNum=A1B2C3";
        judge.grants(TRACKING, "GET", target, None).await;
        judge.session.days_pass(1);
    }
    let unknown = "/api/track/v1/details/1ZA1B2C30300000000";
    let answer = judge.grants(TRACKING, "GET", unknown, None).await;
    let warning = &answer["trackResponse"]["shipment"][0]["warnings"][0]["code"];
    assert_eq!(warning, "TW0001");
}

fn xav(line: &str, state: &str, postal: &str) -> Value {
    json!({ "XAVRequest": { "AddressKeyFormat": {
        "ConsigneeName": "Acme Inc", "AddressLine": [line], "PoliticalDivision2": "Dallas",
        "PoliticalDivision1": state, "PostcodePrimaryLow": postal, "CountryCode": "US",
    }}})
}

async fn address(judge: Judge) {
    let cases = [
        ("200 Main St", "TX", "75201", "ValidAddressIndicator"),
        ("200 Main St", "CA", "75201", "AmbiguousAddressIndicator"),
        ("Main St", "TX", "75201", "AmbiguousAddressIndicator"),
        ("1 Nowhere Rd", "TX", "75201", "NoCandidatesIndicator"),
        ("200 Main St", "TX", "00000", "NoCandidatesIndicator"),
    ];
    for (line, state, postal, verdict) in cases {
        let target = "/api/addressvalidation/v2/3";
        let request = xav(line, state, postal);
        let answer = judge.grants(ADDRESS, "POST", target, Some(&request)).await;
        let told = answer["XAVResponse"].get(verdict);
        assert!(told.is_some(), "{line} {state} {postal}: {answer}");
    }
}

async fn track_alert(judge: Judge) {
    let sold = judge
        .session
        .granted(
            "POST",
            "/api/shipments/v2409/ship",
            Some(&ship_request("PO-80")),
        )
        .await;
    let number = &sold["ShipmentResponse"]["ShipmentResults"]["ShipmentIdentificationNumber"];
    let mut request = json!({
        "locale": "en_US", "countryCode": "US", "trackingNumberList": [number],
    });
    let v2 = "ups/track-alert.yaml";
    let target = "/api/track/v2/subscription/standard/package";
    judge.grants(v2, "POST", target, Some(&request)).await;
    let wrong = json!({ "locale": "en_US", "trackingNumberList": ["nonsense"] });
    let (status, _) = judge.answers(v2, "POST", target, Some(&wrong), &[]).await;
    assert_eq!(status, 400);
    let mut receiver = Received::listen().await;
    request["destination"] = json!({
        "url": receiver.url, "credentialType": "Bearer", "credential": "secret",
    });
    let v1 = "ups/track-alert-v1.yaml";
    let target = "/api/track/v1/subscription/standard/package";
    judge.grants(v1, "POST", target, Some(&request)).await;
    judge.session.days_pass(10);
    let mut delivered = false;
    while !delivered {
        let (_, event) = receiver.next().await;
        let violations = judge.known[v2].component("TrackingEventRequest", &event);
        none(violations, &event.to_string());
        delivered = event["activityStatus"]["type"] == "D";
    }
}

async fn refusals(judge: Judge) {
    let empty = json!({});
    let asked = [
        (RATING, "POST", "/api/rating/v2409/Shop", Some(&empty)),
        (SHIPPING, "POST", "/api/shipments/v2409/ship", Some(&empty)),
        (
            SHIPPING,
            "DELETE",
            "/api/shipments/v2409/void/cancel/1Z",
            None,
        ),
        (SHIPPING, "POST", "/api/labels/v1/recovery", Some(&empty)),
        (TRACKING, "GET", "/api/track/v1/details/1Z", None),
        (ADDRESS, "POST", "/api/addressvalidation/v2/1", Some(&empty)),
    ];
    for (file, method, target, body) in asked {
        let (status, answer) = judge.answers(file, method, target, body, &[]).await;
        assert_eq!(status, 400, "{target}");
        let errors = answer["response"]["errors"].as_array().unwrap();
        assert_eq!(errors.len(), 1, "{target}: {answer}");
    }
}

/// The judge is no judge if it lets a wrong answer pass.
fn planted() -> Result<(), Failed> {
    let folder = described::folder().ok_or("no descriptions")?;
    let rating = Described::load(&folder, RATING)?;
    let wrong = json!({ "RateResponse": { "Response": {}, "RatedShipment": [{}] } });
    let post = http::Method::POST;
    let path = "/rating/v2409/Shop";
    let violations = rating.answer_body(&post, path, http::StatusCode::OK, &wrong);
    assert!(violations.len() > 3, "{violations:?}");
    Ok(())
}

/// A correction is needed as long as the description as written refuses what is right.
fn still_needed(index: usize) -> Result<(), Failed> {
    let folder = described::folder().ok_or("no descriptions")?;
    let row = &CORRECTIONS[index];
    let witness: Value = serde_json::from_str(row.witness)?;
    let judge = |described: Described| described.at(row.schema, &witness);
    let written = load_as_written(&folder, row.file)?;
    assert!(
        !judge(written).is_empty(),
        "{} is right by now: drop the row",
        row.schema
    );
    none(judge(Described::load(&folder, row.file)?), row.schema);
    Ok(())
}

fn load_as_written(folder: &Path, file: &str) -> Result<Described, Failed> {
    Ok(Described::load_as_written(folder, file)?)
}

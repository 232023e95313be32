//! FedEx's answers, and the requests of these tests, against FedEx's own descriptions.

use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;

use bytes::Bytes;
use libtest_mimic::{Failed, Trial};
use parcelgate_clock::Manual;
use parcelgate_conformance::described::{self, Described};
use parcelgate_sandbox::Webhook;
use serde_json::{Value, json};

use super::none;
use super::session::fedex::{self, Client};
use super::session::{Received, START, Session};

const TOKEN: &str = "fedex/authorization.json";
const RATE: &str = "fedex/rate-portal-bundle.json";
const SHIP: &str = "fedex/ship-portal-bundle.json";
const TRACK: &str = "fedex/track-portal-bundle.json";
const ADDRESS: &str = "fedex/address-validation.json";
const POSTAL: &str = "fedex/postal-code-validation.json";
const PICKUP: &str = "fedex/pickup-portal-bundle.json";
const CLOSE: &str = "fedex/ground-end-of-day-close.json";
const DOCUMENTS: &str = "fedex/trade-documents-upload.json";

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("fedex::token", token),
        trial("fedex::rates", rates),
        trial("fedex::ship_and_cancel", ship),
        trial("fedex::ship_abroad", ship_abroad),
        trial("fedex::validate", validate),
        trial("fedex::track", track),
        trial("fedex::places", places),
        trial("fedex::pickups", pickups),
        trial("fedex::close", close),
        trial("fedex::documents", documents),
        trial("fedex::pushes", pushes),
        trial("fedex::refusals", refusals),
    ]
}

fn trial<F>(name: &str, run: fn(Judge) -> F) -> Trial
where
    F: Future<Output = ()> + 'static,
{
    Trial::test(name, move || {
        let runtime = tokio::runtime::Runtime::new()?;
        runtime.block_on(async {
            let machine = Arc::new(Manual::at(START.parse()?));
            let session = Session::with(|settings| settings.protocol_clock = machine).await;
            run(Judge::over(session)?).await;
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
        let files = [
            TOKEN, RATE, SHIP, TRACK, ADDRESS, POSTAL, PICKUP, CLOSE, DOCUMENTS,
        ];
        let mut known = HashMap::new();
        for file in files {
            known.insert(file, Described::load(&folder, file)?);
        }
        Ok(Self { session, known })
    }

    /// Asks for what is granted; the envelope's output.
    async fn grants(
        &self,
        client: &Client<'_>,
        file: &str,
        (method, target): (&str, &str),
        body: &Value,
    ) -> Value {
        let request = http::Request::builder()
            .method(method)
            .uri(target)
            .header("content-type", "application/json")
            .header("authorization", "Bearer token")
            .body(Bytes::from(body.to_string()))
            .unwrap();
        none(self.known[file].request(&request), target);
        let (status, answer) = self.answers(client, file, (method, target), body).await;
        assert_eq!(status, 200, "{target}: {answer}");
        answer["output"].clone()
    }

    /// Asks, and holds only the answer against the description.
    async fn answers(
        &self,
        client: &Client<'_>,
        file: &str,
        (method, target): (&str, &str),
        body: &Value,
    ) -> (u16, Value) {
        let answer = client.ask(method, target, body).await.unwrap();
        let method = method.parse().unwrap();
        none(self.known[file].answer(&method, target, &answer), target);
        let value = serde_json::from_slice(answer.body()).unwrap();
        (answer.status().as_u16(), value)
    }
}

async fn token(judge: Judge) {
    for (secret, status) in [("sandbox-secret", 200), ("wrong", 401)] {
        let answer = judge.session.fedex_token(secret).await;
        assert_eq!(answer.status(), status);
        let path = "/oauth/token";
        none(
            judge.known[TOKEN].answer(&http::Method::POST, path, &answer),
            path,
        );
    }
}

async fn rates(judge: Judge) {
    let client = judge.session.fedex().await;
    let domestic = fedex::rate_request();
    let mut home = domestic.clone();
    home["requestedShipment"]["recipient"]["address"]["residential"] = json!(true);
    let mut abroad = domestic.clone();
    abroad["requestedShipment"]["recipient"] =
        json!({ "address": fedex::recipient_abroad()["address"] });
    let mut from_china = domestic.clone();
    from_china["requestedShipment"]["shipper"] =
        json!({ "address": fedex::shipper_in_china()["address"] });
    for (request, count) in [(domestic, 7), (home, 7), (abroad, 5), (from_china, 5)] {
        let target = ("POST", fedex::RATE);
        let answer = judge.grants(&client, RATE, target, &request).await;
        assert_eq!(answer["rateReplyDetails"].as_array().unwrap().len(), count);
    }
}

async fn ship(judge: Judge) {
    let client = judge.session.fedex().await;
    for (image, stock) in [
        ("PDF", "PAPER_4X6"),
        ("PNG", "PAPER_LETTER"),
        ("ZPLII", "STOCK_4X6"),
    ] {
        let mut request = fedex::ship_request("PO-77");
        request["requestedShipment"]["labelSpecification"] =
            json!({ "imageType": image, "labelStockType": stock });
        let answer = judge
            .grants(&client, SHIP, ("POST", fedex::SHIP), &request)
            .await;
        let sold = &answer["transactionShipments"][0];
        assert_eq!(sold["pieceResponses"].as_array().unwrap().len(), 2);
        let number = sold["masterTrackingNumber"].as_str().unwrap();
        let cancel = fedex::cancel_request(number);
        judge
            .grants(&client, SHIP, ("PUT", fedex::CANCEL), &cancel)
            .await;
    }
    let late = client.buys(&fedex::ship_request("PO-78")).await;
    judge.session.days_pass(1);
    let cancel = fedex::cancel_request(&late[0]);
    let answer = judge
        .grants(&client, SHIP, ("PUT", fedex::CANCEL), &cancel)
        .await;
    assert_eq!(answer["cancelledShipment"], false);
}

async fn ship_abroad(judge: Judge) {
    let client = judge.session.fedex().await;
    let mut request = fedex::ship_abroad_request("PO-78");
    let answer = judge
        .grants(&client, SHIP, ("POST", fedex::SHIP), &request)
        .await;
    let papers = &answer["transactionShipments"][0]["shipmentDocuments"];
    assert_eq!(papers[0]["contentType"], "COMMERCIAL_INVOICE");
    let shipment = &mut request["requestedShipment"];
    shipment["shipper"] = fedex::shipper_in_china();
    shipment["shipDatestamp"] = json!("2026-01-08");
    let line = &mut shipment["requestedPackageLineItems"][0];
    line["packageSpecialServices"] = json!({ "signatureOptionType": "ADULT" });
    line["declaredValue"] = json!({ "amount": 500.5, "currency": "USD" });
    judge
        .grants(&client, SHIP, ("POST", fedex::SHIP), &request)
        .await;
}

async fn validate(judge: Judge) {
    let client = judge.session.fedex().await;
    let target = ("POST", fedex::VALIDATE);
    let request = fedex::ship_abroad_request("PO-79");
    let answer = judge.grants(&client, SHIP, target, &request).await;
    assert_eq!(answer["alerts"][0]["code"], "SHIPMENT.VALIDATION.SUCCESS");
}

async fn track(judge: Judge) {
    let client = judge.session.fedex().await;
    let mut sold = client.buys(&fedex::ship_request("PO-79")).await;
    sold.extend(client.buys(&fedex::ship_abroad_request("PO-79")).await);
    sold.extend(["797806677146".to_owned(), "713062653486".to_owned()]);
    let numbers: Vec<&str> = sold.iter().map(String::as_str).collect();
    let cancelled = client.buys(&fedex::ship_request("PO-80")).await;
    client
        .granted("PUT", fedex::CANCEL, &fedex::cancel_request(&cancelled[0]))
        .await;
    let proof = async |format| {
        let request = fedex::proof_request(&sold[0], format);
        let target = ("POST", fedex::PROOF);
        judge.grants(&client, TRACK, target, &request).await
    };
    let none_yet = proof("PDF").await;
    assert_eq!(none_yet["alerts"][0]["code"], "TRACKING.DATA.NOTFOUND");
    for days in 0..9 {
        let request = fedex::track_request(&numbers);
        let answer = judge
            .grants(&client, TRACK, ("POST", fedex::TRACK), &request)
            .await;
        let first = &answer["completeTrackResults"][0]["trackResults"][0];
        let status = &first["latestStatusDetail"]["code"];
        match days {
            0 => assert_eq!(status, "OC"),
            8 => assert_eq!(status, "DL"),
            _ => {}
        }
        for (reference, count) in [("PO-79", 3), ("PO-80", 2), ("PO-81", 1)] {
            let request = fedex::reference_request(reference);
            let target = ("POST", fedex::REFERENCE);
            let answer = judge.grants(&client, TRACK, target, &request).await;
            let results = answer["completeTrackResults"].as_array().unwrap();
            assert_eq!(results.len(), count, "{reference}");
        }
        judge.session.days_pass(1);
    }
    for (format, begins) in [("PDF", "JVBER"), ("PNG", "iVBOR")] {
        let letter = proof(format).await;
        let page = letter["document"][0].as_str().unwrap();
        assert!(page.starts_with(begins), "{format}");
    }
}

async fn places(judge: Judge) {
    let client = judge.session.fedex().await;
    for (line, state, postal, resolved) in [
        ("200 Main St", "TX", "75201", true),
        ("Main St", "CA", "75201", true),
        ("1 Nowhere Rd", "TX", "75201", false),
    ] {
        let request = fedex::address_request(line, state, postal);
        let target = ("POST", fedex::RESOLVE);
        let answer = judge.grants(&client, ADDRESS, target, &request).await;
        let told = &answer["resolvedAddresses"][0]["attributes"]["Resolved"];
        assert_eq!(told, resolved, "{line}");
    }
    let target = ("POST", fedex::POSTAL);
    let answer = judge
        .grants(&client, POSTAL, target, &fedex::postal_request())
        .await;
    assert_eq!(answer["cleanedPostalCode"], "75201");
}

async fn pickups(judge: Judge) {
    let client = judge.session.fedex().await;
    let target = ("POST", fedex::AVAILABILITY);
    let answer = judge
        .grants(&client, PICKUP, target, &fedex::availability_request())
        .await;
    assert_eq!(answer["options"].as_array().unwrap().len(), 4);
    let target = ("POST", fedex::PICKUP);
    let booked = judge
        .grants(&client, PICKUP, target, &fedex::pickup_request())
        .await;
    let text = |name: &str| booked[name].as_str().unwrap();
    let request = fedex::pickup_cancel_request(text("pickupConfirmationCode"), text("location"));
    judge
        .grants(&client, PICKUP, ("PUT", fedex::PICKUP_CANCEL), &request)
        .await;
}

async fn close(judge: Judge) {
    let client = judge.session.fedex().await;
    client.buys(&fedex::ship_request("PO-82")).await;
    let closed = judge
        .grants(
            &client,
            CLOSE,
            ("PUT", fedex::CLOSE),
            &fedex::close_request(),
        )
        .await;
    assert_eq!(closed["closeDocuments"][0]["type"], "MANIFEST");
    let request = fedex::reprint_request();
    judge
        .grants(&client, CLOSE, ("POST", fedex::CLOSE), &request)
        .await;
}

async fn documents(judge: Judge) {
    let client = judge.session.fedex().await;
    let body = json!({ "document": fedex::document(), "attachment": "" });
    let full = "FullSchema-DocumentUploadInputVO";
    none(judge.known[DOCUMENTS].component(full, &body), full);
    for (file, status) in [("%PDF-1.4", 201), ("", 400)] {
        let answer = client.uploads(&fedex::document(), file).await;
        assert_eq!(answer.status(), status);
        let post = http::Method::POST;
        none(
            judge.known[DOCUMENTS].answer(&post, fedex::UPLOAD, &answer),
            fedex::UPLOAD,
        );
    }
}

/// A push has the shape of the answer that tracking gives.
async fn pushes(judge: Judge) {
    let mut receiver = Received::listen().await;
    judge.session.control().set_fedex_webhook(Some(Webhook {
        url: receiver.url.clone(),
        credential: "security-token".to_owned(),
    }));
    let client = judge.session.fedex().await;
    client.buys(&fedex::ship_abroad_request("PO-83")).await;
    judge.session.days_pass(12);
    let mut code = Value::Null;
    while code != "DL" {
        let (_, body) = receiver.next().await;
        let violations = judge.known[TRACK].component("TrkcResponseVO_TrackingNumber", &body);
        none(violations, &body.to_string());
        let result = &body["output"]["completeTrackResults"][0]["trackResults"][0];
        code = result["latestStatusDetail"]["code"].clone();
    }
}

async fn refusals(judge: Judge) {
    let client = judge.session.fedex().await;
    let asked = [
        (RATE, "POST", fedex::RATE),
        (SHIP, "POST", fedex::SHIP),
        (SHIP, "PUT", fedex::CANCEL),
        (SHIP, "POST", fedex::VALIDATE),
        (TRACK, "POST", fedex::TRACK),
        (TRACK, "POST", fedex::REFERENCE),
        (ADDRESS, "POST", fedex::RESOLVE),
        (POSTAL, "POST", fedex::POSTAL),
        (PICKUP, "POST", fedex::PICKUP),
        (PICKUP, "POST", fedex::AVAILABILITY),
        (PICKUP, "PUT", fedex::PICKUP_CANCEL),
        (CLOSE, "PUT", fedex::CLOSE),
        (CLOSE, "POST", fedex::CLOSE),
    ];
    for (file, method, target) in asked {
        let (status, answer) = judge
            .answers(&client, file, (method, target), &json!({}))
            .await;
        assert_eq!(status, 400, "{target}");
        assert!(!answer["errors"].as_array().unwrap().is_empty(), "{target}");
    }
}

//! 4PX's gateway: signature, products, estimates, labels, limits, faults.

mod session;

use std::num::NonZeroU32;
use std::time::Duration;

use parcelgate_sandbox::{Carrier, Fault, FaultOrder};
use serde_json::{Value, json};
use session::Session;
use session::fourpx::{
    CANCEL, COST, CREATE, Call, FREIGHT, GET, HOLD, LABEL, PRODUCTS, TRACK, WEIGHT, ask, order,
    track,
};

#[tokio::test]
async fn each_fault_of_the_public_parameters_has_its_code() {
    type Change = fn(&mut Call);
    let session = Session::start().await;
    let cases: [(Change, &str); 6] = [
        (|call| call.app_secret = "wrong".to_owned(), "000012"),
        (|call| call.app_key = "wrong".to_owned(), "000013"),
        (|call| call.timestamp = String::new(), "000014"),
        (
            |call| {
                let sent: i64 = call.timestamp.parse().unwrap();
                call.timestamp = (sent - 601_000).to_string();
            },
            "000014",
        ),
        (|call| call.version = "2.0.0".to_owned(), "000024"),
        (|call| call.body = "[]".to_owned(), "000004"),
    ];
    for (change, code) in cases {
        let ask = json!({ "transport_mode": "1" });
        let (status, text) = session.fourpx_raw(PRODUCTS, &ask, change).await;
        let answer: Value = serde_json::from_str(&text).unwrap();
        let error = &answer["errors"][0];
        assert_eq!((status, &answer["result"]), (200, &json!("0")), "{code}");
        assert_eq!(error["error_code"], code, "{answer}");
        assert_eq!(error["errorCode"], Value::Null, "{answer}");
    }
    let (status, text) = session
        .fourpx_raw("ds.xms.fee.calculate", &json!({}), |_| ())
        .await;
    assert_eq!(status, 500);
    assert!(text.contains("ApiException"), "{text}");
    // only orders and labels have the newer version
    let newer = |call: &mut Call| call.version = "1.1.0".to_owned();
    for (method, code) in [(GET, "DS000017"), (CANCEL, "000024")] {
        let (_, text) = session.fourpx_raw(method, &ask(&json!("x")), newer).await;
        assert!(text.contains(code), "{method}: {text}");
    }
}

#[tokio::test]
async fn who_accepts_json_only_gets_question_marks_for_chinese() {
    let session = Session::start().await;
    let ask = json!({ "transport_mode": "5" });
    let whole = session.fourpx_granted(PRODUCTS, &ask).await;
    assert_eq!(whole[0]["logistics_product_name_cn"], "联邮通挂号");
    let json = |call: &mut Call| call.accept = "application/json".to_owned();
    let (_, text) = session.fourpx_raw(PRODUCTS, &ask, json).await;
    let answer: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(answer["data"][0]["logistics_product_name_cn"], "?????");
}

#[tokio::test]
async fn products_are_listed_by_their_mode() {
    let session = Session::start().await;
    let count = async |mode: &str| {
        let ask = json!({ "transport_mode": mode });
        let list = session.fourpx_granted(PRODUCTS, &ask).await;
        list.as_array().unwrap().len()
    };
    let mut parts = 0;
    for mode in ["2", "3", "4", "5", "6"] {
        parts += count(mode).await;
    }
    assert_eq!((count("1").await, parts), (9, 9));
    let refused = session.fourpx_refused(PRODUCTS, &json!({})).await;
    assert_eq!(refused.0, "DS000004");
}

#[tokio::test]
async fn an_estimate_is_of_the_products_that_take_the_parcel() {
    let session = Session::start().await;
    let mut question = json!({ "country_code": "DE", "weight": "480" });
    let quoted = session.fourpx_granted(COST, &question).await;
    let quoted = quoted.as_array().unwrap();
    let codes: Vec<&str> = quoted
        .iter()
        .map(|entry| entry["logistics_product_code"].as_str().unwrap())
        .collect();
    assert_eq!(codes, ["A1", "A6", "F3", "PX", "PY", "QC", "S5058"]);
    let fee = |code: &str| {
        let at = codes.iter().position(|known| *known == code).unwrap();
        &quoted[at]["lump_sum_fee"]
    };
    // one as text, one as number: the real answers have both
    assert_eq!((fee("QC"), fee("S5058")), (&json!("59.36"), &json!(52.92)));
    question["logistics_product_code"] = json!(["F3", "QC"]);
    for (side, cm) in [("length", "60"), ("width", "30.5"), ("height", "20")] {
        question[side] = json!(cm);
    }
    let bulky = session.fourpx_granted(COST, &question).await;
    assert_eq!(bulky[0]["is_volume_cargo"], "Y");
    assert_eq!(bulky[0]["charge_weight"], "6.100");
    assert_eq!(bulky[1]["is_volume_cargo"], "N");
    for (name, wrong, code) in [
        ("weight", json!("0.5"), "DS000004"),
        ("weight", json!("1000000"), "DS000004"),
        ("height", json!("20.125"), "DS000004"),
        ("height", Value::Null, "DS000004"),
        ("country_code", json!("XX"), "DS000000"),
        ("logistics_product_code", json!(["NOPE"]), "DS000110"),
        ("cargocode", json!("X"), "DS000004"),
    ] {
        let mut question = question.clone();
        question[name] = wrong.clone();
        let refused = session.fourpx_refused(COST, &question).await;
        assert_eq!(refused.0, code, "{name} = {wrong}: {}", refused.1);
    }
}

#[tokio::test]
async fn a_label_is_an_address_that_nobody_can_guess() {
    let session = Session::start().await;
    let made = session.fourpx_granted(CREATE, &order("F-1")).await;
    let mut question = ask(&made["logistics_channel_no"]);
    let label = session.fourpx_granted(LABEL, &question).await;
    assert_eq!(label["label_barcode"], made["4px_tracking_no"]);
    let url = label["label_url_info"]["logistics_label"].as_str().unwrap();
    let (status, bytes) = session.fetched(url).await;
    assert_eq!((status, &bytes[..5]), (200, &b"%PDF-"[..]));
    let small = url.replace("100x150", "80x90");
    assert_eq!(session.fetched(&small).await.0, 403);
    let other = url.replace("4PX3", "4PX4");
    assert_eq!(session.fetched(&other).await.0, 404);
    question["create_package_label"] = json!("Y");
    question["label_size"] = json!("label_80x90");
    let label = session.fourpx_granted(LABEL, &question).await;
    let url = label["label_url_info"]["package_label"].as_str().unwrap();
    assert_eq!(session.fetched(url).await.0, 200);
    for (name, wrong) in [
        ("label_size", "label_1x1"),
        ("response_label_format", "ZPL"),
    ] {
        let mut question = question.clone();
        question[name] = json!(wrong);
        assert_eq!(session.fourpx_refused(LABEL, &question).await.0, "DS000019");
    }
}

#[tokio::test]
async fn beyond_the_accounts_limit_a_minute_is_to_be_waited() {
    let limited = Session::with(|settings| {
        settings.fourpx.calls_per_minute = NonZeroU32::new(3);
        settings.fourpx.data_as_text = true;
        settings.protocol_clock = settings.clock.clone();
    })
    .await;
    let now = limited.clock.clone();
    let question = json!({ "transport_mode": "1" });
    let asked = async || {
        let at = parcelgate_clock::Clock::now(&*now).as_millisecond();
        let then = |call: &mut Call| call.timestamp = at.to_string();
        let (_, text) = limited.fourpx_raw(PRODUCTS, &question, then).await;
        serde_json::from_str::<Value>(&text).unwrap()
    };
    for _ in 0..3 {
        let answer = asked().await;
        let data = answer["data"].as_str().unwrap();
        assert!(data.starts_with('['), "a document inside a text: {answer}");
    }
    assert_eq!(asked().await["errors"][0]["error_code"], "000017");
    now.advance(Duration::from_secs(60));
    assert_eq!(asked().await["result"], "1");
}

#[tokio::test]
async fn faults_meet_the_method_they_name() {
    let session = Session::start().await;
    let fault = |operation: &str, fault| {
        session.control().inject(FaultOrder {
            carrier: Carrier::Fourpx,
            operation: operation.to_owned(),
            fault,
            times: 1,
        });
    };
    let status = |code| Fault::Status {
        code,
        retry_after: None,
    };
    for (operation, method) in [
        ("products", PRODUCTS),
        ("rate", COST),
        ("ship", CREATE),
        ("get", GET),
        ("void", CANCEL),
        ("hold", HOLD),
        ("weight", WEIGHT),
        ("freight", FREIGHT),
        ("label", LABEL),
        ("track", TRACK),
    ] {
        fault(operation, status(429));
        let (status, text) = session.fourpx_raw(method, &json!({}), |_| ()).await;
        assert_eq!(status, 429, "{operation}");
        assert!(text.contains("000017"), "{operation}: {text}");
    }
    fault("ship", status(503));
    let (code, text) = session.fourpx_raw(CREATE, &order("F-1"), |_| ()).await;
    assert_eq!(code, 503);
    assert!(text.contains("ApiException"), "{text}");
    assert!(session.control().parcels().is_empty());
    let made = session.fourpx_granted(CREATE, &order("F-1")).await;
    let label = session.fourpx_granted(LABEL, &ask(&json!("F-1"))).await;
    let url = label["label_url_info"]["logistics_label"].as_str().unwrap();
    fault("label_file", status(404));
    assert_eq!(session.fetched(url).await.0, 404);
    assert_eq!(session.fetched(url).await.0, 200);
    session.days_pass(15);
    let plain = track(&session, &made["4px_tracking_no"]).await;
    let plain = plain["trackingList"].as_array().unwrap().len();
    for (how, count) in [(Fault::Duplicate, 2 * plain), (Fault::Late, plain - 1)] {
        fault("track", how);
        let told = track(&session, &made["4px_tracking_no"]).await;
        assert_eq!(told["trackingList"].as_array().unwrap().len(), count);
    }
}

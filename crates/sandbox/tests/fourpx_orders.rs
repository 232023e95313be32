//! 4PX's orders: refusals, those that appear later, the way of a parcel.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod session;

use std::collections::HashSet;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use parcelgate_tracking_number::identify;
use serde_json::{Value, json};
use session::Session;
use session::fourpx::{
    CANCEL, COST, CREATE, Call, FREIGHT, GET, HOLD, LABEL, TRACK, WEIGHT, ask, order, track,
};

fn of(product: &str, reference: &str) -> Value {
    let mut order = order(reference);
    order["logistics_service_info"]["logistics_product_code"] = json!(product);
    order
}

async fn info(session: &Session, number: &Value) -> Value {
    let data = session.fourpx_granted(GET, &ask(number)).await;
    data[0]["consignment_info"].clone()
}

fn codes(told: &Value) -> HashSet<&str> {
    let list = told["trackingList"].as_array().unwrap();
    let code = |event: &'_ Value| event["businessLinkCode"].as_str().map(str::to_owned);
    assert!(list.iter().all(|event| code(event).is_some()), "{told}");
    list.iter()
        .filter_map(|event| event["businessLinkCode"].as_str())
        .collect()
}

fn instant(event: &Value) -> Timestamp {
    let local = event["occurDatetime"].as_str().unwrap().replace(' ', "T");
    let local: DateTime = local.parse().unwrap();
    Offset::constant(8).to_timestamp(local).unwrap()
}

/// Where an order is wrong, how, and the code that says so.
#[rustfmt::skip]
fn wrong_orders() -> Vec<(&'static str, Value, &'static str)> {
    vec![
        ("/ref_no", json!("no spaces please"), "DS000004"),
        ("/ref_no", json!("x".repeat(33)), "DS000004"),
        ("/business_type", Value::Null, "DS000052"),
        ("/duty_type", json!("X"), "DS000004"),
        ("/ioss_no", json!("x".repeat(33)), "DS000004"),
        ("/is_insure", Value::Null, "DS000004"),
        ("/is_insure", json!("Y"), "DS000004"),
        ("/return_info/is_return_on_oversea", Value::Null, "DS000004"),
        ("/return_info/domestic_return_addr", json!({ "city": "Shenzhen" }), "DS000004"),
        ("/logistics_service_info/logistics_product_code", json!("ZZ"), "DS000110"),
        ("/logistics_service_info/logistics_product_code", json!("S5063"), "DS000000"),
        ("/logistics_service_info/logistics_product_code", json!("A1"), "DS000000"),
        ("/sender/post_code", json!(""), "DS000000"),
        ("/sender/street", json!("Road 8"), "DS000000"),
        ("/recipient_info/phone", Value::Null, "DS000004"),
        ("/recipient_info/first_name", json!("Yu"), "DS000000"),
        ("/recipient_info/first_name", json!("张三李四"), "010101005"),
        ("/recipient_info/first_name", json!("O&#39;Hara"), "010101005"),
        ("/recipient_info/country", json!("XX"), "DS000000"),
        ("/deliver_type_info/deliver_type", json!("4"), "DS000004"),
        ("/deliver_type_info/deliver_type", json!("2"), "DS000004"),
        ("/parcel_list", json!([]), "DS000004"),
        ("/parcel_list/0/weight", json!(480.5), "DS000004"),
        ("/parcel_list/0/weight", json!(30_001), "DS000000"),
        ("/parcel_list/0/include_battery", json!("Y"), "DS000000"),
        ("/parcel_list/0/currency", json!("CNY"), "DS000000"),
        ("/parcel_list/0/parcel_value", json!(26), "DS000000"),
        ("/parcel_list/0/declare_product_info", json!([]), "DS000004"),
        ("/parcel_list/0/declare_product_info/0/declare_product_name_cn", json!("wrench"), "DS000000"),
        ("/parcel_list/0/declare_product_info/0/declare_product_name_en", json!("扳手"), "DS000000"),
        ("/parcel_list/0/declare_product_info/0/declare_product_code_qty", json!("1.5"), "DS000004"),
        ("/parcel_list/0/declare_product_info/0/declare_unit_price_import", json!("1.255"), "DS000004"),
        ("/parcel_list/0/declare_product_info/0/currency_import", json!("USD"), "DS000000"),
        ("/parcel_list/0/declare_product_info/0/hscode_import", json!("8204.12"), "DS000000"),
        ("/parcel_list/0/declare_product_info/0/brand_import", Value::Null, "DS000004"),
    ]
}

#[tokio::test]
async fn a_wrong_order_is_refused_with_its_code() {
    let session = Session::start().await;
    for (pointer, wrong, code) in &wrong_orders() {
        let mut order = order("F-1");
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let parent = order.pointer_mut(parent).unwrap().as_object_mut().unwrap();
        parent.insert(name.to_owned(), wrong.clone());
        let refused = session.fourpx_refused(CREATE, &order).await;
        assert_eq!(refused.0, *code, "{pointer} = {wrong}: {}", refused.1);
    }
    assert!(session.control().parcels().is_empty());
    session.fourpx_granted(CREATE, &order("F-1")).await;
}

#[tokio::test]
async fn a_reference_is_taken_for_ever() {
    let session = Session::start().await;
    let made = session.fourpx_granted(CREATE, &order("F-1")).await;
    assert_eq!(made["ref_no"], "F-1");
    let number = made["4px_tracking_no"].as_str().unwrap();
    assert_eq!(identify(number)[0].carrier, "fourpx", "{number}");
    let again = session.fourpx_refused(CREATE, &order("F-1")).await;
    assert_eq!(again.0, "DS000000");
    assert!(again.1.contains("already exists"), "{}", again.1);
    let cancel = json!({ "request_no": "F-1", "cancel_reason": "sold out" });
    assert!(session.fourpx_granted(CANCEL, &cancel).await.is_null());
    assert_eq!(
        info(&session, &json!("F-1")).await["consignment_status"],
        "X"
    );
    let told = track(&session, &json!(number)).await;
    assert!(codes(&told).contains("FPX_O_SCBS"), "{told}");
    for (method, code) in [(CANCEL, "DS000014"), (LABEL, "DS000046")] {
        assert_eq!(session.fourpx_refused(method, &cancel).await.0, code);
    }
    assert_eq!(
        session.fourpx_refused(CREATE, &order("F-1")).await.0,
        "DS000000"
    );
    assert_eq!(session.control().orders()["F-1"], 1);
    let nobody = json!({ "request_no": "F-2", "cancel_reason": "sold out" });
    assert_eq!(session.fourpx_refused(CANCEL, &nobody).await.0, "0");
    for (method, code) in [(GET, "DS000017"), (LABEL, "DS000017"), (HOLD, "DS000004")] {
        assert_eq!(session.fourpx_refused(method, &nobody).await.0, code);
    }
}

#[tokio::test]
async fn an_order_in_processing_can_be_read_later_and_its_label_later_still() {
    let session = Session::start().await;
    let order = of("F3", "F-1");
    for _ in 0..2 {
        let refused = session.fourpx_refused(CREATE, &order).await;
        assert_eq!(refused.0, "DS000007");
        assert_eq!(refused.1, "Ref_no: F-1 in processing");
    }
    assert_eq!(session.control().orders()["F-1"], 1);
    let by_reference = ask(&json!("F-1"));
    assert_eq!(
        session.fourpx_refused(GET, &by_reference).await.0,
        "DS000007"
    );
    session.clock.advance(Duration::from_secs(121));
    let info = info(&session, &json!("F-1")).await;
    assert_eq!(info["consignment_status"], "P");
    assert_eq!(session.fourpx_refused(CREATE, &order).await.0, "DS000000");
    assert_eq!(
        session.fourpx_refused(LABEL, &by_reference).await.0,
        "DS000046"
    );
    session.clock.advance(Duration::from_secs(120));
    let label = session.fourpx_granted(LABEL, &by_reference).await;
    assert_eq!(label["label_barcode"], info["4px_tracking_no"]);
}

#[tokio::test]
async fn orders_of_a_week_can_be_listed() {
    let session = Session::start().await;
    session.fourpx_granted(CREATE, &order("F-1")).await;
    session.days_pass(3);
    session.fourpx_granted(CREATE, &order("F-2")).await;
    let start: Timestamp = session::START.parse().unwrap();
    let window = |days: i64| {
        json!({
            "start_time_of_create_consignment": start.as_millisecond().to_string(),
            "end_time_of_create_consignment":
                start.as_millisecond() + days * 86_400_000,
        })
    };
    let count = async |ask: &Value| {
        let data = session.fourpx_granted(GET, ask).await;
        data.as_array().unwrap().len()
    };
    assert_eq!(count(&window(2)).await, 1);
    assert_eq!(count(&window(7)).await, 2);
    let mut forecast = window(7);
    forecast["consignment_status"] = json!("P");
    assert_eq!(count(&forecast).await, 1);
    assert_eq!(session.fourpx_refused(GET, &window(8)).await.0, "DS000023");
    assert_eq!(session.fourpx_refused(GET, &json!({})).await.0, "DS000021");
}

#[tokio::test]
async fn a_parcel_is_delivered_and_its_times_are_chinas() {
    let session = Session::start().await;
    for (index, country) in ["DE", "US", "AU"].into_iter().enumerate() {
        let mut order = order(&format!("F-{index}"));
        order["recipient_info"]["country"] = json!(country);
        let text = order.to_string().replace("\"EUR\"", "\"USD\"");
        let order = serde_json::from_str(&text).unwrap();
        session.fourpx_granted(CREATE, &order).await;
    }
    session.days_pass(15);
    for parcel in session.control().parcels() {
        let told = track(&session, &json!(parcel.number)).await;
        let found = codes(&told);
        for code in [
            "FPX_L_RPIF",
            "FPX_C_AAF",
            "FPX_M_DFOA",
            "FPX_I_RCUK",
            "FPX_S_OK",
        ] {
            assert!(found.contains(code), "{code}: {told}");
        }
        let list = told["trackingList"].as_array().unwrap();
        let instants: Vec<Timestamp> = list.iter().map(instant).collect();
        assert!(!instants.is_sorted() && !instants.is_sorted_by(|a, b| a > b));
        assert_eq!(instants.iter().min(), Some(&parcel.booked));
        let delivered = instants.iter().max().unwrap();
        let days = delivered.duration_since(parcel.booked).as_hours() / 24;
        assert!((8..=13).contains(&days), "{days} days");
        // the time of day beside it is not on the place's zone
        let at_home = told["destinationCountry"].as_str().unwrap();
        let zones: HashSet<_> = list
            .iter()
            .filter(|event| event["country"] == at_home)
            .map(|event| event["timeZone"].as_str().unwrap())
            .collect();
        assert_eq!(zones.len(), 1, "{told}");
        assert!(!zones.contains("UTC+08:00"), "{told}");
        let second = told["serverNum"].as_str().unwrap();
        assert_eq!(Some(second), parcel.last_mile.as_deref());
        assert!(!identify(second).is_empty(), "{second}");
        let by_second = track(&session, &json!(second)).await;
        assert_eq!(by_second["trackingList"], told["trackingList"]);
        assert_eq!(
            info(&session, &json!(parcel.number)).await["consignment_status"],
            "F"
        );
    }
    let by_reference = json!({ "deliveryOrderNo": "F-1" });
    assert_eq!(session.fourpx_refused(TRACK, &by_reference).await.0, "0");
    let chinese = |call: &mut Call| call.language = "cn".to_owned();
    let number = &session.control().parcels()[0].number;
    let question = json!({ "deliveryOrderNo": number });
    let (_, text) = session.fourpx_raw(TRACK, &question, chinese).await;
    assert!(text.contains("已妥投"), "{text}");
}

#[tokio::test]
async fn a_last_mile_number_is_there_or_comes_or_changes() {
    for (product, change, first, changes) in [
        ("QC", false, true, false),
        ("QC", true, true, true),
        ("PY", false, true, true),
        ("A6", true, false, true),
    ] {
        let session = Session::with(|settings| settings.fourpx.change_last_mile = change).await;
        let made = session.fourpx_granted(CREATE, &of(product, "F-1")).await;
        let number = &made["4px_tracking_no"];
        let before = &made["logistics_channel_no"];
        assert_eq!(before != "", first, "{product}: {made}");
        assert_eq!(track(&session, number).await["serverNum"], *before);
        if first {
            let by_first = track(&session, before).await;
            assert_eq!(by_first["serverNum"], *before);
        }
        session.days_pass(5);
        let after = info(&session, number).await["logistics_channel_no"].clone();
        assert_ne!(after, "", "{product}");
        assert_eq!(after != *before, changes, "{product}: {before} {after}");
        let told = track(&session, number).await;
        assert_eq!(told["serverNum"], after);
        assert_eq!(track(&session, &after).await["serverNum"], after);
        if first && changes {
            let old = json!({ "deliveryOrderNo": before });
            assert_eq!(session.fourpx_refused(TRACK, &old).await.0, "0");
        }
    }
}

#[tokio::test]
async fn an_intercepted_parcel_waits_in_the_warehouse() {
    let session = Session::start().await;
    let hold = |reference: &str, stop: &str| {
        let reason = "wrong address";
        json!({ "request_no": reference, "is_hold": stop, "hold_reason": reason })
    };
    for reference in ["F-1", "F-2"] {
        session.fourpx_granted(CREATE, &of("A6", reference)).await;
    }
    session.fourpx_granted(CREATE, &of("S5058", "F-3")).await;
    let refused = async |reference: &str, stop: &str| {
        session.fourpx_refused(HOLD, &hold(reference, stop)).await.0
    };
    assert_eq!(refused("F-3", "Y").await, "DS000031");
    assert_eq!(refused("F-1", "N").await, "DS000037");
    session.fourpx_granted(HOLD, &hold("F-1", "Y")).await;
    assert_eq!(refused("F-1", "Y").await, "DS000036");
    assert_eq!(info(&session, &json!("F-1")).await["is_hold_sign"], "Y");
    session.days_pass(20);
    let held = info(&session, &json!("F-1")).await;
    assert_eq!(held["is_hold_sign"], "S");
    assert_eq!(held["consignment_status"], "H");
    let told = track(&session, &held["4px_tracking_no"]).await;
    assert!(codes(&told).contains("FPX_C_HF"), "{told}");
    assert!(!codes(&told).contains("FPX_C_ADFF"), "{told}");
    assert_eq!(
        refused("F-2", "Y").await,
        "DS000032",
        "it has been delivered"
    );
    session.fourpx_granted(HOLD, &hold("F-1", "N")).await;
    assert_eq!(
        info(&session, &json!("F-1")).await["consignment_status"],
        "H"
    );
    session.days_pass(15);
    let told = track(&session, &held["4px_tracking_no"]).await;
    assert!(codes(&told).is_superset(&HashSet::from(["FPX_C_HF", "FPX_S_OK"])));
    let delivered = session.control().parcels();
    assert!(
        delivered.iter().all(|parcel| parcel.delivered),
        "{delivered:?}"
    );
}

#[tokio::test]
async fn a_weight_can_be_changed_until_the_warehouse_and_the_bill_comes_late() {
    let session = Session::start().await;
    session.fourpx_granted(CREATE, &order("F-1")).await;
    let heavier = json!({ "request_no": "F-1", "weight": 1000 });
    session.fourpx_granted(WEIGHT, &heavier).await;
    let whole = session.fourpx_granted(GET, &ask(&json!("F-1"))).await;
    let consignment = whole[0]["consignment_info"]["ds_consignment_no"].clone();
    let estimate = session.fourpx_granted(COST, &ask(&json!("F-1"))).await;
    assert_eq!(estimate[0]["lump_sum_fee"], "102.00");
    let too_heavy = json!({ "request_no": "F-1", "weight": 30_001 });
    assert_eq!(
        session.fourpx_refused(WEIGHT, &too_heavy).await.0,
        "DS000018"
    );
    session.days_pass(4);
    assert_eq!(session.fourpx_refused(WEIGHT, &heavier).await.0, "DS000018");
    let whole = session.fourpx_granted(GET, &ask(&json!("F-1"))).await;
    assert_eq!(
        whole[0]["parcel_confirm_info"]["confirm_parcel_weight"],
        1000
    );
    let bill = session.fourpx_granted(FREIGHT, &ask(&json!("F-1"))).await;
    assert_eq!(bill, json!({}), "it is not settled yet");
    session.days_pass(6);
    let bill = session.fourpx_granted(FREIGHT, &ask(&json!("F-1"))).await;
    assert_eq!(bill["total_fee"], "102.00");
    let none = session.fourpx_granted(FREIGHT, &ask(&consignment)).await;
    assert_eq!(none, json!({}));
}

//! Yanwen's side: signature, refusals, the way of a parcel.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod session;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use parcelgate_tracking_number::identify;
use serde_json::{Value, json};
use session::{Session, yanwen_order};

#[tokio::test]
async fn a_wrong_signature_is_refused_in_plain_text_and_an_old_one_in_an_envelope() {
    let session = Session::start().await;
    let method = "common.country.getlist";
    let token = |call: &mut session::Call| call.token = "wrong".to_owned();
    let (status, text) = session.yanwen_raw(method, &json!({}), token).await;
    assert_eq!((status, text.as_str()), (401, "签名错误"));
    let old = |call: &mut session::Call| {
        let sent: i64 = call.timestamp.parse().unwrap();
        call.timestamp = (sent - 301_000).to_string();
    };
    let (status, text) = session.yanwen_raw(method, &json!({}), old).await;
    let answer: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((status, &answer["success"]), (200, &json!(false)));
    assert!(answer["message"].as_str().unwrap().contains("签名"));
    let good = session.yanwen(method, &json!({})).await;
    assert_eq!(
        (&good["code"], &good["success"]),
        (&json!("0"), &json!(true))
    );
    assert!(good["data"].as_array().unwrap().len() > 20);
}

#[tokio::test]
async fn a_wrong_order_is_refused_with_the_reason() {
    let session = Session::start().await;
    let long = "x".repeat(201);
    let cases = [
        ("/channelId", json!("999"), "渠道"),
        ("/channelId", Value::Null, "渠道不能为空"),
        ("/orderNumber", json!("x".repeat(51)), "订单号长度"),
        (
            "/receiverInfo/name",
            json!("张三"),
            "收件人姓名填写不规范，仅支持英文，空格",
        ),
        ("/receiverInfo/address", json!(long), "收件人地址长度"),
        ("/receiverInfo/country", json!("XX"), "国家"),
        ("/receiverInfo/zipCode", Value::Null, "邮编"),
        ("/parcelInfo/hasBattery", json!(1), "带电"),
        ("/parcelInfo/currency", json!("JPY"), "币种"),
        ("/parcelInfo/totalWeight", json!("0.5"), "总重量"),
        ("/parcelInfo/totalWeight", json!(30_001), "限重"),
        ("/parcelInfo/productList", json!([]), "商品信息"),
        (
            "/parcelInfo/productList/0/goodsNameCh",
            json!("wrench"),
            "中文品名",
        ),
        ("/parcelInfo/productList/0/price", json!("12.505"), "单价"),
        ("/parcelInfo/productList/0/quantity", json!(0), "数量"),
    ];
    for (pointer, wrong, reason) in cases {
        let mut order = yanwen_order("Y-1");
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let parent = order.pointer_mut(parent).unwrap().as_object_mut().unwrap();
        parent.insert(name.to_owned(), wrong.clone());
        let answer = session.yanwen("express.order.create", &order).await;
        assert_eq!(answer["success"], false, "{pointer} = {wrong}");
        let message = answer["message"].as_str().unwrap();
        assert!(message.contains(reason), "{pointer} = {wrong}: {message}");
    }
    assert!(session.control().parcels().is_empty());
    let quote = session.yanwen("calc.list", &json!({})).await;
    assert!(quote["message"].as_str().unwrap().contains("权限"));
}

#[tokio::test]
async fn an_order_number_is_taken_once_until_it_is_cancelled() {
    let session = Session::start().await;
    let order = yanwen_order("Y-1");
    let made = session.yanwen("express.order.create", &order).await;
    let again = session.yanwen("express.order.create", &order).await;
    assert!(again["message"].as_str().unwrap().contains("已存在"));
    assert_eq!(session.control().orders()["Y-1"], 1);
    let ask = json!({ "waybillNumber": made["data"]["waybillNumber"] });
    let cancelled = session.yanwen("express.order.cancel", &ask).await;
    assert_eq!(
        (&cancelled["success"], &cancelled["data"]),
        (&json!(true), &Value::Null)
    );
    let read = session.yanwen("express.order.get", &ask).await;
    assert_eq!(read["data"]["status"], "5");
    let label = session.yanwen("express.order.label.get", &ask).await;
    assert_eq!(
        (&label["success"], &label["data"]["isSuccess"]),
        (&json!(true), &json!(false))
    );
    session.yanwen("express.order.create", &order).await;
    let list = json!({ "listNumber": ["Y-1", "nonsense"] });
    let list = session.yanwen("express.order.getlist", &list).await;
    assert_eq!(list["data"].as_array().unwrap().len(), 1);
}

fn instant(checkpoint: &Value) -> Timestamp {
    let local: DateTime = checkpoint["time_stamp"].as_str().unwrap().parse().unwrap();
    let hours = checkpoint["time_zone"].as_str().unwrap().parse().unwrap();
    Offset::constant(hours).to_timestamp(local).unwrap()
}

#[tokio::test]
async fn a_parcel_is_delivered_within_a_fortnight_and_gets_its_second_number_on_the_way() {
    let session = Session::start().await;
    for (index, country) in ["DE", "US", "AU"].into_iter().enumerate() {
        let mut order = yanwen_order(&format!("Y-{index}"));
        order["receiverInfo"]["country"] = json!(country);
        session.yanwen("express.order.create", &order).await;
    }
    let parcels = session.control().parcels();
    for parcel in &parcels {
        let best = identify(&parcel.number).into_iter().next().unwrap();
        assert_eq!(best.carrier, "yanwen", "{}", parcel.number);
        let before = session.yanwen_track(&parcel.number).await;
        assert_eq!(before["result"][0]["exchange_number"], "");
    }
    session.days_pass(15);
    for parcel in &parcels {
        let told = session.yanwen_track(&parcel.number).await;
        let result = &told["result"][0];
        assert_eq!(result["tracking_status"], "LM40", "{result}");
        let checkpoints = result["checkpoints"].as_array().unwrap();
        let instants: Vec<Timestamp> = checkpoints.iter().map(instant).collect();
        assert!(!instants.is_sorted(), "the list is in no order of instants");
        let days = instants
            .iter()
            .max()
            .unwrap()
            .duration_since(parcel.booked)
            .as_hours()
            / 24;
        assert!((7..=14).contains(&days), "{days} days");
        let second = result["exchange_number"].as_str().unwrap();
        assert_eq!(Some(second), parcel.last_mile.as_deref());
        assert!(!identify(second).is_empty(), "{second}");
        let by_second = session.yanwen_track(second).await;
        assert_eq!(
            by_second["result"][0]["waybill_number"],
            parcel.number.as_str()
        );
    }
    let ask = json!({ "waybillNumber": parcels[0].number });
    let late = session.yanwen("express.order.cancel", &ask).await;
    assert_eq!(late["success"], false);
    let read = session.yanwen("express.order.get", &ask).await;
    assert_eq!(read["data"]["status"], "4");
}

#[tokio::test]
async fn tracking_takes_thirty_numbers_and_knows_when_it_does_not_know() {
    let session = Session::start().await;
    let numbers = |count: usize| vec!["UH000000005YP"; count].join(",");
    let told = session.yanwen_track(&numbers(30)).await;
    let result = told["result"].as_array().unwrap();
    assert_eq!((told["code"].as_i64(), result.len()), (Some(0), 30));
    assert_eq!(result[0]["tracking_status"], "NOTFOUND");
    assert_eq!(session.yanwen_track(&numbers(31)).await["code"], 1);
    let url = session.url("/yanwen-track/api/tracking?nums=1");
    let refused = reqwest::get(url).await.unwrap();
    assert_eq!(refused.status(), 401);
}

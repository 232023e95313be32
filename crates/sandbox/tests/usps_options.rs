//! What USPS says to all ways of a package at once: prices, days, extra services, duties.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod session;

use std::num::NonZeroU32;

use parcelgate_sandbox::{Carrier, Fault, FaultOrder};
use serde_json::{Value, json};
use session::Session;
use session::usps::{Usps, label_request, options_abroad_request, options_request, read, refuses};

const OPTIONS: &str = "/shipments/v3/options/search";

/// The rates of `class` among the first pricing option's.
fn rates<'v>(told: &'v Value, class: &str) -> &'v [Value] {
    let options = told["pricingOptions"][0]["shippingOptions"].as_array();
    let of_class = |option: &&Value| option["mailClass"] == class;
    let found = options.unwrap().iter().find(of_class);
    found.unwrap()["rateOptions"].as_array().unwrap()
}

fn cents(price: &Value) -> u64 {
    let text = price.to_string();
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    format!("{whole}{part:0<2}").parse().unwrap()
}

#[tokio::test]
async fn every_class_has_its_prices_and_its_day() {
    let session = Session::standing().await;
    let usps = Usps::of(&session).await;
    let told = usps
        .granted("POST", OPTIONS, Some(&options_request()))
        .await;
    assert_eq!(told["originZIPCode"], "21093");
    assert_eq!(told["destinationZIPCode"], "75201");
    let express = &rates(&told, "PRIORITY_MAIL_EXPRESS")[0];
    let ground = &rates(&told, "USPS_GROUND_ADVANTAGE")[0];
    assert!(cents(&express["totalBasePrice"]) > cents(&ground["totalBasePrice"]));
    let day = |rate: &Value| {
        let day = rate["commitment"]["expectedDeliveryDate"].as_str().unwrap();
        day.parse::<jiff::civil::Date>().unwrap()
    };
    assert!(day(express) < day(ground));
    assert_eq!(express["commitment"]["guaranteedDelivery"], true);
    assert_eq!(ground["commitment"]["guaranteedDelivery"], false);
    assert_eq!(ground["extraServices"], json!([]), "none was asked for");
    assert!(ground.get("totalPrice").is_none(), "{ground}");
    let flat = rates(&told, "PRIORITY_MAIL")
        .iter()
        .map(|rate| rate["rates"][0]["rateIndicator"].as_str().unwrap());
    assert_eq!(flat.collect::<Vec<_>>(), ["SP", "FE", "FS", "FB", "PL"]);
    let mut back = options_request();
    back["packageDescription"]["mailClass"] = json!("ALL_RETURNS");
    let told = usps.granted("POST", OPTIONS, Some(&back)).await;
    let rate = &rates(&told, "PRIORITY_MAIL_RETURN_SERVICE")[0];
    assert!(rate.get("commitment").is_none(), "no day for returns");
}

#[tokio::test]
async fn what_is_offered_is_what_a_label_costs_and_promises() {
    let session = Session::standing().await;
    let usps = Usps::of(&session).await;
    let mut request = options_request();
    request["packageDescription"]["extraServices"] = json!([921]);
    let told = usps.granted("POST", OPTIONS, Some(&request)).await;
    let offer = &rates(&told, "PRIORITY_MAIL")[0];
    let sold = usps.buy("/labels/v3/label", &label_request("PO-1")).await;
    assert_eq!(offer["rates"][0]["price"], sold["postage"]);
    assert_eq!(offer["rates"][0]["SKU"], sold["SKU"]);
    let (extra, bought) = (&offer["extraServices"][0], &sold["extraServices"][0]);
    assert_eq!(extra["extraService"], "921");
    assert_eq!(extra["price"], bought["price"]);
    let (whole, base) = (cents(&offer["totalPrice"]), cents(&offer["totalBasePrice"]));
    assert_eq!(whole, base + cents(&extra["price"]));
    let (promised, kept) = (&offer["commitment"], &sold["commitment"]);
    assert_eq!(promised["name"], kept["name"]);
    assert_eq!(
        promised["expectedDeliveryDate"],
        kept["expectedDeliveryDate"]
    );
}

#[tokio::test]
async fn each_way_to_pay_has_its_prices_and_a_filter_leaves_one() {
    let session = Session::standing().await;
    let usps = Usps::of(&session).await;
    let mut request = options_request();
    let contract = |number: &str| {
        let account = json!({ "accountType": "EPS", "accountNumber": number });
        json!({ "priceType": "CONTRACT", "paymentAccount": account })
    };
    request["packageDescription"]["extraServices"] = json!([921]);
    request["pricingOptions"] = json!([
        { "priceType": "RETAIL" }, { "priceType": "COMMERCIAL" },
        contract("1000123456"), contract("7"),
    ]);
    let mut told = usps.granted("POST", OPTIONS, Some(&request)).await;
    let mut prices = Vec::new();
    for option in told["pricingOptions"].as_array_mut().unwrap() {
        let option = json!({ "pricingOptions": [option.take()] });
        let ground = &rates(&option, "USPS_GROUND_ADVANTAGE")[0];
        let warned = &ground["extraServices"][0]["warnings"][0]["warningCode"];
        prices.push((cents(&ground["totalBasePrice"]), warned == "001"));
    }
    let [retail, commercial, ours, unknown] = prices.as_slice() else {
        panic!("{prices:?}");
    };
    assert!(
        ours.0 < commercial.0 && commercial.0 < retail.0,
        "{prices:?}"
    );
    assert_eq!(*unknown, (commercial.0, true), "published, and it says so");
    assert!(!ours.1 && !commercial.1 && !retail.1);
    for (filter, class) in [
        ("PRICE", "LIBRARY_MAIL"),
        ("SERVICE_STANDARDS", "PRIORITY_MAIL_EXPRESS"),
    ] {
        request["shippingFilter"] = json!(filter);
        let told = usps.granted("POST", OPTIONS, Some(&request)).await;
        let options = told["pricingOptions"][0]["shippingOptions"].as_array();
        assert_eq!(options.unwrap().len(), 1);
        assert_eq!(rates(&told, class).len(), 1, "{filter}");
    }
}

#[tokio::test]
async fn abroad_there_is_no_day_but_duties_when_asked() {
    let session = Session::standing().await;
    let usps = Usps::of(&session).await;
    let mut request = options_abroad_request();
    let told = usps.granted("POST", OPTIONS, Some(&request)).await;
    assert_eq!(told["destinationCountryCode"], "DE");
    assert_eq!(told["foreignPostalCode"], "10115");
    let rate = &rates(&told, "PRIORITY_MAIL_INTERNATIONAL")[0];
    assert!(rate.get("commitment").is_none(), "{rate}");
    let duties = &rate["dutiesTaxesFeesQuote"]["itemQuotes"][0];
    assert_eq!(duties["itemId"], "1");
    assert_eq!(duties["dutyPrice"].to_string(), "3.99");
    request["requestDutiesTaxesFees"] = json!(false);
    let told = usps.granted("POST", OPTIONS, Some(&request)).await;
    let rate = &rates(&told, "PRIORITY_MAIL_INTERNATIONAL")[0];
    assert!(rate.get("dutiesTaxesFeesQuote").is_none(), "{rate}");
    request["packageDescription"]["weight"] = json!(5);
    let told = usps.granted("POST", OPTIONS, Some(&request)).await;
    let options = told["pricingOptions"][0]["shippingOptions"].as_array();
    assert_eq!(options.unwrap().len(), 2, "First-Class ends at four pounds");
    let invalid = "OASValidation";
    let cases = [
        ("/destinationCountryCode", json!("US"), "030013"),
        ("/destinationZIPCode", json!("75201"), invalid),
        ("/shippingFilter", json!("SERVICE_STANDARDS"), invalid),
        ("/items/0/itemValue", Value::Null, invalid),
        ("/items/0/itemId", json!("a b"), invalid),
        (
            "/packageDescription/mailClass",
            json!("MEDIA_MAIL"),
            invalid,
        ),
        (
            "/packageDescription/mailClass",
            json!("GLOBAL_EXPRESS_GUARANTEED"),
            "030020",
        ),
    ];
    refuses(&usps, OPTIONS, &options_abroad_request(), &cases).await;
}

#[tokio::test]
async fn a_wrong_question_is_refused() {
    let session = Session::standing().await;
    let usps = Usps::of(&session).await;
    let invalid = "OASValidation";
    let cases = [
        ("/originZIPCode", Value::Null, invalid),
        ("/originZIPCode", json!("2109"), invalid),
        ("/originZIPCode", json!("00000"), "160243"),
        ("/destinationZIPCode", json!("00000"), "160244"),
        ("/destinationEntryFacilityType", json!("MOON"), invalid),
        ("/surprise", json!(1), invalid),
        ("/shippingFilter", json!("FAST"), invalid),
        ("/pricingOptions", json!([]), invalid),
        ("/pricingOptions/0/priceType", json!("NSA"), invalid),
        ("/pricingOptions/0/priceType", json!("CONTRACT"), "160154"),
        (
            "/pricingOptions/0/paymentAccount",
            json!({ "accountType": "MID", "accountNumber": "903123456" }),
            "160392",
        ),
        ("/packageDescription", Value::Null, invalid),
        ("/packageDescription/mailClass", Value::Null, invalid),
        ("/packageDescription/mailClass", json!("AIRMAIL"), invalid),
        (
            "/packageDescription/mailClass",
            json!("BOUND_PRINTED_MATTER"),
            "030020",
        ),
        ("/packageDescription/weight", json!(0), invalid),
        ("/packageDescription/height", Value::Null, invalid),
        ("/packageDescription/weight", json!(71), "030020"),
        (
            "/packageDescription/mailingDate",
            json!("2026-01-05"),
            "040002",
        ),
        (
            "/packageDescription/mailingDate",
            json!("2026-02-06"),
            "040002",
        ),
        (
            "/packageDescription/mailingDate",
            json!("tomorrow"),
            invalid,
        ),
        ("/packageDescription/extraServices", json!([370]), "160155"),
        ("/packageDescription/extraServices", json!([930]), "030024"),
        ("/packageDescription/extraServices", json!("921"), invalid),
    ];
    refuses(&usps, OPTIONS, &options_request(), &cases).await;
    let mut heavy = options_request();
    heavy["packageDescription"]["mailClass"] = json!("PRIORITY_MAIL");
    let cases = [("/packageDescription/weight", json!(71), "030004")];
    refuses(&usps, OPTIONS, &heavy, &cases).await;
}

#[tokio::test]
async fn there_is_a_quota_and_there_are_faults() {
    let session = Session::with(|settings| {
        session::stand(settings);
        settings.usps.requests_per_hour = NonZeroU32::new(1);
    })
    .await;
    let usps = Usps::of(&session).await;
    let request = options_request();
    session.control().inject(FaultOrder {
        carrier: Carrier::Usps,
        operation: "rate".to_owned(),
        fault: Fault::Status {
            code: 503,
            retry_after: None,
        },
        times: 1,
    });
    let sent = async || usps.send("POST", OPTIONS, Some(&request), &[]).await;
    assert_eq!(sent().await.unwrap().status(), 503);
    assert_eq!(sent().await.unwrap().status(), 200);
    let full = sent().await.unwrap();
    assert_eq!(full.status(), 429);
    assert!(full.headers().contains_key("retry-after"));
    assert_eq!(read(&full)["apiVersion"], "/shipments/v3");
}

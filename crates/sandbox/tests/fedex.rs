//! FedEx's side: prices, purchases and what is refused.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod session;

use parcelgate_tracking_number::validate;
use serde_json::{Value, json};
use session::Session;
use session::fedex::{
    RATE, SHIP, VALIDATE, rate_request, recipient_abroad, ship_abroad_request, ship_request,
    shipper_in_china,
};

/// A request and what makes it wrong: where, what to put there (`null` removes), the code.
type Case = (&'static str, Value, &'static str);

/// Every case is refused with its code alone.
async fn refuses(session: &Session, target: &str, request: &Value, cases: &[Case]) {
    let fedex = session.fedex().await;
    for (pointer, wrong, code) in cases {
        let mut request = request.clone();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let parent = request.pointer_mut(parent).unwrap();
        let parent = parent.as_object_mut().unwrap();
        if wrong.is_null() {
            parent.remove(name);
        } else {
            parent.insert(name.to_owned(), wrong.clone());
        }
        let refused = fedex.refused("POST", target, &request).await;
        assert_eq!(
            refused,
            (400, vec![(*code).to_owned()]),
            "{pointer} = {wrong}"
        );
    }
}

fn at(path: &str) -> &'static str {
    format!("/requestedShipment{path}").leak()
}

/// Cents of a JSON number of dollars.
fn cents(amount: &Value) -> u64 {
    let text = amount.to_string();
    let (whole, part) = text.split_once('.').unwrap_or((&text, "0"));
    whole.parse::<u64>().unwrap() * 100 + format!("{part:0<2}").parse::<u64>().unwrap()
}

/// What makes a question for rates wrong.
#[rustfmt::skip]
fn wrong_questions() -> Vec<Case> {
    let line = |path: &str| at(&format!("/requestedPackageLineItems/0{path}"));
    vec![
        ("/accountNumber/value", json!("1"), "ACCOUNTNUMBER.REGISTRATION.REQUIRED"),
        (at("/serviceType"), json!("FEDEX_PIGEON"), "SERVICETYPE.INVALID"),
        (at("/serviceType"), json!("INTERNATIONAL_FIRST"), "RATE.LOCATION.NOSERVICE"),
        (at("/packagingType"), json!("SACK"), "PACKAGINGTYPE.INVALID"),
        (at("/pickupType"), json!("PIGEON"), "PICKUPTYPE.INVALID"),
        (at("/recipient/address/postalCode"), json!("00000"), "RECIPIENT.POSTALCODE.INVALID"),
        (at("/recipient/address/stateOrProvinceCode"), json!("CA"), "RECIPIENT.POSTALSTATE.MISMATCH"),
        (at("/recipient/address/countryCode"), json!("CU"), "RECIPIENT.COUNTRYCODE.INVALID"),
        (at("/shipper/address/postalCode"), Value::Null, "SHIPPER.POSTALCODE.INVALID"),
        (at("/shipDateStamp"), json!("2020-01-01"), "SHIPDATE.INVALID"),
        (at("/rateRequestType"), json!(["FREE"]), "RATEREQUESTTYPE.INVALID"),
        (at("/requestedPackageLineItems"), json!([]), "PACKAGE.LINEITEMS.INVALID"),
        (line("/weight/value"), json!(0), "PACKAGE.WEIGHT.INVALID"),
        (line("/weight/value"), json!(151), "SERVICE.PACKAGECOMBINATION.INVALID"),
        (line("/weight/units"), json!("STONE"), "PACKAGE.WEIGHTUNITS.INVALID"),
        (line("/dimensions/height"), Value::Null, "PACKAGE.DIMENSIONS.INVALID"),
        (line("/groupPackageCount"), json!(0), "GROUPPACKAGECOUNT.INVALID"),
    ]
}

/// What makes a purchase inside the United States wrong.
#[rustfmt::skip]
fn wrong_purchases() -> Vec<Case> {
    let long = "x".repeat(36);
    let to = |path: &str| at(&format!("/recipients/0{path}"));
    let line = |path: &str| at(&format!("/requestedPackageLineItems/0{path}"));
    let wrong_type = json!([{ "customerReferenceType": "NICKNAME", "value": "1" }]);
    let returned = json!({ "specialServiceTypes": ["RETURN_SHIPMENT"] });
    let payor = json!({ "paymentType": "SENDER", "payor": {
        "responsibleParty": { "accountNumber": { "value": "510088000" } } } });
    vec![
        ("/accountNumber/value", json!("1"), "ACCOUNTNUMBER.REGISTRATION.REQUIRED"),
        ("/labelResponseOptions", Value::Null, "LABELRESPONSEOPTIONS.INVALID"),
        ("/oneLabelAtATime", json!(true), "PROCESSINGOPTION.INVALID"),
        (at("/shipper/contact/phoneNumber"), json!("1"), "SHIPPERCONTACT.PHONENUMBER.INVALID"),
        (to("/contact/personName"), Value::Null, "RECIPIENTCONTACT.NAME.REQUIRED"),
        (to("/contact/phoneNumber"), json!("214-555-0111"), "RECIPIENTCONTACT.PHONENUMBER.INVALID"),
        (to("/address/streetLines"), json!([long]), "RECIPIENT.STREETLINES.INVALID"),
        (to("/address/city"), Value::Null, "RECIPIENT.CITY.INVALID"),
        (to("/address/stateOrProvinceCode"), Value::Null, "RECIPIENT.STATEORPROVINCECODE.INVALID"),
        (to("/address/postalCode"), json!("00000"), "RECIPIENT.POSTALCODE.INVALID"),
        (at("/serviceType"), json!("FEDEX_PIGEON"), "SERVICETYPE.INVALID"),
        (at("/serviceType"), json!("GROUND_HOME_DELIVERY"), "SERVICE.NOTAVAILABLE"),
        (at("/packagingType"), json!("FEDEX_PAK"), "SERVICE.PACKAGECOMBINATION.INVALID"),
        (at("/shippingChargesPayment"), payor, "ACCOUNT.NUMBER.MISMATCH"),
        (at("/shippingChargesPayment/paymentType"), json!("THIRD_PARTY"), "SHIPPINGCHARGESPAYMENT.PAYOR.REQUIRED"),
        (at("/labelSpecification/imageType"), json!("EPL2"), "LABEL.IMAGETYPE.INVALID"),
        (at("/labelSpecification/imageType"), json!("ZPLII"), "LABEL.STOCKTYPE.INVALID"),
        (at("/shipmentSpecialServices"), returned, "RETURNTYPE.INVALID"),
        (at("/shipDatestamp"), json!("tomorrow"), "SHIPDATE.INVALID"),
        (line("/customerReferences"), wrong_type, "CUSTOMERREFERENCE.TYPE.INVALID"),
        (line("/weight/value"), json!(71), "SERVICE.PACKAGECOMBINATION.INVALID"),
        (line("/groupPackageCount"), json!(41), "PROCESSINGOPTION.INVALID"),
        (at("/totalDeclaredValue"), json!({ "amount": 5, "currency": "USD" }), "TOTALDECLAREDVALUE.MISMATCH"),
    ]
}

/// What makes a purchase to Germany wrong.
#[rustfmt::skip]
fn wrong_declarations() -> Vec<Case> {
    let customs = |path: &str| at(&format!("/customsClearanceDetail{path}"));
    vec![
        (customs(""), Value::Null, "CUSTOMSCLEARANCEDETAIL.REQUIRED"),
        (customs("/commodities"), json!([]), "COMMODITIES.REQUIRED"),
        (customs("/commercialInvoice"), Value::Null, "COMMERCIALINVOICE.REQUIRED"),
        (customs("/dutiesPayment"), Value::Null, "DUTIESPAYMENT.PAYMENTTYPE.INVALID"),
        (customs("/commodities/0/description"), Value::Null, "COMMODITY.DESCRIPTION.INVALID"),
        (customs("/commodities/0/countryOfManufacture"), Value::Null, "COMMODITY.COUNTRYOFMANUFACTURE.INVALID"),
        (customs("/commodities/0/quantity"), json!(0), "COMMODITY.QUANTITY.INVALID"),
        (customs("/commodities/0/customsValue"), Value::Null, "COMMODITY.CUSTOMSVALUE.INVALID"),
        (customs("/commodities/0/weight"), Value::Null, "COMMODITY.WEIGHT.INVALID"),
    ]
}

#[tokio::test]
async fn every_service_of_a_lane_is_quoted_by_account_and_by_list() {
    let session = Session::start().await;
    let fedex = session.fedex().await;
    let quoted = async |change: &dyn Fn(&mut Value)| {
        let mut request = rate_request();
        change(&mut request["requestedShipment"]);
        let answer = fedex.granted("POST", RATE, &request).await;
        answer["rateReplyDetails"].as_array().unwrap().clone()
    };
    let kinds = |quotes: &[Value]| {
        let kind = |quote: &Value| quote["serviceType"].as_str().unwrap().to_owned();
        quotes.iter().map(kind).collect::<Vec<_>>()
    };
    let domestic = quoted(&|_| ()).await;
    assert_eq!(domestic.len(), 7, "{:?}", kinds(&domestic));
    for quote in &domestic {
        let rated = quote["ratedShipmentDetails"].as_array().unwrap();
        let types: Vec<&Value> = rated.iter().map(|rate| &rate["rateType"]).collect();
        assert_eq!(types, ["ACCOUNT", "LIST"]);
        let net = |index: usize| cents(&rated[index]["totalNetCharge"]);
        assert!(net(0) < net(1), "{quote}");
        let sum = cents(&rated[0]["totalBaseCharge"]) - cents(&rated[0]["totalDiscounts"])
            + cents(&rated[0]["shipmentRateDetail"]["totalSurcharges"]);
        assert_eq!(net(0), sum);
        assert!(quote["commit"]["dateDetail"]["dayFormat"].is_string());
    }
    let home = quoted(&|asked| asked["recipient"]["address"]["residential"] = json!(true)).await;
    assert!(kinds(&home).contains(&"GROUND_HOME_DELIVERY".to_owned()));
    assert!(!kinds(&home).contains(&"FEDEX_GROUND".to_owned()));
    let abroad = quoted(&|asked| asked["recipient"] = recipient_abroad()).await;
    assert_eq!(abroad.len(), 5, "{:?}", kinds(&abroad));
    let from_china = quoted(&|asked| asked["shipper"] = shipper_in_china()).await;
    assert_eq!(kinds(&from_china), kinds(&abroad));
    let one = quoted(&|asked| asked["serviceType"] = json!("FEDEX_2_DAY")).await;
    assert_eq!(kinds(&one), ["FEDEX_2_DAY"]);
    let heavy = json!({ "units": "KG", "value": 40 });
    let change = |asked: &mut Value| {
        asked["requestedPackageLineItems"][0]["weight"] = heavy.clone();
    };
    assert!(!kinds(&quoted(&change).await).contains(&"FEDEX_GROUND".to_owned()));
    let saturday = json!({ "specialServiceTypes": ["SATURDAY_DELIVERY"] });
    let change = |asked: &mut Value| asked["shipmentSpecialServices"] = saturday.clone();
    assert_eq!(quoted(&change).await.len(), 5);
}

#[tokio::test]
async fn rates_grow_with_weight_size_value_and_signature() {
    let session = Session::start().await;
    let fedex = session.fedex().await;
    let total = async |pointer: &str, value: Value| {
        let mut request = rate_request();
        request["requestedShipment"]["serviceType"] = json!("FEDEX_GROUND");
        let line = &mut request["requestedShipment"]["requestedPackageLineItems"][0];
        line["declaredValue"] = json!({ "amount": 50, "currency": "USD" });
        line["packageSpecialServices"] = json!({ "signatureOptionType": "SERVICE_DEFAULT" });
        *line.pointer_mut(pointer).unwrap() = value;
        let answer = fedex.granted("POST", RATE, &request).await;
        let rated = &answer["rateReplyDetails"][0]["ratedShipmentDetails"][0];
        cents(&rated["totalNetCharge"])
    };
    let plain = total("/weight/value", json!(7)).await;
    assert!(plain < total("/weight/value", json!(9.5)).await, "weight");
    assert!(
        plain < total("/dimensions/length", json!(40)).await,
        "dimensional weight"
    );
    assert!(
        plain < total("/declaredValue/amount", json!(700)).await,
        "value"
    );
    let adult = total(
        "/packageSpecialServices/signatureOptionType",
        json!("ADULT"),
    )
    .await;
    assert!(plain < adult, "signature");
}

#[tokio::test]
async fn a_wrong_question_for_rates_is_refused() {
    let session = Session::start().await;
    refuses(&session, RATE, &rate_request(), &wrong_questions()).await;
}

#[tokio::test]
async fn a_wrong_purchase_is_refused_and_sells_nothing() {
    let session = Session::start().await;
    refuses(&session, SHIP, &ship_request("PO-1"), &wrong_purchases()).await;
    let abroad = wrong_declarations();
    refuses(&session, SHIP, &ship_abroad_request("PO-1"), &abroad).await;
    refuses(&session, VALIDATE, &ship_abroad_request("PO-1"), &abroad).await;
    assert!(session.control().parcels().is_empty());
}

#[tokio::test]
async fn everything_wrong_with_a_purchase_is_told_at_once_and_validating_sells_nothing() {
    let session = Session::start().await;
    let fedex = session.fedex().await;
    let good = ship_request("PO-1");
    let told = fedex.granted("POST", VALIDATE, &good).await;
    assert_eq!(told["alerts"][0]["code"], "SHIPMENT.VALIDATION.SUCCESS");
    let mut wrong = good;
    wrong["requestedShipment"]["recipients"][0]["contact"] = json!({});
    wrong["requestedShipment"]["pickupType"] = json!("");
    for target in [SHIP, VALIDATE] {
        let (status, codes) = fedex.refused("POST", target, &wrong).await;
        assert_eq!((status, codes.len()), (400, 3), "{codes:?}");
    }
    assert!(session.control().parcels().is_empty());
}

#[tokio::test]
async fn a_purchase_gives_valid_numbers_and_the_price_that_was_quoted() {
    let session = Session::start().await;
    let fedex = session.fedex().await;
    let mut question = rate_request();
    let order = ship_request("PO-1");
    let asked = &mut question["requestedShipment"];
    asked["serviceType"] = json!("FEDEX_GROUND");
    asked["requestedPackageLineItems"] =
        order["requestedShipment"]["requestedPackageLineItems"].clone();
    let quoted = fedex.granted("POST", RATE, &question).await;
    let quoted = &quoted["rateReplyDetails"][0]["ratedShipmentDetails"][0]["totalNetCharge"];
    let sold = fedex.granted("POST", SHIP, &order).await;
    let transaction = &sold["transactionShipments"][0];
    let rating = &transaction["completedShipmentDetail"]["shipmentRating"];
    let charged = &rating["shipmentRateDetails"][0]["totalNetCharge"];
    assert_eq!(charged, quoted);
    let pieces = transaction["pieceResponses"].as_array().unwrap();
    let sum = pieces
        .iter()
        .map(|piece| cents(&piece["netChargeAmount"]))
        .sum::<u64>();
    assert_eq!(sum, cents(quoted));
    assert_eq!(
        transaction["masterTrackingNumber"],
        pieces[0]["trackingNumber"]
    );
    for piece in pieces {
        let number = piece["trackingNumber"].as_str().unwrap();
        let valid = validate("fedex", number);
        assert!(valid.is_ok(), "{number}");
        assert_eq!(piece["customerReferences"][0]["value"], "PO-1");
    }
    // A reference may be used again: FedEx does not look for it.
    fedex.granted("POST", SHIP, &order).await;
    assert_eq!(session.control().orders()["PO-1"], 2);
}

#[tokio::test]
async fn a_return_with_signature_value_and_saturday_is_sold() {
    let session = Session::start().await;
    let fedex = session.fedex().await;
    let mut request = ship_request("PO-1");
    let shipment = &mut request["requestedShipment"];
    shipment["serviceType"] = json!("FEDEX_2_DAY");
    shipment["shipmentSpecialServices"] = json!({
        "specialServiceTypes": ["RETURN_SHIPMENT", "SATURDAY_DELIVERY"],
        "returnShipmentDetail": { "returnType": "PRINT_RETURN_LABEL" },
    });
    let line = &mut shipment["requestedPackageLineItems"][0];
    line["declaredValue"] = json!({ "amount": 400, "currency": "USD" });
    line["packageSpecialServices"] = json!({ "signatureOptionType": "DIRECT" });
    shipment["totalDeclaredValue"] = json!({ "amount": 400, "currency": "USD" });
    let sold = fedex.granted("POST", SHIP, &request).await;
    let detail = &sold["transactionShipments"][0]["completedShipmentDetail"];
    let surcharges = &detail["shipmentRating"]["shipmentRateDetails"][0]["surcharges"];
    let kinds: Vec<&str> = surcharges
        .as_array()
        .unwrap()
        .iter()
        .map(|surcharge| surcharge["surchargeType"].as_str().unwrap())
        .collect();
    assert_eq!(
        kinds,
        [
            "INSURED_VALUE",
            "SIGNATURE_OPTION",
            "SATURDAY_DELIVERY",
            "FUEL"
        ]
    );
}

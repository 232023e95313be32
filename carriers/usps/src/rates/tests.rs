use bytes::Bytes;
use jiff::civil::date;
use parcelgate_carrier::Locality;
use parcelgate_domain::{
    Contents, Country, Currency, Customs, Dimensions, Money, Options, Parcel, ServiceCode,
    Signature, TaxIds, Weight,
};

use super::*;
use crate::account::tests::account;

fn place(country: &str, code: &str) -> Locality {
    Locality {
        city: "Somewhere".to_owned(),
        region: None,
        postal_code: Some(code.to_owned()),
        country: country.parse().unwrap(),
        residential: None,
    }
}

fn ask(to: Locality) -> RateAsk {
    RateAsk {
        from: place("US", "43215"),
        to,
        parcels: vec![Parcel {
            weight: Weight::grams(900),
            size: Some(Dimensions::millimetres(300, 200, 100)),
        }],
        customs: None,
        ship_on: date(2026, 11, 30),
        service: None,
        options: Options::default(),
    }
}

fn sent(ask: &RateAsk, duties: bool) -> Value {
    let usps = crate::connect(account(json!({}))).unwrap();
    let (body, found) = usps.body(ask, duties);
    assert!(found.is_empty(), "{found}");
    serde_json::from_str(&serde_json::to_string(&body).unwrap()).unwrap()
}

fn quotes(ask: &RateAsk, duties: bool, class: &str, option: &Value) -> Vec<Quote> {
    let answer = json!({ "pricingOptions": [{
        "shippingOptions": [{ "mailClass": class, "rateOptions": [option] }],
    }] });
    let response = Response::new(Bytes::from(answer.to_string()));
    answer::decode(ask, duties, &response).unwrap()
}

/// Amounts as text: a `Value` would hold them as something else.
fn option(rate: &str, extras: &Value) -> Value {
    json!({
        "totalBasePrice": "9.85", "totalPrice": "17.90", "extraServices": extras,
        "rates": [{ "description": "x", "price": "9.85", "rateIndicator": rate }],
        "dutiesTaxesFeesQuote": {
            "packageFee": "2.75", "itemQuotes": [{ "dutyPrice": "1.51", "taxPrice": "0.00" }],
        },
    })
}

#[test]
fn an_envelope_of_usps_is_told_when_it_is_asked_for() {
    let mut ask = ask(place("US", "90012"));
    let envelope = option("FE", &json!([]));
    assert!(quotes(&ask, false, "PRIORITY_MAIL", &envelope).is_empty());
    ask.service = Some(ServiceCode::new("PRIORITY_MAIL_FLAT_RATE_ENVELOPE"));
    assert_eq!(
        sent(&ask, false)["packageDescription"]["mailClass"],
        "PRIORITY_MAIL"
    );
    let quotes = quotes(&ask, false, "PRIORITY_MAIL", &envelope);
    assert_eq!(quotes[0].total.to_string(), "9.85 USD");
}

#[test]
fn extras_are_a_part_of_the_price_or_there_is_none() {
    let mut ask = ask(place("US", "90012"));
    ask.options.insured = Money::parse("180", Currency::USD).ok();
    ask.options.signature = Some(Signature::Anyone);
    let package = &sent(&ask, false)["packageDescription"];
    assert_eq!(package["extraServices"], json!([930, 921]));
    let sold = json!([
        { "name": "Insurance", "price": "4.40", "extraService": "930" },
        { "name": "Signature Confirmation", "price": "3.65", "extraService": "921" },
    ]);
    let quotes_with = |sold: &Value| quotes(&ask, false, "PRIORITY_MAIL", &option("SP", sold));
    let quote = quotes_with(&sold).remove(0);
    assert_eq!(quote.total.to_string(), "17.90 USD");
    assert_eq!(quote.charges.len(), 3);
    assert!(quotes_with(&json!([sold[0]])).is_empty());
}

#[test]
fn duties_that_the_sender_pays_are_a_part_of_the_price() {
    let mut ask = ask(place("GB", "SW1A 2AA"));
    ask.customs = Some(Customs {
        contents: Contents::Merchandise,
        incoterm: Incoterm::Ddp,
        items: vec![CustomsItem {
            sku: None,
            description: "Ceramic mug".to_owned(),
            description_zh: None,
            quantity: 2,
            unit_value: Money::parse("12.50", Currency::USD).unwrap(),
            unit_weight: Weight::grams(400),
            hs_code: None,
            origin: Country::US,
            battery: false,
        }],
        tax_ids: TaxIds::default(),
        invoice_number: None,
    });
    assert!(wants_duties(&ask));
    let body = sent(&ask, true);
    assert_eq!(body["requestDutiesTaxesFees"], true);
    assert_eq!(body["items"][0]["itemId"], "1");
    let class = "PRIORITY_MAIL_INTERNATIONAL";
    let mut option = option("SP", &json!([]));
    let quote = quotes(&ask, true, class, &option).remove(0);
    assert_eq!(quote.total.to_string(), "14.11 USD");
    option["dutiesTaxesFeesQuote"] = Value::Null;
    assert!(quotes(&ask, true, class, &option).is_empty());
}

#[test]
fn a_price_that_cannot_be_read_costs_no_other_and_an_origin_abroad_is_refused() {
    let ask = ask(place("US", "90012"));
    let odd = json!({ "rates": [{ "price": null, "rateIndicator": "SP" }] });
    assert!(quotes(&ask, false, "PRIORITY_MAIL", &odd).is_empty());
    let usps = crate::connect(account(json!({}))).unwrap();
    let abroad = RateAsk {
        from: place("CN", "518000"),
        ..ask
    };
    let (_, found) = usps.body(&abroad, false);
    assert!(found.to_string().contains("from.country"), "{found}");
}

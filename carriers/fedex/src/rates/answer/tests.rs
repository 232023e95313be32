use bytes::Bytes;
use parcelgate_domain::Weight;
use serde_json::{Value, json};

use super::*;

fn quotes(details: &Value) -> Result<Vec<Quote>> {
    let body = json!({"output": {"rateReplyDetails": details}}).to_string();
    decode(false, &Response::new(Bytes::from(body)))
}

fn rated(rate_type: &str, net: &str) -> Value {
    let text = format!(
        r#"{{
            "rateType": "{rate_type}", "totalBaseCharge": 20.00, "totalDiscounts": 2.5,
            "totalNetCharge": {net}, "currency": "USD",
            "shipmentRateDetail": {{
                "surCharges": [
                    {{"type": "FUEL", "description": "Fuel Surcharge", "amount": 3.11}},
                    {{"type": "RESIDENTIAL_DELIVERY", "amount": 4}}
                ],
                "totalBillingWeight": {{"units": "LB", "value": 3.0}}
            }}
        }}"#
    );
    serde_json::from_str(&text).unwrap()
}

fn ground(rated: &[Value]) -> Value {
    json!({"serviceType": "FEDEX_GROUND", "ratedShipmentDetails": rated})
}

fn parts(quote: &Quote) -> Vec<(ChargeKind, i64)> {
    let charges = quote.charges.iter();
    charges.map(|c| (c.kind, c.amount.minor())).collect()
}

#[test]
fn a_price_is_itemised_when_the_items_add_up() {
    use ChargeKind::{Base, Discount, Fuel, Surcharge};
    let quote = &quotes(&json!([ground(&[rated("ACCOUNT", "24.61")])])).unwrap()[0];
    assert_eq!(quote.total.to_string(), "24.61 USD");
    assert_eq!(quote.service.name, "FedEx Ground");
    let expected = [
        (Base, 2000),
        (Discount, -250),
        (Fuel, 311),
        (Surcharge, 400),
    ];
    assert_eq!(parts(quote), expected);
    assert_eq!(quote.billed_weight, Some(Weight::grams(1_361)));
    let quote = &quotes(&json!([ground(&[rated("ACCOUNT", "24.62")])])).unwrap()[0];
    assert_eq!(parts(quote), [(Base, 2462)]);
}

#[test]
fn the_price_of_the_account_comes_before_the_list() {
    let total = |rated: &[Value]| {
        let quotes = quotes(&json!([ground(rated)]));
        quotes.map(|quotes| quotes[0].total.minor())
    };
    let both = [rated("LIST", "30.00"), rated("ACCOUNT", "24.61")];
    assert_eq!(total(&both).unwrap(), 2461);
    assert_eq!(total(&both[..1]).unwrap(), 3000);
    let other = total(&[rated("PREFERRED_CURRENCY", "1.00")]);
    assert_eq!(other.unwrap_err().kind, Kind::Malformed);
}

#[test]
fn one_service_that_cannot_be_read_costs_no_other() {
    let good = ground(&[rated("ACCOUNT", "24.61")]);
    let bad = [
        json!("nonsense"),
        json!({"serviceType": "X"}),
        json!({"serviceType": " ", "ratedShipmentDetails": [rated("ACCOUNT", "1.00")]}),
        json!({"serviceType": "X", "ratedShipmentDetails": [rated("ACCOUNT", "1.005")]}),
    ];
    for bad in bad {
        assert_eq!(quotes(&json!([bad, good])).unwrap().len(), 1, "{bad}");
        let error = quotes(&json!([bad])).unwrap_err();
        assert_eq!(error.kind, Kind::Malformed);
    }
    assert!(quotes(&json!([])).unwrap().is_empty());
    let again = ground(&[rated("ACCOUNT", "99.00")]);
    let found = quotes(&json!([good, again])).unwrap();
    assert_eq!((found.len(), found[0].total.minor()), (1, 2461));
}

#[test]
fn the_time_in_transit_is_read_as_far_as_it_goes() {
    let transit = |commit: Value, operational: Value| {
        let mut detail = ground(&[rated("ACCOUNT", "24.61")]);
        detail["commit"] = commit;
        detail["operationalDetail"] = operational;
        quotes(&json!([detail])).unwrap()[0].transit
    };
    let known = transit(
        json!({
            "dateDetail": {"dayFormat": "2026-12-04T10:30:00"},
            "transitDays": {"minimumTransitTime": "TWO_DAYS", "maximumTransitTime": "FIVE_DAYS"}
        }),
        json!({"ineligibleForMoneyBackGuarantee": false}),
    );
    let known = known.unwrap();
    assert_eq!(known.days, Some((2, 5)));
    assert_eq!(known.deliver_by.unwrap().to_string(), "2026-12-04T10:30:00");
    assert!(known.guaranteed);
    let late = transit(
        json!({"dateDetail": {"dayCxsFormat": "2026-12-04T00:00:00"}}),
        json!({"transitTime": "ONE_DAY"}),
    );
    let late = late.unwrap();
    assert_eq!(late.days, Some((1, 1)));
    assert_eq!(late.deliver_by.unwrap().to_string(), "2026-12-04T23:59:59");
    assert!(!late.guaranteed);
    assert_eq!(transit(json!("soon"), Value::Null), None);
}

#[test]
fn with_saturdays_asked_for_only_those_are_prices() {
    let on = |saturday: bool, net: &str| {
        let mut detail = ground(&[rated("ACCOUNT", net)]);
        detail["commit"] = json!({ "saturdayDelivery": saturday });
        detail
    };
    let details = json!([on(false, "24.61"), on(true, "40.61")]);
    let totals = |saturday| {
        let body = json!({"output": {"rateReplyDetails": details}}).to_string();
        let quotes = decode(saturday, &Response::new(Bytes::from(body))).unwrap();
        quotes
            .iter()
            .map(|quote| quote.total.minor())
            .collect::<Vec<_>>()
    };
    assert_eq!(totals(true), [4061]);
    assert_eq!(totals(false), [2461]);
}

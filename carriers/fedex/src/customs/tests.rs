use parcelgate_domain::TaxIds;

use super::*;
use crate::ship::tests::{customs, order};

fn written(order: &Order) -> Value {
    serde_json::to_value(clearance(order, &json!("us"))).unwrap()
}

#[test]
fn goods_are_declared_in_the_letters_and_units_of_fedex() {
    let mut order = order("CN", "JP");
    order.customs = Some(customs(Currency::JPY));
    let declared = written(&order);
    assert_eq!(
        declared["commodities"][0],
        json!({
            "description": "Ceramic mug", "quantity": 2, "quantityUnits": "PCS",
            "numberOfPieces": 2, "weight": {"units": "KG", "value": 0.8},
            "unitPrice": {"amount": 1250, "currency": "JYE"},
            "customsValue": {"amount": 2500, "currency": "JYE"},
            "countryOfManufacture": "CN", "harmonizedCode": "691110"
        })
    );
    assert_eq!(declared["totalCustomsValue"]["amount"], 2500);
    assert_eq!(declared["exportDetail"], Value::Null);
}

#[test]
fn who_pays_duties_follows_from_the_terms() {
    let mut order = order("CN", "US");
    let payer = |order: &Order| written(order)["dutiesPayment"].clone();
    assert_eq!(
        payer(&order),
        json!({"paymentType": "SENDER", "payor": "us"})
    );
    order.customs.as_mut().unwrap().incoterm = Incoterm::Dap;
    assert_eq!(payer(&order), json!({"paymentType": "RECIPIENT"}));
}

#[test]
fn small_exports_of_the_united_states_need_no_filing() {
    let statement = |to: &str, minor| {
        let mut order = order("US", to);
        let item = &mut order.customs.as_mut().unwrap().items[0];
        item.unit_value = Money::of_minor(minor, Currency::USD);
        written(&order)["exportDetail"]["exportComplianceStatement"].clone()
    };
    assert_eq!(statement("GB", 125_000), json!("NO_EEI_30_37_A"));
    assert_eq!(statement("GB", 125_001), Value::Null);
    assert_eq!(statement("CA", 1_250), Value::Null);
}

#[test]
fn registrations_are_of_the_union_or_of_a_country() {
    let mut order = order("CN", "DE");
    order.customs.as_mut().unwrap().tax_ids = TaxIds {
        ioss: Some("IM2760000742".to_owned()),
        eori: Some(" ".to_owned()),
        vat: Some("DE129273398".to_owned()),
    };
    let told = [
        json!({"number": "IM2760000742", "tinType": "BUSINESS_UNION", "usage": "IOSS"}),
        json!({"number": "DE129273398", "tinType": "BUSINESS_NATIONAL", "usage": "VAT"}),
    ];
    assert_eq!(registrations(&order), told);
}

#[test]
fn what_fedex_alone_would_not_take_is_said_too() {
    let mut bad = order("CN", "US");
    let item = &mut bad.customs.as_mut().unwrap().items[0];
    item.quantity = 10_000;
    item.unit_weight = parcelgate_domain::Weight::grams(0);
    item.unit_value = Money::of_minor(10_000_000, Currency::USD);
    let found = violations(&bad);
    let fields: Vec<_> = found.as_slice().iter().map(|v| v.field.as_str()).collect();
    assert_eq!(
        fields,
        [
            "customs.items[0].unit_weight_grams",
            "customs.items[0].quantity",
            "customs.items[0].unit_value",
        ]
    );
    bad.customs = None;
    assert_eq!(violations(&bad).as_slice()[0].field, "customs");
}

#[test]
fn within_the_european_union_nothing_is_declared() {
    let mut at_home = order("DE", "FR");
    assert_eq!(written(&at_home), Value::Null);
    at_home.customs = None;
    assert!(violations(&at_home).is_empty());
}

use parcelgate_domain::{
    Address, Contents, Country, Currency, Customs, CustomsItem, Dimensions, Incoterm, LabelFormat,
    Money, Parcel, ServiceCode, TaxIds, Weight,
};

use super::*;
use crate::account::tests::account;
use crate::party::tests::somebody;

pub(crate) fn customs(currency: Currency) -> Customs {
    Customs {
        contents: Contents::Merchandise,
        incoterm: Incoterm::Ddp,
        items: vec![CustomsItem {
            sku: None,
            description: "Ceramic mug".to_owned(),
            description_zh: None,
            quantity: 2,
            unit_value: Money::of_minor(1_250, currency),
            unit_weight: Weight::grams(400),
            hs_code: Some("6911.10".to_owned()),
            origin: Country::CN,
            battery: false,
        }],
        tax_ids: TaxIds::default(),
        invoice_number: None,
    }
}

fn at(country: &str, region: &str) -> Address {
    let code = if country == "CA" { "K1A 0B1" } else { "43215" };
    somebody(country, region, code)
}

pub(crate) fn order(from: &str, to: &str) -> Order {
    Order {
        reference: "PG01JDX".parse().unwrap(),
        service: ServiceCode::new("FEDEX_INTERNATIONAL_PRIORITY"),
        from: at(from, "OH"),
        to: at(to, "ON"),
        parcels: vec![Parcel {
            weight: Weight::grams(1_200),
            size: Some(Dimensions::millimetres(300, 200, 100)),
        }],
        customs: Some(customs(Currency::USD)),
        ship_on: jiff::civil::date(2026, 11, 30),
        label_format: LabelFormat::Pdf,
        order_number: Some("7-11".to_owned()),
        sales_platform: None,
        options: parcelgate_domain::Options::default(),
        direction: parcelgate_carrier::Direction::default(),
        documents: Vec::new(),
    }
}

#[test]
fn everything_wrong_is_said_at_once() {
    let fedex = crate::connect(account(&json!({})).unwrap()).unwrap();
    let mut bad = order("US", "GB");
    bad.to.phone = None;
    bad.to.name = "x".repeat(71).into();
    bad.service = ServiceCode::new("SMART_POST");
    bad.label_format = LabelFormat::Gif;
    bad.parcels[0].weight = Weight::grams(68_039);
    bad.order_number = Some("9".repeat(31));
    bad.customs = None;
    let found = fedex.checked(&bad).err().unwrap();
    let fields: Vec<_> = found.as_slice().iter().map(|v| v.field.as_str()).collect();
    assert_eq!(
        fields,
        [
            "parcels[0].weight_grams",
            "to.name",
            "to.phone",
            "service",
            "customs",
            "order_number",
            "label_format"
        ]
    );
    bad.service = ServiceCode::new("FedEx Ground");
    let found = fedex.checked(&bad).err().unwrap();
    assert!(found.as_slice().iter().any(|v| v.field == "service"));
    assert!(fedex.checked(&order("US", "GB")).is_ok());
}

use parcelgate_domain::{
    Address, Country, Currency, CustomsItem, Dimensions, Money, Parcel, ServiceCode, TaxIds,
    Violations, Weight,
};
use serde_json::{Value, json};

use super::*;
use crate::ship::check;

fn address(country: &str, region: &str, code: &str) -> Address {
    Address {
        name: "Ada Byron".into(),
        company: None,
        lines: vec!["1 Main St".into()],
        city: "Somewhere".to_owned(),
        region: Some(region.to_owned()),
        postal_code: Some(code.to_owned()),
        country: country.parse().unwrap(),
        phone: Some("6145550142".into()),
        email: None,
        tax_id: None,
        residential: None,
    }
}

fn order(from: Address, to: Address) -> Order {
    Order {
        reference: "PG01JDX".parse().unwrap(),
        service: ServiceCode::new("07"),
        from,
        to,
        parcels: vec![Parcel {
            weight: Weight::grams(1_200),
            size: Some(Dimensions::millimetres(300, 200, 100)),
        }],
        customs: None,
        ship_on: jiff::civil::date(2026, 11, 30),
        label_format: LabelFormat::Gif,
        order_number: Some("7-11".to_owned()),
        sales_platform: None,
    }
}

fn ohio() -> Address {
    address("US", "OH", "43215")
}

fn customs(currency: Currency) -> Customs {
    Customs {
        contents: Contents::Merchandise,
        incoterm: Incoterm::Ddp,
        items: vec![CustomsItem {
            sku: None,
            description: "Ceramic mug with a picture of a lighthouse".to_owned(),
            description_zh: None,
            quantity: 2,
            unit_value: Money::of_minor(12_50, currency),
            unit_weight: Weight::grams(400),
            hs_code: Some("6911.10".to_owned()),
            origin: Country::CN,
            battery: false,
        }],
        tax_ids: TaxIds::default(),
        invoice_number: None,
    }
}

fn written(order: &Order) -> Value {
    assert_eq!(check::violations(order), Violations::new());
    let body = serde_json::to_value(Body::of(order, "A1B2C3", true)).unwrap();
    body["ShipmentRequest"]["Shipment"].clone()
}

#[test]
fn references_stand_on_packages_within_the_united_states_and_on_the_shipment_elsewhere() {
    let both = json!([{"Value": "PG01JDX"}, {"Value": "7-11"}]);
    let at_home = written(&order(ohio(), address("US", "CA", "90012")));
    assert_eq!(at_home["Package"][0]["ReferenceNumber"], both);
    assert_eq!(at_home["ReferenceNumber"], Value::Null);
    let mut abroad = order(ohio(), address("GB", "", "SW1A 2AA"));
    abroad.customs = Some(customs(Currency::USD));
    let abroad = written(&abroad);
    assert_eq!(abroad["ReferenceNumber"], both);
    assert_eq!(abroad["Package"][0]["ReferenceNumber"], Value::Null);
}

#[test]
fn goods_that_pass_customs_have_an_invoice() {
    let mut order = order(
        address("CN", "Guangdong", "518000"),
        address("DE", "", "10435"),
    );
    order.to.phone = Some("+49 30 5550142".into());
    order.customs = Some(customs(Currency::EUR));
    order.customs.as_mut().unwrap().tax_ids.ioss = Some("IM2760000742".to_owned());
    let shipment = written(&order);
    let options = &shipment["ShipmentServiceOptions"];
    let forms = &options["InternationalForms"];
    assert_eq!(forms["FormType"], json!(["01"]));
    assert_eq!(forms["InvoiceNumber"], "7-11");
    assert_eq!(forms["TermsOfShipment"], "DDP");
    assert_eq!(
        forms["Product"][0],
        json!({
            "Description": ["Ceramic mug with a picture of a", "lighthouse"],
            "Unit": {"Number": "2", "UnitOfMeasurement": {"Code": "PCS"}, "Value": "12.50"},
            "CommodityCode": "691110",
            "PartNumber": "1",
            "OriginCountryCode": "CN",
            "CommodityFieldSpecialConditionCode": "01"
        })
    );
    assert_eq!(options["EUDeMinimisIndicator"], "Y");
    let vendor = &shipment["ShipFrom"]["VendorInfo"];
    assert_eq!(vendor["VendorCollectIDTypeCode"], "0356");
    assert_eq!(vendor["VendorCollectIDNumber"], "IM2760000742");
    let charges = &shipment["PaymentInformation"]["ShipmentCharge"];
    assert_eq!(charges[1]["Type"], "02");
    assert_eq!(charges[1]["BillShipper"]["AccountNumber"], "A1B2C3");
    assert_eq!(
        shipment["Shipper"]["Address"]["StateProvinceCode"],
        Value::Null
    );
}

#[test]
fn within_the_european_union_there_is_no_customs() {
    let order = order(address("DE", "", "10435"), address("FR", "", "75001"));
    let mut order = Order {
        customs: Some(customs(Currency::EUR)),
        ..order
    };
    let shipment = written(&order);
    assert_eq!(shipment["ShipmentServiceOptions"], Value::Null);
    let charges = &shipment["PaymentInformation"]["ShipmentCharge"];
    assert_eq!(charges.as_array().unwrap().len(), 1);
    order.customs = None;
    let found = check::violations(&order);
    assert_eq!(found.as_slice()[0].field, "customs");
}

#[test]
fn the_value_is_stated_to_canada_and_puerto_rico_from_the_united_states() {
    let to_canada = Order {
        customs: Some(customs(Currency::USD)),
        ..order(ohio(), address("CA", "ON", "K1A 0B1"))
    };
    let shipment = written(&to_canada);
    assert_eq!(shipment["InvoiceLineTotal"]["MonetaryValue"], "25");
    assert_eq!(shipment["ShipTo"]["Address"]["PostalCode"], "K1A0B1");
    let to_puerto_rico = order(ohio(), address("PR", "PR", "00901"));
    let found = check::violations(&to_puerto_rico);
    assert_eq!(found.as_slice()[0].field, "customs");
}

#[test]
fn papers_need_no_invoice_where_ups_knows_them() {
    let papers = Customs {
        contents: Contents::Documents,
        ..customs(Currency::EUR)
    };
    let mut order = Order {
        customs: Some(papers),
        ..order(address("DE", "", "10435"), address("JP", "", "150-0002"))
    };
    let shipment = written(&order);
    assert_eq!(shipment["DocumentsOnlyIndicator"], "");
    assert_eq!(shipment["ShipmentServiceOptions"], Value::Null);
    order.from = ohio();
    let shipment = written(&order);
    assert_eq!(shipment["DocumentsOnlyIndicator"], Value::Null);
    let forms = &shipment["ShipmentServiceOptions"]["InternationalForms"];
    assert_eq!(forms["ReasonForExport"], "DOCUMENTS");
}

#[test]
fn everything_wrong_is_said_at_once() {
    let mut bad = order(ohio(), address("GB", "", "SW1A 2AA"));
    bad.to.phone = None;
    bad.to.name = "x".repeat(36).into();
    bad.service = ServiceCode::new("96");
    bad.label_format = LabelFormat::Pdf;
    bad.parcels[0].weight = Weight::grams(68_039);
    bad.order_number = Some("9".repeat(36));
    let mut goods = customs(Currency::USD);
    goods.items[0].description = "很".repeat(106);
    goods.items[0].hs_code = Some("12".to_owned());
    bad.customs = Some(goods);
    let found = check::violations(&bad);
    let fields: Vec<_> = found.as_slice().iter().map(|v| v.field.as_str()).collect();
    assert_eq!(
        fields,
        [
            "to.name",
            "to.phone",
            "parcels[0].weight_grams",
            "service",
            "customs.items[0].hs_code",
            "customs.items[0].description",
            "customs.items[0].description",
            "order_number",
            "label_format"
        ]
    );
}

#[test]
fn a_zpl_label_needs_no_browser() {
    let zpl = serde_json::to_value(LabelSpecification::of(LabelFormat::Zpl)).unwrap();
    assert_eq!(zpl["LabelImageFormat"]["Code"], "ZPL");
    assert_eq!(zpl["HTTPUserAgent"], Value::Null);
    assert_eq!(zpl["LabelStockSize"], json!({"Height": "6", "Width": "4"}));
    let gif = serde_json::to_value(LabelSpecification::of(LabelFormat::Gif)).unwrap();
    assert_eq!(gif["HTTPUserAgent"], "Mozilla/4.5");
}

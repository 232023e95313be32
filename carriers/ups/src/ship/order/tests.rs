use parcelgate_domain::{
    Address, Currency, CustomsItem, Dimensions, DocumentId, Money, Parcel, ServiceCode, Signature,
    TaxIds, Weight,
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
        options: parcelgate_domain::Options::default(),
        direction: parcelgate_carrier::Direction::default(),
        documents: Vec::new(),
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
    let parties = check::fit(order).map_err(|found| found.to_string());
    let account = json!({"client_id": "i", "client_secret": "s", "account_number": "A1B2C3"});
    let account = serde_json::from_value(account).unwrap();
    let body = body(order, &parties.unwrap(), &account);
    body["ShipmentRequest"]["Shipment"].clone()
}

fn fields(order: &Order) -> Vec<String> {
    let found = check::fit(order).err().unwrap_or_default();
    let found = found.as_slice().iter();
    found.map(|violation| violation.field.clone()).collect()
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
    assert_eq!(fields(&order), ["customs"]);
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
    assert_eq!(fields(&to_puerto_rico), ["customs"]);
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
    assert_eq!(
        fields(&bad),
        [
            "to.name",
            "to.phone",
            "parcels[0].weight_grams",
            "service",
            "customs.items[0].hs_code",
            "customs.items[0].description",
            "order_number",
            "label_format"
        ]
    );
}

#[test]
fn a_zpl_label_needs_no_browser() {
    let zpl = label_specification(LabelFormat::Zpl);
    assert_eq!(zpl["LabelImageFormat"]["Code"], "ZPL");
    assert_eq!(zpl["HTTPUserAgent"], Value::Null);
    assert_eq!(zpl["LabelStockSize"], json!({"Height": "6", "Width": "4"}));
    let gif = label_specification(LabelFormat::Gif);
    assert_eq!(gif["HTTPUserAgent"], "Mozilla/4.5");
}

#[test]
fn a_sender_who_writes_chinese_is_written_in_pinyin() {
    let mut shenzhen = address("CN", "广东省", "518000");
    shenzhen.name = "李小明".into();
    shenzhen.lines = vec!["龙岗区龙城大道100号".into()];
    shenzhen.city = "深圳市".to_owned();
    let order = Order {
        customs: Some(customs(Currency::USD)),
        ..order(shenzhen, address("US", "CA", "90012"))
    };
    let shipper = &written(&order)["Shipper"];
    assert_eq!(shipper["Name"], "Li Xiaoming");
    let lines = json!(["Longgang Qu Longcheng Dadao 100 Hao"]);
    assert_eq!(shipper["Address"]["AddressLine"], lines);
    assert_eq!(shipper["Address"]["City"], "Shenzhen");
}

#[test]
fn a_return_goes_from_the_customer_to_the_account() {
    let mut back = order(address("US", "CA", "90012"), ohio());
    back.direction = Direction::Return;
    back.from.name = "Grace".into();
    let shipment = written(&back);
    assert_eq!(shipment["ReturnService"]["Code"], "9");
    assert_eq!(shipment["Shipper"]["ShipperNumber"], "A1B2C3");
    assert_eq!(shipment["Shipper"]["Name"], shipment["ShipTo"]["Name"]);
    assert_eq!(shipment["ShipFrom"]["Name"], "Grace");
    assert_eq!(shipment["Package"][0]["Description"], "Returned goods");
    back.options.signature = Some(Signature::Anyone);
    back.options.saturday_delivery = true;
    let expected = ["options.signature", "options.saturday_delivery"];
    assert_eq!(fields(&back), expected);
    let mut abroad = order(address("GB", "", "SW1A 2AA"), ohio());
    abroad.from.phone = Some("+44 20 5550 1420".into());
    abroad.direction = Direction::Return;
    abroad.customs = Some(customs(Currency::USD));
    assert_eq!(fields(&abroad), ["to.country"]);
}

#[test]
fn papers_that_were_uploaded_go_beside_the_invoice() {
    let paper = DocumentId::new("2026-11-30-09.15.33.207814");
    let mut order = Order {
        customs: Some(customs(Currency::USD)),
        documents: vec![paper.clone()],
        ..order(ohio(), address("GB", "", "SW1A 2AA"))
    };
    let shipment = written(&order);
    let forms = &shipment["ShipmentServiceOptions"]["InternationalForms"];
    assert_eq!(forms["FormType"], json!(["01", "07"]));
    assert_eq!(
        forms["UserCreatedForm"]["DocumentID"],
        json!([paper.as_str()])
    );
    order.documents.push(DocumentId::new("paper"));
    assert_eq!(fields(&order), ["documents[1]"]);
    order.to = address("US", "CA", "90012");
    assert_eq!(fields(&order), ["documents[0]", "documents[1]"]);
}

use jiff::civil::date;
use parcelgate_carrier::Direction;
use parcelgate_domain::{
    Address, Contents, Country, Currency, Customs, CustomsItem, Dimensions, DocumentId, Money,
    Options, Parcel, ServiceCode, TaxIds, Weight,
};
use serde_json::json;

use super::*;
use crate::account::tests::account;

fn address(country: &str, region: &str, code: &str) -> Address {
    Address {
        name: "Ada Byron".into(),
        company: None,
        lines: vec!["1 Main St".into(), "Apt 5".into()],
        city: "Somewhere".to_owned(),
        region: Some(region.to_owned()),
        postal_code: Some(code.to_owned()),
        country: country.parse().unwrap(),
        phone: Some("+1 614 555 0142".into()),
        email: None,
        tax_id: Some("GB 1234".into()),
        residential: None,
    }
}

fn order(service: &str, to: Address) -> Order {
    Order {
        reference: "PG7".parse().unwrap(),
        service: ServiceCode::new(service),
        from: address("US", "OH", "43215-1107"),
        to,
        parcels: vec![Parcel {
            weight: Weight::grams(900),
            size: Some(Dimensions::millimetres(200, 300, 100)),
        }],
        customs: None,
        ship_on: date(2026, 11, 30),
        label_format: LabelFormat::Zpl,
        order_number: None,
        sales_platform: None,
        options: Options::default(),
        direction: Direction::Outbound,
        documents: Vec::new(),
    }
}

fn declared(value: &str, incoterm: Incoterm) -> Option<Customs> {
    Some(Customs {
        contents: Contents::Gift,
        incoterm,
        items: vec![CustomsItem {
            sku: None,
            description: "Céramic mug".to_owned(),
            description_zh: None,
            quantity: 2,
            unit_value: Money::parse(value, Currency::USD).unwrap(),
            unit_weight: Weight::grams(400),
            hs_code: Some("6911.10".to_owned()),
            origin: Country::US,
            battery: false,
        }],
        tax_ids: TaxIds {
            vat: Some("EU372008134".to_owned()),
            ..TaxIds::default()
        },
        invoice_number: None,
    })
}

fn body(order: &Order) -> Value {
    let checked = check(order).map_err(|found| found.to_string()).unwrap();
    let body = Body::of(&checked, &account(json!({"zpl_dpi": "300"})));
    serde_json::from_str(&serde_json::to_string(&body).unwrap()).unwrap()
}

fn refused(order: &Order) -> String {
    check(order).err().unwrap_or_default().to_string()
}

#[test]
fn a_territory_is_a_state_and_a_nine_digit_code_has_two_parts() {
    let body = body(&order("PRIORITY_MAIL", address("PR", "PR", "00907")));
    assert_eq!(body["toAddress"]["state"], "PR");
    assert_eq!(body["fromAddress"]["ZIPCode"], "43215");
    assert_eq!(body["fromAddress"]["ZIPPlus4"], "1107");
    assert_eq!(body["imageInfo"]["imageType"], "ZPL300DPI");
    assert_eq!(body["toAddress"]["secondaryAddress"], "Apt 5");
    assert_eq!(body.get("customsForm"), None);
}

#[test]
fn a_declaration_goes_along_to_the_armed_forces_and_is_wanted() {
    let mut military = order("PRIORITY_MAIL", address("US", "AE", "09008"));
    assert!(
        refused(&military).contains("customs"),
        "{}",
        refused(&military)
    );
    military.customs = declared("12.50", Incoterm::Dap);
    let body = body(&military);
    assert_eq!(body["customsForm"]["customsContentType"], "GIFT");
    assert_eq!(body["fromAddress"]["firm"], "Ada Byron");
    military.label_format = LabelFormat::Png;
    assert!(refused(&military).contains("label_format"));
}

#[test]
fn duties_are_prepaid_and_registrations_go_along_abroad() {
    let mut abroad = order("PRIORITY_MAIL_INTERNATIONAL", address("GB", "", "SW1A 2AA"));
    abroad.customs = declared("12.50", Incoterm::Ddp);
    let sent = body(&abroad);
    assert_eq!(sent["packageDescription"]["prepayDutiesTaxesFees"], true);
    let form = &sent["customsForm"];
    assert_eq!(form["contents"][0]["itemDescription"], "Ceramic mug");
    assert_eq!(form["contents"][0]["HSTariffNumber"], "691110");
    assert_eq!(form["importersReference"]["reference"], "GB 1234");
    assert_eq!(form["exportersReference"]["referenceType"], "VAT_NUMBER");
    abroad.service = ServiceCode::new("FIRST-CLASS_PACKAGE_INTERNATIONAL_SERVICE");
    assert_eq!(body(&abroad)["customsForm"].get("exportersReference"), None);
    abroad.customs = declared("1250.01", Incoterm::Dap);
    assert!(refused(&abroad).contains("unit_value"));
    abroad.to = address("CA", "ON", "K1A 0B1");
    assert_eq!(body(&abroad)["customsForm"]["AESITN"], "NO EEI 30.36");
}

#[test]
fn a_return_may_be_named_by_the_way_there_and_has_no_mailing_date() {
    let mut back = order("PRIORITY_MAIL", address("US", "OH", "43215"));
    back.direction = Direction::Return;
    let package = &body(&back)["packageDescription"];
    assert_eq!(package["mailClass"], "PRIORITY_MAIL_RETURN_SERVICE");
    assert_eq!(package.get("mailingDate"), None);
    back.label_format = LabelFormat::Epl;
    assert!(refused(&back).contains("label_format"));
}

#[test]
fn whatever_usps_would_not_take_is_named_all_at_once() {
    let wrong = Order {
        from: address("CN", "", "518000"),
        order_number: Some("№ 7".to_owned()),
        documents: vec![DocumentId::new("D1")],
        ..order("PARCEL_SELECT", address("US", "ZZ", "90012"))
    };
    let found = refused(&wrong);
    for part in [
        "from.country",
        "to.region",
        "service",
        "order_number",
        "documents",
    ] {
        assert!(found.contains(part), "{part} in {found}");
    }
    assert!(found.contains("handed over at a facility"), "{found}");
    let unknown = refused(&order("NEXT_DAY", address("US", "CA", "90012")));
    assert!(
        unknown.contains("PRIORITY_MAIL_FLAT_RATE_ENVELOPE"),
        "{unknown}"
    );
}

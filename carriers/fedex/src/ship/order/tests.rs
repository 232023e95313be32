use parcelgate_domain::{Currency, DocumentId, LabelFormat, Money, ServiceCode};
use serde_json::{Value, json};

use super::*;
use crate::account::tests::account;
use crate::ship::tests::order;

fn fedex() -> Fedex {
    crate::connect(account(&json!({})).unwrap()).unwrap()
}

fn written(order: &Order) -> Value {
    let fedex = fedex();
    let checked = fedex.checked(order).unwrap();
    serde_json::to_value(fedex.ordered(&checked, 1, json!({}))).unwrap()
}

#[test]
fn the_label_comes_as_bytes_and_the_account_pays() {
    let body = written(&order("US", "GB"));
    let shipment = &body["requestedShipment"];
    let payor = &shipment["shippingChargesPayment"]["payor"]["responsibleParty"];
    assert_eq!(payor["accountNumber"]["value"], "740561073");
    assert_eq!(shipment["totalWeight"], 2.7);
    let line = &shipment["requestedPackageLineItems"][0];
    assert_eq!(line["weight"], json!({"units": "KG", "value": 1.2}));
    assert_eq!(
        line["customerReferences"],
        json!([
            {"customerReferenceType": "CUSTOMER_REFERENCE", "value": "PG01JDX"},
            {"customerReferenceType": "P_O_NUMBER", "value": "7-11"}
        ])
    );
}

#[test]
fn at_home_there_are_pounds_and_no_customs() {
    let mut at_home = order("US", "US");
    at_home.service = ServiceCode::new("FEDEX_GROUND");
    at_home.label_format = LabelFormat::Zpl;
    let body = written(&at_home);
    let shipment = &body["requestedShipment"];
    assert_eq!(shipment["customsClearanceDetail"], Value::Null);
    let line = &shipment["requestedPackageLineItems"][0];
    assert_eq!(line["weight"], json!({"units": "LB", "value": 2.7}));
    assert_eq!(line["dimensions"]["units"], "IN");
    let label = &shipment["labelSpecification"];
    assert_eq!(label["imageType"], "ZPLII");
    assert_eq!(label["labelStockType"], "STOCK_4X6");
}

#[test]
fn the_box_is_named_where_it_must_be() {
    let named = |from, to| {
        let body = written(&order(from, to));
        let line = &body["requestedShipment"]["requestedPackageLineItems"][0];
        line["subPackagingType"] == "BOX"
    };
    assert!(named("US", "CA") && named("MX", "US"));
    assert!(!named("CN", "US") && !named("CA", "CA"));
}

#[test]
fn the_sellers_registrations_are_told_where_there_are_customs() {
    let mut order = order("CN", "DE");
    let ids = &mut order.customs.as_mut().unwrap().tax_ids;
    ids.ioss = Some("IM2760000742".to_owned());
    let body = written(&order);
    assert_eq!(
        body["requestedShipment"]["shipper"]["tins"],
        json!([{"number": "IM2760000742", "tinType": "BUSINESS_UNION", "usage": "IOSS"}])
    );
}

#[test]
fn papers_go_as_files_where_goods_pass_customs() {
    let services = |order: &Order| {
        let shipment = &written(order)["requestedShipment"];
        let drawn = &shipment["shippingDocumentSpecification"];
        (
            shipment["shipmentSpecialServices"].clone(),
            drawn["shippingDocumentTypes"].clone(),
        )
    };
    let mut abroad = order("CN", "US");
    let (wanted, drawn) = services(&abroad);
    let etd = json!(["ELECTRONIC_TRADE_DOCUMENTS"]);
    assert_eq!(wanted["specialServiceTypes"], etd);
    let requested = json!({"requestedDocumentTypes": ["COMMERCIAL_INVOICE"]});
    assert_eq!(wanted["etdDetail"], requested);
    assert_eq!(drawn, json!(["COMMERCIAL_INVOICE"]));

    abroad.documents = vec![DocumentId::new("0904d2")];
    let (wanted, drawn) = services(&abroad);
    assert_eq!(wanted["specialServiceTypes"], etd);
    let attached = json!({"attachedDocuments": [{"documentId": "0904d2"}]});
    assert_eq!((&wanted["etdDetail"], drawn), (&attached, Value::Null));

    abroad.documents.clear();
    abroad.customs.as_mut().unwrap().contents = Contents::Documents;
    assert_eq!(services(&abroad), (Value::Null, Value::Null));
    let mut at_home = order("US", "US");
    assert_eq!(services(&at_home), (Value::Null, Value::Null));
    at_home.documents = vec![DocumentId::new("0904d2")];
    let found = fedex().checked(&at_home).err().unwrap();
    assert_eq!(found.as_slice()[0].field, "documents");

    let on_the_box = account(&json!({"paperless": false})).unwrap();
    let on_the_box = crate::connect(on_the_box).unwrap();
    abroad.customs.as_mut().unwrap().contents = Contents::Merchandise;
    let checked = on_the_box.checked(&abroad).unwrap();
    let body = serde_json::to_value(on_the_box.ordered(&checked, 1, json!({}))).unwrap();
    let services = &body["requestedShipment"]["shipmentSpecialServices"];
    assert_eq!(services, &Value::Null);
}

#[test]
fn extras_and_the_way_back_are_asked_for() {
    let mut back = order("US", "US");
    back.service = ServiceCode::new("PRIORITY_OVERNIGHT");
    back.direction = Direction::Return;
    back.options.saturday_delivery = true;
    back.options.insured = Some(Money::of_minor(18_000, Currency::USD));
    let body = written(&back);
    let shipment = &body["requestedShipment"];
    assert_eq!(
        shipment["shipmentSpecialServices"],
        json!({
            "specialServiceTypes": ["SATURDAY_DELIVERY", "RETURN_SHIPMENT"],
            "returnShipmentDetail": {"returnType": "PRINT_RETURN_LABEL"}
        })
    );
    let declared = json!({"amount": 180.0, "currency": "USD"});
    assert_eq!(shipment["totalDeclaredValue"], declared);
    let line = &shipment["requestedPackageLineItems"][0];
    assert_eq!(line["declaredValue"], declared);
    back.service = ServiceCode::new("FEDEX_GROUND");
    let found = fedex().checked(&back).err().unwrap();
    assert_eq!(found.as_slice()[0].field, "options.saturday_delivery");
}

use jiff::civil::{date, time};
use parcelgate_domain::{Parcel, ServiceCode, Weight};

use super::*;
use crate::account::tests::account;
use crate::party::tests::somebody;

fn order() -> PickupOrder {
    PickupOrder {
        reference: "PG01JDX".parse().unwrap(),
        address: somebody("US", "OH", "43215"),
        date: date(2026, 11, 30),
        ready: time(9, 0, 0, 0),
        close: time(17, 30, 0, 0),
        parcels: vec![Parcel {
            weight: Weight::grams(1_200),
            size: None,
        }],
        service: Some(ServiceCode::new("FEDEX_2_DAY")),
        destination: None,
        numbers: Vec::new(),
        note: None,
    }
}

fn fedex() -> Fedex {
    crate::connect(account(&json!({})).unwrap()).unwrap()
}

#[test]
fn express_and_ground_come_apart() {
    let mut order = order();
    let body = fedex().pickup(&order).unwrap();
    assert_eq!(body["carrierCode"], "FDXE");
    assert_eq!(body["totalWeight"], json!({"units": "LB", "value": 3}));
    let origin = &body["originDetail"];
    assert_eq!(origin["readyDateTimestamp"], "2026-11-30T09:00:00");
    assert_eq!(origin["customerCloseTime"], "17:30:00");
    assert_eq!(body["countryRelationships"], Value::Null);
    order.service = Some(ServiceCode::new("GROUND_HOME_DELIVERY"));
    order.destination = Some("GB".parse().unwrap());
    let body = fedex().pickup(&order).unwrap();
    assert_eq!(body["carrierCode"], "FDXG");
    assert_eq!(body["countryRelationships"], "INTERNATIONAL");
}

#[test]
fn everything_wrong_is_said_at_once() {
    let mut bad = order();
    bad.address.phone = Some("12345678901234".into());
    bad.address.country = "DE".parse().unwrap();
    bad.parcels.clear();
    bad.close = bad.ready;
    bad.note = Some("x".repeat(61).into());
    let found = Pickups::check(&fedex(), &bad);
    let fields: Vec<_> = found.as_slice().iter().map(|v| v.field.as_str()).collect();
    assert_eq!(fields, ["address.phone", "parcels", "close", "note"]);
}

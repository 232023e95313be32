use parcelgate_carrier::Locality;
use parcelgate_domain::{Options, Parcel, Weight};

use super::*;
use crate::account::tests::account;

fn ask(from_region: &str, postal_code: Option<&str>, grams: u32) -> RateAsk {
    let place = |region: &str| Locality {
        city: "Somewhere".to_owned(),
        region: Some(region.to_owned()),
        postal_code: postal_code.map(str::to_owned),
        country: parcelgate_domain::Country::US,
        residential: Some(true),
    };
    RateAsk {
        from: place(from_region),
        to: place("CA"),
        parcels: vec![Parcel {
            weight: Weight::grams(grams),
            size: None,
        }],
        customs: None,
        ship_on: jiff::civil::date(2026, 11, 30),
        service: None,
        options: Options::default(),
    }
}

fn fedex() -> Fedex {
    crate::connect(account(&json!({})).unwrap()).unwrap()
}

#[test]
fn everything_wrong_is_said_at_once() {
    let found = fedex().question(&ask("Ohio", None, 400_000)).err().unwrap();
    let fields: Vec<_> = found.as_slice().iter().map(|v| v.field.as_str()).collect();
    assert_eq!(
        fields,
        ["parcels[0].weight_grams", "from.region", "to.postal_code",]
    );
}

#[test]
fn extras_are_a_part_of_the_question() {
    let mut wanted = ask("OH", Some("43215"), 1_200);
    wanted.options.saturday_delivery = true;
    wanted.options.signature = Some(parcelgate_domain::Signature::Anyone);
    let body = fedex().question(&wanted).ok().unwrap();
    let body = serde_json::to_value(body).unwrap();
    assert_eq!(
        body["rateRequestControlParameters"],
        json!({"returnTransitTimes": true, "variableOptions": "SATURDAY_DELIVERY"})
    );
    let shipment = &body["requestedShipment"];
    let shipper = &shipment["shipper"]["address"];
    assert_eq!(shipper["residential"], Value::Null);
    let line = &shipment["requestedPackageLineItems"][0];
    let signature = &line["packageSpecialServices"]["signatureOptionType"];
    assert_eq!(signature, "DIRECT");
}

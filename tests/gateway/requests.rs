//! Requests that are good, for tests to send or to spoil.

use jiff::{SignedDuration, tz::TimeZone};
use parcelgate_clock::{Clock as _, System};
use parcelgate_proto::google::r#type::{Date, Money};
use parcelgate_proto::v1::purchase_label_request::Selection;
use parcelgate_proto::v1::{
    Address, Choice, Customs, CustomsItem, Dimensions, LabelFormat, Parcel, PurchaseLabelRequest,
    QuoteRatesRequest, ServiceSelection, ShipmentSpec,
};
use uuid::Uuid;

use crate::stage::{UPS, YANWEN};

/// A sender in China.
pub(crate) fn shenzhen() -> Address {
    Address {
        name: "Li Wei".into(),
        company: "Sunrise Trading".into(),
        lines: vec!["88 Keji Road".into()],
        city: "Shenzhen".into(),
        postal_code: "518000".into(),
        country: "CN".into(),
        phone: "8675512345678".into(),
        ..Address::default()
    }
}

/// A place in the United States.
pub(crate) fn columbus() -> Address {
    Address {
        name: "Ada Lovelace".into(),
        lines: vec!["1 Main Street".into()],
        city: "Columbus".into(),
        region: "OH".into(),
        postal_code: "43215".into(),
        country: "US".into(),
        phone: "6145550123".into(),
        residential: Some(true),
        ..Address::default()
    }
}

/// Another one.
pub(crate) fn dallas() -> Address {
    Address {
        name: "Grace Hopper".into(),
        lines: vec!["500 Elm Street".into()],
        city: "Dallas".into(),
        region: "TX".into(),
        postal_code: "75201".into(),
        phone: "2145550123".into(),
        ..columbus()
    }
}

/// Half a kilogram.
pub(crate) fn parcel() -> Parcel {
    Parcel {
        weight_grams: 500,
        size: Some(Dimensions {
            length_mm: 200,
            width_mm: 150,
            height_mm: 100,
        }),
    }
}

/// A lamp without a battery.
pub(crate) fn goods() -> Customs {
    Customs {
        items: vec![CustomsItem {
            sku: "LAMP-1".into(),
            description: "Desk lamp".into(),
            description_zh: "台灯".into(),
            quantity: 2,
            unit_value: Some(money("USD", 12, 500_000_000)),
            unit_weight_grams: 220,
            hs_code: "940520".into(),
            origin: "CN".into(),
            battery: false,
        }],
        ..Customs::default()
    }
}

pub(crate) fn money(currency: &str, units: i64, nanos: i32) -> Money {
    Money {
        currency_code: currency.into(),
        units,
        nanos,
    }
}

/// The day so many days from now.
pub(crate) fn day(days: i64) -> Date {
    let at = System.now() + SignedDuration::from_hours(24 * days);
    let date = at.to_zoned(TimeZone::UTC).date();
    Date {
        year: date.year().into(),
        month: date.month().into(),
        day: date.day().into(),
    }
}

/// From China to the United States: both carriers can.
pub(crate) fn abroad() -> ShipmentSpec {
    ShipmentSpec {
        ship_from: Some(shenzhen()),
        ship_to: Some(columbus()),
        parcels: vec![parcel()],
        customs: Some(goods()),
        ship_date: Some(day(1)),
        ..ShipmentSpec::default()
    }
}

/// Inside the United States: UPS only.
pub(crate) fn at_home() -> ShipmentSpec {
    ShipmentSpec {
        ship_from: Some(dallas()),
        customs: None,
        ..abroad()
    }
}

/// The question for the price of a shipment.
pub(crate) fn quote(spec: &ShipmentSpec) -> QuoteRatesRequest {
    QuoteRatesRequest {
        ship_from: spec.ship_from.iter().cloned().collect(),
        ship_to: spec.ship_to.clone(),
        parcels: spec.parcels.clone(),
        customs: spec.customs.clone(),
        ship_date: spec.ship_date,
        ..QuoteRatesRequest::default()
    }
}

/// A purchase under a new key.
pub(crate) fn purchase(spec: ShipmentSpec, selection: Selection) -> PurchaseLabelRequest {
    PurchaseLabelRequest {
        request_id: fresh(),
        shipment: Some(spec),
        selection: Some(selection),
        max_total: None,
        label_format: LabelFormat::Unspecified.into(),
        validate_only: false,
        allow_duplicate: false,
    }
}

/// UPS Ground, inside the United States.
pub(crate) fn ground() -> PurchaseLabelRequest {
    purchase(at_home(), service(UPS, "03"))
}

/// Yanwen's tracked packet, from China to the United States.
pub(crate) fn packet() -> PurchaseLabelRequest {
    purchase(abroad(), service(YANWEN, "481"))
}

/// An account's service.
pub(crate) fn service(account: &str, service: &str) -> Selection {
    Selection::Service(ServiceSelection {
        account: account.into(),
        service: service.into(),
    })
}

/// The cheapest, with conditions.
pub(crate) fn choice(choice: Choice) -> Selection {
    Selection::Choice(choice)
}

/// A new key.
pub(crate) fn fresh() -> String {
    Uuid::new_v4().to_string()
}

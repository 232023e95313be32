//! From the domain to the interface.

mod rates;
mod shipments;
mod shops;
mod subscriptions;
mod tracking;

use std::time::Duration;

use jiff::{Timestamp, civil};
use parcelgate_carrier::Error;
use parcelgate_domain::{AccountId, Address, LabelFormat, Money, Personal, Violations};
use parcelgate_proto::google::r#type as google;
use parcelgate_proto::v1;

use crate::service::fault::in_interface;

pub(super) use rates::{account_answer, charge, quote, sheet};
pub(super) use shipments::{document, failure, label, refusal, shipment};
pub(super) use shops::{confirmation, shop};
pub(super) use subscriptions::{delivery, subscription};
pub(super) use tracking::{budget, event, status, tracker, tracking_event};

pub(super) fn money(money: Money) -> google::Money {
    let decimals = money.currency().decimals();
    let per_unit = 10_i64.pow(decimals);
    let per_minor = 10_i64.pow(9_u32.saturating_sub(decimals));
    google::Money {
        currency_code: money.currency().code().to_owned(),
        units: money.minor() / per_unit,
        nanos: i32::try_from(money.minor() % per_unit * per_minor).unwrap_or(0),
    }
}

pub(super) fn date(date: civil::Date) -> google::Date {
    google::Date {
        year: date.year().into(),
        month: date.month().into(),
        day: date.day().into(),
    }
}

pub(super) fn time(at: Timestamp) -> prost_types::Timestamp {
    prost_types::Timestamp {
        seconds: at.as_second(),
        nanos: at.subsec_nanosecond(),
    }
}

pub(super) fn duration(duration: Duration) -> prost_types::Duration {
    prost_types::Duration {
        seconds: i64::try_from(duration.as_secs()).unwrap_or(i64::MAX),
        nanos: i32::try_from(duration.subsec_nanos()).unwrap_or(0),
    }
}

fn carrier_failure(account: &AccountId, error: &Error) -> v1::CarrierFailure {
    v1::CarrierFailure {
        carrier: error.carrier.to_string(),
        account: account.to_string(),
        reason: error.kind.name().to_owned(),
        carrier_code: error.code.clone().unwrap_or_default(),
        carrier_text: error.text.clone().unwrap_or_default(),
        violations: violations(&error.violations),
    }
}

fn violations(violations: &Violations) -> Vec<v1::FieldViolation> {
    let written = violations
        .as_slice()
        .iter()
        .map(|violation| v1::FieldViolation {
            field: in_interface(&violation.field),
            description: match &violation.given {
                Some(given) => format!("{given:?} is not {}", violation.allowed),
                None => format!("must be {}", violation.allowed),
            },
        });
    written.collect()
}

pub(super) fn address(address: &Address) -> v1::Address {
    let optional = |text: &Option<Personal>| {
        text.as_ref()
            .map_or_else(String::new, |text| text.expose().to_owned())
    };
    v1::Address {
        name: address.name.expose().to_owned(),
        company: optional(&address.company),
        lines: address
            .lines
            .iter()
            .map(|line| line.expose().to_owned())
            .collect(),
        city: address.city.clone(),
        region: address.region.clone().unwrap_or_default(),
        postal_code: address.postal_code.clone().unwrap_or_default(),
        country: address.country.code().to_owned(),
        phone: optional(&address.phone),
        email: optional(&address.email),
        tax_id: optional(&address.tax_id),
        residential: address.residential,
    }
}

/// The forms that the interface knows; the carrier's own picture is served as PNG.
fn label_format(format: LabelFormat) -> v1::LabelFormat {
    match format {
        LabelFormat::Pdf => v1::LabelFormat::Pdf,
        LabelFormat::Png => v1::LabelFormat::Png,
        LabelFormat::Zpl => v1::LabelFormat::Zpl,
        LabelFormat::Gif | LabelFormat::Epl => v1::LabelFormat::Unspecified,
    }
}

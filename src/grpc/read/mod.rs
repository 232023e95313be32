//! From the interface to the domain. Everything that cannot stand is collected before anything is
//! refused.

mod address;
mod customs;
mod errand;
mod options;
mod parcel;
mod past;
mod request;
mod settling;
mod shop;

pub(super) use address::address;
pub(super) use errand::{landed_cost, manifest, paper, pickup};
pub(super) use past::{delivery_name, past, rotation};
pub(super) use request::{
    asked, asked_back, asked_instead, purchase, purchase_back, quote, replacement, request_id,
    resource, resource_in, subscription,
};
pub(super) use settling::settling;
pub(super) use shop::{confirmation_filter, confirming};

use jiff::civil;
use parcelgate_domain::{Country, Money, Violations};
use parcelgate_proto::google::r#type as google;

/// One of the values that this edition of the interface knows. A newer caller's wish is refused and
/// not taken for the default.
fn known<E: TryFrom<i32> + Default>(read: i32, field: &str, found: &mut Violations) -> E {
    E::try_from(read).unwrap_or_else(|_| {
        found.refuse(
            field,
            read,
            "a value that this edition of the interface knows",
        );
        E::default()
    })
}

/// `text` unless it is blank.
fn given(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn country(text: &str, field: &str, found: &mut Violations) -> Option<Country> {
    match text.parse() {
        Ok(country) => Some(country),
        Err(_) => {
            found.refuse(
                field,
                text,
                "a country code of ISO 3166-1 in upper case, such as US or CN",
            );
            None
        }
    }
}

/// A day, when one is given.
fn date(date: Option<&google::Date>, field: &str, found: &mut Violations) -> Option<civil::Date> {
    let date = date?;
    let read = || {
        let year = i16::try_from(date.year).ok()?;
        let (month, day) = (i8::try_from(date.month).ok()?, i8::try_from(date.day).ok()?);
        civil::Date::new(year, month, day).ok()
    };
    let read = read();
    if read.is_none() {
        found.refuse(
            field,
            format!("{}-{}-{}", date.year, date.month, date.day),
            "a day",
        );
    }
    read
}

/// Units and billionths as minor units: exactly, or not at all.
pub(super) fn money(money: &google::Money, field: &str, found: &mut Violations) -> Option<Money> {
    let Ok(currency) = money.currency_code.parse::<parcelgate_domain::Currency>() else {
        let allowed = "a currency code of ISO 4217, such as USD or CNY";
        found.refuse(
            format!("{field}.currency_code"),
            &money.currency_code,
            allowed,
        );
        return None;
    };
    let decimals = currency.decimals();
    let per_unit = 10_i64.pow(decimals);
    let per_minor = 10_i32.pow(9_u32.saturating_sub(decimals));
    let one_sign = money.units.signum() * i64::from(money.nanos.signum()) >= 0;
    if money.nanos % per_minor != 0 || money.nanos.abs() >= 1_000_000_000 || !one_sign {
        let allowed =
            format!("an amount of at most {decimals} decimals, with units and nanos of one sign");
        found.refuse(format!("{field}.nanos"), money.nanos, allowed);
        return None;
    }
    let minor = money
        .units
        .checked_mul(per_unit)
        .and_then(|minor| minor.checked_add(i64::from(money.nanos / per_minor)));
    if minor.is_none() {
        found.refuse(
            format!("{field}.units"),
            money.units,
            "an amount that fits 64 bits of minor units",
        );
    }
    minor.map(|minor| Money::of_minor(minor, currency))
}

#[cfg(test)]
mod tests {
    use parcelgate_domain::Currency;
    use proptest::prelude::*;

    use super::*;
    use crate::grpc::write;

    #[test]
    fn an_amount_finer_than_its_currency_is_refused() {
        let mut found = Violations::new();
        let half_yen = google::Money {
            currency_code: "JPY".into(),
            units: 1,
            nanos: 500_000_000,
        };
        assert_eq!(money(&half_yen, "max_total", &mut found), None);
        assert_eq!(found.as_slice()[0].field, "max_total.nanos");
    }

    proptest! {
        #[test]
        fn money_comes_back_as_it_went(
            minor in -1_000_000_000_000_i64..1_000_000_000_000,
            currency in prop::sample::select(vec![Currency::USD, Currency::JPY, Currency::KWD]),
        ) {
            let amount = Money::of_minor(minor, currency);
            let mut found = Violations::new();
            prop_assert_eq!(money(&write::money(amount), "total", &mut found), Some(amount));
        }
    }
}

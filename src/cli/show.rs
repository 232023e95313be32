//! The words in which prices, times and states are shown to people.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use parcelgate_clock::{Clock as _, System};
use parcelgate_domain::{Currency, Money};
use parcelgate_proto::google::r#type::{Date as ProtoDate, Money as ProtoMoney};
use parcelgate_proto::v1::quote::Tag;
use parcelgate_proto::v1::shipment::State;
use parcelgate_proto::v1::{Quote, TrackingStatus, Transit};

const NANOS: i64 = 1_000_000_000;

/// The amount as a decimal text with as many decimals as its currency has: `12.34`, `1234`.
#[must_use]
pub(crate) fn amount(money: &ProtoMoney) -> String {
    let decimals = money
        .currency_code
        .parse::<Currency>()
        .map_or(2, |currency| {
            usize::try_from(currency.decimals()).unwrap_or(0)
        });
    let negative = money.units < 0 || money.nanos < 0;
    let nanos = format!("{:09}", money.nanos.unsigned_abs());
    let exact = nanos.trim_end_matches('0').len().max(decimals); // an amount is never shown rounded
    let (fraction, _) = nanos.split_at_checked(exact).unwrap_or((&nanos, ""));
    let sign = if negative { "-" } else { "" };
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{}{point}{fraction}", money.units.unsigned_abs())
}

/// The amount with its currency: `12.34 USD`; empty when there is none.
#[must_use]
pub(crate) fn money(money: Option<&ProtoMoney>) -> String {
    money.map_or_else(String::new, |money| {
        format!("{} {}", amount(money), money.currency_code)
    })
}

/// The amount as the domain knows it; none when its currency is unknown or it is not exact.
#[must_use]
pub(crate) fn exact(money: &ProtoMoney) -> Option<Money> {
    Money::parse(&amount(money), money.currency_code.parse().ok()?).ok()
}

/// An amount as the interface carries it.
#[must_use]
pub(crate) fn proto_money(money: Money) -> ProtoMoney {
    let scale = 10_i64.checked_pow(money.currency().decimals()).unwrap_or(1);
    let nanos = (money.minor() % scale) * (NANOS / scale);
    ProtoMoney {
        currency_code: money.currency().code().to_owned(),
        units: money.minor() / scale,
        nanos: i32::try_from(nanos).unwrap_or(0),
    }
}

/// A day as the interface carries it.
#[must_use]
pub(crate) fn proto_date(date: Date) -> ProtoDate {
    ProtoDate {
        year: i32::from(date.year()),
        month: i32::from(date.month()),
        day: i32::from(date.day()),
    }
}

/// A day; none when it is no day of the calendar.
#[must_use]
pub(crate) fn date(date: &ProtoDate) -> Option<Date> {
    let (year, month, day) = (date.year, date.month, date.day);
    Date::new(
        year.try_into().ok()?,
        month.try_into().ok()?,
        day.try_into().ok()?,
    )
    .ok()
}

/// Today, as the gateway reckons it when no day of hand-over is named.
#[must_use]
pub(crate) fn today() -> Date {
    System.now().to_zoned(TimeZone::UTC).date()
}

/// A day: `2026-11-30`; empty when there is none.
#[must_use]
pub(crate) fn day(date: Option<&ProtoDate>) -> String {
    date.map_or_else(String::new, |d| {
        format!("{:04}-{:02}-{:02}", d.year, d.month, d.day)
    })
}

/// A moment for the interface.
#[must_use]
pub(crate) fn proto_time(at: Timestamp) -> prost_types::Timestamp {
    prost_types::Timestamp {
        seconds: at.as_second(),
        nanos: at.subsec_nanosecond(),
    }
}

/// A moment in UTC: `2026-11-30 14:05`; empty when there is none.
#[must_use]
pub(crate) fn moment(time: Option<&prost_types::Timestamp>) -> String {
    instant(time).map_or_else(String::new, |at| {
        at.to_zoned(TimeZone::UTC)
            .strftime("%Y-%m-%d %H:%M")
            .to_string()
    })
}

/// A moment; none when it is absent or out of range.
#[must_use]
pub(crate) fn instant(time: Option<&prost_types::Timestamp>) -> Option<Timestamp> {
    time.and_then(|time| Timestamp::new(time.seconds, time.nanos).ok())
}

/// How long it takes: `3 days`, `8-12 days`, `2 workdays`; empty when nobody says.
#[must_use]
pub(crate) fn transit(transit: Option<&Transit>) -> String {
    let Some(transit) = transit.filter(|transit| transit.days_max > 0) else {
        return String::new();
    };
    let kind = if transit.business_days {
        "workday"
    } else {
        "day"
    };
    let plural = if transit.days_max == 1 { "" } else { "s" };
    if transit.days_min == transit.days_max || transit.days_min == 0 {
        format!("{} {kind}{plural}", transit.days_max)
    } else {
        format!("{}-{} {kind}{plural}", transit.days_min, transit.days_max)
    }
}

/// The day of arrival, with the hour if the carrier promises one; where it only tells how many days
/// it takes, the latest of them, marked with `~`.
#[must_use]
pub(crate) fn arrival(transit: Option<&Transit>, ship_on: Date) -> String {
    let Some(transit) = transit else {
        return String::new();
    };
    if transit.deliver_by.is_none() && transit.days_max > 0 && !transit.business_days {
        let latest = ship_on.saturating_add(jiff::Span::new().days(transit.days_max));
        return format!("~{latest}");
    }
    let day = day(transit.deliver_by.as_ref());
    format!("{day} {}", transit.deliver_by_time)
        .trim()
        .to_owned()
}

/// How a quote compares, in words.
#[must_use]
pub(crate) fn tags(quote: &Quote) -> String {
    let word = |tag| match tag {
        Tag::Unspecified => None,
        Tag::Cheapest => Some("cheapest"),
        Tag::Fastest => Some("fastest"),
        Tag::BestByDeadline => Some("best in time"),
        Tag::Pareto => Some("pareto"),
    };
    quote.tags().filter_map(word).collect::<Vec<_>>().join(", ")
}

/// The name of a tracking status: `IN_TRANSIT`.
#[must_use]
pub(crate) fn status(status: TrackingStatus) -> &'static str {
    let name = status.as_str_name();
    name.strip_prefix("TRACKING_STATUS_").unwrap_or(name)
}

/// The name of a purchase's state: `PURCHASED`.
#[must_use]
pub(crate) fn state(state: State) -> &'static str {
    let name = state.as_str_name();
    name.strip_prefix("STATE_").unwrap_or(name)
}

/// Grams as kilograms: `0.450 kg`.
#[must_use]
pub(crate) fn kilograms(grams: u32) -> String {
    format!("{}.{:03} kg", grams / 1000, grams % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proto(currency: &str, units: i64, nanos: i32) -> ProtoMoney {
        ProtoMoney {
            currency_code: currency.to_owned(),
            units,
            nanos,
        }
    }

    #[test]
    fn an_amount_has_the_decimals_of_its_currency_and_is_never_rounded() {
        assert_eq!(amount(&proto("USD", 12, 300_000_000)), "12.30");
        assert_eq!(amount(&proto("JPY", 1_200, 0)), "1200");
        assert_eq!(amount(&proto("KWD", 1, 5_000_000)), "1.005");
        assert_eq!(amount(&proto("USD", 0, -50_000_000)), "-0.05");
        assert_eq!(amount(&proto("USD", 1, 1)), "1.000000001");
    }

    #[test]
    fn money_survives_the_way_there_and_back() {
        for (text, currency) in [
            ("12.34", "USD"),
            ("-0.05", "USD"),
            ("1234", "JPY"),
            ("1.005", "KWD"),
        ] {
            let money = Money::parse(text, currency.parse().unwrap()).unwrap();
            assert_eq!(exact(&proto_money(money)), Some(money));
        }
        assert_eq!(exact(&proto("XYZ", 1, 0)), None);
    }

    #[test]
    fn transit_is_told_as_the_carrier_tells_it() {
        let told = |days_min, days_max, business_days| {
            transit(Some(&Transit {
                days_min,
                days_max,
                business_days,
                ..Transit::default()
            }))
        };
        assert_eq!(told(8, 12, false), "8-12 days");
        assert_eq!(told(1, 1, true), "1 workday");
        assert_eq!(told(0, 3, false), "3 days");
        assert_eq!(transit(None), "");
    }

    #[test]
    fn an_arrival_that_is_only_reckoned_is_marked() {
        let friday = jiff::civil::date(2026, 11, 20);
        let days = Transit {
            days_min: 8,
            days_max: 12,
            ..Transit::default()
        };
        assert_eq!(arrival(Some(&days), friday), "~2026-12-02");
        let promised = Transit {
            deliver_by: Some(proto_date(friday)),
            deliver_by_time: "12:00".to_owned(),
            days_max: 1,
            ..Transit::default()
        };
        assert_eq!(arrival(Some(&promised), friday), "2026-11-20 12:00");
    }
}

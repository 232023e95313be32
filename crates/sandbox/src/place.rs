//! Where scans happen, and what the clock on the wall says there.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::Offset;

/// A town where a parcel is scanned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) city: String,
    pub(crate) state: String,
    pub(crate) postal: String,
    pub(crate) country: String,
    /// Standard time all year: the simulation has no daylight saving.
    pub(crate) offset: Offset,
}

impl Place {
    pub(crate) fn new(city: &str, state: &str, postal: &str, country: &str) -> Self {
        let country = country.to_ascii_uppercase();
        let state = state.to_ascii_uppercase();
        Self {
            offset: offset(&country, &state),
            city: city.to_ascii_uppercase(),
            state,
            postal: postal.to_owned(),
            country,
        }
    }

    /// The time of day here.
    pub(crate) fn local(&self, at: Timestamp) -> DateTime {
        self.offset.to_datetime(at)
    }

    /// The instant at which the clock here shows `date` and `time`.
    pub(crate) fn instant(&self, date: Date, time: Time) -> Timestamp {
        self.offset
            .to_timestamp(date.to_datetime(time))
            .unwrap_or(Timestamp::MAX)
    }
}

/// The date `days` working days after `date`; a weekend start counts from Monday on.
pub(crate) fn working_days_after(mut date: Date, days: u8) -> Date {
    for _ in 0..days {
        date = working_day(date.saturating_add(jiff::Span::new().days(1)));
    }
    working_day(date)
}

/// `date`, or the Monday after it.
pub(crate) fn working_day(date: Date) -> Date {
    let rest = match date.weekday() {
        Weekday::Saturday => 2,
        Weekday::Sunday => 1,
        Weekday::Monday
        | Weekday::Tuesday
        | Weekday::Wednesday
        | Weekday::Thursday
        | Weekday::Friday => 0,
    };
    date.saturating_add(jiff::Span::new().days(rest))
}

fn offset(country: &str, state: &str) -> Offset {
    let hours = match country {
        "US" => match state {
            "HI" => -10,
            "AK" => -9,
            "CA" | "NV" | "OR" | "WA" => -8,
            "AZ" | "CO" | "ID" | "MT" | "NM" | "UT" | "WY" => -7,
            "AL" | "AR" | "IA" | "IL" | "KS" | "LA" | "MN" | "MO" | "MS" | "ND" | "NE" | "OK"
            | "SD" | "TN" | "TX" | "WI" => -6,
            _ => -5,
        },
        "CA" => match state {
            "BC" | "YT" => -8,
            "AB" | "NT" => -7,
            "MB" | "SK" => -6,
            _ => -5,
        },
        "PR" | "CL" => -4,
        "MX" => -6,
        "BR" | "AR" => -3,
        "GB" | "IE" | "PT" => 0,
        "FI" | "EE" | "LV" | "LT" | "GR" | "RO" | "BG" | "UA" | "IL" | "ZA" => 2,
        "RU" | "TR" | "SA" => 3,
        "AE" => 4,
        "TH" | "VN" => 7,
        "CN" | "HK" | "TW" | "SG" | "MY" | "PH" => 8,
        "JP" | "KR" => 9,
        "AU" => 10,
        "NZ" => 12,
        _ => 1, // most of Europe
    };
    Offset::constant(hours)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_weekend_is_no_working_day() {
        let friday = date(2026, 1, 9);
        assert_eq!(working_days_after(friday, 1), date(2026, 1, 12));
        assert_eq!(working_days_after(friday, 6), date(2026, 1, 19));
        assert_eq!(working_days_after(date(2026, 1, 10), 0), date(2026, 1, 12));
    }

    #[test]
    fn the_clock_on_the_wall_follows_the_place() {
        let dallas = Place::new("Dallas", "TX", "75201", "US");
        let at = "2026-01-09T14:30:00Z".parse().unwrap();
        assert_eq!(dallas.local(at).to_string(), "2026-01-09T08:30:00");
        assert_eq!(
            dallas.instant(date(2026, 1, 9), Time::constant(8, 30, 0, 0)),
            at
        );
    }
}

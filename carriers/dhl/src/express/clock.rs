//! Moments as DHL Express writes them: local time, a space, and the distance from Greenwich.

use std::sync::LazyLock;

use jiff::civil::{Date, Time};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use parcelgate_carrier::Locality;

use crate::express::codes::{COUNTRIES, STATES};

/// A copy of the database inside of the program: what the machine has may be old, or missing.
static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// `2026-11-30T17:00:00 GMT+08:00`: the clock on the wall at `place`. The description writes it
/// with a space and without; its refusals ask for the space.
pub(crate) fn moment(place: &Locality, date: Date, time: Time) -> String {
    let local = date.to_datetime(time);
    let offset = zone(place).to_ambiguous_timestamp(local).offset();
    let seconds = match offset {
        jiff::tz::AmbiguousOffset::Unambiguous { offset } => offset.seconds(),
        // The hour that a change of clocks skips or repeats: by the clock before it.
        jiff::tz::AmbiguousOffset::Gap { before, .. }
        | jiff::tz::AmbiguousOffset::Fold { before, .. } => before.seconds(),
    };
    let sign = if seconds < 0 { '-' } else { '+' };
    let minutes = seconds.unsigned_abs() / 60;
    let (hours, minutes) = (minutes / 60, minutes % 60);
    let local = local.strftime("%Y-%m-%dT%H:%M:%S");
    format!("{local} GMT{sign}{hours:02}:{minutes:02}")
}

fn zone(place: &Locality) -> TimeZone {
    let country = place.country.code();
    let region = place.region.as_deref().unwrap_or_default().trim();
    let in_state = |(row, _): &&([&str; 2], &str)| {
        let [of, state] = row;
        *of == country && state.eq_ignore_ascii_case(region)
    };
    let state = STATES.iter().find(in_state).map(|(_, zone)| *zone);
    let of = COUNTRIES.iter().find(|(known, _)| *known == country);
    let name = state.or_else(|| of.map(|(_, zone)| *zone));
    let found = name.and_then(|name| ZONES.get(name).ok());
    found.unwrap_or(TimeZone::UTC)
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};
    use parcelgate_domain::Country;

    use super::*;

    fn at(country: &str, region: Option<&str>, day: Date) -> String {
        let place = Locality {
            city: String::new(),
            region: region.map(str::to_owned),
            postal_code: None,
            country: country.parse().unwrap(),
            residential: None,
        };
        moment(&place, day, time(17, 0, 0, 0))
    }

    #[test]
    fn a_moment_has_the_distance_that_the_sender_has_on_that_day() {
        let (winter, summer) = (date(2026, 11, 30), date(2026, 7, 1));
        assert_eq!(at("CN", None, winter), "2026-11-30T17:00:00 GMT+08:00");
        assert_eq!(
            at("US", Some("oh"), winter),
            "2026-11-30T17:00:00 GMT-05:00"
        );
        assert_eq!(
            at("US", Some("OH"), summer),
            "2026-07-01T17:00:00 GMT-04:00"
        );
        assert_eq!(
            at("US", Some("AZ"), summer),
            "2026-07-01T17:00:00 GMT-07:00"
        );
        assert_eq!(at("IN", None, winter), "2026-11-30T17:00:00 GMT+05:30");
        assert_eq!(at("DE", None, summer), "2026-07-01T17:00:00 GMT+02:00");
        assert_eq!(at("GB", None, winter), "2026-11-30T17:00:00 GMT+00:00");
    }

    #[test]
    fn every_country_and_state_has_a_clock_that_is_known() {
        for (country, zone) in COUNTRIES {
            assert!(country.parse::<Country>().is_ok(), "{country}");
            assert!(ZONES.get(zone).is_ok(), "{zone}");
        }
        for (row, zone) in STATES {
            assert!(ZONES.get(zone).is_ok(), "{row:?} {zone}");
        }
        let mut sorted = COUNTRIES.to_vec();
        sorted.sort_unstable();
        sorted.dedup_by_key(|row| row.0);
        assert_eq!(sorted.len(), 249);
    }

    #[test]
    fn an_hour_that_is_skipped_is_written_by_the_clock_before_it() {
        let place = Locality {
            city: String::new(),
            region: None,
            postal_code: None,
            country: "DE".parse().unwrap(),
            residential: None,
        };
        let skipped = moment(&place, date(2026, 3, 29), time(2, 30, 0, 0));
        assert_eq!(skipped, "2026-03-29T02:30:00 GMT+01:00");
    }
}

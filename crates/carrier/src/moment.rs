//! Dates and times as carriers write them.

use http::HeaderMap;
use http::header::DATE;
use jiff::civil::{Date, DateTime, Time};
use jiff::fmt::rfc2822;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};
use parcelgate_domain::EventTime;

/// A date: `2026-12-03`, `20261203` or `2026/12/03`.
#[must_use]
pub fn date(text: &str) -> Option<Date> {
    let text = text.trim();
    let mut parts = text.split(['-', '/']);
    let (year, month, day) = match (parts.next()?, parts.next(), parts.next(), parts.next()) {
        (all, None, None, None) if all.len() == 8 => (all.get(..4)?, all.get(4..6)?, all.get(6..)?),
        (year, Some(month), Some(day), None) if year.len() == 4 => (year, month, day),
        _ => return None,
    };
    Date::new(number(year)?, small(month)?, small(day)?).ok()
}

/// A time of day: `08:44:34`, `8:44`, `16:58:1`, `08:44:34.120`, `8:44 am`, and without colons
/// `084434`, `0844`, `74700` with its first zero lost.
#[must_use]
pub fn time(text: &str) -> Option<Time> {
    let text = text.trim();
    let lower = text.to_ascii_lowercase();
    let half = |ending: &str| lower.strip_suffix(ending).map(|_| ending == "pm");
    let afternoon = half("am").or_else(|| half("pm"));
    let text = match afternoon {
        Some(_) => text.get(..text.len().checked_sub(2)?)?.trim_end(),
        None => text,
    };
    let (text, fraction) = text.split_once('.').unwrap_or((text, "0"));
    number(fraction.get(..4).unwrap_or(fraction))?;
    let digits = match text.len() {
        _ if text.contains(':') => None,
        1..=4 => Some(format!("{text:0>4}00")),
        5..=6 => Some(format!("{text:0>6}")),
        _ => return None,
    };
    let [hour, minute, second] = match &digits {
        Some(all) => [all.get(..2)?, all.get(2..4)?, all.get(4..)?],
        None => {
            let mut parts = text.splitn(3, ':');
            [parts.next()?, parts.next()?, parts.next().unwrap_or("0")]
        }
    };
    let hour = match (afternoon, small(hour)?) {
        (None, hour) => hour,
        (Some(afternoon), hour @ 1..=12) => hour % 12 + if afternoon { 12 } else { 0 },
        (Some(_), _) => return None,
    };
    Time::new(hour, small(minute)?, small(second)?, 0).ok()
}

/// The distance from UTC: `-07:00`, `-0700`, `-04.00`, `+8`, `Z`.
#[must_use]
pub fn offset(text: &str) -> Option<Offset> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("z") {
        return Some(Offset::UTC);
    }
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+')?),
    };
    let (hours, minutes) = match rest.split_once([':', '.']) {
        Some(parts) => parts,
        None => rest.split_at_checked(2).unwrap_or((rest, "")),
    };
    let minutes = if minutes.is_empty() { "0" } else { minutes };
    let seconds = i32::from(small(hours)?) * 3_600 + i32::from(small(minutes)?) * 60;
    Offset::from_seconds(sign * seconds).ok()
}

/// A day with a time of day and perhaps an offset, as one text: `2026-12-03T08:44:34-07:00`,
/// `2026-12-03 08:44`, `20261203 084434`, a day alone for its first moment. An offset that is none
/// is left out.
#[must_use]
pub fn written(text: &str) -> Option<(DateTime, Option<Offset>)> {
    let text = text.trim();
    let Some((day, rest)) = text.split_once(['T', ' ']) else {
        return Some((date(text)?.to_datetime(Time::midnight()), None));
    };
    let zone_at = rest.find(['+', '-', 'Z', 'z']).unwrap_or(rest.len());
    let (clock, zone) = rest.split_at_checked(zone_at)?;
    Some((date(day)?.to_datetime(time(clock)?), offset(zone)))
}

/// The moment in such a text, as sure as it is written.
#[must_use]
pub fn event_time(text: &str) -> Option<EventTime> {
    let (local, offset) = written(text)?;
    at(local, offset)
}

/// A local time with its offset, if that is known.
#[must_use]
pub fn at(local: DateTime, offset: Option<Offset>) -> Option<EventTime> {
    match offset {
        Some(offset) => EventTime::with_offset(local, offset),
        None => EventTime::local_only(local),
    }
}

/// The distance from UTC that makes `local` and `utc` the same moment; none when there is no such
/// place on earth.
#[must_use]
pub fn between(local: DateTime, utc: DateTime) -> Option<Offset> {
    let instant = |at: DateTime| Offset::UTC.to_timestamp(at).ok();
    let apart: SignedDuration = instant(local)?.duration_since(instant(utc)?);
    let seconds = i32::try_from(apart.as_secs()).ok()?;
    let on_earth = seconds.abs() <= 14 * 3_600 && seconds % 900 == 0;
    on_earth.then(|| Offset::from_seconds(seconds).ok())?
}

/// When the carrier says it answered.
#[must_use]
pub fn answered_at(headers: &HeaderMap) -> Option<Timestamp> {
    let text = headers.get(DATE)?.to_str().ok()?;
    rfc2822::DateTimeParser::new().parse_timestamp(text).ok()
}

fn small(text: &str) -> Option<i8> {
    i8::try_from(number(text)?).ok()
}

fn number(text: &str) -> Option<i16> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use parcelgate_domain::TimeBasis;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_spelling_of_a_date_is_read() {
        for text in ["20261203", "2026-12-03", "2026/12/3", " 2026-12-03 "] {
            assert_eq!(date(text).unwrap().to_string(), "2026-12-03", "{text}");
        }
        for text in ["", "20261303", "2026123", "+2026123", "26-12-03", "2026-12"] {
            assert_eq!(date(text), None, "{text}");
        }
    }

    #[test]
    fn every_spelling_of_a_time_is_read() {
        for (text, spelled) in [
            ("071356", "07:13:56"),
            ("74700", "07:47:00"),
            ("1530", "15:30:00"),
            ("15:58:00", "15:58:00"),
            ("15:58:00.123456", "15:58:00"),
            ("16:58:1", "16:58:01"),
            ("2:05 pm", "14:05:00"),
            ("12:05 AM", "00:05:00"),
            ("8:00am", "08:00:00"),
        ] {
            assert_eq!(time(text).unwrap().to_string(), spelled, "{text}");
        }
        for text in [
            "",
            "250000",
            "10:30 A.M.",
            "-1:00",
            "1234567",
            "１５３０",
            "13:00 pm",
        ] {
            assert_eq!(time(text), None, "{text}");
        }
    }

    #[test]
    fn a_moment_is_as_sure_as_it_is_written() {
        let basis = |text: &str| event_time(text).map(|time| time.basis);
        assert_eq!(basis("2026-12-03T08:44:34Z"), Some(TimeBasis::OffsetGiven));
        for text in [
            "2026-12-03T08:44:34",
            "2026-12-03",
            "2026-12-03T08:44:34+99:00",
        ] {
            assert_eq!(basis(text), Some(TimeBasis::LocalWithoutOffset), "{text}");
        }
        assert_eq!(basis("yesterday"), None);
        let at = event_time("2026-12-03T08:44:34.5-05:00").unwrap();
        assert_eq!(at.instant.to_string(), "2026-12-03T13:44:34Z");
        assert_eq!(event_time("20261203 084434-0500"), Some(at));
    }

    #[test]
    fn an_offset_has_many_forms_and_two_clocks_give_it() {
        for text in ["-04.00", "-04:00", "-0400", "-4", "-04"] {
            assert_eq!(offset(text).unwrap().seconds(), -14_400, "{text}");
        }
        assert_eq!(offset("+05:30").unwrap().seconds(), 19_800);
        assert_eq!((offset("04:00"), offset("+99:00")), (None, None));
        let local = written("2026-12-03T08:44:34").unwrap().0;
        let utc = written("2026-12-03T16:44:34").unwrap().0;
        assert_eq!(between(local, utc).unwrap().seconds(), -28_800);
        let year = written("2025-12-03T16:44:34").unwrap().0;
        assert_eq!(between(local, year), None);
    }

    #[test]
    fn the_time_of_an_answer_is_in_its_header() {
        let mut headers = HeaderMap::new();
        assert_eq!(answered_at(&headers), None);
        headers.insert(DATE, "Thu, 03 Dec 2026 10:00:00 GMT".parse().unwrap());
        let at = "2026-12-03T10:00:00Z".parse().unwrap();
        assert_eq!(answered_at(&headers), Some(at));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text: String) {
            let _read = (date(&text), time(&text), offset(&text), event_time(&text));
        }

        #[test]
        fn what_is_written_is_read_back(
            seconds in 0..4_000_000_000_i64, quarter in -48..=56_i32,
        ) {
            let offset = Offset::from_seconds(quarter * 900).unwrap();
            let instant = Timestamp::from_second(seconds).unwrap();
            let local = offset.to_datetime(instant);
            let text = format!("{}{}", local.strftime("%Y-%m-%dT%H:%M:%S"), zone(quarter));
            prop_assert_eq!(event_time(&text).unwrap().instant, instant);
        }
    }

    fn zone(quarter: i32) -> String {
        let sign = if quarter < 0 { '-' } else { '+' };
        let minutes = quarter.abs() * 15;
        format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }
}

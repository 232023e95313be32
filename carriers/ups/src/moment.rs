//! How UPS writes dates and times: eight digits, six digits, and less regular forms of both.

use http::HeaderMap;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::fmt::rfc2822;
use jiff::tz::Offset;
use parcelgate_domain::EventTime;

/// A date: `20261203`; some interfaces write `2026-12-03`
/// (<https://github.com/UPS-API/api-documentation/issues/99>).
pub(crate) fn date(text: &str) -> Option<Date> {
    let digits: String = text.trim().chars().filter(|c| *c != '-').collect();
    if digits.len() != 8 {
        return None;
    }
    let year = i16::try_from(number(digits.get(..4)?)?).ok()?;
    Date::new(year, part(digits.get(4..6)?)?, part(digits.get(6..)?)?).ok()
}

/// A time of day: `071356`, also `74700` with its zero lost, `1530`, `15:58:00` and `16:58:1`
/// (<https://github.com/UPS-API/api-documentation/issues/62>).
pub(crate) fn time(text: &str) -> Option<Time> {
    let text = text.trim();
    let (hour, minute, second) = if text.contains(':') {
        let mut parts = text.split(':');
        (parts.next()?, parts.next()?, parts.next().unwrap_or("0"))
    } else {
        let digits = match text.len() {
            1..=4 => format!("{text:0>4}00"),
            5..=6 => format!("{text:0>6}"),
            _ => return None,
        };
        return time(&format!(
            "{}:{}:{}",
            digits.get(..2)?,
            digits.get(2..4)?,
            digits.get(4..)?
        ));
    };
    Time::new(part(hour)?, part(minute)?, part(second)?, 0).ok()
}

/// The distance from UTC: `-05:00` when asked, `-04.00` when pushed.
fn offset(text: &str) -> Option<Offset> {
    let text = text.trim();
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+')?),
    };
    let (hours, minutes) = rest.split_once([':', '.']).unwrap_or((rest, "0"));
    let seconds = i32::from(part(hours)?) * 3600 + i32::from(part(minutes)?) * 60;
    Offset::from_seconds(sign * seconds).ok()
}

/// The days and times that come with one event, each as UPS wrote it or empty.
#[derive(Debug, Default)]
pub(crate) struct Written<'a> {
    pub(crate) date: &'a str,
    pub(crate) time: &'a str,
    pub(crate) gmt_date: &'a str,
    pub(crate) gmt_time: &'a str,
    pub(crate) gmt_offset: &'a str,
}

impl Written<'_> {
    /// The moment, by the surest way that is open.
    pub(crate) fn moment(&self) -> Option<EventTime> {
        let local = join(self.date, self.time);
        let gmt = date(self.gmt_date).zip(time(self.gmt_time));
        let gmt = gmt.map(|(date, time)| date.to_datetime(time));
        match (local, offset(self.gmt_offset), gmt) {
            (Some(local), Some(offset), _) => EventTime::with_offset(local, offset),
            (Some(local), None, Some(gmt)) => {
                let known = between(local, gmt).and_then(|o| EventTime::with_offset(local, o));
                known.or_else(|| EventTime::local_only(local))
            }
            (Some(local), None, None) => EventTime::local_only(local),
            (None, _, Some(gmt)) => Offset::UTC.to_timestamp(gmt).ok().map(EventTime::utc),
            (None, _, None) => None,
        }
    }

    /// The local time in one spelling, so that the same event asked for and pushed has one
    /// identity.
    pub(crate) fn identity(&self) -> String {
        match join(self.date, self.time) {
            Some(local) => local.to_string(),
            None => [self.date, self.time, self.gmt_date, self.gmt_time].join(" "),
        }
    }
}

/// A day, with midnight where no time of day is given.
fn join(day: &str, at: &str) -> Option<DateTime> {
    let at = if at.trim().is_empty() {
        Time::midnight()
    } else {
        time(at)?
    };
    Some(date(day)?.to_datetime(at))
}

/// The distance from UTC that makes `local` and `gmt` the same moment; none when there is no such
/// place on earth.
fn between(local: DateTime, gmt: DateTime) -> Option<Offset> {
    let as_utc = |at: DateTime| Some(Offset::UTC.to_timestamp(at).ok()?.as_second());
    let seconds = as_utc(local)?.checked_sub(as_utc(gmt)?)?;
    let seconds = i32::try_from(seconds).ok()?;
    let on_earth = seconds.abs() <= 14 * 3600 && seconds % 900 == 0;
    on_earth.then(|| Offset::from_seconds(seconds).ok())?
}

/// When the carrier says it answered.
pub(crate) fn answered_at(headers: &HeaderMap) -> Option<Timestamp> {
    let text = headers.get(http::header::DATE)?.to_str().ok()?;
    rfc2822::DateTimeParser::new().parse_timestamp(text).ok()
}

fn part(text: &str) -> Option<i8> {
    i8::try_from(number(text)?).ok()
}

fn number(text: &str) -> Option<u16> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use parcelgate_domain::TimeBasis;

    use super::*;

    #[test]
    fn every_spelling_of_a_time_is_read() {
        for (text, spelled) in [
            ("071356", "07:13:56"),
            ("74700", "07:47:00"),
            ("1530", "15:30:00"),
            ("15:58:00", "15:58:00"),
            ("16:58:1", "16:58:01"),
        ] {
            assert_eq!(time(text).unwrap().to_string(), spelled, "{text}");
        }
        for text in ["", "250000", "10:30 A.M.", "-1:00", "1234567", "１５３０"] {
            assert_eq!(time(text), None, "{text}");
        }
    }

    #[test]
    fn every_spelling_of_a_date_is_read() {
        assert_eq!(date("20261203").unwrap().to_string(), "2026-12-03");
        assert_eq!(date("2026-12-03").unwrap().to_string(), "2026-12-03");
        for text in ["", "20261303", "2026123", "2026/12/3", "+2026123"] {
            assert_eq!(date(text), None, "{text}");
        }
    }

    #[test]
    fn the_surest_way_to_the_moment_is_taken() {
        let all = Written {
            date: "20261203",
            time: "084434",
            gmt_date: "20261203",
            gmt_time: "164434",
            gmt_offset: "-08:00",
        };
        let instant = "2026-12-03T16:44:34Z".parse::<Timestamp>().unwrap();
        let asked = all.moment().unwrap();
        assert_eq!(
            (asked.instant, asked.basis),
            (instant, TimeBasis::OffsetGiven)
        );
        // Pushed events give local and GMT but may leave out the offset.
        let pushed = Written {
            gmt_offset: "",
            ..all
        };
        assert_eq!(pushed.moment(), Some(asked));
        assert_eq!(pushed.identity(), "2026-12-03T08:44:34");
        let wild = Written {
            gmt_date: "20251203",
            ..pushed
        };
        assert_eq!(wild.moment().unwrap().basis, TimeBasis::LocalWithoutOffset);
        let gmt = Written {
            gmt_date: "20261203",
            gmt_time: "16:44:34",
            ..Written::default()
        };
        assert_eq!(gmt.moment().unwrap().basis, TimeBasis::Utc);
        assert_eq!(Written::default().moment(), None);
    }

    #[test]
    fn an_offset_is_read_as_asked_and_as_pushed() {
        assert_eq!(offset("-04.00"), offset("-04:00"));
        assert_eq!(offset("+05:30").unwrap().seconds(), 19_800);
        assert_eq!(offset("04:00"), None);
        assert_eq!(offset("+99:00"), None);
    }

    #[test]
    fn the_time_of_an_answer_is_in_its_header() {
        let mut headers = HeaderMap::new();
        assert_eq!(answered_at(&headers), None);
        let value = "Thu, 03 Dec 2026 10:00:00 GMT".parse().unwrap();
        headers.insert(http::header::DATE, value);
        assert_eq!(
            answered_at(&headers),
            Some("2026-12-03T10:00:00Z".parse().unwrap())
        );
    }
}

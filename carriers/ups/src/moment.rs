//! The days and times that come with one event.

use jiff::civil::{DateTime, Time};
use parcelgate_carrier::moment::{at, between, date, offset, time};
use parcelgate_domain::EventTime;

/// Each as UPS wrote it, or empty: eight digits or ten characters, six digits or less
/// (<https://github.com/UPS-API/api-documentation/issues/62> and 99).
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
        let gmt = date(self.gmt_date).zip(time(self.gmt_time));
        let gmt = gmt.map(|(date, time)| date.to_datetime(time));
        match join(self.date, self.time) {
            Some(local) => {
                let offset = offset(self.gmt_offset).or_else(|| between(local, gmt?));
                at(local, offset)
            }
            None => at(gmt?, None).map(|at| EventTime::utc(at.instant)),
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

/// A day at a time, or at its end where no time is given.
pub(crate) fn by_the_end_of(day: &str, at: &str) -> Option<DateTime> {
    let end = Time::new(23, 59, 59, 0).ok()?;
    Some(date(day)?.to_datetime(time(at).unwrap_or(end)))
}

#[cfg(test)]
mod tests {
    use parcelgate_domain::TimeBasis;

    use super::*;

    #[test]
    fn the_surest_way_to_the_moment_is_taken() {
        let all = Written {
            date: "20261203",
            time: "084434",
            gmt_date: "20261203",
            gmt_time: "164434",
            gmt_offset: "-08:00",
        };
        let asked = all.moment().unwrap();
        assert_eq!(asked.instant, "2026-12-03T16:44:34Z".parse().unwrap());
        assert_eq!(asked.basis, TimeBasis::OffsetGiven);
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
}

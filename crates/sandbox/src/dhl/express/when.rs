//! MyDHL's own way to write a time: `2026-11-24T15:00:00 GMT+01:00`, which is not ISO 8601.

use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

use super::refusal::{Answer, Refusal};
use crate::place::Place;
use crate::server::World;

/// How far ahead a shipment can be planned.
const AHEAD: SignedDuration = SignedDuration::from_hours(10 * 24);

/// A time that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct When {
    /// What the clock on the wall shows there.
    pub(crate) local: DateTime,
    pub(crate) at: Timestamp,
}

impl When {
    /// Reads MyDHL's format; the space before `GMT` may be missing, as it is in the description's
    /// own examples.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (local, zone) = text.split_once("GMT")?;
        let local = local.strip_suffix(' ').unwrap_or(local);
        if local.len() != 19 || zone.len() != 6 {
            return None;
        }
        let local = DateTime::strptime("%Y-%m-%dT%H:%M:%S", local).ok()?;
        let (sign, rest) = match zone.split_at_checked(1)? {
            ("+", rest) => (1, rest),
            ("-", rest) => (-1, rest),
            _ => return None,
        };
        let (hours, minutes) = rest.split_once(':')?;
        let number = |text: &str| text.parse::<i32>().ok().filter(|_| text.len() == 2);
        let (hours, minutes) = (number(hours)?, number(minutes)?);
        let offset = Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()?;
        let at = offset.to_timestamp(local).ok()?;
        Some(Self { local, at })
    }

    /// A time of the sender, neither past nor further ahead than ten days. What is past is told by
    /// the protocol's clock, which is the sender's too.
    pub(crate) fn planned(world: &World, text: &str) -> Answer<Self> {
        let when = Self::parse(text).ok_or_else(|| {
            Refusal::bad(
                "998: ShipTimeStamp is not well formatted.(Expected Sample Format : \
                 '2010-02-11T17:10:09 GMT+01:00')",
            )
        })?;
        let now = world.settings.protocol_clock.now();
        if when.at < now || when.at > now + AHEAD {
            return Err(Self::out_of_range());
        }
        Ok(when)
    }

    /// A day of the sender, as rates for one piece take it.
    pub(crate) fn planned_day(world: &World, text: &str, origin: &Place) -> Answer<Self> {
        let day: Date = text
            .parse()
            .ok()
            .filter(|_| text.len() == 10)
            .ok_or_else(|| Refusal::wrong_format("plannedShippingDate", "YYYY-MM-DD"))?;
        let now = world.settings.protocol_clock.now();
        let today = origin.local(now).date();
        let last = origin.local(now + AHEAD).date();
        if day < today || day > last {
            return Err(Self::out_of_range());
        }
        let local = if day == today {
            origin.local(now)
        } else {
            day.at(12, 0, 0, 0)
        };
        let at = origin.instant(local.date(), local.time());
        Ok(Self { local, at })
    }

    fn out_of_range() -> Refusal {
        Refusal::bad(
            "997: The planned shipping date must not be in the past or more than 10 days in \
             the future.",
        )
    }

    /// The same moment on the parcels' clock: as far ahead of its now as it is of the protocol's.
    pub(crate) fn on_parcels_clock(self, world: &World) -> Timestamp {
        let ahead = self.at.duration_since(world.settings.protocol_clock.now());
        world.settings.clock.now() + ahead.max(SignedDuration::ZERO)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_carriers_own_format_is_read() {
        let when = When::parse("2026-11-24T15:00:00 GMT+01:00").unwrap();
        assert_eq!(when.local.to_string(), "2026-11-24T15:00:00");
        assert_eq!(when.at.to_string(), "2026-11-24T14:00:00Z");
        assert_eq!(When::parse("2026-11-24T15:00:00GMT+01:00"), Some(when));
        assert!(When::parse("2026-11-24T15:00:00 GMT-05:30").is_some());
        for wrong in [
            "2026-11-24T15:00:00+01:00",
            "2026-11-24T15:00:00Z",
            "2026-11-24T15:00:00.000 GMT+01:00",
            "2026-11-24 15:00:00 GMT+01:00",
            "2026-11-24T15:00:00 GMT+1",
            "2026-11-24T15:00:00 GMT",
            "2026-13-24T15:00:00 GMT+01:00",
        ] {
            assert_eq!(When::parse(wrong), None, "{wrong}");
        }
    }
}

//! UPS's services: who may have them, how long they take, what they cost.

use jiff::Timestamp;
use jiff::civil::{Date, Time, Weekday};

use super::lane::Lane;
use crate::place::{Place, working_day, working_days_after};

/// Which lanes a service is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// Inside the United States.
    States,
    /// Inside one country other than the United States.
    Home,
    /// Across a border.
    Abroad,
    /// Across a border, by road.
    Overland,
}

/// Working days on the road.
#[derive(Debug, Clone, Copy)]
enum Days {
    Fixed(u8),
    /// One to five, by zone.
    Ground,
    /// So many on the same continent, one more elsewhere.
    Flight(u8),
}

/// One service.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
    /// The three-digit code by which tracking knows it.
    pub(crate) level: &'static str,
    reach: &'static [Reach],
    days: Days,
    /// The promised hour and minute; without, the end of the day.
    commit: Option<(i8, i8)>,
    /// Whether Saturday can be asked for.
    saturday: bool,
    /// Cents: for the parcel, per zone, per pound.
    pub(crate) price: (u64, u64, u64),
}

use Reach::{Abroad, Home, Overland, States};

/// Fastest first. Prices are made up, in the order of magnitude of the 2026 list.
#[rustfmt::skip]
const SERVICES: &[Service] = &[
    Service { code: "14", name: "UPS Next Day Air Early", level: "105", reach: &[States], days: Days::Fixed(1), commit: Some((8, 30)), saturday: true, price: (7_960, 420, 295) },
    Service { code: "01", name: "UPS Next Day Air", level: "001", reach: &[States], days: Days::Fixed(1), commit: Some((10, 30)), saturday: true, price: (4_480, 410, 290) },
    Service { code: "13", name: "UPS Next Day Air Saver", level: "013", reach: &[States], days: Days::Fixed(1), commit: Some((15, 0)), saturday: false, price: (3_990, 380, 280) },
    Service { code: "59", name: "UPS 2nd Day Air A.M.", level: "059", reach: &[States], days: Days::Fixed(2), commit: Some((10, 30)), saturday: false, price: (2_840, 240, 205) },
    Service { code: "02", name: "UPS 2nd Day Air", level: "002", reach: &[States], days: Days::Fixed(2), commit: None, saturday: true, price: (2_310, 220, 190) },
    Service { code: "12", name: "UPS 3 Day Select", level: "012", reach: &[States], days: Days::Fixed(3), commit: None, saturday: false, price: (1_750, 160, 130) },
    Service { code: "03", name: "UPS Ground", level: "003", reach: &[States], days: Days::Ground, commit: None, saturday: false, price: (1_060, 55, 46) },
    Service { code: "54", name: "UPS Worldwide Express Plus", level: "054", reach: &[Abroad], days: Days::Flight(2), commit: Some((9, 0)), saturday: false, price: (9_900, 90, 640) },
    Service { code: "07", name: "UPS Worldwide Express", level: "007", reach: &[Home, Abroad], days: Days::Flight(2), commit: Some((12, 0)), saturday: true, price: (5_800, 80, 610) },
    Service { code: "65", name: "UPS Worldwide Saver", level: "065", reach: &[Home, Abroad], days: Days::Flight(2), commit: None, saturday: false, price: (5_350, 76, 590) },
    Service { code: "08", name: "UPS Worldwide Expedited", level: "008", reach: &[Abroad], days: Days::Flight(4), commit: None, saturday: false, price: (4_600, 64, 520) },
    Service { code: "11", name: "UPS Standard", level: "011", reach: &[Home, Overland], days: Days::Flight(4), commit: None, saturday: false, price: (1_890, 30, 120) },
];

impl Service {
    pub(crate) fn of(code: &str) -> Option<&'static Self> {
        SERVICES.iter().find(|service| service.code == code)
    }

    /// Every service that `lane` can have.
    pub(crate) fn on(lane: &Lane) -> impl Iterator<Item = &'static Self> {
        SERVICES.iter().filter(|service| service.serves(lane))
    }

    pub(crate) fn serves(&self, lane: &Lane) -> bool {
        let states = |place: &Place| matches!(place.country.as_str(), "US" | "PR");
        self.reach.iter().any(|reach| match reach {
            States => states(&lane.origin) && !lane.crosses_border(),
            Home => !states(&lane.origin) && !lane.crosses_border(),
            Abroad => lane.crosses_border(),
            Overland => lane.crosses_border() && lane.overland(),
        })
    }

    /// Working days between pickup and delivery.
    pub(crate) fn days(&self, lane: &Lane) -> u8 {
        match self.days {
            Days::Fixed(days) => days,
            Days::Ground => 1 + lane.zone().saturating_sub(2) * 2 / 3,
            Days::Flight(days) => days + u8::from(!lane.overland()),
        }
    }

    /// Whether the hour is guaranteed.
    pub(crate) const fn guaranteed(&self) -> bool {
        self.commit.is_some()
    }

    /// Whether a parcel picked up on `pickup` arrives on the Saturday that is asked for.
    pub(crate) fn on_saturday(&self, lane: &Lane, pickup: Date) -> bool {
        let date = pickup.saturating_add(jiff::Span::new().days(self.days(lane)));
        lane.saturday && self.saturday && date.weekday() == Weekday::Saturday
    }

    /// The day and the hour, at the destination, by which a parcel picked up on `pickup` arrives.
    pub(crate) fn promise(&self, lane: &Lane, pickup: Date) -> (Date, Time) {
        let (hour, minute) = self.commit.unwrap_or((19, 0));
        let days = self.days(lane);
        let date = if self.on_saturday(lane, pickup) {
            pickup.saturating_add(jiff::Span::new().days(days))
        } else {
            working_days_after(pickup, days)
        };
        (date, Time::constant(hour, minute, 0, 0))
    }

    /// The window of the delivery itself, inside the promise.
    pub(crate) fn due(&self, lane: &Lane, pickup: Date) -> (Timestamp, Timestamp) {
        let (date, time) = self.promise(lane, pickup);
        let latest = lane.destination.instant(date, time);
        let minutes = if self.guaranteed() { 60 } else { 480 };
        (latest - jiff::SignedDuration::from_mins(minutes), latest)
    }
}

/// When UPS fetches what is booked at `booked`: the same working day before four o'clock, else the
/// next, at half past five.
pub(crate) fn pickup(origin: &Place, booked: Timestamp) -> (Date, Timestamp) {
    let local = origin.local(booked);
    let today = working_day(local.date());
    let date = if today == local.date() && local.hour() >= 16 {
        working_days_after(today, 1)
    } else {
        today
    };
    let at = origin.instant(date, Time::constant(17, 30, 0, 0));
    (date, at)
}

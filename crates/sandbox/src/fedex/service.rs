//! FedEx's services: who may have them, how long they take, what they cost.

use jiff::Timestamp;
use jiff::civil::{Date, Time, Weekday};

use super::lane::Lane;
use crate::place::{Place, working_day, working_days_after};

/// Which lanes a service is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// Inside the United States.
    States,
    /// Inside the United States, to homes.
    Homes,
    /// Inside the United States and to Canada.
    Overland,
    /// Across a border.
    Abroad,
}

/// Working days on the road.
#[derive(Debug, Clone, Copy)]
enum Days {
    Fixed(u8),
    /// One to five, by zone.
    Ground,
    /// So many to a neighbour, one more elsewhere.
    Flight(u8),
}

/// One service.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) kind: &'static str,
    pub(crate) name: &'static str,
    /// The two-letter code by which tracking knows it.
    pub(crate) short: &'static str,
    /// The two-digit code of `serviceDescription`.
    pub(crate) code: &'static str,
    reach: Reach,
    days: Days,
    /// The promised hour and minute; without, the end of the day.
    commit: Option<(i8, i8)>,
    /// Cents: for the parcel, per zone, per pound.
    pub(crate) price: (u64, u64, u64),
}

use Reach::{Abroad, Homes, Overland, States};

/// Highest first. Prices are made up, in the order of magnitude of the 2026 list.
#[rustfmt::skip]
const SERVICES: &[Service] = &[
    Service { kind: "FIRST_OVERNIGHT", name: "FedEx First Overnight®", short: "FO", code: "06", reach: States, days: Days::Fixed(1), commit: Some((8, 30)), price: (8_120, 430, 300) },
    Service { kind: "PRIORITY_OVERNIGHT", name: "FedEx Priority Overnight®", short: "PO", code: "01", reach: States, days: Days::Fixed(1), commit: Some((10, 30)), price: (4_560, 415, 292) },
    Service { kind: "STANDARD_OVERNIGHT", name: "FedEx Standard Overnight®", short: "SO", code: "05", reach: States, days: Days::Fixed(1), commit: Some((17, 0)), price: (4_010, 385, 281) },
    Service { kind: "FEDEX_2_DAY_AM", name: "FedEx 2Day® AM", short: "TA", code: "49", reach: States, days: Days::Fixed(2), commit: Some((10, 30)), price: (2_890, 245, 207) },
    Service { kind: "FEDEX_2_DAY", name: "FedEx 2Day®", short: "ES", code: "03", reach: States, days: Days::Fixed(2), commit: Some((17, 0)), price: (2_360, 222, 191) },
    Service { kind: "FEDEX_EXPRESS_SAVER", name: "FedEx Express Saver®", short: "XS", code: "20", reach: States, days: Days::Fixed(3), commit: Some((17, 0)), price: (1_790, 165, 132) },
    Service { kind: "GROUND_HOME_DELIVERY", name: "FedEx Home Delivery®", short: "HD", code: "90", reach: Homes, days: Days::Ground, commit: None, price: (1_110, 56, 47) },
    Service { kind: "FEDEX_GROUND", name: "FedEx Ground®", short: "FG", code: "92", reach: Overland, days: Days::Ground, commit: None, price: (1_080, 56, 47) },
    Service { kind: "INTERNATIONAL_FIRST", name: "FedEx International First®", short: "IF", code: "26", reach: Abroad, days: Days::Flight(2), commit: Some((9, 30)), price: (10_100, 95, 650) },
    Service { kind: "FEDEX_INTERNATIONAL_PRIORITY_EXPRESS", name: "FedEx International Priority® Express", short: "IX", code: "27", reach: Abroad, days: Days::Flight(2), commit: Some((12, 0)), price: (6_150, 84, 625) },
    Service { kind: "FEDEX_INTERNATIONAL_PRIORITY", name: "FedEx International Priority®", short: "IP", code: "28", reach: Abroad, days: Days::Flight(2), commit: Some((18, 0)), price: (5_700, 80, 604) },
    Service { kind: "INTERNATIONAL_ECONOMY", name: "FedEx International Economy®", short: "IE", code: "04", reach: Abroad, days: Days::Flight(4), commit: None, price: (4_520, 62, 515) },
    Service { kind: "FEDEX_INTERNATIONAL_CONNECT_PLUS", name: "FedEx International Connect Plus®", short: "IC", code: "29", reach: Abroad, days: Days::Flight(5), commit: None, price: (3_380, 48, 420) },
];

impl Service {
    pub(crate) fn of(kind: &str) -> Option<&'static Self> {
        SERVICES.iter().find(|service| service.kind == kind)
    }

    /// Every service offered on `lane`: homes get Home Delivery, all others Ground.
    pub(crate) fn on(lane: &Lane) -> impl Iterator<Item = &'static Self> {
        SERVICES.iter().filter(|service| {
            let ground_to_a_home = service.reach == Overland && lane.in_the_states();
            service.serves(lane) && !(ground_to_a_home && lane.residential)
        })
    }

    pub(crate) fn serves(&self, lane: &Lane) -> bool {
        match self.reach {
            States => lane.in_the_states(),
            Homes => lane.in_the_states() && lane.residential,
            Overland => lane.in_the_states() || (lane.crosses_border() && lane.overland()),
            Abroad => lane.crosses_border(),
        }
    }

    pub(crate) const fn ground(&self) -> bool {
        matches!(self.days, Days::Ground)
    }

    /// The operating company.
    pub(crate) const fn carrier(&self) -> &'static str {
        if self.ground() { "FDXG" } else { "FDXE" }
    }

    pub(crate) const fn category(&self) -> &'static str {
        if self.ground() { "GROUND" } else { "EXPRESS" }
    }

    /// The heaviest package in one's own packaging, in hundredths of a pound.
    pub(crate) const fn heaviest(&self) -> u64 {
        if self.ground() { 7_000 } else { 15_000 }
    }

    /// Whether it can be delivered on a Saturday.
    pub(crate) const fn on_saturdays(&self) -> bool {
        matches!(self.reach, States) && matches!(self.days, Days::Fixed(1 | 2))
    }

    /// Working days between pickup and delivery.
    pub(crate) fn days(&self, lane: &Lane) -> u8 {
        match self.days {
            Days::Fixed(days) => days,
            Days::Ground if lane.crosses_border() => 5,
            Days::Ground => 1 + lane.zone().saturating_sub(2) * 2 / 3,
            Days::Flight(days) => days + u8::from(!lane.overland()),
        }
    }

    /// Whether the hour is promised.
    pub(crate) const fn timed(&self) -> bool {
        self.commit.is_some()
    }

    /// The day and the hour, at the destination, by which a parcel picked up on `pickup` arrives.
    /// A Friday's parcel may arrive on `saturday`, when that is asked for.
    pub(crate) fn promise(&self, lane: &Lane, pickup: Date, saturday: bool) -> (Date, Time) {
        let (hour, minute) = self.commit.unwrap_or((20, 0));
        let days = self.days(lane);
        let last = working_days_after(pickup, days.saturating_sub(1));
        let weekend = saturday && days > 0 && last.weekday() == Weekday::Friday;
        let date = if weekend {
            last.tomorrow().unwrap_or(last)
        } else {
            working_days_after(pickup, days)
        };
        (date, Time::constant(hour, minute, 0, 0))
    }

    /// The window of the delivery itself, inside the promise.
    pub(crate) fn due(&self, lane: &Lane, (date, time): (Date, Time)) -> (Timestamp, Timestamp) {
        let latest = lane.destination.instant(date, time);
        let minutes = if self.timed() { 60 } else { 480 };
        (latest - jiff::SignedDuration::from_mins(minutes), latest)
    }
}

/// When FedEx fetches what is booked at `booked` for the day `wanted`: that day, or the first
/// working day that is left, at half past five; after four o'clock not on the same day.
pub(crate) fn pickup(origin: &Place, booked: Timestamp, wanted: Option<Date>) -> (Date, Timestamp) {
    let local = origin.local(booked);
    let today = working_day(local.date());
    let first = if today == local.date() && local.hour() >= 16 {
        working_days_after(today, 1)
    } else {
        today
    };
    let date = working_day(wanted.map_or(first, |wanted| wanted.max(first)));
    let at = origin.instant(date, Time::constant(17, 30, 0, 0));
    (date, at)
}

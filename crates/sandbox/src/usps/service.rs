//! Mail classes: where they go, how long they take, what they cost. Prices are made up; service
//! type codes that USPS's descriptions do not name are, too.

use jiff::Timestamp;
use jiff::civil::{Date, Time};

use super::lane::Lane;
use crate::place::{working_day, working_days_after};

/// Where a class goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    Home,
    Return,
    Abroad,
}

/// Working days from acceptance to delivery: at least, and at most for the farthest zone.
type Days = (u8, u8);

/// A mail class.
#[derive(Debug)]
pub(crate) struct Service {
    /// The name in requests.
    pub(crate) class: &'static str,
    /// The name for people.
    pub(crate) name: &'static str,
    pub(crate) reach: Reach,
    /// The service type code in numbers, or the letters of an S10 number.
    pub(crate) code: &'static str,
    /// How SKUs begin.
    pub(crate) sku: &'static str,
    days: Days,
    /// The hour of the promise, where there is one.
    pub(crate) guaranteed: bool,
    /// Thousandths of a pound that a piece may weigh.
    pub(crate) heaviest: u64,
    /// Cents: a parcel, a zone, a pound.
    pub(crate) price: (u64, u64, u64),
    /// The rate of what is in one's own packaging.
    pub(crate) single: &'static str,
    /// Flat rates: indicator, name, cents.
    pub(crate) flat: &'static [(&'static str, &'static str, u64)],
    /// What tracking calls it; its list is shorter than that of labels.
    pub(crate) tracked_as: Option<&'static str>,
}

use Reach::{Abroad, Home, Return};

const LB_70: u64 = 70_000;

const PRIORITY_FLAT: &[(&str, &str, u64)] = &[
    ("FE", "Flat Rate Envelope", 1_010),
    ("FS", "Small Flat Rate Box", 1_145),
    ("FB", "Medium Flat Rate Box", 2_010),
    ("PL", "Large Flat Rate Box", 2_790),
];
const EXPRESS_FLAT: &[(&str, &str, u64)] = &[("E4", "Flat Rate Envelope", 3_025)];
const ABROAD_FLAT: &[(&str, &str, u64)] = &[
    ("FE", "Flat Rate Envelope", 4_310),
    ("FB", "Medium Flat Rate Box", 9_120),
    ("PL", "Large Flat Rate Box", 11_960),
];

#[rustfmt::skip]
static SERVICES: [Service; 11] = [
    Service { class: "USPS_GROUND_ADVANTAGE", name: "USPS Ground Advantage", reach: Home, code: "001", sku: "DUXP", days: (2, 5), guaranteed: false, heaviest: LB_70, price: (560, 38, 84), single: "SP", flat: &[], tracked_as: None },
    Service { class: "PRIORITY_MAIL", name: "Priority Mail", reach: Home, code: "055", sku: "DPXX", days: (1, 3), guaranteed: false, heaviest: LB_70, price: (770, 61, 142), single: "SP", flat: PRIORITY_FLAT, tracked_as: Some("PRIORITY_MAIL") },
    Service { class: "PRIORITY_MAIL_EXPRESS", name: "Priority Mail Express", reach: Home, code: "701", sku: "DEXX", days: (1, 2), guaranteed: true, heaviest: LB_70, price: (2_890, 155, 360), single: "PA", flat: EXPRESS_FLAT, tracked_as: Some("PRIORITY_MAIL_EXPRESS") },
    Service { class: "MEDIA_MAIL", name: "Media Mail", reach: Home, code: "748", sku: "DMXX", days: (3, 8), guaranteed: false, heaviest: LB_70, price: (410, 0, 78), single: "SP", flat: &[], tracked_as: Some("MEDIA_MAIL") },
    Service { class: "LIBRARY_MAIL", name: "Library Mail", reach: Home, code: "749", sku: "DLXX", days: (3, 8), guaranteed: false, heaviest: LB_70, price: (390, 0, 74), single: "SP", flat: &[], tracked_as: Some("LIBRARY_MAIL") },
    Service { class: "USPS_GROUND_ADVANTAGE_RETURN_SERVICE", name: "USPS Ground Advantage Return", reach: Return, code: "020", sku: "DURP", days: (2, 5), guaranteed: false, heaviest: LB_70, price: (610, 40, 86), single: "SP", flat: &[], tracked_as: None },
    Service { class: "PRIORITY_MAIL_RETURN_SERVICE", name: "Priority Mail Return", reach: Return, code: "024", sku: "DPRX", days: (1, 3), guaranteed: false, heaviest: LB_70, price: (810, 63, 146), single: "SP", flat: &[], tracked_as: Some("PRIORITY_MAIL") },
    Service { class: "PRIORITY_MAIL_EXPRESS_RETURN_SERVICE", name: "Priority Mail Express Return", reach: Return, code: "722", sku: "DERX", days: (1, 2), guaranteed: true, heaviest: LB_70, price: (2_950, 158, 365), single: "PA", flat: &[], tracked_as: Some("PRIORITY_MAIL_EXPRESS") },
    Service { class: "FIRST-CLASS_PACKAGE_INTERNATIONAL_SERVICE", name: "First-Class Package International Service", reach: Abroad, code: "LZ", sku: "IFXP", days: (7, 14), guaranteed: false, heaviest: 4_000, price: (1_290, 210, 980), single: "SP", flat: &[], tracked_as: Some("FIRST-CLASS_PACKAGE_INTERNATIONAL_SERVICE") },
    Service { class: "PRIORITY_MAIL_INTERNATIONAL", name: "Priority Mail International", reach: Abroad, code: "CP", sku: "IPXX", days: (5, 9), guaranteed: false, heaviest: LB_70, price: (3_900, 320, 610), single: "SP", flat: ABROAD_FLAT, tracked_as: Some("PRIORITY_MAIL_INTERNATIONAL_PARCELS") },
    Service { class: "PRIORITY_MAIL_EXPRESS_INTERNATIONAL", name: "Priority Mail Express International", reach: Abroad, code: "EC", sku: "IEXX", days: (3, 5), guaranteed: false, heaviest: LB_70, price: (5_750, 410, 820), single: "PA", flat: &[], tracked_as: Some("PRIORITY_MAIL_EXPRESS_INTERNATIONAL") },
];

/// Classes that USPS still takes and turns into others.
const CONVERTED: [(&str, &str); 5] = [
    ("FIRST-CLASS_PACKAGE_SERVICE", "USPS_GROUND_ADVANTAGE"),
    ("PARCEL_SELECT", "USPS_GROUND_ADVANTAGE"),
    ("PARCEL_SELECT_LIGHTWEIGHT", "USPS_GROUND_ADVANTAGE"),
    (
        "FIRST-CLASS_PACKAGE_RETURN_SERVICE",
        "USPS_GROUND_ADVANTAGE_RETURN_SERVICE",
    ),
    (
        "GROUND_RETURN_SERVICE",
        "USPS_GROUND_ADVANTAGE_RETURN_SERVICE",
    ),
];

impl Service {
    /// The class of that name, or the one that it has become.
    pub(crate) fn of(class: &str) -> Option<&'static Self> {
        let converted = CONVERTED.iter().find(|(old, _)| *old == class);
        let class = converted.map_or(class, |(_, new)| new);
        SERVICES.iter().find(|service| service.class == class)
    }

    pub(crate) fn going(reach: Reach) -> impl Iterator<Item = &'static Self> {
        SERVICES
            .iter()
            .filter(move |service| service.reach == reach)
    }

    /// Whether `indicator` names a rate of this class.
    pub(crate) fn has_rate(&self, indicator: &str) -> bool {
        indicator == self.single
            || (indicator == "SP" && self.single == "PA")
            || self.flat.iter().any(|(known, _, _)| *known == indicator)
    }

    /// Working days between acceptance and delivery.
    pub(crate) fn days(&self, lane: &Lane) -> u8 {
        let (least, most) = self.days;
        match self.reach {
            Home | Return => least + (most - least) * lane.zone().saturating_sub(1) / 8,
            Abroad => least + (most - least) * lane.zone().min(8) / 8,
        }
    }

    /// The day of the promise for what is mailed on `mailing`.
    pub(crate) fn promise(&self, lane: &Lane, mailing: Date) -> Date {
        working_days_after(mailing, self.days(lane))
    }

    /// The window of the delivery itself, inside the promise.
    pub(crate) fn due(&self, lane: &Lane, mailing: Date) -> (Timestamp, Timestamp) {
        let date = self.promise(lane, mailing);
        let hour = if self.guaranteed { 18 } else { 20 };
        let latest = lane
            .destination
            .instant(date, Time::constant(hour, 0, 0, 0));
        (latest - jiff::SignedDuration::from_hours(9), latest)
    }
}

/// When what is to be mailed on `mailing` is accepted: that working day at five in the afternoon,
/// or at once where the label is bought later than that.
pub(crate) fn acceptance(lane: &Lane, mailing: Date, booked: Timestamp) -> (Date, Timestamp) {
    let date = working_day(mailing);
    let at = lane.origin.instant(date, Time::constant(17, 0, 0, 0));
    let soonest = booked + jiff::SignedDuration::from_mins(45);
    (date, at.max(soonest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_names_lead_to_living_classes() {
        for (old, new) in CONVERTED {
            assert_eq!(Service::of(old).map(|service| service.class), Some(new));
        }
        assert!(Service::of("USPS_RETAIL_GROUND").is_none());
        assert_eq!(Service::going(Home).count(), 5);
    }
}

//! Which purchase a line of an invoice charges for.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use parcelgate_domain::PurchaseState;
use parcelgate_store::{NewInvoiceLine, Purchase, ShipmentId};

use super::read::{Given, normal};

/// How long before an invoice a purchase may have been accepted that it charges for.
const LOOK_BACK: SignedDuration = SignedDuration::from_hours(400 * 24);
/// How many purchases that came to nothing are looked into, for numbers that their answers hold.
pub(super) const NOTHINGS_MAX: usize = 10_000;

/// Why a line charges for no purchase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// It names no number at all.
    Nameless,
    /// Nobody knows the numbers that it names.
    Unknown,
    /// Its numbers are those of two purchases.
    Several,
}

impl Why {
    /// In words.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Nameless => "names no shipment",
            Self::Unknown => "no purchase has its numbers",
            Self::Several => "its numbers are those of two purchases",
        }
    }
}

/// The purchases that a file may charge for, by each of their numbers that it names.
#[derive(Debug)]
pub(super) struct Index {
    wanted: BTreeSet<String>,
    found: BTreeMap<String, Vec<(Timestamp, ShipmentId)>>,
    /// Those that came to nothing not too long ago.
    pub(super) nothings: Vec<Purchase>,
    since: Timestamp,
}

/// Whether, as far as is known here, the carrier never sold it.
pub(super) const fn was_not_sold(state: PurchaseState) -> bool {
    match state {
        PurchaseState::Absent | PurchaseState::Rejected | PurchaseState::Cancelled => true,
        PurchaseState::Accepted
        | PurchaseState::Sending
        | PurchaseState::Purchased
        | PurchaseState::PurchasedNoLabel
        | PurchaseState::Unknown
        | PurchaseState::NeedsReview
        | PurchaseState::VoidWanted
        | PurchaseState::Voiding
        | PurchaseState::Voided
        | PurchaseState::VoidRefused
        | PurchaseState::VoidUnknown => false,
    }
}

fn names(line: &NewInvoiceLine) -> impl Iterator<Item = &String> {
    [&line.number, &line.carrier_number, &line.reference]
        .into_iter()
        .flatten()
}

impl Index {
    /// Of none yet, for these lines; it wants those that came to nothing after `since`.
    pub(super) fn of(lines: &[Given], since: Timestamp) -> Self {
        let wanted = lines.iter().flat_map(|given| names(&given.line)).cloned();
        Self {
            wanted: wanted.collect(),
            found: BTreeMap::new(),
            nothings: Vec::new(),
            since,
        }
    }

    /// Takes in a purchase.
    pub(super) fn add(&mut self, purchase: &Purchase) {
        let boxes = purchase.parcels.iter();
        let numbers = boxes.flat_map(|parcel| {
            let last_mile = parcel.last_mile_number.iter();
            let numbers = [&parcel.number].into_iter().chain(last_mile);
            numbers.map(|number| number.as_str().to_owned())
        });
        let carrier_number = purchase.carrier_number.iter().map(|text| normal(text));
        let all: BTreeSet<String> = numbers
            .chain(carrier_number)
            .chain([purchase.reference.as_str().to_owned()])
            .collect();
        for name in all {
            self.name(name, purchase);
        }
        let ended = was_not_sold(purchase.version.state);
        let recent = purchase.updated_at >= self.since;
        if ended && recent && self.nothings.len() < NOTHINGS_MAX {
            self.nothings.push(purchase.clone());
        }
    }

    fn name(&mut self, name: String, purchase: &Purchase) {
        if self.wanted.contains(&name) {
            let own = self.found.entry(name).or_default();
            own.push((purchase.created_at, purchase.id.clone()));
        }
    }

    /// Takes in numbers that stand in what the carrier answered to `purchase`.
    pub(super) fn add_answer(&mut self, purchase: &Purchase, body: &[u8]) {
        let words = body.split(|byte| !byte.is_ascii_alphanumeric());
        let words: BTreeSet<&[u8]> = words.filter(|word| word.len() >= NUMBER_MIN).collect();
        for word in words {
            let name = String::from_utf8_lossy(word).to_uppercase();
            if !self.found.contains_key(&name) {
                self.name(name, purchase);
            }
        }
    }

    /// Whether a number of `line` is one that nobody has.
    pub(super) fn misses(&self, line: &NewInvoiceLine) -> bool {
        names(line).next().is_some() && !names(line).any(|name| self.found.contains_key(name))
    }

    /// The purchase that `line` charges for: that with its numbers which was accepted last before
    /// the day of the invoice was over.
    pub(super) fn find(&self, line: &NewInvoiceLine) -> Result<ShipmentId, Why> {
        let (earliest, latest) = around(line);
        let of = |name: &String| {
            let own = self.found.get(name)?.iter();
            let fits = own.filter(|(at, _)| (earliest..=latest).contains(at));
            fits.max().map(|(_, id)| id.clone())
        };
        let found: BTreeSet<ShipmentId> = names(line).filter_map(of).collect();
        let mut found = found.into_iter();
        match (found.next(), found.next()) {
            (Some(id), None) => Ok(id),
            (Some(_), Some(_)) => Err(Why::Several),
            (None, _) if names(line).next().is_none() => Err(Why::Nameless),
            (None, _) => Err(Why::Unknown),
        }
    }
}

/// Shorter words of an answer are no numbers of a shipment.
const NUMBER_MIN: usize = 8;

/// From when to when the purchase of `line` was accepted. Wherever its day was, it is over then.
fn around(line: &NewInvoiceLine) -> (Timestamp, Timestamp) {
    let midnight = line.invoiced_on.to_zoned(TimeZone::UTC);
    let midnight = midnight.map_or(Timestamp::MAX, |midnight| midnight.timestamp());
    let latest = midnight.saturating_add(SignedDuration::from_hours(36));
    let earliest = midnight.saturating_sub(LOOK_BACK);
    (
        earliest.unwrap_or(Timestamp::MIN),
        latest.unwrap_or(Timestamp::MAX),
    )
}

/// From when on purchases are of interest to `lines`.
pub(super) fn earliest(lines: &[Given]) -> Timestamp {
    let all = lines.iter().map(|given| around(&given.line).0);
    all.min().unwrap_or(Timestamp::MAX)
}

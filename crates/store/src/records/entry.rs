//! What purchases cost: a ledger by double entry.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use parcelgate_domain::{AccountId, Money};
use serde::{Deserialize, Serialize};

use crate::{KeyId, ShipmentId, Tenant};

/// Where an amount stands. What is put on one side is taken from the other, so that all books
/// together come to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Book {
    /// Set aside for a purchase that is not over.
    Reserved,
    /// The other side of what is reserved: what the carrier may come to ask for.
    Promised,
    /// Spent on what was bought.
    Spent,
    /// The other side of what is spent: payable to the account with the carrier.
    Payable,
}

impl Book {
    /// Every book with its name.
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::Reserved, "reserved"),
        (Self::Promised, "promised"),
        (Self::Spent, "spent"),
        (Self::Payable, "payable"),
    ];
}

/// One amount of an entry: put into the book, or taken out when it is negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Which book.
    pub book: Book,
    /// How much.
    pub amount: Money,
}

/// Why an entry was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EntryKind {
    /// The purchase was accepted: what was quoted is set aside.
    Reserve,
    /// It was not bought: what was set aside is free again.
    Release,
    /// It was bought: what was set aside is free again, and the charge is owed.
    Post,
    /// The carrier charges otherwise than was entered: it says so of what was bought, or in an
    /// invoice.
    Adjust,
    /// It was voided: nothing is owed.
    Reverse,
}

impl EntryKind {
    /// Every kind with its name.
    pub const ALL: [(Self, &'static str); 5] = [
        (Self::Reserve, "RESERVE"),
        (Self::Release, "RELEASE"),
        (Self::Post, "POST"),
        (Self::Adjust, "ADJUST"),
        (Self::Reverse, "REVERSE"),
    ];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        let found = Self::ALL.iter().find(|(kind, _)| *kind == self);
        found.map_or("", |(_, name)| name)
    }

    /// The kind of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let found = Self::ALL.iter().find(|(_, own)| *own == name);
        found.map(|(kind, _)| *kind)
    }
}

/// One entry of the ledger. Its lines sum to zero in each currency; an entry about a purchase of
/// which no price is known has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Whose.
    pub tenant: Tenant,
    /// Of which purchase.
    pub shipment: ShipmentId,
    /// Counts the entries of the purchase from 1.
    pub number: u32,
    /// Why it was made.
    pub kind: EntryKind,
    /// The account with the carrier.
    pub account: AccountId,
    /// The API key that the purchase was made with.
    pub key: Option<KeyId>,
    /// When.
    pub at: Timestamp,
    /// What it moves.
    pub lines: Vec<Line>,
}

/// What the purchases that were accepted on one day with one API key come to, in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spend {
    /// Whose.
    pub tenant: Tenant,
    /// Which key.
    pub key: KeyId,
    /// Which day, in UTC.
    pub day: Date,
    /// Reserved or spent, less what was released and reversed.
    pub amount: Money,
}

/// The day of a spend limit.
pub(crate) fn day_of(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

/// What the lines of `entries` come to in `book`, by currency; currencies that come to nothing are
/// left out.
#[must_use]
pub fn balance<'a>(entries: impl IntoIterator<Item = &'a Entry>, book: Book) -> Vec<Money> {
    let lines = entries.into_iter().flat_map(|entry| &entry.lines);
    sum(lines.filter(|line| line.book == book))
}

/// What lines come to, by currency; currencies that come to nothing are left out.
pub(crate) fn sum<'a>(lines: impl IntoIterator<Item = &'a Line>) -> Vec<Money> {
    let mut sums = Vec::new();
    for line in lines {
        add(&mut sums, line.amount);
    }
    sums.retain(|sum| sum.minor() != 0);
    sums
}

/// Adds `amount` to what there is in its currency.
pub(crate) fn add(sums: &mut Vec<Money>, amount: Money) {
    let currency = amount.currency();
    match sums.iter_mut().find(|sum| sum.currency() == currency) {
        Some(sum) => {
            let minor = sum.minor().saturating_add(amount.minor());
            *sum = Money::of_minor(minor, currency);
        }
        None => sums.push(amount),
    }
}

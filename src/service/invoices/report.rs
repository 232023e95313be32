//! What an import came to.

use std::collections::BTreeMap;

use jiff::Timestamp;
use parcelgate_domain::{Money, PurchaseState};
use parcelgate_store::{InvoiceLine, Purchase, ShipmentId};

use super::matching::Why;
use super::read::Given;

/// How many of a kind are named one by one.
const NAMED_MAX: usize = 1_000;

/// Things of a kind: all are counted, the first are named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed<T> {
    /// How many there are.
    pub count: u64,
    /// The first of them.
    pub first: Vec<T>,
}

impl<T> Default for Listed<T> {
    fn default() -> Self {
        let (count, first) = (0, Vec::new());
        Self { count, first }
    }
}

impl<T> Listed<T> {
    pub(super) fn push(&mut self, one: T) {
        self.count = self.count.saturating_add(1);
        if self.first.len() < NAMED_MAX {
            self.first.push(one);
        }
    }
}

/// A purchase that is invoiced otherwise than it was bought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Which purchase.
    pub shipment: ShipmentId,
    /// Where it stands.
    pub state: PurchaseState,
    /// What it was to cost: as the carrier said, else as quoted.
    pub bought: Option<Money>,
    /// What has been invoiced for it, in each currency.
    pub invoiced: Vec<Money>,
}

/// A charge that belongs to no purchase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Orphan {
    /// In which line of the file.
    pub at: u64,
    /// Of which invoice.
    pub invoice: String,
    /// The first number that it names.
    pub number: Option<String>,
    /// What is charged for.
    pub kind: String,
    /// How much.
    pub amount: Money,
    /// Why it has none.
    pub why: Why,
}

/// What was done about a charge for a purchase that came to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Became {
    /// It was sold after all, and is to be voided: VOID_WANTED.
    VoidWanted,
    /// The invoice has no number to void it by; the gateway asks the carrier for its reference.
    LookedFor,
    /// A person decides: NEEDS_REVIEW.
    NeedsReview,
    /// It is too late for a void, or nothing is owed.
    Nothing,
}

impl Became {
    /// In words.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::VoidWanted => "is to be voided",
            Self::LookedFor => "is looked for by its reference",
            Self::NeedsReview => "waits for `parcelgate settle`",
            Self::Nothing => "stays as it is",
        }
    }
}

/// A purchase that came to nothing, and is charged for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Late {
    /// Which purchase.
    pub shipment: ShipmentId,
    /// What it was before the import.
    pub state: PurchaseState,
    /// What has been invoiced for it.
    pub invoiced: Vec<Money>,
    /// What was done about it.
    pub became: Became,
}

/// The same charged for more than once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Twice {
    /// Of which purchase.
    pub shipment: ShipmentId,
    /// What is charged for.
    pub kind: String,
    /// By which number.
    pub number: Option<String>,
    /// On which invoices.
    pub invoices: Vec<String>,
}

/// A purchase that is owed for and that no invoice names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uninvoiced {
    /// Which purchase.
    pub shipment: ShipmentId,
    /// Where it stands.
    pub state: PurchaseState,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// What it was to cost.
    pub bought: Option<Money>,
}

/// What an import came to. It tells of all lines of the file, also of those imported before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// How many lines the file has.
    pub lines: u64,
    /// How many of them are new.
    pub fresh: u64,
    /// How many charge for a purchase.
    pub matched: u64,
    /// For how many purchases.
    pub purchases: u64,
    /// What the file charges, in each currency.
    pub charged: Vec<Money>,
    /// What of it belongs to no purchase.
    pub orphaned: Vec<Money>,
    /// Purchases that are invoiced otherwise than they were bought.
    pub differences: Listed<Difference>,
    /// Charges for what nobody bought here.
    pub orphans: Listed<Orphan>,
    /// Purchases that came to nothing before, and are charged for.
    pub late: Listed<Late>,
    /// Voided purchases for which something is owed.
    pub after_void: Listed<Difference>,
    /// The same charged for more than once.
    pub twice: Listed<Twice>,
    /// Purchases of which it is not known yet whether they were made: import again when it is.
    pub in_doubt: Listed<Difference>,
    /// Between the first purchase that the file names and the last, those that no invoice names.
    pub not_invoiced: Listed<Uninvoiced>,
}

/// What a purchase was to cost.
pub(super) fn bought(purchase: &Purchase) -> Option<Money> {
    purchase.charged.or(purchase.quoted)
}

/// Whether something is owed.
pub(super) fn owes(amounts: &[Money]) -> bool {
    amounts.iter().any(|amount| amount.minor() > 0)
}

impl Report {
    /// Counts a line of the file.
    pub(super) fn take(&mut self, given: &Given, found: &Result<ShipmentId, Why>, fresh: bool) {
        let line = &given.line;
        self.lines = self.lines.saturating_add(1);
        self.fresh = self.fresh.saturating_add(u64::from(fresh));
        add(&mut self.charged, line.amount);
        let Err(why) = found else {
            self.matched = self.matched.saturating_add(1);
            return;
        };
        add(&mut self.orphaned, line.amount);
        let names = [&line.number, &line.carrier_number, &line.reference];
        self.orphans.push(Orphan {
            at: given.at,
            invoice: line.invoice.clone(),
            number: names.into_iter().flatten().next().cloned(),
            kind: line.kind.clone(),
            amount: line.amount,
            why: *why,
        });
    }

    /// Tells of a purchase that no invoice names, if something is owed for it.
    pub(super) fn miss(&mut self, purchase: &Purchase) {
        let state = purchase.version.state;
        match state {
            PurchaseState::Purchased
            | PurchaseState::PurchasedNoLabel
            | PurchaseState::VoidWanted
            | PurchaseState::Voiding
            | PurchaseState::VoidRefused
            | PurchaseState::VoidUnknown => self.not_invoiced.push(Uninvoiced {
                shipment: purchase.id.clone(),
                state,
                accepted_at: purchase.created_at,
                bought: bought(purchase),
            }),
            PurchaseState::Accepted
            | PurchaseState::Sending
            | PurchaseState::Rejected
            | PurchaseState::Unknown
            | PurchaseState::Absent
            | PurchaseState::NeedsReview
            | PurchaseState::Cancelled
            | PurchaseState::Voided => {}
        }
    }

    /// Tells of a purchase that is invoiced by `lines`, all that there are.
    pub(super) fn tell(&mut self, purchase: &Purchase, lines: &[InvoiceLine]) {
        let told = Difference {
            shipment: purchase.id.clone(),
            state: purchase.version.state,
            bought: bought(purchase),
            invoiced: purchase.invoiced.clone(),
        };
        match purchase.version.state {
            PurchaseState::Accepted
            | PurchaseState::Sending
            | PurchaseState::Unknown
            | PurchaseState::NeedsReview => self.in_doubt.push(told),
            PurchaseState::Voided => {
                if owes(&told.invoiced) {
                    self.after_void.push(told);
                }
            }
            PurchaseState::Purchased
            | PurchaseState::PurchasedNoLabel
            | PurchaseState::VoidWanted
            | PurchaseState::Voiding
            | PurchaseState::VoidRefused
            | PurchaseState::VoidUnknown => {
                let owed: Vec<&Money> = told.invoiced.iter().collect();
                if owed != told.bought.iter().collect::<Vec<_>>() {
                    self.differences.push(told);
                }
            }
            // Told of as late.
            PurchaseState::Rejected | PurchaseState::Absent | PurchaseState::Cancelled => {}
        }
        for one in twice(purchase, lines) {
            self.twice.push(one);
        }
    }
}

/// What `lines` charge for more than once, without giving it back.
fn twice(purchase: &Purchase, lines: &[InvoiceLine]) -> Vec<Twice> {
    let mut charges = BTreeMap::new();
    for InvoiceLine { line, .. } in lines {
        let number = line.number.as_ref().or(line.carrier_number.as_ref());
        let own = charges.entry((number.map(String::as_str), line.kind.as_str()));
        let (times, invoices): &mut (i64, Vec<&str>) = own.or_default();
        *times = times.saturating_add(line.amount.minor().signum());
        invoices.push(&line.invoice);
    }
    let more = charges.into_iter().filter(|(_, (times, _))| *times > 1);
    more.map(|((number, kind), (_, invoices))| Twice {
        shipment: purchase.id.clone(),
        kind: kind.to_owned(),
        number: number.map(ToOwned::to_owned),
        invoices: invoices.into_iter().map(ToOwned::to_owned).collect(),
    })
    .collect()
}

/// Adds `amount` to what there is in its currency.
pub(super) fn add(sums: &mut Vec<Money>, amount: Money) {
    let currency = amount.currency();
    match sums.iter_mut().find(|sum| sum.currency() == currency) {
        Some(sum) => {
            let minor = sum.minor().saturating_add(amount.minor());
            *sum = Money::of_minor(minor, currency);
        }
        None => sums.push(amount),
    }
}

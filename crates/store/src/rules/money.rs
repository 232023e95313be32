//! What purchases cost. Every version of a shipment is taken to the ledger before it is kept, so
//! there is no state without its entry; what the entries before it come to decides which is due.

use jiff::civil::Date;
use parcelgate_domain::{Currency, Money, PurchaseState};

use super::ledger::{Ledger, Now};
use crate::records::{day_of, sum};
use crate::{
    Book, Entry, EntryKind, Error, KeyId, Line, Purchase, Result, SpendRefusal, Tenant, balance,
};

/// What a limit of a key is held against.
pub(crate) type SpendKey = (Tenant, KeyId, Date, String);

/// Where the money of a purchase stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Nothing was entered.
    Unknown,
    /// Set aside.
    Reserved,
    /// Free again without having been owed.
    Released,
    /// Owed.
    Posted,
    /// No longer owed.
    Reversed,
}

impl Standing {
    /// After `entries`.
    pub(crate) fn after(entries: &[Entry]) -> Self {
        let kinds = entries.iter().rev().map(|entry| entry.kind);
        let stands = kinds.filter_map(|kind| match kind {
            EntryKind::Reserve => Some(Self::Reserved),
            EntryKind::Release => Some(Self::Released),
            EntryKind::Post => Some(Self::Posted),
            EntryKind::Reverse => Some(Self::Reversed),
            EntryKind::Adjust => None,
        });
        stands.into_iter().next().unwrap_or(Self::Unknown)
    }
}

/// The entries that lead from `standing` to where the money of a purchase in `state` stands.
fn due(standing: Standing, state: PurchaseState) -> &'static [EntryKind] {
    use EntryKind as E;
    use PurchaseState as P;
    use Standing as S;
    match state {
        // A doubt never ends by itself: what is reserved stays so.
        P::Accepted | P::Sending | P::Unknown | P::NeedsReview => match standing {
            S::Unknown => &[E::Reserve],
            S::Reserved | S::Released | S::Posted | S::Reversed => &[],
        },
        // What is to be voided was sold, also what was thought to be absent before.
        P::Purchased
        | P::PurchasedNoLabel
        | P::VoidWanted
        | P::Voiding
        | P::VoidRefused
        | P::VoidUnknown => match standing {
            S::Unknown => &[E::Reserve, E::Post],
            S::Reserved | S::Released | S::Reversed => &[E::Post],
            S::Posted => &[],
        },
        P::Rejected | P::Cancelled | P::Absent => match standing {
            S::Unknown => &[E::Reserve, E::Release],
            S::Reserved => &[E::Release],
            S::Posted => &[E::Reverse],
            S::Released | S::Reversed => &[],
        },
        P::Voided => match standing {
            S::Unknown => &[E::Reserve, E::Post, E::Reverse],
            S::Reserved | S::Released => &[E::Post, E::Reverse],
            S::Posted => &[E::Reverse],
            S::Reversed => &[],
        },
    }
}

/// What a purchase costs: what the carrier says it charges, else what was quoted.
pub(crate) fn cost(purchase: &Purchase) -> Option<Money> {
    purchase.charged.or(purchase.quoted)
}

/// What an entry of `kind` moves, after `before`.
fn lines(kind: EntryKind, purchase: &Purchase, before: &[Entry]) -> Vec<Line> {
    let cost = cost(purchase);
    match kind {
        EntryKind::Reserve => both(purchase.quoted, (Book::Reserved, Book::Promised)),
        EntryKind::Release => empty(before, &[Book::Reserved, Book::Promised]),
        EntryKind::Post => {
            let mut lines = empty(before, &[Book::Reserved, Book::Promised]);
            lines.extend(both(cost, (Book::Spent, Book::Payable)));
            lines
        }
        EntryKind::Adjust => {
            let mut lines = empty(before, &[Book::Spent, Book::Payable]);
            lines.extend(both(cost, (Book::Spent, Book::Payable)));
            lines
        }
        EntryKind::Reverse => empty(before, &[Book::Spent, Book::Payable]),
    }
}

fn negative(amount: Money) -> Money {
    Money::of_minor(amount.minor().saturating_neg(), amount.currency())
}

/// `amount` into the first book, and out of the second.
fn both(amount: Option<Money>, (into, out_of): (Book, Book)) -> Vec<Line> {
    let amount = amount.filter(|amount| amount.minor() != 0);
    let lines = amount.map(|amount| {
        let (put, taken) = (amount, negative(amount));
        [(into, put), (out_of, taken)].map(|(book, amount)| Line { book, amount })
    });
    lines.into_iter().flatten().collect()
}

/// All that `before` left in `books`, out of them again.
fn empty(before: &[Entry], books: &[Book]) -> Vec<Line> {
    let left = books.iter().flat_map(|book| {
        let left = balance(before, *book).into_iter();
        left.map(|amount| Line {
            book: *book,
            amount: negative(amount),
        })
    });
    left.collect()
}

/// What a purchase with these entries counts against the limit of its API key. A charge in another
/// currency than was quoted counts as it was quoted: the limit was held against that.
#[must_use]
pub fn counted(entries: &[Entry]) -> Option<Money> {
    let quoted = balance(entries.first(), Book::Reserved).into_iter().next();
    let spent = balance(entries, Book::Spent).into_iter().next();
    match Standing::after(entries) {
        Standing::Reserved => quoted,
        Standing::Posted => match (spent, quoted) {
            (Some(spent), Some(quoted)) if spent.currency() != quoted.currency() => Some(quoted),
            (spent, _) => spent,
        },
        Standing::Unknown | Standing::Released | Standing::Reversed => None,
    }
}

impl Ledger {
    /// Whether the API key that a purchase is made with may spend that much today.
    pub(super) fn may_spend(&self, now: &Now<'_>, quoted: Option<Money>) -> Result<()> {
        let Some(id) = now.by else {
            return Ok(());
        };
        let key = self.keys.get(id).filter(|key| key.tenant == *now.tenant);
        let key = key.ok_or_else(|| Error::Missing(format!("key {id}")))?;
        let Some(limit) = key.spend_limit else {
            return Ok(());
        };
        let currency = limit.currency();
        let spent = Money::of_minor(self.spent(now, id, currency), currency);
        let refuse = |wanted| {
            Err(Error::SpendLimit(Box::new(SpendRefusal {
                limit,
                spent,
                wanted,
            })))
        };
        match quoted {
            Some(wanted) if wanted.currency() == currency => {
                let after = spent.minor().saturating_add(wanted.minor());
                if after > limit.minor() {
                    return refuse(Some(wanted));
                }
                Ok(())
            }
            wanted => refuse(wanted),
        }
    }

    fn spent(&self, now: &Now<'_>, id: &KeyId, currency: Currency) -> i64 {
        let day = day_of(now.at);
        let row = (now.tenant.clone(), id.clone(), day, currency.to_string());
        self.spends.get(&row).copied().unwrap_or(0)
    }

    /// Enters what the version of `purchase` that is about to be kept means for its money.
    pub(super) fn enter(&mut self, now: &Now<'_>, purchase: &Purchase) {
        let row = (now.tenant.clone(), purchase.id.clone());
        let mut entries = self.entries.get(&row).cloned().unwrap_or_default();
        let before = entries.len();
        let counted_before = counted(&entries);
        for kind in due(Standing::after(&entries), purchase.version.state) {
            let entry = entry(now, purchase, *kind, &entries);
            entries.push(entry);
        }
        let adjusts = before == entries.len() && Standing::after(&entries) == Standing::Posted;
        if adjusts {
            let entry = entry(now, purchase, EntryKind::Adjust, &entries);
            // What changes nothing is no entry.
            if !moves_nothing(&entry) {
                entries.push(entry);
            }
        }
        let fresh = entries.get(before..).unwrap_or_default().to_vec();
        if fresh.is_empty() {
            return;
        }
        self.count(counted_before, &entries);
        self.add().entries.extend(fresh);
        self.entries.put(row, entries);
    }

    /// Keeps in mind what the key of a purchase has spent on the day it was accepted.
    fn count(&mut self, before: Option<Money>, entries: &[Entry]) {
        let Some(first) = entries.first() else {
            return;
        };
        let Some(key) = &first.key else {
            return;
        };
        let after = counted(entries);
        for (amount, is_more) in [(before, false), (after, true)] {
            let Some(amount) = amount else { continue };
            let currency = amount.currency().to_string();
            let row = (
                first.tenant.clone(),
                key.clone(),
                day_of(first.at),
                currency,
            );
            let known = self.spends.get(&row).copied().unwrap_or(0);
            let minor = amount.minor();
            let changed = if is_more {
                known.saturating_add(minor)
            } else {
                known.saturating_sub(minor)
            };
            self.spends.put(row, changed);
        }
    }
}

fn moves_nothing(entry: &Entry) -> bool {
    Book::ALL
        .iter()
        .all(|(book, _)| sum(entry.lines.iter().filter(|line| line.book == *book)).is_empty())
}

fn entry(now: &Now<'_>, purchase: &Purchase, kind: EntryKind, before: &[Entry]) -> Entry {
    let first = before.first();
    let number = u32::try_from(before.len()).unwrap_or(u32::MAX);
    Entry {
        tenant: now.tenant.clone(),
        shipment: purchase.id.clone(),
        number: number.saturating_add(1),
        kind,
        account: purchase.account.clone(),
        // Whoever takes a later step, the purchase is that of the key that made it.
        key: first.map_or_else(|| now.by.cloned(), |first| first.key.clone()),
        at: now.at,
        lines: lines(kind, purchase, before),
    }
}

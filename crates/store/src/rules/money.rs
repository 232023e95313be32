//! What purchases cost. Every version of a shipment is taken to the ledger before it is kept, so
//! there is no state without its entry; what the entries before it come to decides which is due.

use jiff::civil::Date;
use parcelgate_domain::{Currency, Money, PurchaseState};

use super::ledger::{Ledger, Now};
use crate::records::{add, day_of};
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

/// What is owed for a purchase whose money stands there, by currency: what the carrier invoiced,
/// once it has invoiced anything; before that, what it said it charges, else what was quoted.
pub(crate) fn owed(standing: Standing, purchase: &Purchase) -> Vec<Money> {
    let told = purchase.charged.or(purchase.quoted);
    let due: Vec<Money> = match standing {
        // A doubt does not end by an invoice. What it says is entered when the purchase is settled.
        Standing::Unknown | Standing::Reserved => Vec::new(),
        Standing::Released | Standing::Posted | Standing::Reversed
            if !purchase.invoiced.is_empty() =>
        {
            purchase.invoiced.clone()
        }
        Standing::Posted => told.into_iter().collect(),
        Standing::Released | Standing::Reversed => Vec::new(),
    };
    due.into_iter().filter(|due| due.minor() != 0).collect()
}

const SET_ASIDE: (Book, Book) = (Book::Reserved, Book::Promised);
const OWED: (Book, Book) = (Book::Spent, Book::Payable);

/// What an entry of `kind` moves, after `before`.
fn lines(kind: EntryKind, purchase: &Purchase, before: &[Entry]) -> Vec<Line> {
    let quoted = purchase.quoted.into_iter().collect::<Vec<_>>();
    let spent = |standing| to(&owed(standing, purchase), before, OWED);
    let (mut lines, more) = match kind {
        EntryKind::Reserve => (to(&quoted, before, SET_ASIDE), Vec::new()),
        EntryKind::Release => (to(&[], before, SET_ASIDE), spent(Standing::Released)),
        EntryKind::Post => (to(&[], before, SET_ASIDE), spent(Standing::Posted)),
        EntryKind::Adjust => (Vec::new(), spent(Standing::after(before))),
        EntryKind::Reverse => (Vec::new(), spent(Standing::Reversed)),
    };
    lines.extend(more);
    lines
}

/// What leads to `target` from where `before` left two books, of which one is the other's other
/// side: the difference in each currency, into the first and out of the second.
fn to(target: &[Money], before: &[Entry], (into, out_of): (Book, Book)) -> Vec<Line> {
    let negative = |amount: Money| {
        let minor = amount.minor().saturating_neg();
        Money::of_minor(minor, amount.currency())
    };
    let mut moved = target.to_vec();
    for left in balance(before, into) {
        add(&mut moved, negative(left));
    }
    let moved = moved.into_iter().filter(|amount| amount.minor() != 0);
    let lines = moved.flat_map(|amount| {
        let sides = [(into, amount), (out_of, negative(amount))];
        sides.map(|(book, amount)| Line { book, amount })
    });
    lines.collect()
}

/// What a purchase with these entries counts against the limit of its API key. A charge in another
/// currency than was quoted counts as it was quoted: the limit was held against that.
#[must_use]
pub fn counted(entries: &[Entry]) -> Option<Money> {
    let quoted = balance(entries.first(), Book::Reserved).into_iter().next();
    let spent = balance(entries, Book::Spent);
    match Standing::after(entries) {
        Standing::Reserved => quoted,
        Standing::Posted => match quoted {
            Some(quoted) => {
                let same = |spent: &&Money| spent.currency() == quoted.currency();
                let own = spent.iter().find(same).copied();
                own.or((!spent.is_empty()).then_some(quoted))
            }
            None => spent.into_iter().next(),
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
        if before == entries.len() {
            let entry = entry(now, purchase, EntryKind::Adjust, &entries);
            // What changes nothing is no entry.
            if !entry.lines.is_empty() {
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

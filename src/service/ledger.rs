//! What purchases cost, by account and currency, and whether the ledger is right about them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use parcelgate_domain::{AccountId, Currency, Money};
use parcelgate_store::{
    Book, Entry, EntryKind, KeyId, Page, Purchase, ShipmentFilter, ShipmentId, Store, Tenant,
    Wrong, audit, audit_invoices, counted,
};
use serde::Serialize;

use super::Fault;

/// Reads the ledger.
#[derive(Debug, Clone)]
pub struct Books {
    store: Arc<dyn Store>,
}

/// Which purchases.
#[derive(Debug, Clone, Default)]
pub struct Which {
    /// Made with this account only.
    pub account: Option<AccountId>,
    /// Accepted since then only.
    pub since: Option<Timestamp>,
}

/// What purchases came to.
#[derive(Debug, Clone, Default)]
pub struct Sheet {
    /// By account, then currency; those without a currency are unpriced.
    pub rows: Vec<Row>,
    /// Purchases that were bought and of which no price is known, the first of them.
    pub unpriced: Vec<ShipmentId>,
}

/// What the purchases with one account came to in one currency, in minor units.
#[derive(Debug, Clone)]
pub struct Row {
    /// The account with the carrier.
    pub account: AccountId,
    /// The currency; none for purchases without a price.
    pub currency: Option<Currency>,
    /// Set aside for purchases that are not over.
    pub reserved: i64,
    /// Posted, with what was adjusted afterwards.
    pub spent: i64,
    /// Taken back by voids.
    pub reversed: i64,
    /// How many purchases were bought.
    pub purchases: u64,
    /// How many of them have no price.
    pub unpriced: u64,
}

impl Row {
    /// Spent, less what was reversed.
    #[must_use]
    pub fn net(&self) -> i64 {
        self.spent.saturating_sub(self.reversed)
    }

    /// An amount of this row.
    #[must_use]
    pub fn money(&self, minor: i64) -> Option<Money> {
        let currency = self.currency;
        currency.map(|currency| Money::of_minor(minor, currency))
    }
}

/// What is wrong about one purchase.
#[derive(Debug, Clone)]
pub struct Finding {
    /// Which purchase.
    pub shipment: ShipmentId,
    /// What is wrong.
    pub wrong: Vec<Wrong>,
}

/// A sum that a limit is held against, and that is not what the entries come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongSum {
    /// Of which API key.
    pub key: KeyId,
    /// On which day, in UTC.
    pub day: Date,
    /// What is kept.
    pub kept: Money,
    /// What the entries come to.
    pub due: Money,
}

/// What a check came to.
#[derive(Debug, Clone, Default)]
pub struct Check {
    /// How many purchases were looked at.
    pub purchases: u64,
    /// How many entries.
    pub entries: u64,
    /// About how many of them the ledger is wrong.
    pub wrong: u64,
    /// The first of those.
    pub findings: Vec<Finding>,
    /// Sums that limits are held against and that are not what the entries come to.
    pub sums: Vec<WrongSum>,
    /// Whether those sums were recounted.
    pub recounted: Recounted,
}

/// Whether the sums that limits are held against were recounted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Recounted {
    /// They were.
    #[default]
    Yes,
    /// Keys buy with every account, and one was asked about.
    OneAccount,
    /// Purchases moved each time it was tried.
    Moving,
}

impl Recounted {
    /// Why they were not, in words.
    #[must_use]
    pub const fn why_not(self) -> Option<&'static str> {
        match self {
            Self::Yes => None,
            Self::OneAccount => Some("keys buy with every account; leave --account out"),
            Self::Moving => Some("the gateway wrote meanwhile; check again when it is quiet"),
        }
    }
}

/// How many purchases are read at once.
const PAGE: u32 = 500;
/// How many of a kind are named one by one.
const NAMED_MAX: usize = 1_000;
/// How often all is read that moves meanwhile, for the sums that limits are held against.
const RECOUNTS_MAX: u32 = 3;
/// How often a purchase is read that others move meanwhile.
const LOOKS_MAX: u32 = 5;

/// What the entries come to, by key and day, for each currency.
type Sums = BTreeMap<(KeyId, Date), Vec<Money>>;
type Rows = BTreeMap<(AccountId, String), Row>;

impl Books {
    /// Over this store.
    #[must_use]
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store }
    }

    /// What the purchases of `which` came to.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn sheet(&self, tenant: &Tenant, which: &Which) -> Result<Sheet, Fault> {
        let mut rows = Rows::new();
        let mut unpriced = Vec::new();
        let mut seen = None;
        loop {
            let page = self.page(tenant, which, seen.as_ref()).await?;
            let Some((last, _)) = page.last() else { break };
            seen = Some(last.id.clone());
            let since =
                |purchase: &Purchase| which.since.is_none_or(|at| purchase.created_at >= at);
            for (purchase, entries) in page.iter().filter(|(purchase, _)| since(purchase)) {
                let has_price = add(&mut rows, purchase, entries);
                if !has_price && unpriced.len() < NAMED_MAX {
                    unpriced.push(purchase.id.clone());
                }
            }
        }
        let rows = rows.into_values().collect();
        Ok(Sheet { rows, unpriced })
    }

    /// Whether the ledger is right about every purchase of `which`.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn check(&self, tenant: &Tenant, which: &Which) -> Result<Check, Fault> {
        let mut recount = Recount::default();
        loop {
            let (check, sums, before) = self.check_purchases(tenant, which).await?;
            if which.account.is_some() {
                let recounted = Recounted::OneAccount;
                return Ok(Check { recounted, ..check });
            }
            let wrong = self.check_sums(tenant, sums).await?;
            let still = self.store.head_seq().await? == before;
            if let Some((sums, recounted)) = recount.take(still, wrong) {
                return Ok(Check {
                    sums,
                    recounted,
                    ..check
                });
            }
        }
    }

    /// Looks at every purchase, and sums up what they count against limits; with where the log
    /// stood before.
    async fn check_purchases(
        &self,
        tenant: &Tenant,
        which: &Which,
    ) -> Result<(Check, Sums, i64), Fault> {
        let mut check = Check::default();
        let mut sums = Sums::new();
        let before = self.store.head_seq().await?;
        let mut seen = None;
        loop {
            let page = self.page(tenant, which, seen.as_ref()).await?;
            let Some((last, _)) = page.last() else { break };
            seen = Some(last.id.clone());
            let ids: Vec<ShipmentId> = page.iter().map(|(one, _)| one.id.clone()).collect();
            let lines = self.store.invoiced(tenant, &ids).await?.into_iter();
            let invoiced: BTreeSet<_> = lines.filter_map(|kept| kept.line.shipment).collect();
            for (purchase, entries) in page {
                count(&mut sums, &entries);
                let many = u64::try_from(entries.len()).unwrap_or(u64::MAX);
                check.entries = check.entries.saturating_add(many);
                check.purchases = check.purchases.saturating_add(1);
                let plain = purchase.invoiced.is_empty() && !invoiced.contains(&purchase.id);
                if plain && audit(&purchase, &entries).is_empty() {
                    continue;
                }
                let wrong = self.look_again(tenant, purchase.clone()).await?;
                if wrong.is_empty() {
                    continue;
                }
                check.wrong = check.wrong.saturating_add(1);
                if check.findings.len() < NAMED_MAX {
                    let shipment = purchase.id;
                    check.findings.push(Finding { shipment, wrong });
                }
            }
        }
        Ok((check, sums, before))
    }

    async fn check_sums(&self, tenant: &Tenant, sums: Sums) -> Result<Vec<WrongSum>, Fault> {
        let mut wrong = Vec::new();
        for ((key, day), due) in sums {
            let kept = self.store.spends(tenant, &key, day).await?;
            let kept: Vec<Money> = kept.into_iter().map(|spend| spend.amount).collect();
            wrong.extend(differences(&key, day, &kept, &due));
        }
        Ok(wrong)
    }

    /// Purchases after `seen`, each with its entries.
    async fn page(
        &self,
        tenant: &Tenant,
        which: &Which,
        seen: Option<&ShipmentId>,
    ) -> Result<Vec<(Purchase, Vec<Entry>)>, Fault> {
        let filter = ShipmentFilter {
            account: which.account.clone(),
            ..ShipmentFilter::default()
        };
        let page = Page {
            after: seen,
            limit: PAGE,
        };
        let purchases = self.store.shipments(tenant, &filter, page).await?;
        let ids: Vec<ShipmentId> = purchases.iter().map(|one| one.id.clone()).collect();
        let mut entries: BTreeMap<ShipmentId, Vec<Entry>> = BTreeMap::new();
        for entry in self.store.entries(tenant, &ids).await? {
            let own = entries.entry(entry.shipment.clone()).or_default();
            own.push(entry);
        }
        let with = |purchase: Purchase| {
            let own = entries.remove(&purchase.id).unwrap_or_default();
            (purchase, own)
        };
        Ok(purchases.into_iter().map(with).collect())
    }

    /// What is wrong about a purchase that stands still: a gateway may have taken it on between the
    /// reading of the purchase and that of its entries.
    async fn look_again(&self, tenant: &Tenant, mut known: Purchase) -> Result<Vec<Wrong>, Fault> {
        let mut wrong = Vec::new();
        for _ in 0..LOOKS_MAX {
            let id = known.id.clone();
            let entries = self
                .store
                .entries(tenant, std::slice::from_ref(&id))
                .await?;
            wrong = audit(&known, &entries);
            let invoiced = self
                .store
                .invoiced(tenant, std::slice::from_ref(&id))
                .await?;
            wrong.extend(audit_invoices(&known, &invoiced));
            let now = self.store.shipment(tenant, &id).await?;
            let Some(now) = now.filter(|now| *now != known) else {
                break;
            };
            known = now;
        }
        Ok(wrong)
    }
}

/// Counts of the sums, one after the other.
#[derive(Debug, Default)]
struct Recount {
    tries: u32,
    /// What the last count that nothing moved found.
    before: Vec<WrongSum>,
}

impl Recount {
    /// Takes in what a count found, and whether the log stood still meanwhile; none when all is to
    /// be counted once more. An import moves sums without an event, so only a difference that is
    /// found twice, the same to the cent, is one.
    fn take(&mut self, still: bool, wrong: Vec<WrongSum>) -> Option<(Vec<WrongSum>, Recounted)> {
        self.tries += 1;
        // What moves meanwhile cannot be summed up.
        if still {
            if wrong.is_empty() {
                return Some((wrong, Recounted::Yes));
            }
            let twice = wrong.iter().filter(|one| self.before.contains(one));
            let twice: Vec<WrongSum> = twice.cloned().collect();
            if !twice.is_empty() {
                return Some((twice, Recounted::Yes));
            }
            self.before = wrong;
        }
        (self.tries >= RECOUNTS_MAX).then(|| (Vec::new(), Recounted::Moving))
    }
}

/// Adds what a purchase counts against the limit of its key.
fn count(sums: &mut Sums, entries: &[Entry]) {
    let first = entries.first();
    let Some((first, key)) = first.and_then(|first| Some((first, first.key.clone()?))) else {
        return;
    };
    let day = first.at.to_zoned(TimeZone::UTC).date();
    let sums = sums.entry((key, day)).or_default();
    let Some(amount) = counted(entries) else {
        return;
    };
    let own = sums
        .iter_mut()
        .find(|sum| sum.currency() == amount.currency());
    match own {
        Some(sum) => {
            let minor = sum.minor().saturating_add(amount.minor());
            *sum = Money::of_minor(minor, amount.currency());
        }
        None => sums.push(amount),
    }
}

/// Where what is kept and what is due are not the same; a sum that is not there is zero.
fn differences(key: &KeyId, day: Date, kept: &[Money], due: &[Money]) -> Vec<WrongSum> {
    let of = |sums: &[Money], currency: Currency| {
        let own = sums.iter().find(|sum| sum.currency() == currency);
        own.copied().unwrap_or_else(|| Money::zero(currency))
    };
    let mut wrong: Vec<WrongSum> = Vec::new();
    for amount in kept.iter().chain(due) {
        let currency = amount.currency();
        let sum = WrongSum {
            key: key.clone(),
            day,
            kept: of(kept, currency),
            due: of(due, currency),
        };
        if sum.kept != sum.due && !wrong.contains(&sum) {
            wrong.push(sum);
        }
    }
    wrong
}

/// Adds a purchase to its rows; says whether it has a price, or was not bought.
fn add(rows: &mut Rows, purchase: &Purchase, entries: &[Entry]) -> bool {
    let bought = entries.iter().any(|entry| entry.kind == EntryKind::Post);
    let mut priced = None;
    for entry in entries {
        for line in &entry.lines {
            let (currency, minor) = (line.amount.currency(), line.amount.minor());
            let row = row(rows, &purchase.account, Some(currency));
            match (line.book, entry.kind) {
                (Book::Reserved, _) => row.reserved = row.reserved.saturating_add(minor),
                (Book::Spent, EntryKind::Reverse) => {
                    row.reversed = row.reversed.saturating_sub(minor);
                }
                (Book::Spent, _) => {
                    row.spent = row.spent.saturating_add(minor);
                    priced = priced.or(Some(currency));
                }
                (Book::Promised | Book::Payable, _) => {}
            }
        }
    }
    if bought {
        let row = row(rows, &purchase.account, priced);
        row.purchases = row.purchases.saturating_add(1);
        row.unpriced = row.unpriced.saturating_add(u64::from(priced.is_none()));
    }
    priced.is_some() || !bought
}

fn row<'a>(rows: &'a mut Rows, account: &AccountId, currency: Option<Currency>) -> &'a mut Row {
    let code = currency.map_or_else(String::new, |currency| currency.to_string());
    rows.entry((account.clone(), code)).or_insert_with(|| Row {
        account: account.clone(),
        currency,
        reserved: 0,
        spent: 0,
        reversed: 0,
        purchases: 0,
        unpriced: 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(kept: i64) -> WrongSum {
        WrongSum {
            key: "key-1".parse().unwrap(),
            day: Date::new(2026, 12, 1).unwrap(),
            kept: Money::of_minor(kept, Currency::USD),
            due: Money::zero(Currency::USD),
        }
    }

    #[test]
    fn a_difference_that_an_import_made_meanwhile_is_counted_again() {
        // An import writes between the two readings, and the log stands still.
        let mut beside = Recount::default();
        assert_eq!(beside.take(true, vec![wrong(5)]), None);
        assert_eq!(
            beside.take(true, Vec::new()),
            Some((vec![], Recounted::Yes))
        );
        let mut longer = Recount::default();
        assert_eq!(longer.take(true, vec![wrong(5)]), None);
        assert_eq!(longer.take(true, vec![wrong(7)]), None);
        let given_up = longer.take(true, vec![wrong(9)]);
        assert_eq!(given_up, Some((vec![], Recounted::Moving)));
    }

    #[test]
    fn a_difference_that_stays_is_reported() {
        let mut broken = Recount::default();
        assert_eq!(broken.take(true, vec![wrong(5)]), None);
        let found = broken.take(true, vec![wrong(5), wrong(7)]);
        assert_eq!(found, Some((vec![wrong(5)], Recounted::Yes)));
        // What was counted while purchases moved proves nothing.
        let mut moved = Recount::default();
        assert_eq!(moved.take(false, vec![wrong(5)]), None);
        assert_eq!(moved.take(true, vec![wrong(5)]), None);
        let found = moved.take(true, vec![wrong(5)]);
        assert_eq!(found, Some((vec![wrong(5)], Recounted::Yes)));
    }

    #[test]
    fn a_sum_that_is_not_what_the_entries_come_to_is_seen() {
        let key: KeyId = "key-1".parse().unwrap();
        let day = Date::new(2026, 12, 1).unwrap();
        let usd = |minor| Money::of_minor(minor, "USD".parse().unwrap());
        let yuan = Money::of_minor(5, "CNY".parse().unwrap());
        let found = |kept: &[Money], due: &[Money]| differences(&key, day, kept, due);
        assert_eq!(found(&[usd(10), yuan], &[yuan, usd(10)]), []);
        assert_eq!(found(&[usd(0)], &[]), [], "all was given back");
        for (kept, due) in [
            (&[usd(10)][..], &[usd(11)][..]),
            (&[usd(1)], &[]),
            (&[], &[yuan]),
        ] {
            assert_eq!(found(kept, due).len(), 1, "{kept:?} {due:?}");
        }
    }
}

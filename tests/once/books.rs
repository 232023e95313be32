//! What the carriers sold, held against what the gateway knows and what its callers were told.
//!
//! A pure function over the books, so that it can be shown bad ones: see `tests/mutants`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use parcelgate_domain::PurchaseState;

/// A label in a carrier's books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sold {
    /// Whose.
    pub(crate) carrier: String,
    /// The number on it.
    pub(crate) number: String,
    /// The carrier's name of the sale.
    pub(crate) sale: String,
    /// What the gateway named it by: its reference, the seller's order number, or both.
    pub(crate) references: Vec<String>,
    /// Not voided.
    pub(crate) live: bool,
}

/// A purchase in the gateway's store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    /// What the caller wanted, once: its own order number.
    pub(crate) wish: String,
    /// The gateway's reference.
    pub(crate) reference: String,
    /// Where it stands.
    pub(crate) state: PurchaseState,
    /// The numbers of its boxes.
    pub(crate) numbers: Vec<String>,
}

/// A request for a label that reached a carrier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sent {
    /// Which carrier.
    pub(crate) carrier: String,
    /// What was in it.
    pub(crate) body: String,
}

/// A label that a caller was told it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    /// What the caller wanted.
    pub(crate) wish: String,
    /// The number on its label.
    pub(crate) number: String,
}

/// All of it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Books {
    pub(crate) sold: Vec<Sold>,
    pub(crate) kept: Vec<Kept>,
    pub(crate) sent: Vec<Sent>,
    pub(crate) told: Vec<Told>,
}

/// What is wrong, each with the wish or the label that it is wrong with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Findings {
    /// Two live labels for one wish.
    pub(crate) doubles: Vec<String>,
    /// A live label that the gateway neither has, nor gives back, nor shows to a person.
    pub(crate) lost: Vec<String>,
    /// PURCHASED, and there is no live label.
    pub(crate) ghosts: Vec<String>,
    /// A reference that was sent twice to a carrier that has no key against that.
    pub(crate) resent: Vec<String>,
    /// A label that a caller was told of, and that is not its own any more.
    pub(crate) broken: Vec<String>,
    /// A purchase that nobody will move and that is at no end.
    pub(crate) open: Vec<String>,
}

impl Findings {
    pub(crate) fn counts(&self) -> [(&'static str, usize); 6] {
        [
            ("doubles", self.doubles.len()),
            ("lost", self.lost.len()),
            ("ghosts", self.ghosts.len()),
            ("sent twice", self.resent.len()),
            ("broken promises", self.broken.len()),
            ("at no end", self.open.len()),
        ]
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, count) in self.counts() {
            writeln!(f, "{name:<24}{count:>8}")?;
        }
        Ok(())
    }
}

/// Carriers that give the same label again for the same key, so that sending twice buys once.
const KEYED: [&str; 1] = ["usps"];

/// Everything that is wrong with `books`.
pub(crate) fn audit(books: &Books) -> Findings {
    let live: Vec<&Sold> = books.sold.iter().filter(|sold| sold.live).collect();
    Findings {
        doubles: doubles(books, &live),
        lost: lost(books, &live),
        ghosts: ghosts(books, &live),
        resent: resent(books),
        broken: broken(books),
        open: open(books),
    }
}

/// The purchase that a label belongs to. Of several under one wish the one with its number.
fn owner<'a>(books: &'a Books, sold: &Sold) -> Option<&'a Kept> {
    let names = |kept: &&Kept| {
        sold.references.contains(&kept.reference) || sold.references.contains(&kept.wish)
    };
    let mut owners = books.kept.iter().filter(names);
    let first = owners.next()?;
    Some(owners.find(|kept| has(kept, sold)).unwrap_or(first))
}

fn has(kept: &Kept, sold: &Sold) -> bool {
    let own = |number: &String| *number == sold.number || *number == sold.sale;
    kept.numbers.iter().any(own)
}

/// Whether a purchase there stands for a label that its caller has.
fn is_bought(state: PurchaseState) -> bool {
    matches!(
        state,
        PurchaseState::Purchased | PurchaseState::PurchasedNoLabel
    )
}

fn doubles(books: &Books, live: &[&Sold]) -> Vec<String> {
    let mut sales: BTreeMap<String, BTreeSet<(&str, &str)>> = BTreeMap::new();
    for sold in live {
        let wish = owner(books, sold).map(|kept| kept.wish.clone());
        let wish = wish.or_else(|| sold.references.first().cloned());
        let same = sales.entry(wish.unwrap_or_default()).or_default();
        same.insert((&sold.carrier, &sold.sale));
    }
    let several = sales.into_iter().filter(|(_, same)| same.len() > 1);
    several.map(|(wish, _)| wish).collect()
}

fn lost(books: &Books, live: &[&Sold]) -> Vec<String> {
    let is_lost = |sold: &&&Sold| {
        owner(books, sold).is_none_or(|kept| match kept.state {
            PurchaseState::Purchased
            | PurchaseState::PurchasedNoLabel
            | PurchaseState::VoidRefused => !has(kept, sold),
            PurchaseState::VoidWanted
            | PurchaseState::Voiding
            | PurchaseState::VoidUnknown
            | PurchaseState::NeedsReview => false,
            PurchaseState::Accepted
            | PurchaseState::Sending
            | PurchaseState::Rejected
            | PurchaseState::Unknown
            | PurchaseState::Absent
            | PurchaseState::Cancelled
            | PurchaseState::Voided => true,
        })
    };
    let lost = live.iter().filter(is_lost);
    lost.map(|sold| sold.number.clone()).collect()
}

fn ghosts(books: &Books, live: &[&Sold]) -> Vec<String> {
    let bought = books.kept.iter().filter(|kept| is_bought(kept.state));
    let ghosts = bought.filter(|kept| !live.iter().any(|sold| has(kept, sold)));
    ghosts.map(|kept| kept.wish.clone()).collect()
}

fn resent(books: &Books) -> Vec<String> {
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    let unkeyed = |sent: &&Sent| !KEYED.contains(&sent.carrier.as_str());
    for reference in books.sent.iter().filter(unkeyed).filter_map(reference_in) {
        *times.entry(reference).or_default() += 1;
    }
    let twice = times.into_iter().filter(|(_, times)| *times > 1);
    twice.map(|(reference, _)| reference.to_owned()).collect()
}

/// The gateway's reference in a request: `PG` and twenty figures or capitals.
fn reference_in(sent: &Sent) -> Option<&str> {
    const LENGTH: usize = 22;
    let mut starts = sent.body.match_indices("PG").map(|(at, _)| at);
    starts.find_map(|at| {
        let text = sent.body.get(at..at + LENGTH)?;
        let own = |byte: u8| byte.is_ascii_digit() || byte.is_ascii_uppercase();
        text.bytes().all(own).then_some(text)
    })
}

fn broken(books: &Books) -> Vec<String> {
    let stands = |told: &&Told| {
        let own = |kept: &&Kept| kept.wish == told.wish && kept.numbers.contains(&told.number);
        books.kept.iter().any(|kept| own(&kept))
    };
    let broken = books.told.iter().filter(|told| !stands(told));
    broken.map(|told| told.wish.clone()).collect()
}

fn open(books: &Books) -> Vec<String> {
    let open = books.kept.iter().filter(|kept| !is_end(kept.state));
    open.map(|kept| kept.wish.clone()).collect()
}

/// Whether nobody but a caller or a person moves a purchase from there.
pub(crate) fn is_end(state: PurchaseState) -> bool {
    match state {
        PurchaseState::Purchased
        | PurchaseState::Rejected
        | PurchaseState::Absent
        | PurchaseState::NeedsReview
        | PurchaseState::Cancelled
        | PurchaseState::Voided
        | PurchaseState::VoidRefused => true,
        PurchaseState::Accepted
        | PurchaseState::Sending
        | PurchaseState::PurchasedNoLabel
        | PurchaseState::Unknown
        | PurchaseState::VoidWanted
        | PurchaseState::Voiding
        | PurchaseState::VoidUnknown => false,
    }
}

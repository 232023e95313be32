//! Whether the ledger is right about a purchase.

use std::fmt;

use parcelgate_domain::{Money, PurchaseState};

use crate::records::{add, sum};
use crate::rules::{Standing, owed};
use crate::{Book, Entry, EntryKind, InvoiceLine, Purchase, balance};

/// What is wrong in the ledger about one purchase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wrong {
    /// The lines of an entry do not sum to zero.
    Unbalanced {
        /// Which entry of the purchase.
        number: u32,
        /// What they sum to.
        sum: Vec<Money>,
    },
    /// Nothing was entered for it.
    NoEntry,
    /// The entries are not numbered one after the other: one is missing.
    Gap {
        /// The number that is not there.
        number: u32,
    },
    /// It was posted again while it was posted, or was released or reversed without reason.
    Twice {
        /// Which entry of the purchase.
        number: u32,
        /// What it does again.
        kind: EntryKind,
    },
    /// Its money does not stand where the purchase stands: a release, a post or a reversal is
    /// missing.
    Standing {
        /// Where the purchase stands.
        state: PurchaseState,
        /// The last of its entries that moved it.
        last: EntryKind,
    },
    /// Something else is reserved than should be.
    Reserved {
        /// What is.
        present: Vec<Money>,
        /// What should be.
        due: Option<Money>,
    },
    /// Something else is spent than should be.
    Spent {
        /// What is.
        present: Vec<Money>,
        /// What should be.
        due: Vec<Money>,
    },
    /// It is kept as invoiced with something else than the lines of the invoices come to.
    Invoiced {
        /// What is kept.
        present: Vec<Money>,
        /// What the lines come to.
        due: Vec<Money>,
    },
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unbalanced { number, sum } => {
                write!(f, "entry {number} sums to {} and not to zero", told(sum))
            }
            Self::NoEntry => f.write_str("nothing was entered for it"),
            Self::Gap { number } => write!(f, "entry {number} is missing"),
            Self::Twice { number, kind } => {
                let name = kind.name();
                write!(
                    f,
                    "entry {number} is a {name} that nothing before it calls for"
                )
            }
            Self::Standing { state, last } => {
                let (state, last) = (state.name(), last.name());
                write!(f, "the purchase is {state}, and its last entry is {last}")
            }
            Self::Reserved { present, due } => {
                let due = told(due.as_slice());
                write!(f, "{} is reserved where it should be {due}", told(present))
            }
            Self::Spent { present, due } => {
                let due = told(due);
                write!(f, "{} is spent where it should be {due}", told(present))
            }
            Self::Invoiced { present, due } => {
                let (present, due) = (told(present), told(due));
                write!(
                    f,
                    "{present} is kept as invoiced, and its lines come to {due}"
                )
            }
        }
    }
}

fn told(amounts: &[Money]) -> String {
    if amounts.is_empty() {
        return "nothing".to_owned();
    }
    let amounts: Vec<String> = amounts.iter().map(ToString::to_string).collect();
    amounts.join(" and ")
}

/// What is wrong in `entries`, all those of `purchase` in their order: every entry sums to zero,
/// what was bought has one post, and nothing is reserved or spent for a purchase that came to
/// nothing.
#[must_use]
pub fn audit(purchase: &Purchase, entries: &[Entry]) -> Vec<Wrong> {
    let mut wrong: Vec<Wrong> = entries.iter().filter_map(unbalanced).collect();
    wrong.extend(out_of_order(entries, !purchase.invoiced.is_empty()));
    let Some(last) = entries
        .iter()
        .rev()
        .find(|one| one.kind != EntryKind::Adjust)
    else {
        wrong.push(Wrong::NoEntry);
        return wrong;
    };
    let state = purchase.version.state;
    let standing = Standing::after(entries);
    if !stand(state).contains(&standing) {
        let last = last.kind;
        wrong.push(Wrong::Standing { state, last });
    }
    wrong.extend(amounts(purchase, entries));
    wrong
}

fn unbalanced(entry: &Entry) -> Option<Wrong> {
    let sum = sum(&entry.lines);
    let number = entry.number;
    (!sum.is_empty()).then_some(Wrong::Unbalanced { number, sum })
}

/// Every entry follows from those before it. An invoice may charge for what nothing is owed for.
fn out_of_order(entries: &[Entry], invoiced: bool) -> Vec<Wrong> {
    use EntryKind as E;
    use Standing as S;
    let mut wrong = Vec::new();
    for (at, entry) in entries.iter().enumerate() {
        let before = entries.get(..at).unwrap_or_default();
        let due = u32::try_from(at).unwrap_or(u32::MAX).saturating_add(1);
        let number = entry.number;
        if number != due {
            wrong.push(Wrong::Gap { number: due });
            return wrong;
        }
        let kind = entry.kind;
        let follows = match Standing::after(before) {
            S::Unknown => kind == E::Reserve,
            S::Reserved => matches!(kind, E::Release | E::Post),
            S::Released | S::Reversed => kind == E::Post || (kind == E::Adjust && invoiced),
            S::Posted => matches!(kind, E::Adjust | E::Reverse),
        };
        if !follows {
            wrong.push(Wrong::Twice { number, kind });
        }
    }
    wrong
}

/// Where the money of a purchase in `state` may stand.
fn stand(state: PurchaseState) -> &'static [Standing] {
    use PurchaseState as P;
    use Standing as S;
    match state {
        P::Accepted | P::Sending | P::Unknown => &[S::Reserved],
        // Before it was known to be sold, or after; or charged for though it came to nothing.
        P::NeedsReview => &[S::Reserved, S::Posted, S::Released, S::Reversed],
        P::Purchased
        | P::PurchasedNoLabel
        | P::VoidWanted
        | P::Voiding
        | P::VoidRefused
        | P::VoidUnknown => &[S::Posted],
        P::Rejected | P::Cancelled | P::Absent => &[S::Released, S::Reversed],
        P::Voided => &[S::Reversed],
    }
}

/// The amounts are those of the purchase.
fn amounts(purchase: &Purchase, entries: &[Entry]) -> Vec<Wrong> {
    let standing = Standing::after(entries);
    let is = |wanted: Standing| move |amount: &Money| standing == wanted && amount.minor() != 0;
    let reserved = purchase.quoted.filter(is(Standing::Reserved));
    let mut wrong = Vec::new();
    let present = balance(entries, Book::Reserved);
    if present.as_slice() != reserved.as_slice() {
        let due = reserved;
        wrong.push(Wrong::Reserved { present, due });
    }
    let (present, due) = (balance(entries, Book::Spent), owed(standing, purchase));
    if !same(&present, &due) {
        wrong.push(Wrong::Spent { present, due });
    }
    wrong
}

/// Whether these are the same amounts, in whatever order.
fn same(one: &[Money], other: &[Money]) -> bool {
    one.len() == other.len() && one.iter().all(|amount| other.contains(amount))
}

/// Whether what is kept as invoiced for a purchase is what `lines`, all those that charge for it,
/// come to.
#[must_use]
pub fn audit_invoices(purchase: &Purchase, lines: &[InvoiceLine]) -> Option<Wrong> {
    let mut due = Vec::new();
    for kept in lines {
        add(&mut due, kept.line.amount);
    }
    let present = purchase.invoiced.clone();
    (!same(&present, &due)).then_some(Wrong::Invoiced { present, due })
}

#[cfg(test)]
mod tests {
    use parcelgate_domain::{CarrierId, Service, ServiceCode};

    use super::*;
    use crate::{Line, Tenant, Version};

    fn usd(minor: i64) -> Money {
        Money::of_minor(minor, "USD".parse().unwrap())
    }

    fn purchase(state: PurchaseState) -> Purchase {
        Purchase {
            tenant: Tenant::operator(),
            id: "shipment-1".parse().unwrap(),
            reference: "PG000001".parse().unwrap(),
            account: "ups-ohio".parse().unwrap(),
            carrier: CarrierId::known("ups"),
            service: Service {
                code: ServiceCode::new("03"),
                name: "Ground".to_owned(),
            },
            version: Version { state, epoch: 3 },
            carrier_number: None,
            parcels: Vec::new(),
            charged: Some(usd(1_111)),
            quoted: Some(usd(1_234)),
            invoiced: Vec::new(),
            order_number: None,
            twin: None,
            replaces: None,
            replaced_by: None,
            fault: None,
            created_at: jiff::Timestamp::UNIX_EPOCH,
            updated_at: jiff::Timestamp::UNIX_EPOCH,
            lease_until: None,
            restored_at: None,
        }
    }

    /// Entries of these kinds, each with these amounts in reserved and spent.
    fn entries(kinds: &[(EntryKind, i64, i64)]) -> Vec<Entry> {
        let entry = |(number, (kind, reserved, spent)): (u32, &(EntryKind, i64, i64))| {
            let amounts = [*reserved, -reserved, *spent, -spent];
            let lines = Book::ALL.into_iter().zip(amounts);
            Entry {
                tenant: Tenant::operator(),
                shipment: "shipment-1".parse().unwrap(),
                number,
                kind: *kind,
                account: "ups-ohio".parse().unwrap(),
                key: None,
                at: jiff::Timestamp::UNIX_EPOCH,
                lines: lines
                    .filter(|(_, minor)| *minor != 0)
                    .map(|((book, _), minor)| Line {
                        book,
                        amount: usd(minor),
                    })
                    .collect(),
            }
        };
        (1..).zip(kinds).map(entry).collect()
    }

    const RESERVE: (EntryKind, i64, i64) = (EntryKind::Reserve, 1_234, 0);
    const RELEASE: (EntryKind, i64, i64) = (EntryKind::Release, -1_234, 0);
    const POST: (EntryKind, i64, i64) = (EntryKind::Post, -1_234, 1_111);
    const REVERSE: (EntryKind, i64, i64) = (EntryKind::Reverse, 0, -1_111);

    fn found(state: PurchaseState, kinds: &[(EntryKind, i64, i64)]) -> Vec<Wrong> {
        audit(&purchase(state), &entries(kinds))
    }

    #[test]
    fn what_is_right_is_not_complained_of() {
        let right: [(PurchaseState, &[_]); 6] = [
            (PurchaseState::Unknown, &[RESERVE]),
            (PurchaseState::Rejected, &[RESERVE, RELEASE]),
            (PurchaseState::Purchased, &[RESERVE, POST]),
            (PurchaseState::NeedsReview, &[RESERVE, POST]),
            (PurchaseState::Voided, &[RESERVE, POST, REVERSE]),
            (
                PurchaseState::Voided,
                &[RESERVE, RELEASE, (EntryKind::Post, 0, 1_111), REVERSE],
            ),
        ];
        for (state, kinds) in right {
            assert_eq!(found(state, kinds), [], "{state:?} {kinds:?}");
        }
    }

    #[test]
    fn a_release_that_is_missing_is_seen() {
        for state in [
            PurchaseState::Rejected,
            PurchaseState::Cancelled,
            PurchaseState::Absent,
        ] {
            let wrong = found(state, &[RESERVE]);
            let [Wrong::Standing { .. }, ..] = wrong.as_slice() else {
                panic!("{wrong:?}");
            };
        }
        // A release by name that releases nothing is no better.
        let wrong = found(
            PurchaseState::Absent,
            &[RESERVE, (EntryKind::Release, 0, 0)],
        );
        assert!(
            matches!(wrong.as_slice(), [Wrong::Reserved { due: None, .. }]),
            "{wrong:?}"
        );
    }

    #[test]
    fn a_post_that_is_made_twice_or_never_is_seen() {
        let twice = [RESERVE, POST, (EntryKind::Post, 0, 1_111)];
        let wrong = found(PurchaseState::Purchased, &twice);
        let again = Wrong::Twice {
            number: 3,
            kind: EntryKind::Post,
        };
        assert!(wrong.contains(&again), "{wrong:?}");
        assert!(
            wrong
                .iter()
                .any(|wrong| matches!(wrong, Wrong::Spent { .. })),
            "{wrong:?}"
        );
        let wrong = found(PurchaseState::Purchased, &[RESERVE]);
        assert!(!wrong.is_empty());
        assert!(!found(PurchaseState::Voided, &[RESERVE, POST]).is_empty());
    }

    #[test]
    fn what_is_lost_or_changed_is_seen() {
        assert_eq!(found(PurchaseState::Accepted, &[]), [Wrong::NoEntry]);
        let mut gap = entries(&[RESERVE, RELEASE, (EntryKind::Post, 0, 1_111)]);
        gap.remove(1);
        let wrong = audit(&purchase(PurchaseState::Purchased), &gap);
        assert!(wrong.contains(&Wrong::Gap { number: 2 }), "{wrong:?}");
        let mut changed = entries(&[RESERVE, POST]);
        changed[1].lines.pop();
        let wrong = audit(&purchase(PurchaseState::Purchased), &changed);
        let sum = vec![usd(1_111)];
        assert!(
            wrong.contains(&Wrong::Unbalanced { number: 2, sum }),
            "{wrong:?}"
        );
        let cheaper = found(
            PurchaseState::Purchased,
            &[RESERVE, (EntryKind::Post, -1_234, 1)],
        );
        assert_eq!(cheaper.len(), 1, "{cheaper:?}");
    }
}

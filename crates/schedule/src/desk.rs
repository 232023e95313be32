//! One account: who waits for it, and how its quota is divided.

use std::collections::BTreeMap;

use crate::DAY_MS;
use crate::history::History;
use crate::line::Line;
use crate::phase::{EVERY_PHASE, PHASES, PerPhase, Rules};
use crate::roster::{Item, Key};
use crate::share::{Load, demand, share};

/// How many pushes must have been missed before their absence says something: of so many that are
/// expected none comes by chance in one of three thousand cases.
const MISSED_MAX: u64 = 8_000;

/// Shorter than this no silence says anything.
const SILENCE_MS: u64 = 10 * 60_000;

/// One account.
#[derive(Debug)]
pub(crate) struct Desk {
    pub(crate) line: Line<Item>,
    /// Who is being asked for, and on account of which appointment.
    pub(crate) asking: BTreeMap<Key, u32>,
    pub(crate) books: BTreeMap<u16, Book>,
    pub(crate) history: PerPhase<History>,
    pub(crate) per_day: Option<u64>,
    pub(crate) tuned_ms: i64,
    pub(crate) heard_ms: i64,
    /// How many pushes were to be expected since then, in thousandths.
    pub(crate) missed: u64,
    pub(crate) quiet: bool,
}

/// What one owner has at an account.
#[derive(Debug)]
pub(crate) struct Book {
    pub(crate) polled: PerPhase<u64>,
    pub(crate) pushed: PerPhase<u64>,
    pub(crate) shares: PerPhase<u64>,
}

impl Book {
    /// Nothing yet, asked for as often as that.
    pub(crate) const fn new(shares: PerPhase<u64>) -> Self {
        Self {
            polled: [0; PHASES],
            pushed: [0; PHASES],
            shares,
        }
    }
}

impl Desk {
    pub(crate) fn new(now_ms: i64) -> Self {
        Self {
            line: Line::new(),
            asking: BTreeMap::new(),
            books: BTreeMap::new(),
            history: [History::default(); PHASES],
            per_day: None,
            tuned_ms: now_ms,
            heard_ms: now_ms,
            missed: 0,
            quiet: false,
        }
    }

    pub(crate) fn count(&mut self, item: &Item, change: impl FnOnce(&mut u64)) {
        let Some(book) = self.books.get_mut(&item.owner) else {
            return;
        };
        let counts = if item.pushed {
            &mut book.pushed
        } else {
            &mut book.polled
        };
        if let Some(count) = counts.get_mut(item.phase.index()) {
            change(count);
        }
    }

    /// What of an owner's is to be asked for as often as it is worth.
    pub(crate) fn loads(&self, book: &Book, rules: &Rules) -> PerPhase<Load> {
        let mut loads = [Load::default(); PHASES];
        let wanted = rules.wanted();
        let rows = loads.iter_mut().zip(EVERY_PHASE).zip(wanted);
        let counts = book.polled.iter().zip(&book.pushed).zip(&self.history);
        for (((load, (phase, _)), wanted_ms), ((polled, pushed), history)) in rows.zip(counts) {
            let pushed = if self.quiet { *pushed } else { 0 };
            *load = Load {
                parcels: polled.saturating_add(pushed),
                wanted_ms,
                hazard: history.hazard(phase.usual_hazard()),
                weight: phase.weight(),
            };
        }
        loads
    }

    /// How many numbers a day of an owner's are asked for only to be sure.
    pub(crate) fn reconciling(&self, book: &Book, rules: &Rules) -> u64 {
        let pushed: u64 = book.pushed.iter().sum();
        let a_day = pushed.saturating_mul(DAY_MS) / rules.reconcile_ms.max(1);
        if self.quiet { 0 } else { a_day }
    }

    /// How many numbers a day an owner wants.
    pub(crate) fn demand(&self, book: &Book, rules: &Rules) -> u64 {
        demand(&self.loads(book, rules)).saturating_add(self.reconciling(book, rules))
    }

    /// Divides the quota among the owners: whoever wants least first, each what it wants or an
    /// equal part of what is left.
    pub(crate) fn divide(&mut self, rules: &Rules) {
        let wants = self.books.iter();
        let wants = wants.map(|(owner, book)| (self.demand(book, rules), *owner));
        let mut wants: Vec<(u64, u16)> = wants.collect();
        wants.sort_unstable();
        let mut left = self.per_day;
        for ((want, owner), others) in wants.iter().zip((1..=wants.len()).rev()) {
            let others = u64::try_from(others).unwrap_or(u64::MAX);
            let part = left.map(|left| (left / others).min(*want));
            left = left.zip(part).map(|(left, part)| left.saturating_sub(part));
            let Some(book) = self.books.get(owner) else {
                continue;
            };
            let reconciling = self.reconciling(book, rules);
            let part = part.map(|part| part.saturating_sub(reconciling));
            let shares = share(&self.loads(book, rules), part);
            if let Some(book) = self.books.get_mut(owner) {
                book.shares = shares;
            }
        }
    }

    /// Whether the carrier tells as often as it should.
    pub(crate) fn listen(&mut self, now_ms: i64) {
        let passed = u64::try_from(now_ms.saturating_sub(self.tuned_ms)).unwrap_or(0);
        self.tuned_ms = now_ms;
        let mut pushed = [0; PHASES];
        for book in self.books.values() {
            add(&mut pushed, &book.pushed);
        }
        let rows = pushed.iter().zip(&self.history).zip(EVERY_PHASE);
        let expected = rows.map(|((parcels, history), (phase, _))| {
            let hazard = history.hazard(phase.usual_hazard());
            u128::from(*parcels) * u128::from(hazard) * u128::from(passed) / u128::from(DAY_MS)
        });
        let expected = u64::try_from(expected.sum::<u128>()).unwrap_or(u64::MAX);
        self.missed = self.missed.saturating_add(expected);
        let silent = u64::try_from(now_ms.saturating_sub(self.heard_ms)).unwrap_or(0);
        self.quiet |= self.missed >= MISSED_MAX && silent >= SILENCE_MS;
    }
}

pub(crate) fn add(sums: &mut PerPhase<u64>, counts: &PerPhase<u64>) {
    for (sum, count) in sums.iter_mut().zip(counts) {
        *sum = sum.saturating_add(*count);
    }
}

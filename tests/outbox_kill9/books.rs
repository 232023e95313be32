//! What arrived, held against the log; the log, against how things stand and what callers were
//! told.
//!
//! A pure function over the books, so that it can be shown bad ones: see `planted`.

use std::collections::{BTreeMap, BTreeSet};

/// An entry of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Logged {
    pub(crate) seq: i64,
    pub(crate) uid: String,
    pub(crate) subject: String,
    pub(crate) number: i64,
    pub(crate) kind: String,
}

/// A request to the webhook, in the order in which they came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Arrived {
    pub(crate) uid: String,
    pub(crate) subject: String,
    pub(crate) number: i64,
    /// Whether its signature is.
    pub(crate) right: bool,
    pub(crate) body: Vec<u8>,
}

/// A parcel as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parcel {
    pub(crate) subject: String,
    pub(crate) stopped: bool,
}

/// What a caller was told: that a parcel is followed, or no longer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) subject: String,
    pub(crate) stopped: bool,
}

/// All of it; the webhook was subscribed after the entry `start` of the log.
#[derive(Debug, Clone, Default)]
pub(crate) struct Books {
    pub(crate) start: i64,
    pub(crate) log: Vec<Logged>,
    pub(crate) arrived: Vec<Arrived>,
    pub(crate) parcels: Vec<Parcel>,
    pub(crate) told: Vec<Told>,
}

impl Books {
    /// How many events arrived, each counted once.
    pub(crate) fn distinct(&self) -> usize {
        let uids: BTreeSet<&str> = self.arrived.iter().map(|one| one.uid.as_str()).collect();
        uids.len()
    }
}

/// What is wrong with them.
pub(crate) fn audit(books: &Books) -> Vec<String> {
    let mut findings = Vec::new();
    arrivals(books, &mut findings);
    orders(books, &mut findings);
    log(books, &mut findings);
    standing(books, &mut findings);
    findings
}

/// Each event arrives, nothing else does, and it is the same each time.
fn arrivals(books: &Books, findings: &mut Vec<String>) {
    let mut bodies: BTreeMap<&str, &[u8]> = BTreeMap::new();
    for one in &books.arrived {
        let first = bodies.entry(&one.uid).or_insert(&one.body);
        if *first != one.body {
            findings.push(format!("{} came again with another body", one.uid));
        }
        if !one.right {
            findings.push(format!("{} is not signed", one.uid));
        }
    }
    let logged: BTreeSet<&str> = books.log.iter().map(|entry| entry.uid.as_str()).collect();
    let after = books.log.iter().filter(|entry| entry.seq > books.start);
    for entry in after.filter(|entry| !bodies.contains_key(entry.uid.as_str())) {
        findings.push(format!("entry {} never arrived", entry.seq));
    }
    for uid in bodies.keys().filter(|uid| !logged.contains(*uid)) {
        findings.push(format!("{uid} arrived and is not in the log"));
    }
}

/// First arrivals of a subject come in its order, without a gap.
fn orders(books: &Books, findings: &mut Vec<String>) {
    let mut seen = BTreeSet::new();
    let mut last: BTreeMap<&str, i64> = BTreeMap::new();
    for one in books.arrived.iter().filter(|one| seen.insert(&one.uid)) {
        let before = last.insert(&one.subject, one.number);
        if before.is_some_and(|before| one.number != before + 1) {
            findings.push(format!(
                "{} {} came after {before:?}",
                one.subject, one.number
            ));
        }
    }
}

/// The log has no gap, nor has a subject in it.
fn log(books: &Books, findings: &mut Vec<String>) {
    let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
    for (expected, entry) in (1..).zip(&books.log) {
        let count = counts.entry(&entry.subject).or_default();
        *count += 1;
        if entry.seq != expected || entry.number != *count {
            findings.push(format!("{entry:?} has the place of {expected}, {count}"));
        }
    }
}

/// No event without its change, no change without its event; what callers were told stands.
fn standing(books: &Books, findings: &mut Vec<String>) {
    let of_kind = |kind: &str| {
        let entries = books.log.iter().filter(|entry| entry.kind == kind);
        let mut subjects: Vec<&str> = entries.map(|entry| entry.subject.as_str()).collect();
        subjects.sort_unstable();
        subjects
    };
    let that = |wanted: fn(&Parcel) -> bool| {
        let parcels = books.parcels.iter().filter(|parcel| wanted(parcel));
        let mut subjects: Vec<&str> = parcels.map(|parcel| parcel.subject.as_str()).collect();
        subjects.sort_unstable();
        subjects
    };
    let created = (of_kind("tracker.created"), that(|_| true));
    let stopped = (of_kind("tracker.stopped"), that(|parcel| parcel.stopped));
    for (what, (events, changes)) in [("followed", created), ("stopped", stopped)] {
        if events != changes {
            findings.push(format!(
                "{} are {what} by the log, {} as they stand",
                events.len(),
                changes.len()
            ));
        }
    }
    let parcels: BTreeMap<&str, bool> = books
        .parcels
        .iter()
        .map(|parcel| (parcel.subject.as_str(), parcel.stopped))
        .collect();
    for told in &books.told {
        let stands = parcels.get(told.subject.as_str());
        if stands.is_none_or(|stopped| told.stopped && !stopped) {
            findings.push(format!("{told:?} does not stand"));
        }
    }
}

//! What was run, in figures.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use parcelgate_domain::PurchaseState;

use crate::books::Books;
use crate::callers::Answers;
use crate::reaper::{Moment, Reaper};

/// The table.
pub(crate) fn of(
    books: &Books,
    told: &Answers,
    reaper: &Reaper<'_>,
    killing: Duration,
    all: Duration,
) -> String {
    let mut sheet = String::new();
    let mut row = |name: &str, count: usize| {
        writeln!(sheet, "{name:<24}{count:>8}").expect("a String takes everything");
    };
    row("purchases", books.kept.len());
    row("callers", told.count());
    row("calls of theirs", told.tries());
    row("kills", reaper.deaths.iter().sum());
    for (moment, count) in Moment::ALL.iter().zip(reaper.deaths) {
        row(&format!("  {moment:?}"), count);
    }
    row("ms to be ready, mean", reaper.ready_ms());
    row("ship calls", books.sent.len());
    row("labels sold", books.sold.len());
    let mut states: BTreeMap<&str, usize> = BTreeMap::new();
    for kept in &books.kept {
        *states.entry(kept.state.name()).or_default() += 1;
    }
    for (state, count) in &states {
        row(&format!("  {state}"), *count);
    }
    let review = books.kept.iter();
    let review = review.filter(|kept| kept.state == PurchaseState::NeedsReview);
    let sold = review.filter(|kept| {
        let mut sold = books.sold.iter();
        let own = |name: &String| *name == kept.reference || *name == kept.wish;
        sold.any(|sold| sold.references.iter().any(own) && sold.live)
    });
    row("  in review and sold", sold.count());
    writeln!(
        sheet,
        "{:<24}{:>8.1}\n{:<24}{:>8.1}",
        "seconds of killing",
        killing.as_secs_f32(),
        "seconds in all",
        all.as_secs_f32()
    )
    .expect("a String takes everything");
    sheet
}

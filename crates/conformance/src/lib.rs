//! One suite that every carrier passes, and the carriers' own descriptions as a judge.
//!
//! An adapter's `tests/conformance.rs` is one function that hands a [`Subject`] to [`main`].

pub mod ask;
mod capture;
pub mod cases;
pub mod check;
pub mod corrections;
pub mod described;
pub mod fixture;
mod input;
pub mod laws;
pub mod matching;
pub mod play;
pub mod recorded;
pub mod render;
pub mod script;
pub mod shops;
mod subject;
pub mod words;

use std::process::ExitCode;

use libtest_mimic::Arguments;

pub use check::{Check, Held};
pub use subject::{Description, Lane, SENTINEL, Served, Subject};

/// Runs the whole suite on `subject`, each part as a test of its own.
#[must_use]
pub fn main(subject: &Subject) -> ExitCode {
    let arguments = Arguments::from_args();
    let trials = suite(subject).into_iter().map(Check::into_trial);
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}

/// Everything that must hold for `subject`. One that cannot be tested at all is one failure.
#[must_use]
pub fn suite(subject: &Subject) -> Vec<Check> {
    let parts = [
        recorded::checks,
        laws::checks,
        laws::hostile::checks,
        words::checks,
    ];
    parts
        .into_iter()
        .flat_map(|part| {
            part(subject)
                .unwrap_or_else(|problem| vec![Check::new("subject", move || Err(problem))])
        })
        .collect()
}

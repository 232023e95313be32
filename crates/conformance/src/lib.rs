//! One suite that every carrier passes, and the carriers' own descriptions as a judge.
//!
//! An adapter's `tests/conformance.rs` is one function that hands a [`Subject`] to [`main`].

pub mod ask;
pub mod cases;
pub mod corrections;
pub mod described;
pub mod fixture;
mod input;
pub mod matching;
pub mod play;
pub mod render;
pub mod script;
mod subject;
pub mod trials;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
pub use subject::{Description, Lane, SENTINEL, Served, Subject};

/// Runs the whole suite on `subject`, each part as a test of its own.
#[must_use]
pub fn main(subject: &Subject) -> ExitCode {
    let arguments = Arguments::from_args();
    libtest_mimic::run(&arguments, suite(subject)).exit_code()
}

/// Every trial of the suite. A subject that cannot be tested at all is one failed trial.
#[must_use]
pub fn suite(subject: &Subject) -> Vec<Trial> {
    match trials::of(subject) {
        Ok(trials) => trials,
        Err(problem) => vec![Trial::test("subject", move || Err(Failed::from(problem)))],
    }
}

//! Says whose a tracking number is, and whether it can be one at all.
//!
//! Pure: no input or output, no clock, no dependency. Every known format is a row of a table
//! ([`formats`]); a number is read against the rows and the readings are ranked.
//!
//! ```
//! use parcelgate_tracking_number::{Confidence, identify, validate};
//!
//! let best = identify("1Z 5R89 3903 5756 7127").remove(0);
//! assert_eq!((best.carrier, best.confidence), ("ups", Confidence::MarkAndCheckDigit));
//!
//! let slip = validate("ups", "1Z5R89390357567128").unwrap_err();
//! assert_eq!(slip.to_string(), "UPS (UPS): the check digit is 8 and should be 7");
//! ```
//!
//! # Ranking
//!
//! Many numbers fit several carriers (12 digits are FedEx, Purolator, 4PX, ...), so the answer is
//! a ranked list and never proof. Candidates are ordered by, in this order:
//!
//! 1. [`Confidence`]: a mark and a right check digit, then a mark, then a right check digit, then
//!    shape alone. A *mark* is at least two characters that the format fixes (`1Z`, `TBA`, `YP`)
//!    or takes from a closed list (the country of an S10 number).
//! 2. fewer unknown codes: a number whose service code means nothing is less likely to be one;
//! 3. more fixed characters;
//! 4. the check digit that fewer arbitrary numbers pass (1 in 36 before 1 in 10 before 1 in 7);
//! 5. the order of the table: our carriers first, then the others by name.
//!
//! The same text gives the same list every time.

pub mod check;
mod format;
mod judge;
pub mod make;
mod normal;
mod table;
mod verdict;

pub use format::Format;
pub use normal::{MAX_LENGTH, normalize};
pub use verdict::{Candidate, Confidence, Invalid, Part, Reason, Role};

use std::cmp::Reverse;

/// Every format known, in the order of the table.
pub fn formats() -> impl Iterator<Item = &'static Format> {
    table::FAMILIES.iter().copied().flatten()
}

/// The ids of every carrier with a format, each once, in the order of the table.
pub fn carriers() -> Vec<&'static str> {
    let mut ids = Vec::new();
    for id in formats().map(Format::carrier) {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids
}

/// Whose number this may be, best first. Empty when it is nobody's that we know.
///
/// Forms too loose to speak for a carrier ([`Format::only_when_named`]) are left out:
/// [`validate`] accepts them.
pub fn identify(number: &str) -> Vec<Candidate> {
    let Some(number) = normal::readable(number) else {
        return Vec::new();
    };
    let mut candidates: Vec<Candidate> = formats()
        .filter(|format| !format.only_when_named())
        .filter_map(|format| judge::judge(format, &number)?.ok())
        .collect();
    candidates.sort_by_key(|candidate| Reverse(candidate.rank));
    candidates
}

/// Whether `number` can be a tracking number of `carrier` (an id such as `"ups"`), and as what.
///
/// # Errors
///
/// [`Invalid`] says what is wrong and what is allowed. Where the number has the shape of a format
/// but a slip in it (a wrong check digit, an unknown country), the slip is named.
pub fn validate(carrier: &str, number: &str) -> Result<Candidate, Invalid> {
    let own: Vec<_> = formats()
        .filter(|format| format.carrier() == carrier)
        .collect();
    let Some(first) = own.first() else {
        return Err(Invalid::UnknownCarrier {
            carrier: carrier.chars().take(MAX_LENGTH).collect(),
            known: carriers(),
        });
    };
    let number = normal::readable(number).ok_or(Invalid::Unreadable)?;

    let mut slip = None;
    let mut best: Option<Candidate> = None;
    for format in &own {
        match judge::judge(format, &number) {
            Some(Ok(found)) if best.as_ref().is_none_or(|best| best.rank < found.rank) => {
                best = Some(found);
            }
            Some(Err(fault)) => slip = slip.or(Some(fault)),
            Some(Ok(_)) | None => {}
        }
    }
    best.ok_or_else(|| {
        slip.unwrap_or_else(|| Invalid::NoFormat {
            courier: first.courier_name(),
            allowed: own.iter().map(|format| format.looks()).collect(),
        })
    })
}

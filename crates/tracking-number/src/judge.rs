//! Weighs one reading of a number.

use std::cmp::Reverse;

use crate::Candidate;
use crate::check::Algorithm;
use crate::format::{Check, Format, Piece};
use crate::verdict::{Confidence, Invalid, Part, Rank, Reason, Role};

/// Fixed characters that make a mark: one letter is too little to tell a carrier by.
const MARK: usize = 2;

/// Reads `number`, already in normal form, as `format`. `None` where it has another shape.
pub(crate) fn judge(format: &'static Format, number: &str) -> Option<Result<Candidate, Invalid>> {
    let mut slip = None;
    for reading in format.readings(number) {
        match weigh(format, &reading) {
            Ok(candidate) => return Some(Ok(candidate)),
            Err(fault) => slip = slip.or(Some(Err(fault))),
        }
    }
    slip
}

fn weigh(format: &'static Format, pieces: &[Piece<'_>]) -> Result<Candidate, Invalid> {
    let marks = pieces
        .iter()
        .filter_map(|piece| piece.field.mark(piece.text));
    let fixed: usize = marks.clone().map(str::len).sum();
    let mut reasons: Vec<Reason> = marks
        .map(|text| Reason::Mark {
            courier: format.courier,
            text,
        })
        .collect();

    let guard = check_digit(format, pieces)?;
    let guarded = matches!(guard, Reason::CheckDigitRight { .. });
    reasons.push(guard);

    let codes = look_up(format, pieces, &mut reasons)?;
    let fixed = fixed + codes.vouching;
    let confidence = Confidence::of(fixed >= MARK, guarded);
    let outcomes = format
        .check_digit()
        .filter(|_| guarded)
        .map_or(1, Algorithm::outcomes);
    Ok(Candidate {
        carrier: format.carrier,
        courier_name: format.courier,
        format: format.name,
        number: pieces
            .iter()
            .filter(|piece| !piece.field.framing)
            .map(|p| p.text)
            .collect(),
        confidence,
        reasons,
        parts: pieces.iter().map(|piece| part(format, piece)).collect(),
        rank: Rank {
            confidence,
            unknown_codes: Reverse(codes.unknown),
            fixed,
            outcomes,
        },
    })
}

struct Codes {
    /// Codes that are on no list.
    unknown: usize,
    /// Characters of codes that had to be known, and are.
    vouching: usize,
}

fn look_up(
    format: &Format,
    pieces: &[Piece<'_>],
    reasons: &mut Vec<Reason>,
) -> Result<Codes, Invalid> {
    let mut codes = Codes {
        unknown: 0,
        vouching: 0,
    };
    for list in format.codes {
        for piece in pieces.iter().filter(|piece| piece.field.role == list.role) {
            let (role, code) = (list.role, piece.text.to_owned());
            match (list.meaning)(piece.text) {
                Some(meaning) => {
                    codes.vouching += if list.required { code.len() } else { 0 };
                    reasons.push(Reason::CodeKnown {
                        role,
                        code,
                        meaning,
                    });
                }
                None if list.required => {
                    let (courier, format) = (format.courier, format.name);
                    return Err(Invalid::Code {
                        courier,
                        format,
                        role,
                        code,
                    });
                }
                None => {
                    codes.unknown += 1;
                    reasons.push(Reason::CodeUnknown { role, code });
                }
            }
        }
    }
    Ok(codes)
}

fn part(format: &Format, piece: &Piece<'_>) -> Part {
    let role = piece.field.role;
    Part {
        role,
        text: piece.text.to_owned(),
        meaning: format.meaning(role, piece.text),
    }
}

/// What the check digit says. A wrong one is an error only where it is required.
fn check_digit(format: &Format, pieces: &[Piece<'_>]) -> Result<Reason, Invalid> {
    let (algorithm, required) = match format.check {
        Check::None => return Ok(Reason::NoCheckDigit),
        Check::Required(algorithm) => (algorithm, true),
        Check::Advisory(algorithm) => (algorithm, false),
    };
    let covered: String = pieces
        .iter()
        .filter(|piece| piece.field.covered)
        .map(|piece| piece.text)
        .collect();
    let covered = match format.assumed {
        assumed if covered.starts_with(assumed) => covered,
        assumed => format!("{assumed}{covered}"),
    };
    let found = pieces
        .iter()
        .find(|piece| piece.field.role == Role::CheckDigit);
    let found = found.and_then(|piece| piece.text.chars().next());
    let (Some(found), Some(expected)) = (found, algorithm.compute(&covered)) else {
        // No number of this shape has a check digit: a mistake in the row, which a test finds.
        return Err(Invalid::NoFormat {
            courier: format.courier,
            allowed: vec![format.looks],
        });
    };
    if found == expected {
        Ok(Reason::CheckDigitRight {
            algorithm,
            digit: found,
        })
    } else if required {
        let (courier, format) = (format.courier, format.name);
        Err(Invalid::CheckDigit {
            courier,
            format,
            expected,
            found,
        })
    } else {
        Ok(Reason::CheckDigitOff {
            algorithm,
            expected,
            found,
        })
    }
}

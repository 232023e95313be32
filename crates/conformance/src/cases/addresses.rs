//! Cases about addresses.

use parcelgate_carrier::AddressOutcome;

use super::{Case, other};
use crate::ask::{Ask, Facet, Outcome, Reply};
use crate::input::us_address;

pub(super) fn cases() -> Vec<Case> {
    let case = |name, line, city, region, zip, check| {
        let ask = Ask::Validate(us_address(line, city, region, zip));
        Case::new(Facet::Addresses, name, ask, check)
    };
    vec![
        case(
            "valid",
            "200 E 52nd St",
            "Los Angeles",
            "CA",
            "90011",
            valid,
        ),
        case("ambiguous", "52nd", "Los Angeles", "CA", "90011", ambiguous),
        case(
            "unknown",
            "917 Whistledown Ave",
            "Los Angeles",
            "CA",
            "90012",
            unknown,
        ),
    ]
}

fn valid(ask: &Ask, reply: &Reply) -> Result<(), String> {
    verdict(ask, reply, AddressOutcome::Valid, |count| count == 1)
}

/// Several fit; not every carrier lists them.
fn ambiguous(ask: &Ask, reply: &Reply) -> Result<(), String> {
    verdict(ask, reply, AddressOutcome::Ambiguous, |_| true)
}

fn unknown(ask: &Ask, reply: &Reply) -> Result<(), String> {
    verdict(ask, reply, AddressOutcome::Unknown, |count| count == 0)
}

fn verdict(
    ask: &Ask,
    reply: &Reply,
    outcome: AddressOutcome,
    fits: fn(usize) -> bool,
) -> Result<(), String> {
    let (Ask::Validate(asked), Ok(Outcome::Verdict(verdict))) = (ask, reply) else {
        return Err(other(reply));
    };
    if verdict.outcome != outcome || !fits(verdict.candidates.len()) {
        return Err(other(reply));
    }
    let mut strangers = verdict.candidates.iter().filter(|found| {
        (&found.name, &found.phone, &found.email) != (&asked.name, &asked.phone, &asked.email)
    });
    match strangers.next() {
        None => Ok(()),
        Some(_) => Err("a candidate is another person".to_owned()),
    }
}

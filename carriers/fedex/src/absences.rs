//! What FedEx does not offer, or not in a form that this interface has: one row a line.

use parcelgate_carrier::{Ability, Absence};

const fn absent(ability: Ability, reason: &'static str) -> Absence {
    Absence { ability, reason }
}

#[rustfmt::skip]
const ALWAYS: [Absence; 3] = [
    absent(Ability::Reprint, "FedEx gives a label once, with the purchase, and cannot print it again: void the shipment and buy another"),
    absent(Ability::LandedCost, "FedEx describes estimated duties in its answers, and nothing by which its rate interface is asked for them"),
    absent(Ability::Catalogue, "FedEx lists services for a way, not for an account: ask for prices"),
];

const PUSHES: Absence = absent(
    Ability::Pushes,
    "the account has no webhook_token, without which nothing pushed can be known to be FedEx's",
);

pub(crate) const ABSENCES: &[Absence] = &ALWAYS;

/// Of an account that nothing is pushed to.
pub(crate) const ABSENCES_WITHOUT_PUSHES: &[Absence] = &[ALWAYS[0], ALWAYS[1], ALWAYS[2], PUSHES];

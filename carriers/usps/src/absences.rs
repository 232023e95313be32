//! What USPS does not offer, or not in a form that this interface has: one row a line.

use parcelgate_carrier::{Ability, Absence};

const fn absent(ability: Ability, reason: &'static str) -> Absence {
    Absence { ability, reason }
}

#[rustfmt::skip]
const ALWAYS: [Absence; 3] = [
    absent(Ability::Documents, "USPS takes no papers as files: its label is the customs form"),
    absent(Ability::ProofOfDelivery, "USPS sends a proof of delivery by e-mail only"),
    absent(Ability::Catalogue, "USPS opens every service to every account and lists none"),
];

const PUSHES: Absence = absent(
    Ability::Pushes,
    "the account has no subscription_email, which USPS wants for a subscription",
);

pub(crate) const ABSENCES: &[Absence] = &ALWAYS;

/// Of an account to which USPS may not write.
pub(crate) const ABSENCES_WITHOUT_PUSHES: &[Absence] = &[ALWAYS[0], ALWAYS[1], ALWAYS[2], PUSHES];

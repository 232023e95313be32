//! What Template cannot do, or not yet through this adapter: one row a line.

use parcelgate_carrier::{Ability, Absence};

pub(crate) const ABSENCES: &[Absence] = &[
    absent(Ability::Buy, NOT_YET),
    absent(Ability::Find, NOT_YET),
    absent(Ability::Void, NOT_YET),
    absent(Ability::Reprint, NOT_YET),
    absent(Ability::Returns, NOT_YET),
    absent(Ability::Tracking, NOT_YET),
    absent(Ability::Pushes, NOT_YET),
    absent(Ability::ProofOfDelivery, NOT_YET),
    absent(Ability::Addresses, NOT_YET),
    absent(Ability::Pickups, NOT_YET),
    absent(Ability::Manifests, NOT_YET),
    absent(Ability::Documents, NOT_YET),
    absent(Ability::LandedCost, NOT_YET),
    absent(Ability::Catalogue, NOT_YET),
];

const NOT_YET: &str = "the adapter does not have it yet";

const fn absent(ability: Ability, reason: &'static str) -> Absence {
    Absence { ability, reason }
}

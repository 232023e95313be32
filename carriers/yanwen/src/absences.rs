//! What Yanwen does not offer, or not by way of this crate, and why.

use parcelgate_carrier::{Ability, Absence};

const fn absent(ability: Ability, reason: &'static str) -> Absence {
    Absence { ability, reason }
}

#[rustfmt::skip]
const ABSENCES: &[Absence] = &[
    absent(Ability::Rates, "this account has no prices; set rate_card, rate_card_csv or calc_list"),
    absent(Ability::Returns, "Yanwen describes no labels for the way back"),
    absent(Ability::Pushes, "Yanwen describes no events that it sends by itself; parcels are asked for"),
    absent(Ability::ProofOfDelivery, "Yanwen describes no proof of delivery; a partner delivers and may have one under the last-mile number"),
    absent(Ability::Addresses, "Yanwen checks only addresses in the United States, and how it says no is not published"),
    absent(Ability::Pickups, "Yanwen's platform has no pickup to order; the sender brings parcels to a warehouse"),
    absent(Ability::Manifests, "Yanwen closes no day: an order is announced when it is bought"),
    absent(Ability::Documents, "Yanwen's platform takes no papers; the declaration goes with the order"),
    absent(Ability::LandedCost, "Yanwen tells no duties or taxes; its estimate is of carriage"),
];

/// Prices depend on the account; whatever else is absent is absent for all.
pub(crate) fn absences(prices: bool) -> &'static [Absence] {
    ABSENCES.get(usize::from(prices)..).unwrap_or_default()
}

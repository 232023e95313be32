//! What 4PX does not offer, or not by way of this crate, and why.

use parcelgate_carrier::{Ability, Absence};

const fn absent(ability: Ability, reason: &'static str) -> Absence {
    Absence { ability, reason }
}

#[rustfmt::skip]
pub(crate) const ABSENCES: &[Absence] = &[
    absent(Ability::Returns, "4PX sells no labels for the way back; what becomes of a parcel that cannot be delivered is set on each order"),
    absent(Ability::Pushes, "4PX's direct shipping describes no events that it sends by itself; parcels are asked for"),
    absent(Ability::ProofOfDelivery, "4PX describes no proof of delivery; a partner delivers and may have one under the last-mile number"),
    absent(Ability::Addresses, "4PX describes no check of addresses"),
    absent(Ability::Pickups, "4PX takes a wish to be picked up with an order and describes no pickup of its own; the sender brings parcels to a warehouse"),
    absent(Ability::Manifests, "4PX closes no day: an order is announced when it is bought"),
    absent(Ability::Documents, "4PX takes papers only with the order of some products, by arrangement"),
    absent(Ability::LandedCost, "4PX's estimate is of carriage; it tells no duties or taxes"),
];

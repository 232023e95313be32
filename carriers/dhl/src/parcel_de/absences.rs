//! What DHL Paket does not do, in words for the caller.

use parcelgate_carrier::{Ability, Absence};

const fn none(ability: Ability, reason: &'static str) -> Absence {
    Absence { ability, reason }
}

#[rustfmt::skip]
pub(super) const ABSENCES: &[Absence] = &[
    none(Ability::Rates, "prices of DHL Paket stand in the contract; no interface tells them"),
    none(Ability::Find, "DHL Paket finds a shipment by its number alone, not by a reference"),
    none(Ability::Pushes, "DHL's push is not described in public; parcels are asked for instead"),
    none(Ability::ProofOfDelivery, "DHL Paket shows a proof of delivery on a web page, as no paper"),
    none(Ability::Addresses, "DHL Paket checks an address when a label is bought, and not before"),
    none(Ability::Documents, "DHL Paket takes the declaration as data and prints it; no files"),
    none(Ability::LandedCost, "DHL Paket tells nothing of duties before a parcel is sent"),
    none(Ability::Catalogue, "the products of an account stand in its contract; no interface lists them"),
];

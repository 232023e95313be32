//! What DHL Express does not do, in words for the caller.

use parcelgate_carrier::{Ability, Absence};

#[rustfmt::skip]
pub(super) const NO_VOID: &str = "DHL Express has no interface that takes a shipment back: a label that is never handed over is not billed; only a pickup can be cancelled";
#[rustfmt::skip]
pub(super) const NO_REPRINT: &str = "DHL Express gives a label once, with the purchase; what it keeps is the waybill for the courier, which is no label";

const fn none(ability: Ability, reason: &'static str) -> Absence {
    Absence { ability, reason }
}

#[rustfmt::skip]
pub(super) const ABSENCES: &[Absence] = &[
    none(Ability::Void, NO_VOID),
    none(Ability::Reprint, NO_REPRINT),
    none(Ability::Pushes, "DHL Express sends events to customers who arrange it with DHL; its interface describes none"),
    none(Ability::Addresses, "DHL Express says whether it serves a town or postal code, not whether an address exists"),
    none(Ability::Manifests, "DHL Express closes no day: a shipment is announced when it is bought"),
    none(Ability::Catalogue, "DHL Express sells by the way a parcel goes: ask for prices"),
];

//! What the shared tracking does not do, in words for the caller.

use parcelgate_carrier::{Ability, Absence};

const ONLY_TRACKS: &str = "this is DHL's tracking, which sells nothing; DHL Express and DHL Paket \
                           have accounts of their own (product = \"express\", \"parcel_de\")";

const fn none(ability: Ability) -> Absence {
    Absence {
        ability,
        reason: ONLY_TRACKS,
    }
}

#[rustfmt::skip]
pub(super) const ABSENCES: &[Absence] = &[
    none(Ability::Rates),
    none(Ability::Buy),
    none(Ability::Find),
    none(Ability::Void),
    none(Ability::Reprint),
    none(Ability::Returns),
    Absence {
        ability: Ability::Pushes,
        reason: "DHL activates a subscription when its hook calls back with a secret, and publishes \
                 no description of what it sends; parcels are asked for instead",
    },
    Absence {
        ability: Ability::ProofOfDelivery,
        reason: "DHL gives the address of a web page, no paper",
    },
    none(Ability::Addresses),
    none(Ability::Pickups),
    none(Ability::Manifests),
    none(Ability::Documents),
    none(Ability::LandedCost),
    none(Ability::Catalogue),
];

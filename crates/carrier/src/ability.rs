//! What a carrier can do, in the words of the interface.

use crate::Carrier;

/// One thing that a carrier may or may not be able to do. Most are facets; of labels there are
/// four, because some carriers sell what they do not take back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ability {
    /// Tells prices.
    Rates,
    /// Sells labels.
    Buy,
    /// Finds a purchase by its reference.
    Find,
    /// Voids a label.
    Void,
    /// Gives a label again.
    Reprint,
    /// Sells labels for parcels that come back.
    Returns,
    /// Tells where parcels are.
    Tracking,
    /// Sends events by itself.
    Pushes,
    /// Shows who took a parcel.
    ProofOfDelivery,
    /// Checks addresses.
    Addresses,
    /// Comes to fetch parcels.
    Pickups,
    /// Closes a day, or a batch of shipments, with one paper.
    Manifests,
    /// Takes papers for customs as files.
    Documents,
    /// Tells what duties and taxes will be.
    LandedCost,
    /// Tells what the account may use.
    Catalogue,
}

impl Ability {
    /// Every ability with its name.
    pub const ALL: [(Self, &'static str); 15] = [
        (Self::Rates, "rates"),
        (Self::Buy, "buy"),
        (Self::Find, "find"),
        (Self::Void, "void"),
        (Self::Reprint, "reprint"),
        (Self::Returns, "returns"),
        (Self::Tracking, "tracking"),
        (Self::Pushes, "pushes"),
        (Self::ProofOfDelivery, "proof_of_delivery"),
        (Self::Addresses, "addresses"),
        (Self::Pickups, "pickups"),
        (Self::Manifests, "manifests"),
        (Self::Documents, "documents"),
        (Self::LandedCost, "landed_cost"),
        (Self::Catalogue, "catalogue"),
    ];

    /// Its name in the interface and the tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(ability, _)| *ability == self)
            .map_or("", |(_, name)| name)
    }

    /// Whether the facet it belongs to is there.
    #[must_use]
    pub fn has_facet(self, carrier: &dyn Carrier) -> bool {
        match self {
            Self::Rates => carrier.rates().is_some(),
            Self::Buy | Self::Find | Self::Void | Self::Reprint => carrier.shipping().is_some(),
            Self::Returns => carrier.returns().is_some(),
            Self::Tracking => carrier.tracking().is_some(),
            Self::Pushes => carrier.pushes().is_some(),
            Self::ProofOfDelivery => carrier.proofs().is_some(),
            Self::Addresses => carrier.addresses().is_some(),
            Self::Pickups => carrier.pickups().is_some(),
            Self::Manifests => carrier.manifests().is_some(),
            Self::Documents => carrier.documents().is_some(),
            Self::LandedCost => carrier.landed_cost().is_some(),
            Self::Catalogue => carrier.catalogue().is_some(),
        }
    }

    /// Whether `carrier` has it: the facet is there and the profile does not except it.
    #[must_use]
    pub fn is_in(self, carrier: &dyn Carrier) -> bool {
        self.has_facet(carrier) && carrier.profile().absence(self).is_none()
    }
}

/// Something that a carrier cannot do, or not through this gateway, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Absence {
    /// What.
    pub ability: Ability,
    /// Why, for the caller to read: "DHL Express has no void; an unused label is not billed".
    pub reason: &'static str,
}

//! What an order system can do, in the words of the interface.

use crate::Shop;

/// One thing that an order system may or may not be able to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ShopAbility {
    /// Lets a number that it was told be replaced by another.
    Change,
    /// Wants to hear what happens to a package on its way.
    Events,
    /// Shows what it made of what it was told.
    ReadBack,
}

impl ShopAbility {
    /// Every ability with its name.
    pub const ALL: [(Self, &'static str); 3] = [
        (Self::Change, "change"),
        (Self::Events, "events"),
        (Self::ReadBack, "read_back"),
    ];

    /// Its name in the interface.
    #[must_use]
    pub fn name(self) -> &'static str {
        let mut all = Self::ALL.iter();
        all.find(|(ability, _)| *ability == self)
            .map_or("", |(_, name)| name)
    }

    /// Whether `shop` has it.
    #[must_use]
    pub fn is_in(self, shop: &dyn Shop) -> bool {
        let facet = match self {
            Self::Change => true,
            Self::Events => shop.tells().is_some(),
            Self::ReadBack => shop.reads_back().is_some(),
        };
        facet && shop.profile().absence(self).is_none()
    }
}

/// Something that an order system cannot do, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShopAbsence {
    /// What.
    pub ability: ShopAbility,
    /// Why, for the caller to read.
    pub reason: &'static str,
}

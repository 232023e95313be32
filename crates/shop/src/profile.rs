//! What is fixed about an order system, as data.

use parcelgate_carrier::Quota;
use parcelgate_domain::CarrierId;

use crate::{ShopAbility, ShopAbsence};

/// Identity and limits of an order system.
#[derive(Debug, Clone)]
pub struct ShopProfile {
    /// The id in configuration and interface; failures, spans and samples tell of it by this.
    pub id: CarrierId,
    /// The name for people.
    pub name: &'static str,
    /// How often requests may be sent, unless the configuration says otherwise.
    pub quotas: &'static [Quota],
    /// The shop's words for our carriers.
    pub carriers: &'static [CarrierCode],
    /// The day on which they were read.
    pub carriers_read_on: &'static str,
    /// Its word for a carrier that it has no word for, where a name can be given with it.
    pub other: Option<&'static str>,
    /// How many items one package may name.
    pub items_max: usize,
    /// Whether a package must name its items; where not, none means all of the order.
    pub items_needed: bool,
    /// The marketplaces that it takes orders of; none where it has only one.
    pub marketplaces: &'static [&'static str],
    /// What it cannot do, each with the reason.
    pub absences: &'static [ShopAbsence],
}

/// An order system's word for one of our carriers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CarrierCode {
    /// Our carrier.
    pub carrier: &'static str,
    /// In which marketplaces; in all when empty.
    pub marketplaces: &'static [&'static str],
    /// The word.
    pub code: &'static str,
}

impl ShopProfile {
    /// Why it cannot do that, if it cannot.
    #[must_use]
    pub fn absence(&self, ability: ShopAbility) -> Option<&'static str> {
        let absence = self.absences.iter().find(|row| row.ability == ability);
        absence.map(|row| row.reason)
    }

    /// The shop's word for a carrier in a marketplace: a row of that marketplace before one of all.
    #[must_use]
    pub fn carrier_code(&self, carrier: &str, marketplace: Option<&str>) -> Option<&'static str> {
        let own = || self.carriers.iter().filter(|row| row.carrier == carrier);
        let here =
            |row: &&CarrierCode| marketplace.is_some_and(|it| row.marketplaces.contains(&it));
        let everywhere = |row: &&CarrierCode| row.marketplaces.is_empty();
        let found = own().find(here).or_else(|| own().find(everywhere));
        found.map(|row| row.code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn row(
        carrier: &'static str,
        marketplaces: &'static [&'static str],
        code: &'static str,
    ) -> CarrierCode {
        CarrierCode {
            carrier,
            marketplaces,
            code,
        }
    }

    static TOY: ShopProfile = ShopProfile {
        id: CarrierId::known("toy"),
        name: "Toy",
        quotas: &[],
        carriers: &[
            row("acme", &[], "ACME"),
            row("acme", &["DE"], "ACME_DE"),
            row("b", &["DE"], "B"),
        ],
        carriers_read_on: "2026-11-22",
        other: None,
        items_max: 1,
        items_needed: true,
        marketplaces: &[],
        absences: &[],
    };

    #[test]
    fn the_word_of_a_marketplace_goes_before_that_of_all() {
        let code = |carrier, marketplace| TOY.carrier_code(carrier, marketplace);
        assert_eq!(code("acme", Some("DE")), Some("ACME_DE"));
        assert_eq!(code("acme", Some("US")), Some("ACME"));
        assert_eq!(code("acme", None), Some("ACME"));
        assert_eq!(code("b", Some("US")), None);
        assert_eq!(code("c", Some("DE")), None);
    }
}

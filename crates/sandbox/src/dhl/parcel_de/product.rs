//! Products of Parcel DE.

use crate::dhl::express::union;

/// Where a product goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    Germany,
    Union,
    Abroad,
}
use Reach::{Abroad, Germany, Union};

/// A product. Its procedure is digits 11 and 12 of the billing number.
#[derive(Debug)]
pub(super) struct Product {
    pub(super) code: &'static str,
    pub(super) name: &'static str,
    pub(super) procedure: &'static str,
    reach: &'static [Reach],
    /// Working days in Germany, in the Union, elsewhere.
    days: [u8; 3],
    /// The most it may weigh, in grams.
    pub(super) grams_max: u64,
}

#[rustfmt::skip]
const PRODUCTS: &[Product] = &[
    Product { code: "V01PAK", name: "DHL PAKET", procedure: "01", reach: &[Germany], days: [1, 0, 0], grams_max: 31_500 },
    Product { code: "V53WPAK", name: "DHL PAKET INTERNATIONAL", procedure: "53", reach: &[Union, Abroad], days: [0, 3, 7], grams_max: 31_500 },
    Product { code: "V54EPAK", name: "DHL EUROPAKET", procedure: "54", reach: &[Union], days: [0, 3, 0], grams_max: 31_500 },
    Product { code: "V62WP", name: "WARENPOST", procedure: "62", reach: &[Germany], days: [2, 0, 0], grams_max: 1_000 },
    Product { code: "V62KP", name: "DHL KLEINPAKET", procedure: "62", reach: &[Germany], days: [2, 0, 0], grams_max: 1_000 },
    Product { code: "V66WPI", name: "WARENPOST INTERNATIONAL", procedure: "66", reach: &[Union, Abroad], days: [0, 4, 9], grams_max: 1_000 },
];

impl Product {
    pub(super) fn of(code: &str) -> Option<&'static Self> {
        PRODUCTS.iter().find(|product| product.code == code)
    }

    pub(super) fn serves(&self, country: &str) -> bool {
        self.reach.contains(&reach(country))
    }

    /// Working days between pickup and delivery.
    pub(super) fn days(&self, country: &str) -> u8 {
        let [home, union, abroad] = self.days;
        match reach(country) {
            Germany => home,
            Union => union,
            Abroad => abroad,
        }
    }
}

/// Whether a parcel to there is declared to customs.
pub(super) fn customs(country: &str) -> bool {
    reach(country) == Abroad
}

fn reach(country: &str) -> Reach {
    match country {
        "DE" => Germany,
        country if union(country) => Union,
        _ => Abroad,
    }
}

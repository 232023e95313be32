//! Weight in grams, length in millimetres, and the units that carriers ask for.
//!
//! Every conversion rounds up: a carrier bills what it measures, and a parcel declared too light or
//! too small is corrected at the shipper's cost.

use serde::{Deserialize, Serialize};

/// A weight in grams.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Weight(u32);

/// Hundred-thousandths of a gram in a pound: 453.59237 g by definition.
const POUND: u64 = 45_359_237;
const PER_GRAM: u64 = 100_000;

impl Weight {
    /// So many grams.
    #[must_use]
    pub const fn grams(grams: u32) -> Self {
        Self(grams)
    }

    /// In grams.
    #[must_use]
    pub const fn as_grams(self) -> u32 {
        self.0
    }

    /// In tenths of a pound, rounded up.
    #[must_use]
    pub fn tenths_of_pound(self) -> u64 {
        (u64::from(self.0) * PER_GRAM * 10).div_ceil(POUND)
    }

    /// In hundred-grams, rounded up: tenths of a kilogram.
    #[must_use]
    pub fn tenths_of_kilogram(self) -> u64 {
        u64::from(self.0).div_ceil(100)
    }

    /// Pounds with one decimal: `2.8`.
    #[must_use]
    pub fn pounds(self) -> String {
        tenths(self.tenths_of_pound())
    }

    /// Kilograms with one decimal: `1.3`.
    #[must_use]
    pub fn kilograms(self) -> String {
        tenths(self.tenths_of_kilogram())
    }

    /// The sum; the largest weight when it is too large.
    #[must_use]
    pub const fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// `count` times this weight; the largest weight when it is too large.
    #[must_use]
    pub const fn saturating_mul(self, count: u32) -> Self {
        Self(self.0.saturating_mul(count))
    }
}

/// A length in millimetres.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Length(u32);

impl Length {
    /// So many millimetres.
    #[must_use]
    pub const fn millimetres(millimetres: u32) -> Self {
        Self(millimetres)
    }

    /// In millimetres.
    #[must_use]
    pub const fn as_millimetres(self) -> u32 {
        self.0
    }

    /// Whole centimetres, rounded up.
    #[must_use]
    pub const fn centimetres(self) -> u32 {
        self.0.div_ceil(10)
    }

    /// Whole inches of 25.4 mm, rounded up.
    #[must_use]
    pub fn inches(self) -> u64 {
        (u64::from(self.0) * 10).div_ceil(254)
    }
}

/// The outside of a parcel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Dimensions {
    /// The longest side, by convention.
    pub length: Length,
    /// The second side.
    pub width: Length,
    /// The third side.
    pub height: Length,
}

impl Dimensions {
    /// Three sides in millimetres.
    #[must_use]
    pub const fn millimetres(length: u32, width: u32, height: u32) -> Self {
        Self {
            length: Length::millimetres(length),
            width: Length::millimetres(width),
            height: Length::millimetres(height),
        }
    }

    /// What the size weighs at `divisor` cubic centimetres a kilogram (5000 or 6000 are usual),
    /// rounded up to a gram.
    #[must_use]
    pub fn volumetric(self, divisor: u32) -> Weight {
        let cubic_mm =
            u128::from(self.length.0) * u128::from(self.width.0) * u128::from(self.height.0);
        let grams = cubic_mm.div_ceil(u128::from(divisor.max(1)));
        Weight(u32::try_from(grams).unwrap_or(u32::MAX))
    }
}

fn tenths(tenths: u64) -> String {
    format!("{}.{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_weights_and_sizes() {
        assert_eq!(Weight::grams(454).pounds(), "1.1");
        assert_eq!(Weight::grams(453).pounds(), "1.0");
        assert_eq!(Weight::grams(1_201).kilograms(), "1.3");
        assert_eq!(Length::millimetres(254).inches(), 10);
        assert_eq!(Length::millimetres(255).inches(), 11);
        assert_eq!(Length::millimetres(101).centimetres(), 11);
        assert_eq!(
            Dimensions::millimetres(300, 200, 100).volumetric(5_000),
            Weight::grams(1_200)
        );
    }

    proptest! {
        #[test]
        fn a_conversion_never_declares_less(grams: u32) {
            let weight = Weight::grams(grams);
            let (tenths, exact) = (weight.tenths_of_pound(), u64::from(grams) * PER_GRAM * 10);
            prop_assert!(tenths * POUND >= exact);
            prop_assert!(tenths.saturating_sub(1) * POUND <= exact);
            prop_assert!(weight.tenths_of_kilogram() * 100 >= u64::from(grams));
        }

        #[test]
        fn a_length_is_rounded_up_by_less_than_a_unit(millimetres: u32) {
            let length = Length::millimetres(millimetres);
            prop_assert!(length.inches() * 254 >= u64::from(millimetres) * 10);
            prop_assert!(length.inches() * 254 < u64::from(millimetres) * 10 + 254);
        }
    }
}

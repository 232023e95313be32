//! Weights and lengths in the units that carriers ask for, as decimal text.
//!
//! Written values are rounded up: a carrier bills what it measures, and a parcel declared too light
//! or too small is corrected at the shipper's cost. Read values are rounded up too, to a gram.

use parcelgate_domain::{Dimensions, Length, Parcel, Violations, Weight};

/// In which unit a weight is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WeightUnit {
    /// 453.59237 grams.
    Pound,
    /// A sixteenth of a pound.
    Ounce,
    /// 1000 grams.
    Kilogram,
    /// Itself.
    Gram,
}

/// In which unit a length is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LengthUnit {
    /// 25.4 millimetres.
    Inch,
    /// 10 millimetres.
    Centimetre,
    /// Itself.
    Millimetre,
}

/// Of a gram, in the smallest part that makes every unit a whole number: an ounce is a sixteenth of
/// 453.59237 g.
const PARTS_OF_GRAM: u128 = 1_600_000;

impl WeightUnit {
    const fn parts(self) -> u128 {
        match self {
            Self::Pound => 725_747_792,
            Self::Ounce => 45_359_237,
            Self::Kilogram => 1_000 * PARTS_OF_GRAM,
            Self::Gram => PARTS_OF_GRAM,
        }
    }

    /// `weight` in this unit with so many decimals (at most 6), rounded up.
    #[must_use]
    pub fn write(self, weight: Weight, decimals: u32) -> String {
        let parts = u128::from(weight.as_grams()) * PARTS_OF_GRAM;
        write(parts, self.parts(), decimals)
    }

    /// What a carrier wrote, rounded up to a gram; none when it is no weight.
    #[must_use]
    pub fn read(self, text: &str) -> Option<Weight> {
        let grams = read(text, self.parts(), PARTS_OF_GRAM)?;
        u32::try_from(grams).ok().map(Weight::grams)
    }
}

impl LengthUnit {
    /// In tenths of a millimetre.
    const fn parts(self) -> u128 {
        match self {
            Self::Inch => 254,
            Self::Centimetre => 100,
            Self::Millimetre => 10,
        }
    }

    /// `length` in this unit with so many decimals (at most 6), rounded up.
    #[must_use]
    pub fn write(self, length: Length, decimals: u32) -> String {
        let parts = u128::from(length.as_millimetres()) * 10;
        write(parts, self.parts(), decimals)
    }

    /// `length` in whole units, rounded up.
    #[must_use]
    pub fn whole(self, length: Length) -> u64 {
        let parts = u128::from(length.as_millimetres()) * 10;
        u64::try_from(parts.div_ceil(self.parts())).unwrap_or(u64::MAX)
    }
}

/// `parts`, of which `unit` make one, as a decimal number.
fn write(parts: u128, unit: u128, decimals: u32) -> String {
    let decimals = decimals.min(6);
    let scale = 10_u128.pow(decimals);
    let scaled = (parts * scale).div_ceil(unit);
    let (whole, fraction) = (scaled / scale, scaled % scale);
    match usize::try_from(decimals) {
        Ok(width) if width > 0 => format!("{whole}.{fraction:0width$}"),
        _ => whole.to_string(),
    }
}

/// A decimal text of units in `to`, rounded up; digits beyond the sixth count as one more.
fn read(text: &str, unit: u128, to: u128) -> Option<u128> {
    let (whole, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if !(1..=12).contains(&whole.len()) || !plain(whole) || !plain(fraction) {
        return None;
    }
    let (kept, rest) = fraction.split_at_checked(6).unwrap_or((fraction, ""));
    let millionths: u128 = format!("{whole}{kept:0<6}").parse().ok()?;
    let more = u128::from(rest.bytes().any(|byte| byte != b'0'));
    Some(((millionths + more) * unit).div_ceil(to * 1_000_000))
}

/// The sides with the longest first.
#[must_use]
pub fn longest_first(size: Dimensions) -> [Length; 3] {
    let mut sides = [size.length, size.width, size.height];
    sides.sort_unstable_by(|a, b| b.cmp(a));
    sides
}

/// The most that a carrier carries of a box, as data.
#[derive(Debug, Clone, Copy)]
pub struct ParcelLimits {
    /// How the violations call the carrier.
    pub carrier: &'static str,
    /// How many boxes a shipment may have.
    pub parcels_max: usize,
    /// The heaviest.
    pub weight: Weight,
    /// Unit in which sides are compared and told.
    pub unit: LengthUnit,
    /// The longest side, in that unit; no limit when absent.
    pub length: Option<u64>,
    /// The longest side and twice the other two together, in that unit; no limit when absent.
    pub length_and_girth: Option<u64>,
}

impl ParcelLimits {
    /// What the carrier would not carry of `parcels`.
    #[must_use]
    pub fn violations(&self, parcels: &[Parcel]) -> Violations {
        let mut found = Violations::new();
        if !(1..=self.parcels_max).contains(&parcels.len()) {
            let allowed = format!("1 to {} parcels with {}", self.parcels_max, self.carrier);
            found.refuse("parcels", parcels.len(), allowed);
        }
        for (index, parcel) in parcels.iter().enumerate() {
            let field = format!("parcels[{index}]");
            found.append(parcel.violations(&field));
            if parcel.weight > self.weight {
                let most = self.weight.as_grams();
                let allowed = format!("at most {most} grams, which is what {} takes", self.carrier);
                let field = format!("{field}.weight_grams");
                found.refuse(field, parcel.weight.as_grams(), allowed);
            }
            if let Some(size) = parcel.size {
                self.check_size(size, &format!("{field}.size"), &mut found);
            }
        }
        found
    }

    fn check_size(&self, size: Dimensions, field: &str, found: &mut Violations) {
        let [length, width, height] = longest_first(size).map(|side| self.unit.whole(side));
        let girth = length.saturating_add(width.saturating_add(height).saturating_mul(2));
        let unit = match self.unit {
            LengthUnit::Inch => "inches",
            LengthUnit::Centimetre => "centimetres",
            LengthUnit::Millimetre => "millimetres",
        };
        let beyond = |value: u64, most: Option<u64>| most.filter(|most| value > *most);
        if let Some(most) = beyond(length, self.length) {
            found.refuse(field, length, format!("at most {most} {unit} long"));
        } else if let Some(most) = beyond(girth, self.length_and_girth) {
            let allowed = format!("of length and girth together at most {most} {unit}");
            found.refuse(field, girth, allowed);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_unit_is_written_rounded_up() {
        let grams = Weight::grams(1_200);
        assert_eq!(WeightUnit::Pound.write(grams, 1), "2.7");
        assert_eq!(WeightUnit::Pound.write(grams, 3), "2.646");
        assert_eq!(WeightUnit::Ounce.write(grams, 1), "42.4");
        assert_eq!(WeightUnit::Kilogram.write(grams, 3), "1.200");
        assert_eq!(WeightUnit::Gram.write(grams, 0), "1200");
        assert_eq!(LengthUnit::Inch.write(Length::millimetres(254), 0), "10");
        assert_eq!(LengthUnit::Inch.write(Length::millimetres(255), 1), "10.1");
        assert_eq!(LengthUnit::Centimetre.whole(Length::millimetres(301)), 31);
        let domain = Weight::grams(1_234_567);
        assert_eq!(WeightUnit::Pound.write(domain, 1), domain.pounds());
        assert_eq!(WeightUnit::Kilogram.write(domain, 1), domain.kilograms());
    }

    #[test]
    fn what_a_carrier_weighed_is_read_in_grams() {
        assert_eq!(WeightUnit::Pound.read("3.0"), Some(Weight::grams(1_361)));
        assert_eq!(WeightUnit::Kilogram.read("1.5"), Some(Weight::grams(1_500)));
        assert_eq!(WeightUnit::Ounce.read("16"), Some(Weight::grams(454)));
        assert_eq!(WeightUnit::Gram.read("0.0000001"), Some(Weight::grams(1)));
        for none in ["", "-1", ".5", "1e3", "99999999999999999", "1.x"] {
            assert_eq!(WeightUnit::Kilogram.read(none), None, "{none}");
        }
    }

    #[test]
    fn what_is_too_much_is_named_all_at_once() {
        const LIMITS: ParcelLimits = ParcelLimits {
            carrier: "Acme",
            parcels_max: 4,
            weight: Weight::grams(70_000),
            unit: LengthUnit::Centimetre,
            length: Some(270),
            length_and_girth: Some(330),
        };
        let parcel = |grams, size: (u32, u32, u32)| Parcel {
            weight: Weight::grams(grams),
            size: Some(Dimensions::millimetres(size.0, size.1, size.2)),
        };
        let found = LIMITS.violations(&[
            parcel(70_001, (10, 10, 10)),
            parcel(1_000, (10, 2_701, 10)),
            parcel(1_000, (1_000, 600, 600)),
            parcel(70_000, (1_000, 600, 550)),
        ]);
        let fields: Vec<_> = found.as_slice().iter().map(|v| v.field.as_str()).collect();
        let expected = [
            "parcels[0].weight_grams",
            "parcels[1].size",
            "parcels[2].size",
        ];
        assert_eq!(fields, expected);
        assert!(!LIMITS.violations(&[]).is_empty());
    }

    proptest! {
        #[test]
        fn a_written_weight_is_never_less_and_reads_back_within_its_last_digit(
            grams in 1..100_000_000_u32, decimals in 0..=6_u32,
        ) {
            let units =
                [WeightUnit::Pound, WeightUnit::Ounce, WeightUnit::Kilogram, WeightUnit::Gram];
            for unit in units {
                let read = unit.read(&unit.write(Weight::grams(grams), decimals)).unwrap();
                prop_assert!(read.as_grams() >= grams);
                let slack = u32::try_from(unit.parts() / PARTS_OF_GRAM).unwrap() + 2;
                prop_assert!(read.as_grams() - grams <= slack);
            }
        }
    }
}

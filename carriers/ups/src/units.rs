//! Weights and measures: pounds and inches from the United States, kilograms and centimetres from
//! everywhere else, and the most that UPS carries of each.

use parcelgate_domain::{Country, Dimensions, Parcel, Violations, Weight};
use serde::{Deserialize, Serialize};

use crate::wire;

/// Which units UPS wants from a country.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Units {
    /// Pounds and inches.
    Imperial,
    /// Kilograms and centimetres.
    Metric,
}

/// A unit, written.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Unit {
    code: &'static str,
    description: &'static str,
}

/// A weight, written.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct WeightOut {
    unit_of_measurement: Unit,
    weight: String,
}

/// Three sides, written.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Sides {
    unit_of_measurement: Unit,
    length: String,
    width: String,
    height: String,
}

/// The most that UPS carries: 150 pounds or 70 kilograms, 108 inches or 270 centimetres long, and
/// length + 2 x (width + height) of 165 inches or 330 centimetres (description of shipping v2409).
struct Limits {
    weight: Weight,
    weight_text: &'static str,
    length: u64,
    girth: u64,
    length_text: &'static str,
    girth_text: &'static str,
}

const IMPERIAL: Limits = Limits {
    weight: Weight::grams(68_038),
    weight_text: "at most 68038 grams, the 150 pounds that UPS carries",
    length: 108,
    girth: 165,
    length_text: "at most 108 inches long",
    girth_text: "of length and girth together at most 165 inches",
};

const METRIC: Limits = Limits {
    weight: Weight::grams(70_000),
    weight_text: "at most 70000 grams, which is what UPS carries",
    length: 270,
    girth: 330,
    length_text: "at most 270 centimetres long",
    girth_text: "of length and girth together at most 330 centimetres",
};

impl Units {
    /// Those of a country of origin.
    pub(crate) fn of(origin: Country) -> Self {
        if matches!(origin.code(), "US" | "PR") {
            Self::Imperial
        } else {
            Self::Metric
        }
    }

    pub(crate) fn weight(self, weight: Weight) -> WeightOut {
        let (code, description, text) = match self {
            Self::Imperial => ("LBS", "Pounds", weight.pounds()),
            Self::Metric => ("KGS", "Kilograms", weight.kilograms()),
        };
        WeightOut {
            unit_of_measurement: Unit { code, description },
            weight: text,
        }
    }

    /// The longest side first, as UPS wants it.
    pub(crate) fn sides(self, size: Dimensions) -> Sides {
        let (code, description) = match self {
            Self::Imperial => ("IN", "Inches"),
            Self::Metric => ("CM", "Centimeters"),
        };
        let [length, width, height] = self.longest_first(size).map(|side| side.to_string());
        Sides {
            unit_of_measurement: Unit { code, description },
            length,
            width,
            height,
        }
    }

    fn longest_first(self, size: Dimensions) -> [u64; 3] {
        let mut sides = [size.length, size.width, size.height].map(|side| match self {
            Self::Imperial => side.inches(),
            Self::Metric => u64::from(side.centimetres()),
        });
        sides.sort_unstable_by(|a, b| b.cmp(a));
        sides
    }

    /// What UPS would not carry of `parcels`.
    pub(crate) fn violations(self, parcels: &[Parcel], found: &mut Violations) {
        let limits = match self {
            Self::Imperial => IMPERIAL,
            Self::Metric => METRIC,
        };
        if !(1..=PARCELS_MAX).contains(&parcels.len()) {
            found.refuse(
                "parcels",
                parcels.len(),
                format!("1 to {PARCELS_MAX} parcels"),
            );
        }
        for (index, parcel) in parcels.iter().enumerate() {
            let field = format!("parcels[{index}]");
            found.append(parcel.violations(&field));
            if parcel.weight > limits.weight {
                let field = format!("{field}.weight_grams");
                found.refuse(field, parcel.weight.as_grams(), limits.weight_text);
            }
            let Some(size) = parcel.size else { continue };
            let [length, width, height] = self.longest_first(size);
            if length > limits.length {
                found.refuse(format!("{field}.size"), length, limits.length_text);
            } else if length + 2 * (width + height) > limits.girth {
                let girth = length + 2 * (width + height);
                found.refuse(format!("{field}.size"), girth, limits.girth_text);
            }
        }
    }
}

/// How many boxes one shipment may have.
pub(crate) const PARCELS_MAX: usize = 200;

/// A weight, read.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct WeightRead {
    unit_of_measurement: wire::CodeRead,
    weight: parcelgate_domain::DecimalText,
}

impl WeightRead {
    /// In grams, rounded up; none when it is no weight.
    pub(crate) fn weight(&self) -> Option<Weight> {
        let milli = thousandths(self.weight.as_str())?;
        let hundred_thousandths_of_a_gram = match self.unit_of_measurement.code.as_str() {
            "LBS" => milli.checked_mul(45_359_237)?.div_ceil(1_000),
            "KGS" => milli.checked_mul(100_000)?,
            "OZS" => milli.checked_mul(45_359_237)?.div_ceil(16_000),
            _ => return None,
        };
        let grams = hundred_thousandths_of_a_gram.div_ceil(100_000);
        u32::try_from(grams).ok().map(Weight::grams)
    }
}

/// `12.5` as 12500; digits beyond the third are not kept.
fn thousandths(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !plain(whole) || !plain(fraction) {
        return None;
    }
    let kept: String = fraction.chars().chain("000".chars()).take(3).collect();
    format!("{whole}{kept}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parcel(grams: u32, size: Option<Dimensions>) -> Parcel {
        Parcel {
            weight: Weight::grams(grams),
            size,
        }
    }

    #[test]
    fn the_longest_side_comes_first_in_whole_units() {
        let sides = Units::Metric.sides(Dimensions::millimetres(100, 301, 200));
        assert_eq!(
            (
                sides.length.as_str(),
                sides.width.as_str(),
                sides.height.as_str()
            ),
            ("31", "20", "10")
        );
        assert_eq!(Units::Imperial.weight(Weight::grams(1_200)).weight, "2.7");
        assert_eq!(Units::of(Country::CN), Units::Metric);
        assert_eq!(Units::of(Country::US), Units::Imperial);
    }

    #[test]
    fn what_is_too_much_is_named_all_at_once() {
        let parcels = [
            parcel(70_001, None),
            parcel(1_000, Some(Dimensions::millimetres(2_701, 10, 10))),
            parcel(1_000, Some(Dimensions::millimetres(1_000, 600, 600))),
            parcel(70_000, Some(Dimensions::millimetres(1_000, 600, 550))),
        ];
        let mut found = Violations::new();
        Units::Metric.violations(&parcels, &mut found);
        let fields: Vec<_> = found.as_slice().iter().map(|v| v.field.as_str()).collect();
        assert_eq!(
            fields,
            [
                "parcels[0].weight_grams",
                "parcels[1].size",
                "parcels[2].size"
            ]
        );
        let mut found = Violations::new();
        Units::Imperial.violations(&[parcel(68_038, None)], &mut found);
        assert!(found.is_empty());
        Units::Imperial.violations(&[parcel(68_039, None)], &mut found);
        assert!(!found.is_empty());
        let mut found = Violations::new();
        Units::Metric.violations(&[], &mut found);
        assert!(!found.is_empty());
    }

    #[test]
    fn a_billed_weight_is_read_in_grams() {
        let read = |json: &str| serde_json::from_str::<WeightRead>(json).unwrap().weight();
        let json = |unit: &str, weight: &str| {
            format!(r#"{{"UnitOfMeasurement": {{"Code": "{unit}"}}, "Weight": "{weight}"}}"#)
        };
        assert_eq!(read(&json("LBS", "3.0")), Some(Weight::grams(1_361)));
        assert_eq!(read(&json("KGS", "1.5")), Some(Weight::grams(1_500)));
        assert_eq!(read(&json("OZS", "16")), Some(Weight::grams(454)));
        assert_eq!(read(&json("STN", "1")), None);
        assert_eq!(read(&json("KGS", "-1")), None);
        assert_eq!(read(&json("KGS", "99999999999999999")), None);
    }
}

//! Weights and measures: pounds and inches within the United States, kilograms and centimetres
//! everywhere else.
//!
//! Across a border always kilograms: there a commodity is weighed in them alone, and "the package
//! and commodity weight unit should be the same else the request will result in an error"
//! (description of ship v1).

use parcelgate_domain::{Country, DecimalText, Dimensions, Length, Parcel, Violations, Weight};
use serde::{Deserialize, Serialize};

use crate::wire::Decimal;

/// How many boxes one shipment may have: "maximum occurrences is 30" of a line of its own each.
pub(crate) const PARCELS_MAX: usize = 30;

/// The heaviest box that is no freight: 150 pounds (reference guide, package types).
const WEIGHT_MAX: Weight = Weight::grams(68_038);
const SIDE_MAX: u64 = 999;

/// Which units are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Units {
    /// Pounds and inches.
    Imperial,
    /// Kilograms and centimetres.
    Metric,
}

/// A weight, written.
#[derive(Debug, Serialize)]
pub(crate) struct WeightOut {
    units: &'static str,
    value: Decimal,
}

impl WeightOut {
    /// To the gram, in kilograms: of what is inside, so that it never outweighs its box.
    pub(crate) fn exact(weight: Weight) -> Self {
        let grams = weight.as_grams();
        Self {
            units: "KG",
            value: Decimal::new(format!("{}.{:03}", grams / 1_000, grams % 1_000)),
        }
    }
}

/// Three sides in whole units, written.
#[derive(Debug, Serialize)]
pub(crate) struct Sides {
    length: u64,
    width: u64,
    height: u64,
    units: &'static str,
}

impl Units {
    /// Those of a way.
    pub(crate) fn of(from: Country, to: Country) -> Self {
        if from == Country::US && to == Country::US {
            Self::Imperial
        } else {
            Self::Metric
        }
    }

    pub(crate) fn weight(self, weight: Weight) -> WeightOut {
        let (units, text) = match self {
            Self::Imperial => ("LB", weight.pounds()),
            Self::Metric => ("KG", weight.kilograms()),
        };
        WeightOut {
            units,
            value: Decimal::new(text),
        }
    }

    pub(crate) fn sides(self, size: Dimensions) -> Sides {
        let whole = |side| self.whole(side);
        Sides {
            length: whole(size.length),
            width: whole(size.width),
            height: whole(size.height),
            units: match self {
                Self::Imperial => "IN",
                Self::Metric => "CM",
            },
        }
    }

    fn whole(self, side: Length) -> u64 {
        match self {
            Self::Imperial => side.inches(),
            Self::Metric => u64::from(side.centimetres()),
        }
    }

    /// What FedEx would not carry of `parcels`.
    pub(crate) fn violations(self, parcels: &[Parcel], found: &mut Violations) {
        if !(1..=PARCELS_MAX).contains(&parcels.len()) {
            let allowed = format!("1 to {PARCELS_MAX} parcels");
            found.refuse("parcels", parcels.len(), allowed);
        }
        for (index, parcel) in parcels.iter().enumerate() {
            let field = format!("parcels[{index}]");
            found.append(parcel.violations(&field));
            if parcel.weight > WEIGHT_MAX {
                let allowed =
                    "at most 68038 grams, the 150 pounds above which FedEx calls it freight";
                let field = format!("{field}.weight_grams");
                found.refuse(field, parcel.weight.as_grams(), allowed);
            }
            let sides = parcel
                .size
                .map(|size| [size.length, size.width, size.height]);
            let sides = sides.into_iter().flatten().map(|side| self.whole(side));
            if let Some(side) = sides.max().filter(|side| *side > SIDE_MAX) {
                let allowed = format!("at most {SIDE_MAX} on a side");
                found.refuse(format!("{field}.size"), side, allowed);
            }
        }
    }
}

/// A weight, read.
#[derive(Debug, Deserialize)]
pub(crate) struct WeightRead {
    units: String,
    value: DecimalText,
}

impl WeightRead {
    /// In grams, rounded up; none when it is no weight.
    pub(crate) fn weight(&self) -> Option<Weight> {
        const POUND: u64 = 45_359_237; // hundred-thousandths of a gram
        let milli = thousandths(self.value.as_str())?;
        let hundred_thousandths = match self.units.as_str() {
            "LB" => milli.checked_mul(POUND)?.div_ceil(1_000),
            "KG" => milli.checked_mul(100_000)?,
            _ => return None,
        };
        let grams = hundred_thousandths.div_ceil(100_000);
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
    use serde_json::json;

    use super::*;

    #[test]
    fn pounds_stay_at_home() {
        let [us, gb] = ["US", "GB"].map(|code| code.parse().unwrap());
        assert_eq!(Units::of(us, us), Units::Imperial);
        assert_eq!(Units::of(us, gb), Units::Metric);
        assert_eq!(Units::of(gb, gb), Units::Metric);
        let size = Dimensions::millimetres(301, 200, 100);
        let written = (
            serde_json::to_value(Units::Metric.weight(Weight::grams(1_201))).unwrap(),
            serde_json::to_value(Units::Imperial.sides(size)).unwrap(),
            serde_json::to_value(WeightOut::exact(Weight::grams(90))).unwrap(),
        );
        let sides = json!({"length": 12, "width": 8, "height": 4, "units": "IN"});
        assert_eq!(written.0, json!({"units": "KG", "value": 1.3}));
        assert_eq!(written.1, sides);
        assert_eq!(written.2, json!({"units": "KG", "value": 0.09}));
    }

    #[test]
    fn what_is_too_much_is_named_all_at_once() {
        let parcel = |grams, length| Parcel {
            weight: Weight::grams(grams),
            size: Some(Dimensions::millimetres(length, 10, 10)),
        };
        let mut found = Violations::new();
        let parcels = [parcel(68_039, 100), parcel(68_038, 9_991), parcel(0, 100)];
        Units::Metric.violations(&parcels, &mut found);
        Units::Metric.violations(&[], &mut found);
        let fields: Vec<_> = found.as_slice().iter().map(|v| v.field.as_str()).collect();
        let expected = [
            "parcels[0].weight_grams",
            "parcels[1].size.length_mm",
            "parcels[1].size",
            "parcels[2].weight_grams",
            "parcels",
        ];
        assert_eq!(fields, expected);
    }

    #[test]
    fn a_billed_weight_is_read_in_grams() {
        let read = |units: &str, value: &str| {
            let json = format!(r#"{{"units": "{units}", "value": {value}}}"#);
            serde_json::from_str::<WeightRead>(&json).unwrap().weight()
        };
        assert_eq!(read("LB", "3.0"), Some(Weight::grams(1_361)));
        assert_eq!(read("KG", "1.5"), Some(Weight::grams(1_500)));
        assert_eq!(read("STN", "1"), None);
        assert_eq!(read("KG", "-1"), None);
        assert_eq!(read("KG", "99999999999999999"), None);
    }
}

//! Boxes: pounds and inches within the United States, kilograms and centimetres everywhere else.
//!
//! Across a border always kilograms: there a commodity is weighed in them alone, and "the package
//! and commodity weight unit should be the same else the request will result in an error"
//! (description of ship v1).

use parcelgate_carrier::json::{Digits, compact, with};
use parcelgate_carrier::measure::{LengthUnit, ParcelLimits, WeightUnit};
use parcelgate_domain::{Country, Options, Parcel, Violations, Weight};
use serde::Serialize;
use serde_json::{Value, json};

use crate::extras;
use crate::wire::Amount;

/// How many boxes one shipment may have: "maximum occurrences is 30" of a line of its own each.
pub(crate) const PARCELS_MAX: usize = 30;

/// Above 150 pounds a box is freight (reference guide, package types); a side has three digits.
const LIMITS: ParcelLimits = ParcelLimits {
    carrier: "FedEx",
    parcels_max: PARCELS_MAX,
    weight: Weight::grams(68_038),
    unit: LengthUnit::Centimetre,
    length: Some(999),
    length_and_girth: None,
};

/// A weight, written.
#[derive(Debug, Serialize)]
pub(crate) struct Weighed {
    units: &'static str,
    value: Digits,
}

impl Weighed {
    /// To the gram, in kilograms: of what is inside, so that it never outweighs its box.
    pub(crate) fn exact(weight: Weight) -> Self {
        Self::of(WeightUnit::Kilogram, weight, 3)
    }

    fn of(unit: WeightUnit, weight: Weight, decimals: u32) -> Self {
        let units = if unit == WeightUnit::Pound {
            "LB"
        } else {
            "KG"
        };
        let value = Digits::of(unit.write(weight, decimals));
        Self { units, value }
    }
}

/// A box, written.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Line {
    #[serde(flatten)]
    told: Value,
    weight: Weighed,
    #[serde(skip_serializing_if = "Option::is_none")]
    declared_value: Option<Amount>,
}

/// Which units a way has.
fn units(from: Country, to: Country) -> (WeightUnit, LengthUnit, &'static str) {
    if from == Country::US && to == Country::US {
        (WeightUnit::Pound, LengthUnit::Inch, "IN")
    } else {
        (WeightUnit::Kilogram, LengthUnit::Centimetre, "CM")
    }
}

/// A line for each box, with what `told` says of the one at its place.
pub(crate) fn lines(
    (from, to): (Country, Country),
    parcels: &[Parcel],
    options: &Options,
    told: impl Fn(usize) -> Value,
) -> Vec<Line> {
    let (weight, length, name) = units(from, to);
    let written = parcels.iter().enumerate().map(|(index, parcel)| {
        let sides = parcel.size.map(|size| {
            json!({
                "length": length.whole(size.length),
                "width": length.whole(size.width),
                "height": length.whole(size.height),
                "units": name,
            })
        });
        let told = with(told(index), "dimensions", sides);
        let told = with(told, "packageSpecialServices", extras::of_box(options));
        Line {
            told: compact(told),
            weight: Weighed::of(weight, parcel.weight, 1),
            declared_value: extras::share(options, index, parcels.len()).map(Amount::from),
        }
    });
    written.collect()
}

/// All of them together.
pub(crate) fn total(parcels: &[Parcel]) -> Weight {
    let weights = parcels.iter().map(|parcel| parcel.weight);
    weights.fold(Weight::grams(0), Weight::saturating_add)
}

/// What FedEx would not carry of `parcels`.
pub(crate) fn violations(from: Country, to: Country, parcels: &[Parcel]) -> Violations {
    let (_, unit, _) = units(from, to);
    ParcelLimits { unit, ..LIMITS }.violations(parcels)
}

#[cfg(test)]
mod tests {
    use parcelgate_domain::{Currency, Dimensions, Money, Signature};

    use super::*;

    #[test]
    fn pounds_stay_at_home() {
        let [us, gb] = ["US", "GB"].map(|code| code.parse().unwrap());
        let parcel = Parcel {
            weight: Weight::grams(1_201),
            size: Some(Dimensions::millimetres(301, 200, 100)),
        };
        let written = |to| {
            let lines = lines((us, to), &[parcel], &Options::default(), |_| json!({}));
            serde_json::to_value(&lines[0]).unwrap()
        };
        let home = json!({
            "weight": {"units": "LB", "value": 2.7},
            "dimensions": {"length": 12, "width": 8, "height": 4, "units": "IN"}
        });
        assert_eq!(written(us), home);
        assert_eq!(written(gb)["weight"], json!({"units": "KG", "value": 1.3}));
        assert_eq!(written(gb)["dimensions"]["units"], "CM");
        let inside = serde_json::to_string(&Weighed::exact(Weight::grams(90))).unwrap();
        assert_eq!(inside, r#"{"units":"KG","value":0.090}"#);
    }

    #[test]
    fn a_declared_value_and_a_signature_stand_with_each_box() {
        let us = Country::US;
        let parcels = [Parcel {
            weight: Weight::grams(500),
            size: None,
        }; 3];
        let options = Options {
            insured: Some(Money::of_minor(10_000, Currency::USD)),
            signature: Some(Signature::Adult),
            saturday_delivery: false,
        };
        let lines = lines((us, us), &parcels, &options, |_| json!({}));
        let written = serde_json::to_value(lines).unwrap();
        let declared = |at: usize| written[at]["declaredValue"]["amount"].clone();
        assert_eq!(
            [declared(0), declared(1), declared(2)],
            [33.34, 33.33, 33.33]
        );
        let signature = json!({
            "specialServiceTypes": ["SIGNATURE_OPTION"], "signatureOptionType": "ADULT"
        });
        assert_eq!(written[2]["packageSpecialServices"], signature);
    }
}

//! Weights and measures: pounds and inches from the United States, kilograms and centimetres from
//! everywhere else, and the most that UPS carries of each.

use parcelgate_carrier::json::Text;
use parcelgate_carrier::measure::{LengthUnit, ParcelLimits, WeightUnit, longest_first};
use parcelgate_domain::{Country, Parcel, Weight};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::wire::Coded;

/// How many boxes one shipment may have.
pub(crate) const PARCELS_MAX: usize = 200;

/// The most that UPS carries: 150 pounds or 70 kilograms, 108 inches or 270 centimetres long, and
/// length + 2 x (width + height) of 165 inches or 330 centimetres (description of shipping v2409).
const IMPERIAL: ParcelLimits = ParcelLimits {
    carrier: "UPS",
    parcels_max: PARCELS_MAX,
    weight: Weight::grams(68_038),
    unit: LengthUnit::Inch,
    length: Some(108),
    length_and_girth: Some(165),
};
const METRIC: ParcelLimits = ParcelLimits {
    weight: Weight::grams(70_000),
    unit: LengthUnit::Centimetre,
    length: Some(270),
    length_and_girth: Some(330),
    ..IMPERIAL
};

fn is_imperial(origin: Country) -> bool {
    matches!(origin.code(), "US" | "PR")
}

/// The limits for what comes from there.
pub(crate) fn limits(origin: Country) -> ParcelLimits {
    if is_imperial(origin) {
        IMPERIAL
    } else {
        METRIC
    }
}

/// A weight, written in the units of the origin.
pub(crate) fn weight(origin: Country, weight: Weight) -> Value {
    let (code, name, unit) = if is_imperial(origin) {
        ("LBS", "Pounds", WeightUnit::Pound)
    } else {
        ("KGS", "Kilograms", WeightUnit::Kilogram)
    };
    json!({
        "UnitOfMeasurement": { "Code": code, "Description": name },
        "Weight": unit.write(weight, 1),
    })
}

/// Three sides, written in whole units, the longest first, as UPS wants it.
pub(crate) fn sides(origin: Country, parcel: &Parcel) -> Option<Value> {
    let (code, name, unit) = if is_imperial(origin) {
        ("IN", "Inches", LengthUnit::Inch)
    } else {
        ("CM", "Centimeters", LengthUnit::Centimetre)
    };
    let [length, width, height] = longest_first(parcel.size?).map(|side| unit.write(side, 0));
    Some(json!({
        "UnitOfMeasurement": { "Code": code, "Description": name },
        "Length": length, "Width": width, "Height": height,
    }))
}

/// A weight, read.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct WeightRead {
    unit_of_measurement: Coded,
    weight: Text,
}

impl WeightRead {
    /// In grams, rounded up; none when it is no weight.
    pub(crate) fn weight(&self) -> Option<Weight> {
        let unit = match self.unit_of_measurement.code.as_str() {
            "LBS" => WeightUnit::Pound,
            "KGS" => WeightUnit::Kilogram,
            "OZS" => WeightUnit::Ounce,
            _ => return None,
        };
        unit.read(&self.weight)
    }
}

//! Weights, sizes and what USPS makes of them.

use parcelgate_carrier::json::Digits;
use parcelgate_carrier::measure::{LengthUnit, ParcelLimits, WeightUnit, longest_first};
use parcelgate_domain::{Dimensions, Length, Parcel, Violations, Weight};
use serde::Serialize;

use crate::codes::{DIMENSIONAL, GROUND_ADVANTAGE, OVERSIZED, Packing, Product, Way};

/// A label is one parcel. "Items must weigh 70 pounds or less" (every description); 130 inches in
/// length and girth is the most that any service takes.
const LIMITS: ParcelLimits = ParcelLimits {
    carrier: "USPS",
    parcels_max: PARCELS_MAX,
    weight: Weight::grams(31_751),
    unit: LengthUnit::Inch,
    length: None,
    length_and_girth: Some(130),
};

pub(crate) const PARCELS_MAX: usize = 1;

/// Longer than this is oversized, where that is sold.
const ORDINARY_GIRTH: u64 = 108;
/// Cubic inches in a cubic foot: a larger box is priced by its volume, if that makes it heavier.
const CUBIC_FOOT: u64 = 1_728;
/// Cubic inches that count as a pound.
const DIVISOR: u64 = 166;

/// What USPS would not carry of `parcels`, or has no price for.
pub(crate) fn violations(parcels: &[Parcel]) -> Violations {
    let mut found = LIMITS.violations(parcels);
    for (index, parcel) in parcels.iter().enumerate() {
        if parcel.size.is_none() {
            let field = format!("parcels[{index}].size");
            found.require(
                field,
                "the outside measures, without which USPS has no price",
            );
        }
    }
    found
}

/// A parcel, written: pounds and inches.
#[derive(Debug, Serialize)]
pub(crate) struct Measured {
    weight: Digits,
    length: Digits,
    width: Digits,
    height: Digits,
}

impl Measured {
    /// Of the first parcel; nothing of none, which the check refuses.
    pub(crate) fn of(parcels: &[Parcel]) -> Self {
        let parcel = parcels.first();
        let size = parcel.and_then(|parcel| parcel.size);
        let [length, width, height] = longest_first(size.unwrap_or(NO_SIZE))
            .map(|side| Digits::of(LengthUnit::Inch.write(side, 2)));
        let weight = parcel.map_or(Weight::grams(0), |parcel| parcel.weight);
        Self {
            weight: Digits::of(pounds(weight)),
            length,
            width,
            height,
        }
    }
}

const NO_SIZE: Dimensions = Dimensions::millimetres(0, 0, 0);

/// Whole ounces, rounded up, as a part of a pound: prices below a pound go by the ounce, and a
/// sixteenth has no more than four decimals.
pub(crate) fn pounds(weight: Weight) -> String {
    let ounces = WeightUnit::Ounce.write(weight, 0).parse().unwrap_or(0_u64);
    format!("{}.{:04}", ounces / 16, ounces % 16 * 625)
}

/// Of what is inside: rounded down to a ten-thousandth of a pound, so that it never outweighs its
/// box (160021).
pub(crate) fn pounds_inside(weight: Weight) -> String {
    let ten_thousandths = u128::from(weight.as_grams()) * 1_000_000_000 / 45_359_237;
    format!(
        "{}.{:04}",
        ten_thousandths / 10_000,
        ten_thousandths % 10_000
    )
}

/// The rate indicator of `product` for this parcel.
pub(crate) fn rate_indicator(product: &Product, parcels: &[Parcel]) -> &'static str {
    let by_size = product.packing == Packing::Own
        && product.rate == "SP"
        && product.way != Way::Abroad
        && (product.class.starts_with(GROUND_ADVANTAGE) || product.class.starts_with("PRIORITY"));
    let size = parcels
        .first()
        .and_then(|parcel| Some((parcel, parcel.size?)));
    let Some((parcel, size)) = size.filter(|_| by_size) else {
        return product.rate;
    };
    let [length, width, height] = longest_first(size).map(nearest_inch);
    let volume = length.saturating_mul(width).saturating_mul(height);
    let pounds = WeightUnit::Pound
        .write(parcel.weight, 0)
        .parse()
        .unwrap_or(0_u64);
    if length + 2 * (width + height) > ORDINARY_GIRTH {
        OVERSIZED
    } else if volume > CUBIC_FOOT && volume.div_ceil(DIVISOR) > pounds {
        DIMENSIONAL
    } else {
        product.rate
    }
}

/// How USPS sorts this parcel: by machine when it is neither too small nor too large (Domestic Mail
/// Manual 201, machinable parcels).
pub(crate) fn category(product: &Product, parcels: &[Parcel]) -> &'static str {
    if product.packing == Packing::Envelope {
        return "FLATS";
    }
    let Some((parcel, size)) = parcels
        .first()
        .and_then(|parcel| Some((parcel, parcel.size?)))
    else {
        return "NONSTANDARD";
    };
    let sides = longest_first(size).map(Length::as_millimetres);
    // 6 by 3 by a quarter of an inch and 6 ounces to 22 by 18 by 15 inches and 25 pounds.
    let (least, most) = ([153, 77, 7], [558, 457, 381]);
    let within = sides.iter().zip(least.iter().zip(most));
    let fits = within
        .into_iter()
        .all(|(side, (least, most))| (*least..=most).contains(side));
    let weighs = (171..=11_339).contains(&parcel.weight.as_grams());
    if fits && weighs {
        "MACHINABLE"
    } else {
        "NONSTANDARD"
    }
}

fn nearest_inch(side: Length) -> u64 {
    (u64::from(side.as_millimetres()) * 10 + 127) / 254
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::product;

    fn parcel(grams: u32, sides: (u32, u32, u32)) -> Parcel {
        Parcel {
            weight: Weight::grams(grams),
            size: Some(Dimensions::millimetres(sides.0, sides.1, sides.2)),
        }
    }

    #[test]
    fn a_weight_is_written_in_pounds_to_the_ounce() {
        assert_eq!(pounds(Weight::grams(1_200)), "2.6875");
        assert_eq!(pounds(Weight::grams(1)), "0.0625");
        assert_eq!(pounds(Weight::grams(454)), "1.0625"); // a pound is 453.59 g
        assert_eq!(pounds_inside(Weight::grams(400)), "0.8818");
        assert_eq!(pounds_inside(Weight::grams(1)), "0.0022");
    }

    #[test]
    fn sides_are_written_in_inches_with_the_longest_first() {
        let measured = Measured::of(&[parcel(1_200, (100, 300, 200))]);
        let text = serde_json::to_string(&measured).unwrap();
        assert_eq!(
            text,
            r#"{"weight":2.6875,"length":11.82,"width":7.88,"height":3.94}"#
        );
    }

    #[test]
    fn a_large_light_box_is_priced_by_its_volume() {
        let rate = |code, parcel| rate_indicator(product(code).unwrap(), &[parcel]);
        let ordinary = parcel(1_200, (300, 200, 100));
        let large = parcel(1_200, (400, 350, 300));
        let heavy = parcel(15_000, (400, 350, 300));
        let long = parcel(9_000, (1_600, 300, 300));
        assert_eq!(rate("PRIORITY_MAIL", ordinary), "SP");
        assert_eq!(rate("PRIORITY_MAIL", large), "DR");
        assert_eq!(rate("PRIORITY_MAIL", heavy), "SP");
        assert_eq!(rate("USPS_GROUND_ADVANTAGE", long), "OS");
        for code in [
            "PRIORITY_MAIL_EXPRESS",
            "MEDIA_MAIL",
            "PRIORITY_MAIL_INTERNATIONAL",
        ] {
            assert_eq!(rate(code, large), product(code).unwrap().rate, "{code}");
        }
    }

    #[test]
    fn what_a_machine_sorts_is_machinable() {
        let sorted = |code, parcel| category(product(code).unwrap(), &[parcel]);
        let code = "USPS_GROUND_ADVANTAGE";
        assert_eq!(sorted(code, parcel(1_200, (300, 200, 100))), "MACHINABLE");
        assert_eq!(sorted(code, parcel(100, (300, 200, 100))), "NONSTANDARD");
        assert_eq!(sorted(code, parcel(1_200, (600, 200, 100))), "NONSTANDARD");
        let envelope = "PRIORITY_MAIL_FLAT_RATE_ENVELOPE";
        assert_eq!(sorted(envelope, parcel(300, (300, 200, 10))), "FLATS");
    }

    #[test]
    fn what_usps_does_not_carry_is_named() {
        let text = |parcels: &[Parcel]| violations(parcels).to_string();
        assert!(text(&[parcel(31_752, (300, 200, 100))]).contains("weight_grams"));
        assert!(text(&[parcel(1_000, (2_000, 500, 500))]).contains("size"));
        let sizeless = Parcel {
            size: None,
            ..parcel(1_000, (1, 1, 1))
        };
        assert!(text(&[sizeless]).contains("parcels[0].size"));
        assert!(text(&[]).contains("parcels"));
        assert!(violations(&[parcel(31_751, (300, 200, 100))]).is_empty());
    }
}

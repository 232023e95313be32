//! The packages of a request: their weights and sizes, and the weight they are billed by.

use serde_json::Value;

use super::refusal::{Answer, Refusal};
use crate::decimal::hundredths;
use crate::document::{at, list, present, scalar, text};

/// More than one shipment may hold.
const PIECES_MAX: usize = 200;

/// The codes of refusals, which differ between rating and shipping.
pub(crate) struct Codes {
    pub(crate) none: &'static str,
    pub(crate) packaging: &'static str,
    pub(crate) weight: &'static str,
    pub(crate) size: &'static str,
    pub(crate) units: &'static str,
    pub(crate) heavy: &'static str,
}

/// Units of one shipment: pounds and inches, or kilograms and centimetres.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Units {
    Imperial,
    Metric,
}

impl Units {
    pub(crate) const fn weight(self) -> (&'static str, &'static str) {
        match self {
            Self::Imperial => ("LBS", "Pounds"),
            Self::Metric => ("KGS", "Kilograms"),
        }
    }

    /// Hundredths of a pound in so many hundredths of this unit.
    const fn pounds(self, weight: u64) -> u64 {
        match self {
            Self::Imperial => weight,
            Self::Metric => weight * 220_462 / 100_000,
        }
    }
}

/// One package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) units: Units,
    /// Actual weight, in hundredths of the unit.
    pub(crate) weight: u64,
    /// Billed weight, in hundredths of the unit.
    pub(crate) billed: u64,
}

impl Piece {
    /// Billed weight in whole pounds, for prices.
    pub(crate) fn billed_pounds(&self) -> u64 {
        self.units.pounds(self.billed).div_ceil(100).max(1)
    }
}

/// The packages of `shipment`; `packaging` is the name of the packaging element.
pub(crate) fn pieces(shipment: &Value, packaging: &str, codes: &Codes) -> Answer<Vec<Piece>> {
    let packages = list(shipment, "Package");
    if packages.is_empty() || packages.len() > PIECES_MAX {
        let message = "Missing or invalid package";
        return Err(Refusal::invalid(codes.none, message));
    }
    let pieces: Vec<Piece> = packages
        .into_iter()
        .map(|package| piece(package, packaging, codes))
        .collect::<Answer<_>>()?;
    let units = pieces.first().map(|piece| piece.units);
    if pieces.iter().any(|piece| Some(piece.units) != units) {
        let message = "A shipment can have only one type of UnitOfMeasurement for a Weight";
        return Err(Refusal::invalid("120529", message));
    }
    Ok(pieces)
}

fn piece(package: &Value, packaging: &str, codes: &Codes) -> Answer<Piece> {
    // The letter, the tubes and boxes of UPS, and one's own packaging.
    let known = [
        "01", "02", "03", "04", "21", "24", "25", "30", "2a", "2b", "2c",
    ];
    let kind = text(package, &format!("{packaging}.Code"));
    if !kind.is_some_and(|kind| known.contains(&kind)) {
        let message = format!("Missing or invalid package {packaging} code");
        return Err(Refusal::invalid(codes.packaging, message));
    }
    let units = match text(package, "PackageWeight.UnitOfMeasurement.Code") {
        Some("LBS") => Units::Imperial,
        Some("KGS") => Units::Metric,
        _ => {
            let message = "Missing or invalid unit of measurement for weight";
            return Err(Refusal::invalid(codes.units, message));
        }
    };
    let weight = scalar(package, "PackageWeight.Weight")
        .filter(|text| text.len() <= 6)
        .and_then(|text| hundredths(&text))
        .filter(|weight| *weight > 0)
        .ok_or_else(|| Refusal::invalid(codes.weight, "Missing or invalid package weight"))?;
    if units.pounds(weight) > 15_000 {
        let message = "The maximum per package weight for the selected service from the \
                       selected country is 150.00 pounds.";
        return Err(Refusal::invalid(codes.heavy, message));
    }
    let dimensional = dimensional(package, units, codes)?;
    Ok(Piece {
        units,
        weight,
        billed: weight.max(dimensional).max(10),
    })
}

/// Dimensional weight in hundredths: volume by 139 in inches and pounds, by 5000 in centimetres
/// and kilograms. 0 without dimensions.
fn dimensional(package: &Value, units: Units, codes: &Codes) -> Answer<u64> {
    if !present(package, "Dimensions") || at(package, "Dimensions").is_none() {
        return Ok(0);
    }
    let unit = text(package, "Dimensions.UnitOfMeasurement.Code").unwrap_or_default();
    let (expected, divisor, longest, girth) = match units {
        Units::Imperial => ("IN", 139, 10_800, 16_500),
        Units::Metric => ("CM", 5_000, 27_000, 33_000),
    };
    if unit != expected {
        let message = "A shipment cannot have a KGS/IN or LBS/CM as its unit of measurements";
        return Err(Refusal::invalid("120548", message));
    }
    let side = |name| {
        scalar(package, &format!("Dimensions.{name}"))
            .and_then(|text| hundredths(&text))
            .filter(|side| *side > 0)
    };
    let (Some(length), Some(width), Some(height)) = (side("Length"), side("Width"), side("Height"))
    else {
        let message = "All Package Dimensions are required and each must be greater than 0";
        return Err(Refusal::invalid(codes.size, message));
    };
    let mut sides = [length, width, height];
    sides.sort_unstable();
    let [least, middle, most] = sides;
    if most > longest || most + 2 * (middle + least) > girth {
        let message = "Package exceeds the maximum size constraints of length plus girth";
        return Err(Refusal::invalid(codes.size, message));
    }
    // hundredths cubed over a million are units cubed; a whole unit of weight is 100.
    Ok((length * width * height)
        .div_ceil(1_000_000)
        .div_ceil(divisor)
        * 100)
}

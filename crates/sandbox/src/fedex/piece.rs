//! The packages of a request: their weights and sizes, and the weight they are billed by.

use serde_json::Value;

use super::refusal::Error;
use super::special::{self, Signature};
use crate::decimal::hundredths;
use crate::document::{at, list, scalar, text};

/// Line items in one request.
const LINES_MAX: usize = 99;
/// Packages in one shipment.
const PIECES_MAX: usize = 999;

/// Units of weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Units {
    Pounds,
    Kilograms,
}

impl Units {
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Pounds => "LB",
            Self::Kilograms => "KG",
        }
    }

    /// Hundredths of a pound in so many hundredths of this unit.
    const fn pounds(self, weight: u64) -> u64 {
        match self {
            Self::Pounds => weight,
            Self::Kilograms => weight * 220_462 / 100_000,
        }
    }

    /// Hundredths of this unit in so many hundredths of a pound.
    const fn of_pounds(self, weight: u64) -> u64 {
        match self {
            Self::Pounds => weight,
            Self::Kilograms => weight * 45_359 / 100_000,
        }
    }
}

/// One package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) units: Units,
    /// Actual weight, in hundredths of the unit.
    pub(crate) weight: u64,
    /// Dimensional weight, in hundredths of a pound; 0 without dimensions.
    dimensional: u64,
    /// The value declared, in hundredths.
    pub(crate) declared: u64,
    /// Length, width, height and their unit.
    pub(crate) size: Option<([u64; 3], &'static str)>,
    pub(crate) signature: Signature,
    /// Which line item it came from.
    pub(crate) line: usize,
}

impl Piece {
    /// Actual weight in hundredths of a pound.
    pub(crate) fn pounds(&self) -> u64 {
        self.units.pounds(self.weight)
    }

    /// Billed weight in whole pounds.
    pub(crate) fn billed_pounds(&self) -> u64 {
        self.pounds().max(self.dimensional).div_ceil(100).max(1)
    }

    /// Billed weight in hundredths of its own unit.
    pub(crate) fn billed(&self) -> u64 {
        self.units.of_pounds(self.billed_pounds() * 100)
    }

    pub(crate) fn is_dimensional(&self) -> bool {
        self.dimensional > self.pounds()
    }

    /// Length and girth in inches.
    pub(crate) fn girth(&self) -> (u64, u64) {
        let Some((mut sides, unit)) = self.size else {
            return (0, 0);
        };
        sides.sort_unstable();
        let [least, middle, most] = sides;
        let inches = |side: u64| if unit == "CM" { side * 100 / 254 } else { side };
        (inches(most), inches(most + 2 * (middle + least)))
    }
}

/// The packages of `shipment`, a group of equal ones opened up; what is wrong goes to `errors`.
pub(crate) fn pieces(shipment: &Value, errors: &mut Vec<Error>) -> Vec<Piece> {
    let lines = list(shipment, "requestedPackageLineItems");
    if lines.is_empty() || lines.len() > LINES_MAX {
        let message = "At least one and at most 99 requestedPackageLineItems are required.";
        errors.push(("PACKAGE.LINEITEMS.INVALID", message.to_owned()));
    }
    let mut pieces = Vec::new();
    for (index, line) in lines.into_iter().take(LINES_MAX).enumerate() {
        let count = at(line, "groupPackageCount").map_or(Some(1), Value::as_u64);
        let count = count.and_then(|count| usize::try_from(count).ok());
        match count.filter(|count| (1..=PIECES_MAX).contains(count)) {
            None => {
                let message = "The group package count is invalid.".to_owned();
                errors.push(("GROUPPACKAGECOUNT.INVALID", message));
            }
            Some(count) => pieces.extend(vec![piece(line, index, errors); count]),
        }
    }
    pieces
}

fn piece(line: &Value, index: usize, errors: &mut Vec<Error>) -> Piece {
    let units = match text(line, "weight.units") {
        Some("KG") => Units::Kilograms,
        Some("LB") => Units::Pounds,
        _ => {
            let message = "Weight units are missing or invalid.".to_owned();
            errors.push(("PACKAGE.WEIGHTUNITS.INVALID", message));
            Units::Pounds
        }
    };
    let weight = scalar(line, "weight.value").and_then(|text| hundredths(&text));
    if weight.is_none_or(|weight| weight == 0) {
        let message = "Package weight is missing or invalid.".to_owned();
        errors.push(("PACKAGE.WEIGHT.INVALID", message));
    }
    let declared = scalar(line, "declaredValue.amount").and_then(|text| hundredths(&text));
    if at(line, "declaredValue").is_some() && declared.is_none() {
        let message = "The declared value is invalid.".to_owned();
        errors.push(("DECLAREDVALUE.INVALID", message));
    }
    let size = size(line, errors);
    // inches by 139 are pounds, centimetres by 5000 are kilograms
    let dimensional = size.map_or(0, |([length, width, height], unit)| {
        let volume = length * width * height;
        match unit {
            "CM" => Units::Kilograms.pounds(volume.div_ceil(5_000) * 100),
            _ => volume.div_ceil(139) * 100,
        }
    });
    Piece {
        units,
        weight: weight.unwrap_or_default(),
        dimensional,
        declared: declared.unwrap_or_default(),
        size,
        signature: special::signature(line, errors),
        line: index,
    }
}

fn size(line: &Value, errors: &mut Vec<Error>) -> Option<([u64; 3], &'static str)> {
    at(line, "dimensions")?;
    let side = |name| {
        let side = at(line, &format!("dimensions.{name}")).and_then(Value::as_u64);
        side.filter(|side| (1..=999).contains(side))
    };
    let sides = [side("length"), side("width"), side("height")];
    let [Some(length), Some(width), Some(height)] = sides else {
        let message = "All dimensions are required, whole numbers from 1 to 999.".to_owned();
        errors.push(("PACKAGE.DIMENSIONS.INVALID", message));
        return None;
    };
    // Anything but centimetres counts as inches.
    let unit = match text(line, "dimensions.units") {
        Some("CM") => "CM",
        _ => "IN",
    };
    Some(([length, width, height], unit))
}

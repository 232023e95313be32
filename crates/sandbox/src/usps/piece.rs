//! What is to be mailed: its weight and size, and the weight it is billed by.

use serde_json::Value;

use super::number::thousandths;
use super::refusal::{Answer, Refusal};
use super::service::{Reach, Service};
use crate::document::at;

/// Cubic inches to a pound, where size counts.
const DIVISOR: u64 = 166;
/// Packages up to a cubic foot are billed by weight alone.
const CUBIC_FOOT: u64 = 1_728;
/// Length and girth, in thousandths of an inch.
const LONGEST: u64 = 108_000;
const LONGEST_GROUND: u64 = 130_000;

/// One package. Thousandths of pounds and inches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) weight: u64,
    /// 0 where size does not count.
    pub(crate) dimensional: u64,
    length: u64,
    girth: u64,
}

impl Piece {
    /// Reads `weight`, `length`, `width` and `height`, which stand in `value` itself.
    pub(crate) fn of(value: &Value) -> Answer<Self> {
        let weight = positive(value, "weight")?;
        let mut sides = [
            positive(value, "length")?,
            positive(value, "width")?,
            positive(value, "height")?,
        ];
        sides.sort_unstable();
        let [least, middle, length] = sides;
        let volume = (least * middle / 1_000) * length / 1_000 / 1_000; // cubic inches
        let dimensional = if volume > CUBIC_FOOT {
            volume.div_ceil(DIVISOR) * 1_000
        } else {
            0
        };
        Ok(Self {
            weight,
            dimensional,
            length,
            girth: 2 * (least + middle),
        })
    }

    /// The weight in whole pounds that is paid for.
    pub(crate) fn pounds(&self) -> u64 {
        self.weight.max(self.dimensional).div_ceil(1_000).max(1)
    }

    /// Whether a side is longer than machines take.
    pub(crate) const fn is_long(&self) -> bool {
        self.length > 22_000
    }

    /// What `service` does not carry.
    pub(crate) fn check(&self, service: &Service) -> Answer<()> {
        if self.weight > service.heaviest {
            let detail = "Package weight does not qualify for this product.";
            return Err(Refusal::invalid("030004", "weight", detail));
        }
        let ground = service.class.starts_with("USPS_GROUND_ADVANTAGE");
        let longest = if ground { LONGEST_GROUND } else { LONGEST };
        let small = service.reach == Reach::Abroad && service.heaviest < 5_000;
        if self.length + self.girth > longest || (small && self.length > 24_000) {
            let detail = "Package size exceeds maximum allowed for mail class";
            return Err(Refusal::invalid("030008", "length/width/height", detail));
        }
        Ok(())
    }
}

fn positive(value: &Value, name: &str) -> Answer<u64> {
    let given = at(value, name).ok_or_else(|| {
        Refusal::malformed(
            name,
            format!("object has missing required property: {name}"),
        )
    })?;
    if !given.is_number() {
        let detail = format!("{name} is not of the described type: number");
        return Err(Refusal::malformed(name, detail));
    }
    thousandths(given)
        .filter(|number| *number > 0)
        .ok_or_else(|| Refusal::malformed(name, format!("{name} must be greater than 0")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn size_counts_beyond_a_cubic_foot() {
        let piece = |side: u64| {
            let sides = json!({ "weight": 2.5, "length": side, "width": side, "height": side });
            Piece::of(&sides).unwrap()
        };
        assert_eq!((piece(12).dimensional, piece(12).pounds()), (0, 3));
        assert_eq!(piece(13).pounds(), 14); // 2197 cubic inches over 166
    }
}

//! One box.

use serde::{Deserialize, Serialize};

use crate::{Dimensions, Violations, Weight};

/// What is handed to the carrier: one box with its weight and size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Parcel {
    /// Weight with packaging.
    pub weight: Weight,
    /// Outside measures; without them a carrier may bill by its own.
    pub size: Option<Dimensions>,
}

/// Heavier than any parcel network takes.
const WEIGHT_MAX: Weight = Weight::grams(1_000_000);
/// Longer than any parcel network takes, in millimetres.
const SIDE_MAX: u32 = 5_000;

impl Parcel {
    /// Everything that no carrier would take, under field names that begin with `field`.
    #[must_use]
    pub fn violations(&self, field: &str) -> Violations {
        let mut found = Violations::new();
        if self.weight.as_grams() == 0 || self.weight > WEIGHT_MAX {
            let allowed = format!("1 to {} grams", WEIGHT_MAX.as_grams());
            found.refuse(
                format!("{field}.weight_grams"),
                self.weight.as_grams(),
                allowed,
            );
        }
        let sides = self.size.map(|size| {
            [
                ("length", size.length),
                ("width", size.width),
                ("height", size.height),
            ]
        });
        for (name, side) in sides.into_iter().flatten() {
            if !(1..=SIDE_MAX).contains(&side.as_millimetres()) {
                let allowed = format!("1 to {SIDE_MAX} millimetres");
                found.refuse(
                    format!("{field}.size.{name}_mm"),
                    side.as_millimetres(),
                    allowed,
                );
            }
        }
        found
    }
}

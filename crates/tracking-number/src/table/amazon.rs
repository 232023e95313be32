//! Amazon's own delivery.

use crate::format::{Field, Format, Set};
use crate::verdict::Role;

const AMAZON: Format = Format::of("amazon", "Amazon");

pub(super) const FORMATS: &[Format] = &[
    Format {
        name: "Amazon Logistics",
        looks: "TBA, TBC or TBM and 12 digits",
        bodies: &[&[
            Field::words(&["TBA", "TBC", "TBM"]),
            Field::digits(Role::Serial, 12),
        ]],
        ..AMAZON
    },
    Format {
        name: "Amazon International",
        looks: "A, C or F and 10 digits",
        bodies: &[&[
            Field::run(Role::Mark, Set::Of("ACF"), 1),
            Field::digits(Role::Serial, 10),
        ]],
        ..AMAZON
    },
];

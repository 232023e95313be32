//! Yodel, United Kingdom.

use crate::format::{Field, Format};
use crate::verdict::Role;

pub(super) const FORMATS: &[Format] = &[Format {
    name: "Yodel",
    looks: "JD or JJD and 16 digits",
    bodies: &[
        &[Field::words(&["JD"]), Field::digits(Role::Serial, 16)],
        &[Field::words(&["JJD"]), Field::digits(Role::Serial, 16)],
    ],
    ..Format::of("yodel", "Yodel")
}];

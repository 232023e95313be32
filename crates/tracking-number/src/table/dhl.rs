//! DHL.

use crate::check::Algorithm;
use crate::format::{Check, Field, Format, Set};
use crate::verdict::Role;

const DHL: Format = Format::of("dhl", "DHL");

pub(super) const FORMATS: &[Format] = &[
    Format {
        name: "DHL Express",
        looks: "10 or 11 digits, the last a check digit",
        bodies: &[&[
            Field::digits(Role::Serial, 9).up_to(10, 1),
            Field::check(Set::Digit),
        ]],
        check: Check::Required(Algorithm::Mod7),
        ..DHL
    },
    Format {
        name: "DHL Express (Piece ID)",
        looks: "J, 2 or 3 letters and 9 or 10 digits",
        bodies: &[&[
            Field::words(&["J"]),
            Field::run(Role::Account, Set::Letter, 2).up_to(3, 1),
            Field::digits(Role::Serial, 9).up_to(10, 1),
        ]],
        ..DHL
    },
    // Germany's parcels carry an SSCC of Deutsche Post (GS1 company prefix 4043 4), `00` before it
    // included; so print the descriptions of Parcel DE Shipping 2.1 (read 2026-11).
    Format {
        name: "DHL Paket",
        looks: "00340434, 11 digits and a check digit",
        bodies: &[&[
            Field::words(&["00340434"]).covered(),
            Field::digits(Role::Serial, 11),
            Field::check(Set::Digit),
        ]],
        check: Check::Required(Algorithm::Gs1),
        ..DHL
    },
    Format {
        name: "DHL E-Commerce",
        looks: "GM, LX, RX, UV, CN, SG, TH, IN, HK or MY, a digit, and 9 to 38 letters or digits",
        bodies: &[&[
            Field::words(&["GM", "LX", "RX", "UV", "CN", "SG", "TH", "IN", "HK", "MY"]),
            Field::run(Role::Serial, Set::Alnum, 10)
                .starting(Set::Digit)
                .up_to(39, 1),
        ]],
        ..DHL
    },
    Format {
        name: "DHL E-Commerce (14)",
        looks: "14 digits",
        bodies: &[&[Field::digits(Role::Serial, 14)]],
        ..DHL
    },
];

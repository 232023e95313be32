//! Posts and regional carriers of the United States and Canada.

use super::s10;
use crate::check::Algorithm;
use crate::format::{Check, Code, Field, Format, Set};
use crate::verdict::Role;

const CANADA_POST: Format = Format::of("canada_post", "Canada Post");
const CANPAR: Format = Format::of("canpar", "Canpar");
const LANDMARK: Format = Format::of("landmark", "Landmark Global");
const LASERSHIP: Format = Format::of("lasership", "LaserShip");
const OLD_DOMINION: Format = Format {
    check: Check::Required(Algorithm::Luhn),
    ..Format::of("old_dominion", "Old Dominion Freight Line")
};
const ONTRAC: Format = Format {
    check: Check::Required(Algorithm::Ups),
    ..Format::of("ontrac", "OnTrac")
};
const PUROLATOR: Format = Format::of("purolator", "Purolator");
const SPEEDEE: Format = Format::of("speedee", "Spee-Dee Delivery");

pub(super) const FORMATS: &[Format] = &[
    Format {
        name: "Canada Post (16)",
        looks: "16 digits, the last a check digit",
        bodies: &[&[
            Field::digits(Role::Origin, 7),
            Field::digits(Role::Serial, 8),
            Field::check(Set::Digit),
        ]],
        check: Check::Required(Algorithm::Gs1),
        ..CANADA_POST
    },
    Format {
        // Beyond the collection: the same number as the S10 row's, for those who ask Canada Post.
        name: "Canada Post International",
        looks: "an S10 number of Canada: 2 letters, 9 digits and CA",
        bodies: &[&s10::body(Field::words(&["CA"]).as_role(Role::Country))],
        check: Check::Required(Algorithm::S10),
        codes: &[Code::known(Role::Service, s10::service)],
        ..CANADA_POST
    },
    Format {
        name: "Canpar (22)",
        looks: "one of C, D, K, L, S, U, X, Z and 21 digits",
        bodies: &[&[
            Field::run(Role::Mark, Set::Of("CDKLSUXZ"), 1),
            Field::digits(Role::Serial, 21),
        ]],
        ..CANPAR
    },
    Format {
        name: "Landmark Global LTN",
        looks: "LTN, 8 digits and N1",
        bodies: &[&[
            Field::words(&["LTN"]),
            Field::digits(Role::Serial, 8),
            Field::words(&["N1"]),
        ]],
        ..LANDMARK
    },
    Format {
        name: "LaserShip LX",
        looks: "LA, LE, LH, LI, LN or LX, one of 1 to 3, and 7 digits",
        bodies: &[&[
            Field::words(&["LA", "LE", "LH", "LI", "LN", "LX"]),
            Field::digits(Role::Serial, 8).starting(Set::Of("123")),
        ]],
        ..LASERSHIP
    },
    Format {
        name: "LaserShip 1LS7 (15)",
        looks: "1LS71 or 1LS72 and 10 digits",
        bodies: &[&[
            Field::words(&["1LS71", "1LS72"]),
            Field::digits(Role::Routing, 4),
            Field::digits(Role::Serial, 6),
        ]],
        ..LASERSHIP
    },
    Format {
        // Printed with a dash before the last digit.
        name: "LaserShip 1LS7 (18)",
        looks: "1LS71 or 1LS72, 2 digits, 01, one of 1 to 4, 6 digits and -1",
        bodies: &[&[
            Field::words(&["1LS71", "1LS72"]),
            Field::digits(Role::Routing, 2),
            Field::words(&["011", "012", "013", "014"]),
            Field::digits(Role::Serial, 6),
            Field::words(&["1"]),
        ]],
        ..LASERSHIP
    },
    Format {
        name: "LaserShip 1LSCX (15)",
        looks: "1LSCX and 10 letters or digits",
        bodies: &[&[
            Field::words(&["1LSCX"]),
            Field::run(Role::Serial, Set::Alnum, 10),
        ]],
        ..LASERSHIP
    },
    Format {
        name: "Old Dominion",
        looks: "072, 777, 778 or 780, 7 digits and a check digit",
        bodies: &[&[
            Field::words(&["072", "777", "778", "780"]).covered(),
            Field::digits(Role::Serial, 7),
            Field::check(Set::Digit),
        ]],
        ..OLD_DOMINION
    },
    Format {
        name: "Old Dominion Guaranteed Shipment",
        looks: "80, 8 digits and a check digit",
        bodies: &[&[
            Field::words(&["80"]).covered(),
            Field::digits(Role::Serial, 8),
            Field::check(Set::Digit),
        ]],
        ..OLD_DOMINION
    },
    Format {
        name: "OnTrac",
        looks: "C, 13 digits and a check digit",
        bodies: &[&[
            Field::words(&["C"]),
            Field::digits(Role::Serial, 13),
            Field::check(Set::Digit),
        ]],
        assumed: "4",
        ..ONTRAC
    },
    Format {
        name: "OnTrac D",
        looks: "D, 13 digits and a check digit",
        bodies: &[&[
            Field::words(&["D"]),
            Field::digits(Role::Serial, 13),
            Field::check(Set::Digit),
        ]],
        assumed: "5",
        ..ONTRAC
    },
    Format {
        name: "Purolator (12)",
        looks: "12 digits, the first 0 to 5, the last a check digit",
        bodies: &[&[
            Field::digits(Role::Serial, 11).starting(Set::Of("012345")),
            Field::check(Set::Digit),
        ]],
        check: Check::Required(Algorithm::Luhn),
        ..PUROLATOR
    },
    Format {
        name: "Purolator (alpha + 9)",
        looks: "3 letters and 9 digits",
        bodies: &[&[
            Field::run(Role::Account, Set::Letter, 3),
            Field::digits(Role::Serial, 9),
        ]],
        ..PUROLATOR
    },
    Format {
        name: "Spee-Dee (20)",
        looks: "SP and 18 digits",
        bodies: &[&[Field::words(&["SP"]), Field::digits(Role::Serial, 18)]],
        ..SPEEDEE
    },
];

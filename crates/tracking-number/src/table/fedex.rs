//! FedEx.
//!
//! The long barcodes carry the number that FedEx is asked with at their end (or, ASTRA, near it).

use crate::check::Algorithm;
use crate::format::{Check, Code, Field, Format, Set};
use crate::verdict::Role;

const EXPRESS: Format = Format {
    check: Check::Required(Algorithm::Fedex),
    ..Format::of("fedex", "FedEx")
};
const GROUND: Format = Format {
    check: Check::Required(Algorithm::Gs1),
    ..EXPRESS
};

const PADDING: Field = Field::words(&["00"])
    .as_role(Role::Padding)
    .covered()
    .framing();
const GROUND_LABEL: Field = Field::words(&["96"])
    .as_role(Role::ApplicationIdentifier)
    .framing();

pub(super) const FORMATS: &[Format] = &[
    Format {
        name: "FedEx Express (12)",
        looks: "12 digits, the last a check digit",
        bodies: &[&[Field::digits(Role::Serial, 11), Field::check(Set::Digit)]],
        ..EXPRESS
    },
    Format {
        name: "FedEx Express (34)",
        looks: "a barcode of 34 digits that does not begin with 9, the last a check digit",
        routes: &[&[
            routing(15).starting(Set::Of("012345678")),
            Field::digits(Role::DestinationPostcode, 5)
                .uncovered()
                .framing(),
        ]],
        bodies: &[
            &[
                PADDING,
                Field::digits(Role::Serial, 11),
                Field::check(Set::Digit),
            ],
            &[Field::digits(Role::Serial, 13), Field::check(Set::Digit)],
        ],
        ..EXPRESS
    },
    Format {
        name: "FedEx ASTRA (32)",
        looks: "a barcode of 3 and 31 digits; digit 28 is a check digit",
        bodies: &[&[
            routing(16).starting(Set::Of("3")),
            Field::digits(Role::Serial, 11),
            Field::check(Set::Digit),
            routing(4),
        ]],
        ..EXPRESS
    },
    Format {
        name: "FedEx Ground",
        looks: "15 digits, the last a check digit",
        bodies: &[&[Field::digits(Role::Serial, 14), Field::check(Set::Digit)]],
        ..GROUND
    },
    Format {
        name: "FedEx Ground (SSCC-18)",
        looks: "18 digits, the last a check digit",
        bodies: &[&[
            Field::digits(Role::Container, 2).uncovered(),
            Field::digits(Role::Serial, 15),
            Field::check(Set::Digit),
        ]],
        codes: &[Code::known(Role::Container, container)],
        ..GROUND
    },
    Format {
        name: "FedEx Ground 96 (22)",
        looks: "96 and 20 digits, the last a check digit",
        bodies: &[&[
            GROUND_LABEL,
            routing(2),
            Field::digits(Role::Service, 3).uncovered().framing(),
            Field::digits(Role::Account, 7),
            Field::digits(Role::Package, 7),
            Field::check(Set::Digit),
        ]],
        ..GROUND
    },
    Format {
        name: "FedEx Ground GSN",
        looks: "a barcode of 96 and 32 digits, the last a check digit",
        routes: &[&[
            GROUND_LABEL,
            routing(7),
            Field::digits(Role::Account, 10).uncovered().framing(),
            routing(1),
        ]],
        bodies: &[
            &[
                PADDING,
                Field::digits(Role::Serial, 11),
                Field::check(Set::Digit),
            ],
            &[Field::digits(Role::Serial, 13), Field::check(Set::Digit)],
        ],
        ..EXPRESS
    },
];

const fn routing(width: usize) -> Field {
    Field::digits(Role::Routing, width).uncovered().framing()
}

fn container(code: &str) -> Option<&'static str> {
    Some(match code {
        "00" => "case or carton",
        "01" => "pallet",
        "02" => "larger than a pallet",
        "04" => "defined within the company",
        _ => return None,
    })
}

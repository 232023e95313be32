//! DPD. The parcel label specification 2.4.1 explains the parts and the check character.

use super::countries;
use crate::check::Algorithm;
use crate::format::{Check, Code, Field, Format, Set};
use crate::verdict::Role;

const DPD: Format = Format {
    check: Check::Required(Algorithm::Iso7064),
    ..Format::of("dpd", "DPD")
};

pub(super) const FORMATS: &[Format] = &[
    Format {
        name: "DPD (28)",
        looks: "27 digits and a check character",
        bodies: &[&[
            Field::digits(Role::DestinationPostcode, 7),
            Field::digits(Role::Serial, 14),
            Field::digits(Role::Service, 3),
            Field::digits(Role::Country, 3),
            Field::check(Set::Alnum),
        ]],
        codes: &[
            Code::known(Role::Service, service),
            Code::known(Role::Country, countries::alpha_2),
        ],
        ..DPD
    },
    Format {
        name: "DPD (14)",
        looks: "14 digits and a check character",
        bodies: &[&[Field::digits(Role::Serial, 14), Field::check(Set::Alnum)]],
        ..DPD
    },
];

fn service(code: &str) -> Option<&'static str> {
    Some(match code {
        "101" => "normal parcel",
        "102" => "normal parcel, hazardous goods",
        "105" => "normal parcel, ex works",
        "106" => "normal parcel, ex works, hazardous goods",
        "109" => "normal parcel, C.O.D.",
        "110" => "normal parcel, C.O.D., hazardous goods",
        "113" => "normal parcel, exchange",
        "136" => "small parcel",
        "154" => "parcel letter",
        "155" => "guaranteed",
        "161" => "guaranteed, C.O.D.",
        "179" => "by 10:00",
        "191" => "by 10:00, C.O.D.",
        "225" => "by 12:00",
        "237" => "by 12:00, C.O.D.",
        "350" => "by 8:30",
        _ => return None,
    })
}

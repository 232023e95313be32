//! UPS.

use crate::check::Algorithm;
use crate::format::{Check, Code, Field, Format, Set};
use crate::verdict::Role;

const UPS: Format = Format::of("ups", "UPS");

pub(super) const FORMATS: &[Format] = &[
    Format {
        name: "UPS",
        looks: "1Z, then 15 letters or digits and a check digit",
        bodies: &[&[
            Field::words(&["1Z"]),
            Field::run(Role::Account, Set::Alnum, 6),
            Field::run(Role::Service, Set::Alnum, 2),
            Field::run(Role::Package, Set::Alnum, 7),
            Field::check(Set::Digit),
        ]],
        check: Check::Required(Algorithm::Ups),
        codes: &[Code::known(Role::Service, service)],
        ..UPS
    },
    Format {
        name: "UPS Waybill",
        looks: "one of A, H, J, K, T, V, then 9 digits and a check digit",
        bodies: &[&[
            Field::run(Role::Service, Set::Of("AHJKTV"), 1).uncovered(),
            Field::digits(Role::Serial, 9),
            Field::check(Set::Digit),
        ]],
        check: Check::Required(Algorithm::Ups),
        codes: &[Code::known(Role::Service, waybill_service)],
        ..UPS
    },
];

/// The service code within a 1Z number. It is not the service code of the UPS API.
fn service(code: &str) -> Option<&'static str> {
    Some(match code {
        "01" => "Next Day Air",
        "02" => "2nd Day Air",
        "03" => "Ground",
        "12" => "3 Day Select",
        "13" => "Next Day Air Saver",
        "15" => "Next Day Air Early",
        "22" => "Ground, Returns Plus with three pickup attempts",
        "32" => "Next Day Air Early, C.O.D.",
        "33" => "Next Day Air Early, Saturday delivery, C.O.D.",
        "41" => "Next Day Air Early, Saturday delivery",
        "42" => "Ground, signature required",
        "44" => "Next Day Air, Saturday delivery",
        "66" => "Worldwide Express",
        "72" => "Ground, C.O.D.",
        "78" => "Ground, Returns Plus with one pickup attempt",
        "90" => "Ground, return label printed and mailed by UPS",
        "A0" => "Next Day Air Early, adult signature required",
        "A1" => "Next Day Air Early, Saturday delivery, adult signature required",
        "A2" => "Next Day Air, adult signature required",
        "A8" => "Ground, adult signature required",
        "A9" => "Next Day Air Early, adult signature required, C.O.D.",
        "AA" => "Next Day Air Early, Saturday delivery, adult signature required, C.O.D.",
        "YW" => "SurePost, delivered by USPS",
        _ => return None,
    })
}

fn waybill_service(code: &str) -> Option<&'static str> {
    Some(match code {
        "J" => "Next Day Express",
        "K" => "Ground",
        "V" => "Worldwide Express Saver",
        _ => return None,
    })
}

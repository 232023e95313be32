//! UPU S10, the numbers of international post, and of whichever post issued them.

use super::posts;
use crate::check::Algorithm;
use crate::format::{Check, Code, Field, Format, Set};
use crate::verdict::Role;

/// Without the country a number is no S10 number: UPU lets only posts issue them.
pub(super) const CODES: &[Code] = &[
    Code::required(Role::Country, posts::post),
    Code::known(Role::Service, service),
];

pub(super) const FORMATS: &[Format] = &[Format {
    name: "S10",
    looks: "2 letters, 8 digits, a check digit and the issuing country, such as GB",
    bodies: &[&body(Field::run(Role::Country, Set::Letter, 2).uncovered())],
    check: Check::Required(Algorithm::S10),
    codes: CODES,
    ..Format::of("s10", "Postal service (UPU S10)")
}];

/// An S10 number with this issuer.
pub(super) const fn body(issuer: Field) -> [Field; 4] {
    [
        Field::run(Role::Service, Set::Letter, 2).uncovered(),
        Field::digits(Role::Serial, 8),
        Field::check(Set::Digit),
        issuer,
    ]
}

/// The service indicator: the first letter says the service, the second a variant.
pub(super) fn service(code: &str) -> Option<&'static str> {
    let [service, variant @ b'A'..=b'Z'] = code.as_bytes() else {
        return None;
    };
    Some(match (service, variant) {
        (b'E', _) => "express mail (EMS)",
        (b'L', _) => "letter post, express",
        (b'M', _) => "letter post, M bag",
        (b'Q', b'A'..=b'M') => "letter post, business reply (IBRS)",
        (b'R', _) => "letter post, registered",
        (b'U', _) => "letter post, other",
        (b'V', _) => "letter post, insured",
        (b'C', _) => "parcel post",
        (b'H', _) => "parcel post, e-commerce",
        (b'B' | b'D' | b'N' | b'P' | b'Z', _) | (b'A', b'V'..=b'Z') | (b'G', b'A' | b'D') => {
            "domestic, bilateral or multilateral use"
        }
        _ => return None,
    })
}

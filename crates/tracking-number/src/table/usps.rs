//! United States Postal Service.
//!
//! A label's barcode may put `420` and the destination's ZIP code before the number; the whole
//! then has at most 34 digits (Publication 199).

use super::s10;
use crate::check::Algorithm;
use crate::format::{Check, Code, Field, Format, Sequence, Set};
use crate::verdict::Role;

const USPS: Format = Format {
    check: Check::Required(Algorithm::Gs1),
    ..Format::of("usps", "United States Postal Service")
};

const LONGEST: usize = 34;

const ROUTE: Field = Field::words(&["420"]).as_role(Role::Routing).framing();
const ZIP: Field = Field::digits(Role::DestinationPostcode, 5)
    .uncovered()
    .framing();
const ZIP_PLUS_4: Field = Field::digits(Role::DestinationPostcode, 9)
    .uncovered()
    .framing();

const ROUTES: &[Sequence] = &[&[ROUTE, ZIP_PLUS_4], &[ROUTE, ZIP], &[]];

const SERVICE: Field = Field::digits(Role::Service, 3);
/// A mailer id has nine digits if it starts with 9, and six otherwise.
const MAILER_9: Field = Field::digits(Role::Account, 9).starting(Set::Of("9"));
const MAILER_6: Field = Field::digits(Role::Account, 6).starting(Set::Of("012345678"));

pub(super) const FORMATS: &[Format] = &[
    Format {
        name: "USPS 20",
        looks: "20 digits, the last a check digit",
        bodies: &[&[
            Field::digits(Role::Service, 2),
            Field::digits(Role::Account, 9),
            Field::digits(Role::Package, 8),
            Field::check(Set::Digit),
        ]],
        codes: &[Code::known(Role::Service, service)],
        ..USPS
    },
    Format {
        name: "USPS IMpb N",
        looks: "94 and 20, 24 or 28 digits, the last a check digit; 420 and a ZIP code may precede",
        routes: ROUTES,
        bodies: &[
            &[
                identifier(&["94"]),
                SERVICE,
                MAILER_9,
                Field::digits(Role::Package, 7).up_to(15, 4),
                Field::check(Set::Digit),
            ],
            &[
                identifier(&["94"]),
                SERVICE,
                MAILER_6,
                Field::digits(Role::Package, 10).up_to(14, 4),
                Field::check(Set::Digit),
            ],
        ],
        longest: LONGEST,
        codes: &[Code::known(Role::ApplicationIdentifier, vendor_identifier)],
        ..USPS
    },
    Format {
        name: "USPS Legacy",
        looks: "91 (may be left out) and 20 digits, the last a check digit; 420 and a ZIP code may \
                precede",
        routes: ROUTES,
        bodies: &[
            &[
                identifier(&["91"]),
                Field::digits(Role::Service, 2),
                Field::digits(Role::Account, 9),
                Field::digits(Role::Package, 8),
                Field::check(Set::Digit),
            ],
            &[
                Field::digits(Role::Service, 2),
                Field::digits(Role::Account, 9),
                Field::digits(Role::Package, 8),
                Field::check(Set::Digit),
            ],
        ],
        assumed: "91",
        codes: &[Code::known(Role::Service, service)],
        ..USPS
    },
    Format {
        name: "USPS IMpb C",
        looks: "92, 93 or 95 and 20 or 24 digits, the last a check digit; 420 and a ZIP code may \
                precede",
        routes: ROUTES,
        bodies: &[
            &[
                identifier(&["92", "95"]),
                SERVICE,
                MAILER_9,
                Field::digits(Role::Package, 7).up_to(11, 4),
                Field::check(Set::Digit),
            ],
            &[
                identifier(&["93", "95"]),
                SERVICE,
                MAILER_6,
                Field::digits(Role::Package, 10).up_to(14, 4),
                Field::check(Set::Digit),
            ],
        ],
        longest: LONGEST,
        codes: &[
            Code::known(Role::Service, mailer_service),
            Code::known(Role::ApplicationIdentifier, mailer_identifier),
        ],
        ..USPS
    },
    Format {
        // Beyond the collection: the same number as the S10 row's, for those who ask USPS.
        name: "USPS International",
        looks: "an S10 number of the United States: 2 letters, 9 digits and US",
        bodies: &[&s10::body(Field::words(&["US"]).as_role(Role::Country))],
        check: Check::Required(Algorithm::S10),
        codes: &[Code::known(Role::Service, s10::service)],
        ..USPS
    },
];

const fn identifier(words: &'static [&'static str]) -> Field {
    Field::words(words)
        .as_role(Role::ApplicationIdentifier)
        .covered()
}

fn vendor_identifier(code: &str) -> Option<&'static str> {
    (code == "94").then_some("label bought online or from a vendor")
}

fn mailer_identifier(code: &str) -> Option<&'static str> {
    Some(match code {
        "92" => "commercial mailer with a nine digit id",
        "93" => "commercial mailer with a six digit id",
        "95" => "label bought at a post office counter or kiosk",
        _ => return None,
    })
}

/// Three-digit service codes. There are hundreds; the collection names one.
fn mailer_service(code: &str) -> Option<&'static str> {
    (code == "612").then_some("Parcel Select")
}

/// Two-digit service codes of Delivery and Signature Confirmation.
fn service(code: &str) -> Option<&'static str> {
    Some(match code {
        "01" => "Delivery Confirmation, Priority or First-Class",
        "02" => "Delivery Confirmation, Package Services",
        "03" | "04" => "Delivery Confirmation, retail",
        "05" => "Delivery Confirmation, Priority or First-Class, insured over $50",
        "06" => "Delivery Confirmation, Package Services, insured over $50",
        "07" => "Delivery Confirmation, Priority, insured up to $50",
        "08" => "Delivery Confirmation, Package Services, insured up to $50",
        "14" => "Delivery Confirmation, software vendor",
        "21" => "Signature Confirmation, Priority or First-Class",
        "22" => "Signature Confirmation, Package Services",
        "23" | "24" => "Signature Confirmation, retail",
        "25" => "Signature Confirmation, Priority or First-Class, insured",
        "26" => "Signature Confirmation, Package Services, insured",
        "34" => "Signature Confirmation, software vendor",
        "50" => "header of an electronic file, on no parcel",
        "56" => "scan on the way, no confirmation",
        "73" => "insured over $50",
        "82" => "Merchandise Return with Delivery Confirmation",
        "83" => "Merchandise Return with Delivery Confirmation, insured up to $50",
        "85" => "Merchandise Return with Delivery Confirmation, insured over $50",
        _ => return None,
    })
}

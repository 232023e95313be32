//! Carriers that ship out of China: Yanwen, 4PX, YunExpress, GOFO.
//!
//! Yanwen and 4PX publish no number formats. Their rows come from numbers seen in the wild, so
//! nothing is promised and no check digit is required (as of 2026-11).

use super::s10;
use crate::check::Algorithm;
use crate::format::{Check, Code, Field, Format, Set};
use crate::verdict::Role;

const YANWEN: Format = Format::of("yanwen", "Yanwen");
const FOURPX: Format = Format::of("fourpx", "4PX");
const YUNEXPRESS: Format = Format::of("yunexpress", "YunExpress");
const GOFO: Format = Format::of("gofo", "GOFO Express");

pub(super) const FORMATS: &[Format] = &[
    Format {
        // In the manner of S10, but YP is no country. On the numbers seen (UH183870291YP) the S10
        // check digit is right all the same.
        name: "Yanwen",
        looks: "2 letters, 9 digits and YP",
        bodies: &[&s10::body(Field::words(&["YP"]))],
        check: Check::Advisory(Algorithm::S10),
        codes: &[Code::known(Role::Service, s10::service)],
        ..YANWEN
    },
    Format {
        // Parcels that Yanwen injects into another country's post, such as UC063173435MY.
        name: "Partner post",
        looks: "an S10 number of the post that delivers: 2 letters, 9 digits, 2 letters",
        bodies: &[&s10::body(
            Field::run(Role::Country, Set::Letter, 2).uncovered(),
        )],
        check: Check::Required(Algorithm::S10),
        codes: s10::CODES,
        only_when_named: true,
        ..YANWEN
    },
    Format {
        // 6A16723741816 is the one number of this form that was seen.
        name: "Yanwen 6A",
        looks: "6A and 11 digits",
        bodies: &[&[Field::words(&["6A"]), Field::digits(Role::Serial, 11)]],
        only_when_named: true,
        ..YANWEN
    },
    Format {
        // Mostly 13 digits and CN: 4PX3001291278502CN.
        name: "4PX",
        looks: "4PX and 12 to 17 letters or digits",
        bodies: &[&[
            Field::words(&["4PX"]),
            Field::run(Role::Serial, Set::Alnum, 12).up_to(17, 1),
        ]],
        ..FOURPX
    },
    Format {
        // Registered post that 4PX hands in, such as RV511390022CN.
        name: "Partner post",
        looks: "an S10 number of the post that delivers: 2 letters, 9 digits, 2 letters",
        bodies: &[&s10::body(
            Field::run(Role::Country, Set::Letter, 2).uncovered(),
        )],
        check: Check::Required(Algorithm::S10),
        codes: s10::CODES,
        only_when_named: true,
        ..FOURPX
    },
    Format {
        // The older form, such as 300482723836.
        name: "4PX (12)",
        looks: "12 digits",
        bodies: &[&[Field::digits(Role::Serial, 12)]],
        only_when_named: true,
        ..FOURPX
    },
    Format {
        name: "YunExpress",
        looks: "YT and 16 digits",
        bodies: &[&[Field::words(&["YT"]), Field::digits(Role::Serial, 16)]],
        ..YUNEXPRESS
    },
    Format {
        name: "GOFO Express (US)",
        looks: "GFUS and 14 digits",
        bodies: &[&[Field::words(&["GFUS"]), Field::digits(Role::Serial, 14)]],
        ..GOFO
    },
];

//! The suite that every carrier passes.

use std::process::ExitCode;

use parcelgate_carrier_template::CARRIER;
use parcelgate_conformance::{Lane, Served, Subject};

fn main() -> ExitCode {
    parcelgate_conformance::main(&subject())
}

pub(crate) fn subject() -> Subject {
    Subject {
        connect: CARRIER.1,
        settings: r#"{ "api_key": "sentinel-api-key" }"#,
        fixtures: concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures"),
        lanes: &[Served {
            lane: Lane::UsDomestic,
            service: "GND",
        }],
        numbers: &["TEMPLATE01", "TEMPLATE02", "TEMPLATE03"],
        carrier_number: "TEMPLATE01",
        return_service: "",
        pickup: ("", ""),
        descriptions: &[],
    }
}

//! The suite that every carrier passes, for the tracking that DHL's divisions share.

use std::process::ExitCode;

use parcelgate_carrier_dhl::connect;
use parcelgate_conformance::{Description, Lane, Served, Subject};

fn main() -> ExitCode {
    parcelgate_conformance::main(&subject())
}

pub(crate) fn subject() -> Subject {
    Subject {
        connect,
        settings: r#"{ "product": "unified", "api_key": "sentinel-api-key" }"#,
        fixtures: concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/unified"),
        // It tracks parcels of every way and sells none.
        lanes: &[Served {
            lane: Lane::DeDomestic,
            service: "",
        }],
        numbers: &[
            "GM295327494000123",
            "GM295327494000124",
            "GM295327494000125",
        ],
        carrier_number: "GM295327494000123",
        return_service: "",
        pickup: ("", ""),
        descriptions: &[Description {
            host: "track",
            path: "/track/",
            file: "dhl/tracking-unified-1.5.8.yaml",
        }],
    }
}

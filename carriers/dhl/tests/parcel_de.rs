//! The suite that every carrier passes, for DHL Paket of Germany.

use std::process::ExitCode;

use parcelgate_carrier_dhl::connect;
use parcelgate_conformance::{Description, Lane, Served, Subject};

fn main() -> ExitCode {
    parcelgate_conformance::main(&subject())
}

pub(crate) fn subject() -> Subject {
    Subject {
        connect,
        settings: r#"{
            "product": "parcel_de",
            "api_key": "sentinel-api-key",
            "api_secret": "sentinel-api-secret",
            "username": "sentinel-username",
            "password": "sentinel-password",
            "ekp": "5188842170",
            "returns_receiver": "deu"
        }"#,
        fixtures: concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/parcel_de"),
        lanes: &[
            Served {
                lane: Lane::DeDomestic,
                service: "V01PAK",
            },
            Served {
                lane: Lane::DeToUs,
                service: "V53WPAK",
            },
        ],
        numbers: &[
            "00340434161094880017",
            "00340434161094880024",
            "00340434161094880031",
        ],
        carrier_number: "00340434161094880017",
        return_service: "RETOURE",
        pickup: ("4a1f0c77e21b4d5c9b3e6f8801c2d3e4", ""),
        descriptions: DESCRIPTIONS,
    }
}

const fn described(host: &'static str, path: &'static str, file: &'static str) -> Description {
    Description { host, path, file }
}

const DESCRIPTIONS: &[Description] = &[
    described(
        "parcel",
        "/parcel/de/shipping/v2/",
        "dhl/parcel-de-shipping.yaml",
    ),
    described(
        "parcel",
        "/parcel/de/shipping/returns/",
        "dhl/parcel-de-returns.yaml",
    ),
    described(
        "pickup",
        "/parcel/de/transportation/",
        "dhl/parcel-de-pickup.yaml",
    ),
    described("track", "/track/", "dhl/tracking-unified-1.5.8.yaml"),
    // Of tokens DHL publishes no description.
    described("token", "/parcel/de/account/", ""),
];

//! The suite that every carrier passes.

use std::process::ExitCode;

use parcelgate_carrier_yanwen::{ID, connect};
use parcelgate_conformance::{Lane, Served, Subject};

fn main() -> ExitCode {
    parcelgate_conformance::main(&subject())
}

pub(crate) fn subject() -> Subject {
    Subject {
        connect: |settings| parcelgate_carrier::connect(ID, settings, connect),
        settings: r#"{
            "user_id": "sentinel-user-id",
            "api_token": "sentinel-api-token",
            "warehouse": "101",
            "rate_card": "../../examples/yanwen-rate-card.csv"
        }"#,
        fixtures: concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures"),
        // Yanwen declares in no yen, so Japan is missing here.
        lanes: &[
            Served {
                lane: Lane::CnToUs,
                service: "481",
            },
            Served {
                lane: Lane::CnToGb,
                service: "481",
            },
            Served {
                lane: Lane::CnToDe,
                service: "481",
            },
        ],
        numbers: &["UH204417367YP", "UH204417375YP", "UH204417384YP"],
        carrier_number: "UH204417367YP",
        return_service: "",
        pickup: ("", ""),
        // What Yanwen publishes is pages to read, no description that a program could check
        // against.
        descriptions: &[],
    }
}

//! The suite that every carrier passes.

use std::process::ExitCode;

use parcelgate_carrier_fourpx::{ID, connect};
use parcelgate_conformance::{Lane, Served, Subject};

fn main() -> ExitCode {
    parcelgate_conformance::main(&subject())
}

pub(crate) fn subject() -> Subject {
    Subject {
        connect: |settings| parcelgate_carrier::connect(ID, settings, connect),
        settings: r#"{
            "app_key": "sentinel-app-key",
            "app_secret": "sentinel-app-secret",
            "label_size": "label_100x150",
            "warehouse": "SZ01",
            "insurance_type": "8Y",
            "product_names": { "QC": "联邮通标准挂号" }
        }"#,
        fixtures: concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures"),
        // 4PX declares in no yen, so Japan is missing here.
        lanes: &[
            Served {
                lane: Lane::CnToUs,
                service: "QC",
            },
            Served {
                lane: Lane::CnToGb,
                service: "QC",
            },
            Served {
                lane: Lane::CnToDe,
                service: "QC",
            },
        ],
        numbers: &[
            "4PX3001291278502CN",
            "4PX3001291278503CN",
            "4PX3001291278504CN",
        ],
        carrier_number: "4PX3001291278502CN",
        return_service: "",
        pickup: ("", ""),
        // What 4PX publishes is pages to read, no description that a program could check against.
        descriptions: &[],
    }
}

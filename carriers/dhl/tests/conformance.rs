//! The suite that every carrier passes, for DHL Express. The other products are in `parcel_de.rs`
//! and `unified.rs`.

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
            "product": "express",
            "username": "sentinel-username",
            "password": "sentinel-password",
            "account_number": "960042317",
            "paperless": true
        }"#,
        fixtures: concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/express"),
        lanes: LANES,
        numbers: &["4172655082", "4172655093", "4172655104"],
        carrier_number: "4172655082",
        return_service: "P",
        pickup: ("PRG261130004711", ""),
        descriptions: &[Description {
            host: "mydhl",
            path: "/",
            file: "dhl/express-mydhl-3.3.1.detab.yaml",
        }],
    }
}

const fn served(lane: Lane, service: &'static str) -> Served {
    Served { lane, service }
}

const LANES: &[Served] = &[
    served(Lane::CnToUs, "P"),
    served(Lane::UsToGb, "P"),
    served(Lane::CnToGb, "P"),
    served(Lane::CnToDe, "P"),
    served(Lane::CnToJp, "Y"),
    served(Lane::DeDomestic, "N/3"),
];

//! The suite that every carrier passes.

use std::process::ExitCode;

use parcelgate_carrier_ups::{ID, connect};
use parcelgate_conformance::{Description, Lane, Served, Subject};

fn main() -> ExitCode {
    parcelgate_conformance::main(&subject())
}

pub(crate) fn subject() -> Subject {
    Subject {
        connect: |settings| parcelgate_carrier::connect(ID, settings, connect),
        settings: r#"{
            "client_id": "sentinel-client-id",
            "client_secret": "sentinel-client-secret",
            "account_number": "A1B2C3"
        }"#,
        fixtures: concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures"),
        lanes: LANES,
        numbers: &[
            "1ZA1B2C30344100171",
            "1ZA1B2C30344100180",
            "1ZA1B2C30344100199",
        ],
        carrier_number: "1ZA1B2C30344100171",
        return_service: "03",
        pickup: ("29293X2Y7Z1", ""),
        descriptions: DESCRIPTIONS,
    }
}

const fn served(lane: Lane, service: &'static str) -> Served {
    Served { lane, service }
}

const fn described(host: &'static str, path: &'static str, file: &'static str) -> Description {
    Description { host, path, file }
}

const LANES: &[Served] = &[
    served(Lane::UsDomestic, "03"),
    served(Lane::UsToGb, "65"),
    served(Lane::CnToUs, "65"),
    served(Lane::CnToGb, "08"),
    served(Lane::CnToDe, "65"),
    served(Lane::CnToJp, "07"),
];

const DESCRIPTIONS: &[Description] = &[
    described("api", "/rating/", "ups/rating.yaml"),
    described("api", "/shipments/", "ups/shipping.detab.yaml"),
    described("api", "/labels/", "ups/shipping.detab.yaml"),
    described("api", "/track/", "ups/tracking.detab.yaml"),
    described("api", "/track/v1/subscription/", "ups/track-alert-v1.yaml"),
    described("api", "/addressvalidation/", "ups/address-validation.yaml"),
    described("api", "/pickupcreation/", "ups/pickup.yaml"),
    described("api", "/shipments/v2409/pickup/", "ups/pickup.yaml"),
    described(
        "api",
        "/paperlessdocuments/",
        "ups/paperless-documents.yaml",
    ),
    described("api", "/landedcost/", "ups/landed-cost.yaml"),
    described("token", "/security/", "ups/oauth-client-credentials.yaml"),
];

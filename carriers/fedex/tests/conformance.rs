//! The suite that every carrier passes.

use std::process::ExitCode;

use parcelgate_carrier_fedex::{ID, connect};
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
            "account_number": "740561073",
            "track_client_id": "sentinel-track-client-id",
            "track_client_secret": "sentinel-track-client-secret",
            "webhook_token": "sentinel-webhook-token"
        }"#,
        fixtures: concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures"),
        lanes: LANES,
        numbers: &["794801122330", "794801122340", "794801122351"],
        carrier_number: "794801122330",
        return_service: "FEDEX_GROUND",
        pickup: ("6142", "NQAA"),
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
    served(Lane::UsDomestic, "GROUND_HOME_DELIVERY"),
    served(Lane::UsToGb, "FEDEX_INTERNATIONAL_PRIORITY"),
    served(Lane::CnToUs, "FEDEX_INTERNATIONAL_PRIORITY"),
    served(Lane::CnToGb, "INTERNATIONAL_ECONOMY"),
    served(Lane::CnToDe, "FEDEX_INTERNATIONAL_CONNECT_PLUS"),
    served(Lane::CnToJp, "FEDEX_INTERNATIONAL_PRIORITY_EXPRESS"),
];

/// The bundles of the portal, where a request has the one full schema; the plain files list sample
/// payloads beside it.
const DESCRIPTIONS: &[Description] = &[
    described("api", "/rate/", "fedex/rate-portal-bundle.json"),
    described("api", "/ship/", "fedex/ship-portal-bundle.json"),
    described("api", "/track/", "fedex/track-portal-bundle.json"),
    described("track", "/track/", "fedex/track-portal-bundle.json"),
    described(
        "api",
        "/ship/v1/endofday/",
        "fedex/ground-end-of-day-close.json",
    ),
    described("api", "/pickup/", "fedex/pickup-portal-bundle.json"),
    described("api", "/address/", "fedex/address-validation.json"),
    described(
        "documents",
        "/documents/",
        "fedex/trade-documents-upload.json",
    ),
    described("token", "/oauth/", "fedex/authorization.json"),
];

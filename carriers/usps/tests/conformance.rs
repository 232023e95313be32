//! The suite that every carrier passes.

use std::process::ExitCode;

use parcelgate_carrier_usps::{ID, connect};
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
            "crid": "48175932",
            "mid": "905823147",
            "account_number": "1000482913",
            "subscription_email": "mail@shop.example"
        }"#,
        fixtures: concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures"),
        lanes: &[
            Served {
                lane: Lane::UsDomestic,
                service: "USPS_GROUND_ADVANTAGE",
            },
            Served {
                lane: Lane::UsToGb,
                service: "PRIORITY_MAIL_INTERNATIONAL",
            },
        ],
        numbers: &[
            "9205590582314700000015",
            "9205590582314700000022",
            "9205590582314700000039",
        ],
        carrier_number: "9205590582314700000015",
        return_service: "USPS_GROUND_ADVANTAGE_RETURN_SERVICE",
        pickup: ("WTC60482913", ""),
        descriptions: DESCRIPTIONS,
    }
}

const fn described(host: &'static str, path: &'static str, file: &'static str) -> Description {
    Description { host, path, file }
}

const DESCRIPTIONS: &[Description] = &[
    described("api", "/shipments/", "usps/shipping-options.yaml"),
    described("labels", "/labels/", "usps/domestic-labels.yaml"),
    described(
        "labels",
        "/international-labels/",
        "usps/international-labels.yaml",
    ),
    described("api", "/tracking/v3/", "usps/tracking.yaml"),
    described("api", "/addresses/", "usps/addresses.yaml"),
    described("api", "/pickup/", "usps/carrier-pickup.yaml"),
    described("api", "/scan-forms/", "usps/scan-forms.yaml"),
    described("api", "/payments/", "usps/payments.yaml"),
    // Of these USPS publishes no description.
    described("token", "/oauth2/", ""),
    described("api", "/tracking/v3r2/", ""),
    described("api", "/subscriptions-tracking/", ""),
];

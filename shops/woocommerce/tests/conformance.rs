//! The cases that every shop passes.

use std::process::ExitCode;

use parcelgate_conformance::shops::{Answer, Subject};
use parcelgate_shop_woocommerce::SHOP;

fn main() -> ExitCode {
    parcelgate_conformance::shops::main(&subject())
}

const fn says(operation: &'static str, status: u16, body: &'static str) -> Answer {
    Answer {
        operation,
        status,
        header: None,
        body,
    }
}

const GRANTS: &[Answer] = &[
    says("complete", 200, r#"{"id":727,"status":"completed"}"#),
    says("confirm", 201, ITEM),
    says("withdraw", 200, ITEM),
    says(
        "inform",
        201,
        r#"{"id":281,"note":"The parcel was delivered."}"#,
    ),
    says("read_back", 200, SHOWN),
];

fn subject() -> Subject {
    Subject {
        connect: SHOP.1,
        settings: r#"{
        "consumer_key": "sentinel-key",
        "consumer_secret": "sentinel-secret",
        "api": "https://shop.example.com"
    }"#,
        order: "727",
        no_order: "wc_order_727",
        marketplace: None,
        item: "315",
        number: "1Z5R89390357567127",
        changed: "1Z5R89390357567136",
        handle: Some("a2f6e3b4"),
        grants: GRANTS,
        shows_nothing: says("read_back", 200, "[]"),
        refusal: says(
            "confirm",
            400,
            r#"{"code":"rest_missing_callback_param","message":
        "Missing parameter(s): tracking_number",
        "data":{"status":400}}"#,
        ),
        refusal_code: "rest_missing_callback_param",
        described: &[],
        throttled: says(
            "complete",
            429,
            r#"{"code":"too_many_requests","message":"Slow down","data":{"status":429}}"#,
        ),
    }
}

const ITEM: &str = r#"{
  "tracking_id": "a2f6e3b4",
  "tracking_provider": "UPS",
  "tracking_number": "1Z5R89390357567127",
  "date_shipped": "2026-11-23"
}"#;

const SHOWN: &str = r#"[
  {
    "tracking_id": "a2f6e3b4",
    "tracking_provider": "UPS",
    "tracking_link": "https://www.ups.com/track?tracknum=1Z5R89390357567127",
    "tracking_number": "1Z5R89390357567127",
    "date_shipped": "2026-11-23"
  }
]"#;

//! The cases that every shop passes.

use std::process::ExitCode;

use parcelgate_conformance::shops::{Answer, Subject};
use parcelgate_shop_ebay::SHOP;

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
    Answer {
        operation: "confirm",
        status: 201,
        header: Some((
            "location",
            "https://api.ebay.com/sell/fulfillment/v1/order/14-00000-00001/\
                 shipping_fulfillment/1Z5R89390357567127",
        )),
        body: "",
    },
    says("read_back", 200, SHOWN),
];

fn subject() -> Subject {
    Subject {
        connect: SHOP.1,
        settings: r#"{
        "client_id": "sentinel-client",
        "client_secret": "sentinel-secret",
        "refresh_token": "sentinel-refresh"
    }"#,
        order: "14-00000-00001",
        no_order: "",
        marketplace: Some("EBAY_US"),
        item: "10012345678901",
        number: "1Z5R89390357567127",
        changed: "1Z5R89390357567136",
        handle: Some("1Z5R89390357567127"),
        grants: GRANTS,
        shows_nothing: says("read_back", 200, r#"{"fulfillments":[],"total":0}"#),
        refusal: says(
            "confirm",
            400,
            r#"{"errors":[{"errorId":32210,"domain":"API_FULFILLMENT","category":"REQUEST",
        "message":"Invalid tracking number","longMessage":"The tracking number is not valid."}]}"#,
        ),
        refusal_code: "32210",
        described: &[],
        throttled: says(
            "confirm",
            429,
            r#"{"errors":[{"errorId":2001,"domain":"ACCESS","category":"REQUEST",
        "message":"Too many requests."}]}"#,
        ),
    }
}

const SHOWN: &str = r#"{
  "fulfillments": [
    {
      "fulfillmentId": "1Z5R89390357567127",
      "shipmentTrackingNumber": "1Z5R89390357567127",
      "shippingCarrierCode": "UPS",
      "shippedDate": "2026-11-23T07:00:00.000Z",
      "lineItems": [{ "lineItemId": "10012345678901", "quantity": 1 }]
    }
  ],
  "total": 1
}"#;

//! The cases that every shop passes.

use std::process::ExitCode;

use parcelgate_conformance::shops::{Answer, Subject};
use parcelgate_shop_amazon::SHOP;

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

const GRANTS: &[Answer] = &[says("confirm", 204, ""), says("read_back", 200, SHOWN)];

fn subject() -> Subject {
    Subject {
        connect: SHOP.1,
        settings: r#"{
        "client_id": "sentinel-client",
        "client_secret": "sentinel-secret",
        "refresh_token": "sentinel-refresh"
    }"#,
        order: "902-1106328-1059050",
        no_order: "#1001",
        marketplace: Some("ATVPDKIKX0DER"),
        item: "79039765272157",
        number: "1Z5R89390357567127",
        changed: "1Z5R89390357567136",
        handle: None,
        grants: GRANTS,
        shows_nothing: says(
            "read_back",
            200,
            r#"{"order":{"orderId":"902-1106328-1059050","packages":[]}}"#,
        ),
        refusal: says(
            "confirm",
            400,
            r#"{"errors":[{"code":"InvalidInput","message":"Invalid Input",
            "details":"carrierCode"}]}"#,
        ),
        refusal_code: "InvalidInput",
        described: &["amazon/ordersV0.json", "amazon/orders_2026-01-01.json"],
        throttled: says(
            "confirm",
            429,
            r#"{"errors":[{"code":"QuotaExceeded","message":"You exceeded your quota."}]}"#,
        ),
    }
}

/// As the examples of the model have it, with more than was asked for.
const SHOWN: &str = r#"{
  "order": {
    "orderId": "902-1106328-1059050",
    "createdTime": "2026-11-20T09:15:00Z",
    "lastUpdatedTime": "2026-11-20T16:30:00Z",
    "salesChannel": { "channelName": "AMAZON", "marketplaceId": "ATVPDKIKX0DER" },
    "orderItems": [
      { "orderItemId": "79039765272157", "quantityOrdered": 1, "product": { "asin": "B0" } }
    ],
    "buyer": { "buyerName": "sentinel-buyer" },
    "packages": [
      {
        "packageReferenceId": "2",
        "packageStatus": { "status": "PENDING" },
        "trackingNumber": "OTHER"
      },
      {
        "packageReferenceId": "1",
        "createdTime": "2026-11-20T16:30:00Z",
        "packageStatus": { "status": "IN_TRANSIT", "detailedStatus": "PICKED_UP" },
        "carrier": "UPS",
        "shipTime": "2026-11-20T16:30:00Z",
        "shippingService": "UPS Ground",
        "trackingNumber": "1Z5R89390357567127",
        "packageItems": [{ "orderItemId": "79039765272157", "quantity": 1 }]
      }
    ]
  }
}"#;

//! The cases that every shop passes.

use std::process::ExitCode;

use parcelgate_conformance::shops::{Answer, Subject};
use parcelgate_shop_shopify::SHOP;

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
    says("open", 200, OPEN),
    says("confirm", 200, CREATED),
    says(
        "change",
        200,
        r#"{"data":{"fulfillmentTrackingInfoUpdate":{"fulfillment":{"id":"x"},"userErrors":[]}}}"#,
    ),
    says(
        "inform",
        200,
        r#"{"data":{"fulfillmentEventCreate":{"fulfillmentEvent":{"id":"x"},"userErrors":[]}}}"#,
    ),
    says("read_back", 200, DONE),
];

fn subject() -> Subject {
    Subject {
        connect: SHOP.1,
        settings: r#"{
        "access_token": "sentinel-token",
        "api": "https://example.myshopify.com"
    }"#,
        order: "gid://shopify/Order/450789469",
        no_order: "#1001",
        marketplace: None,
        item: "gid://shopify/LineItem/466157049",
        number: "1Z5R89390357567127",
        changed: "1Z5R89390357567136",
        handle: Some("gid://shopify/Fulfillment/255858046"),
        grants: GRANTS,
        shows_nothing: says(
            "read_back",
            200,
            r#"{"data":{"order":{"fulfillments":[]}}}"#,
        ),
        refusal: says(
            "confirm",
            200,
            r#"{"data":{"fulfillmentCreate":{"fulfillment":null,"userErrors":[{"field":
        ["fulfillment","trackingInfo"],"message":"Tracking number is not valid"}]}}}"#,
        ),
        refusal_code: "fulfillment.trackingInfo",
        described: &[],
        throttled: says(
            "open",
            200,
            r#"{"errors":[{"message":"Throttled","extensions":{"code":"THROTTLED"}}],"extensions":
        {"cost":
        {"requestedQueryCost":256,"actualQueryCost":null,"throttleStatus":
        {"maximumAvailable":2000.0,
        "currentlyAvailable":6,"restoreRate":100.0}}}}"#,
        ),
    }
}

const OPEN: &str = r#"{
  "data": { "order": { "fulfillmentOrders": { "nodes": [
    { "id": "gid://shopify/FulfillmentOrder/1", "status": "CLOSED", "lineItems": { "nodes": [
      { "id": "gid://shopify/FulfillmentOrderLineItem/1", "remainingQuantity": 0,
        "lineItem": { "id": "gid://shopify/LineItem/466157049" } } ] } },
    { "id": "gid://shopify/FulfillmentOrder/2", "status": "OPEN", "lineItems": { "nodes": [
      { "id": "gid://shopify/FulfillmentOrderLineItem/2", "remainingQuantity": 3,
        "lineItem": { "id": "gid://shopify/LineItem/466157049" } } ] } }
  ] } } },
  "extensions": { "cost": { "requestedQueryCost": 256, "actualQueryCost": 9 } }
}"#;

const CREATED: &str = r#"{
  "data": { "fulfillmentCreate": {
    "fulfillment": { "id": "gid://shopify/Fulfillment/255858046", "status": "SUCCESS" },
    "userErrors": []
  } }
}"#;

const DONE: &str = r#"{
  "data": { "order": { "fulfillments": [
    { "id": "gid://shopify/Fulfillment/1", "status": "CANCELLED", "displayStatus": "CANCELED",
      "trackingInfo": [] },
    { "id": "gid://shopify/Fulfillment/255858046", "status": "SUCCESS",
      "displayStatus": "FULFILLED",
      "trackingInfo": [{ "company": "UPS", "number": "1Z5R89390357567127" }] }
  ] } }
}"#;

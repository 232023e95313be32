//! `POST /orders/v0/orders/{orderId}/shipmentConfirmation`.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{admitted, refusal, refused};
use crate::document::{at, list, text};
use crate::server::World;
use crate::shops::Shop;
use crate::shops::book::{Order, Package, ShopItem};

/// The carriers of the list that integrators use; another one is `Other` with its name.
const CARRIERS: [&str; 16] = [
    "UPS",
    "FedEx",
    "USPS",
    "DHL",
    "DHL Ecommerce",
    "DHL DE",
    "Deutsche Post",
    "Royal Mail",
    "China Post",
    "4PX",
    "YANWEN",
    "Yun Express",
    "SF Express",
    "WINIT",
    "CNE Express",
    "UPSMI",
];

pub(super) async fn confirm(
    State(world): State<Arc<World>>,
    Path(order): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if let Err(refused) = admitted(&world, &headers, false) {
        return refused;
    }
    let Ok(body) = serde_json::from_slice::<Value>(&body) else {
        return invalid("The body is no JSON");
    };
    let mut orders = world.shops.book.orders();
    let Some(order) = orders.get(Shop::Amazon, &order) else {
        return refusal(StatusCode::NOT_FOUND);
    };
    let now = world.settings.protocol_clock.now();
    match read(order, &body, now) {
        Ok(package) => {
            order.tell(package);
            let mut answer = StatusCode::NO_CONTENT.into_response();
            let rate = HeaderValue::from_static("2.0");
            answer.headers_mut().insert("x-amzn-ratelimit-limit", rate);
            answer
        }
        Err(details) => invalid(&details),
    }
}

fn invalid(details: &str) -> Response {
    refused(
        StatusCode::BAD_REQUEST,
        "InvalidInput",
        "Invalid Input",
        details,
    )
}

/// The package that is told of, if it can be one of the order.
fn read(order: &Order, body: &Value, now: Timestamp) -> Result<Package, String> {
    let marketplace = text(body, "marketplaceId").ok_or("marketplaceId is missing")?;
    if marketplace != order.placed.marketplace {
        return Err(format!("the order is not of marketplace {marketplace}"));
    }
    let detail = at(body, "packageDetail").ok_or("packageDetail is missing")?;
    let given = |name: &str| text(detail, name).ok_or_else(|| format!("{name} is missing"));
    let key = given("packageReferenceId")?;
    if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_digit()) || key.starts_with('0') {
        return Err("packageReferenceId must be a positive number".to_owned());
    }
    let carrier = given("carrierCode")?;
    let carrier = match (carrier, text(detail, "carrierName")) {
        ("Other", Some(name)) => name,
        ("Other", None) => return Err("carrierName is missing".to_owned()),
        (code, _) if CARRIERS.contains(&code) => code,
        (code, _) => return Err(format!("carrierCode {code} is not known")),
    };
    let shipped = given("shipDate")?;
    let when: Timestamp = shipped
        .parse()
        .map_err(|_| "shipDate must be in ISO 8601 format".to_owned())?;
    if when > now + SignedDuration::from_hours(24) {
        return Err("shipDate is in the future".to_owned());
    }
    Ok(Package {
        key: key.to_owned(),
        carrier: carrier.to_owned(),
        service: text(detail, "shippingMethod")
            .unwrap_or_default()
            .to_owned(),
        number: given("trackingNumber")?.to_owned(),
        shipped: shipped.to_owned(),
        items: items(order, detail, key)?,
        ..Package::default()
    })
}

fn items(order: &Order, detail: &Value, key: &str) -> Result<Vec<ShopItem>, String> {
    let lines = list(detail, "orderItems");
    if lines.is_empty() {
        return Err("orderItems is missing".to_owned());
    }
    let mut items = Vec::new();
    for line in lines {
        let id = text(line, "orderItemId").ok_or("orderItemId is missing")?;
        let quantity = line.get("quantity").and_then(Value::as_u64);
        let quantity = quantity.and_then(|it| u32::try_from(it).ok());
        let quantity = quantity.filter(|it| *it > 0).ok_or("quantity is missing")?;
        let left = order.left(id, key);
        let left = left.ok_or_else(|| format!("the order has no item {id}"))?;
        if quantity > left {
            return Err(format!("only {left} of item {id} are left to be shipped"));
        }
        items.push(ShopItem {
            id: id.to_owned(),
            quantity,
        });
    }
    Ok(items)
}

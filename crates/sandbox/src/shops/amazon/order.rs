//! `GET /orders/2026-01-01/orders/{orderId}`.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::{admitted, refusal};
use crate::document::put;
use crate::plan::Step;
use crate::server::World;
use crate::shops::Shop;
use crate::shops::book::{Order, Package, last_step};

pub(super) async fn order(
    State(world): State<Arc<World>>,
    Path(order): Path<String>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    if let Err(refused) = admitted(&world, &headers, true) {
        return refused;
    }
    let found = world.shops.book.orders().get(Shop::Amazon, &order).cloned();
    let Some(order) = found else {
        return refusal(StatusCode::NOT_FOUND);
    };
    let included = query.get("includedData").map_or("", String::as_str);
    let wants = |name: &str| included.split(',').any(|one| one == name);
    let mut answer = plain(&order);
    if wants("PACKAGES") {
        let packages = order.packages.iter().map(|it| package(&world, it));
        put(&mut answer, "packages", packages.collect());
    }
    if wants("FULFILLMENT") {
        let status = match order.packages.is_empty() {
            true => "UNSHIPPED",
            false => "SHIPPED",
        };
        let fulfillment = json!({ "fulfillmentStatus": status, "fulfilledBy": "MERCHANT" });
        put(&mut answer, "fulfillment", fulfillment);
    }
    Json(json!({ "order": answer })).into_response()
}

fn plain(order: &Order) -> Value {
    let item = |item: &crate::shops::ShopItem| {
        json!({
            "orderItemId": item.id,
            "quantityOrdered": item.quantity,
            "product": { "asin": "B000000000", "sellerSku": item.id },
        })
    };
    json!({
        "orderId": order.placed.order,
        "createdTime": order.at.to_string(),
        "lastUpdatedTime": order.at.to_string(),
        "salesChannel": {
            "channelName": "AMAZON",
            "marketplaceId": order.placed.marketplace,
        },
        "orderItems": order.placed.items.iter().map(item).collect::<Vec<_>>(),
    })
}

fn package(world: &World, package: &Package) -> Value {
    let (status, detailed) = status(last_step(world, &package.number));
    let items = package.items.iter();
    let items = items.map(|item| json!({ "orderItemId": item.id, "quantity": item.quantity }));
    json!({
        "packageReferenceId": package.key,
        "packageStatus": { "status": status, "detailedStatus": detailed },
        "carrier": package.carrier,
        "shippingService": package.service,
        "trackingNumber": package.number,
        "shipTime": package.shipped,
        "packageItems": items.collect::<Vec<_>>(),
    })
}

/// Before the carrier has scanned it there is only the seller's word.
const fn status(step: Option<Step>) -> (&'static str, &'static str) {
    match step {
        None | Some(Step::LabelCreated) => ("SHIPPED", "PENDING_PICK_UP"),
        Some(Step::PickedUp) => ("IN_TRANSIT", "PICKED_UP"),
        Some(Step::OutForDelivery) => ("IN_TRANSIT", "OUT_FOR_DELIVERY"),
        Some(Step::Delivered) => ("DELIVERED", "DELIVERED"),
        Some(Step::ReturnStarted) => ("UNDELIVERABLE", "RETURNING_TO_SELLER"),
        Some(Step::Returned) => ("UNDELIVERABLE", "RETURNED_TO_SELLER"),
        Some(
            Step::OriginArrived
            | Step::OriginDeparted
            | Step::HubArrived
            | Step::HubDeparted
            | Step::ExportCleared
            | Step::FlightDeparted
            | Step::Landed
            | Step::CustomsStarted
            | Step::CustomsHeld
            | Step::CustomsCleared
            | Step::DeliveryDepotArrived
            | Step::Delayed
            | Step::AttemptFailed,
        ) => ("IN_TRANSIT", "DROPPED_OFF"),
    }
}

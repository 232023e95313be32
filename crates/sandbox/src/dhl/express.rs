//! DHL Express: the MyDHL API.
//!
//! Written from its OpenAPI description 3.3.1 (2026-06-28).

mod address;
mod body;
mod cost;
mod documents;
mod event;
mod guard;
mod paper;
mod pickup;
mod price;
mod product;
mod rates;
mod refusal;
mod ship_rules;
mod shipping;
mod track;
mod when;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, patch, post};
use http::StatusCode;

use crate::server::World;

pub(crate) use pickup::Pickups;

pub(crate) use event::of as event;
pub(crate) use product::union;

pub(crate) fn routes(world: &Arc<World>) -> Router<Arc<World>> {
    Router::new()
        .route("/rates", post(rates::many).get(rates::one))
        .route("/products", get(rates::products))
        .route("/landed-cost", post(cost::landed))
        .route("/shipments", post(shipping::ship))
        .route("/shipments/{number}/tracking", get(track::one))
        .route("/shipments/{number}/get-image", get(documents::image))
        .route(
            "/shipments/{number}/proof-of-delivery",
            get(documents::proof),
        )
        .route("/shipments/{number}/upload-image", patch(documents::upload))
        .route("/tracking", get(track::many))
        .route("/pickups", post(pickup::book))
        .route(
            "/pickups/{number}",
            patch(pickup::change).delete(pickup::cancel),
        )
        .route("/address-validate", get(address::validate))
        .route("/identifiers", get(address::identifiers))
        .route_layer(from_fn_with_state(Arc::clone(world), guard::admit))
        .fallback(|uri: http::Uri| async move { refusal::Refusal::unknown(&uri) })
}

/// The way MyDHL answers `status` when nothing else is known.
pub(crate) fn refusal(status: StatusCode) -> Response {
    refusal::Refusal::of_status(status).into_response()
}

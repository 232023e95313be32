//! Parcel DE: parcels from Germany. Shipping v2, Returns v1 and Pickup v3, under the paths of DHL's
//! own host.
//!
//! Written from their OpenAPI descriptions 2.1.13, 1.0.9 and 3.0.0.

mod body;
mod country;
mod guard;
mod manifest;
mod order;
mod order_rules;
mod orders;
mod paper;
mod pickup;
mod product;
mod refusal;
mod returns;
mod token;

use std::sync::Arc;

use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::StatusCode;
use serde_json::{Value, json};

use crate::server::World;
use refusal::Refusal;

pub(crate) use pickup::Orders as Drivers;
pub(crate) use token::Tokens;

pub(crate) fn routes(world: &Arc<World>) -> Router<Arc<World>> {
    let guarded = |router: Router<Arc<World>>| {
        router.route_layer(from_fn_with_state(Arc::clone(world), guard::admit))
    };
    let shipping = guarded(
        Router::new()
            .route(
                "/orders",
                post(order::create)
                    .get(orders::labels)
                    .delete(orders::cancel),
            )
            .route("/manifests", post(manifest::close).get(manifest::papers)),
    );
    let returns = guarded(
        Router::new()
            .route("/orders", post(returns::create))
            .route("/locations", get(returns::locations)),
    );
    let pickup = Router::new()
        .route("/orders", post(pickup::order).delete(pickup::cancel))
        .route_layer(from_fn_with_state(Arc::clone(world), guard::admit_token));
    // A nested router does not see the slash at the end of its own path.
    let root = guarded(Router::new().route("/parcel/de/shipping/v2/", get(version)));
    Router::new()
        .merge(root)
        .route("/parcel/de/account/auth/ropc/v1/token", post(token::issue))
        .route("/parcel/de/shipping/v2/labels", get(orders::label))
        .nest("/parcel/de/shipping/v2", shipping)
        .nest("/parcel/de/shipping/returns/v1", returns)
        .nest("/parcel/de/transportation/pickup/v3", pickup)
        .fallback(|| async { Refusal::unknown_resource() })
}

async fn version() -> Json<Value> {
    Json(json!({
        "amp": { "name": "pp-parcel-shipping", "env": "sandbox", "version": "2.1.13" },
        "backend": { "env": "sandbox", "version": "1" },
    }))
}

/// The way these answer `status` when nothing else is known.
pub(crate) fn refusal(status: StatusCode) -> Response {
    Refusal::of_status(status).into_response()
}

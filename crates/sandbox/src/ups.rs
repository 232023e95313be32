//! UPS: OAuth, rating, shipping, label recovery, tracking, Track Alert, address validation,
//! pickups, papers for customs, landed cost.
//!
//! Written from UPS's OpenAPI descriptions (UPS-API/api-documentation, 2026-07-21), versions
//! v2409, v1 (tracking, recovery, Track Alert, landed cost) and v2 (addresses, Track Alert,
//! papers).

mod address;
mod alert;
mod codes;
mod guard;
mod landed_cost;
mod lane;
mod options;
mod paper;
mod paperless;
mod pickup;
mod pickup_rules;
mod piece;
mod price;
mod proof;
mod push;
mod rating;
mod recovery;
mod refusal;
mod scan;
mod service;
mod ship;
mod ship_rules;
mod shipment;
mod token;
mod track;
mod void;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use http::{Method, StatusCode};

use crate::parcel::Parcels;
use crate::server::World;
use crate::settings::{Settings, Webhook};

pub(crate) use push::push;

/// What the UPS side remembers.
pub(crate) struct Ups {
    parcels: Mutex<Parcels<shipment::Package>>,
    tokens: token::Tokens,
    alerts: alert::Alerts,
    pickups: pickup::Pickups,
    papers: paperless::Papers,
    webhook: Mutex<Option<Webhook>>,
}

impl Ups {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self {
            parcels: Mutex::new(Parcels::keeping(settings.parcels_max)),
            tokens: token::Tokens::default(),
            alerts: alert::Alerts::keeping(settings.subscriptions_max),
            pickups: pickup::Pickups::default(),
            papers: paperless::Papers::default(),
            webhook: Mutex::new(settings.ups.webhook.clone()),
        }
    }

    pub(crate) fn parcels(&self) -> MutexGuard<'_, Parcels<shipment::Package>> {
        self.parcels.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set_webhook(&self, webhook: Option<Webhook>) {
        *self.webhook.lock().unwrap_or_else(PoisonError::into_inner) = webhook;
    }

    fn webhook(&self) -> Option<Webhook> {
        self.webhook
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(crate) fn reset(&self) {
        self.parcels().clear();
        self.alerts.clear();
        self.pickups.clear();
        self.papers.clear();
    }
}

pub(crate) fn routes(world: &Arc<World>) -> Router<Arc<World>> {
    let api = Router::new()
        .route("/rating/{version}/{option}", post(rating::rate))
        .route("/shipments/{version}/ship", post(ship::ship))
        .route(
            "/shipments/{version}/void/cancel/{shipment}",
            delete(void::void),
        )
        .route("/labels/{version}/recovery", post(recovery::recover))
        .route("/track/v1/details/{number}", get(track::by_number))
        .route(
            "/track/v1/reference/details/{reference}",
            get(track::by_reference),
        )
        .route(
            "/track/v1/subscription/{kind}/package",
            post(alert::subscribe_v1),
        )
        .route(
            "/track/v2/subscription/{kind}/package",
            post(alert::subscribe_v2),
        )
        .route(
            "/addressvalidation/{version}/{option}",
            post(address::validate),
        )
        .merge(errands())
        .route_layer(from_fn_with_state(Arc::clone(world), guard::admit));
    Router::new()
        .route("/security/v1/oauth/token", post(token::issue))
        .nest("/api", api)
        .fallback(|| async { refusal::Refusal::unknown_resource() })
        .method_not_allowed_fallback(|| async { refusal::Refusal::unknown_method() })
}

/// What is done beside selling and tracking.
fn errands() -> Router<Arc<World>> {
    Router::new()
        .route(
            "/shipments/{version}/pickup/{kind}",
            post(pickup::rate)
                .get(pickup::pending)
                .delete(pickup::cancel),
        )
        .route("/pickupcreation/{version}/pickup", post(pickup::order))
        .route(
            "/paperlessdocuments/{version}/upload",
            post(paperless::upload),
        )
        .route(
            "/paperlessdocuments/{version}/image",
            post(paperless::push_image),
        )
        .route(
            "/paperlessdocuments/{version}/DocumentId/ShipperNumber",
            delete(paperless::delete),
        )
        .route("/landedcost/{version}/quotes", post(landed_cost::quote))
}

/// What a request is for, in the words of fault orders.
pub(crate) fn operation(method: &Method, path: &[&str]) -> Option<&'static str> {
    match (method, path) {
        (_, ["security", ..]) => Some("token"),
        (_, ["api", "rating", ..]) => Some("rate"),
        (&Method::POST, ["api", "shipments", _, "pickup", ..]) => Some("pickup_rate"),
        (&Method::DELETE, ["api", "shipments", _, "pickup", ..]) => Some("pickup_cancel"),
        (_, ["api", "shipments", _, "pickup", ..]) => Some("pickup_status"),
        (_, ["api", "pickupcreation", ..]) => Some("pickup"),
        (_, ["api", "paperlessdocuments", ..]) => Some("document"),
        (_, ["api", "landedcost", ..]) => Some("landed_cost"),
        (&Method::DELETE, ["api", "shipments", ..]) => Some("void"),
        (_, ["api", "shipments", ..]) => Some("ship"),
        (_, ["api", "labels", ..]) => Some("label"),
        (_, ["api", "track", _, "details", ..]) => Some("track"),
        (_, ["api", "track", _, "reference", ..]) => Some("track_reference"),
        (_, ["api", "track", _, "subscription", ..]) => Some("subscribe"),
        (_, ["api", "addressvalidation", ..]) => Some("address"),
        _ => None,
    }
}

/// The way UPS answers `status` when nothing else is known.
pub(crate) fn refusal(status: StatusCode) -> Response {
    refusal::Refusal::of_status(status).into_response()
}

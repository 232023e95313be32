//! USPS, the v3 APIs: OAuth, payments, prices, shipping options, labels, tracking, pushes,
//! addresses, pickups, SCAN forms.
//!
//! Written from USPS's own descriptions of 2026-06-23 and its error inventory.

mod abroad;
mod account;
mod address;
mod answer;
mod cancel;
mod codes;
mod duties;
mod extra;
mod guard;
mod label;
mod label_rules;
mod lane;
mod number;
mod options;
mod options_rules;
mod order;
mod paper;
mod payment;
mod pickup;
mod piece;
mod price;
mod push;
mod rating;
mod refusal;
mod reprint;
mod scan;
mod scan_form;
mod service;
mod shipment;
mod subscription;
mod token;
mod track;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use http::{Method, StatusCode};

use crate::parcel::Parcels;
use crate::server::World;
use crate::settings::Settings;
use shipment::Package;

pub use account::UspsAccount;
pub(crate) use push::push;
pub(crate) use token::Tokens;

/// What the USPS side remembers.
pub(crate) struct Usps {
    parcels: Mutex<Parcels<Package>>,
    tokens: Tokens<Vec<String>>,
    payments: Tokens<()>,
    quota: token::Quota,
    pickups: pickup::Pickups,
    subscriptions: subscription::Subscriptions,
    watches: push::Watches,
}

impl Usps {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self {
            parcels: Mutex::new(Parcels::keeping(settings.parcels_max)),
            tokens: Tokens::default(),
            payments: Tokens::default(),
            quota: token::Quota::default(),
            pickups: pickup::Pickups::default(),
            subscriptions: subscription::Subscriptions::default(),
            watches: push::Watches::keeping(settings.subscriptions_max),
        }
    }

    pub(crate) fn parcels(&self) -> MutexGuard<'_, Parcels<Package>> {
        self.parcels.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn reset(&self) {
        self.parcels().clear();
        self.pickups.clear();
        self.subscriptions.clear();
        self.watches.clear();
    }
}

pub(crate) fn routes(world: &Arc<World>) -> Router<Arc<World>> {
    let api = Router::new()
        .route(
            "/payments/v3/payment-authorization",
            post(payment::authorize),
        )
        .route(
            "/payments/v3/payment-account/{number}",
            get(payment::account),
        )
        .route("/prices/v3/base-rates/search", post(rating::base))
        .route("/prices/v3/base-rates-list/search", post(rating::base_list))
        .route("/prices/v3/total-rates/search", post(rating::total))
        .route("/shipments/v3/options/search", post(options::search))
        .nest("/international-prices/v3", rates_abroad())
        .nest("/labels/v3", labels())
        .nest("/international-labels/v3", labels_abroad())
        .nest("/pickup/v3", pickups())
        .nest("/subscriptions-tracking", subscriptions())
        .route("/scan-forms/v3/scan-form", post(scan_form::make))
        .route("/addresses/v3/address", get(address::standardize))
        .route("/addresses/v3/city-state", get(address::city_state))
        .route("/addresses/v3/zipcode", get(address::zip_code))
        .route("/tracking/v3/tracking/{number}", get(track::one))
        .route("/tracking/v3r2/tracking", post(track::several))
        .route_layer(from_fn_with_state(Arc::clone(world), guard::admit));
    Router::new()
        .route("/oauth2/v3/token", post(token::issue))
        .route("/oauth2/v3/revoke", post(token::revoke))
        .merge(api)
        .fallback(|| async { refusal::Refusal::unknown_resource() })
        .method_not_allowed_fallback(|| async { refusal::Refusal::unknown_method() })
}

fn rates_abroad() -> Router<Arc<World>> {
    Router::new()
        .route("/base-rates/search", post(rating::base_abroad))
        .route("/base-rates-list/search", post(rating::base_list_abroad))
        .route("/total-rates/search", post(rating::total_abroad))
}

fn labels() -> Router<Arc<World>> {
    Router::new()
        .route("/label", post(label::label).delete(cancel::by_key))
        .route("/label/{number}", delete(cancel::by_number))
        .route("/return-label", post(label::return_label))
        .route("/label-reprint", post(reprint::by_key))
        .route("/label-reprint/{number}", post(reprint::by_number))
}

fn labels_abroad() -> Router<Arc<World>> {
    Router::new()
        .route(
            "/international-label",
            post(abroad::label).delete(cancel::abroad_by_key),
        )
        .route(
            "/international-label/{number}",
            delete(cancel::abroad_by_number),
        )
        .route("/international-label-reprint", post(reprint::abroad_by_key))
        .route(
            "/international-label-reprint/{number}",
            post(reprint::abroad_by_number),
        )
}

fn pickups() -> Router<Arc<World>> {
    Router::new()
        .route("/carrier-pickup", post(pickup::schedule))
        .route("/carrier-pickup/eligibility", get(pickup::eligibility))
        .route(
            "/carrier-pickup/{number}",
            get(pickup::show).put(pickup::change).delete(pickup::cancel),
        )
}

fn subscriptions() -> Router<Arc<World>> {
    let one = || get(subscription::show).delete(subscription::delete);
    let all = || get(subscription::listed);
    Router::new()
        .route("/v3/subscriptions", all().post(subscription::create_v3))
        .route("/v3/subscriptions/{id}", one())
        .route("/v3r2/subscriptions", all().post(subscription::create_v3r2))
        .route("/v3r2/subscriptions/{id}", one())
}

/// What a request is for, in the words of fault orders.
pub(crate) fn operation(method: &Method, path: &[&str], _query: &str) -> Option<&'static str> {
    match (method, path) {
        (_, ["oauth2", ..]) => Some("token"),
        (_, ["payments", ..]) => Some("payment"),
        (_, ["prices" | "international-prices" | "shipments", ..]) => Some("rate"),
        (_, ["labels" | "international-labels", _, name, ..]) if name.contains("reprint") => {
            Some("label")
        }
        (&Method::DELETE, ["labels" | "international-labels", ..]) => Some("void"),
        (_, ["labels" | "international-labels", ..]) => Some("ship"),
        (_, ["tracking", ..]) => Some("track"),
        (_, ["subscriptions-tracking", ..]) => Some("subscribe"),
        (_, ["addresses", ..]) => Some("address"),
        (_, ["pickup", ..]) => Some("pickup"),
        (_, ["scan-forms", ..]) => Some("manifest"),
        _ => None,
    }
}

/// The way USPS answers `status` when nothing else is known.
pub(crate) fn refusal(status: StatusCode) -> Response {
    refusal::Refusal::of_status(status).into_response()
}

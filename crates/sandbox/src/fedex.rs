//! FedEx: OAuth, rates, shipping, closing, tracking with pushes, addresses, pickups, documents.
//!
//! Written from FedEx's descriptions (its portal's files, as published by third parties, October
//! 2025 and June 2026), all of version 1.

mod account;
mod address;
mod api;
mod close;
mod codes;
mod country;
mod documents;
mod lane;
mod mock;
mod multipart;
mod packaging;
mod paper;
mod pickup;
mod piece;
mod postal;
mod price;
mod proof;
mod push;
mod rating;
mod refusal;
mod scan;
mod service;
mod ship;
mod ship_rules;
mod shipment;
mod sold;
mod special;
mod token;
mod track;
mod track_result;
mod void;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, post};
use http::{Method, StatusCode};

use crate::parcel::Parcels;
use crate::server::World;
use crate::settings::{Settings, Webhook};

pub use account::FedexAccount;
pub(crate) use push::push;

/// What the FedEx side remembers.
pub(crate) struct Fedex {
    parcels: Mutex<Parcels<shipment::Package>>,
    /// The trade documents uploaded, by their identifiers.
    documents: Mutex<HashSet<String>>,
    pickups: Mutex<pickup::Pickups>,
    pushes: push::Pushes,
    tokens: token::Tokens,
    webhook: Mutex<Option<Webhook>>,
}

impl Fedex {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self {
            parcels: Mutex::new(Parcels::keeping(settings.parcels_max)),
            documents: Mutex::default(),
            pickups: Mutex::default(),
            pushes: push::Pushes::keeping(settings.subscriptions_max),
            tokens: token::Tokens::default(),
            webhook: Mutex::new(settings.fedex.webhook.clone()),
        }
    }

    pub(crate) fn parcels(&self) -> MutexGuard<'_, Parcels<shipment::Package>> {
        self.parcels.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn documents(&self) -> MutexGuard<'_, HashSet<String>> {
        self.documents
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn pickups(&self) -> MutexGuard<'_, pickup::Pickups> {
        self.pickups.lock().unwrap_or_else(PoisonError::into_inner)
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
        self.documents().clear();
        self.pushes.clear();
        *self.pickups() = pickup::Pickups::default();
    }
}

pub(crate) fn routes(_world: &Arc<World>) -> Router<Arc<World>> {
    let posted = |play| api::serve(MethodFilter::POST, play);
    let put = |play| api::serve(MethodFilter::PUT, play);
    Router::new()
        .route("/oauth/token", post(token::issue))
        .route("/rate/v1/rates/quotes", posted(rating::quote))
        .route("/ship/v1/shipments", posted(ship::ship))
        .route(
            "/ship/v1/shipments/packages/validate",
            posted(ship::validate),
        )
        .route("/ship/v1/shipments/cancel", put(void::cancel))
        .route("/track/v1/trackingnumbers", posted(track::by_number))
        .route("/track/v1/referencenumbers", posted(track::by_reference))
        .route("/track/v1/trackingdocuments", posted(proof::letter))
        .route("/address/v1/addresses/resolve", posted(address::resolve))
        .route("/country/v1/postal/validate", posted(country::validate))
        .route("/pickup/v1/pickups", posted(pickup::create))
        .route(
            "/pickup/v1/pickups/availabilities",
            posted(pickup::availability),
        )
        .route("/pickup/v1/pickups/cancel", put(pickup::cancel))
        .route(
            "/ship/v1/endofday/",
            put(close::close).merge(posted(close::reprint)),
        )
        // Documents have a host of their own; its base may be `/fedex/documents`, or `/fedex`.
        .route("/documents/v1/etds/upload", post(documents::upload))
        .route(
            "/documents/documents/v1/etds/upload",
            post(documents::upload),
        )
        .fallback(|| async { refusal::Refusal::unknown_resource() })
        .method_not_allowed_fallback(|| async { refusal::Refusal::unknown_method() })
}

/// What a request is for, in the words of fault orders.
pub(crate) fn operation(_method: &Method, path: &[&str], _query: &str) -> Option<&'static str> {
    match path {
        ["oauth", "token"] => Some("token"),
        ["rate", ..] => Some("rate"),
        ["ship", _, "shipments"] => Some("ship"),
        ["ship", _, "shipments", "cancel"] => Some("void"),
        ["ship", _, "shipments", "packages", "validate"] => Some("validate"),
        ["ship", _, "endofday", ..] => Some("close"),
        ["address", ..] => Some("address"),
        ["country", ..] => Some("postal"),
        ["pickup", _, "pickups"] => Some("pickup"),
        ["pickup", _, "pickups", "availabilities"] => Some("pickup_availability"),
        ["pickup", _, "pickups", "cancel"] => Some("pickup_cancel"),
        ["documents", ..] => Some("document"),
        ["track", _, "trackingnumbers"] => Some("track"),
        ["track", _, "referencenumbers"] => Some("track_reference"),
        ["track", _, "trackingdocuments"] => Some("proof"),
        _ => None,
    }
}

/// The way FedEx answers `status` when nothing else is known.
pub(crate) fn refusal(status: StatusCode) -> Response {
    refusal::Refusal::of_status(status).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_has_its_operation() {
        let cases = [
            ("oauth/token", "token"),
            ("rate/v1/rates/quotes", "rate"),
            ("ship/v1/shipments", "ship"),
            ("ship/v1/shipments/packages/validate", "validate"),
            ("ship/v1/shipments/cancel", "void"),
            ("ship/v1/endofday/", "close"),
            ("track/v1/trackingnumbers", "track"),
            ("track/v1/referencenumbers", "track_reference"),
            ("track/v1/trackingdocuments", "proof"),
            ("address/v1/addresses/resolve", "address"),
            ("country/v1/postal/validate", "postal"),
            ("pickup/v1/pickups", "pickup"),
            ("pickup/v1/pickups/availabilities", "pickup_availability"),
            ("pickup/v1/pickups/cancel", "pickup_cancel"),
            ("documents/documents/v1/etds/upload", "document"),
        ];
        for (path, expected) in cases {
            let segments: Vec<&str> = path.split('/').collect();
            let found = operation(&Method::POST, &segments, "");
            assert_eq!(found, Some(expected), "{path}");
        }
    }
}

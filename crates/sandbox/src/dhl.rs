//! DHL: three products that share nothing but the name, each with its own host and credentials.
//! Express (MyDHL API), Parcel DE (Germany), and Unified Tracking for the parcels of both.

mod account;
mod express;
mod parcel_de;
mod query;
mod shape;
mod shipment;
mod unified;
mod units;
mod way;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::response::Response;
use http::{Method, StatusCode};

use crate::parcel::Parcels;
use crate::server::World;
use crate::settings::Settings;

pub use account::DhlAccount;
pub(crate) use shipment::Package;
pub(crate) use unified::push;

/// What the DHL side remembers.
pub(crate) struct Dhl {
    parcels: Mutex<Parcels<Package>>,
    pickups: express::Pickups,
    drivers: parcel_de::Drivers,
    quota: unified::Quota,
    tokens: parcel_de::Tokens,
    subscriptions: unified::Subscriptions,
}

impl Dhl {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self {
            parcels: Mutex::new(Parcels::keeping(settings.parcels_max)),
            pickups: express::Pickups::keeping(settings.parcels_max),
            drivers: parcel_de::Drivers::keeping(settings.parcels_max),
            quota: unified::Quota::default(),
            tokens: parcel_de::Tokens::default(),
            subscriptions: unified::Subscriptions::keeping(settings.subscriptions_max),
        }
    }

    pub(crate) fn parcels(&self) -> MutexGuard<'_, Parcels<Package>> {
        self.parcels.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn reset(&self) {
        self.parcels().clear();
        self.pickups.clear();
        self.drivers.clear();
        self.subscriptions.clear();
    }
}

pub(crate) fn routes(world: &Arc<World>) -> Router<Arc<World>> {
    // An application that ships with Parcel DE tracks with the same key on the same host.
    let parcel_de = parcel_de::routes(world).merge(unified::beside_parcel_de(world));
    Router::new()
        .nest("/express", express::routes(world))
        .nest("/parcel-de", parcel_de)
        .nest("/unified", unified::routes(world))
}

/// What a request is for, in the words of fault orders.
pub(crate) fn operation(method: &Method, path: &[&str], _query: &str) -> Option<&'static str> {
    match path {
        ["express", rest @ ..] => express_operation(method, rest),
        ["parcel-de", "parcel", "de", rest @ ..] => parcel_de_operation(method, rest),
        ["parcel-de" | "unified", "track", ..] => Some("track"),
        ["unified", "tracking", ..] => Some("subscribe"),
        _ => None,
    }
}

fn express_operation(method: &Method, path: &[&str]) -> Option<&'static str> {
    Some(match (method, path) {
        (_, ["rates"]) => "rate",
        (_, ["products"]) => "products",
        (_, ["landed-cost"]) => "landed_cost",
        (_, ["shipments"]) => "ship",
        (_, ["tracking"] | ["shipments", _, "tracking"]) => "track",
        (_, ["shipments", _, "get-image"]) => "image",
        (_, ["shipments", _, "proof-of-delivery"]) => "proof",
        (_, ["shipments", _, "upload-image"]) => "upload",
        (&Method::DELETE, ["pickups", _]) => "pickup_cancel",
        (_, ["pickups", ..]) => "pickup",
        (_, ["address-validate"]) => "address",
        (_, ["identifiers"]) => "identifiers",
        _ => return None,
    })
}

fn parcel_de_operation(method: &Method, path: &[&str]) -> Option<&'static str> {
    Some(match (method, path) {
        (_, ["account", ..]) => "token",
        (&Method::DELETE, ["shipping", "v2", "orders"]) => "void",
        (&Method::GET, ["shipping", "v2", "orders" | "labels"]) => "label",
        (_, ["shipping", "v2", "orders"]) => "ship",
        (_, ["shipping", "v2", "manifests"]) => "manifest",
        (_, ["shipping", "returns", "v1", "orders"]) => "return",
        (&Method::DELETE, ["transportation", "pickup", "v3", "orders"]) => "pickup_cancel",
        (_, ["transportation", "pickup", "v3", "orders"]) => "pickup",
        _ => return None,
    })
}

/// The way the product at `path` answers a status when nothing else is known.
pub(crate) fn refusal(path: &str) -> fn(StatusCode) -> Response {
    if path.starts_with("/dhl/unified") {
        unified::refusal
    } else if path.starts_with("/dhl/parcel-de") {
        parcel_de::refusal
    } else {
        express::refusal
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_has_its_operation() {
        let cases = [
            ("GET", "express/rates", "rate"),
            ("POST", "express/shipments", "ship"),
            ("GET", "express/shipments/1/tracking", "track"),
            ("GET", "express/tracking", "track"),
            ("GET", "express/shipments/1/get-image", "image"),
            ("GET", "express/shipments/1/proof-of-delivery", "proof"),
            ("PATCH", "express/shipments/1/upload-image", "upload"),
            ("POST", "express/pickups", "pickup"),
            ("DELETE", "express/pickups/1", "pickup_cancel"),
            (
                "POST",
                "parcel-de/parcel/de/account/auth/ropc/v1/token",
                "token",
            ),
            ("POST", "parcel-de/parcel/de/shipping/v2/orders", "ship"),
            ("GET", "parcel-de/parcel/de/shipping/v2/orders", "label"),
            ("DELETE", "parcel-de/parcel/de/shipping/v2/orders", "void"),
            (
                "POST",
                "parcel-de/parcel/de/shipping/v2/manifests",
                "manifest",
            ),
            (
                "POST",
                "parcel-de/parcel/de/shipping/returns/v1/orders",
                "return",
            ),
            (
                "POST",
                "parcel-de/parcel/de/transportation/pickup/v3/orders",
                "pickup",
            ),
            ("GET", "unified/track/shipments", "track"),
            ("GET", "parcel-de/track/shipments", "track"),
            ("POST", "unified/tracking/push/v1/subscription", "subscribe"),
        ];
        for (method, path, expected) in cases {
            let method = method.parse().unwrap();
            let path: Vec<&str> = path.split('/').collect();
            assert_eq!(operation(&method, &path, ""), Some(expected), "{path:?}");
        }
        assert_eq!(operation(&Method::GET, &["elsewhere"], ""), None);
    }
}

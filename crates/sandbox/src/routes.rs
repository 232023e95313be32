//! Which path belongs to whom, and the one place where faults are applied.

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use http::{Method, StatusCode};

use crate::faults::Whom;
use crate::server::World;
use crate::settings::Carrier;
use crate::shops::Shop;
use crate::{control, dhl, faults, fedex, fourpx, shops, ups, usps, yanwen};

pub(crate) fn all(world: Arc<World>) -> Router {
    Router::new()
        .nest("/ups", ups::routes(&world))
        .nest("/fedex", fedex::routes(&world))
        .nest("/usps", usps::routes(&world))
        .nest("/dhl", dhl::routes(&world))
        .nest("/fourpx", fourpx::routes(&world))
        .nest("/yanwen", yanwen::orders())
        .nest("/yanwen-track", yanwen::tracking())
        .merge(shops::routes())
        .layer(from_fn_with_state(Arc::clone(&world), faulty))
        .nest("/_sandbox", control::routes())
        .layer(DefaultBodyLimit::max(world.settings.body_bytes_max))
        .with_state(world)
}

async fn faulty(State(world): State<Arc<World>>, request: Request, next: Next) -> Response {
    let query = request.uri().query().unwrap_or_default();
    let Some((whom, operation)) = operation(request.method(), request.uri().path(), query) else {
        return next.run(request).await;
    };
    let refusal: fn(StatusCode) -> Response = match whom {
        Whom::Carrier(Carrier::Ups) => ups::refusal,
        Whom::Carrier(Carrier::Fedex) => fedex::refusal,
        Whom::Carrier(Carrier::Usps) => usps::refusal,
        Whom::Carrier(Carrier::Dhl) => dhl::refusal(request.uri().path()),
        Whom::Carrier(Carrier::Yanwen) => yanwen::refusal,
        Whom::Carrier(Carrier::Fourpx) => fourpx::refusal,
        Whom::Shop(shop) => shop.refusal(),
    };
    let (request, call) = match whom {
        Whom::Carrier(carrier) => match world.ship_calls.enter(carrier, operation, request).await {
            Ok(entered) => entered,
            Err(broken_off) => return broken_off,
        },
        Whom::Shop(_) => (request, None),
    };
    let answer = match world.faults.take(whom, operation) {
        None => next.run(request).await,
        Some(fault) => faults::apply(fault, request, next, refusal, &world.closing).await,
    };
    if let Some(call) = call {
        call.finished();
    }
    answer
}

/// After how many bytes a request that begins with `bytes` is to be cut, if it is.
pub(crate) fn cut_request_at(world: &World, bytes: &[u8]) -> Option<u64> {
    let line = bytes.split(|byte| *byte == b'\r').next()?;
    let mut words = std::str::from_utf8(line).ok()?.split(' ');
    let (method, target) = (words.next()?.parse().ok()?, words.next()?);
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let (whom, operation) = operation(&method, path, query)?;
    world.faults.take_cut(whom, operation)
}

/// What a request is for, in the words of fault orders.
fn operation(method: &Method, path: &str, query: &str) -> Option<(Whom, &'static str)> {
    let mut segments = path.split('/').skip(1);
    let first = segments.next()?;
    let rest: Vec<&str> = segments.collect();
    if let Some(shop) = Shop::named(first) {
        return Some((Whom::Shop(shop), shop.operation(method, &rest)?));
    }
    let (carrier, operation) = match first {
        "ups" => Some((Carrier::Ups, ups::operation(method, &rest)?)),
        "fedex" => Some((Carrier::Fedex, fedex::operation(method, &rest, query)?)),
        "usps" => Some((Carrier::Usps, usps::operation(method, &rest, query)?)),
        "dhl" => Some((Carrier::Dhl, dhl::operation(method, &rest, query)?)),
        "fourpx" => Some((Carrier::Fourpx, fourpx::operation(method, &rest, query)?)),
        "yanwen" => Some((Carrier::Yanwen, yanwen::operation(query)?)),
        "yanwen-track" => Some((Carrier::Yanwen, "track")),
        _ => None,
    }?;
    Some((Whom::Carrier(carrier), operation))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_has_its_operation() {
        let cases = [
            ("POST", "/ups/security/v1/oauth/token", "token"),
            ("POST", "/ups/api/rating/v2409/Shop", "rate"),
            ("POST", "/ups/api/shipments/v2409/ship", "ship"),
            ("DELETE", "/ups/api/shipments/v2409/void/cancel/1Z", "void"),
            ("POST", "/ups/api/labels/v1/recovery", "label"),
            ("GET", "/ups/api/track/v1/details/1Z", "track"),
            (
                "GET",
                "/ups/api/track/v1/reference/details/1",
                "track_reference",
            ),
            (
                "POST",
                "/ups/api/track/v1/subscription/standard/package",
                "subscribe",
            ),
            ("POST", "/ups/api/addressvalidation/v2/3", "address"),
            ("POST", "/ups/api/pickupcreation/v2409/pickup", "pickup"),
            (
                "DELETE",
                "/ups/api/shipments/v2409/pickup/02",
                "pickup_cancel",
            ),
            ("POST", "/ups/api/landedcost/v1/quotes", "landed_cost"),
            (
                "POST",
                "/yanwen/api/order?method=express.order.create",
                "ship",
            ),
            (
                "POST",
                "/yanwen/api/order?a=b&method=express.order.label.get",
                "label",
            ),
            ("GET", "/yanwen-track/api/tracking?nums=1", "track"),
            ("POST", "/usps/oauth2/v3/token", "token"),
            ("POST", "/usps/payments/v3/payment-authorization", "payment"),
            ("POST", "/usps/prices/v3/base-rates/search", "rate"),
            ("POST", "/usps/shipments/v3/options/search", "rate"),
            ("POST", "/usps/labels/v3/label", "ship"),
            ("DELETE", "/usps/labels/v3/label/92", "void"),
            ("POST", "/usps/labels/v3/label-reprint/92", "label"),
            (
                "POST",
                "/usps/international-labels/v3/international-label-reprint",
                "label",
            ),
            ("POST", "/usps/tracking/v3r2/tracking", "track"),
            ("POST", "/usps/scan-forms/v3/scan-form", "manifest"),
            ("POST", "/amazon/auth/o2/token", "token"),
            (
                "POST",
                "/amazon/orders/v0/orders/1/shipmentConfirmation",
                "confirm",
            ),
            ("GET", "/amazon/orders/2026-01-01/orders/1?a=b", "read_back"),
            ("POST", "/shopify/admin/api/2026-10/graphql.json", "graphql"),
        ];
        for (method, target, expected) in cases {
            let method = method.parse().unwrap();
            let (path, query) = target.split_once('?').unwrap_or((target, ""));
            let found = operation(&method, path, query).map(|(_, name)| name);
            assert_eq!(found, Some(expected), "{target}");
        }
        assert_eq!(operation(&Method::GET, "/_sandbox/parcels", ""), None);
    }
}

//! Shopify's GraphQL Admin API: orders with what of them is to be fulfilled, fulfilments with
//! tracking, their events, and the points that each query costs.
//!
//! Written from the reference of the Admin API 2026-10 (shopify.dev, read 2026-11-22): what a query
//! names that is not in it is refused, as there.

mod changes;
mod orders;
mod points;

use std::fmt;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};

use async_graphql::{EmptySubscription, Request, Schema};
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use http::{HeaderMap, Method, StatusCode};
use serde_json::json;

use self::changes::Changes;
use self::orders::Orders;
use self::points::{Counted, Points};
use crate::server::World;

/// The one version that is played.
const VERSION: &str = "2026-10";

/// The one store that the sandbox knows.
#[derive(Clone)]
pub struct ShopifyAccount {
    /// The access token of the app.
    pub access_token: String,
    /// Whether a store of the standard plan's points are kept: 2,000, of which 100 come back each
    /// second.
    pub rated: bool,
}

impl Default for ShopifyAccount {
    fn default() -> Self {
        Self {
            access_token: "shpat_sandbox".to_owned(),
            rated: false,
        }
    }
}

impl fmt::Debug for ShopifyAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ShopifyAccount")
            .field("rated", &self.rated)
            .finish_non_exhaustive()
    }
}

/// What the Shopify side remembers, beside the orders.
pub(crate) struct Shopify {
    schema: Schema<Orders, Changes, EmptySubscription>,
    points: Mutex<Points>,
    /// How many fulfilments and events there were.
    named: AtomicU64,
}

impl Default for Shopify {
    fn default() -> Self {
        let schema = Schema::build(Orders, Changes, EmptySubscription);
        Self {
            schema: schema.extension(Counted).finish(),
            points: Mutex::default(),
            named: AtomicU64::new(0),
        }
    }
}

pub(crate) fn routes() -> Router<Arc<World>> {
    Router::new().route("/admin/api/{version}/graphql.json", post(answer))
}

pub(crate) fn operation(method: &Method, path: &[&str]) -> Option<&'static str> {
    match (method.as_str(), path) {
        ("POST", ["admin", "api", _, "graphql.json"]) => Some("graphql"),
        _ => None,
    }
}

/// What Shopify says with `status` where it is not GraphQL that says no: a text.
pub(crate) fn refusal(status: StatusCode) -> Response {
    let text = match status.as_u16() {
        401 => "[API] Invalid API key or access token (unrecognized login or wrong password)",
        402 => "Unavailable Shop",
        404 => "Not Found",
        423 => "Locked",
        429 => "Exceeded 2 calls per second for api client. Reduce request rates to resume.",
        _ => "Internal Server Error",
    };
    (status, Json(json!({ "errors": text }))).into_response()
}

async fn answer(
    State(world): State<Arc<World>>,
    Path(version): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let token = headers.get("x-shopify-access-token");
    let token = token.and_then(|value| value.to_str().ok());
    if token != Some(world.settings.shopify.access_token.as_str()) {
        return refusal(StatusCode::UNAUTHORIZED);
    }
    if version != VERSION {
        return refusal(StatusCode::NOT_FOUND);
    }
    let Ok(request) = serde_json::from_slice::<Request>(&body) else {
        let errors = json!({ "errors": "Invalid JSON" });
        return (StatusCode::BAD_REQUEST, Json(errors)).into_response();
    };
    let answer = world
        .shops
        .shopify
        .schema
        .execute(request.data(world.clone()));
    Json(answer.await).into_response()
}

/// The number of a global id of that kind: `gid://shopify/Order/450789469`.
fn number_in<'a>(kind: &str, id: &'a str) -> Option<&'a str> {
    let rest = id.strip_prefix("gid://shopify/")?;
    let number = rest.strip_prefix(kind)?.strip_prefix('/')?;
    let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    digits.then_some(number)
}

fn gid(kind: &str, number: &str) -> async_graphql::ID {
    format!("gid://shopify/{kind}/{number}").into()
}

//! Yanwen 燕文: the order gateway with its signature, and the tracking host, which is another one.
//!
//! Written from Yanwen's public open platform pages (opendocs.yw56.com.cn, read 2026-11-22).

mod catalog;
mod codes;
mod create;
mod envelope;
mod order;
mod order_rules;
mod paper;
mod scan;
mod sign;
mod track;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::StatusCode;

use crate::parcel::Parcels;
use crate::server::World;
use crate::settings::Settings;
use envelope::Answer;

/// What the Yanwen side remembers.
pub(crate) struct Yanwen {
    parcels: Mutex<Parcels<order::Order>>,
}

impl Yanwen {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self {
            parcels: Mutex::new(Parcels::keeping(settings.parcels_max)),
        }
    }

    pub(crate) fn parcels(&self) -> MutexGuard<'_, Parcels<order::Order>> {
        self.parcels.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn reset(&self) {
        self.parcels().clear();
    }
}

/// The order gateway: every method is one `POST /api/order`.
pub(crate) fn orders() -> Router<Arc<World>> {
    Router::new().route("/api/order", post(gateway))
}

/// The tracking host.
pub(crate) fn tracking() -> Router<Arc<World>> {
    Router::new().route("/api/tracking", get(track::track))
}

async fn gateway(
    State(world): State<Arc<World>>,
    Query(call): Query<sign::Call>,
    body: Bytes,
) -> Response {
    match serve(&world, &call, &body) {
        Ok(data) => envelope::success(&data),
        Err(refusal) => refusal.into_response(),
    }
}

fn serve(world: &World, call: &sign::Call, body: &Bytes) -> Answer {
    sign::check(world, call, body)?;
    let ask = envelope::parse(body)?;
    match call.method.as_str() {
        "common.country.getlist" => Ok(catalog::countries()),
        "common.warehouse.getlist" => Ok(catalog::warehouses()),
        "express.channel.getlist" => Ok(catalog::channels()),
        "calc.list" => catalog::prices(world, &ask),
        "express.order.create" => create::create(world, &ask),
        "express.order.label.get" => order::label(world, &ask),
        "express.order.cancel" => order::cancel(world, &ask),
        "express.order.get" => order::get(world, &ask),
        "express.order.getlist" => order::get_list(world, &ask),
        method => Err(envelope::Refusal::failure(format!(
            "接口方法不存在：{method}"
        ))),
    }
}

/// What a request is for, in the words of fault orders.
pub(crate) fn operation(query: &str) -> Option<&'static str> {
    let method = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("method="))?;
    Some(match method {
        "common.country.getlist" => "countries",
        "common.warehouse.getlist" => "warehouses",
        "express.channel.getlist" => "channels",
        "calc.list" => "rate",
        "express.order.create" => "ship",
        "express.order.label.get" => "label",
        "express.order.cancel" => "void",
        "express.order.get" => "get",
        "express.order.getlist" => "list",
        _ => return None,
    })
}

/// The way Yanwen answers `status` when nothing else is known.
pub(crate) fn refusal(status: StatusCode) -> Response {
    envelope::of_status(status).into_response()
}

//! 4PX 递四方: direct shipping (`ds.xms.*`) and tracking through one gateway, and the host of the
//! label files.
//!
//! Written from public facts about 4PX's open platform (open.4px.com, read 2026-11-22).

mod account;
mod catalog;
mod codes;
mod cost;
mod create;
mod envelope;
mod goods;
mod hold;
mod label;
mod order;
mod order_rules;
mod paper;
mod scan;
mod sign;
mod track;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Extension, Router};
use http::header::{ACCEPT, CONTENT_TYPE, HOST};
use http::{HeaderMap, Method, StatusCode};
use jiff::Timestamp;

use crate::faults::Telling;
use crate::parcel::{By, Parcel, Parcels};
use crate::server::World;
use crate::settings::Settings;
use envelope::{Answer, Refusal};
use order::Order;

pub use account::FourpxAccount;

/// What the 4PX 递四方 side remembers.
pub(crate) struct Fourpx {
    parcels: Mutex<Parcels<Order>>,
    /// 4PX numbers by the last-mile numbers that their parcels have until the warehouse.
    early: Mutex<HashMap<String, String>>,
    early_max: usize,
    /// The minute that is counted, and the calls in it.
    calls: Mutex<(i64, u32)>,
}

impl Fourpx {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self {
            parcels: Mutex::new(Parcels::keeping(settings.parcels_max)),
            early: Mutex::default(),
            early_max: settings.parcels_max,
            calls: Mutex::default(),
        }
    }

    pub(crate) fn parcels(&self) -> MutexGuard<'_, Parcels<Order>> {
        self.parcels.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn reset(&self) {
        self.parcels().clear();
        self.early().clear();
    }

    fn early(&self) -> MutexGuard<'_, HashMap<String, String>> {
        self.early.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers whose `last_mile` number is until its parcel is in the warehouse.
    fn remember(&self, parcels: &Parcels<Order>, last_mile: &str, number: &str) {
        let mut early = self.early();
        if early.len() >= self.early_max {
            early.retain(|_, number| !parcels.find(By::Number, number).is_empty());
        }
        early.insert(last_mile.to_owned(), number.to_owned());
    }

    /// The parcel whose last-mile number is `number` now; one that it had is forgotten.
    fn by_last_mile(
        &self,
        parcels: &Parcels<Order>,
        number: &str,
        now: Timestamp,
    ) -> Option<Arc<Parcel<Order>>> {
        let early = self.early().get(number).cloned();
        let early = early.and_then(|number| parcels.find(By::Number, &number).pop());
        let late = parcels.find(By::LastMile, number).pop();
        [early, late]
            .into_iter()
            .flatten()
            .find(|parcel| order::last_mile(parcel, now) == number)
    }

    /// Counts a call; refuses it beyond the account's limit.
    fn count(&self, world: &World) -> Answer<()> {
        let Some(most) = world.settings.fourpx.calls_per_minute else {
            return Ok(());
        };
        let now = world.settings.protocol_clock.now().as_second() / 60;
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        let (minute, made) = *calls;
        let made = if minute == now { made } else { 0 };
        if made >= most.get() {
            let text = "Too many requests, retry in one minute";
            return Err(Refusal::new("000017", text));
        }
        *calls = (now, made + 1);
        Ok(())
    }
}

pub(crate) fn routes(_world: &Arc<World>) -> Router<Arc<World>> {
    Router::new()
        .route("/router/api/service", post(gateway))
        .route("/labels/{key}/{size}/{file}", get(label::file))
}

async fn gateway(
    State(world): State<Arc<World>>,
    Query(call): Query<sign::Call>,
    telling: Option<Extension<Telling>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let telling = telling.map(|Extension(telling)| telling);
    let answer = serve(&world, &call, telling.unwrap_or_default(), &headers, &body);
    // Who asks for JSON gets ASCII, with a question mark for every Chinese character.
    let ascii = header(&headers, &ACCEPT).contains("application/json");
    envelope::write(answer, world.settings.fourpx.data_as_text, ascii)
}

fn header<'h>(headers: &'h HeaderMap, name: &http::HeaderName) -> &'h str {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default()
}

fn serve(
    world: &World,
    call: &sign::Call,
    telling: Telling,
    headers: &HeaderMap,
    body: &Bytes,
) -> Answer {
    sign::check(world, call, body)?;
    sign::version(call)?;
    world.fourpx.count(world)?;
    if !header(headers, &CONTENT_TYPE).starts_with("application/json") {
        return Err(Refusal::new("000004", "The body must be application/json"));
    }
    let ask = &envelope::parse(body)?;
    match call.method.as_str() {
        "ds.xms.logistics_product.getlist" => catalog::products(ask),
        "ds.xms.estimated_cost.get" => cost::estimate(world, ask),
        "ds.xms.order.create" => create::create(world, ask),
        "ds.xms.order.get" => order::get(world, ask),
        "ds.xms.order.cancel" => order::cancel(world, ask),
        "ds.xms.order.hold" => hold::hold(world, ask),
        "ds.xms.order.updateweight" => order::update_weight(world, ask),
        "ds.xms.order.getFreight" => cost::freight(world, ask),
        "ds.xms.label.get" => label::get(world, ask, header(headers, &HOST)),
        "tr.order.tracking.get" => track::track(world, ask, call.language == "en", telling),
        // Not in an envelope: so the gateway itself says it.
        method => Err(Refusal::Plain(
            StatusCode::INTERNAL_SERVER_ERROR,
            format!("com.fpx.ApiException: unknown method {method}"),
        )),
    }
}

/// What a request is for, in the words of fault orders.
pub(crate) fn operation(_method: &Method, path: &[&str], query: &str) -> Option<&'static str> {
    if path.first() == Some(&"labels") {
        return Some("label_file");
    }
    let mut pairs = query.split('&');
    Some(match pairs.find_map(|pair| pair.strip_prefix("method="))? {
        "ds.xms.logistics_product.getlist" => "products",
        "ds.xms.estimated_cost.get" => "rate",
        "ds.xms.order.create" => "ship",
        "ds.xms.order.get" => "get",
        "ds.xms.order.cancel" => "void",
        "ds.xms.order.hold" => "hold",
        "ds.xms.order.updateweight" => "weight",
        "ds.xms.order.getFreight" => "freight",
        "ds.xms.label.get" => "label",
        "tr.order.tracking.get" => "track",
        _ => return None,
    })
}

/// The way 4PX 递四方 answers `status` when nothing else is known.
pub(crate) fn refusal(status: StatusCode) -> Response {
    envelope::of_status(status)
}

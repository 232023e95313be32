//! Unified Tracking, for the parcels of every division, and its pushes.
//!
//! Tracking is written from its OpenAPI description 1.5.8. There is no public description of the
//! pushes: what is played is what DHL's developer pages show of version 1.2.5.

mod event;
mod push;
mod refusal;
mod shown;
mod track;

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::StatusCode;
use jiff::civil::Date;
use jiff::tz::Offset;

use crate::server::World;
use refusal::Refusal;

pub(crate) use push::{Subscriptions, run as push};

/// How many requests there were on a day; the count begins anew at midnight, Greenwich time.
#[derive(Default)]
pub(crate) struct Quota(Mutex<Option<(Date, u32)>>);

impl Quota {
    fn admits(&self, today: Date, most: Option<NonZeroU32>) -> bool {
        let mut day = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = match *day {
            Some((date, count)) if date == today => count,
            Some(_) | None => 0,
        };
        *day = Some((today, count.saturating_add(1)));
        most.is_none_or(|most| count < most.get())
    }
}

pub(crate) fn routes(world: &Arc<World>) -> Router<Arc<World>> {
    Router::new()
        .route("/track/shipments", get(track::track))
        .route("/tracking/push/v1/subscription", post(push::subscribe))
        .route("/tracking/push/v1/subscriptions", get(push::all))
        .route(
            "/tracking/push/v1/subscription/{id}",
            get(push::one).post(push::activate).delete(push::end),
        )
        .route_layer(from_fn_with_state(Arc::clone(world), admit))
        .fallback(|| async { Refusal::unknown_resource() })
}

/// Tracking alone, for the application of Parcel DE.
pub(crate) fn beside_parcel_de(world: &Arc<World>) -> Router<Arc<World>> {
    let admit = from_fn_with_state(Arc::clone(world), admit_parcel_de);
    Router::new()
        .route("/track/shipments", get(track::track))
        .route_layer(admit)
}

async fn admit(State(world): State<Arc<World>>, request: Request, next: Next) -> Response {
    let key = world.settings.dhl.unified_api_key.clone();
    admit_with(&key, &world, request, next).await
}

async fn admit_parcel_de(
    State(world): State<Arc<World>>,
    request: Request,
    next: Next,
) -> Response {
    let key = world.settings.dhl.parcel_de_api_key.clone();
    admit_with(&key, &world, request, next).await
}

/// Lets pass who brings the key and has requests left today.
async fn admit_with(right: &str, world: &World, request: Request, next: Next) -> Response {
    let account = &world.settings.dhl;
    let key = request.headers().get("dhl-api-key");
    let key = key.and_then(|value| value.to_str().ok());
    if key != Some(right) {
        return Refusal::unauthorized().into_response();
    }
    let today = Offset::UTC
        .to_datetime(world.settings.protocol_clock.now())
        .date();
    if !world
        .dhl
        .quota
        .admits(today, account.unified_requests_per_day)
    {
        return Refusal::of_status(StatusCode::TOO_MANY_REQUESTS).into_response();
    }
    next.run(request).await
}

/// The way these answer `status` when nothing else is known.
pub(crate) fn refusal(status: StatusCode) -> Response {
    Refusal::of_status(status).into_response()
}

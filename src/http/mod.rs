//! The door for operators and carriers.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use metrics_exporter_prometheus::PrometheusHandle;
use parcelgate_carrier::Kind;
use parcelgate_store::Store;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::config::HttpConfig;
use crate::service::Fault;
use crate::service::track::Tracks;

/// What is behind the door.
#[derive(Clone)]
pub struct Doors {
    /// Takes in what carriers send.
    pub tracks: Tracks,
    /// Says whether everything can be kept.
    pub store: Arc<dyn Store>,
    /// What was measured, unless somebody else's recorder is in place.
    pub metrics: Option<PrometheusHandle>,
}

/// Serves on `listener` until `closing`.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    doors: Doors,
    config: &HttpConfig,
    closing: CancellationToken,
) -> std::io::Result<()> {
    let router = Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(measured))
        .route("/carriers/{account}/events", post(events))
        .layer(DefaultBodyLimit::max(config.webhook_bytes_max))
        .with_state(doors);
    axum::serve(listener, router)
        .with_graceful_shutdown(closing.cancelled_owned())
        .await
}

/// Ready is who can write: a carrier that is down does not make the gateway so.
async fn ready(State(doors): State<Doors>) -> Response {
    match doors.store.ready().await {
        Ok(()) => "ready\n".into_response(),
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, format!("{error}\n")).into_response(),
    }
}

async fn measured(State(doors): State<Doors>) -> Response {
    let text = doors
        .metrics
        .map(|handle| handle.render())
        .unwrap_or_default();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
}

/// A carrier tells of its own accord. The answer is 2xx only once everything is written down, so
/// that the carrier sends again what was not.
async fn events(
    State(doors): State<Doors>,
    Path(account): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    match doors.tracks.receive(&account, &headers, &body).await {
        Ok(_) => StatusCode::OK,
        Err(Fault::Carrier(error)) if error.kind == Kind::Credentials => StatusCode::UNAUTHORIZED,
        Err(Fault::Carrier(error)) => {
            tracing::warn!(%account, %error, "what a carrier sent cannot be read");
            StatusCode::BAD_REQUEST
        }
        Err(Fault::Invalid(_) | Fault::Unsupported { .. }) => StatusCode::NOT_FOUND,
        Err(error) => {
            tracing::error!(%account, %error, "what a carrier sent was not taken in");
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}

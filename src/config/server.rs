//! The doors, the database and the log.

use std::net::SocketAddr;
use std::num::NonZeroU32;

use serde::Deserialize;

/// The door for services.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GrpcConfig {
    /// Where services call.
    pub listen: SocketAddr,
    /// The largest request.
    pub request_bytes_max: usize,
    /// The largest request of ShipmentService.
    pub paper_bytes_max: usize,
    /// The largest reply.
    pub reply_bytes_max: usize,
    /// Calls in flight on one connection.
    pub streams_max: u32,
    /// How often one API key may call in a second, and at once.
    pub calls_per_s: NonZeroU32,
    /// The longest call.
    pub call_ms_max: u64,
    /// How long calls in progress may take after a signal to stop.
    pub grace_ms: u64,
}

/// The door for operators and carriers.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpConfig {
    /// Where they call.
    pub listen: SocketAddr,
    /// The address under which carriers reach it; empty when they do not.
    pub public_url: String,
    /// What makes the credentials that carriers show when they push.
    pub push_secret: String,
    /// The largest webhook.
    pub webhook_bytes_max: usize,
}

impl std::fmt::Debug for HttpConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HttpConfig")
            .field("listen", &self.listen)
            .field("public_url", &self.public_url)
            .finish_non_exhaustive()
    }
}

/// The log.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogConfig {
    /// What is logged.
    pub filter: String,
    /// In which form.
    pub format: LogFormat,
}

/// The form of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// JSON for programs.
    Json,
}

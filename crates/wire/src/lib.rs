//! The one door to the network.
//!
//! A carrier has many abilities but only one way out of the process, the one method of
//! [`Exchange`]. Every policy is a layer on it: what may be tried again, when a host is down, how
//! much may be sent, who signs, how long an attempt may take, what is measured, what an answer
//! means. A [`Wire`] is all of them over a transport; `stack.rs` lists their order and why. No
//! layer reads a URL: they decide from the [`Intent`](parcelgate_carrier::Intent) alone.
//!
//! ```
//! use std::sync::Arc;
//! use parcelgate_carrier::Carrier;
//! use parcelgate_domain::AccountId;
//! use parcelgate_wire::{OpenError, Wire, WireSettings};
//!
//! fn open(account: &AccountId, carrier: Arc<dyn Carrier>) -> Result<Wire, OpenError> {
//!     let clock = Arc::new(parcelgate_clock::System);
//!     Wire::open(account, carrier, &WireSettings::default(), clock)
//! }
//! ```

mod attempt;
mod breaker;
mod digest;
mod instrument;
mod intent;
mod judge;
mod limiter;
mod pauses;
mod record;
mod replay;
mod retry;
mod settings;
mod sign;
mod stack;
#[cfg(test)]
mod tests;
mod token;
mod transport;
mod webhook;

use std::sync::Arc;

use async_trait::async_trait;
use parcelgate_carrier::{Auth, BoxError, Carrier, Exchange, Request, Response, Result};
use parcelgate_clock::SharedClock;
use parcelgate_domain::AccountId;

pub use breaker::CircuitState;
pub use instrument::OperationStatus;
pub use limiter::QuotaStatus;
pub use record::{Record, Recorded};
pub use replay::{Replay, Seen, Step};
pub use settings::{BreakerSettings, PerClass, QuotaSetting, RetrySettings, WireSettings};
pub use webhook::{
    RetryAfter, WebhookAnswer, WebhookClient, WebhookFailure, WebhookRefusal, WebhookRules,
};

use limiter::Bucket;
use stack::Account;
use transport::Transport;

/// An account's way to its carrier.
pub struct Wire {
    account: Account,
    outermost: Arc<dyn Exchange>,
}

impl Wire {
    /// Over HTTP.
    ///
    /// # Errors
    /// When the carrier's hosts or the settings contradict themselves, or TLS cannot be set up.
    pub fn open(
        account: &AccountId,
        carrier: Arc<dyn Carrier>,
        settings: &WireSettings,
        clock: SharedClock,
    ) -> Result<Self, OpenError> {
        let transport = http_transport(&carrier, settings)?;
        Self::over(transport, account, carrier, settings, clock)
    }

    /// The same layers over any transport: [`Replay`] in tests, [`Record`] to keep what is
    /// exchanged.
    ///
    /// # Errors
    /// When the carrier's hosts or the settings contradict themselves.
    pub fn over(
        transport: Arc<dyn Exchange>,
        account: &AccountId,
        carrier: Arc<dyn Carrier>,
        settings: &WireSettings,
        clock: SharedClock,
    ) -> Result<Self, OpenError> {
        check(carrier.as_ref())?;
        let account = Account::new(account, carrier, settings, clock);
        if let Some(quota) = account.buckets.iter().find_map(Bucket::contradiction) {
            return Err(OpenError::Quota(quota));
        }
        let outermost = account.stack(&transport);
        Ok(Self { account, outermost })
    }

    /// How it stands with the carrier, for an operator to see.
    #[must_use]
    pub fn status(&self) -> Status {
        let host = |(name, circuit): (&'static str, &breaker::Circuit)| HostStatus {
            name,
            circuit: circuit.state(),
            attempts: circuit.samples(),
        };
        Status {
            hosts: self.account.circuits.iter().map(host).collect(),
            quotas: self.account.buckets.iter().map(Bucket::status).collect(),
            operations: self.account.journal.status(),
        }
    }
}

#[async_trait]
impl Exchange for Wire {
    async fn exchange(&self, request: Request) -> Result<Response> {
        self.outermost.exchange(request).await
    }
}

impl std::fmt::Debug for Wire {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wire")
            .field("carrier", &self.account.id)
            .finish_non_exhaustive()
    }
}

/// The bare transport over HTTP, without any layer: for [`Record`] to stand between.
///
/// # Errors
/// When TLS cannot be set up.
pub fn http_transport(
    carrier: &Arc<dyn Carrier>,
    settings: &WireSettings,
) -> Result<Arc<dyn Exchange>, OpenError> {
    let transport = Transport::new(carrier, settings);
    Ok(Arc::new(
        transport.map_err(|error| OpenError::Tls(error.into()))?,
    ))
}

/// An account's way cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A host's base is not an http or https URL.
    #[error("the base URL of host {0:?} is not an http or https URL")]
    BaseUrl(&'static str),
    /// Tokens are to be got at a host that the carrier does not have, or that wants a token itself.
    #[error("tokens for host {0:?} come from a host that does not exist or is not open")]
    TokenHost(&'static str),
    /// A quota that lets nothing through.
    #[error("the quota of class {0:?} must be at least one request in at least a nanosecond each")]
    Quota(parcelgate_carrier::Class),
    /// The client could not be made.
    #[error("TLS cannot be set up")]
    Tls(#[source] BoxError),
}

fn check(carrier: &dyn Carrier) -> Result<(), OpenError> {
    let hosts = carrier.hosts();
    for host in hosts {
        let url = url::Url::parse(&host.base_url).ok();
        if !url.is_some_and(|url| matches!(url.scheme(), "http" | "https")) {
            return Err(OpenError::BaseUrl(host.name));
        }
        if let Auth::ClientCredentials(credentials) = &host.auth {
            let at = hosts.iter().find(|other| other.name == credentials.host);
            if !at.is_some_and(|at| matches!(at.auth, Auth::Open)) {
                return Err(OpenError::TokenHost(host.name));
            }
        }
    }
    Ok(())
}

/// How it stands with one account's carrier.
#[derive(Debug, Clone)]
pub struct Status {
    /// Whether each host is up.
    pub hosts: Vec<HostStatus>,
    /// What each class of requests may still send.
    pub quotas: Vec<QuotaStatus>,
    /// What the attempts of each operation came to.
    pub operations: Vec<OperationStatus>,
}

/// Whether a host is up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HostStatus {
    /// Its name.
    pub name: &'static str,
    /// Its circuit.
    pub circuit: CircuitState,
    /// How many attempts were ever made.
    pub attempts: u64,
}

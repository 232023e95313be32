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
mod attest;
mod breaker;
mod digest;
mod grant;
mod instrument;
mod intent;
mod judge;
mod keeper;
mod lanes;
mod limiter;
mod pauses;
mod plan;
mod pool;
mod pot;
mod quota;
mod record;
mod redis_pool;
mod replay;
mod retry;
mod settings;
mod sharing;
mod sign;
mod slice;
mod stack;
#[cfg(test)]
mod tests;
mod tls;
mod token;
mod transport;
mod webhook;

use std::sync::Arc;

use async_trait::async_trait;
use parcelgate_carrier::{Auth, BoxError, Class, Exchange, Peer, Request, Response, Result};
use parcelgate_clock::SharedClock;
use parcelgate_domain::AccountId;

pub use breaker::CircuitState;
pub use instrument::OperationStatus;
pub use lanes::{ClassStatus, QuotaSource, QuotaStatus};
pub use record::{Record, Recorded};
pub use replay::{Replay, Seen, Step};
pub use settings::{
    BreakerSettings, ClassName, PerClass, QuotaSetting, RetrySettings, SharedQuotaSetting,
    WireSettings,
};
pub use sharing::Sharing;
pub use webhook::{
    Internet, Public, Reach, RetryAfter, WebhookAnswer, WebhookClient, WebhookFailure,
    WebhookRefusal, WebhookRules,
};

use keeper::Keeper;
use lanes::Lanes;
use stack::Account;
use transport::Transport;

/// An account's way to its carrier, or to its shop.
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
        peer: impl Into<Peer>,
        settings: &WireSettings,
        clock: SharedClock,
    ) -> Result<Self, OpenError> {
        let peer = peer.into();
        let transport = http_transport(&peer, settings)?;
        Self::over(transport, account, peer, settings, clock)
    }

    /// The same layers over any transport: [`Replay`] in tests, [`Record`] to keep what is
    /// exchanged.
    ///
    /// # Errors
    /// When the carrier's hosts or the settings contradict themselves.
    pub fn over(
        transport: Arc<dyn Exchange>,
        account: &AccountId,
        peer: impl Into<Peer>,
        settings: &WireSettings,
        clock: SharedClock,
    ) -> Result<Self, OpenError> {
        let peer = peer.into();
        check(&peer)?;
        let lanes = Lanes::open(peer.quotas(), settings).map_err(OpenError::Quota)?;
        let account = Account::new(account, peer, settings, clock, lanes);
        let outermost = account.stack(&transport);
        Ok(Self { account, outermost })
    }

    /// Over HTTP, with the quotas shared by all gateways that share them likewise. Runs a task for
    /// as long as the wire is there, so it must be called in a runtime.
    ///
    /// # Errors
    /// As [`open`](Self::open), and when a quota cannot be shared by so many.
    pub fn open_sharing(
        account: &AccountId,
        peer: impl Into<Peer>,
        settings: &WireSettings,
        clock: SharedClock,
        sharing: &Sharing,
    ) -> Result<Self, OpenError> {
        let peer = peer.into();
        let transport = http_transport(&peer, settings)?;
        Self::over_sharing(transport, account, peer, settings, clock, sharing)
    }

    /// The same over any transport.
    ///
    /// # Errors
    /// When the carrier's hosts or the settings contradict themselves, or a quota cannot be shared
    /// by so many.
    pub fn over_sharing(
        transport: Arc<dyn Exchange>,
        name: &AccountId,
        peer: impl Into<Peer>,
        settings: &WireSettings,
        clock: SharedClock,
        sharing: &Sharing,
    ) -> Result<Self, OpenError> {
        let peer = peer.into();
        check(&peer)?;
        let begun = parcelgate_clock::instant();
        let quotas = peer.quotas();
        // That it is a quota at all is said as it is of those that are not shared.
        Lanes::open(quotas, settings).map_err(OpenError::Quota)?;
        let alone_from = Keeper::alone_from(sharing, begun);
        let lanes = Lanes::share(quotas, settings, sharing.replicas, alone_from);
        let lanes = lanes.map_err(OpenError::Shared)?;
        let account = Account::new(name, peer, settings, clock, lanes);
        let whose = (account.id.clone(), name.clone());
        Keeper::keep(&account.lanes, sharing, whose, begun);
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
            quotas: self.account.lanes.quotas(),
            classes: self.account.lanes.classes(),
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
    peer: &Peer,
    settings: &WireSettings,
) -> Result<Arc<dyn Exchange>, OpenError> {
    Ok(Arc::new(Transport::new(peer, settings)?))
}

/// An account's way cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A host's base is not an http or https URL.
    #[error("the base URL of host {0:?} is not an http or https URL")]
    BaseUrl(&'static str),
    /// Tokens are to be got at a host that the carrier does not have, or that is shown the wrong
    /// thing: nothing where a bearer token is granted, a bearer token where another is issued.
    #[error("tokens for host {0:?} come from a host that cannot give them")]
    TokenHost(&'static str),
    /// A quota that lets nothing through.
    #[error("the quota of {0:?} must be at least one request, in at most a year together")]
    Quota(Vec<Class>),
    /// A quota that cannot be shared by so many.
    #[error("the quota of {0:?} is too long, or has too many permits, to be shared by so many")]
    Shared(Vec<Class>),
    /// The client could not be made.
    #[error("TLS cannot be set up")]
    Tls(#[source] BoxError),
}

fn check(peer: &Peer) -> Result<(), OpenError> {
    let hosts = peer.hosts();
    for host in hosts {
        let url = url::Url::parse(&host.base_url).ok();
        if !url.is_some_and(|url| matches!(url.scheme(), "http" | "https")) {
            return Err(OpenError::BaseUrl(host.name));
        }
        let at = |name| hosts.iter().find(|other| other.name == name);
        let known = match &host.auth {
            Auth::Open | Auth::Headers(_) | Auth::Digest(_) => true,
            Auth::Bearer(grant) => at(grant.host).is_some_and(|at| matches!(at.auth, Auth::Open)),
            Auth::Refreshed(refresh) => {
                at(refresh.host).is_some_and(|at| matches!(at.auth, Auth::Open))
            }
            Auth::Issued(issued) => {
                at(issued.host).is_some_and(|at| matches!(at.auth, Auth::Bearer(_)))
            }
        };
        if !known {
            return Err(OpenError::TokenHost(host.name));
        }
    }
    Ok(())
}

/// How it stands with one account's carrier.
#[derive(Debug, Clone)]
pub struct Status {
    /// Whether each host is up.
    pub hosts: Vec<HostStatus>,
    /// What may still be sent of each quota.
    pub quotas: Vec<QuotaStatus>,
    /// What each class of requests has sent, and what waits.
    pub classes: Vec<ClassStatus>,
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

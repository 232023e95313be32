//! The order of the layers: written from the transport outwards, the last one is the outermost.
//!
//! Retry → Breaker → Limiter → Sign → AttemptTimeout → Instrument → Judge → Attest → Transport
//!
//! It keeps one law, which `tests/law.rs` holds against every mix of outcomes: *requests sent =
//! permits taken = breaker samples = histogram samples*. With the limiter outside the retry the
//! carrier would see several times its quota; with the breaker outside it, one failure would be
//! counted instead of many; with the breaker inside the limiter, permits would be spent on an open
//! circuit.

use std::sync::Arc;

use parcelgate_carrier::{Exchange, Peer};
use parcelgate_clock::SharedClock;
use parcelgate_domain::{AccountId, CarrierId};

use crate::attempt::AttemptTimeout;
use crate::attest::Attest;
use crate::breaker::{Breaker, Circuit};
use crate::grant::Source;
use crate::instrument::{Instrument, Journal};
use crate::intent::PerHost;
use crate::judge::Judge;
use crate::lanes::Lanes;
use crate::limiter::Limiter;
use crate::retry::Retry;
use crate::settings::WireSettings;
use crate::sign::Sign;
use crate::token::Tokens;

/// What the layers of one account share.
pub(crate) struct Account {
    pub(crate) id: CarrierId,
    pub(crate) peer: Peer,
    pub(crate) settings: WireSettings,
    pub(crate) clock: SharedClock,
    pub(crate) journal: Arc<Journal>,
    pub(crate) circuits: Arc<PerHost<Circuit>>,
    pub(crate) lanes: Arc<Lanes>,
}

impl Account {
    pub(crate) fn new(
        account: &AccountId,
        peer: Peer,
        settings: &WireSettings,
        clock: SharedClock,
        lanes: Lanes,
    ) -> Self {
        let id = peer.id().clone();
        Self {
            settings: settings.clone(),
            journal: Arc::new(Journal::new(&id, account, &clock)),
            circuits: Arc::new(PerHost::new(&id, peer.hosts(), |_| {
                Circuit::new(&settings.breaker)
            })),
            lanes: Arc::new(lanes),
            clock,
            peer,
            id,
        }
    }

    /// All layers over `transport`. Requests for tokens travel stacks of their own: one without the
    /// layer that would sign them, and above it one that shows bearer tokens, for what is issued
    /// to their bearers.
    pub(crate) fn stack(&self, transport: &Arc<dyn Exchange>) -> Arc<dyn Exchange> {
        let open = self.layers(transport, None);
        let hosts = self.peer.hosts();
        let bearers = Arc::new(PerHost::new(&self.id, hosts, |host| {
            Tokens::new(&self.peer, host.name, &open)
        }));
        let bearing = self.layers(transport, Some(&bearers));
        let all = bearers.map(|host, bearer| match Source::of(hosts, host) {
            Some(Source::Issued(_)) => Tokens::new(&self.peer, host, &bearing),
            Some(Source::Grant(_) | Source::Refresh(_)) | None => Arc::clone(bearer),
        });
        let all = Arc::new(all);
        self.layers(transport, Some(&all))
    }

    fn layers(
        &self,
        transport: &Arc<dyn Exchange>,
        tokens: Option<&Arc<PerHost<Arc<Tokens>>>>,
    ) -> Arc<dyn Exchange> {
        self.measured(transport)
            // Anew for each attempt: tokens are renewed, time stamps pass.
            .push_with(tokens, |inner, tokens| {
                Sign::over(inner, &self.peer, &self.clock, tokens)
            })
            // Above signing: no token is fetched for a request that may not go.
            .push(|inner| Limiter::over(inner, &self.id, &self.lanes))
            // Above the limiter, an open circuit costs no permits; below the retry, attempts count.
            .push(|inner| Breaker::over(inner, &self.id, &self.settings, &self.circuits))
            // Owns the time of the whole call.
            .push(|inner| Retry::over(inner, &self.id, &self.settings))
            .0
    }

    /// The part beneath that makes one measured attempt.
    pub(crate) fn measured(&self, transport: &Arc<dyn Exchange>) -> Stack {
        Stack::over(transport)
            // Beneath all that reads: a mistake in reading then loses nothing that was paid for.
            .push(Attest::over)
            // Everything above sees outcomes, not status codes.
            .push(|inner| Judge::over(inner, &self.peer, &self.clock))
            // Each attempt by itself, so that a slow one that was tried again is visible.
            .push(|inner| Instrument::over(inner, &self.journal))
            // Limits the wire only, never the wait for a token or for quota.
            .push(|inner| AttemptTimeout::over(inner, &self.id, &self.settings))
    }
}

/// Layers, the last one pushed being the outermost.
pub(crate) struct Stack(pub(crate) Arc<dyn Exchange>);

impl Stack {
    pub(crate) fn over(transport: &Arc<dyn Exchange>) -> Self {
        Self(Arc::clone(transport))
    }

    pub(crate) fn push<L: Exchange + 'static>(
        self,
        layer: impl FnOnce(Arc<dyn Exchange>) -> L,
    ) -> Self {
        Self(Arc::new(layer(self.0)))
    }

    /// Only with what the layer needs.
    fn push_with<N, L: Exchange + 'static>(
        self,
        need: Option<N>,
        layer: impl FnOnce(Arc<dyn Exchange>, N) -> L,
    ) -> Self {
        match need {
            Some(need) => self.push(|inner| layer(inner, need)),
            None => self,
        }
    }
}

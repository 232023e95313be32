//! Shows each host what it wants to see of who asks.

use std::sync::Arc;

use async_trait::async_trait;
use http::HeaderName;
use parcelgate_carrier::{Auth, Error, Exchange, Intent, Kind, Peer, Request, Response, Result};
use parcelgate_clock::SharedClock;
use parcelgate_domain::{ExposeSecret as _, Secret};

use crate::digest;
use crate::grant::{Source, sensitive};
use crate::intent::{PerHost, intent_of};
use crate::token::{Token, Tokens};

/// Signs each attempt anew: a token may have been renewed and a time stamp has passed since the
/// last.
pub(crate) struct Sign {
    inner: Arc<dyn Exchange>,
    peer: Peer,
    clock: SharedClock,
    tokens: Arc<PerHost<Arc<Tokens>>>,
}

impl Sign {
    /// `tokens` are those of each host.
    pub(crate) fn over(
        inner: Arc<dyn Exchange>,
        peer: &Peer,
        clock: &SharedClock,
        tokens: &Arc<PerHost<Arc<Tokens>>>,
    ) -> Self {
        Self {
            inner,
            peer: peer.clone(),
            clock: Arc::clone(clock),
            tokens: Arc::clone(tokens),
        }
    }

    /// Puts the token of `host` on the request.
    async fn show(&self, request: &mut Request, host: &str, intent: &Intent) -> Result<Shown<'_>> {
        let tokens = self.tokens.named(host, intent)?;
        let token = tokens.get(intent).await?;
        if let Some(source) = Source::of(self.peer.hosts(), host) {
            let header = source.header();
            request.headers_mut().insert(header, token.value.clone());
        }
        Ok(Shown { tokens, token })
    }

    /// With the host's token. One that is refused is dropped; the failure says whether a new one
    /// may help.
    ///
    /// Where a second token stands beside the bearer's, the refusal does not say which of them it
    /// means. The second is dropped: to get it anew, the bearer's must be good, and is dropped in
    /// its turn if it is not. Only when that did not help is the bearer's dropped, too.
    async fn with_token(&self, mut request: Request, intent: &Intent) -> Result<Response> {
        let shown = self.show(&mut request, intent.host, intent).await?;
        let beside = match Source::of(self.peer.hosts(), intent.host) {
            // Only now: it may have been renewed for the other's sake.
            Some(Source::Issued(issued)) => {
                Some(self.show(&mut request, issued.host, intent).await?)
            }
            Some(Source::Grant(_) | Source::Refresh(_)) | None => None,
        };
        match self.inner.exchange(request).await {
            Ok(response) => {
                shown.tokens.accepted(&shown.token);
                Ok(response)
            }
            Err(mut error) => {
                if error.kind == Kind::StaleToken && !shown.tokens.refused(&shown.token) {
                    error.kind = Kind::Credentials;
                    beside.map(|beside| beside.tokens.refused(&beside.token));
                }
                Err(error)
            }
        }
    }
}

/// A token on a request, and where it is from.
struct Shown<'a> {
    tokens: &'a Arc<Tokens>,
    token: Arc<Token>,
}

fn put(request: &mut Request, headers: &[(&'static str, Secret)]) -> Option<()> {
    for (name, value) in headers {
        let value = sensitive(value.expose_secret())?;
        let name = HeaderName::from_static(name);
        request.headers_mut().insert(name, value);
    }
    Some(())
}

#[async_trait]
impl Exchange for Sign {
    async fn exchange(&self, mut request: Request) -> Result<Response> {
        let carrier = self.peer.id();
        let intent = intent_of(carrier, &request)?;
        let mut hosts = self.peer.hosts().iter();
        let host = hosts.find(|host| host.name == intent.host);
        let signed = match host.map(|host| &host.auth) {
            Some(Auth::Bearer(_) | Auth::Issued(_) | Auth::Refreshed(_)) => {
                return self.with_token(request, &intent).await;
            }
            Some(Auth::Digest(recipe)) => digest::sign(&mut request, recipe, self.clock.now()),
            Some(Auth::Headers(headers)) => put(&mut request, headers),
            Some(Auth::Open) | None => Some(()),
        };
        if signed.is_none() {
            let error = Error::new(Kind::Credentials, carrier.clone(), intent.operation);
            return Err(error.because("the account's credentials cannot be written"));
        }
        match self.inner.exchange(request).await {
            // What is shown is the same each time: trying again would not help.
            Err(mut error) if error.kind == Kind::StaleToken => {
                error.kind = Kind::Credentials;
                Err(error)
            }
            result => result,
        }
    }
}

//! Shows each host what it wants to see of who asks.

use std::sync::Arc;

use async_trait::async_trait;
use http::HeaderName;
use http::header::AUTHORIZATION;
use parcelgate_carrier::{
    Auth, Carrier, Error, Exchange, Host, Intent, Kind, Request, Response, Result,
};
use parcelgate_clock::SharedClock;
use parcelgate_domain::ExposeSecret as _;

use crate::digest;
use crate::intent::{PerHost, intent_of};
use crate::token::{Tokens, sensitive};

/// Signs each attempt anew: a token may have been renewed and a time stamp has passed since the
/// last.
pub(crate) struct Sign {
    inner: Arc<dyn Exchange>,
    carrier: Arc<dyn Carrier>,
    clock: SharedClock,
    tokens: PerHost<Arc<Tokens>>,
}

impl Sign {
    /// `token_stack` is the way for requests of tokens, which are not signed.
    pub(crate) fn over(
        inner: Arc<dyn Exchange>,
        carrier: &Arc<dyn Carrier>,
        clock: &SharedClock,
        token_stack: &Arc<dyn Exchange>,
    ) -> Self {
        let tokens = |host: &Host| Tokens::new(carrier, host.name, token_stack);
        Self {
            inner,
            carrier: Arc::clone(carrier),
            clock: Arc::clone(clock),
            tokens: PerHost::new(&carrier.profile().id, carrier.hosts(), tokens),
        }
    }

    /// With a token. One that is refused is dropped; the failure says whether a new one may help.
    async fn with_token(&self, mut request: Request, intent: &Intent) -> Result<Response> {
        let tokens = self.tokens.of(intent)?;
        let token = tokens.get(intent).await?;
        request
            .headers_mut()
            .insert(AUTHORIZATION, token.header.clone());
        let result = self.inner.exchange(request).await;
        match result {
            Ok(response) => {
                tokens.accepted(&token);
                Ok(response)
            }
            Err(mut error) => {
                if error.kind == Kind::StaleToken && !tokens.refused(&token) {
                    error.kind = Kind::Credentials;
                }
                Err(error)
            }
        }
    }
}

#[async_trait]
impl Exchange for Sign {
    async fn exchange(&self, mut request: Request) -> Result<Response> {
        let carrier = &self.carrier.profile().id;
        let intent = intent_of(carrier, &request)?;
        let host = self
            .carrier
            .hosts()
            .iter()
            .find(|host| host.name == intent.host);
        let signed = match host.map(|host| &host.auth) {
            Some(Auth::ClientCredentials(_)) => return self.with_token(request, &intent).await,
            Some(Auth::Digest(recipe)) => digest::sign(&mut request, recipe, self.clock.now()),
            Some(Auth::Header { name, value }) => sensitive(value.expose_secret()).map(|value| {
                request
                    .headers_mut()
                    .insert(HeaderName::from_static(name), value);
            }),
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

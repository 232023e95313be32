//! The way out: HTTP over TCP and TLS, and the one question about each failure, whether it left.

use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use parcelgate_carrier::{
    Class, Error, Exchange, Intent, Kind, Peer, Repeat, Request, Response, Result,
};
use reqwest::{Client, Url, redirect, retry};

use crate::attempt::attempt_max;
use crate::intent::{PerHost, intent_of};
use crate::settings::WireSettings;
use crate::{OpenError, tls};

/// One pool of connections for each account, and none for what costs money.
pub(crate) struct Transport {
    peer: Peer,
    bases: PerHost<String>,
    pooled: Client,
    /// Every purchase on a connection of its own: on a kept one it can meet the other side closing
    /// it, and then nobody knows whether it arrived.
    unpooled: Client,
    answer_bytes_max: usize,
}

impl Transport {
    pub(crate) fn new(peer: &Peer, settings: &WireSettings) -> Result<Self, OpenError> {
        let base = |host: &parcelgate_carrier::Host| host.base_url.clone();
        Ok(Self {
            bases: PerHost::new(peer.id(), peer.hosts(), base),
            peer: peer.clone(),
            pooled: client(settings, usize::MAX)?,
            unpooled: client(settings, 0)?,
            answer_bytes_max: settings.answer_bytes_max,
        })
    }

    /// Base and target as one URL. A target that would be read as another path than was written
    /// (dot segments) is refused.
    fn url(&self, request: &Request, intent: &Intent) -> Result<Url> {
        let base = self.bases.of(intent)?;
        let invalid = |why: &'static str| self.error(Kind::Invalid, intent).because(why);
        let target = request
            .uri()
            .path_and_query()
            .map_or("/", |target| target.as_str());
        let url = Url::parse(&format!("{base}{target}")).map_err(|_| invalid("not a URL"))?;
        let kept = url.path().ends_with(request.uri().path());
        kept.then_some(url)
            .ok_or_else(|| invalid("the path has dot segments"))
    }

    fn error(&self, kind: Kind, intent: &Intent) -> Error {
        Error::new(kind, self.peer.id().clone(), intent.operation)
    }

    /// Before a connection stands nothing can have left; after, it may have.
    fn failure(&self, error: reqwest::Error, intent: &Intent) -> Error {
        let kind = if error.is_connect() || error.is_builder() {
            Kind::Unsent
        } else {
            Kind::OutcomeUnknown
        };
        // Without the URL: a signature stands in its query.
        self.error(kind, intent).because(error.without_url())
    }

    async fn read(&self, mut answer: reqwest::Response, intent: &Intent) -> Result<Bytes> {
        let too_large = || {
            self.error(Kind::OutcomeUnknown, intent)
                .because("the answer is too large")
        };
        let mut body = BytesMut::new();
        while let Some(chunk) = answer.chunk().await.map_err(|e| self.failure(e, intent))? {
            if body.len() + chunk.len() > self.answer_bytes_max {
                return Err(too_large());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    }
}

/// The limit of connecting: below that of every attempt, whatever was set.
fn connect_max(settings: &WireSettings) -> Duration {
    let attempts = Class::ALL.map(|(class, _)| attempt_max(settings, class) / 2);
    let set = Duration::from_millis(settings.connect_ms_max);
    attempts.into_iter().fold(set, Duration::min)
}

/// Nothing hidden: no redirects, no proxy from the environment, no sending again.
fn client(settings: &WireSettings, idle_max: usize) -> Result<Client, OpenError> {
    let client = Client::builder()
        .user_agent(concat!("parcelgate/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .referer(false)
        .no_proxy()
        .retry(retry::never())
        .tls_backend_preconfigured(tls::settings()?)
        .connect_timeout(connect_max(settings))
        .pool_idle_timeout(Duration::from_millis(settings.idle_ms_max))
        .pool_max_idle_per_host(idle_max)
        .build();
    client.map_err(|error| OpenError::Tls(error.into()))
}

#[async_trait]
impl Exchange for Transport {
    async fn exchange(&self, request: Request) -> Result<Response> {
        let intent = intent_of(self.peer.id(), &request)?;
        let url = self.url(&request, &intent)?;
        let (parts, body) = request.into_parts();
        let mut outgoing = reqwest::Request::new(parts.method, url);
        *outgoing.headers_mut() = parts.headers;
        *outgoing.body_mut() = Some(body.into());
        let costs = intent.class == Class::Ship || intent.repeat == Repeat::OnlyIfUnsent;
        let client = if costs { &self.unpooled } else { &self.pooled };
        let answer = client.execute(outgoing).await;
        let mut answer = answer.map_err(|error| self.failure(error, &intent))?;
        let mut response = Response::new(Bytes::new());
        *response.status_mut() = answer.status();
        *response.headers_mut() = std::mem::take(answer.headers_mut());
        *response.body_mut() = self.read(answer, &intent).await?;
        Ok(response)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connecting_gives_up_before_any_attempt_does() {
        let connect_max_of = |json| connect_max(&serde_json::from_str(json).unwrap());
        assert_eq!(connect_max_of("{}"), Duration::from_secs(2));
        let hurried = r#"{"attempt_ms_max":{"ship":1000}}"#;
        assert_eq!(connect_max_of(hurried), Duration::from_millis(500));
    }
}

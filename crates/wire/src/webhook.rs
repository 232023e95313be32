//! The way to webhooks: HTTP to places that strangers chose.
//!
//! Not a carrier's stack but a door of its own, for here the address is the danger. A URL is read
//! under [`WebhookRules`], its host is resolved by us, every address is checked, and the connection
//! goes to an address that was checked: there is no second look-up that could answer differently.
//! No redirect is followed, no proxy of the environment asked, nothing decompressed, nothing sent
//! again.

mod reach;
#[cfg(test)]
mod tests;

use std::error::Error as StdError;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderMap, Method, header};
use jiff::Timestamp;
use parcelgate_clock::{instant, left};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, redirect, retry};
use url::{Host, Url};

pub use self::reach::Reach;
use crate::OpenError;

/// Longer than any address needs to be.
const URL_BYTES_MAX: usize = 2_000;

/// How much of an answer is read before its connection is given up.
const ANSWER_BYTES_MAX: usize = 64 << 10;

/// How much of it is kept.
const EXCERPT_BYTES_MAX: usize = 4 << 10;

/// How many addresses of a host are tried.
const ADDRESSES_MAX: usize = 8;

/// How many connections to a host are kept for the next event, and how long.
const IDLE_MAX: usize = 8;
const IDLE: Duration = Duration::from_secs(30);

/// What the address of a webhook may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WebhookRules {
    /// Plain http as well.
    pub allow_http: bool,
    /// This machine and private networks as well, on any port.
    pub allow_private: bool,
}

impl WebhookRules {
    /// Reads an address as far as that can be done without asking for its host.
    ///
    /// # Errors
    /// When it may not be a webhook's.
    pub fn read(self, text: &str) -> Result<Url, WebhookRefusal> {
        if text.len() > URL_BYTES_MAX {
            return Err(WebhookRefusal::TooLong);
        }
        let url = Url::parse(text).map_err(|_| WebhookRefusal::Unreadable)?;
        if url.scheme() != "https" && !(self.allow_http && url.scheme() == "http") {
            return Err(WebhookRefusal::Scheme);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(WebhookRefusal::Credentials);
        }
        let port = url.port_or_known_default().unwrap_or(0);
        if !(self.allow_private || matches!(port, 443 | 8443) || self.allow_http && port == 80) {
            return Err(WebhookRefusal::Port(port));
        }
        let reach = match url.host() {
            Some(Host::Domain(name)) => reach::of_name(name),
            Some(Host::Ipv4(address)) => reach::of_address(address.into()),
            Some(Host::Ipv6(address)) => reach::of_address(address.into()),
            None => return Err(WebhookRefusal::Unreadable),
        };
        self.admits(reach)
            .then_some(url)
            .ok_or(WebhookRefusal::NotPublic)
    }

    fn admits(self, reach: Reach) -> bool {
        match reach {
            Reach::Public => true,
            Reach::Private => self.allow_private,
            Reach::Never => false,
        }
    }
}

/// Why an address may not be a webhook's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WebhookRefusal {
    /// It is longer than any needs to be.
    #[error("the address is longer than {URL_BYTES_MAX} bytes")]
    TooLong,
    /// It is no URL with a host.
    #[error("the address is no URL with a host")]
    Unreadable,
    /// Another scheme than https, or than http where that is allowed.
    #[error("the scheme of the address is not allowed")]
    Scheme,
    /// A user or a password stands in it.
    #[error("the address holds a user or a password")]
    Credentials,
    /// A port on which no webhook listens.
    #[error("port {0} is not allowed")]
    Port(u16),
    /// Its host is, or has an address, outside the public internet. Which one is not said: that
    /// would tell strangers about the network we stand in.
    #[error("the host is not on the public internet")]
    NotPublic,
}

/// What a webhook answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookAnswer {
    /// HTTP status.
    pub status: u16,
    /// When it wants to be asked again.
    pub retry_after: Option<RetryAfter>,
    /// The beginning of what it said; at most 4 kB.
    pub excerpt: String,
}

/// When a server wants to be asked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryAfter {
    /// After a pause.
    Pause(Duration),
    /// At a time.
    At(Timestamp),
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WebhookFailure {
    /// Nothing may be sent there.
    #[error("{0}")]
    Refused(WebhookRefusal),
    /// Nothing was sent: the host was not found, or no connection came about.
    #[error("nothing was sent: {0}")]
    NotSent(String),
    /// It may have been sent, but no answer came.
    #[error("no answer: {0}")]
    NoAnswer(String),
    /// It took too long.
    #[error("no answer in time")]
    TooLate,
}

/// Posts to addresses that it does not trust.
#[derive(Debug)]
pub struct WebhookClient {
    rules: WebhookRules,
    total_max: Duration,
    client: Client,
}

impl WebhookClient {
    /// With limits for connecting, and for all of a post with its answer.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn open(
        rules: WebhookRules,
        connect_max: Duration,
        total_max: Duration,
    ) -> Result<Self, OpenError> {
        Self::over(Arc::new(Public), rules, connect_max, total_max)
    }

    /// The same in any internet.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn over(
        internet: Arc<dyn Internet>,
        rules: WebhookRules,
        connect_max: Duration,
        total_max: Duration,
    ) -> Result<Self, OpenError> {
        let resolver = Checked { rules, internet };
        let client = Client::builder()
            .user_agent(concat!("parcelgate/", env!("CARGO_PKG_VERSION")))
            .dns_resolver(resolver)
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .referer(false)
            .no_proxy()
            .no_gzip()
            .http1_only() // nothing of a stranger's HTTP/2 to defend against
            .connect_timeout(connect_max)
            .pool_max_idle_per_host(IDLE_MAX)
            .pool_idle_timeout(IDLE)
            .build()
            .map_err(|error| OpenError::Tls(error.into()))?;
        Ok(Self {
            rules,
            total_max,
            client,
        })
    }

    /// Posts once.
    ///
    /// # Errors
    /// When there is no answer, and why. An answer of any status is one.
    pub async fn post(
        &self,
        url: &str,
        headers: HeaderMap,
        body: Bytes,
    ) -> Result<WebhookAnswer, WebhookFailure> {
        let url = self.rules.read(url).map_err(WebhookFailure::Refused)?;
        let deadline = instant() + self.total_max;
        let mut request = reqwest::Request::new(Method::POST, url);
        *request.headers_mut() = headers;
        *request.body_mut() = Some(body.into());
        let answered = within(deadline, self.client.execute(request)).await;
        let answer = answered
            .ok_or(WebhookFailure::TooLate)?
            .map_err(|error| failure(&error))?;
        Ok(WebhookAnswer {
            status: answer.status().as_u16(),
            retry_after: retry_after(answer.headers()),
            excerpt: excerpt(answer, deadline).await,
        })
    }
}

/// What comes of it by then.
async fn within<F: Future>(deadline: Instant, work: F) -> Option<F::Output> {
    tokio::time::timeout(left(deadline), work).await.ok()
}

fn failure(error: &reqwest::Error) -> WebhookFailure {
    let mut cause: &dyn StdError = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    if let Some(refusal) = cause.downcast_ref::<WebhookRefusal>() {
        return WebhookFailure::Refused(*refusal);
    }
    // Of `error` itself the text would hold the URL.
    let why = cause.to_string();
    if error.is_connect() || error.is_builder() {
        WebhookFailure::NotSent(why)
    } else {
        WebhookFailure::NoAnswer(why)
    }
}

fn retry_after(headers: &HeaderMap) -> Option<RetryAfter> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    let pause = text
        .parse()
        .map(|seconds| RetryAfter::Pause(Duration::from_secs(seconds)));
    let at = || jiff::fmt::rfc2822::parse(text).map(|zoned| RetryAfter::At(zoned.timestamp()));
    pause.ok().or_else(|| at().ok())
}

/// The beginning of the body, as far as it comes by `deadline`. A short rest is read as well, so
/// that the connection serves again.
async fn excerpt(mut answer: reqwest::Response, deadline: Instant) -> String {
    let (mut kept, mut read) = (Vec::new(), 0_usize);
    while read < ANSWER_BYTES_MAX
        && let Some(Ok(Some(chunk))) = within(deadline, answer.chunk()).await
    {
        read = read.saturating_add(chunk.len());
        let room = EXCERPT_BYTES_MAX.saturating_sub(kept.len());
        kept.extend(chunk.iter().take(room));
    }
    let visible = |c: char| if c.is_control() { ' ' } else { c }; // it is shown on terminals
    String::from_utf8_lossy(&kept)
        .chars()
        .map(visible)
        .collect()
}

/// Where the addresses of hosts come from, and how far each reaches. There is one, [`Public`];
/// tests play others.
#[async_trait]
pub trait Internet: std::fmt::Debug + Send + Sync + 'static {
    /// The addresses of `host`.
    ///
    /// # Errors
    /// When there is no such host, or nobody says.
    async fn lookup(&self, host: &str) -> io::Result<Vec<IpAddr>>;

    /// Where an address that was looked up lies.
    fn reach(&self, address: IpAddr) -> Reach {
        reach::of_address(address)
    }
}

/// The internet there is, as the machine's resolver knows it.
#[derive(Debug, Clone, Copy)]
pub struct Public;

#[async_trait]
impl Internet for Public {
    async fn lookup(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        let found = tokio::net::lookup_host((host, 0)).await?;
        Ok(found.map(|address| address.ip()).collect())
    }
}

/// Gives the client addresses that were all checked, or none: a host with one foot inside is no
/// webhook.
struct Checked {
    rules: WebhookRules,
    internet: Arc<dyn Internet>,
}

impl Resolve for Checked {
    fn resolve(&self, name: Name) -> Resolving {
        let (rules, internet) = (self.rules, Arc::clone(&self.internet));
        Box::pin(async move {
            let mut found = internet.lookup(name.as_str()).await?;
            let admitted = |address: &IpAddr| rules.admits(internet.reach(*address));
            if !found.iter().all(admitted) {
                return Err(WebhookRefusal::NotPublic.into());
            }
            found.truncate(ADDRESSES_MAX);
            // Port 0 stands for the URL's.
            let checked = found.into_iter().map(|address| SocketAddr::new(address, 0));
            Ok::<Addrs, _>(Box::new(checked))
        })
    }
}

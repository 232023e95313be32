//! Turns an answer that refuses into a failure, so that every layer above sees one typed outcome.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use http::StatusCode;
use http::header::RETRY_AFTER;
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use parcelgate_carrier::{Class, Exchange, Kind, Peer, Request, Response, Result};
use parcelgate_clock::SharedClock;

use crate::grant::Source;
use crate::intent::intent_of;

/// Asks the carrier's dialect what an answer means.
pub(crate) struct Judge {
    inner: Arc<dyn Exchange>,
    peer: Peer,
    clock: SharedClock,
}

impl Judge {
    pub(crate) fn over(inner: Arc<dyn Exchange>, peer: &Peer, clock: &SharedClock) -> Self {
        Self {
            inner,
            peer: peer.clone(),
            clock: Arc::clone(clock),
        }
    }
}

#[async_trait]
impl Exchange for Judge {
    async fn exchange(&self, request: Request) -> Result<Response> {
        let intent = intent_of(self.peer.id(), &request)?;
        let response = self.inner.exchange(request).await?;
        match self.peer.dialect().verdict(&intent, &response) {
            Ok(()) => Ok(response),
            Err(mut error) => {
                let token = Source::of(self.peer.hosts(), intent.host);
                let denied = response.status() == StatusCode::UNAUTHORIZED;
                match (error.kind, &token) {
                    // None was shown, so none was stale.
                    (Kind::StaleToken, None) => error.kind = Kind::Credentials,
                    // Who asks for an issued token shows a bearer token, which may be the stale
                    // one, whatever a dialect makes of refusals to requests for tokens.
                    (Kind::Credentials, Some(_)) if denied && intent.class == Class::Token => {
                        error.kind = Kind::StaleToken;
                    }
                    _ => {}
                }
                let said = error.retry_after.or_else(|| {
                    let value = response.headers().get(RETRY_AFTER)?.to_str().ok()?;
                    retry_after(value, self.clock.now())
                });
                Err(error.retry_after(said.map(|pause| pause.min(RETRY_AFTER_MAX))))
            }
        }
    }
}

/// No carrier stops an account for longer by one answer.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(15 * 60);

/// RFC 9110, section 10.2.3: seconds, or a date.
fn retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = rfc2822::DateTimeParser::new().parse_timestamp(value).ok()?;
    Some(Duration::try_from(at.duration_since(now)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now: Timestamp = "1994-11-06T08:49:00Z".parse().unwrap();
        let pause = |value| retry_after(value, now);
        assert_eq!(pause("120"), Some(Duration::from_secs(120)));
        let date = "Sun, 06 Nov 1994 08:49:37 GMT";
        assert_eq!(pause(date), Some(Duration::from_secs(37)));
        let past = "Sun, 06 Nov 1994 08:48:37 GMT";
        assert_eq!(pause(past), Some(Duration::ZERO));
        assert_eq!(pause("soon"), None);
        assert_eq!(pause("-3"), None);
    }
}

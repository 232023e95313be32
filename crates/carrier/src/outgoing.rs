//! How an adapter writes a request and reads an answer.

use std::num::NonZeroU32;
use std::time::Instant;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, Method, Uri};
use parcelgate_domain::CarrierId;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Class, Error, Intent, Kind, Repeat, Request, Response, Result};

/// A request on its way to [`Call::send`](crate::Call::send).
///
/// A wrong header value or path is not refused here but left out or escaped: what matters of a
/// request is checked where its fields are.
#[derive(Debug, Clone)]
pub struct Outgoing {
    operation: &'static str,
    host: &'static str,
    class: Class,
    repeat: Repeat,
    permits: NonZeroU32,
    method: Method,
    target: String,
    headers: http::HeaderMap,
    body: Bytes,
}

/// Everything but the unreserved characters of RFC 3986.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

impl Outgoing {
    /// `operation` by `method` at `path` (fixed text, already escaped) of `host`. It may be
    /// repeated, takes one permit and counts as [`Class::Manage`] until said otherwise.
    #[must_use]
    pub fn new(method: Method, operation: &'static str, host: &'static str, path: &str) -> Self {
        Self {
            operation,
            host,
            class: Class::Manage,
            repeat: Repeat::Safe,
            permits: NonZeroU32::MIN,
            method,
            target: path.to_owned(),
            headers: http::HeaderMap::new(),
            body: Bytes::new(),
        }
    }

    /// Falls under the quota and time limit of `class`.
    #[must_use]
    pub fn class(mut self, class: Class) -> Self {
        self.class = class;
        self
    }

    /// Must not be sent twice.
    #[must_use]
    pub fn only_if_unsent(mut self) -> Self {
        self.repeat = Repeat::OnlyIfUnsent;
        self
    }

    /// Takes this many permits of the quota.
    #[must_use]
    pub fn permits(mut self, permits: NonZeroU32) -> Self {
        self.permits = permits;
        self
    }

    /// One more segment of the path, escaped.
    #[must_use]
    pub fn segment(mut self, text: &str) -> Self {
        self.target.push('/');
        self.target.extend(utf8_percent_encode(text, ESCAPED));
        self
    }

    /// One more pair of the query, escaped.
    #[must_use]
    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.target
            .push(if self.target.contains('?') { '&' } else { '?' });
        self.target.extend(utf8_percent_encode(name, ESCAPED));
        self.target.push('=');
        self.target.extend(utf8_percent_encode(value, ESCAPED));
        self
    }

    /// A header. A value that no header can carry is left out.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(HeaderName::from_static(name), value);
        }
        self
    }

    /// A JSON body.
    ///
    /// # Errors
    /// [`Kind::Invalid`] when `body` cannot be written as JSON.
    pub fn json(mut self, carrier: &CarrierId, body: &impl Serialize) -> Result<Self> {
        let bytes = serde_json::to_vec(body).map_err(|error| {
            Error::new(Kind::Invalid, carrier.clone(), self.operation).because(error)
        })?;
        self.body = bytes.into();
        self.headers
            .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Ok(self)
    }

    pub(crate) const fn repeat(&self) -> Repeat {
        self.repeat
    }

    pub(crate) fn into_request(self, deadline: Instant) -> Request {
        let intent = Intent {
            operation: self.operation,
            host: self.host,
            class: self.class,
            repeat: self.repeat,
            permits: self.permits,
            deadline,
        };
        let mut request = Request::new(self.body);
        *request.method_mut() = self.method;
        *request.uri_mut() = self
            .target
            .parse()
            .unwrap_or_else(|_| Uri::from_static("/"));
        *request.headers_mut() = self.headers;
        request.extensions_mut().insert(intent);
        request
    }
}

/// Reads the JSON of an answer.
///
/// # Errors
/// [`Kind::Malformed`] when it is not the JSON that was expected.
pub fn read_json<T: DeserializeOwned>(
    carrier: &CarrierId,
    operation: &'static str,
    response: &Response,
) -> Result<T> {
    serde_json::from_slice(response.body())
        .map_err(|error| Error::new(Kind::Malformed, carrier.clone(), operation).because(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_caller_wrote_cannot_leave_its_place_in_the_target() {
        let outgoing = Outgoing::new(Method::GET, "track", "api", "/track/v1/details")
            .segment("1Z/../x?y#z")
            .query("nums", "A,B&c=d");
        assert_eq!(
            outgoing.target,
            "/track/v1/details/1Z%2F..%2Fx%3Fy%23z?nums=A%2CB%26c%3Dd"
        );
        let request = outgoing
            .header("x-note", "line\r\nbreak")
            .into_request(deadline());
        assert_eq!(
            request.uri().path(),
            "/track/v1/details/1Z%2F..%2Fx%3Fy%23z"
        );
        assert!(request.headers().is_empty());
        assert_eq!(
            request.extensions().get::<Intent>().map(|i| i.operation),
            Some("track")
        );
    }

    #[expect(clippy::disallowed_methods, reason = "any moment will do")]
    fn deadline() -> Instant {
        Instant::now()
    }
}

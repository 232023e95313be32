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

use crate::json::below;
use crate::multipart::{self, Part};
use crate::{Class, Error, Intent, Kind, Lane, Repeat, Request, Response, Result};

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

    /// A form of these pairs, escaped.
    #[must_use]
    pub fn form(self, pairs: &[(&str, &str)]) -> Self {
        let escaped = |text| utf8_percent_encode(text, ESCAPED);
        let pairs = pairs.iter();
        let pairs = pairs.map(|(name, value)| format!("{}={}", escaped(name), escaped(value)));
        let form = pairs.collect::<Vec<_>>().join("&");
        self.body("application/x-www-form-urlencoded", form)
    }

    /// A form of several parts, of which some may be files.
    #[must_use]
    pub fn multipart(self, parts: &[Part]) -> Self {
        let (content_type, bytes) = multipart::write(parts);
        self.body(&content_type, bytes)
    }

    /// Any other body, byte for byte.
    #[must_use]
    pub fn body(mut self, content_type: &str, bytes: impl Into<Bytes>) -> Self {
        self.body = bytes.into();
        self.header("content-type", content_type)
    }

    pub(crate) const fn repeat(&self) -> Repeat {
        self.repeat
    }

    pub(crate) fn into_request(self, deadline: Instant, lane: Lane) -> Request {
        let intent = Intent {
            operation: self.operation,
            host: self.host,
            class: self.class,
            lane: self.class.lane().max(lane),
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

/// Reads what stands below `path` in the JSON of an answer, past the objects that wrap it.
///
/// # Errors
/// [`Kind::Malformed`] when it is not there, or not what was expected.
pub fn read_below<T: DeserializeOwned>(
    carrier: &CarrierId,
    operation: &'static str,
    response: &Response,
    path: &[&str],
) -> Result<T> {
    let malformed = || Error::new(Kind::Malformed, carrier.clone(), operation);
    let body = std::str::from_utf8(response.body()).map_err(|why| malformed().because(why))?;
    let found = below(body, path).ok_or_else(malformed)?;
    serde_json::from_str(found).map_err(|why| malformed().because(why))
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
            .into_request(deadline(), Lane::Track);
        assert_eq!(
            request.uri().path(),
            "/track/v1/details/1Z%2F..%2Fx%3Fy%23z"
        );
        assert!(request.headers().is_empty());
        let intent = request.extensions().get::<Intent>().unwrap();
        assert_eq!(intent.operation, "track");
        assert_eq!(intent.lane, Lane::Track, "no further ahead than asked for");
    }

    #[test]
    fn a_form_is_escaped_and_a_body_kept() {
        let post = || Outgoing::new(Method::POST, "cancel", "api", "/pickups");
        let form = post().form(&[("a b", "c&d=e"), ("é", "")]);
        assert_eq!(&form.body[..], b"a%20b=c%26d%3De&%C3%A9=");
        let kind =
            |outgoing: &Outgoing| outgoing.headers[CONTENT_TYPE].to_str().unwrap().to_owned();
        assert_eq!(kind(&form), "application/x-www-form-urlencoded");
        let raw = post().body("application/pdf", &b"%PDF-"[..]);
        assert_eq!(
            (&raw.body[..], kind(&raw).as_str()),
            (&b"%PDF-"[..], "application/pdf")
        );
        let parts = post().multipart(&[Part::text("a", "", "1")]);
        assert!(kind(&parts).starts_with("multipart/form-data; boundary="));
    }

    #[expect(clippy::disallowed_methods, reason = "any moment will do")]
    fn deadline() -> Instant {
        Instant::now()
    }
}

//! How a host wants to be told who asks: data for the signing layer, which does the work.

use parcelgate_domain::Secret;

/// One address of a carrier, as one account uses it.
#[derive(Debug)]
pub struct Host {
    /// The name by which [`Intent::host`](crate::Intent::host) means it.
    pub name: &'static str,
    /// Its base: scheme, authority and leading path, without a slash at the end.
    pub base_url: String,
    /// What each request to it must show.
    pub auth: Auth,
}

/// What a request must show.
#[derive(Debug)]
pub enum Auth {
    /// Nothing.
    Open,
    /// A header with a fixed value.
    Header {
        /// Name of the header, in lower case.
        name: &'static str,
        /// Its value.
        value: Secret,
    },
    /// A bearer token, got for a client id and its secret (RFC 6749, section 4.4).
    ClientCredentials(ClientCredentials),
    /// A digest over the request, in its query.
    Digest(Digest),
}

/// Where and how a token is got.
#[derive(Debug)]
pub struct ClientCredentials {
    /// The host to ask; itself must be [`Auth::Open`].
    pub host: &'static str,
    /// The path to ask at.
    pub path: &'static str,
    /// Client id.
    pub client_id: Secret,
    /// Client secret.
    pub client_secret: Secret,
    /// How the two are sent.
    pub style: ClientStyle,
    /// Further headers that the carrier wants on the token request.
    pub headers: Vec<(&'static str, String)>,
}

/// How client id and secret are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientStyle {
    /// In the `Authorization` header.
    Basic,
    /// In the form.
    Form,
}

/// A digest over parts of the request in a fixed order, with nothing between them.
#[derive(Debug)]
pub struct Digest {
    /// What is digested, in order. Only MD5 is asked for by anyone; it is written in lower-case
    /// hexadecimal.
    pub parts: Vec<DigestPart>,
    /// Name of the query parameter that receives the time, in milliseconds since 1970.
    pub timestamp_query: &'static str,
    /// Name of the query parameter that receives the digest.
    pub digest_query: &'static str,
}

/// One part of a digest.
#[derive(Debug)]
pub enum DigestPart {
    /// A secret of the account.
    Secret(Secret),
    /// A text that is always the same, such as the name of a parameter.
    Text(&'static str),
    /// The body, byte for byte.
    Body,
    /// The value of a query parameter of the request, before escaping.
    Query(&'static str),
    /// The same time that goes into the query.
    Timestamp,
}

//! How a host wants to be told who asks: data for the signing layer, which does the work.

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use parcelgate_domain::{ExposeSecret as _, Secret};

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
    /// Headers with fixed values: the name of each, in lower case, and its value.
    Headers(Vec<(&'static str, Secret)>),
    /// A bearer token, got by a grant.
    Bearer(Grant),
    /// A second token, beside the bearer token of the host that issues it.
    Issued(Issued),
    /// A token for a refresh token.
    Refreshed(Refresh),
    /// A digest over the request, in its query.
    Digest(Digest),
}

/// The value of an `authorization` header for a user and a password (RFC 7617).
#[must_use]
pub fn basic(user: &Secret, password: &Secret) -> Secret {
    let pair = format!("{}:{}", user.expose_secret(), password.expose_secret());
    Secret::from(format!("Basic {}", BASE64_STANDARD.encode(pair)))
}

/// Where and how a bearer token is got: for a client id and its secret (RFC 6749, section 4.4), or
/// for a user of theirs (section 4.3).
#[derive(Debug)]
pub struct Grant {
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
    /// For whom, when the carrier wants a user and a password in the form, too.
    pub user: Option<User>,
    /// Further headers that the carrier wants on the token request.
    pub headers: Vec<(&'static str, String)>,
}

/// A user of a carrier's.
#[derive(Debug)]
pub struct User {
    /// The name.
    pub name: Secret,
    /// The password.
    pub password: Secret,
}

/// Where and how a token is got that a host issues to the bearer of another.
#[derive(Debug)]
pub struct Issued {
    /// The host to ask; itself must be [`Auth::Bearer`]. Its token is shown here, too.
    pub host: &'static str,
    /// The path to post to.
    pub path: &'static str,
    /// What is posted: JSON, which names accounts.
    pub body: Secret,
    /// Which member of the answer, at its top, is the token.
    pub member: &'static str,
    /// In which header it is shown, in lower case, without a word before it.
    pub header: &'static str,
    /// How long it is good; the answer does not say.
    pub life: Duration,
}

/// Where and how a token is got for a refresh token that its owner gave once and for all (RFC 6749,
/// section 6).
#[derive(Debug)]
pub struct Refresh {
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
    /// What the owner gave.
    pub refresh_token: Secret,
    /// What the token is to be good for, where that must be said.
    pub scope: Option<&'static str>,
    /// In which header it is shown, in lower case.
    pub header: &'static str,
    /// What stands before it there: `"Bearer "`, or nothing.
    pub word: &'static str,
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 7617, section 2.
    #[test]
    fn user_and_password_are_one_value() {
        let value = basic(&Secret::from("Aladdin"), &Secret::from("open sesame"));
        assert_eq!(value.expose_secret(), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    }
}

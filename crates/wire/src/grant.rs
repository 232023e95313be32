//! Writes the request for a token and reads the answer.

use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, Method, Uri};
use parcelgate_carrier::{
    Auth, Class, ClientStyle, Error, Grant, Host, Intent, Issued, Kind, Refresh, Repeat, Request,
    Response, Result, basic, read_json,
};
use parcelgate_domain::{CarrierId, ExposeSecret as _, Secret};
use serde_json::{Map, Value};
use url::form_urlencoded;

/// The operation of every request for a token.
pub(crate) const TOKEN: &str = "token";

const LIFE_UNNAMED: Duration = Duration::from_secs(5 * 60);
const TOKEN_BYTES_MAX: usize = 16 << 10;

/// Where one token comes from.
#[derive(Clone, Copy)]
pub(crate) enum Source<'a> {
    Grant(&'a Grant),
    Issued(&'a Issued),
    Refresh(&'a Refresh),
}

impl<'a> Source<'a> {
    /// That of the host so named, if a token is shown there.
    pub(crate) fn of(hosts: &'a [Host], name: &str) -> Option<Self> {
        match &hosts.iter().find(|host| host.name == name)?.auth {
            Auth::Bearer(grant) => Some(Self::Grant(grant)),
            Auth::Issued(issued) => Some(Self::Issued(issued)),
            Auth::Refreshed(refresh) => Some(Self::Refresh(refresh)),
            Auth::Open | Auth::Headers(_) | Auth::Digest(_) => None,
        }
    }

    /// The header that the token is shown in.
    pub(crate) const fn header(self) -> HeaderName {
        match self {
            Self::Grant(_) => AUTHORIZATION,
            Self::Issued(issued) => HeaderName::from_static(issued.header),
            Self::Refresh(refresh) => HeaderName::from_static(refresh.header),
        }
    }

    pub(crate) fn request(self, deadline: Instant) -> Request {
        let (mut request, path, host) = match self {
            Self::Grant(grant) => (for_grant(grant), grant.path, grant.host),
            Self::Issued(issued) => (for_issued(issued), issued.path, issued.host),
            Self::Refresh(refresh) => (for_refresh(refresh), refresh.path, refresh.host),
        };
        *request.method_mut() = Method::POST;
        *request.uri_mut() = Uri::from_static(path);
        request.extensions_mut().insert(Intent {
            operation: TOKEN,
            host,
            class: Class::Token,
            lane: Class::Token.lane(),
            repeat: Repeat::Safe,
            permits: NonZeroU32::MIN,
            deadline,
        });
        request
    }

    /// The token, as it is shown, and how long it says it is good. The answer comes from outside
    /// like any other: what is in it must fit a header.
    pub(crate) fn granted(
        self,
        carrier: &CarrierId,
        response: &Response,
    ) -> Result<(HeaderValue, Duration)> {
        let answer: Map<String, Value> = read_json(carrier, TOKEN, response)?;
        let (member, word, life) = match self {
            Self::Grant(_) => ("access_token", "Bearer ", expires_in(&answer)),
            Self::Issued(issued) => (issued.member, "", issued.life),
            Self::Refresh(refresh) => ("access_token", refresh.word, expires_in(&answer)),
        };
        let value = answer
            .get(member)
            .and_then(Value::as_str)
            .filter(|token| !token.is_empty() && token.len() <= TOKEN_BYTES_MAX)
            .and_then(|token| sensitive(&format!("{word}{token}")))
            .ok_or_else(|| Error::new(Kind::Malformed, carrier.clone(), TOKEN))?;
        Ok((value, life))
    }
}

fn for_grant(grant: &Grant) -> Request {
    let mut form = form_urlencoded::Serializer::new(String::new());
    match &grant.user {
        None => form.append_pair("grant_type", "client_credentials"),
        Some(user) => form
            .append_pair("grant_type", "password")
            .append_pair("username", user.name.expose_secret())
            .append_pair("password", user.password.expose_secret()),
    };
    let mut request = in_form(form, (&grant.client_id, &grant.client_secret), grant.style);
    let headers = request.headers_mut();
    for (name, value) in &grant.headers {
        headers.extend(sensitive(value).map(|value| (HeaderName::from_static(name), value)));
    }
    request
}

fn for_refresh(refresh: &Refresh) -> Request {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("grant_type", "refresh_token")
        .append_pair("refresh_token", refresh.refresh_token.expose_secret());
    if let Some(scope) = refresh.scope {
        form.append_pair("scope", scope);
    }
    let client = (&refresh.client_id, &refresh.client_secret);
    in_form(form, client, refresh.style)
}

/// The form, with who asks in it or in a header.
fn in_form(
    mut form: form_urlencoded::Serializer<'_, String>,
    (id, secret): (&Secret, &Secret),
    style: ClientStyle,
) -> Request {
    let mut authorization = None;
    match style {
        ClientStyle::Basic => {
            authorization = sensitive(basic(id, secret).expose_secret());
        }
        ClientStyle::Form => {
            form.append_pair("client_id", id.expose_secret())
                .append_pair("client_secret", secret.expose_secret());
        }
    }
    let mut request = Request::new(Bytes::from(form.finish()));
    let headers = request.headers_mut();
    let media = HeaderValue::from_static("application/x-www-form-urlencoded");
    headers.insert(CONTENT_TYPE, media);
    headers.extend(authorization.map(|value| (AUTHORIZATION, value)));
    request
}

fn for_issued(issued: &Issued) -> Request {
    let body = issued.body.expose_secret().to_owned();
    let mut request = Request::new(Bytes::from(body));
    let media = HeaderValue::from_static("application/json");
    request.headers_mut().insert(CONTENT_TYPE, media);
    request
}

/// Seconds: a number by RFC 6749, a text by UPS.
fn expires_in(answer: &Map<String, Value>) -> Duration {
    let given = answer.get("expires_in");
    let text = || given?.as_str()?.trim().parse().ok();
    let seconds = given.and_then(Value::as_u64).or_else(text);
    seconds.map_or(LIFE_UNNAMED, Duration::from_secs)
}

pub(crate) fn sensitive(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

//! Keeps what is exchanged with a carrier, masked, to make fixtures of it.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use http::header::{AUTHORIZATION, COOKIE, SET_COOKIE};
use http::{HeaderMap, HeaderName, HeaderValue};
use parcelgate_carrier::{Auth, Carrier, Class, DigestPart, Exchange, Request, Response, Result};
use parcelgate_domain::{ExposeSecret as _, Secret};

use crate::intent::{intent_of, lock};

/// Stands between the layers and a transport and keeps the exchanges that got an answer.
pub struct Record {
    inner: Arc<dyn Exchange>,
    carrier: Arc<dyn Carrier>,
    kept: Mutex<Vec<Recorded>>,
}

/// One exchange, with stars for what is secret.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// What left.
    pub request: Request,
    /// What came back.
    pub response: Response,
}

/// So many exchanges are kept until they are taken; further ones are not.
const KEPT_MAX: usize = 1_000;
const STARS: &str = "***";

impl Record {
    /// Over a transport.
    #[must_use]
    pub fn over(inner: Arc<dyn Exchange>, carrier: &Arc<dyn Carrier>) -> Self {
        Self {
            inner,
            carrier: Arc::clone(carrier),
            kept: Mutex::default(),
        }
    }

    /// What was exchanged since it was last asked for.
    #[must_use]
    pub fn take(&self) -> Vec<Recorded> {
        std::mem::take(&mut *lock(&self.kept))
    }

    /// A copy without the account's secrets. Of a token exchange no body is kept at all.
    fn mask(&self, class: Class, mut exchange: Recorded) -> Recorded {
        let token = class == Class::Token;
        let body = |body: &Bytes| {
            if token {
                STARS.into()
            } else {
                self.mask_body(body)
            }
        };
        *exchange.request.body_mut() = body(exchange.request.body());
        *exchange.response.body_mut() = body(exchange.response.body());
        self.mask_headers(exchange.request.headers_mut());
        self.mask_headers(exchange.response.headers_mut());
        let target = self.mask_text(&exchange.request.uri().to_string());
        let target = mask_digest(self.carrier.as_ref(), target);
        if let Ok(target) = target.parse() {
            *exchange.request.uri_mut() = target;
        }
        exchange
    }

    fn mask_headers(&self, headers: &mut HeaderMap) {
        let named = |name: &HeaderName| {
            [AUTHORIZATION, COOKIE, SET_COOKIE].contains(name)
                || self.carrier.hosts().iter().any(|host| match &host.auth {
                    Auth::Headers(headers) => headers.iter().any(|(secret, _)| secret == name),
                    Auth::Issued(issued) => issued.header == name,
                    Auth::Refreshed(refresh) => refresh.header == name.as_str(),
                    Auth::Open | Auth::Bearer(_) | Auth::Digest(_) => false,
                })
        };
        for (name, value) in headers.iter_mut() {
            let text = value
                .to_str()
                .map(|text| self.mask_text(text))
                .unwrap_or_default();
            let stars = HeaderValue::from_static(STARS);
            *value = match HeaderValue::from_str(&text) {
                Ok(masked) if !named(name) => masked,
                _ => stars,
            };
        }
    }

    fn mask_body(&self, body: &Bytes) -> Bytes {
        match std::str::from_utf8(body) {
            Ok(text) => self.mask_text(text).into(),
            Err(_) => body.clone(),
        }
    }

    fn mask_text(&self, text: &str) -> String {
        let secrets = self
            .carrier
            .hosts()
            .iter()
            .flat_map(|host| secrets_of(&host.auth));
        secrets
            .filter(|secret| !secret.is_empty())
            .fold(text.to_owned(), |text, secret| text.replace(secret, STARS))
    }
}

fn secrets_of(auth: &Auth) -> Vec<&str> {
    let secrets: Vec<&Secret> = match auth {
        Auth::Open => vec![],
        Auth::Headers(headers) => headers.iter().map(|(_, value)| value).collect(),
        Auth::Bearer(grant) => {
            let user = grant.user.iter();
            let user = user.flat_map(|user| [&user.name, &user.password]);
            [&grant.client_id, &grant.client_secret]
                .into_iter()
                .chain(user)
                .collect()
        }
        Auth::Issued(issued) => vec![&issued.body],
        Auth::Refreshed(refresh) => vec![
            &refresh.client_id,
            &refresh.client_secret,
            &refresh.refresh_token,
        ],
        Auth::Digest(recipe) => {
            let parts = recipe.parts.iter();
            parts
                .filter_map(|part| match part {
                    DigestPart::Secret(secret) => Some(secret),
                    DigestPart::Text(_)
                    | DigestPart::Body
                    | DigestPart::Query(_)
                    | DigestPart::Timestamp => None,
                })
                .collect()
        }
    };
    secrets.into_iter().map(Secret::expose_secret).collect()
}

/// A digest is as good as a secret while its time lasts.
fn mask_digest(carrier: &dyn Carrier, target: String) -> String {
    let digests = carrier.hosts().iter().filter_map(|host| match &host.auth {
        Auth::Digest(recipe) => Some(recipe.digest_query),
        Auth::Open | Auth::Headers(_) | Auth::Bearer(_) | Auth::Issued(_) | Auth::Refreshed(_) => {
            None
        }
    });
    digests.fold(target, |text, name| {
        let mark = format!("{name}=");
        let Some((before, after)) = text.split_once(&mark) else {
            return text;
        };
        let rest = after
            .find('&')
            .and_then(|at| after.get(at..))
            .unwrap_or_default();
        format!("{before}{mark}{STARS}{rest}")
    })
}

#[async_trait]
impl Exchange for Record {
    async fn exchange(&self, request: Request) -> Result<Response> {
        let intent = intent_of(&self.carrier.profile().id, &request)?;
        let response = self.inner.exchange(request.clone()).await?;
        let exchange = Recorded {
            request,
            response: response.clone(),
        };
        let masked = self.mask(intent.class, exchange);
        let mut kept = lock(&self.kept);
        if kept.len() < KEPT_MAX {
            kept.push(masked);
        }
        Ok(response)
    }
}

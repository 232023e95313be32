//! OAuth client credentials: tokens, their life, and the quota that hangs on each.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use uuid::Uuid;

use super::refusal::{Answer, Refusal};
use crate::server::World;

/// Tokens good at once; the one that ends first goes when more are asked for.
const TOKENS_MAX: usize = 1_000;

struct Token {
    expires: Timestamp,
    /// The minute that is counted, and the requests in it.
    minute: i64,
    requests: u32,
}

/// The tokens that are good.
#[derive(Default)]
pub(crate) struct Tokens(Mutex<HashMap<String, Token>>);

impl Tokens {
    fn issue(&self, now: Timestamp, expires: Timestamp) -> String {
        let mut tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.retain(|_, token| token.expires > now);
        if tokens.len() >= TOKENS_MAX {
            let first = tokens.iter().min_by_key(|(_, token)| token.expires);
            if let Some(name) = first.map(|(name, _)| name.clone()) {
                tokens.remove(&name);
            }
        }
        let name = format!("{}{}", Uuid::now_v7().simple(), Uuid::now_v7().simple());
        let token = Token {
            expires,
            minute: 0,
            requests: 0,
        };
        tokens.insert(name.clone(), token);
        name
    }

    /// Whether `name` may make one more request now.
    pub(crate) fn admit(
        &self,
        name: &str,
        now: Timestamp,
        per_minute: Option<NonZeroU32>,
    ) -> Answer<()> {
        let mut tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let token = tokens
            .get_mut(name)
            .filter(|token| token.expires > now)
            .ok_or_else(Refusal::unauthorized)?;
        let minute = now.as_second() / 60;
        if token.minute != minute {
            (token.minute, token.requests) = (minute, 0);
        }
        if per_minute.is_some_and(|most| token.requests >= most.get()) {
            return Err(Refusal::too_many());
        }
        token.requests = token.requests.saturating_add(1);
        Ok(())
    }
}

/// `POST /security/v1/oauth/token`.
pub(crate) async fn issue(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let account = &world.settings.ups;
    let expected = STANDARD.encode(format!("{}:{}", account.client_id, account.client_secret));
    let given = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Basic "));
    if given != Some(expected.as_str()) {
        return Err(Refusal::unauthorized());
    }
    let form = std::str::from_utf8(&body).unwrap_or_default();
    if !form
        .split('&')
        .any(|field| field == "grant_type=client_credentials")
    {
        return Err(Refusal::invalid("10400", "Invalid or missing grant_type"));
    }
    let now = world.settings.protocol_clock.now();
    let life = SignedDuration::try_from(account.token_life).unwrap_or(SignedDuration::ZERO);
    let expires = now.saturating_add(life).unwrap_or(Timestamp::MAX);
    let token = world.ups.tokens.issue(now, expires);
    Ok(Json(json!({
        "token_type": "Bearer",
        "issued_at": now.as_millisecond().to_string(),
        "client_id": account.client_id,
        "access_token": token,
        "scope": "",
        "expires_in": account.token_life.as_secs().to_string(),
        "refresh_count": "0",
        "status": "approved",
    })))
}

//! OAuth client credentials: tokens, their life, the quota, and who asks for tokens too often.

use std::collections::{HashMap, VecDeque};
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Json;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, State};
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::refusal::{Answer, Refusal};
use crate::server::World;

/// Tokens good at once; the one that ends first goes when more are asked for.
const TOKENS_MAX: usize = 1_000;
/// How often, in how many seconds, one may ask for a token without being shut out.
const TOO_OFTEN: [(usize, i64); 2] = [(15, 5), (120, 120)];
/// How long one is shut out, from the last attempt on.
const SHUT_OUT: SignedDuration = SignedDuration::from_mins(10);

#[derive(Default)]
struct Kept {
    /// Each token, and when it ends.
    tokens: HashMap<String, Timestamp>,
    /// The newest requests for tokens.
    asked: VecDeque<Timestamp>,
    shut_until: Option<Timestamp>,
    /// The ten seconds that are counted, and the requests in them.
    window: (i64, u32),
}

/// The tokens that are good, and what counts against the quotas.
#[derive(Default)]
pub(crate) struct Tokens(Mutex<Kept>);

impl Tokens {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether one more request for a token is too often.
    fn shut_out(&self, now: Timestamp) -> bool {
        let mut kept = self.kept();
        kept.asked.push_back(now);
        if kept.asked.len() > 120 {
            kept.asked.pop_front();
        }
        let often = TOO_OFTEN.into_iter().any(|(times, seconds)| {
            let since = now - SignedDuration::from_secs(seconds);
            kept.asked.iter().filter(|at| **at > since).count() >= times
        });
        let shut = often || kept.shut_until.is_some_and(|until| now < until);
        if shut {
            kept.shut_until = Some(now + SHUT_OUT);
        }
        shut
    }

    fn issue(&self, now: Timestamp, expires: Timestamp) -> String {
        let mut kept = self.kept();
        kept.tokens.retain(|_, expires| *expires > now);
        if kept.tokens.len() >= TOKENS_MAX {
            let first = kept.tokens.iter().min_by_key(|(_, expires)| **expires);
            if let Some(name) = first.map(|(name, _)| name.clone()) {
                kept.tokens.remove(&name);
            }
        }
        let name = format!("{}{}", Uuid::now_v7().simple(), Uuid::now_v7().simple());
        kept.tokens.insert(name.clone(), expires);
        name
    }

    /// Whether who brings the token `name` may make one more request now.
    pub(crate) fn admit(
        &self,
        name: Option<&str>,
        now: Timestamp,
        most: Option<NonZeroU32>,
    ) -> Answer<()> {
        let mut kept = self.kept();
        let good = name.and_then(|name| kept.tokens.get(name));
        if good.is_none_or(|expires| *expires <= now) {
            return Err(Refusal::unauthorized());
        }
        let window = now.as_second() / 10;
        if kept.window.0 != window {
            kept.window = (window, 0);
        }
        if most.is_some_and(|most| kept.window.1 >= most.get()) {
            return Err(Refusal::of_status(StatusCode::TOO_MANY_REQUESTS));
        }
        kept.window.1 = kept.window.1.saturating_add(1);
        Ok(())
    }
}

#[derive(Deserialize)]
pub(crate) struct Credentials {
    #[serde(default)]
    grant_type: String,
    #[serde(default)]
    client_id: String,
    #[serde(default)]
    client_secret: String,
}

/// `POST /oauth/token`.
pub(crate) async fn issue(
    State(world): State<Arc<World>>,
    form: Result<Form<Credentials>, FormRejection>,
) -> Answer<Json<Value>> {
    let account = &world.settings.fedex;
    let now = world.settings.protocol_clock.now();
    if account.shuts_out && world.fedex.tokens.shut_out(now) {
        return Err(Refusal::forbidden());
    }
    let wrong = || {
        let message = "The given client credentials were not valid. Please modify your request \
                       and try again.";
        let status = StatusCode::UNAUTHORIZED;
        Refusal::new(status, "NOT.AUTHORIZED.ERROR", message)
    };
    let Form(given) = form.map_err(|_| wrong())?;
    let known =
        given.client_id == account.client_id && given.client_secret == account.client_secret;
    // The other two kinds of credentials are those of providers, whose customers have keys too.
    if !known || given.grant_type != "client_credentials" {
        return Err(wrong());
    }
    let life = SignedDuration::try_from(account.token_life).unwrap_or(SignedDuration::ZERO);
    let expires = now.saturating_add(life).unwrap_or(Timestamp::MAX);
    Ok(Json(json!({
        "access_token": world.fedex.tokens.issue(now, expires),
        "token_type": "bearer",
        "expires_in": account.token_life.as_secs(),
        "scope": "CXS",
    })))
}

//! Tokens by the user's name and password, as OAuth 2 has them.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::{Form, Json};
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::json;

use super::refusal::{Refusal, problem, status};
use crate::server::World;

/// Tokens remembered; the oldest go first.
const TOKENS_MAX: usize = 1_000;

#[derive(Default)]
struct Issued {
    made: u64,
    kept: VecDeque<(String, Timestamp)>,
}

/// The tokens that are good.
#[derive(Default)]
pub(crate) struct Tokens(Mutex<Issued>);

impl Tokens {
    fn issued(&self) -> MutexGuard<'_, Issued> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn issue(&self, until: Timestamp) -> String {
        let mut issued = self.issued();
        issued.made += 1;
        let token = format!("sandbox-parcel-de-{}", issued.made);
        if issued.kept.len() >= TOKENS_MAX {
            issued.kept.pop_front();
        }
        issued.kept.push_back((token.clone(), until));
        token
    }

    pub(super) fn good(&self, token: &str, now: Timestamp) -> bool {
        let issued = self.issued();
        issued
            .kept
            .iter()
            .any(|(known, until)| known == token && now < *until)
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Ask {
    grant_type: String,
    username: String,
    password: String,
    client_id: String,
    client_secret: String,
}

pub(super) async fn issue(State(world): State<Arc<World>>, body: Bytes) -> Response {
    let request = http::Request::post("/")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(axum::body::Body::from(body));
    let ask = match request {
        Ok(request) => read(request).await,
        Err(_) => Ask::default(),
    };
    let account = &world.settings.dhl;
    if ask.grant_type != "password" {
        let told = status(StatusCode::BAD_REQUEST, "grant_type must be password");
        return problem(StatusCode::BAD_REQUEST, &told);
    }
    let right = ask.username == account.parcel_de_user
        && ask.password == account.parcel_de_password
        && ask.client_id == account.parcel_de_api_key
        && ask.client_secret == account.parcel_de_api_secret;
    if !right {
        return Refusal::unauthorized().into_response();
    }
    let life = account.parcel_de_token_life.as_secs();
    let now = world.settings.protocol_clock.now();
    let until = now + SignedDuration::from_secs(i64::try_from(life).unwrap_or(i64::MAX));
    Json(json!({
        "access_token": world.dhl.tokens.issue(until),
        "token_type": "Bearer",
        "expires_in": life,
    }))
    .into_response()
}

async fn read(request: axum::extract::Request) -> Ask {
    use axum::extract::FromRequest as _;
    let form: Result<Form<Ask>, _> = Form::from_request(request, &()).await;
    form.map(|Form(ask)| ask).unwrap_or_default()
}

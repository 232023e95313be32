//! Subscriptions to tracking events, v3 and v3r2.
//!
//! USPS has published no description that can be had. What is played is what its users report
//! (2026-06): members and lengths, the handshake at the start, the ETag, the signature.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use http::header::{ETAG, IF_MATCH};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::guard::{self, only, required};
use super::refusal::{Answer, Refusal};
use crate::document::{at, list, text};
use crate::server::World;

/// Different receivers of one business.
const RECEIVERS_MAX: usize = 10;
/// Subscriptions kept at once.
const SUBSCRIPTIONS_MAX: usize = 10_000;

/// Whose events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Filter {
    /// All labels of a Mailer ID.
    Mailer(String),
    /// One label.
    Number(String),
}

/// Whether the receiver has answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    /// The handshake is under way.
    Pending,
    Enabled,
    /// The receiver did not answer the handshake.
    Suspended,
}

impl Status {
    const fn name(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Enabled => "ENABLED",
            Self::Suspended => "SUSPENDED",
        }
    }
}

/// One subscription. Holds a secret, hence no `Debug`.
#[derive(Clone)]
pub(crate) struct Subscription {
    pub(crate) id: String,
    pub(crate) url: String,
    pub(crate) secret: String,
    pub(crate) filter: Filter,
    pub(crate) status: Status,
    emails: Value,
}

impl Subscription {
    fn told(&self) -> Value {
        let filter = match &self.filter {
            Filter::Mailer(mid) => json!({ "MID": mid }),
            Filter::Number(number) => {
                json!({ "trackingNumber": number, "trackingEventTypes": ["ALL_UPDATES"] })
            }
        };
        json!({
            "subscriptionId": self.id,
            "listenerURL": self.url,
            "adminNotification": self.emails,
            "filterProperties": filter,
            "status": self.status.name(),
        })
    }

    fn answer(&self, status: StatusCode) -> Response {
        let mut answer = (status, Json(self.told())).into_response();
        if let Ok(etag) = HeaderValue::from_str(&self.id) {
            answer.headers_mut().insert(ETAG, etag);
        }
        answer
    }
}

/// The subscriptions, by their ids.
#[derive(Default)]
pub(crate) struct Subscriptions(Mutex<BTreeMap<String, Subscription>>);

impl Subscriptions {
    fn kept(&self) -> MutexGuard<'_, BTreeMap<String, Subscription>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn get(&self, id: &str) -> Option<Subscription> {
        self.kept().get(id).cloned()
    }

    pub(crate) fn set_status(&self, id: &str, status: Status) {
        if let Some(subscription) = self.kept().get_mut(id) {
            subscription.status = status;
        }
    }

    /// The ids of those that watch a Mailer ID.
    pub(crate) fn of_mailer(&self, mid: &str) -> Vec<String> {
        let kept = self.kept();
        let watching = kept.values().filter(
            |subscription| matches!(&subscription.filter, Filter::Mailer(known) if known == mid),
        );
        watching
            .map(|subscription| subscription.id.clone())
            .collect()
    }

    pub(crate) fn clear(&self) {
        self.kept().clear();
    }
}

pub(crate) async fn create_v3(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer<Response> {
    create(&world, &headers, &body, |length| length >= 32)
}

pub(crate) async fn create_v3r2(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer<Response> {
    create(&world, &headers, &body, |length| length == 32)
}

fn create(
    world: &World,
    headers: &HeaderMap,
    body: &Bytes,
    long_enough: fn(usize) -> bool,
) -> Answer<Response> {
    let request = guard::json(headers, body)?;
    let members = [
        "listenerURL",
        "secret",
        "adminNotification",
        "filterProperties",
        "subscriptionName",
        "format",
    ];
    only(&request, &members)?;
    let url = required(&request, "listenerURL")?;
    if reqwest::Url::parse(url).is_err() {
        return Err(Refusal::malformed("listenerURL", "listenerURL is no URL"));
    }
    let secret = required(&request, "secret")?;
    if !long_enough(secret.chars().count()) {
        let detail = "secret has 32 characters";
        return Err(Refusal::malformed("secret", detail));
    }
    let emails = list(&request, "adminNotification");
    if emails.is_empty() || !emails.iter().all(|one| text(one, "email").is_some()) {
        let detail = "object has missing required property: adminNotification";
        return Err(Refusal::malformed("adminNotification", detail));
    }
    let filter = filter(world, &request)?;
    let mut kept = world.usps.subscriptions.kept();
    let twin = kept
        .values()
        .find(|known| known.url == url && known.filter == filter);
    if let Some(twin) = twin {
        let detail = format!("Duplicate subscription. subscriptionId: {}", twin.id);
        return Err(Refusal::invalid("400", "listenerURL", detail));
    }
    let mut urls: Vec<&str> = kept.values().map(|known| known.url.as_str()).collect();
    urls.sort_unstable();
    urls.dedup();
    let crowded = urls.len() >= RECEIVERS_MAX && !urls.contains(&url);
    if crowded || kept.len() >= SUBSCRIPTIONS_MAX {
        let detail = format!("at most {RECEIVERS_MAX} listener URLs per CRID");
        return Err(Refusal::invalid("400", "listenerURL", detail));
    }
    let subscription = Subscription {
        id: Uuid::now_v7().to_string(),
        url: url.to_owned(),
        secret: secret.to_owned(),
        filter,
        status: Status::Pending,
        emails: json!(emails),
    };
    kept.insert(subscription.id.clone(), subscription.clone());
    drop(kept);
    world.usps.watches.shake_hands(&subscription.id);
    Ok(subscription.answer(StatusCode::CREATED))
}

fn filter(world: &World, request: &Value) -> Answer<Filter> {
    let given = at(request, "filterProperties").ok_or_else(|| {
        let detail = "object has missing required property: filterProperties";
        Refusal::malformed("filterProperties", detail)
    })?;
    only(given, &["MID", "trackingNumber", "trackingEventTypes"])?;
    match (text(given, "MID"), text(given, "trackingNumber")) {
        (Some(mid), None) if *mid == world.settings.usps.mid => Ok(Filter::Mailer(mid.to_owned())),
        (Some(_), None) => {
            let detail = "The MID is not linked to the CRID of this application";
            Err(Refusal::forbidden("filterProperties.MID", detail))
        }
        (None, Some(number)) => Ok(Filter::Number(number.to_owned())),
        _ => {
            let detail = "either MID or trackingNumber is required";
            Err(Refusal::malformed("filterProperties", detail))
        }
    }
}

#[derive(Deserialize)]
pub(crate) struct Which {
    #[serde(rename = "MID")]
    mid: Option<String>,
}

pub(crate) async fn listed(State(world): State<Arc<World>>, Query(which): Query<Which>) -> Answer {
    let mid = which
        .mid
        .ok_or_else(|| Refusal::malformed("MID", "required field missing: MID"))?;
    let ids = world.usps.subscriptions.of_mailer(&mid);
    let told: Vec<Value> = ids
        .iter()
        .filter_map(|id| world.usps.subscriptions.get(id))
        .map(|subscription| subscription.told())
        .collect();
    if told.is_empty() {
        return Err(Refusal::not_found("404", "No Subscriptions were found"));
    }
    Ok(Json(json!(told)))
}

fn find(world: &World, id: &str) -> Answer<Subscription> {
    world
        .usps
        .subscriptions
        .get(id)
        .ok_or_else(|| Refusal::not_found("404", "No Subscriptions were found"))
}

pub(crate) async fn show(
    State(world): State<Arc<World>>,
    Path(id): Path<String>,
) -> Answer<Response> {
    Ok(find(&world, &id)?.answer(StatusCode::OK))
}

pub(crate) async fn delete(
    State(world): State<Arc<World>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Answer<StatusCode> {
    let subscription = find(&world, &id)?;
    let given = headers
        .get(IF_MATCH)
        .and_then(|value| value.to_str().ok())
        .ok_or_else(|| Refusal::malformed("If-Match", "Header parameter If-Match is required"))?;
    if given.trim_matches('"') != subscription.id {
        return Err(Refusal::precondition());
    }
    world.usps.subscriptions.kept().remove(&id);
    Ok(StatusCode::OK)
}

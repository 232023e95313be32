//! Track Alert: subscriptions to the events of packages, v1 and v2.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::guard;
use super::refusal::Refusal;
use super::shipment::Package;
use crate::document::{at, text};
use crate::parcel::{By, Parcel};
use crate::server::World;

/// How long a subscription lasts.
const LIFE: SignedDuration = SignedDuration::from_hours(14 * 24);
/// Numbers in one request.
const NUMBERS_MAX: usize = 100;
/// The longest address of a receiver.
const URL_CHARS_MAX: usize = 2_000;

/// Where the events of a subscription go.
#[derive(Clone)]
pub(crate) enum Target {
    /// v1: named in the request.
    Given {
        url: String,
        kind: String,
        credential: String,
    },
    /// v2: whatever is set in the portal when an event happens.
    Portal,
}

/// One package watched for one receiver.
pub(crate) struct Subscription {
    pub(crate) parcel: Arc<Parcel<Package>>,
    pub(crate) target: Target,
    /// The index of the next scan to tell.
    pub(crate) next: usize,
    /// A scan held back by a fault, to be told after its successor.
    pub(crate) held: Option<usize>,
    expires: Timestamp,
}

#[derive(Default)]
struct Waiting {
    /// When each subscription has its next event.
    due: BinaryHeap<Reverse<(Timestamp, u64)>>,
    subscriptions: HashMap<u64, Subscription>,
    last: u64,
}

/// The subscriptions, by the time of their next event.
pub(crate) struct Alerts {
    limit: usize,
    waiting: Mutex<Waiting>,
    pub(crate) changed: Notify,
}

impl Alerts {
    pub(crate) fn keeping(limit: usize) -> Self {
        Self {
            limit,
            waiting: Mutex::default(),
            changed: Notify::new(),
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the subscription's next event, if it has one. `false` when there is no room.
    pub(crate) fn add(&self, subscription: Subscription) -> bool {
        let mut waiting = self.waiting();
        if waiting.subscriptions.len() >= self.limit {
            return false;
        }
        let next = subscription.parcel.plan.get(subscription.next);
        let Some(at) = next.map(|scan| scan.at) else {
            return true; // everything has happened
        };
        if at > subscription.expires || subscription.parcel.voided.get().is_some() {
            return true;
        }
        waiting.last += 1;
        let id = waiting.last;
        waiting.due.push(Reverse((at, id)));
        waiting.subscriptions.insert(id, subscription);
        drop(waiting);
        self.changed.notify_one();
        true
    }

    /// When the next event happens.
    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        self.waiting().due.peek().map(|Reverse((at, _))| *at)
    }

    /// Takes one subscription whose event has happened by `now`.
    pub(crate) fn take_due(&self, now: Timestamp) -> Option<Subscription> {
        let mut waiting = self.waiting();
        let due = waiting
            .due
            .peek()
            .is_some_and(|Reverse((at, _))| *at <= now);
        let Reverse((_, id)) = due.then(|| waiting.due.pop())??;
        waiting.subscriptions.remove(&id)
    }

    pub(crate) fn clear(&self) {
        *self.waiting() = Waiting::default();
    }
}

/// A refusal of Track Alert: the usual envelope, and the numbers that were refused.
pub(crate) struct AlertRefusal {
    refusal: Refusal,
    invalid: Vec<String>,
}

impl From<Refusal> for AlertRefusal {
    fn from(refusal: Refusal) -> Self {
        Self {
            refusal,
            invalid: Vec::new(),
        }
    }
}

impl IntoResponse for AlertRefusal {
    fn into_response(self) -> Response {
        let Refusal {
            status,
            code,
            message,
        } = self.refusal;
        let body = json!({
            "response": { "errors": [{ "code": code, "message": message }] },
            "invalidTrackingNumbers": self.invalid,
        });
        (status, Json(body)).into_response()
    }
}

type AlertAnswer = Result<Json<Value>, AlertRefusal>;

/// `POST /track/v1/subscription/standard/package`: the receiver is named in the request.
pub(crate) async fn subscribe_v1(
    State(world): State<Arc<World>>,
    Path(kind): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> AlertAnswer {
    let request = read(&headers, &body, &kind, &["standard"])?;
    if text(&request, "countryCode").is_none_or(|code| code.len() != 2) {
        return Err(refused("VSS400", "Please enter a valid country code."));
    }
    let destination =
        at(&request, "destination").ok_or_else(|| refused("VSS500", "Destination is required."))?;
    let url = text(destination, "url")
        .filter(|url| reqwest::Url::parse(url).is_ok())
        .ok_or_else(|| refused("VSS600", "URL is empty or not present."))?;
    if url.chars().count() > URL_CHARS_MAX {
        return Err(refused("VSS610", "URL is too long."));
    }
    let credential = text(destination, "credential")
        .ok_or_else(|| refused("VSS700", "Credential is empty or not present."))?;
    let kind = text(destination, "credentialType")
        .ok_or_else(|| refused("VSS800", "CredentialType is empty or not present."))?;
    let target = Target::Given {
        url: url.to_owned(),
        kind: kind.to_owned(),
        credential: credential.to_owned(),
    };
    subscribe(&world, &request, &target, is_1z)
}

/// `POST /track/v2/subscription/{standard|enhanced}/package`: the receiver is set in the portal.
pub(crate) async fn subscribe_v2(
    State(world): State<Arc<World>>,
    Path(kind): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> AlertAnswer {
    let request = read(&headers, &body, &kind, &["standard", "enhanced"])?;
    subscribe(&world, &request, &Target::Portal, |number| {
        is_1z(number) || is_1r(number)
    })
}

fn refused(code: &'static str, what: &str) -> AlertRefusal {
    let message = format!("{what} The Subscription request has been rejected.");
    Refusal::invalid(code, message).into()
}

fn read(
    headers: &HeaderMap,
    body: &Bytes,
    kind: &str,
    kinds: &[&str],
) -> Result<Value, AlertRefusal> {
    guard::identified(headers, ["VSS002", "VSS004"])?;
    if !kinds.contains(&kind) {
        return Err(refused("VSS930", "Type is missing or invalid,"));
    }
    if body.is_empty() {
        return Err(refused(
            "VSS110",
            "Subscription request is empty or not present.",
        ));
    }
    let request = guard::json(headers, body)?;
    let locale =
        text(&request, "locale").ok_or_else(|| refused("VSS300", "Locale is required."))?;
    let good = matches!(locale.as_bytes(), [a, b, b'_', c, d]
        if a.is_ascii_lowercase() && b.is_ascii_lowercase()
            && c.is_ascii_uppercase() && d.is_ascii_uppercase());
    if !good {
        return Err(refused("VSS310", "Please enter a valid locale."));
    }
    Ok(request)
}

fn subscribe(
    world: &World,
    request: &Value,
    target: &Target,
    good: fn(&str) -> bool,
) -> AlertAnswer {
    let listed = at(request, "trackingNumberList").and_then(Value::as_array);
    let listed = listed
        .filter(|numbers| !numbers.is_empty())
        .ok_or_else(|| refused("VSS200", "Tracking Number List is required."))?;
    if listed.len() > NUMBERS_MAX {
        let message = "You have submitted over 100 tracking numbers which is not allowed. \
                       The entire submission of tracking numbers has been rejected.";
        return Err(Refusal::invalid("VSS220", message).into());
    }
    let numbers = listed
        .iter()
        .map(|number| number.as_str().unwrap_or_default());
    let (valid, mut invalid): (Vec<&str>, Vec<&str>) = numbers.partition(|number| good(number));
    let now = world.settings.clock.now();
    let mut watched = Vec::new();
    for number in valid {
        // UPS takes any well-formed number; nothing will ever happen to one it does not know.
        let parcel = world.ups.parcels().find(By::Number, number).pop();
        let room = parcel.is_none_or(|parcel| world.ups.alerts.add(watch(parcel, target, now)));
        if room {
            watched.push(number);
        } else {
            invalid.push(number);
        }
    }
    let invalid: Vec<String> = invalid.into_iter().map(str::to_owned).collect();
    if watched.is_empty() {
        let message = "The Subscription request should have at least one valid tracking number. \
                       The Subscription request has been rejected.";
        let refusal = Refusal::invalid("VSS210", message);
        return Err(AlertRefusal { refusal, invalid });
    }
    Ok(Json(json!({
        "validTrackingNumbers": watched,
        "invalidTrackingNumbers": invalid,
    })))
}

/// There is no history: only what happens from `now` on is told.
fn watch(parcel: Arc<Parcel<Package>>, target: &Target, now: Timestamp) -> Subscription {
    Subscription {
        next: parcel.plan.partition_point(|scan| scan.at <= now),
        target: target.clone(),
        held: None,
        expires: now.saturating_add(LIFE).unwrap_or(Timestamp::MAX),
        parcel,
    }
}

fn is_1z(number: &str) -> bool {
    number.len() == 18 && number.starts_with("1Z") && capitals(number)
}

fn is_1r(number: &str) -> bool {
    matches!(number.len(), 16 | 28) && number.starts_with("1R") && capitals(number)
}

fn capitals(number: &str) -> bool {
    number
        .bytes()
        .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

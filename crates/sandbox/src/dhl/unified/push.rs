//! Pushes: a subscription is made, its receiver proves that it listens, then events are sent.
//!
//! Two steps: `POST /subscription` makes one that waits, and sends its id and secret to the
//! receiver; `POST /subscription/{id}` with `DHL-API-Hook-Secret` starts it. An event is sent
//! once: a receiver that is down loses it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::Notify;
use uuid::Builder;

use super::refusal::{Answer, Refusal};
use super::{event, shown};
use crate::dhl::shape::{Kind, may, must, violations};
use crate::document::{at, list, text};
use crate::faults::{Fault, Telling, Whom};
use crate::plan;
use crate::server::World;
use crate::settings::Carrier;

/// Shipments in one subscription.
const SHIPMENTS_MAX: usize = 10;

const EVENTS: &[&str] = &["Pre-Transit", "Transit", "Delivered", "Failure", "Unknown"];

#[rustfmt::skip]
const SHAPE: Kind = Kind::Open(&[
    must("hook", Kind::Open(&[
        must("uri", Kind::Text(1, 2_000)),
        may("authentication", Kind::Open(&[
            must("type", Kind::OneOf(&["ApiKeyAuthentication"])),
            must("header", Kind::Text(1, 100)),
            must("token", Kind::Text(1, 500)),
        ])),
    ])),
    must("format", Kind::OneOf(&["Default"])),
    must("type", Kind::OneOf(&["Shipment", "Account"])),
    must("service", Kind::Text(1, 50)),
    must("events", Kind::List(1, 5, &Kind::OneOf(EVENTS))),
    may("shipmentIDs", Kind::List(1, SHIPMENTS_MAX, &Kind::Text(1, 50))),
]);

/// A subscription: what was asked for, and how far its shipments have been told.
#[derive(Clone)]
struct Subscription {
    asked: Value,
    active: bool,
    /// For each shipment the index of the next scan to tell.
    next: HashMap<String, usize>,
}

/// The subscriptions, and the secrets that wait to be sent.
pub(crate) struct Subscriptions {
    limit: usize,
    made: Mutex<(u64, HashMap<String, Subscription>)>,
    greetings: Mutex<Vec<String>>,
    /// An event held back by a fault, to be told after its successor.
    held: Mutex<Option<Message>>,
    changed: Notify,
}

impl Subscriptions {
    pub(crate) fn keeping(limit: usize) -> Self {
        Self {
            limit,
            made: Mutex::default(),
            greetings: Mutex::default(),
            held: Mutex::default(),
            changed: Notify::new(),
        }
    }

    fn made(&self) -> MutexGuard<'_, (u64, HashMap<String, Subscription>)> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn greetings(&self) -> MutexGuard<'_, Vec<String>> {
        self.greetings
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn held(&self) -> MutexGuard<'_, Option<Message>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn clear(&self) {
        *self.made() = Default::default();
        *self.held() = None;
        self.greetings().clear();
    }
}

pub(super) async fn subscribe(State(world): State<Arc<World>>, bytes: Bytes) -> Answer<Response> {
    let asked: Value =
        serde_json::from_slice(&bytes).map_err(|_| Refusal::bad("The request body is no JSON."))?;
    let wrong = violations(&asked, SHAPE);
    if let Some(first) = wrong.first() {
        return Err(Refusal::bad(format!("{}: {}", first.at, first.wrong)));
    }
    let hook = text(&asked, "hook.uri").unwrap_or_default();
    if reqwest::Url::parse(hook).is_err() {
        return Err(Refusal::bad("#/hook/uri: is no address."));
    }
    let shipments = list(&asked, "shipmentIDs");
    if text(&asked, "type") == Some("Account") || shipments.is_empty() {
        return Err(Refusal::bad(
            "#/type: account subscriptions need an approval; name shipmentIDs.",
        ));
    }
    let next = shipments.into_iter().filter_map(Value::as_str);
    let next = next.map(|number| (number.to_owned(), 0)).collect();
    let id = {
        let mut made = world.dhl.subscriptions.made();
        if made.1.len() >= world.dhl.subscriptions.limit {
            return Err(Refusal::of_status(StatusCode::TOO_MANY_REQUESTS));
        }
        made.0 += 1;
        let mut rng = plan::generator(world.settings.seed, made.0);
        let id = Builder::from_random_bytes(rng.u128(..).to_be_bytes());
        let id = id.into_uuid().to_string();
        let subscription = Subscription {
            asked: asked.clone(),
            active: false,
            next,
        };
        made.1.insert(id.clone(), subscription);
        id
    };
    world.dhl.subscriptions.greetings().push(id.clone());
    world.dhl.subscriptions.changed.notify_one();
    let answer = json!({ "id": id, "status": "Pending" });
    Ok((StatusCode::CREATED, Json(answer)).into_response())
}

pub(super) async fn activate(
    State(world): State<Arc<World>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Answer<Json<Value>> {
    let secret = headers.get("dhl-api-hook-secret");
    let secret = secret.and_then(|value| value.to_str().ok());
    let right = world.settings.dhl.push_secret.as_str();
    let mut made = world.dhl.subscriptions.made();
    let found = made.1.get_mut(&id);
    let subscription = found.ok_or_else(Refusal::no_subscription)?;
    if secret != Some(right) {
        return Err(Refusal::forbidden());
    }
    subscription.active = true;
    // There is no history: only what happens from now on is told.
    let now = world.settings.clock.now();
    for (number, next) in &mut subscription.next {
        *next = scans(&world, number).partition_point(|scan| *scan <= now);
    }
    let answer = described(&id, subscription);
    drop(made);
    world.dhl.subscriptions.changed.notify_one();
    Ok(Json(answer))
}

pub(super) async fn one(
    State(world): State<Arc<World>>,
    Path(id): Path<String>,
) -> Answer<Json<Value>> {
    let made = world.dhl.subscriptions.made();
    let found = made.1.get(&id).ok_or_else(Refusal::no_subscription)?;
    Ok(Json(described(&id, found)))
}

pub(super) async fn all(State(world): State<Arc<World>>) -> Json<Value> {
    let made = world.dhl.subscriptions.made();
    let mut all: Vec<(&String, &Subscription)> = made.1.iter().collect();
    all.sort_by_key(|(id, _)| *id);
    let all: Vec<Value> = all
        .into_iter()
        .map(|(id, one)| described(id, one))
        .collect();
    Json(json!({ "subscriptions": all }))
}

pub(super) async fn end(
    State(world): State<Arc<World>>,
    Path(id): Path<String>,
) -> Answer<StatusCode> {
    let ended = world.dhl.subscriptions.made().1.remove(&id);
    ended
        .map(|_| StatusCode::NO_CONTENT)
        .ok_or_else(Refusal::no_subscription)
}

fn described(id: &str, subscription: &Subscription) -> Value {
    let status = if subscription.active {
        "Active"
    } else {
        "Pending"
    };
    let asked = |name: &str| subscription.asked.get(name);
    json!({
        "id": id,
        "status": status,
        "type": asked("type"),
        "service": asked("service"),
        "events": asked("events"),
        "shipmentIDs": asked("shipmentIDs"),
    })
}

/// When each scan of a shipment happens.
fn scans(world: &World, number: &str) -> Vec<Timestamp> {
    let lead = super::track::named(world, number)
        .into_iter()
        .flatten()
        .next();
    lead.map_or_else(Vec::new, |lead| {
        lead.plan.iter().map(|scan| scan.at).collect()
    })
}

/// Something to send: where to, and what.
struct Message {
    asked: Value,
    body: Value,
}

/// Runs until the sandbox closes.
pub(crate) async fn run(world: Arc<World>, client: reqwest::Client) {
    loop {
        let now = world.settings.clock.now();
        let greetings = greetings(&world);
        let (events, due) = due(&world, now);
        for message in greetings {
            send(&client, &message).await;
        }
        for message in events {
            tell(&world, &client, message).await;
        }
        let clock = Arc::clone(&world.settings.clock);
        let wait = async {
            match due {
                None => std::future::pending::<()>().await,
                Some(due) => clock.sleep_until(due).await,
            }
        };
        tokio::select! {
            () = world.closing.cancelled() => return,
            () = world.dhl.subscriptions.changed.notified() => {}
            () = wait => {}
        }
    }
}

fn greetings(world: &World) -> Vec<Message> {
    let ids = std::mem::take(&mut *world.dhl.subscriptions.greetings());
    let made = world.dhl.subscriptions.made();
    let message = |id: String| {
        let asked = made.1.get(&id)?.asked.clone();
        let secret = &world.settings.dhl.push_secret;
        let body = json!({ "subscriptionId": id, "secret": secret });
        Some(Message { asked, body })
    };
    ids.into_iter().filter_map(message).collect()
}

/// What has happened and is not told, and when the next thing happens.
fn due(world: &World, now: Timestamp) -> (Vec<Message>, Option<Timestamp>) {
    let mut messages = Vec::new();
    let mut first: Option<Timestamp> = None;
    let mut made = world.dhl.subscriptions.made();
    for subscription in made.1.values_mut().filter(|one| one.active) {
        for (number, next) in &mut subscription.next {
            let found = super::track::named(world, number).into_iter().next();
            let Some(pieces) = found else { continue };
            let Some(lead) = pieces.first() else { continue };
            for scan in lead.plan.iter().skip(*next) {
                if scan.at > now {
                    first = Some(first.map_or(scan.at, |first| first.min(scan.at)));
                    break;
                }
                *next += 1;
                let told = event::of(lead.detail.shipment.division, scan.step);
                let wanted = told.is_some_and(|told| {
                    let events = list(&subscription.asked, "events");
                    events.iter().any(|event| {
                        event
                            .as_str()
                            .is_some_and(|name| name.eq_ignore_ascii_case(told.status_code))
                    })
                });
                let shown = shown::shipment(&pieces, scan.at, Telling::Plain, true);
                if let (true, Some(body)) = (wanted, shown) {
                    let asked = subscription.asked.clone();
                    messages.push(Message { asked, body });
                }
            }
        }
    }
    (messages, first)
}

/// Sends one event, faults permitting, and one that was held back before it.
async fn tell(world: &World, client: &reqwest::Client, message: Message) {
    let last = message.body.pointer("/status/statusCode") == Some(&json!("delivered"));
    match world.faults.take(Whom::Carrier(Carrier::Dhl), "push") {
        Some(Fault::Late) if !last && world.dhl.subscriptions.held().is_none() => {
            *world.dhl.subscriptions.held() = Some(message);
            return;
        }
        None | Some(Fault::Late | Fault::Malformed | Fault::Html | Fault::Truncate) => {
            send(client, &message).await;
        }
        Some(Fault::Duplicate) => {
            send(client, &message).await;
            send(client, &message).await;
        }
        Some(Fault::Slow { ms } | Fault::Held { ms }) => {
            parcelgate_clock::sleep(Duration::from_millis(ms)).await;
            send(client, &message).await;
        }
        Some(
            Fault::Hang
            | Fault::HangAfter
            | Fault::CutBefore
            | Fault::CutAfter
            | Fault::CutRequestAt { .. }
            | Fault::CutReplyAt { .. }
            | Fault::Status { .. },
        ) => return,
    }
    let held = world.dhl.subscriptions.held().take();
    if let Some(held) = held {
        send(client, &held).await;
    }
}

async fn send(client: &reqwest::Client, message: &Message) {
    let Message { asked, body } = message;
    let url = text(asked, "hook.uri").unwrap_or_default();
    let mut request = client
        .post(url)
        .header("content-type", "application/json")
        .body(body.to_string());
    if let Some(key) = at(asked, "hook.authentication") {
        let field = |name: &str| text(key, name).unwrap_or_default();
        request = request.header(field("header"), field("token"));
    }
    match request.send().await {
        Ok(answer) if answer.status() == 200 => {}
        Ok(answer) => tracing::debug!(status = %answer.status(), "a push was refused"),
        Err(error) => tracing::debug!(error = %error.without_url(), "a push was lost"),
    }
}

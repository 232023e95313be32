//! Telling subscribers what happens: a handshake first, then each event, signed with the
//! subscription's secret. An event is sent once, in the order of the parcel's scans, unless a
//! fault says otherwise.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::sync::{Notify, Semaphore};
use uuid::Uuid;

use super::shipment::Package;
use super::subscription::{Filter, Status, Subscription};
use super::track::View;
use crate::faults::{Fault, Whom};
use crate::parcel::{By, Parcel};
use crate::server::World;
use crate::settings::Carrier;

/// Deliveries under way at once.
const SENDING_MAX: usize = 32;
/// The largest answer to a handshake that is read, in bytes.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// A label watched for one subscription.
struct Watch {
    subscription: String,
    parcel: Arc<Parcel<Package>>,
    /// The index of the next scan to tell.
    next: usize,
    /// A scan held back by a fault, to be told after its successor.
    held: Option<usize>,
}

#[derive(Default)]
struct Waiting {
    /// When each watch has its next event.
    due: BinaryHeap<Reverse<(Timestamp, u64)>>,
    watches: HashMap<u64, Watch>,
    last: u64,
    /// Subscriptions whose receivers have not been greeted.
    new: VecDeque<String>,
}

/// What is watched, by the time of the next event.
pub(crate) struct Watches {
    limit: usize,
    waiting: Mutex<Waiting>,
    changed: Notify,
}

impl Watches {
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

    /// Greets the receiver of a new subscription soon.
    pub(crate) fn shake_hands(&self, subscription: &str) {
        self.waiting().new.push_back(subscription.to_owned());
        self.changed.notify_one();
    }

    /// A label has been sold: who watches all of them watches it, from its first scan on.
    pub(crate) fn sold(&self, subscriptions: Vec<String>, parcel: &Arc<Parcel<Package>>) {
        for subscription in subscriptions {
            self.add(Watch {
                subscription,
                parcel: Arc::clone(parcel),
                next: 0,
                held: None,
            });
        }
    }

    /// Waits for the next event, if there is one and room.
    fn add(&self, watch: Watch) {
        let mut waiting = self.waiting();
        let next = watch.parcel.plan.get(watch.next).map(|scan| scan.at);
        let voided = watch.parcel.voided.get();
        let Some(at) = next.filter(|at| voided.is_none_or(|voided| at <= voided)) else {
            return;
        };
        if waiting.watches.len() >= self.limit {
            return;
        }
        waiting.last += 1;
        let id = waiting.last;
        waiting.due.push(Reverse((at, id)));
        waiting.watches.insert(id, watch);
        drop(waiting);
        self.changed.notify_one();
    }

    fn next_due(&self) -> Option<Timestamp> {
        let waiting = self.waiting();
        if !waiting.new.is_empty() {
            return Some(Timestamp::MIN);
        }
        waiting.due.peek().map(|Reverse((at, _))| *at)
    }

    /// Takes one thing to do by `now`.
    fn take_due(&self, now: Timestamp) -> Option<Errand> {
        let mut waiting = self.waiting();
        if let Some(id) = waiting.new.pop_front() {
            return Some(Errand::Greet(id));
        }
        let due = waiting
            .due
            .peek()
            .is_some_and(|Reverse((at, _))| *at <= now);
        let Reverse((_, id)) = due.then(|| waiting.due.pop())??;
        waiting.watches.remove(&id).map(Errand::Tell)
    }

    pub(crate) fn clear(&self) {
        *self.waiting() = Waiting::default();
    }
}

/// One thing to do.
enum Errand {
    Greet(String),
    Tell(Watch),
}

/// Runs until the sandbox closes.
pub(crate) async fn push(world: Arc<World>, client: reqwest::Client) {
    let room = Arc::new(Semaphore::new(SENDING_MAX));
    loop {
        let clock = Arc::clone(&world.settings.clock);
        let changed = world.usps.watches.changed.notified();
        let due = world.usps.watches.next_due().unwrap_or(Timestamp::MAX);
        let wait = async {
            if due == Timestamp::MAX {
                std::future::pending::<()>().await;
            }
            if due > Timestamp::MIN {
                clock.sleep_until(due).await;
            }
        };
        tokio::select! {
            () = world.closing.cancelled() => return,
            () = changed => continue,
            () = wait => {}
        }
        let Ok(permit) = Arc::clone(&room).acquire_owned().await else {
            return;
        };
        if let Some(errand) = world.usps.watches.take_due(clock.now()) {
            let (world, client) = (Arc::clone(&world), client.clone());
            tokio::spawn(async move {
                match errand {
                    Errand::Greet(id) => greet(&world, &client, &id).await,
                    Errand::Tell(watch) => tell(&world, &client, watch).await,
                }
                drop(permit);
            });
        }
    }
}

/// The handshake: only a receiver that gives the challenge back is told anything. There is no
/// history: what has happened by then is not told.
async fn greet(world: &Arc<World>, client: &reqwest::Client, id: &str) {
    let Some(subscription) = world.usps.subscriptions.get(id) else {
        return;
    };
    let challenge = Uuid::now_v7().to_string();
    let timestamp = world.settings.protocol_clock.now().to_string();
    let body = json!({
        "subscriptionId": id,
        "timestamp": timestamp,
        "challenge": challenge,
    });
    let answer = send(client, &subscription, &timestamp, &challenge, &body).await;
    let answered = match answer {
        Some(answer) => given_back(answer, &challenge).await,
        None => false,
    };
    if !answered {
        tracing::debug!("a receiver did not answer USPS's challenge");
        world.usps.subscriptions.set_status(id, Status::Suspended);
        return;
    }
    world.usps.subscriptions.set_status(id, Status::Enabled);
    let now = world.settings.clock.now();
    let parcels: Vec<_> = {
        let parcels = world.usps.parcels();
        match &subscription.filter {
            Filter::Number(number) => parcels.find(By::Number, number),
            Filter::Mailer(_) => parcels
                .all()
                .filter(|parcel| parcel.plan.last().is_some_and(|scan| scan.at > now))
                .cloned()
                .collect(),
        }
    };
    for parcel in parcels {
        world.usps.watches.add(Watch {
            subscription: id.to_owned(),
            next: parcel.plan.partition_point(|scan| scan.at <= now),
            parcel,
            held: None,
        });
    }
}

async fn given_back(mut answer: reqwest::Response, challenge: &str) -> bool {
    let mut body = Vec::new();
    while let Ok(Some(part)) = answer.chunk().await {
        body.extend_from_slice(&part);
        if body.len() > ANSWER_BYTES_MAX {
            return false;
        }
    }
    String::from_utf8_lossy(&body).contains(challenge)
}

/// Sends one event, faults permitting, and waits for the next.
async fn tell(world: &Arc<World>, client: &reqwest::Client, mut watch: Watch) {
    let subscription = world.usps.subscriptions.get(&watch.subscription);
    let Some(subscription) = subscription.filter(|known| known.status == Status::Enabled) else {
        return;
    };
    let index = watch.next;
    watch.next += 1;
    let last = watch.next >= watch.parcel.plan.len();
    let mut indices = match world.faults.take(Whom::Carrier(Carrier::Usps), "push") {
        Some(Fault::Duplicate) => vec![index, index],
        Some(Fault::Late) if !last && watch.held.is_none() => {
            watch.held = Some(index);
            Vec::new()
        }
        Some(Fault::Slow { ms } | Fault::Held { ms }) => {
            parcelgate_clock::sleep(Duration::from_millis(ms)).await;
            vec![index]
        }
        None | Some(Fault::Late | Fault::Malformed | Fault::Html | Fault::Truncate) => vec![index],
        Some(
            Fault::Hang
            | Fault::HangAfter
            | Fault::CutBefore
            | Fault::CutAfter
            | Fault::CutRequestAt { .. }
            | Fault::CutReplyAt { .. }
            | Fault::Status { .. },
        ) => Vec::new(),
    };
    if !indices.is_empty() {
        indices.extend(watch.held.take());
    }
    for index in indices {
        if let Some(scan) = watch.parcel.plan.get(index) {
            let payload = View::at(world, scan.at).details(&watch.parcel).to_string();
            let timestamp = world.settings.protocol_clock.now().to_string();
            let body = json!({
                "subscriptionId": subscription.id,
                "timestamp": timestamp,
                "payload": payload,
            });
            send(client, &subscription, &timestamp, &payload, &body).await;
        }
    }
    world.usps.watches.add(watch);
}

/// Posts `body`, signed over the timestamp and `what`. `None` when it was not taken.
async fn send(
    client: &reqwest::Client,
    subscription: &Subscription,
    timestamp: &str,
    what: &str,
    body: &Value,
) -> Option<reqwest::Response> {
    let sent = client
        .post(&subscription.url)
        .header("content-type", "application/json")
        .header("X-HMAC", signature(&subscription.secret, timestamp, what)?)
        .body(body.to_string())
        .send()
        .await;
    match sent {
        Ok(answer) if answer.status().is_success() => Some(answer),
        Ok(answer) => {
            tracing::debug!(status = %answer.status(), "a push was refused");
            None
        }
        Err(error) => {
            tracing::debug!(error = %error.without_url(), "a push was lost");
            None
        }
    }
}

/// Base64 of HMAC-SHA256 over the timestamp and what is told.
fn signature(secret: &str, timestamp: &str, what: &str) -> Option<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    mac.update(timestamp.as_bytes());
    mac.update(what.as_bytes());
    Some(STANDARD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::signature;

    #[test]
    fn the_signature_is_that_of_rfc_4231() {
        // test case 2 of the RFC, its data parted in two
        let made = signature("Jefe", "what do ya want ", "for nothing?");
        let expected = "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=";
        assert_eq!(made.as_deref(), Some(expected));
    }
}

//! Advanced Integrated Visibility: every event of the account's parcels, posted to one receiver.
//!
//! The body is what tracking answers of the number, as of that event. FedEx sends again three
//! times, five minutes apart, and says that events may come out of order.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use sha2::Sha256;
use tokio::sync::{Notify, Semaphore};

use super::refusal::envelope;
use super::shipment::Package;
use super::track_result::View;
use crate::faults::{Fault, Telling, Whom};
use crate::parcel::Parcel;
use crate::plan::Scan;
use crate::server::World;
use crate::settings::Carrier;

/// Deliveries of events under way at once.
const SENDING_MAX: usize = 32;
/// How often an event is sent again, and after how long.
const AGAIN: u8 = 3;
const PAUSE: SignedDuration = SignedDuration::from_mins(5);

/// A parcel whose next event is to be told.
pub(crate) struct Watched {
    parcel: Arc<Parcel<Package>>,
    /// The index of the next scan to tell, and how often that was tried in vain.
    next: usize,
    failed: u8,
    /// A scan held back by a fault, to be told after its successor.
    held: Option<usize>,
}

#[derive(Default)]
struct Waiting {
    due: BinaryHeap<Reverse<(Timestamp, u64)>>,
    watched: HashMap<u64, Watched>,
    last: u64,
}

/// The parcels with events to come, by the time of the next.
pub(crate) struct Pushes {
    limit: usize,
    waiting: Mutex<Waiting>,
    changed: Notify,
}

impl Pushes {
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

    /// Tells of `parcel` from its first event on. Beyond the limit it is not told of.
    pub(crate) fn watch(&self, parcel: Arc<Parcel<Package>>) {
        let watched = Watched {
            parcel,
            next: 0,
            failed: 0,
            held: None,
        };
        self.add(watched, None);
    }

    /// Waits for the next event, or until `later` when it has to be sent again.
    fn add(&self, watched: Watched, later: Option<Timestamp>) {
        let mut waiting = self.waiting();
        let next = watched.parcel.plan.get(watched.next);
        let Some(at) = next.map(|scan| later.unwrap_or(scan.at)) else {
            return; // everything has been told
        };
        if waiting.watched.len() >= self.limit || watched.parcel.voided.get().is_some() {
            return;
        }
        waiting.last += 1;
        let id = waiting.last;
        waiting.due.push(Reverse((at, id)));
        waiting.watched.insert(id, watched);
        drop(waiting);
        self.changed.notify_one();
    }

    fn next_due(&self) -> Option<Timestamp> {
        self.waiting().due.peek().map(|Reverse((at, _))| *at)
    }

    fn take_due(&self, now: Timestamp) -> Option<Watched> {
        let mut waiting = self.waiting();
        let next = waiting.due.peek();
        let due = next.is_some_and(|Reverse((at, _))| *at <= now);
        let Reverse((_, id)) = due.then(|| waiting.due.pop())??;
        waiting.watched.remove(&id)
    }

    pub(crate) fn clear(&self) {
        *self.waiting() = Waiting::default();
    }
}

/// Runs until the sandbox closes.
pub(crate) async fn push(world: Arc<World>, client: reqwest::Client) {
    let room = Arc::new(Semaphore::new(SENDING_MAX));
    let pushes = &world.fedex.pushes;
    loop {
        let clock = Arc::clone(&world.settings.clock);
        let changed = pushes.changed.notified();
        let due = pushes.next_due().unwrap_or(Timestamp::MAX);
        let wait = async {
            if due == Timestamp::MAX {
                std::future::pending::<()>().await;
            }
            clock.sleep_until(due).await;
        };
        tokio::select! {
            () = world.closing.cancelled() => return,
            () = changed => continue,
            () = wait => {}
        }
        let Ok(permit) = Arc::clone(&room).acquire_owned().await else {
            return;
        };
        if let Some(watched) = pushes.take_due(clock.now()) {
            let (world, client) = (Arc::clone(&world), client.clone());
            tokio::spawn(async move {
                tell(&world, &client, watched).await;
                drop(permit);
            });
        }
    }
}

/// Sends one event, faults permitting, and waits for the next or for another attempt.
async fn tell(world: &World, client: &reqwest::Client, mut watched: Watched) {
    let index = watched.next;
    let last = index + 1 >= watched.parcel.plan.len();
    let (mut indices, mut arrived) = match world.faults.take(Whom::Carrier(Carrier::Fedex), "push")
    {
        Some(Fault::Duplicate) => (vec![index, index], true),
        Some(Fault::Late) if !last && watched.held.is_none() => {
            watched.held = Some(index);
            (Vec::new(), true)
        }
        Some(Fault::Slow { ms } | Fault::Held { ms }) => {
            parcelgate_clock::sleep(Duration::from_millis(ms)).await;
            (vec![index], true)
        }
        None | Some(Fault::Late | Fault::Malformed | Fault::Html | Fault::Truncate) => {
            (vec![index], true)
        }
        Some(
            Fault::Hang
            | Fault::HangAfter
            | Fault::CutBefore
            | Fault::CutAfter
            | Fault::CutRequestAt { .. }
            | Fault::CutReplyAt { .. }
            | Fault::Status { .. },
        ) => (Vec::new(), false),
    };
    if !indices.is_empty() {
        indices.extend(watched.held.take());
    }
    for index in indices {
        if let Some(scan) = watched.parcel.plan.get(index) {
            arrived &= send(world, client, &watched.parcel, scan).await;
        }
    }
    if !arrived && watched.failed < AGAIN {
        watched.failed += 1;
        let later = world.settings.clock.now().saturating_add(PAUSE);
        world.fedex.pushes.add(watched, later.ok());
        return;
    }
    watched.failed = 0;
    watched.next += 1;
    world.fedex.pushes.add(watched, None);
}

/// Whether the receiver took it: 200 or 202. Without a receiver there is nothing to take.
async fn send(
    world: &World,
    client: &reqwest::Client,
    parcel: &Parcel<Package>,
    scan: &Scan,
) -> bool {
    let Some(webhook) = world.fedex.webhook() else {
        return true;
    };
    let view = View {
        now: scan.at,
        telling: Telling::Plain,
        detailed: true,
    };
    let mut body = envelope(None);
    let result = json!({
        "trackingNumber": parcel.number, "trackResults": [view.result(parcel)],
    });
    let output = json!({ "completeTrackResults": [result] });
    body.insert("output".to_owned(), output);
    let body = serde_json::Value::Object(body).to_string();
    let sent = client
        .post(webhook.url)
        .header("content-type", "application/json")
        .header("fdx-signature", signature(&webhook.credential, &body))
        .body(body)
        .send()
        .await;
    match sent {
        Ok(answer) if matches!(answer.status().as_u16(), 200 | 202) => true,
        Ok(answer) => {
            tracing::debug!(status = %answer.status(), "a push was refused");
            false
        }
        Err(error) => {
            tracing::debug!(error = %error.without_url(), "a push was lost");
            false
        }
    }
}

/// The HMAC-SHA256 of `body` under the security token, in Base64.
fn signature(token: &str, body: &str) -> String {
    // A key of any length is good.
    Hmac::<Sha256>::new_from_slice(token.as_bytes()).map_or_else(
        |_| String::new(),
        |mut mac| {
            mac.update(body.as_bytes());
            STANDARD.encode(mac.finalize().into_bytes())
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, test case 2.
    const HEX: &str = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";

    #[test]
    fn a_known_text_has_its_known_signature() {
        let text = "what do ya want for nothing?";
        let bytes: Vec<u8> = (0..HEX.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&HEX[at..at + 2], 16).unwrap())
            .collect();
        assert_eq!(signature("Jefe", text), STANDARD.encode(bytes));
    }
}

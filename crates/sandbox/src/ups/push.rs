//! Telling receivers what happens to the packages they watch.
//!
//! As with UPS, an event is sent once: a receiver that is down loses it. The events of one package
//! keep their order, unless a `late` fault says otherwise.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use tokio::sync::Semaphore;

use super::alert::{Subscription, Target};
use super::codes;
use super::shipment::Package;
use super::track::offset;
use crate::faults::{Fault, Whom};
use crate::parcel::Parcel;
use crate::plan::{Scan, Step};
use crate::server::World;
use crate::settings::Carrier;

/// Deliveries of events under way at once.
const SENDING_MAX: usize = 32;

/// Runs until the sandbox closes.
pub(crate) async fn push(world: Arc<World>, client: reqwest::Client) {
    let room = Arc::new(Semaphore::new(SENDING_MAX));
    loop {
        let clock = Arc::clone(&world.settings.clock);
        let changed = world.ups.alerts.changed.notified();
        let due = world.ups.alerts.next_due().unwrap_or(Timestamp::MAX);
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
        if let Some(subscription) = world.ups.alerts.take_due(clock.now()) {
            let (world, client) = (Arc::clone(&world), client.clone());
            tokio::spawn(async move {
                tell(&world, &client, subscription).await;
                drop(permit);
            });
        }
    }
}

/// Sends one event, faults permitting, and waits for the next.
async fn tell(world: &World, client: &reqwest::Client, mut subscription: Subscription) {
    let index = subscription.next;
    subscription.next += 1;
    let last = subscription.next >= subscription.parcel.plan.len();
    let mut indices = match world.faults.take(Whom::Carrier(Carrier::Ups), "push") {
        Some(Fault::Duplicate) => vec![index, index],
        Some(Fault::Late) if !last && subscription.held.is_none() => {
            subscription.held = Some(index);
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
        indices.extend(subscription.held.take());
    }
    for index in indices {
        if let Some(scan) = subscription.parcel.plan.get(index) {
            send(world, client, &subscription, scan).await;
        }
    }
    world.ups.alerts.add(subscription);
}

async fn send(world: &World, client: &reqwest::Client, subscription: &Subscription, scan: &Scan) {
    let (url, authorization) = match &subscription.target {
        Target::Given {
            url,
            kind,
            credential,
        } => (url.clone(), format!("{kind} {credential}")),
        Target::Portal => match world.ups.webhook() {
            Some(webhook) => (webhook.url, format!("Bearer {}", webhook.credential)),
            None => return,
        },
    };
    let body = payload(&subscription.parcel, scan).to_string();
    let sent = client
        .post(url)
        .header("content-type", "application/json")
        .header("user-agent", "UPSPubSubTrackingService")
        .header("x-api-key", &world.settings.ups.client_id)
        .header("authorization", authorization)
        .body(body)
        .send()
        .await;
    match sent {
        Ok(answer) if answer.status() == 200 => {}
        Ok(answer) => tracing::debug!(status = %answer.status(), "a push was refused"),
        Err(error) => tracing::debug!(error = %error.without_url(), "a push was lost"),
    }
}

/// The flat body of UPS's `TrackingEventRequest`; fields without a value are left out.
pub(crate) fn payload(parcel: &Parcel<Package>, scan: &Scan) -> Value {
    let told = codes::of(scan.step);
    let local = scan.place.local(scan.at);
    let gmt = jiff::tz::Offset::UTC.to_datetime(scan.at);
    let date = |at: jiff::civil::DateTime| at.strftime("%Y%m%d").to_string();
    let time = |at: jiff::civil::DateTime| at.strftime("%H%M%S").to_string();
    let mut location = Map::new();
    let mut put = |name: &str, text: &str| location.insert(name.to_owned(), json!(text));
    put("city", &scan.place.city);
    put("country", &scan.place.country);
    if scan.place.state.len() == 2 {
        put("stateProvince", &scan.place.state);
    }
    let mut event = json!({
        "trackingNumber": parcel.number,
        "localActivityDate": date(local),
        "localActivityTime": time(local),
        "gmtActivityDate": date(gmt),
        "gmtActivityTime": time(gmt),
        "gmtOffset": offset(&scan.place, "."),
        "activityStatus": {
            "type": told.kind,
            "code": told.code,
            "description": told.text.trim(),
            "descriptionCode": told.status,
        },
        "scheduledDeliveryDate":
            parcel.detail.shipment.promised.strftime("%Y%m%d").to_string(),
    });
    if let (Step::Delivered, Some(members)) = (scan.step, event.as_object_mut()) {
        members.insert("actualDeliveryDate".to_owned(), json!(date(local)));
        members.insert("actualDeliveryTime".to_owned(), json!(time(local)));
    }
    if let Some(members) = event.as_object_mut() {
        members.insert("activityLocation".to_owned(), Value::Object(location));
    }
    event
}

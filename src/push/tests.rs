//! What subscribers are promised, over the real store.

mod arrival;
mod schedule;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use parcelgate_clock::SharedClock;
use parcelgate_domain::{
    CarrierId, EventId, EventTime, Flags, Place, Secret, TrackingEvent, TrackingNumber,
};
use parcelgate_store::{
    Batch, Delivery, Filter, NewSubscription, NewTracker, Observation, Page, SigningKeys, Sqlite,
    Subscription, SubscriptionId, Tenant, TrackerId,
};

use super::*;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn epoch() -> Timestamp {
    "2026-01-05T08:00:00Z".parse().unwrap()
}

fn tenant() -> Tenant {
    "dev".parse().unwrap()
}

fn config(retry_ms: Vec<u64>) -> PushConfig {
    PushConfig {
        allow_http: true,
        allow_private: true,
        retry_ms,
        connect_ms_max: 2_000,
        total_ms_max: 5_000,
        in_flight_max: 8,
        warn_after_h: 24,
        disable_after_h: 120,
        replay_per_s_max: 100,
        kept_days: 90,
    }
}

/// A store in which things happen.
struct World {
    store: Arc<dyn Store>,
    clock: SharedClock,
}

impl World {
    async fn new(clock: SharedClock) -> Self {
        Self {
            store: Arc::new(Sqlite::temporary().await.unwrap()),
            clock,
        }
    }

    async fn apply(&self, verbs: impl FnOnce(Batch) -> Batch) {
        let batch = verbs(Batch::of(&tenant(), self.clock.now()));
        self.store.apply(batch).await.unwrap();
    }

    async fn subscribe(&self, url: &str, kinds: &[&str]) -> SubscriptionId {
        self.subscribe_to(url, kinds, false).await
    }

    async fn subscribe_to(&self, url: &str, kinds: &[&str], latest_only: bool) -> SubscriptionId {
        let id = SubscriptionId::fresh(self.clock.now());
        let new = NewSubscription {
            id: id.clone(),
            url: url.to_owned(),
            keys: SigningKeys {
                secret: Secret::from(SECRET.to_owned()),
                private: None,
            },
            filter: Filter {
                kinds: kinds.iter().map(ToString::to_string).collect(),
                carriers: Vec::new(),
            },
            latest_only,
        };
        self.apply(|batch| batch.subscribe(new)).await;
        id
    }

    /// Follows parcel `number`: `tracker.created`.
    async fn track(&self, number: usize) {
        let new = NewTracker {
            id: tracker(number),
            account: None,
            carrier: carrier(),
            number: parcel(number),
            shipment: None,
            next_check_at: None,
        };
        self.apply(|batch| batch.track(new)).await;
    }

    /// Something happens to parcel `number` for the `turn`-th time: `tracking.updated`.
    async fn happen(&self, number: usize, turn: i64) {
        let now = self.clock.now();
        let text = format!("scan {turn}");
        let place = Place::default();
        let occurred = now + SignedDuration::from_secs(turn);
        let event = TrackingEvent {
            id: EventId::of(&carrier(), &parcel(number), "S", &text, &place, &text),
            carrier: carrier(),
            number: parcel(number),
            code: "S".to_owned(),
            text,
            language: "en".to_owned(),
            status: None,
            substatus: None,
            leg: None,
            flags: Flags::default(),
            place,
            occurred_at: EventTime::utc(occurred),
            observed_at: now,
            correction: false,
            mapping_version: 1,
        };
        let observation = Observation {
            events: vec![event],
            estimate: None,
            last_mile_number: None,
            next_check_at: None,
        };
        self.apply(|batch| batch.observe(&tracker(number), observation))
            .await;
    }

    async fn subscription(&self, id: &SubscriptionId) -> Subscription {
        self.store
            .subscription(&tenant(), id)
            .await
            .unwrap()
            .unwrap()
    }

    async fn deliveries(&self, id: &SubscriptionId) -> Vec<Delivery> {
        self.store
            .deliveries(&tenant(), id, None, Page::first(1_000))
            .await
            .unwrap()
    }

    async fn fan_out(&self) {
        while fan_out::round(self.store.as_ref(), &self.clock)
            .await
            .unwrap()
            > 0
        {}
    }
}

fn carrier() -> CarrierId {
    "acme".to_owned().into()
}

fn parcel(number: usize) -> TrackingNumber {
    format!("1Z{number:08}").parse().unwrap()
}

fn tracker(number: usize) -> TrackerId {
    format!("t-{number}").parse().unwrap()
}

/// Fails the test when a condition does not come about.
async fn soon<F: Future>(what: &str, condition: F) -> F::Output {
    let limit = Duration::from_secs(30);
    tokio::time::timeout(limit, condition)
        .await
        .unwrap_or_else(|_| panic!("{what} does not happen"))
}

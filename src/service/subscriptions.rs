//! Who wants to be told, and where.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use parcelgate_clock::SharedClock;
use parcelgate_domain::Violations;
use parcelgate_store::{
    Batch, Delivery, DeliveryId, DeliveryState, Error as StoreError, Event, Filter, NewDelivery,
    NewKeys, NewSubscription, Page, RequestKey, SigningKeys, Store, Subscription,
    SubscriptionChange, SubscriptionId, SubscriptionState,
};
use parcelgate_wire::WebhookRules;

use super::{Caller, Fault};
use crate::config::PushConfig;
use crate::push::keys;

/// Makes and reads subscriptions.
#[derive(Debug)]
pub struct Subscriptions {
    store: Arc<dyn Store>,
    clock: SharedClock,
    config: PushConfig,
}

/// What a caller wants to be told.
#[derive(Debug, Clone)]
pub struct SubscriptionRequest {
    /// The caller's key.
    pub request_id: String,
    /// Digest of the whole request.
    pub body_sha256: [u8; 32],
    /// Where to.
    pub url: String,
    /// Which kinds of events; all when empty.
    pub kinds: Vec<String>,
    /// Of each subject only the latest.
    pub latest_only: bool,
}

/// New keys.
#[derive(Debug, Clone)]
pub struct Rotation {
    /// The caller's key.
    pub request_id: String,
    /// Digest of the whole request.
    pub body_sha256: [u8; 32],
    /// How long those that are replaced sign as well.
    pub overlap: Duration,
}

/// Events of the past.
#[derive(Debug, Clone)]
pub struct Past {
    /// Written from the first of these times on and before the second.
    pub times: (Timestamp, Timestamp),
    /// Only of this subject, and of those only from the first of these `subject_seq` to the second.
    pub subject: Option<(String, (i64, i64))>,
    /// Only of these kinds; of all when empty.
    pub kinds: Vec<String>,
}

/// How many events one replay takes at a time, and makes deliveries of in one commit.
const REPLAY_PAGE: u32 = 500;
const REPLAY_BATCH: usize = 100;
/// The most events of one replay.
const REPLAY_MAX: usize = 100_000;

impl Subscriptions {
    /// Over this store, with the rules for addresses of the configuration.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: SharedClock, config: PushConfig) -> Self {
        Self {
            store,
            clock,
            config,
        }
    }

    /// Makes a subscription, or gives the one that the same `request_id` made.
    ///
    /// # Errors
    /// When the address cannot be one, or the `request_id` was used for another.
    pub async fn create(
        &self,
        caller: &Caller,
        request: SubscriptionRequest,
    ) -> Result<Subscription, Fault> {
        self.check_url(&request.url)?;
        let now = self.clock.now();
        let id = SubscriptionId::fresh(now);
        let key = RequestKey {
            method: "CreateSubscription".to_owned(),
            request_id: request.request_id,
        };
        let new = NewSubscription {
            id: id.clone(),
            url: request.url,
            keys: fresh_keys()?,
            filter: Filter {
                kinds: request.kinds,
                carriers: Vec::new(),
            },
            latest_only: request.latest_only,
        };
        let batch = Batch::of(&caller.tenant, now)
            .reserve(key, request.body_sha256, format!("subscriptions/{id}"))
            .subscribe(new);
        match self.store.apply(batch).await {
            Ok(_) => self.read(caller, &id).await,
            Err(StoreError::AlreadyAsked(known)) if known.body_sha256 == request.body_sha256 => {
                let first = known
                    .subject
                    .strip_prefix("subscriptions/")
                    .and_then(|id| id.parse().ok());
                self.read(caller, &first.unwrap_or(id)).await
            }
            Err(StoreError::AlreadyAsked(_)) => Err(Fault::RequestIdReused),
            Err(error) => Err(error.into()),
        }
    }

    /// One subscription.
    ///
    /// # Errors
    /// When there is none.
    pub async fn read(&self, caller: &Caller, id: &SubscriptionId) -> Result<Subscription, Fault> {
        let found = self.store.subscription(&caller.tenant, id).await?;
        found.ok_or_else(|| Fault::NotFound(format!("subscriptions/{id}")))
    }

    /// A page of them.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn list(
        &self,
        caller: &Caller,
        page: Page<'_, SubscriptionId>,
    ) -> Result<Vec<Subscription>, Fault> {
        Ok(self.store.subscriptions(&caller.tenant, page).await?)
    }

    /// Ends one, with what was still to be delivered.
    ///
    /// # Errors
    /// When there is none.
    pub async fn delete(&self, caller: &Caller, id: &SubscriptionId) -> Result<(), Fault> {
        self.read(caller, id).await?;
        self.store
            .apply(Batch::of(&caller.tenant, self.clock.now()).unsubscribe(id))
            .await?;
        Ok(())
    }

    /// Pauses it, or goes on where it stopped.
    ///
    /// # Errors
    /// When there is none.
    pub async fn turn(
        &self,
        caller: &Caller,
        id: &SubscriptionId,
        state: SubscriptionState,
    ) -> Result<Subscription, Fault> {
        let change = SubscriptionChange {
            state: Some((state, None)),
            ..SubscriptionChange::default()
        };
        let batch = Batch::of(&caller.tenant, self.clock.now());
        self.store
            .apply(batch.change_subscription(id, change))
            .await?;
        self.read(caller, id).await
    }

    /// Gives it new keys, or tells those that the same `request_id` made.
    ///
    /// # Errors
    /// When there is none, or the `request_id` was used for another.
    pub async fn rotate(
        &self,
        caller: &Caller,
        id: &SubscriptionId,
        rotation: Rotation,
    ) -> Result<Subscription, Fault> {
        let now = self.clock.now();
        let new = NewKeys {
            keys: fresh_keys()?,
            overlap_until: after(now, rotation.overlap),
        };
        let change = SubscriptionChange {
            keys: Some(new),
            ..SubscriptionChange::default()
        };
        let key = RequestKey {
            method: "RotateSecret".to_owned(),
            request_id: rotation.request_id,
        };
        let batch = Batch::of(&caller.tenant, now)
            .reserve(key, rotation.body_sha256, format!("subscriptions/{id}"))
            .change_subscription(id, change);
        match self.store.apply(batch).await {
            Ok(_) => self.read(caller, id).await,
            Err(StoreError::AlreadyAsked(known)) if known.body_sha256 == rotation.body_sha256 => {
                self.read(caller, id).await
            }
            Err(StoreError::AlreadyAsked(_)) => Err(Fault::RequestIdReused),
            Err(error) => Err(error.into()),
        }
    }

    /// A page of its deliveries, each with its event.
    ///
    /// # Errors
    /// When there is no such subscription.
    pub async fn deliveries(
        &self,
        caller: &Caller,
        id: &SubscriptionId,
        state: Option<DeliveryState>,
        page: Page<'_, DeliveryId>,
    ) -> Result<Vec<(Delivery, Option<Event>)>, Fault> {
        self.read(caller, id).await?;
        let deliveries = self
            .store
            .deliveries(&caller.tenant, id, state, page)
            .await?;
        let mut with_events = Vec::with_capacity(deliveries.len());
        for delivery in deliveries {
            let event = self.store.event(&caller.tenant, delivery.seq).await?;
            with_events.push((delivery, event));
        }
        Ok(with_events)
    }

    /// Delivers what was delivered, or given up, once more; says as what.
    ///
    /// # Errors
    /// When there is no such delivery, or its event is no longer kept.
    pub async fn redeliver(
        &self,
        caller: &Caller,
        id: &SubscriptionId,
        delivery: &DeliveryId,
    ) -> Result<(Delivery, Event), Fault> {
        let name = || format!("subscriptions/{id}/deliveries/{delivery}");
        let found = self.store.delivery(&caller.tenant, delivery).await?;
        let found = found.filter(|found| found.subscription == *id);
        let found = found.ok_or_else(|| Fault::NotFound(name()))?;
        let event = self.store.event(&caller.tenant, found.seq).await?;
        let event = event.ok_or_else(|| Fault::NotFound(format!("event of {}", name())))?;
        let now = self.clock.now();
        let new = once_more(&event, now);
        let again = new.id.clone();
        let batch = Batch::of(&caller.tenant, now).replay(id, now, vec![new]);
        self.store.apply(batch).await?;
        let made = self.store.delivery(&caller.tenant, &again).await?;
        Ok((made.ok_or_else(|| Fault::NotFound(name()))?, event))
    }

    /// Delivers events of the past once more, and says how many.
    ///
    /// # Errors
    /// When there is no such subscription, or there are too many events.
    pub async fn replay(
        &self,
        caller: &Caller,
        id: &SubscriptionId,
        past: Past,
    ) -> Result<usize, Fault> {
        let subscription = self.read(caller, id).await?;
        let now = self.clock.now();
        let mut deliveries = Vec::new();
        let mut reading = self.begin(caller, &past).await?;
        while let Some(page) = self.next_page(caller, &past, &mut reading).await? {
            let wanted = page.iter().filter(|event| {
                (past.times.0..past.times.1).contains(&event.at)
                    && event.seq <= subscription.cursor // the rest is still to come by itself
                    && subscription.filter.wants(&event.kind, event.carrier.as_str())
                    && (past.kinds.is_empty() || past.kinds.contains(&event.kind))
            });
            deliveries.extend(wanted.map(|event| once_more(event, now)));
            if deliveries.len() > REPLAY_MAX {
                let mut violations = Violations::new();
                let allowed = format!("a span of at most {REPLAY_MAX} events");
                violations.refuse("end_time", past.times.1, allowed);
                return Err(violations.into());
            }
        }
        let count = deliveries.len();
        self.make(caller, id, deliveries).await?;
        Ok(count)
    }

    /// From after which number to which: of the log, or of the subject.
    async fn begin(&self, caller: &Caller, past: &Past) -> Result<(i64, i64), Fault> {
        if let Some((_, (first, last))) = &past.subject {
            return Ok((first.saturating_sub(1), *last));
        }
        let span = self.store.event_span(&caller.tenant, past.times).await?;
        Ok(span.map_or((0, 0), |(first, last)| (first.saturating_sub(1), last)))
    }

    async fn next_page(
        &self,
        caller: &Caller,
        past: &Past,
        reading: &mut (i64, i64),
    ) -> Result<Option<Vec<Event>>, Fault> {
        let (tenant, limit) = (&caller.tenant, REPLAY_PAGE);
        let page = match &past.subject {
            Some((subject, _)) => {
                self.store
                    .events_of(tenant, subject, *reading, limit)
                    .await?
            }
            None => {
                let page = self
                    .store
                    .events_within(tenant, past.times, *reading, limit);
                page.await?
            }
        };
        let Some(last) = page.last() else {
            return Ok(None);
        };
        reading.0 = match past.subject {
            Some(_) => last.subject_seq,
            None => last.seq,
        };
        Ok(Some(page))
    }

    /// So many in a second as may be, so that what happens meanwhile finds its way between them.
    async fn make(
        &self,
        caller: &Caller,
        id: &SubscriptionId,
        mut deliveries: Vec<NewDelivery>,
    ) -> Result<(), Fault> {
        let mut not_before = self.clock.now();
        while !deliveries.is_empty() {
            let later = deliveries.split_off(deliveries.len().min(REPLAY_BATCH));
            let chunk = std::mem::replace(&mut deliveries, later);
            let many = u64::try_from(chunk.len()).unwrap_or(u64::MAX);
            let batch = Batch::of(&caller.tenant, self.clock.now()).replay(id, not_before, chunk);
            self.store.apply(batch).await?;
            let rate = u64::from(self.config.replay_per_s_max.max(1));
            let took = many.saturating_mul(1_000_000).div_ceil(rate);
            not_before = after(not_before, Duration::from_micros(took));
        }
        Ok(())
    }

    fn check_url(&self, text: &str) -> Result<(), Violations> {
        let rules = WebhookRules {
            allow_http: self.config.allow_http,
            allow_private: self.config.allow_private,
        };
        let mut violations = Violations::new();
        if let Err(refusal) = rules.read(text) {
            // The address itself is not repeated: a password may stand in it.
            let scheme = if rules.allow_http {
                "http or https"
            } else {
                "https"
            };
            let allowed = format!("the {scheme} address of a webhook; {refusal}");
            violations.require("subscription.url", allowed);
        }
        violations.none_or(())
    }
}

/// # Errors
/// When the system has no randomness to give, for which the store's failure stands.
fn fresh_keys() -> Result<SigningKeys, Fault> {
    let none = || StoreError::Database("no randomness for a key".to_owned());
    Ok(keys::fresh().ok_or_else(none)?)
}

fn once_more(event: &Event, now: Timestamp) -> NewDelivery {
    NewDelivery {
        id: DeliveryId::fresh(now),
        seq: event.seq,
        subject: event.subject.clone(),
    }
}

fn after(at: Timestamp, pause: Duration) -> Timestamp {
    let pause = SignedDuration::try_from(pause).unwrap_or(SignedDuration::MAX);
    at.saturating_add(pause).unwrap_or(Timestamp::MAX)
}

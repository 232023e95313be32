//! Who wants to be told, and where.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use parcelgate_clock::SharedClock;
use parcelgate_domain::{Secret, Violations};
use parcelgate_store::{
    Batch, Delivery, DeliveryId, Error as StoreError, Event, Filter, NewDelivery, NewSubscription,
    Page, RequestKey, Store, Subscription, SubscriptionId,
};
use parcelgate_wire::WebhookRules;

use super::{Caller, Fault};
use crate::config::PushConfig;

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
}

/// How many events one replay takes at a time.
const REPLAY_PAGE: u32 = 500;
/// The most events of one replay.
const REPLAY_MAX: usize = 100_000;
/// The secret's length in bytes; the Standard Webhooks specification asks for 24 to 64.
const SECRET_BYTES: usize = 32;

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
            secret: fresh_secret(),
            filter: Filter {
                kinds: request.kinds,
                carriers: Vec::new(),
            },
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

    /// A page of its deliveries, each with its event.
    ///
    /// # Errors
    /// When there is no such subscription.
    pub async fn deliveries(
        &self,
        caller: &Caller,
        id: &SubscriptionId,
        page: Page<'_, DeliveryId>,
    ) -> Result<Vec<(Delivery, Option<Event>)>, Fault> {
        self.read(caller, id).await?;
        let deliveries = self
            .store
            .deliveries(&caller.tenant, id, None, page)
            .await?;
        let mut with_events = Vec::with_capacity(deliveries.len());
        for delivery in deliveries {
            let event = self.store.event(&caller.tenant, delivery.seq).await?;
            with_events.push((delivery, event));
        }
        Ok(with_events)
    }

    /// Delivers the events of a span of time once more, and says how many.
    ///
    /// # Errors
    /// When there is no such subscription, or the span holds too many events.
    pub async fn replay(
        &self,
        caller: &Caller,
        id: &SubscriptionId,
        (from, to): (jiff::Timestamp, jiff::Timestamp),
    ) -> Result<usize, Fault> {
        let subscription = self.read(caller, id).await?;
        let mut deliveries = Vec::new();
        let mut seq = 0;
        loop {
            let page = self
                .store
                .events_after(Some(&caller.tenant), seq, REPLAY_PAGE)
                .await?;
            let Some(last) = page.last() else { break };
            seq = last.seq;
            let past = last.at >= to;
            let wanted = page.into_iter().filter(|event| {
                (from..to).contains(&event.at)
                    && event.seq <= subscription.cursor // the rest is still to come by itself
                    && subscription.filter.wants(&event.kind, event.carrier.as_str())
            });
            deliveries.extend(wanted.map(|event| NewDelivery {
                id: DeliveryId::fresh(self.clock.now()),
                seq: event.seq,
                subject: event.subject,
            }));
            if deliveries.len() > REPLAY_MAX {
                let mut violations = Violations::new();
                let allowed = format!("a span of at most {REPLAY_MAX} events");
                violations.refuse("end_time", to, allowed);
                return Err(violations.into());
            }
            if past {
                break;
            }
        }
        let count = deliveries.len();
        let batch = Batch::of(&caller.tenant, self.clock.now()).replay(id, deliveries);
        self.store.apply(batch).await?;
        Ok(count)
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

fn fresh_secret() -> Secret {
    let bytes = [
        uuid::Uuid::new_v4().into_bytes(),
        uuid::Uuid::new_v4().into_bytes(),
    ]
    .concat();
    debug_assert_eq!(bytes.len(), SECRET_BYTES);
    Secret::from(format!("whsec_{}", STANDARD.encode(bytes)))
}

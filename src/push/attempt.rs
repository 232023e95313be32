//! One attempt at one delivery, and when there will be another.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use parcelgate_clock::SharedClock;
use parcelgate_store::{
    Batch, Claim, Delivery, DeliveryId, DeliveryReport, Error, Event, Neighbours, Result, Store,
    Subscription, SubscriptionChange, SubscriptionId, SubscriptionState,
};
use sha2::{Digest as _, Sha256};

use super::outlet::{Message, Outcome, Outlet};
use crate::config::PushConfig;

/// The longest pause that a receiver can ask for.
const PAUSE_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// How much longer than the post itself a claim lasts: for reading before it, reporting after it.
const LEASE_SPARE: Duration = Duration::from_secs(5);

/// Of how many failing subscriptions it is known that an operator was warned.
const WARNED_MAX: usize = 10_000;

/// Makes attempts and reports them.
#[derive(Debug)]
pub(super) struct Attempts {
    store: Arc<dyn Store>,
    clock: SharedClock,
    config: PushConfig,
    outlet: Arc<dyn Outlet>,
    /// Those of which an operator was warned.
    warned: Mutex<BTreeSet<SubscriptionId>>,
}

impl Attempts {
    /// Over this store, to this outlet.
    pub(super) fn new(
        store: Arc<dyn Store>,
        clock: SharedClock,
        config: PushConfig,
        outlet: Arc<dyn Outlet>,
    ) -> Self {
        Self {
            store,
            clock,
            config,
            outlet,
            warned: Mutex::default(),
        }
    }

    /// What the attempts are made of.
    pub(super) fn store(&self) -> &dyn Store {
        self.store.as_ref()
    }

    /// The time they go by.
    pub(super) fn clock(&self) -> &SharedClock {
        &self.clock
    }

    /// Takes deliveries that are due, at most so many, and of each subscription this part of what
    /// it may have at once: one at least.
    pub(super) async fn claim(&self, limit: usize, share: usize) -> Result<Vec<Delivery>> {
        let now = self.clock.now();
        let lease = Duration::from_millis(self.config.total_ms_max).saturating_add(LEASE_SPARE);
        let claim = Claim {
            now,
            lease_until: after(now, lease),
            limit: u32::try_from(limit).unwrap_or(u32::MAX),
        };
        let at_once = self.config.in_flight_max.checked_div(share).unwrap_or(0);
        let per_subscription = u32::try_from(at_once.max(1)).unwrap_or(u32::MAX);
        self.store.claim_deliveries(per_subscription, claim).await
    }

    /// Makes the attempt that was claimed, and says when the next one is due if there is one.
    pub(super) async fn make(&self, delivery: Delivery) -> Option<Timestamp> {
        match self.try_make(&delivery).await {
            Ok(next) => next,
            // Deleted meanwhile, or claimed by another after our lease: no longer ours to report.
            Err(Error::Missing(_) | Error::LeaseLost(_)) => None,
            Err(error) => {
                let id = &delivery.id;
                tracing::warn!(%error, delivery = %id, "an attempt was not kept; it comes again");
                None
            }
        }
    }

    async fn try_make(&self, delivery: &Delivery) -> Result<Option<Timestamp>> {
        let tenant = &delivery.tenant;
        let Some(event) = self.store.event(tenant, delivery.seq).await? else {
            let report = report(None, Some("the event is no longer kept"), None);
            let batch = Batch::of(tenant, self.clock.now());
            let batch = batch.report_delivery(&delivery.id, delivery.attempts, report);
            return self.store.apply(batch).await.map(|_| None);
        };
        // Last of all reads: nothing goes to who was deleted or paused since the claim.
        let subscription = self
            .store
            .subscription(tenant, &delivery.subscription)
            .await?;
        let Some(subscription) = subscription.filter(|to| to.state == SubscriptionState::Active)
        else {
            return Ok(None);
        };
        // What is asked for once more stands by itself.
        let beside = if delivery.replay {
            Neighbours::default()
        } else {
            self.store.neighbours(delivery).await?
        };
        if subscription.latest_only && beside.later {
            let batch = Batch::of(tenant, self.clock.now());
            let batch = batch.supersede_delivery(&delivery.id, delivery.attempts);
            return self.store.apply(batch).await.map(|_| None);
        }
        let outcome = self.send(&subscription, &event, delivery, &beside).await;
        self.keep(delivery, &beside, outcome).await
    }

    async fn send(
        &self,
        to: &Subscription,
        event: &Event,
        delivery: &Delivery,
        beside: &Neighbours,
    ) -> Outcome {
        let message = Message {
            event,
            replay: delivery.replay,
            missed: &beside.missed,
            at: self.clock.now(),
        };
        let outcome = self.outlet.send(to, message).await;
        metrics::counter!("push_attempts_total", "outcome" => outcome.name()).increment(1);
        outcome
    }

    async fn keep(
        &self,
        delivery: &Delivery,
        beside: &Neighbours,
        outcome: Outcome,
    ) -> Result<Option<Timestamp>> {
        let now = self.clock.now();
        let next = |pause| self.next_attempt(delivery, now, pause);
        let batch = Batch::of(&delivery.tenant, now);
        let (report, disabled) = match outcome {
            Outcome::Delivered { status } => {
                self.forget_warning(&delivery.subscription);
                let mut report = report(Some(status), None, None);
                report.told_missed = !beside.missed.is_empty();
                (report, None)
            }
            Outcome::Gone { status } => {
                let why = format!("answered {status}: wants no more");
                (report(Some(status), Some(&why), next(None)), Some(why))
            }
            Outcome::Failed {
                status, why, pause, ..
            } => {
                let disabled = self.failed_too_long(delivery, now).await?;
                (report(status, Some(&why), next(pause)), disabled)
            }
        };
        let (dead, retry_at) = (
            report.error.is_some() && report.retry_at.is_none(),
            report.retry_at,
        );
        let mut batch = batch.report_delivery(&delivery.id, delivery.attempts, report);
        if let Some(reason) = disabled {
            let id = &delivery.subscription;
            tracing::warn!(subscription = %id, reason, "a subscription is disabled");
            let state = Some((SubscriptionState::Disabled, Some(reason)));
            let change = SubscriptionChange {
                state,
                ..SubscriptionChange::default()
            };
            batch = batch.change_subscription(&delivery.subscription, change);
        }
        self.store.apply(batch).await?;
        if dead {
            let (id, to) = (&delivery.id, &delivery.subscription);
            tracing::warn!(delivery = %id, subscription = %to, "a delivery is given up");
        }
        Ok(retry_at)
    }

    /// After the pause that follows this attempt, up to a fifth longer or shorter so that not all
    /// who failed together come back together, and not before the receiver wants it. None after the
    /// last.
    fn next_attempt(
        &self,
        delivery: &Delivery,
        now: Timestamp,
        asked: Option<Duration>,
    ) -> Option<Timestamp> {
        let made = usize::try_from(delivery.attempts.saturating_sub(1)).ok()?;
        let usual = Duration::from_millis(*self.config.retry_ms.get(made)?);
        let share = permille(&delivery.id, delivery.attempts);
        let usual = usual.checked_mul(share).unwrap_or(Duration::MAX) / 1_000;
        Some(after(
            now,
            usual.max(asked.unwrap_or_default().min(PAUSE_MAX)),
        ))
    }

    /// Why the subscription is to be switched off, if every delivery has failed for so long. It is
    /// read again: another delivery may have arrived while this one failed.
    async fn failed_too_long(&self, delivery: &Delivery, now: Timestamp) -> Result<Option<String>> {
        let hours = self.config.disable_after_h;
        let limit = Duration::from_secs(hours.saturating_mul(60 * 60));
        let to = self
            .store
            .subscription(&delivery.tenant, &delivery.subscription)
            .await?;
        let Some(since) = to.and_then(|to: Subscription| to.failing_since) else {
            return Ok(None);
        };
        if after(since, limit) <= now {
            return Ok(Some(format!("every delivery failed since {since}")));
        }
        let early = Duration::from_secs(self.config.warn_after_h.saturating_mul(60 * 60));
        if after(since, early) <= now {
            self.warn(&delivery.subscription, since);
        }
        Ok(None)
    }

    /// Once, until something is delivered again.
    fn warn(&self, id: &SubscriptionId, since: Timestamp) {
        let mut warned = self.warned.lock().unwrap_or_else(PoisonError::into_inner);
        if warned.len() < WARNED_MAX && warned.insert(id.clone()) {
            tracing::warn!(subscription = %id, %since, "every delivery to a subscription fails");
        }
    }

    fn forget_warning(&self, id: &SubscriptionId) {
        let mut warned = self.warned.lock().unwrap_or_else(PoisonError::into_inner);
        warned.remove(id);
    }
}

fn report(status: Option<u16>, error: Option<&str>, retry_at: Option<Timestamp>) -> DeliveryReport {
    DeliveryReport {
        status,
        error: error.map(str::to_owned),
        retry_at,
        told_missed: false,
    }
}

fn after(at: Timestamp, pause: Duration) -> Timestamp {
    let pause = SignedDuration::try_from(pause).unwrap_or(SignedDuration::MAX);
    at.saturating_add(pause).unwrap_or(Timestamp::MAX)
}

/// 800 to 1200, and always the same for the same attempt.
fn permille(id: &DeliveryId, attempt: u32) -> u32 {
    let digest = Sha256::digest(format!("{id}/{attempt}"));
    let drawn = digest
        .first_chunk()
        .map_or(0, |bytes| u32::from_be_bytes(*bytes));
    800 + drawn % 401
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_are_spread_over_a_fifth_to_both_sides() {
        let id: DeliveryId = "d-1".parse().unwrap();
        let drawn: Vec<u32> = (0..10_000).map(|attempt| permille(&id, attempt)).collect();
        assert_eq!(
            (drawn.iter().min(), drawn.iter().max()),
            (Some(&800), Some(&1200))
        );
        let mean = drawn.iter().sum::<u32>() / 10_000;
        assert!((990..=1010).contains(&mean), "{mean}");
    }
}

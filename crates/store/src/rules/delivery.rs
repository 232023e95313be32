//! Deliveries: one after the other for each subscription and subject.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::ledger::{Ledger, Now};
use crate::{
    Delivery, DeliveryId, DeliveryReport, DeliveryState, Error, NewDelivery, Result,
    SubscriptionId, Tenant,
};

/// The queue of one subscription and subject. Only the first unfinished delivery in it has a time
/// of its next attempt; whoever writes gives one to the next when the first is finished.
pub(crate) type Lane = (Tenant, SubscriptionId, String);

/// From so many failures in a row on nobody tries for a while: for the first of these times, then
/// for twice as long, up to the second. A receiver that is dead costs one attempt in that.
const STRAIN_RESTS: u32 = 10;
const REST_FIRST: Duration = Duration::from_secs(5);
const REST_MAX: Duration = Duration::from_secs(60);

/// As much as is needed for the longest rest.
const STRAIN_MAX: u32 = STRAIN_RESTS + 4;

impl Ledger {
    pub(super) fn fan_out(
        &mut self,
        now: &Now<'_>,
        id: SubscriptionId,
        (from, to): (i64, i64),
        deliveries: Vec<NewDelivery>,
    ) -> Result<()> {
        let mut subscription = self.own_subscription(now, &id)?;
        let present = subscription.cursor;
        if present != from {
            return Err(Error::CursorMoved { id, present });
        }
        subscription.cursor = to;
        let row = (now.tenant.clone(), id.clone());
        self.subscriptions.put(row, subscription);
        self.add_deliveries(now, &id, deliveries, None);
        Ok(())
    }

    pub(super) fn replay(
        &mut self,
        now: &Now<'_>,
        id: SubscriptionId,
        not_before: Timestamp,
        deliveries: Vec<NewDelivery>,
    ) -> Result<()> {
        self.own_subscription(now, &id)?;
        self.add_deliveries(now, &id, deliveries, Some(not_before));
        Ok(())
    }

    fn add_deliveries(
        &mut self,
        now: &Now<'_>,
        id: &SubscriptionId,
        deliveries: Vec<NewDelivery>,
        replay_at: Option<Timestamp>,
    ) {
        for new in deliveries {
            let lane = (now.tenant.clone(), id.clone(), new.subject.clone());
            let delivery = Delivery {
                tenant: now.tenant.clone(),
                id: new.id,
                subscription: id.clone(),
                seq: new.seq,
                subject: new.subject,
                replay: replay_at.is_some(),
                state: DeliveryState::Pending,
                attempts: 0,
                next_attempt_at: None,
                last_status: None,
                last_error: None,
                created_at: now.at,
                finished_at: None,
            };
            self.add().release(lane, replay_at.unwrap_or(now.at));
            self.add().deliveries.push(delivery);
        }
    }

    pub(super) fn report_delivery(
        &mut self,
        now: &Now<'_>,
        id: DeliveryId,
        attempt: u32,
        report: DeliveryReport,
    ) -> Result<()> {
        let mut delivery = self.claimed_delivery(now, &id, attempt)?;
        delivery.last_status = report.status;
        delivery.next_attempt_at = None;
        let lane = lane_of(&delivery);
        delivery.state = match (&report.error, report.retry_at) {
            (None, _) => {
                if report.told_missed {
                    self.add().told.push((lane.clone(), delivery.seq));
                }
                DeliveryState::Delivered
            }
            (Some(_), Some(at)) => {
                delivery.next_attempt_at = Some(at);
                DeliveryState::Pending
            }
            (Some(_), None) => DeliveryState::Dead,
        };
        let failed = report.error.is_some();
        delivery.last_error = report.error;
        if delivery.state != DeliveryState::Pending {
            delivery.finished_at = Some(now.at);
            self.add().release(lane, now.at);
        }
        self.note_health(now, &delivery.subscription, failed)?;
        self.deliveries.put((now.tenant.clone(), id), delivery);
        Ok(())
    }

    pub(super) fn supersede_delivery(
        &mut self,
        now: &Now<'_>,
        id: DeliveryId,
        attempt: u32,
    ) -> Result<()> {
        let mut delivery = self.claimed_delivery(now, &id, attempt)?;
        delivery.state = DeliveryState::Superseded;
        delivery.next_attempt_at = None;
        delivery.finished_at = Some(now.at);
        self.add().release(lane_of(&delivery), now.at);
        self.deliveries.put((now.tenant.clone(), id), delivery);
        Ok(())
    }

    /// The delivery, if that attempt at it is under way.
    fn claimed_delivery(&self, now: &Now<'_>, id: &DeliveryId, attempt: u32) -> Result<Delivery> {
        let row = (now.tenant.clone(), id.clone());
        let Some(delivery) = self.deliveries.get(&row) else {
            return Err(Error::Missing(format!("delivery {id}")));
        };
        if delivery.state != DeliveryState::Pending || delivery.attempts != attempt {
            return Err(Error::LeaseLost(format!("delivery {id}")));
        }
        Ok(delivery.clone())
    }

    /// Keeps since when everything fails, and how much may be tried.
    fn note_health(&mut self, now: &Now<'_>, id: &SubscriptionId, failed: bool) -> Result<()> {
        let mut subscription = self.own_subscription(now, id)?;
        let healthy = subscription.failing_since.is_none() && subscription.strain == 0;
        if !failed && healthy {
            return Ok(());
        }
        if failed {
            subscription.failing_since = subscription.failing_since.or(Some(now.at));
            subscription.strain = subscription.strain.saturating_add(1).min(STRAIN_MAX);
            subscription.rest_until = rest(subscription.strain).map(|rest| after(now.at, rest));
        } else {
            subscription.failing_since = None;
            subscription.strain /= 2;
            subscription.rest_until = None;
        }
        let row = (now.tenant.clone(), id.clone());
        self.subscriptions.put(row, subscription);
        Ok(())
    }
}

fn lane_of(delivery: &Delivery) -> Lane {
    let (tenant, subscription) = (delivery.tenant.clone(), delivery.subscription.clone());
    (tenant, subscription, delivery.subject.clone())
}

/// How long nobody tries after so many failures.
fn rest(strain: u32) -> Option<Duration> {
    let doubled = strain.checked_sub(STRAIN_RESTS)?;
    let rest = REST_FIRST.saturating_mul(1_u32.checked_shl(doubled).unwrap_or(u32::MAX));
    Some(rest.min(REST_MAX))
}

fn after(at: Timestamp, pause: Duration) -> Timestamp {
    let pause = SignedDuration::try_from(pause).unwrap_or(SignedDuration::MAX);
    at.saturating_add(pause).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_dead_is_tried_once_a_minute() {
        let rests: Vec<u64> = (1..=STRAIN_MAX)
            .filter_map(|strain| Some(rest(strain)?.as_secs()))
            .collect();
        assert_eq!(rests, [5, 10, 20, 40, 60]);
        assert_eq!(rest(STRAIN_RESTS - 1), None);
    }
}

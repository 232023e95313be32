//! Deliveries: one after the other for each subscription and subject.

use super::ledger::{Ledger, Now};
use crate::{
    Delivery, DeliveryId, DeliveryReport, DeliveryState, Error, NewDelivery, Result,
    SubscriptionId, Tenant,
};

/// The queue of one subscription and subject. Only the first unfinished delivery in it has a time
/// of its next attempt; whoever writes gives one to the next when the first is finished.
pub(crate) type Lane = (Tenant, SubscriptionId, String);

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
        self.add_deliveries(now, &id, deliveries, false);
        Ok(())
    }

    pub(super) fn replay(
        &mut self,
        now: &Now<'_>,
        id: SubscriptionId,
        deliveries: Vec<NewDelivery>,
    ) -> Result<()> {
        self.own_subscription(now, &id)?;
        self.add_deliveries(now, &id, deliveries, true);
        Ok(())
    }

    fn add_deliveries(
        &mut self,
        now: &Now<'_>,
        id: &SubscriptionId,
        deliveries: Vec<NewDelivery>,
        replay: bool,
    ) {
        for new in deliveries {
            let lane = (now.tenant.clone(), id.clone(), new.subject.clone());
            let delivery = Delivery {
                tenant: now.tenant.clone(),
                id: new.id,
                subscription: id.clone(),
                seq: new.seq,
                subject: new.subject,
                replay,
                state: DeliveryState::Pending,
                attempts: 0,
                next_attempt_at: None,
                last_status: None,
                last_error: None,
                created_at: now.at,
                finished_at: None,
            };
            self.add().lanes.insert(lane, now.at);
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
        let row = (now.tenant.clone(), id);
        let Some(delivery) = self.deliveries.get(&row) else {
            return Err(Error::Missing(format!("delivery {}", row.1)));
        };
        let mut delivery = delivery.clone();
        if delivery.state != DeliveryState::Pending || delivery.attempts != attempt {
            return Err(Error::LeaseLost(format!("delivery {}", row.1)));
        }
        delivery.last_status = report.status;
        delivery.next_attempt_at = None;
        delivery.state = match (&report.error, report.retry_at) {
            (None, _) => DeliveryState::Delivered,
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
            let lane = (
                now.tenant.clone(),
                delivery.subscription.clone(),
                delivery.subject.clone(),
            );
            self.add().lanes.insert(lane, now.at);
        }
        self.note_health(now, &delivery.subscription, failed)?;
        self.deliveries.put(row, delivery);
        Ok(())
    }

    /// Keeps since when everything fails.
    fn note_health(&mut self, now: &Now<'_>, id: &SubscriptionId, failed: bool) -> Result<()> {
        let mut subscription = self.own_subscription(now, id)?;
        let since = match (failed, subscription.failing_since) {
            (true, None) => Some(now.at),
            (true, since) => since,
            (false, _) => None,
        };
        if subscription.failing_since != since {
            subscription.failing_since = since;
            let row = (now.tenant.clone(), id.clone());
            self.subscriptions.put(row, subscription);
        }
        Ok(())
    }
}

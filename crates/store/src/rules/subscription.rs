//! Subscriptions.

use super::ledger::{Ledger, Now};
use crate::{
    Error, NewSubscription, Result, Subscription, SubscriptionChange, SubscriptionId,
    SubscriptionState,
};

impl Ledger {
    pub(super) fn subscribe(&mut self, now: &Now<'_>, new: NewSubscription) -> Result<()> {
        let row = (now.tenant.clone(), new.id.clone());
        if self.subscriptions.get(&row).is_some() {
            return Err(Error::Taken(format!("subscription {}", new.id)));
        }
        let subscription = Subscription {
            tenant: now.tenant.clone(),
            id: new.id,
            url: new.url,
            secret: new.secret,
            filter: new.filter,
            state: SubscriptionState::Active,
            reason: None,
            cursor: self.seq(),
            created_at: now.at,
            failing_since: None,
        };
        self.subscriptions.put(row, subscription);
        Ok(())
    }

    pub(super) fn change_subscription(
        &mut self,
        now: &Now<'_>,
        id: SubscriptionId,
        change: SubscriptionChange,
    ) -> Result<()> {
        let mut subscription = self.own_subscription(now, &id)?;
        subscription.url = change.url.unwrap_or(subscription.url);
        subscription.secret = change.secret.unwrap_or(subscription.secret);
        subscription.filter = change.filter.unwrap_or(subscription.filter);
        if let Some((state, reason)) = change.state {
            subscription.state = state;
            subscription.reason = reason;
            if state == SubscriptionState::Active {
                subscription.failing_since = None;
            }
        }
        let row = (now.tenant.clone(), id);
        self.subscriptions.put(row, subscription);
        Ok(())
    }

    pub(super) fn unsubscribe(&mut self, now: &Now<'_>, id: SubscriptionId) -> Result<()> {
        self.own_subscription(now, &id)?;
        self.subscriptions.remove((now.tenant.clone(), id));
        Ok(())
    }

    pub(super) fn own_subscription(
        &self,
        now: &Now<'_>,
        id: &SubscriptionId,
    ) -> Result<Subscription> {
        let row = (now.tenant.clone(), id.clone());
        let subscription = self.subscriptions.get(&row).cloned();
        subscription.ok_or_else(|| Error::Missing(format!("subscription {id}")))
    }
}

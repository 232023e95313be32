//! Subscriptions.

use super::ledger::{Ledger, Now};
use crate::{
    Error, NewKeys, NewSubscription, Result, RetiredKeys, Subscription, SubscriptionChange,
    SubscriptionId, SubscriptionState,
};

/// How many replaced keys sign at most; the one replaced first goes first.
const RETIRED_MAX: usize = 10;

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
            keys: new.keys,
            retired: Vec::new(),
            filter: new.filter,
            latest_only: new.latest_only,
            state: SubscriptionState::Active,
            reason: None,
            cursor: self.seq(),
            created_at: now.at,
            failing_since: None,
            strain: 0,
            rest_until: None,
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
        if let Some(new) = change.keys {
            replace_keys(now, &mut subscription, new);
        }
        subscription.filter = change.filter.unwrap_or(subscription.filter);
        if let Some((state, reason)) = change.state {
            subscription.state = state;
            subscription.reason = reason;
            if state == SubscriptionState::Active {
                subscription.failing_since = None;
                subscription.strain = 0;
                subscription.rest_until = None;
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

fn replace_keys(now: &Now<'_>, subscription: &mut Subscription, new: NewKeys) {
    let replaced = std::mem::replace(&mut subscription.keys, new.keys);
    let retired = RetiredKeys {
        keys: replaced,
        until: new.overlap_until,
    };
    subscription.retired.insert(0, retired);
    subscription
        .retired
        .retain(|retired| retired.until > now.at);
    subscription.retired.truncate(RETIRED_MAX);
}

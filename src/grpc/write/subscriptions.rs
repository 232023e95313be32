//! Subscriptions and deliveries.

use parcelgate_domain::ExposeSecret;
use parcelgate_proto::v1;
use parcelgate_store::{Delivery, DeliveryState, Event, Subscription, SubscriptionState};

use super::time;
use crate::push::keys;

/// A subscription; its secret only for the reply that made it.
pub(in crate::grpc) fn subscription(
    subscription: &Subscription,
    with_secret: bool,
) -> v1::Subscription {
    let state = match subscription.state {
        SubscriptionState::Active => v1::subscription::State::Active,
        SubscriptionState::Paused => v1::subscription::State::Paused,
        SubscriptionState::Disabled => v1::subscription::State::Disabled,
    };
    let secret = if with_secret {
        subscription.keys.secret.expose_secret()
    } else {
        ""
    };
    let private = subscription.keys.private.as_ref();
    v1::Subscription {
        name: format!("subscriptions/{}", subscription.id),
        url: subscription.url.clone(),
        kinds: subscription.filter.kinds.clone(),
        state: state.into(),
        state_reason: subscription.reason.clone().unwrap_or_default(),
        secret: secret.to_owned(),
        create_time: Some(time(subscription.created_at)),
        public_key: private.and_then(keys::public).unwrap_or_default(),
        latest_only: subscription.latest_only,
        failing_since_time: subscription.failing_since.map(time),
    }
}

pub(in crate::grpc) fn delivery(delivery: &Delivery, event: Option<&Event>) -> v1::Delivery {
    let state = match delivery.state {
        DeliveryState::Pending => v1::delivery::State::Pending,
        DeliveryState::Delivered => v1::delivery::State::Delivered,
        DeliveryState::Dead => v1::delivery::State::Dead,
        DeliveryState::Superseded => v1::delivery::State::Superseded,
    };
    v1::Delivery {
        event_uid: event.map_or_else(String::new, |event| event.uid.to_string()),
        kind: event.map_or_else(String::new, |event| event.kind.clone()),
        subject: delivery.subject.clone(),
        state: state.into(),
        attempts: delivery.attempts,
        last_status: delivery.last_status.map_or(0, u32::from),
        last_error: delivery.last_error.clone().unwrap_or_default(),
        next_attempt_time: delivery.next_attempt_at.map(time),
        name: format!(
            "subscriptions/{}/deliveries/{}",
            delivery.subscription, delivery.id
        ),
        replay: delivery.replay,
        update_time: Some(time(delivery.finished_at.unwrap_or(delivery.created_at))),
    }
}

//! The demo's webhook subscription: made at the gateway, received by the demo itself.

use parcelgate_proto::v1::delivery::State;
use parcelgate_proto::v1::{CreateSubscriptionRequest, ListDeliveriesRequest, Subscription};
use uuid::Uuid;

use super::receiver::{Receiver, Tally};
use crate::cli::connect::Gate;

const PAGE: i32 = 1000;

/// A subscription and its receiver.
#[derive(Debug)]
pub(crate) struct Subscribed {
    gate: Gate,
    name: String,
    receiver: Receiver,
}

/// What the gateway says of its deliveries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Deliveries {
    /// Events that arrived.
    pub(crate) delivered: usize,
    /// Events that are still on their way.
    pub(crate) pending: usize,
}

impl Subscribed {
    /// Starts a receiver and subscribes it to everything that happens from now on.
    ///
    /// # Errors
    /// When no port is free or the gateway refuses.
    pub(crate) async fn make(gate: Gate) -> anyhow::Result<Self> {
        let receiver = Receiver::start().await?;
        let request = CreateSubscriptionRequest {
            subscription: Some(Subscription {
                url: receiver.url(),
                ..Subscription::default()
            }),
            request_id: Uuid::now_v7().to_string(),
        };
        let reply = gate
            .subscriptions()
            .create_subscription(gate.ask(request))
            .await?;
        let made = reply.into_inner();
        receiver.trust(&made.secret)?;
        Ok(Self {
            gate,
            name: made.name,
            receiver,
        })
    }

    /// Where events go.
    pub(crate) fn url(&self) -> String {
        self.receiver.url()
    }

    /// What the receiver has received.
    pub(crate) fn tally(&self) -> Tally {
        self.receiver.tally()
    }

    /// What the gateway has delivered.
    ///
    /// # Errors
    /// When the gateway does not answer.
    pub(crate) async fn deliveries(&self) -> anyhow::Result<Deliveries> {
        let mut found = Deliveries::default();
        let mut page_token = String::new();
        loop {
            let request = ListDeliveriesRequest {
                parent: self.name.clone(),
                page_size: PAGE,
                page_token,
                ..ListDeliveriesRequest::default()
            };
            let mut subscriptions = self.gate.subscriptions();
            let reply = subscriptions
                .list_deliveries(self.gate.ask(request))
                .await?;
            let page = reply.into_inner();
            for delivery in &page.deliveries {
                match delivery.state() {
                    State::Delivered => found.delivered += 1,
                    State::Pending => found.pending += 1,
                    State::Unspecified | State::Dead | State::Superseded => {}
                }
            }
            if page.next_page_token.is_empty() {
                return Ok(found);
            }
            page_token = page.next_page_token;
        }
    }
}

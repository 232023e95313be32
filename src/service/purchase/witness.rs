//! Keeps what a carrier answered to a paid request before anyone interprets it, so that a crash or
//! a mistake in reading it loses nothing that was paid for.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use parcelgate_carrier::{Exchange, Intent, Repeat, Request, Response, Result};
use parcelgate_clock::SharedClock;
use parcelgate_store::{Batch, Evidence, ShipmentId, Store, Tenant};

/// The account's door, with a witness at it.
pub(super) struct Witness<'a> {
    pub(super) door: &'a dyn Exchange,
    pub(super) store: &'a Arc<dyn Store>,
    pub(super) clock: &'a SharedClock,
    pub(super) tenant: &'a Tenant,
    pub(super) shipment: &'a ShipmentId,
    pub(super) epoch: i64,
}

#[async_trait]
impl Exchange for Witness<'_> {
    async fn exchange(&self, request: Request) -> Result<Response> {
        let paid = request
            .extensions()
            .get::<Intent>()
            .is_some_and(|intent| intent.repeat == Repeat::OnlyIfUnsent);
        let sent_at = self.clock.now();
        let response = self.door.exchange(request).await?;
        if paid {
            self.keep(&response, sent_at).await;
        }
        Ok(response)
    }
}

impl Witness<'_> {
    async fn keep(&self, response: &Response, sent_at: Timestamp) {
        let evidence = Evidence {
            shipment: self.shipment.clone(),
            epoch: self.epoch,
            sent_at,
            reply: response.body().to_vec().into(),
        };
        let batch = Batch::of(self.tenant, self.clock.now()).keep_evidence(evidence);
        if let Err(error) = self.store.apply(batch).await {
            // The outcome may still be stored; without it the purchase is settled by look-up.
            tracing::error!(shipment = %self.shipment, %error, "the carrier's answer was not kept");
        }
    }
}

//! What a caller was told at the end of a purchase is told again.

use parcelgate_store::{Purchase, RequestKey, ShipmentId};

use super::{PurchaseRequest, Purchases, method};
use crate::service::{Caller, Fault};

/// The shipment that a request id was reserved for.
pub(super) fn shipment_of(subject: &str) -> Result<ShipmentId, Fault> {
    let id = subject.strip_prefix("shipments/");
    let id = id.and_then(|id| id.parse().ok());
    id.ok_or_else(|| Fault::NotFound(subject.to_owned()))
}

impl Purchases {
    /// What was told at the end of the same purchase before, as long as that is kept; none when it
    /// is not, or there was no end yet.
    ///
    /// # Errors
    /// When the `request_id` was used with another body.
    pub async fn again(
        &self,
        caller: &Caller,
        request: &PurchaseRequest,
    ) -> Result<Option<Purchase>, Fault> {
        let key = RequestKey {
            method: method(request.direction).to_owned(),
            request_id: request.request_id.clone(),
        };
        let Some(known) = self.store.reservation(&caller.tenant, &key).await? else {
            return Ok(None);
        };
        if known.body_sha256 != request.body_sha256 {
            return Err(Fault::RequestIdReused);
        }
        let purchase = self.read(caller, &shipment_of(&known.subject)?).await?;
        let (purchase, kept) = self.as_told(purchase).await?;
        Ok(kept.then_some(purchase))
    }

    /// The purchase as its caller is told it, and whether that is what is told again: where it
    /// stands, unless there is an end that is kept.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn as_told(&self, purchase: Purchase) -> Result<(Purchase, bool), Fault> {
        let reply = self.store.reply(&purchase.tenant, &purchase.id).await?;
        let (kept, now) = (self.config.reply_kept(), self.clock.now());
        let reply = reply.filter(|reply| now.duration_since(reply.at) < kept);
        Ok(match reply {
            Some(reply) => (reply.told(purchase), true),
            None => (purchase, false),
        })
    }
}

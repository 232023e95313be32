//! What a caller was told at the end of a purchase is told again.

use parcelgate_carrier::{Direction, Lane};
use parcelgate_store::{Purchase, Reply, RequestKey, ShipmentId};

use super::{Purchases, method};
use crate::service::{Caller, Fault};

/// The shipment that a request id was reserved for.
pub(super) fn shipment_of(subject: &str) -> Result<ShipmentId, Fault> {
    let id = subject.strip_prefix("shipments/");
    let id = id.and_then(|id| id.parse().ok());
    id.ok_or_else(|| Fault::NotFound(subject.to_owned()))
}

/// A request by its key, before anything else of it is read.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The caller's key.
    pub request_id: String,
    /// Digest of the whole request, as it was sent.
    pub body_sha256: [u8; 32],
}

impl Purchases {
    /// The purchase that was begun by the same request; none when there is none. What is configured
    /// by now, and what a request may say, does not matter.
    ///
    /// # Errors
    /// When the `request_id` was used with another body.
    pub async fn known(
        &self,
        caller: &Caller,
        direction: Direction,
        asked: &Asked,
    ) -> Result<Option<Purchase>, Fault> {
        let key = RequestKey {
            method: method(direction).to_owned(),
            request_id: asked.request_id.clone(),
        };
        let Some(known) = self.store.reservation(&caller.tenant, &key).await? else {
            return Ok(None);
        };
        let id = shipment_of(&known.subject)?;
        if known.body_sha256 != asked.body_sha256 {
            return Err(Fault::PurchaseIdReused(id));
        }
        Ok(Some(self.read(caller, &id).await?))
    }

    /// Goes on with a purchase that is [`known`](Self::known), and waits for its end.
    ///
    /// # Errors
    /// As [`purchase`](Self::purchase).
    pub async fn go_on(
        &self,
        caller: &Caller,
        purchase: Purchase,
        lane: Lane,
    ) -> Result<Purchase, Fault> {
        self.finish(caller, purchase, lane).await
    }

    /// The purchase as its caller is told it, and whether that is what is told again: where it
    /// stands, unless there is an end that is kept.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn as_told(&self, purchase: Purchase) -> Result<(Purchase, bool), Fault> {
        Ok(match self.kept(&purchase).await? {
            Some(reply) => (reply.told(purchase), true),
            None => (purchase, false),
        })
    }

    /// What its caller was told at the end of `purchase` and is told again.
    pub(in crate::service) async fn kept(
        &self,
        purchase: &Purchase,
    ) -> Result<Option<Reply>, Fault> {
        let reply = self.store.reply(&purchase.tenant, &purchase.id).await?;
        let (kept, now) = (self.config.reply_kept(), self.clock.now());
        Ok(reply.filter(|reply| {
            now.duration_since(reply.at) < kept && !reply.is_denied_by(purchase.version.state)
        }))
    }
}

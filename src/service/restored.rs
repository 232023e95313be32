//! What is done to a store that was restored from a backup, before a gateway uses it: the world has
//! moved on since the backup was taken.
//!
//! What the backup has as SENDING, UNKNOWN or to be voided is looked up by the gateway in any case.
//! What it has as ACCEPTED may have been sent since, and would be sent again.

use std::sync::Arc;

use jiff::Timestamp;
use parcelgate_carrier::Kind;
use parcelgate_domain::PurchaseState;
use parcelgate_store::{
    Batch, Error, Fault as Kept, KeyId, Purchase, Result, Step, Store, Tenant, Version,
};

/// How many purchases are looked at; more are never unsettled at once.
const UNSETTLED_MAX: u32 = 1_000_000;

/// What became of what the backup has as accepted.
#[derive(Debug, Default)]
pub struct Doubts {
    /// UNKNOWN now.
    pub unknown: Vec<Purchase>,
    /// CANCELLED now: they wait for a void, so that the store does not let them be sent; a person
    /// must look them up.
    pub cancelled: Vec<Purchase>,
}

/// Puts in doubt what was accepted: the gateway then looks it up and never sends it.
///
/// # Errors
/// When the store fails.
pub async fn doubt(store: &Arc<dyn Store>, now: Timestamp) -> Result<Doubts> {
    let unsettled = store.unsettled(now, Timestamp::MAX, UNSETTLED_MAX).await?;
    let mut doubts = Doubts::default();
    for purchase in unsettled {
        if purchase.version.state != PurchaseState::Accepted {
            continue;
        }
        let sending = Version {
            state: PurchaseState::Sending,
            epoch: purchase.version.epoch.saturating_add(1),
        };
        let batch = Batch::of(&purchase.tenant, now)
            .advance(
                &purchase.id,
                purchase.version,
                Step::Sending { lease_until: now },
            )
            .advance(&purchase.id, sending, Step::Unknown(restored()));
        match store.apply(batch).await {
            Ok(applied) => doubts.unknown.extend(applied.shipments.into_iter().last()),
            Err(Error::Illegal { .. }) => {
                let end = Step::Cancelled(Some(restored()));
                let batch = Batch::of(&purchase.tenant, now);
                let batch = batch.advance(&purchase.id, purchase.version, end);
                doubts.cancelled.extend(store.apply(batch).await?.shipments);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(doubts)
}

/// Ends API keys once more that were ended since the backup.
///
/// # Errors
/// When the store fails.
pub async fn revoke(
    store: &Arc<dyn Store>,
    keys: &[(Tenant, KeyId)],
    now: Timestamp,
) -> Result<()> {
    for (tenant, key) in keys {
        let batch = Batch::of(tenant, now).revoke_key(key);
        store.apply(batch).await?;
    }
    Ok(())
}

fn restored() -> Kept {
    Kept {
        kind: Kind::OutcomeUnknown.name().to_owned(),
        code: None,
        text: "restored from a backup: it may have been sent since".to_owned(),
    }
}

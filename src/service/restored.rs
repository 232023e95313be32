//! What is done to a store that was restored from a backup, before a gateway uses it: the world has
//! moved on since the backup was taken.
//!
//! What it has as ACCEPTED may have been sent since, and would be sent again. What it has as
//! SENDING, UNKNOWN or without a label may have been bought, printed and stuck on a parcel since:
//! where the carrier gives no label again, it must not be voided for want of one.

use std::sync::Arc;

use jiff::Timestamp;
use parcelgate_carrier::Kind;
use parcelgate_domain::PurchaseState;
use parcelgate_store::{
    Batch, Error, Fault as Kept, KeyId, Page, Purchase, Result, Step, Store, Tenant, Version,
};

/// How many purchases of an account are looked at; more are never unsettled at once.
const UNSETTLED_MAX: u32 = 1_000_000;

/// What became of what was under way when the backup was taken.
#[derive(Debug, Default)]
pub struct Doubts {
    /// UNKNOWN now.
    pub unknown: Vec<Purchase>,
    /// NEEDS_REVIEW now.
    pub in_review: Vec<Purchase>,
    /// CANCELLED now: they wait for a void, so that the store does not let them be sent; a person
    /// must look them up.
    pub cancelled: Vec<Purchase>,
}

/// Puts in doubt what was under way: the gateway then looks it up and never sends it.
///
/// # Errors
/// When the store fails.
pub async fn doubt(store: &Arc<dyn Store>, now: Timestamp) -> Result<Doubts> {
    // Whoever held a lease is no more.
    let (leases_over, any) = (Timestamp::MAX, Timestamp::MAX);
    let mut unsettled = Vec::new();
    for account in store.unsettled_accounts().await? {
        let page = Page::first(UNSETTLED_MAX);
        let own = store.unsettled(&account, (leases_over, any), page);
        unsettled.extend(own.await?);
    }
    let mut doubts = Doubts::default();
    for purchase in unsettled {
        let state = purchase.version.state;
        let unknown = Step::Unknown(restored());
        match state {
            PurchaseState::Accepted => match send(store, &purchase, unknown, now).await {
                Err(Error::Illegal { .. }) => {
                    let end = Step::Cancelled(Some(restored()));
                    let cancelled = advance(store, &purchase, end, now).await?;
                    doubts.cancelled.extend(cancelled);
                }
                doubted => doubts.unknown.extend(doubted?),
            },
            PurchaseState::Sending => {
                let doubted = advance(store, &purchase, unknown, now).await?;
                doubts.unknown.extend(doubted);
            }
            PurchaseState::Unknown | PurchaseState::PurchasedNoLabel => {
                let review = Step::NeedsReview(restored());
                let reviewed = advance(store, &purchase, review, now).await?;
                doubts.in_review.extend(reviewed);
            }
            PurchaseState::Purchased
            | PurchaseState::Rejected
            | PurchaseState::Absent
            | PurchaseState::NeedsReview
            | PurchaseState::Cancelled
            | PurchaseState::VoidWanted
            | PurchaseState::Voiding
            | PurchaseState::Voided
            | PurchaseState::VoidRefused
            | PurchaseState::VoidUnknown => {}
        }
    }
    Ok(doubts)
}

/// As if it had been sent, which nobody can tell.
async fn send(
    store: &Arc<dyn Store>,
    purchase: &Purchase,
    unknown: Step,
    now: Timestamp,
) -> Result<Option<Purchase>> {
    let sending = Version {
        state: PurchaseState::Sending,
        epoch: purchase.version.epoch.saturating_add(1),
    };
    let send = Step::Sending { lease_until: now };
    let batch = Batch::of(&purchase.tenant, now)
        .restoring()
        .advance(&purchase.id, purchase.version, send)
        .advance(&purchase.id, sending, unknown);
    Ok(store.apply(batch).await?.shipments.into_iter().last())
}

async fn advance(
    store: &Arc<dyn Store>,
    purchase: &Purchase,
    step: Step,
    now: Timestamp,
) -> Result<Option<Purchase>> {
    let batch = Batch::of(&purchase.tenant, now).restoring();
    let batch = batch.advance(&purchase.id, purchase.version, step);
    Ok(store.apply(batch).await?.shipments.into_iter().last())
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

#[cfg(test)]
mod tests;

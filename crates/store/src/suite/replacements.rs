//! What is bought instead of something else is not bought before that is void, and once.

use std::sync::Arc;

use parcelgate_domain::PurchaseState;

use super::make::{accept, at, batch, fault, purchase, request, tenant};
use super::{Case, Outcome, Place};
use crate::{
    Batch, Error, NewPurchase, Page, Purchase, ReplaceReason, Replaces, ShipmentId, ShipmentNews,
    Step, Store, Tenant,
};

type Made<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::new("replacements::one_batch_links_both", linked),
        Case::new(
            "replacements::nothing_is_sent_before_the_void",
            after_the_void,
        ),
        Case::new("replacements::one_at_a_time", one_at_a_time),
        Case::new("replacements::it_is_no_twin_of_what_it_replaces", no_twin),
        Case::new("replacements::somebody_sees_to_it_at_once", unsettled),
        Case::new("replacements::nobody_replaces_what_is_anothers", anothers),
    ]
}

fn instead(number: usize, original: &ShipmentId, awaits_void: bool) -> Made<NewPurchase> {
    Ok(NewPurchase {
        replaces: Some(Replaces {
            shipment: original.clone(),
            reason: ReplaceReason::AddressCorrected,
            awaits_void,
        }),
        ..purchase(number)?
    })
}

fn begun(now: i64, number: usize, original: &Purchase) -> Made<Batch> {
    let new = instead(number, &original.id, true)?;
    Ok(batch(now).accept(new, request(number), [7; 32]).advance(
        &original.id,
        original.version,
        Step::VoidWanted(None),
    ))
}

async fn step(store: &dyn Store, purchase: &Purchase, step: Step) -> Result<Purchase, Error> {
    let batch = batch(5).advance(&purchase.id, purchase.version, step);
    let applied = store.apply(batch).await?;
    let missing = || Error::Missing("shipment".to_owned());
    applied.shipments.into_iter().next().ok_or_else(missing)
}

async fn bought(store: &dyn Store, number: usize) -> Made<Purchase> {
    store.apply(accept(batch(0), number)?).await?;
    let id = purchase(number)?.id;
    let new = store.shipment(&tenant(), &id).await?.ok_or("accepted")?;
    let lease_until = at(60);
    let sending = step(store, &new, Step::Sending { lease_until }).await?;
    let sold = super::make::bought(number, Vec::new())?;
    Ok(step(store, &sending, Step::Bought(sold)).await?)
}

async fn read(store: &dyn Store, id: &ShipmentId) -> Made<Purchase> {
    Ok(store.shipment(&tenant(), id).await?.ok_or("the shipment")?)
}

async fn linked(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let original = bought(&*store, 1).await?;
    let applied = store.apply(begun(1, 2, &original)?).await?;
    let [new, old] = applied.shipments.as_slice() else {
        return Err("two shipments".into());
    };
    assert_eq!(
        new.replaces.as_ref().map(|one| &one.shipment),
        Some(&original.id)
    );
    assert_eq!(old.replaced_by.as_ref(), Some(&new.id));
    assert_eq!(old.version.state, PurchaseState::VoidWanted);
    // As it was answered, so it is kept; and so it is told.
    assert_eq!(
        (
            &read(&*store, &new.id).await?,
            &read(&*store, &old.id).await?
        ),
        (new, old)
    );
    let mut told = store.events_after(None, 0, 100).await?.into_iter().rev();
    let told = [
        told.next().ok_or("an event")?,
        told.next().ok_or("another")?,
    ];
    let [of_old, of_new] = told.map(|event| serde_json::from_str::<ShipmentNews>(&event.data));
    assert_eq!(of_old?.replaced_by, old.replaced_by);
    assert_eq!(of_new?.replaces, new.replaces);
    // Of two who begin at once, one does: the other finds the original elsewhere.
    let refused = store.apply(begun(2, 3, &original)?).await;
    assert!(matches!(refused, Err(Error::Replaced(_))), "{refused:?}");
    assert!(store.shipment(&tenant(), &purchase(3)?.id).await?.is_none());
    Ok(())
}

async fn after_the_void(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let original = bought(&*store, 1).await?;
    store.apply(begun(1, 2, &original)?).await?;
    let new = read(&*store, &purchase(2)?.id).await?;
    let lease_until = at(60);
    let sending = || Step::Sending { lease_until };
    let steps = [
        Step::Voiding { lease_until },
        Step::VoidUnknown(fault("OUTCOME_UNKNOWN")),
        Step::Voiding { lease_until },
        Step::Voided,
    ];
    for next in steps {
        let refused = step(&*store, &new, sending()).await;
        assert!(matches!(refused, Err(Error::Illegal { .. })), "{refused:?}");
        let old = read(&*store, &original.id).await?;
        step(&*store, &old, next).await?;
    }
    let store = place.open().await?;
    let sent = step(&*store, &new, sending()).await?;
    assert_eq!(sent.version.state, PurchaseState::Sending);
    // What awaits no void is sent at once.
    let other = bought(&*store, 3).await?;
    let kept = batch(1).accept(instead(4, &other.id, false)?, request(4), [7; 32]);
    store.apply(kept).await?;
    let kept = read(&*store, &purchase(4)?.id).await?;
    step(&*store, &kept, sending()).await?;
    Ok(())
}

async fn one_at_a_time(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let original = bought(&*store, 1).await?;
    store.apply(begun(1, 2, &original)?).await?;
    let new = purchase(2)?.id;
    let again = |number| -> Made<Batch> {
        let new = instead(number, &original.id, true)?;
        Ok(batch(2).accept(new, request(number), [7; 32]))
    };
    let refused = store.apply(again(3)?).await;
    assert!(
        matches!(&refused, Err(Error::Replaced(by)) if *by == new),
        "{refused:?}"
    );
    // Once it has come to nothing, another may be: also in the same batch.
    let given_up = again(4)?;
    let version = read(&*store, &new).await?.version;
    let cancelled = batch(2).advance(&new, version, Step::Cancelled(None));
    store.apply(cancelled).await?;
    assert_eq!(read(&*store, &original.id).await?.replaced_by, None);
    store.apply(given_up).await?;
    let by = read(&*store, &original.id).await?.replaced_by;
    assert_eq!(by, Some(purchase(4)?.id));
    Ok(())
}

async fn no_twin(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let twin = || Some("the same".to_owned());
    let first = NewPurchase {
        twin: twin(),
        ..purchase(1)?
    };
    store
        .apply(batch(0).accept(first, request(1), [7; 32]))
        .await?;
    let first = read(&*store, &purchase(1)?.id).await?;
    let new = NewPurchase {
        twin: twin(),
        ..instead(2, &first.id, true)?
    };
    store
        .apply(batch(1).accept(new, request(2), [7; 32]))
        .await?;
    // Both stand, and any third is a twin: also once the first has come to nothing.
    let third = |number| -> Made<Batch> {
        let new = NewPurchase {
            twin: twin(),
            ..purchase(number)?
        };
        Ok(batch(2).accept(new, request(number), [7; 32]))
    };
    let refused = store.apply(third(3)?).await;
    assert!(matches!(refused, Err(Error::Twin(_))), "{refused:?}");
    let cancel = batch(3).advance(&first.id, first.version, Step::Cancelled(None));
    let (cancelled, refused) = futures::join!(store.apply(cancel), store.apply(third(4)?));
    cancelled?;
    assert!(matches!(refused, Err(Error::Twin(_))), "{refused:?}");
    let refused = store.apply(third(5)?).await;
    let only = purchase(2)?.id;
    assert!(
        matches!(&refused, Err(Error::Twin(id)) if *id == only),
        "{refused:?}"
    );
    Ok(())
}

async fn unsettled(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let original = bought(&*store, 1).await?;
    store.apply(begun(10, 2, &original)?).await?;
    let kept = bought(&*store, 3).await?;
    let kept = batch(10).accept(instead(4, &kept.id, false)?, request(4), [7; 32]);
    store.apply(kept).await?;
    let account = purchase(1)?.account;
    let (times, page) = ((at(11), at(5)), Page::first(10));
    let found = store.unsettled(&account, times, page).await?;
    let mut found: Vec<_> = found.into_iter().map(|one| one.id).collect();
    found.sort();
    // Number 3 waits for its label.
    assert_eq!(found, [purchase(1)?.id, purchase(2)?.id, purchase(3)?.id]);
    Ok(())
}

async fn anothers(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let original = bought(&*store, 1).await?;
    let stranger: Tenant = "stranger".parse()?;
    let new = instead(2, &original.id, true)?;
    let refused = store
        .apply(Batch::of(&stranger, at(1)).accept(new, request(2), [7; 32]))
        .await;
    assert!(matches!(refused, Err(Error::Missing(_))), "{refused:?}");
    assert_eq!(read(&*store, &original.id).await?.replaced_by, None);
    Ok(())
}

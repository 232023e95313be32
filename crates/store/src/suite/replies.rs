//! What a caller was told at the end of a purchase is told again, for a while.

use std::sync::Arc;

use parcelgate_domain::{LabelFormat, PurchaseState};

use super::make::{accept, at, batch, bought, fault, label, purchase, request, tenant, walk};
use super::{Case, Outcome, Place};
use crate::{Error, NewPurchase, Purchase, ReplaceReason, Replaces, Step, Store};

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::new("replies::the_first_end_is_told_again", first_end),
        Case::new("replies::what_a_person_finds_is_told_instead", found),
        Case::new("replies::what_was_replaced_is_told_with_it", both),
        Case::new("replies::what_has_no_end_is_told_as_it_stands", no_end),
        Case::new(
            "replies::they_are_kept_with_the_outcome_or_not",
            with_outcome,
        ),
        Case::new("replies::the_oldest_are_forgotten_and_no_others", forgotten),
    ]
}

type Made<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Purchase `number` along `steps`, all at second `now`.
async fn bring(store: &dyn Store, number: usize, now: i64, steps: Vec<Step>) -> Made<Purchase> {
    let id = purchase(number)?.id;
    let (batch, _) = walk(accept(batch(now), number)?, &id, steps);
    let mut stands = store.apply(batch).await?.shipments;
    Ok(stands.pop().ok_or("a shipment")?)
}

fn sending() -> Step {
    let lease_until = at(60);
    Step::Sending { lease_until }
}

fn sold(number: usize) -> Made<Step> {
    let labels = vec![label(LabelFormat::Pdf, "one")];
    Ok(Step::Bought(bought(number, labels)?))
}

/// Takes it further from where it stands, a second later.
async fn go_on(store: &dyn Store, from: &Purchase, step: Step) -> Made<Purchase> {
    let batch = batch(100).advance(&from.id, from.version, step);
    let mut stands = store.apply(batch).await?.shipments;
    Ok(stands.pop().ok_or("a shipment")?)
}

async fn first_end(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let first = bring(&*store, 1, 7, vec![sending(), sold(1)?]).await?;
    let wanted = go_on(&*store, &first, Step::VoidWanted(Some(fault("REFUSED")))).await?;
    let lease_until = at(60);
    let voiding = go_on(&*store, &wanted, Step::Voiding { lease_until }).await?;
    let voided = go_on(&*store, &voiding, Step::Voided).await?;
    store.close().await;

    let store = place.open().await?;
    let reply = store.reply(&tenant(), &first.id).await?.ok_or("a reply")?;
    assert_eq!(reply.at, at(7));
    assert_eq!(reply.told(voided), first);
    let stands = store.shipment(&tenant(), &first.id).await?;
    let stands = stands.ok_or("the shipment")?.version.state;
    assert_eq!(stands, PurchaseState::Voided);

    let unknown = Step::Unknown(fault("OUTCOME_UNKNOWN"));
    let absent = bring(&*store, 2, 7, vec![sending(), unknown, Step::Absent]).await?;
    let orphan = Step::Orphaned(
        bought(2, vec![label(LabelFormat::Pdf, "two")])?,
        fault("LATE"),
    );
    let orphan = go_on(&*store, &absent, orphan).await?;
    let reply = store.reply(&tenant(), &orphan.id).await?.ok_or("a reply")?;
    assert_eq!(reply.told(orphan), absent);
    Ok(())
}

/// Told as not bought, and then found to be bought after all.
async fn found(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let unknown = Step::Unknown(fault("OUTCOME_UNKNOWN"));
    let absent = bring(&*store, 1, 7, vec![sending(), unknown, Step::Absent]).await?;
    let lease_until = at(60);
    let mut stands = absent.clone();
    let sold_late = bought(1, vec![label(LabelFormat::Pdf, "one")])?;
    for step in [
        Step::Orphaned(sold_late.clone(), fault("LATE")),
        Step::Voiding { lease_until },
        Step::VoidRefused(fault("REFUSED")),
    ] {
        stands = go_on(&*store, &stands, step).await?;
        let reply = store.reply(&tenant(), &stands.id).await?.ok_or("a reply")?;
        assert!(!reply.is_denied_by(stands.version.state), "{stands:?}");
        assert_eq!(reply.told(stands.clone()), absent);
    }
    let in_review = go_on(&*store, &stands, Step::NeedsReview(fault("REFUSED"))).await?;
    let reply = store.reply(&tenant(), &stands.id).await?.ok_or("a reply")?;
    assert!(reply.is_denied_by(in_review.version.state));
    let in_hand = go_on(&*store, &in_review, Step::InHand(sold_late)).await?;
    let voided = go_on(&*store, &in_hand, Step::VoidWanted(None)).await?;
    let reply = store.reply(&tenant(), &stands.id).await?.ok_or("a reply")?;
    assert!(!reply.is_denied_by(voided.version.state));
    assert_eq!(reply.at, at(100));
    assert_eq!(reply.told(voided), in_hand);
    Ok(())
}

/// A replacement is told with its original as that was then.
async fn both(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let first = bring(&*store, 1, 7, vec![sending(), sold(1)?]).await?;
    let new = NewPurchase {
        replaces: Some(Replaces {
            shipment: first.id.clone(),
            reason: ReplaceReason::Lost,
            awaits_void: false,
        }),
        ..purchase(2)?
    };
    let accepted = batch(8).accept(new, request(2), [7; 32]);
    let mut second = store.apply(accepted).await?.shipments.pop().ok_or("one")?;
    for step in [sending(), sold(2)?] {
        second = go_on(&*store, &second, step).await?;
    }
    let read = async || {
        let original = store.shipment(&tenant(), &first.id).await?;
        Made::Ok(original.ok_or("the original")?)
    };
    let then = read().await?;
    assert_eq!(then.replaced_by.as_ref(), Some(&second.id));
    go_on(&*store, &then, Step::VoidWanted(None)).await?;
    let later = go_on(&*store, &second, Step::VoidWanted(None)).await?;
    let reply = store.reply(&tenant(), &second.id).await?.ok_or("a reply")?;
    let told = reply.told_both(later, read().await?);
    assert_eq!(told, (second, then));
    Ok(())
}

async fn no_end(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let unknown = Step::Unknown(fault("OUTCOME_UNKNOWN"));
    let ways = [
        vec![],
        vec![sending()],
        vec![sending(), unknown],
        vec![sending(), Step::Rejected(fault("REFUSED"))],
    ];
    for (number, way) in ways.into_iter().enumerate() {
        let stands = bring(&*store, number, 0, way).await?;
        let reply = store.reply(&tenant(), &stands.id).await?;
        assert_eq!(reply, None, "{:?}", stands.version);
    }
    // A label that comes later makes an end.
    let unlabelled = Step::Bought(bought(9, Vec::new())?);
    let stands = bring(&*store, 9, 0, vec![sending(), unlabelled]).await?;
    assert_eq!(store.reply(&tenant(), &stands.id).await?, None);
    let parcel = crate::ParcelLabel {
        parcel: 0,
        label: label(LabelFormat::Pdf, "late"),
    };
    let whole = go_on(&*store, &stands, Step::Labelled(vec![parcel])).await?;
    let reply = store.reply(&tenant(), &whole.id).await?.ok_or("a reply")?;
    assert_eq!(reply.told(whole.clone()), whole);
    Ok(())
}

/// A batch that fails after the outcome keeps neither.
async fn with_outcome(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let stands = bring(&*store, 1, 0, vec![sending()]).await?;
    let again = batch(1)
        .advance(&stands.id, stands.version, sold(1)?)
        .reserve(request(1), [7; 32], "again".to_owned());
    let refused = store.apply(again).await;
    assert!(
        matches!(refused, Err(Error::AlreadyAsked(_))),
        "{refused:?}"
    );
    assert_eq!(store.reply(&tenant(), &stands.id).await?, None);
    Ok(())
}

async fn forgotten(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let mut ids = Vec::new();
    for number in 0..6 {
        let now = i64::try_from(number)?;
        let stands = bring(&*store, number, now, vec![sending(), sold(number)?]).await?;
        ids.push(stands.id);
    }
    let kept = async || {
        let mut kept = Vec::new();
        for (number, id) in ids.iter().enumerate() {
            if store.reply(&tenant(), id).await?.is_some() {
                kept.push(number);
            }
        }
        Made::Ok(kept)
    };
    assert_eq!(store.forget_replies(at(4), 3).await?, 3);
    assert_eq!(kept().await?, [3, 4, 5]);
    assert_eq!(store.forget_replies(at(4), 3).await?, 1);
    assert_eq!(kept().await?, [4, 5], "not that of the moment itself");
    assert_eq!(store.forget_replies(at(4), 3).await?, 0);
    // The request id is not: it is reserved for ever.
    assert!(store.reservation(&tenant(), &request(0)).await?.is_some());
    for id in &ids {
        assert!(store.shipment(&tenant(), id).await?.is_some());
    }
    Ok(())
}

//! What purchases cost is in the ledger with every step, and a limit is held by it.

use std::sync::Arc;

use futures::future::join_all;
use parcelgate_domain::{LabelFormat, Money, PurchaseState};

use super::make::{
    accept, accepted, at, batch, bought, fault, label, purchase, request, tenant, usd, walk,
};
use super::shipments::{steps, ways};
use super::{Case, Outcome, Place};
use crate::{
    ApiKey, Batch, Book, Bought, Entry, EntryKind, Error, KeyId, NewPurchase, SpendRefusal, Step,
    Store, Version, audit, balance,
};

pub(super) type Made<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// What a purchase here is quoted at.
pub(super) const QUOTED: i64 = 1_234;
/// What it is charged at.
const CHARGED: i64 = 1_111;
const DAY: i64 = 86_400;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::new("money::no_step_leaves_the_ledger_wrong", every_step),
        Case::new("money::what_is_bought_is_owed_and_what_is_voided_not", owed),
        Case::new("money::a_doubt_stays_reserved_and_is_released", doubts),
        Case::new("money::an_orphan_ends_at_zero", orphan),
        Case::new("money::what_has_no_price_is_entered_with_none", unpriced),
        Case::new("money::a_charge_that_changes_is_adjusted", adjusted),
        Case::new("limits::of_many_purchases_as_many_as_it_pays_for", many),
        Case::new("limits::what_is_not_spent_is_given_back", given_back),
        Case::new("limits::a_day_ends_and_keys_are_apart", day_and_key),
        Case::new("limits::no_price_and_other_currencies_are_refused", refused),
    ]
}

/// The ledger about purchase `number`, which must be right.
pub(super) async fn ledger(store: &dyn Store, number: usize) -> Made<Vec<Entry>> {
    let id = purchase(number)?.id;
    let shipment = store
        .shipment(&tenant(), &id)
        .await?
        .ok_or("the shipment")?;
    let entries = store.entries(&tenant(), &[id]).await?;
    let wrong = audit(&shipment, &entries);
    assert!(wrong.is_empty(), "{shipment:?} {entries:?} {wrong:?}");
    Ok(entries)
}

/// What stands in each book, in cents.
pub(super) fn books(entries: &[Entry]) -> [i64; 4] {
    Book::ALL.map(|(book, _)| balance(entries, book).iter().map(|sum| sum.minor()).sum())
}

async fn every_step(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let mut number = 0;
    for way in ways()?.into_values() {
        for step in steps()? {
            let version = way.iter().fold(accepted(), |_, step| Version {
                state: step.leads_to(),
                epoch: 1,
            });
            if !version.state.may_become(step.leads_to()) {
                continue;
            }
            for priced in [true, false] {
                number += 1;
                let mut way = way.clone();
                way.push(step.clone());
                let new = NewPurchase {
                    quoted: usd(QUOTED).ok().filter(|_| priced),
                    ..purchase(number)?
                };
                let accepting = batch(0).accept(new, request(number), [7; 32]);
                let (walked, _) = walk(accepting, &purchase(number)?.id, way);
                store.apply(walked).await?;
                ledger(&*store, number).await?;
            }
        }
    }
    assert!(number > 40, "{number} ways");
    Ok(())
}

fn sending() -> Step {
    let lease_until = at(60);
    Step::Sending { lease_until }
}

fn sold() -> Made<Step> {
    Ok(Step::Bought(bought(
        1,
        vec![label(LabelFormat::Pdf, "one")],
    )?))
}

/// Takes purchase `number` one step on, and says what stands in each book then.
async fn step(
    store: &dyn Store,
    number: usize,
    version: &mut Version,
    step: Step,
) -> Made<[i64; 4]> {
    let id = purchase(number)?.id;
    let applied = store.apply(batch(1).advance(&id, *version, step)).await?;
    *version = applied.shipments.first().ok_or("the shipment")?.version;
    Ok(books(&ledger(store, number).await?))
}

async fn owed(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    store.apply(accept(batch(0), 1)?).await?;
    let reserved = [QUOTED, -QUOTED, 0, 0];
    let owed = [0, 0, CHARGED, -CHARGED];
    assert_eq!(books(&ledger(&*store, 1).await?), reserved);
    let (one, lease_until) = (&mut accepted(), at(60));
    assert_eq!(step(&*store, 1, one, sending()).await?, reserved);
    assert_eq!(step(&*store, 1, one, sold()?).await?, owed);
    assert_eq!(step(&*store, 1, one, Step::VoidWanted(None)).await?, owed);
    let voiding = Step::Voiding { lease_until };
    assert_eq!(step(&*store, 1, one, voiding).await?, owed);
    assert_eq!(step(&*store, 1, one, Step::Voided).await?, [0; 4]);
    store.close().await;
    let again = place.open().await?;
    let entries = ledger(&*again, 1).await?;
    let kinds: Vec<EntryKind> = entries.iter().map(|entry| entry.kind).collect();
    assert_eq!(
        kinds,
        [EntryKind::Reserve, EntryKind::Post, EntryKind::Reverse]
    );
    Ok(())
}

async fn doubts(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let reserved = [QUOTED, -QUOTED, 0, 0];
    let ends = [
        Step::Absent,
        Step::Rejected(fault("REFUSED")),
        Step::Cancelled(None),
    ];
    for (number, end) in ends.into_iter().enumerate() {
        store.apply(accept(batch(0), number)?).await?;
        let one = &mut accepted();
        if !matches!(end, Step::Cancelled(_)) {
            step(&*store, number, one, sending()).await?;
            let doubt = Step::Unknown(fault("OUTCOME_UNKNOWN"));
            assert_eq!(step(&*store, number, one, doubt).await?, reserved);
        }
        assert_eq!(step(&*store, number, one, end).await?, [0; 4]);
    }
    Ok(())
}

async fn orphan(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    store.apply(accept(batch(0), 1)?).await?;
    let (one, lease_until) = (&mut accepted(), at(60));
    step(&*store, 1, one, sending()).await?;
    step(&*store, 1, one, Step::Unknown(fault("OUTCOME_UNKNOWN"))).await?;
    assert_eq!(step(&*store, 1, one, Step::Absent).await?, [0; 4]);
    let found = Step::Orphaned(bought(1, Vec::new())?, fault("OUTCOME_UNKNOWN"));
    let owed = [0, 0, CHARGED, -CHARGED];
    assert_eq!(step(&*store, 1, one, found).await?, owed);
    step(&*store, 1, one, Step::Voiding { lease_until }).await?;
    assert_eq!(step(&*store, 1, one, Step::Voided).await?, [0; 4]);
    Ok(())
}

async fn unpriced(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let new = NewPurchase {
        quoted: None,
        ..purchase(1)?
    };
    let accepting = batch(0).accept(new, request(1), [7; 32]);
    store.apply(accepting).await?;
    let one = &mut accepted();
    assert_eq!(step(&*store, 1, one, sending()).await?, [0; 4]);
    let free = Step::Bought(Bought {
        charged: None,
        ..bought(1, Vec::new())?
    });
    assert_eq!(step(&*store, 1, one, free).await?, [0; 4]);
    let entries = ledger(&*store, 1).await?;
    assert!(entries.iter().all(|entry| entry.lines.is_empty()));
    assert_eq!(entries.len(), 2, "{entries:?}");
    Ok(())
}

async fn adjusted(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    store.apply(accept(batch(0), 1)?).await?;
    let one = &mut accepted();
    step(&*store, 1, one, sending()).await?;
    step(&*store, 1, one, Step::Bought(bought(1, Vec::new())?)).await?;
    assert_eq!(one.state, PurchaseState::PurchasedNoLabel);
    let dearer = Step::Bought(Bought {
        charged: Some(usd(1_500)?),
        ..bought(1, vec![label(LabelFormat::Pdf, "one")])?
    });
    assert_eq!(step(&*store, 1, one, dearer).await?, [0, 0, 1_500, -1_500]);
    Ok(())
}

/// A key that may spend `limit` cents a day.
pub(super) async fn key(store: &dyn Store, id: &str, limit: i64) -> Made<KeyId> {
    let id: KeyId = id.parse()?;
    let key = ApiKey {
        tenant: tenant(),
        id: id.clone(),
        name: "shop".to_owned(),
        hash: [0; 32],
        scopes: vec!["labels".to_owned()],
        spend_limit: Some(usd(limit)?),
        created_at: at(0),
        revoked_at: None,
        last_used_at: None,
    };
    store.apply(batch(0).create_key(key)).await?;
    Ok(id)
}

/// Purchase `number`, made with `key` at second `now`.
pub(super) fn with_key(key: &KeyId, now: i64, number: usize) -> Made<Batch> {
    accept(batch(now).by(Some(key)), number)
}

/// What the limit says to `outcome`.
fn refusal(outcome: Result<crate::Applied, Error>) -> Made<SpendRefusal> {
    match outcome {
        Err(Error::SpendLimit(refusal)) => Ok(*refusal),
        other => Err(format!("{other:?}").into()),
    }
}

async fn spent(store: &dyn Store, key: &KeyId, now: i64) -> Made<i64> {
    let day = at(now).to_zoned(jiff::tz::TimeZone::UTC).date();
    let spends = store.spends(&tenant(), key, day).await?;
    Ok(spends.iter().map(|spend| spend.amount.minor()).sum())
}

async fn many(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let shop = key(&*store, "shop", 10 * QUOTED + QUOTED / 2).await?;
    let batches: Made<Vec<Batch>> = (0..100).map(|number| with_key(&shop, 1, number)).collect();
    let outcomes = join_all(batches?.into_iter().map(|batch| store.apply(batch))).await;
    let (made, not): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
    assert_eq!((made.len(), not.len()), (10, 90));
    for outcome in not {
        let refusal = refusal(outcome)?;
        assert_eq!(refusal.spent, usd(10 * QUOTED)?);
        assert_eq!(refusal.wanted, Some(usd(QUOTED)?));
    }
    assert_eq!(spent(&*store, &shop, 1).await?, 10 * QUOTED);
    // What was refused left nothing behind: the same request may be made by another key.
    let page = crate::Page::first(200);
    let kept = store
        .shipments(&tenant(), &Default::default(), page)
        .await?;
    assert_eq!(kept.len(), 10);
    store.close().await;
    let again = place.open().await?;
    refusal(again.apply(with_key(&shop, 2, 200)?).await)?;
    Ok(())
}

async fn given_back(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let shop = key(&*store, "shop", QUOTED).await?;
    store.apply(with_key(&shop, 1, 1)?).await?;
    refusal(store.apply(with_key(&shop, 1, 2)?).await)?;
    let one = &mut accepted();
    step(&*store, 1, one, Step::Cancelled(None)).await?;
    assert_eq!(spent(&*store, &shop, 1).await?, 0);

    store.apply(with_key(&shop, 1, 2)?).await?;
    let (two, lease_until) = (&mut accepted(), at(60));
    step(&*store, 2, two, sending()).await?;
    step(&*store, 2, two, sold()?).await?;
    assert_eq!(
        spent(&*store, &shop, 1).await?,
        CHARGED,
        "as it was charged"
    );
    refusal(store.apply(with_key(&shop, 1, 3)?).await)?;
    step(&*store, 2, two, Step::VoidWanted(None)).await?;
    step(&*store, 2, two, Step::Voiding { lease_until }).await?;
    step(&*store, 2, two, Step::Voided).await?;
    assert_eq!(spent(&*store, &shop, 1).await?, 0);
    store.apply(with_key(&shop, 1, 3)?).await?;
    Ok(())
}

async fn day_and_key(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let shop = key(&*store, "shop", QUOTED).await?;
    let other = key(&*store, "other", QUOTED).await?;
    store.apply(with_key(&shop, 1, 1)?).await?;
    store.apply(with_key(&other, 1, 2)?).await?;
    refusal(store.apply(with_key(&shop, 1, 3)?).await)?;
    store.apply(with_key(&shop, 1 + DAY, 3)?).await?;
    // What is given back the next day is given back to the day it was taken from.
    let one = &mut accepted();
    let id = purchase(1)?.id;
    let late = batch(1 + DAY).advance(&id, *one, Step::Cancelled(None));
    store.apply(late).await?;
    refusal(store.apply(with_key(&shop, 1 + DAY, 4)?).await)?;
    // Without a key there is no limit.
    store.apply(accept(batch(1), 4)?).await?;
    let nobody: KeyId = "nobody".parse()?;
    let outcome = store.apply(with_key(&nobody, 1, 5)?).await;
    assert!(matches!(outcome, Err(Error::Missing(_))), "{outcome:?}");
    Ok(())
}

async fn refused(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let shop = key(&*store, "shop", 100 * QUOTED).await?;
    let yuan = Money::of_minor(1, "CNY".parse()?);
    for quoted in [None, Some(yuan)] {
        let new = NewPurchase {
            quoted,
            ..purchase(1)?
        };
        let buying = batch(1).by(Some(&shop)).accept(new, request(1), [7; 32]);
        let told = refusal(store.apply(buying).await)?;
        assert_eq!((told.limit, told.wanted), (usd(100 * QUOTED)?, quoted));
        assert!(told.to_string().contains("quote"), "{told}");
    }
    assert_eq!(store.head_seq().await?, 0, "nothing was written");
    store.apply(with_key(&shop, 1, 1)?).await?;
    Ok(())
}

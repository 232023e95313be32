//! Each subscription hears everything it wants, in order for each subject, from one sender at a
//! time.

mod readers;

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::future::join_all;
use parcelgate_domain::{Secret, Status};

use super::make::{self, at, batch, claim, event, tenant, told};
use super::{Case, Outcome, Place};
use crate::{
    Delivery, DeliveryReport, DeliveryState, Error, Event, Filter, NewDelivery, NewSubscription,
    Page, Result, SigningKeys, Store, Subscription, SubscriptionChange, SubscriptionId,
    SubscriptionState, TrackerId,
};

type Made<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::new("deliveries::a_cursor_moves_once", cursor_moves_once),
        Case::new(
            "deliveries::those_of_one_subject_wait_for_each_other",
            lanes,
        ),
        Case::new("deliveries::two_claimers_never_have_the_same", claimed_once),
        Case::new(
            "deliveries::who_is_paused_waits_and_who_is_gone_is_gone",
            paused,
        ),
        Case::new("deliveries::a_replay_comes_after_what_waits", replay),
        Case::new("deliveries::who_is_behind_is_found", behind),
        Case::new("deliveries::failing_begins_once_and_ends", failing),
    ]
    .into_iter()
    .chain(readers::cases())
    .collect()
}

fn hook(number: usize) -> Made<NewSubscription> {
    Ok(NewSubscription {
        id: hook_id(number)?,
        url: format!("https://shop-{number}.example/hook"),
        keys: keys(&number.to_string()),
        filter: Filter {
            kinds: vec!["tracking.updated".to_owned()],
            carriers: Vec::new(),
        },
        latest_only: false,
    })
}

fn keys(name: &str) -> SigningKeys {
    SigningKeys {
        secret: Secret::from(format!("whsec_{name}")),
        private: Some(Secret::from(format!("whsk_{name}"))),
    }
}

fn hook_id(number: usize) -> Made<SubscriptionId> {
    Ok(format!("hook-{number}").parse()?)
}

/// Makes `times` events of each of the parcels.
async fn happen(store: &dyn Store, ids: &[TrackerId], times: i64) -> Made<()> {
    for time in 0..times {
        for (parcel, id) in ids.iter().enumerate() {
            let news = told(vec![event(parcel, time, Status::InTransit)?]);
            store.apply(batch(time).observe(id, news)).await?;
        }
    }
    Ok(())
}

fn deliveries_of(prefix: &str, events: &[Event]) -> Made<Vec<NewDelivery>> {
    let of = |event: &Event| {
        Ok(NewDelivery {
            id: format!("{prefix}-{:04}", event.seq).parse()?,
            seq: event.seq,
            subject: event.subject.clone(),
        })
    };
    events.iter().map(of).collect()
}

/// Fans out all that a subscription wants and has not had.
async fn relay(store: &dyn Store, id: &SubscriptionId) -> Made<Vec<Event>> {
    let hook = store
        .subscription(&tenant(), id)
        .await?
        .ok_or("the subscription")?;
    let mut events = store
        .events_after(Some(&tenant()), hook.cursor, 9_999)
        .await?;
    let head = events.last().map_or(hook.cursor, |event| event.seq);
    events.retain(|event| hook.filter.wants(&event.kind, event.carrier.as_str()));
    let deliveries = deliveries_of(id.as_str(), &events)?;
    let fan_out = batch(50).fan_out(id, hook.cursor, head, deliveries);
    store.apply(fan_out).await?;
    Ok(events)
}

/// A subscription, and events of `parcels` parcels that are fanned out to it.
async fn prepared(store: &dyn Store, parcels: usize, times: i64) -> Made<Vec<Event>> {
    let ids = make::follow(store, parcels).await?;
    store.apply(batch(0).subscribe(hook(1)?)).await?;
    happen(store, &ids, times).await?;
    relay(store, &hook_id(1)?).await
}

fn fine() -> DeliveryReport {
    DeliveryReport {
        status: Some(204),
        error: None,
        retry_at: None,
        told_missed: false,
    }
}

fn failed(retry_at: Option<i64>) -> DeliveryReport {
    DeliveryReport {
        status: Some(503),
        error: Some("HTTP 503".to_owned()),
        retry_at: retry_at.map(at),
        told_missed: false,
    }
}

async fn report(
    store: &dyn Store,
    now: i64,
    delivery: &Delivery,
    report: DeliveryReport,
) -> Result<()> {
    let batch = batch(now).report_delivery(&delivery.id, delivery.attempts, report);
    store.apply(batch).await.map(drop)
}

async fn listed(store: &dyn Store, state: Option<DeliveryState>) -> Made<Vec<Delivery>> {
    let page = Page::first(9_999);
    Ok(store
        .deliveries(&tenant(), &hook_id(1)?, state, page)
        .await?)
}

async fn cursor_moves_once(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let ids = make::follow(&*store, 2).await?;
    store.apply(batch(0).subscribe(hook(1)?)).await?;
    happen(&*store, &ids, 3).await?;
    let events = store.events_after(None, 2, 99).await?;
    let mut relays = Vec::new();
    for relay in 0..8 {
        let deliveries = deliveries_of(&format!("relay-{relay}"), &events)?;
        relays.push(batch(9).fan_out(&hook_id(1)?, 2, 8, deliveries));
    }
    let outcomes = join_all(relays.into_iter().map(|batch| store.apply(batch))).await;
    let mut won = 0;
    for outcome in outcomes {
        match outcome {
            Ok(_) => won += 1,
            Err(Error::CursorMoved { present, .. }) => assert_eq!(present, 8),
            Err(error) => return Err(error.into()),
        }
    }
    assert_eq!(won, 1);
    let pending = listed(&*store, Some(DeliveryState::Pending)).await?;
    assert!(
        pending.iter().map(|delivery| delivery.seq).eq(3..=8),
        "each event once"
    );
    Ok(())
}

async fn lanes(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let events = prepared(&*store, 3, 4).await?;
    assert_eq!(events.len(), 12);
    let mut heard: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    let (mut now, mut turn) = (50, 0);
    while !listed(&*store, Some(DeliveryState::Pending))
        .await?
        .is_empty()
    {
        let claimed = store.claim_deliveries(99, claim(now, 99)).await?;
        let mut subjects: Vec<&str> = claimed.iter().map(|c| c.subject.as_str()).collect();
        subjects.sort_unstable();
        subjects.dedup();
        assert_eq!(subjects.len(), claimed.len(), "one of each subject at most");
        for delivery in claimed {
            turn += 1;
            // Some fail and hold up their own subject only; one is given up and lets the next go.
            if turn % 4 == 0 && delivery.attempts == 1 {
                report(&*store, now, &delivery, failed(Some(now + 30))).await?;
                let early = store.claim_deliveries(99, claim(now, 0)).await?;
                assert!(early.is_empty());
            } else {
                let report_ = if turn == 5 { failed(None) } else { fine() };
                report(&*store, now, &delivery, report_).await?;
                heard
                    .entry(delivery.subject)
                    .or_default()
                    .push(delivery.seq);
            }
        }
        now += 10;
        assert!(now < 5_000, "it comes to an end");
    }
    for (subject, seqs) in heard {
        let expected = events.iter().filter(|event| event.subject == subject);
        assert!(
            expected.map(|event| event.seq).eq(seqs),
            "{subject} in order, all of it"
        );
    }
    assert_eq!(listed(&*store, Some(DeliveryState::Dead)).await?.len(), 1);
    let done = listed(&*store, Some(DeliveryState::Delivered)).await?;
    assert_eq!(done.len(), 11);
    assert!(
        done.iter()
            .all(|d| d.finished_at.is_some() && d.last_status == Some(204))
    );
    Ok(())
}

async fn claimed_once(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    prepared(&*store, 20, 1).await?;
    let claims = (0..8).map(|_| store.claim_deliveries(12, claim(50, 3)));
    let mut claimed: Vec<Delivery> = Vec::new();
    for outcome in join_all(claims).await {
        let claim = outcome?;
        assert!(claim.len() <= 3);
        claimed.extend(claim);
    }
    claimed.sort_by_key(|delivery| delivery.seq);
    claimed.dedup_by_key(|delivery| delivery.seq);
    assert_eq!(
        claimed.len(),
        12,
        "each once, and no more at once than it may have"
    );
    assert!(claimed.iter().all(|delivery| delivery.attempts == 1));

    let first = claimed.first().ok_or("a delivery")?;
    report(&*store, 51, first, fine()).await?;
    assert_eq!(
        store.claim_deliveries(12, claim(51, 99)).await?.len(),
        1,
        "one more"
    );
    let twice = report(&*store, 52, first, fine()).await;
    assert!(matches!(twice, Err(Error::LeaseLost(_))), "{twice:?}");

    // The claimer is gone: another has it, and the first comes too late.
    let again = store.claim_deliveries(99, claim(110, 99)).await?;
    let second = claimed.get(1).ok_or("a delivery")?;
    let taken = again.iter().find(|delivery| delivery.id == second.id);
    assert_eq!(taken.map(|delivery| delivery.attempts), Some(2));
    let late = report(&*store, 111, second, fine()).await;
    assert!(matches!(late, Err(Error::LeaseLost(_))), "{late:?}");
    report(&*store, 111, taken.ok_or("it")?, fine()).await?;
    Ok(())
}

async fn turn(store: &dyn Store, state: SubscriptionState, reason: Option<&str>) -> Made<()> {
    let change = SubscriptionChange {
        state: Some((state, reason.map(ToOwned::to_owned))),
        ..SubscriptionChange::default()
    };
    store
        .apply(batch(60).change_subscription(&hook_id(1)?, change))
        .await?;
    Ok(())
}

async fn the_hook(store: &dyn Store) -> Made<Subscription> {
    let hook = store.subscription(&tenant(), &hook_id(1)?).await?;
    Ok(hook.ok_or("the subscription")?)
}

async fn paused(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    prepared(&*store, 2, 2).await?;
    turn(&*store, SubscriptionState::Paused, Some("holiday")).await?;
    assert!(store.claim_deliveries(9, claim(60, 9)).await?.is_empty());
    let hook = the_hook(&*store).await?;
    assert_eq!(
        (hook.state, hook.reason.as_deref()),
        (SubscriptionState::Paused, Some("holiday"))
    );
    turn(&*store, SubscriptionState::Active, None).await?;
    assert_eq!(store.claim_deliveries(9, claim(60, 9)).await?.len(), 2);

    let change = SubscriptionChange {
        filter: Some(Filter::default()),
        ..SubscriptionChange::default()
    };
    store
        .apply(batch(61).change_subscription(&hook_id(1)?, change))
        .await?;
    let hook = the_hook(&*store).await?;
    assert_eq!(hook.filter, Filter::default());
    assert_eq!(hook.url, "https://shop-1.example/hook");

    store.apply(batch(62).unsubscribe(&hook_id(1)?)).await?;
    assert!(listed(&*store, None).await?.is_empty());
    assert!(store.subscription(&tenant(), &hook_id(1)?).await?.is_none());
    let again = store.apply(batch(63).unsubscribe(&hook_id(1)?)).await;
    assert!(matches!(again, Err(Error::Missing(_))), "{again:?}");
    Ok(())
}

async fn replay(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let events = prepared(&*store, 1, 2).await?;
    let again = deliveries_of("again", &events)?;
    store
        .apply(batch(51).replay(&hook_id(1)?, at(51), again))
        .await?;
    let mut heard = Vec::new();
    for _ in 0..4 {
        for delivery in store.claim_deliveries(9, claim(60, 9)).await? {
            report(&*store, 60, &delivery, fine()).await?;
            heard.push((delivery.replay, delivery.seq));
        }
    }
    assert_eq!(heard, [(false, 2), (false, 3), (true, 2), (true, 3)]);
    Ok(())
}

async fn behind(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let ids = make::follow(&*store, 1).await?;
    store
        .apply(batch(0).subscribe(hook(1)?).subscribe(hook(2)?))
        .await?;
    assert!(
        store.subscriptions_behind(9, 9).await?.is_empty(),
        "only what happens from now on"
    );
    happen(&*store, &ids, 3).await?;
    assert_eq!(store.subscriptions_behind(9, 9).await?.len(), 2);
    assert_eq!(store.subscriptions_behind(9, 1).await?.len(), 1);
    relay(&*store, &hook_id(1)?).await?;
    let behind = store.subscriptions_behind(9, 9).await?;
    assert!(behind.iter().map(|hook| &hook.id).eq([&hook_id(2)?]));
    happen(&*store, &ids, 4).await?;
    let room = store.subscriptions_behind(3, 9).await?;
    assert!(
        room.iter().map(|hook| &hook.id).eq([&hook_id(2)?]),
        "three wait already"
    );
    assert_eq!(store.subscriptions_behind(4, 9).await?.len(), 2);
    turn(&*store, SubscriptionState::Disabled, None).await?;
    assert_eq!(store.subscriptions_behind(4, 9).await?.len(), 1);
    let all = store.subscriptions(&tenant(), Page::first(9)).await?;
    assert_eq!(all.len(), 2);
    Ok(())
}

async fn failing(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    prepared(&*store, 3, 1).await?;
    let claimed = store.claim_deliveries(9, claim(50, 9)).await?;
    let [one, two, three] = claimed.as_slice() else {
        return Err("three deliveries".into());
    };
    report(&*store, 51, one, failed(Some(90))).await?;
    report(&*store, 52, two, failed(None)).await?;
    assert_eq!(the_hook(&*store).await?.failing_since, Some(at(51)));
    report(&*store, 53, three, fine()).await?;
    assert_eq!(the_hook(&*store).await?.failing_since, None);
    let waiting = listed(&*store, Some(DeliveryState::Pending)).await?;
    let waiting = waiting.first().ok_or("a delivery")?;
    assert_eq!(waiting.next_attempt_at, Some(at(90)));
    assert_eq!(
        (waiting.last_status, waiting.last_error.as_deref()),
        (Some(503), Some("HTTP 503"))
    );
    Ok(())
}

//! What readers are given besides: keys that overlap, word of what is missing, peace when they
//! fail, spans of the past; and what is forgotten.

use std::sync::Arc;

use parcelgate_domain::{ExposeSecret, Status};

use super::super::make::{self, at, batch, claim, event, tenant, told};
use super::super::{Case, Outcome, Place};
use super::{
    Made, deliveries_of, failed, fine, happen, hook, hook_id, keys, listed, prepared, relay,
    report, the_hook,
};
use crate::{
    Batch, DeliveryState, Error, Event, NewKeys, Store, SubscriptionChange, SubscriptionState,
};

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::new("deliveries::replaced_keys_sign_for_a_while", rotation),
        Case::new("deliveries::what_is_missing_is_known_until_told", missing),
        Case::new(
            "deliveries::one_with_a_later_one_can_be_left_out",
            superseded,
        ),
        Case::new("deliveries::who_only_fails_is_left_in_peace", peace),
        Case::new("deliveries::a_replay_may_begin_later", later_replay),
        Case::new("events::a_span_of_time_is_read_in_order", spans),
        Case::new("events::the_oldest_are_forgotten_and_no_others", forgotten),
        Case::new(
            "deliveries::the_finished_are_forgotten_in_time",
            forgotten_deliveries,
        ),
    ]
}

async fn rotate(store: &dyn Store, now: i64, name: &str, overlap_until: i64) -> Made<()> {
    let new = NewKeys {
        keys: keys(name),
        overlap_until: at(overlap_until),
    };
    let change = SubscriptionChange {
        keys: Some(new),
        ..SubscriptionChange::default()
    };
    let change = batch(now).change_subscription(&hook_id(1)?, change);
    store.apply(change).await?;
    Ok(())
}

/// The secrets of the subscription, the one that counts first.
async fn secrets(store: &dyn Store) -> Made<Vec<String>> {
    let hook = the_hook(store).await?;
    let retired = hook.retired.iter().map(|retired| &retired.keys);
    let all = [&hook.keys].into_iter().chain(retired);
    let mut shown = Vec::new();
    for keys in all {
        let private = keys.private.as_ref().ok_or("a private key")?;
        assert!(private.expose_secret().starts_with("whsk_"));
        shown.push(keys.secret.expose_secret().to_owned());
    }
    Ok(shown)
}

async fn rotation(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    store.apply(batch(0).subscribe(hook(1)?)).await?;
    rotate(&*store, 10, "second", 100).await?;
    store.close().await;
    let store = place.open().await?;
    assert_eq!(secrets(&*store).await?, ["whsec_second", "whsec_1"]);
    assert_eq!(
        the_hook(&*store).await?.retired.first().ok_or("it")?.until,
        at(100)
    );
    rotate(&*store, 20, "third", 200).await?;
    let all = ["whsec_third", "whsec_second", "whsec_1"];
    assert_eq!(secrets(&*store).await?, all);
    // What is over by then goes; no overlap at all leaves nothing.
    rotate(&*store, 100, "fourth", 100).await?;
    assert_eq!(secrets(&*store).await?, ["whsec_fourth", "whsec_second"]);
    for number in 0..20 {
        rotate(&*store, 101, &format!("{number:02}"), 900).await?;
    }
    let many = secrets(&*store).await?;
    assert_eq!(
        (many.len(), many.first().map(String::as_str)),
        (11, Some("whsec_19"))
    );
    Ok(())
}

async fn missing(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let events = prepared(&*store, 1, 4).await?;
    let numbers: Vec<i64> = events.iter().map(|event| event.subject_seq).collect();
    for _ in 0..2 {
        let dead = store.claim_deliveries(9, claim(50, 9)).await?;
        let dead = dead.first().ok_or("a delivery")?;
        assert!(store.neighbours(dead).await?.later);
        report(&*store, 50, dead, failed(None)).await?;
    }
    let third = store.claim_deliveries(9, claim(50, 9)).await?;
    let third = third.first().ok_or("a delivery")?;
    let missed = store.neighbours(third).await?.missed;
    assert_eq!(Some(missed.as_slice()), numbers.get(..2));
    let mut telling = fine();
    telling.told_missed = true;
    report(&*store, 50, third, telling).await?;
    let last = store.claim_deliveries(9, claim(50, 9)).await?;
    let beside = store.neighbours(last.first().ok_or("a delivery")?).await?;
    assert!(beside.missed.is_empty() && !beside.later, "told once");
    Ok(())
}

async fn superseded(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    prepared(&*store, 1, 2).await?;
    let first = store.claim_deliveries(9, claim(50, 9)).await?;
    let first = first.first().ok_or("a delivery")?;
    let leave_out = || batch(50).supersede_delivery(&first.id, first.attempts);
    store.apply(leave_out()).await?;
    let again = store.apply(leave_out()).await;
    assert!(matches!(again, Err(Error::LeaseLost(_))), "{again:?}");
    let left = listed(&*store, Some(DeliveryState::Superseded)).await?;
    assert!(left.iter().map(|one| &one.id).eq([&first.id]));
    let next = store.claim_deliveries(9, claim(50, 9)).await?;
    let next = next.first().ok_or("the next has its turn")?;
    assert!(next.seq > first.seq && store.neighbours(next).await?.missed.is_empty());
    assert_eq!(the_hook(&*store).await?.failing_since, None);
    Ok(())
}

async fn peace(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    prepared(&*store, 40, 1).await?;
    let mut at_once = Vec::new();
    let mut now = 50;
    while the_hook(&*store).await?.rest_until.is_none() {
        let claimed = store.claim_deliveries(8, claim(now, 99)).await?;
        at_once.push(claimed.len());
        for delivery in &claimed {
            report(&*store, now, delivery, failed(Some(now + 1_000))).await?;
        }
        now += 100; // every claim is over
        assert!(now < 5_000, "it is left in peace");
    }
    assert_eq!(at_once, [8, 1, 1], "fewer at once, and then none");
    let rest = |hook: &crate::Subscription| hook.rest_until.map(|until| until == at(now - 95));
    assert_eq!(rest(&the_hook(&*store).await?), Some(true));
    assert!(
        store
            .claim_deliveries(8, claim(now - 96, 99))
            .await?
            .is_empty()
    );

    let one = store.claim_deliveries(8, claim(now, 99)).await?;
    assert_eq!(one.len(), 1, "one is tried");
    report(&*store, now, one.first().ok_or("it")?, fine()).await?;
    let hook = the_hook(&*store).await?;
    assert_eq!(
        (hook.strain, hook.rest_until, hook.failing_since),
        (5, None, None)
    );
    for strain in [2, 1, 0] {
        let one = store.claim_deliveries(8, claim(now, 1)).await?;
        report(&*store, now, one.first().ok_or("it")?, fine()).await?;
        assert_eq!(the_hook(&*store).await?.strain, strain);
    }
    assert_eq!(store.claim_deliveries(8, claim(now, 99)).await?.len(), 8);
    let state = Some((SubscriptionState::Active, None));
    let active = SubscriptionChange {
        state,
        ..SubscriptionChange::default()
    };
    store
        .apply(batch(now).change_subscription(&hook_id(1)?, active))
        .await?;
    assert_eq!(the_hook(&*store).await?.strain, 0);
    Ok(())
}

async fn later_replay(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let events = prepared(&*store, 2, 1).await?;
    let mut again = deliveries_of("again", &events)?;
    let waits = store.claim_deliveries(9, claim(50, 1)).await?;
    let waits = waits.first().ok_or("a delivery")?.clone();
    let other = store.claim_deliveries(9, claim(50, 1)).await?;
    report(&*store, 50, other.first().ok_or("the other")?, fine()).await?;
    again.sort_by_key(|new| new.subject == waits.subject);
    store
        .apply(batch(51).replay(&hook_id(1)?, at(90), again))
        .await?;
    assert!(store.claim_deliveries(9, claim(89, 9)).await?.is_empty());
    report(&*store, 89, &waits, fine()).await?;
    let turn = store.claim_deliveries(9, claim(89, 9)).await?;
    assert!(
        turn.iter().map(|one| &one.subject).eq([&waits.subject]),
        "its lane is free"
    );
    assert_eq!(store.claim_deliveries(9, claim(90, 9)).await?.len(), 1);
    Ok(())
}

/// Events of two parcels at the seconds 0 to 4, and one of a stranger's.
async fn past(store: &dyn Store) -> Made<Vec<Event>> {
    let ids = make::follow(store, 2).await?;
    happen(store, &ids, 5).await?;
    let stranger = "stranger".parse()?;
    let tracker = make::tracker(9, None)?;
    let id = tracker.id.clone();
    let theirs = Batch::of(&stranger, at(2)).track(tracker);
    let theirs = theirs.observe(&id, told(vec![event(9, 1, Status::InTransit)?]));
    store.apply(theirs).await?;
    Ok(store.events_after(Some(&tenant()), 0, 99).await?)
}

async fn spans(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let all = past(&*store).await?;
    let times = (at(1), at(4));
    let within: Vec<Event> = all
        .iter()
        .filter(|event| times.0 <= event.at && event.at < times.1)
        .cloned()
        .collect();
    let span = store.event_span(&tenant(), times).await?;
    let (first, last) = span.ok_or("a span")?;
    let ends = (within.first().map(|e| e.seq), within.last().map(|e| e.seq));
    assert_eq!((Some(first), Some(last)), ends);
    let (mut read, mut after) = (Vec::new(), first - 1);
    loop {
        let page = store
            .events_within(&tenant(), times, (after, last), 2)
            .await?;
        let Some(end) = page.last() else { break };
        after = end.seq;
        read.extend(page);
    }
    assert_eq!(read, within);
    let nothing = store.event_span(&tenant(), (at(100), at(200))).await?;
    assert_eq!(nothing, None);

    let subject = &all.first().ok_or("an event")?.subject;
    let of = store.events_of(&tenant(), subject, (1, 4), 2).await?;
    assert!(of.iter().map(|event| event.subject_seq).eq([2, 3]));
    assert!(of.iter().all(|event| event.subject == *subject));
    let theirs = store
        .events_of(&"stranger".parse()?, subject, (0, 9), 9)
        .await?;
    assert!(theirs.is_empty());
    Ok(())
}

async fn forgotten(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    assert_eq!(
        (
            store.first_seq().await?,
            store.forget_events(at(9), 9).await?
        ),
        (1, 0)
    );
    past(&*store).await?;
    let all = store.events_after(None, 0, 99).await?;
    let old = all.iter().take_while(|event| event.at < at(3)).count();
    let (mut forgotten, mut rounds) = (0, 0);
    while rounds < 9 {
        let gone = usize::try_from(store.forget_events(at(3), 3).await?)?;
        assert!(gone <= 3);
        forgotten += gone;
        rounds += 1;
    }
    assert_eq!(forgotten, old);
    let left = store.events_after(None, 0, 99).await?;
    assert_eq!(Some(left.as_slice()), all.get(old..));
    assert_eq!(
        Some(store.first_seq().await?),
        left.first().map(|event| event.seq)
    );
    // The last stays, so that the log goes on where it stands.
    while store.forget_events(at(9_999), 99).await? > 0 {}
    let head = store.head_seq().await?;
    assert_eq!(
        (store.first_seq().await?, Some(head)),
        (head, all.last().map(|e| e.seq))
    );
    let id = format!("tracker-{:04}", 0).parse()?;
    let news = told(vec![event(0, 77, Status::InTransit)?]);
    let seqs = store.apply(batch(99).observe(&id, news)).await?.seqs;
    assert_eq!(seqs, [head + 1]);
    Ok(())
}

async fn forgotten_deliveries(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    prepared(&*store, 4, 1).await?;
    for now in [51, 52, 53] {
        let one = store.claim_deliveries(9, claim(50, 1)).await?;
        let one = one.first().ok_or("a delivery")?;
        report(&*store, now, one, fine()).await?;
    }
    assert_eq!(store.forget_deliveries(at(53), 1).await?, 1);
    assert_eq!(store.forget_deliveries(at(53), 9).await?, 1);
    assert_eq!(store.forget_deliveries(at(53), 9).await?, 0);
    let left = listed(&*store, None).await?;
    let pending = left
        .iter()
        .filter(|one| one.state == DeliveryState::Pending);
    assert_eq!((left.len(), pending.count()), (2, 1));
    let id = &left.first().ok_or("it")?.id;
    let one = store.delivery(&tenant(), id).await?;
    assert_eq!(one.as_ref(), left.first());
    relay(&*store, &hook_id(1)?).await?;
    Ok(())
}

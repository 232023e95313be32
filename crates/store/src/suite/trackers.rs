//! A parcel is followed once, and what is known of it is not told again.

use std::sync::Arc;

use futures::future::join_all;
use parcelgate_domain::{CarrierId, Status, TrackingEvent, fold};

use super::make::{self, at, batch, event, number, purchase, tenant, told, tracker};
use super::{Case, Outcome, Place};
use crate::{Error, NewTracker, Page, TrackerEnd, TrackerFilter, TrackerNews};

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::new("trackers::a_number_has_one_tracker", one_tracker),
        Case::new("trackers::what_is_known_is_not_told_again", known),
        Case::new("trackers::observers_at_once_lose_nothing", at_once),
        Case::new("trackers::a_change_without_an_event_is_told_too", estimate),
        Case::new("trackers::who_does_not_answer_is_counted", failed),
        Case::new(
            "trackers::a_newer_edition_corrects_what_was_read",
            corrected,
        ),
        Case::new("trackers::an_end_ends_it_until_it_is_followed_again", ended),
        Case::new("trackers::ids_numbers_and_filters_find", found),
    ]
}

async fn one_tracker(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let mut asks = Vec::new();
    for other in 0..16 {
        let id = format!("mine-{other}").parse()?;
        asks.push(batch(0).track(NewTracker {
            id,
            ..tracker(1, Some(5))?
        }));
    }
    let outcomes = join_all(asks.into_iter().map(|ask| store.apply(ask))).await;
    let mut ids = Vec::new();
    let mut created = 0;
    for outcome in outcomes {
        for seen in outcome?.trackers {
            created += usize::from(seen.created);
            ids.push(seen.tracker.id);
        }
    }
    ids.sort();
    ids.dedup();
    assert_eq!((ids.len(), created), (1, 1));
    assert_eq!(store.head_seq().await?, 1);

    // The label that is bought later is linked, once.
    let shipment = Some(purchase(1)?.id);
    for _ in 0..2 {
        let link = NewTracker {
            shipment: shipment.clone(),
            ..tracker(1, None)?
        };
        let applied = store.apply(batch(1).track(link)).await?;
        assert!(
            applied
                .trackers
                .iter()
                .all(|seen| seen.tracker.shipment == shipment)
        );
    }
    assert_eq!(store.head_seq().await?, 2);
    let other = NewTracker {
        carrier: CarrierId::known("yanwen"),
        id: "other".parse()?,
        ..tracker(1, None)?
    };
    let applied = store.apply(batch(2).track(other)).await?;
    assert!(
        applied.trackers.iter().all(|seen| seen.created),
        "of another carrier"
    );
    Ok(())
}

async fn known(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let id = tracker(1, None)?.id;
    store.apply(batch(0).track(tracker(1, None)?)).await?;
    let picked_up = event(1, 10, Status::Accepted)?;
    let moved = event(1, 20, Status::InTransit)?;
    let delivered = event(1, 30, Status::Delivered)?;

    let first = vec![moved.clone(), picked_up.clone(), moved.clone()];
    let applied = store.apply(batch(1).observe(&id, told(first))).await?;
    assert!(applied.trackers.iter().all(|seen| seen.new_events == 2));
    assert_eq!(applied.seqs.len(), 2, "the one given twice is one");
    let again = vec![picked_up.clone(), moved.clone()];
    let applied = store.apply(batch(2).observe(&id, told(again))).await?;
    assert!(applied.seqs.is_empty(), "nothing is new");
    assert!(
        applied
            .trackers
            .iter()
            .all(|seen| seen.tracker.last_checked_at == Some(at(2)))
    );
    let more = vec![delivered.clone(), moved.clone()];
    let applied = store.apply(batch(3).observe(&id, told(more))).await?;
    assert_eq!(applied.seqs.len(), 1);

    let kept = store.tracker(&tenant(), &id).await?.ok_or("the tracker")?;
    let all = [picked_up, moved, delivered.clone()];
    assert_eq!(kept.state, fold(&all));
    assert_eq!(store.tracking_events(&tenant(), &id).await?, all);
    let log = store.events_after(None, 0, 99).await?;
    let kinds: Vec<&str> = log.iter().map(|event| event.kind.as_str()).collect();
    let updated = "tracking.updated";
    assert_eq!(kinds, ["tracker.created", updated, updated, updated]);
    let last = log.last().ok_or("an event")?;
    let news: TrackerNews = serde_json::from_str(&last.data)?;
    assert_eq!((news.event, news.state), (Some(delivered), kept.state));
    assert_eq!(
        (last.carrier.as_str(), last.subject_seq, kept.told),
        ("ups", 4, 4)
    );
    Ok(())
}

async fn at_once(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let ids = make::follow(&*store, 3).await?;
    let mut all = Vec::new();
    let mut observing = Vec::new();
    for hour in 0..20 {
        for (parcel, id) in ids.iter().enumerate() {
            let status = if hour == 19 {
                Status::Delivered
            } else {
                Status::InTransit
            };
            let seen = [
                event(parcel, hour, status)?,
                event(parcel, hour / 2, Status::InTransit)?,
            ];
            all.push((parcel, seen.clone()));
            observing.push(batch(hour).observe(id, told(seen.to_vec())));
        }
    }
    observing.reverse();
    for outcome in join_all(observing.into_iter().map(|batch| store.apply(batch))).await {
        outcome?;
    }
    for (parcel, id) in ids.iter().enumerate() {
        let of_parcel = all.iter().filter(|(of, _)| *of == parcel);
        let state = fold(of_parcel.flat_map(|(_, events)| events));
        let kept = store.tracker(&tenant(), id).await?.ok_or("the tracker")?;
        assert_eq!(
            (kept.state.status, kept.state.events),
            (Status::Delivered, 20)
        );
        assert_eq!(kept.state, state);
        let subject = format!("trackers/{id}");
        let log = store.events_after(None, 0, 999).await?;
        let seqs = log.iter().filter(|event| event.subject == subject);
        assert!(
            seqs.map(|event| event.subject_seq).eq(1..=21),
            "each told once"
        );
    }
    Ok(())
}

async fn estimate(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let id = tracker(1, None)?.id;
    store.apply(batch(0).track(tracker(1, None)?)).await?;
    let mut news = told(Vec::new());
    news.estimate = Some("2026-02-10T20:00:00".parse()?);
    news.last_mile_number = Some(number(77)?);
    for expected in [1, 0] {
        let applied = store.apply(batch(1).observe(&id, news.clone())).await?;
        assert_eq!(applied.seqs.len(), expected);
    }
    store.apply(batch(2).observe(&id, told(Vec::new()))).await?;
    let kept = store.tracker(&tenant(), &id).await?.ok_or("the tracker")?;
    assert_eq!(
        (kept.estimate, kept.last_mile_number),
        (news.estimate, news.last_mile_number)
    );
    Ok(())
}

async fn failed(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let id = tracker(1, None)?.id;
    store.apply(batch(0).track(tracker(1, Some(5))?)).await?;
    for expected in [1, 2] {
        store.apply(batch(6).check_failed(&id, at(1_000))).await?;
        let failed = store.tracker(&tenant(), &id).await?.ok_or("it")?;
        let next = failed.next_check_at;
        assert_eq!((failed.failures, next), (expected, Some(at(1_000))));
    }
    store.apply(batch(7).observe(&id, told(Vec::new()))).await?;
    let asked = store.tracker(&tenant(), &id).await?.ok_or("it")?;
    assert_eq!(asked.failures, 0);
    Ok(())
}

async fn corrected(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let id = tracker(1, None)?.id;
    store.apply(batch(0).track(tracker(1, None)?)).await?;
    let edition = |event: &TrackingEvent, mapping_version, status| TrackingEvent {
        status: Some(status),
        mapping_version,
        ..event.clone()
    };
    let (picked_up, moved) = (
        event(1, 10, Status::Accepted)?,
        event(1, 20, Status::InTransit)?,
    );
    let both = vec![picked_up.clone(), moved.clone()];
    store
        .apply(batch(1).observe(&id, told(both.clone())))
        .await?;

    // The second edition reads one of them otherwise, and tells it once, whoever brings it.
    let held = edition(&moved, 2, Status::Exception);
    let anew = vec![edition(&picked_up, 2, Status::Accepted), held.clone()];
    let again = (0..4).map(|_| batch(2).observe(&id, told(anew.clone())));
    for outcome in join_all(again.map(|again| store.apply(again))).await {
        let new_events = outcome?
            .trackers
            .iter()
            .map(|seen| seen.new_events)
            .sum::<usize>();
        assert_eq!(new_events, 0);
    }
    // Who still reads by the first one takes nothing back.
    store.apply(batch(3).observe(&id, told(both))).await?;

    let kept = store.tracker(&tenant(), &id).await?.ok_or("it")?;
    assert_eq!(
        (kept.state.status, kept.state.events),
        (Status::Exception, 2)
    );
    let events = store.tracking_events(&tenant(), &id).await?;
    assert_eq!(events, anew, "seen when they were first seen");
    let log = store.events_after(None, 3, 99).await?;
    let [told] = log.as_slice() else {
        return Err(format!("{log:?}").into());
    };
    let news: TrackerNews = serde_json::from_str(&told.data)?;
    assert_eq!(
        (told.kind.as_str(), news.event),
        ("tracking.corrected", Some(held))
    );
    Ok(())
}

async fn ended(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let id = tracker(1, None)?.id;
    store.apply(batch(0).track(tracker(1, Some(5))?)).await?;
    for _ in 0..2 {
        store
            .apply(batch(1).end_tracker(&id, TrackerEnd::Stopped))
            .await?;
    }
    let observation = told(vec![event(1, 2, Status::InTransit)?]);
    store.apply(batch(2).observe(&id, observation)).await?;
    let kept = store.tracker(&tenant(), &id).await?.ok_or("it")?;
    assert_eq!(
        (kept.ended, kept.next_check_at),
        (Some(TrackerEnd::Stopped), None)
    );
    assert_eq!(
        kept.state.status,
        Status::InTransit,
        "what is heard is heard"
    );

    store.apply(batch(3).track(tracker(1, Some(7))?)).await?;
    let kept = store.tracker(&tenant(), &id).await?.ok_or("it")?;
    assert_eq!((kept.ended, kept.next_check_at), (None, Some(at(7))));
    let log = store.events_after(None, 0, 99).await?;
    let kinds: Vec<&str> = log.iter().map(|event| event.kind.as_str()).collect();
    let expected = [
        "tracker.created",
        "tracker.stopped",
        "tracking.updated",
        "tracker.updated",
    ];
    assert_eq!(kinds, expected);
    let nobody = batch(4).end_tracker(&"nobody".parse()?, TrackerEnd::Expired);
    let refused = store.apply(nobody).await;
    assert!(matches!(refused, Err(Error::Missing(_))), "{refused:?}");
    Ok(())
}

async fn found(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let ids = make::follow(&*store, 6).await?;
    let shipment = Some(purchase(1)?.id);
    let linked = NewTracker {
        shipment: shipment.clone(),
        ..tracker(2, None)?
    };
    let yanwen = NewTracker {
        carrier: CarrierId::known("yanwen"),
        id: "yanwen".parse()?,
        ..tracker(3, None)?
    };
    let end = ids.first().ok_or("a tracker")?;
    let changing = batch(1).track(linked).track(yanwen);
    store
        .apply(changing.end_tracker(end, TrackerEnd::Expired))
        .await?;

    let ups = Some(CarrierId::known("ups"));
    let wanted = [
        (None, number(3)?),
        (ups.clone(), number(4)?),
        (ups.clone(), number(9)?),
    ];
    let found = store.trackers_by_number(&tenant(), &wanted).await?;
    assert_eq!(found.len(), 3, "two carriers' number 3, and number 4");
    let asked = [ids.clone(), vec!["nobody".parse()?], ids.clone()].concat();
    let mut found = store.trackers_by_id(&tenant(), &asked).await?;
    found.sort_by(|one, other| one.id.cmp(&other.id));
    let found: Vec<_> = found.into_iter().map(|tracker| tracker.id).collect();
    assert_eq!(found, ids, "each once, however often it is asked for");
    assert_eq!(store.trackers_by_id(&tenant(), &[]).await?, []);

    let any = TrackerFilter::default();
    let of_shipment = TrackerFilter {
        shipment,
        ..any.clone()
    };
    let of_ups = TrackerFilter {
        carrier: ups,
        followed_only: true,
        ..any.clone()
    };
    for (filter, expected) in [(any, 7), (of_shipment, 1), (of_ups, 5)] {
        let found = store.trackers(&tenant(), &filter, Page::first(99)).await?;
        assert_eq!(found.len(), expected, "{filter:?}");
    }
    Ok(())
}

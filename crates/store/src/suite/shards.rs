//! Trackers are looked after by one at a time, and found by who does.

use std::sync::Arc;

use parcelgate_domain::Status;

use super::make::{at, batch, claim, event, follow, tenant, told, tracker};
use super::{Case, Outcome, Place};
use crate::{Error, Page, ShardLease, Store, TrackerId};

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::new("shards::each_is_held_by_one", held_by_one),
        Case::new("shards::who_has_lost_one_writes_nothing", fenced),
        Case::new("shards::a_shard_shows_who_is_asked_for", shown),
        Case::new("shards::the_log_shows_who_has_changed", told_of),
        Case::new("shards::only_who_looks_after_it_moves_a_check", moved),
    ]
}

async fn held_by_one(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let lease = |owner: &'static str, now, most| store.lease_shards(owner, claim(now, most));
    let one = lease("one", 0, 256).await?;
    assert_eq!(one.len(), 256);
    assert!(one.iter().all(|lease| lease.epoch == 1));
    assert_eq!(lease("two", 1, 256).await?, [], "none is free");
    assert_eq!(lease("one", 2, 256).await?.len(), 128);
    let two = lease("two", 3, 256).await?;
    assert_eq!(two.len(), 128);
    assert!(two.iter().all(|lease| lease.epoch == 2));

    // One is gone without a word: until second 62 it may come back.
    assert_eq!(lease("two", 61, 256).await?, two);
    assert_eq!(lease("two", 62, 256).await?.len(), 256);
    assert_eq!(lease("one", 63, 256).await?, []);

    // Two says that it goes.
    assert_eq!(lease("two", 64, 0).await?, []);
    assert_eq!(
        lease("one", 65, 200).await?.len(),
        200,
        "no more than it wants"
    );
    Ok(())
}

async fn fenced(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let id = tracker(1, None)?.id;
    let shard = id.shard().ok_or("a shard")?;
    store.apply(batch(0).track(tracker(1, Some(5))?)).await?;
    store.lease_shards("one", claim(0, 256)).await?;
    let mine = ShardLease { shard, epoch: 1 };
    let seen = || told(Vec::new());
    store
        .apply(batch(1).under(mine).observe(&id, seen()))
        .await?;
    store.lease_shards("two", claim(60, 256)).await?;
    for late in [
        batch(61).under(mine).observe(&id, seen()),
        batch(61).under(mine).check_failed(&id, at(99)),
        batch(61)
            .under(ShardLease { shard, epoch: 9 })
            .observe(&id, seen()),
    ] {
        let refused = store.apply(late).await;
        assert!(matches!(refused, Err(Error::LeaseLost(_))), "{refused:?}");
    }
    let kept = store.tracker(&tenant(), &id).await?.ok_or("it")?;
    assert_eq!((kept.last_checked_at, kept.failures), (Some(at(1)), 0));
    let theirs = ShardLease { shard, epoch: 2 };
    store
        .apply(batch(62).under(theirs).observe(&id, seen()))
        .await?;
    Ok(())
}

async fn ids_of(store: &dyn Store, shard: u8, limit: u32) -> Result<Vec<TrackerId>, crate::Error> {
    let mut ids: Vec<TrackerId> = Vec::new();
    loop {
        let after = ids.last().cloned();
        let after = after.as_ref();
        let page = store
            .trackers_of_shard(shard, Page { after, limit })
            .await?;
        if page.is_empty() {
            return Ok(ids);
        }
        ids.extend(page.into_iter().map(|tracker| tracker.id));
    }
}

async fn shown(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let mut following = batch(0);
    for number in 100..400 {
        // Every other one is not asked for.
        let due = (number % 2 == 0).then_some(5);
        following = following.track(tracker(number, due)?);
    }
    store.apply(following).await?;
    let shard = tracker(142, None)?.id.shard().ok_or("a shard")?;
    assert_eq!(shard, 0x42);
    let mut expected = Vec::new();
    for number in [142, 242, 342] {
        expected.push(tracker(number, None)?.id);
    }
    for limit in [1, 2, 99] {
        assert_eq!(ids_of(&*store, shard, limit).await?, expected);
    }
    let none = tracker(143, None)?.id.shard().ok_or("a shard")?;
    assert!(ids_of(&*store, none, 99).await?.is_empty());
    let over = batch(1).end_tracker(&tracker(242, None)?.id, crate::TrackerEnd::Stopped);
    store.apply(over).await?;
    assert_eq!(ids_of(&*store, shard, 99).await?.len(), 2);
    Ok(())
}

async fn told_of(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let ids = follow(&*store, 3).await?;
    let head = store.head_seq().await?;
    let all = store.trackers_told((0, head)).await?;
    assert_eq!(all.len(), 3);
    let first = ids.first().ok_or("one")?;
    for hour in [1, 2] {
        let news = told(vec![event(0, hour, Status::InTransit)?]);
        store.apply(batch(hour).pushed(first, news)).await?;
    }
    let head = (head, store.head_seq().await?);
    assert_eq!(head.1 - head.0, 2);
    let changed = store.trackers_told(head).await?;
    let [changed] = changed.as_slice() else {
        return Err(format!("{} of one", changed.len()).into());
    };
    assert_eq!((&changed.id, changed.pushed_at), (first, Some(at(2))));
    assert_eq!(changed.last_checked_at, None, "nobody has asked");
    assert_eq!(store.trackers_told((head.1, head.1)).await?, []);
    Ok(())
}

async fn moved(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let id = tracker(1, None)?.id;
    let shard = id.shard().ok_or("a shard")?;
    store.apply(batch(0).track(tracker(1, Some(5))?)).await?;
    let next = async || {
        let kept = store.tracker(&tenant(), &id).await?;
        Ok::<_, Error>(kept.and_then(|kept| kept.next_check_at))
    };
    store.apply(batch(1).observe(&id, told(Vec::new()))).await?;
    store.apply(batch(1).pushed(&id, told(Vec::new()))).await?;
    assert_eq!(next().await?, Some(at(5)), "nothing was told");
    let until = batch(1).push_until(&id, at(900));
    store.apply(until).await?;
    let news = told(vec![event(1, 1, Status::InTransit)?]);
    store.apply(batch(2).pushed(&id, news.clone())).await?;
    assert_eq!(next().await?, Some(at(100_000)));
    store.lease_shards("one", claim(0, 256)).await?;
    let own = batch(3).under(ShardLease { shard, epoch: 1 });
    let mut later = told(Vec::new());
    later.next_check_at = Some(at(200_000));
    store.apply(own.observe(&id, later)).await?;
    assert_eq!(next().await?, Some(at(200_000)));
    let kept = store.tracker(&tenant(), &id).await?.ok_or("it")?;
    assert_eq!(
        (kept.pushed_at, kept.push_until),
        (Some(at(2)), Some(at(900)))
    );
    Ok(())
}

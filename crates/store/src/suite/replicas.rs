//! Of several replicas each sees what the others do, and none does what another has done.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures::future::{join_all, try_join_all};

use super::make::{self, accept, at, batch, claim, purchase, tenant, tracker};
use super::money::{QUOTED, key, with_key};
use super::{Case, Outcome, Place};
use crate::{Error, NewJob, Result, Step, Store};

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::new("replicas::several_may_start_at_once", start_at_once),
        Case::new(
            "replicas::each_sees_and_hears_what_another_wrote",
            see_and_hear,
        ),
        Case::new("replicas::the_log_has_no_gaps", no_gaps),
        Case::new("replicas::one_of_many_senders_wins", one_wins),
        Case::new("replicas::nobody_is_handed_the_same", claimed_once),
        Case::new("replicas::a_limit_is_one_for_all", one_limit),
    ]
}

async fn open(place: &dyn Place, many: usize) -> Result<Vec<Arc<dyn Store>>> {
    try_join_all((0..many).map(|_| place.open())).await
}

fn job(number: usize) -> Result<NewJob, Box<dyn std::error::Error + Send + Sync>> {
    Ok(NewJob {
        id: format!("job-{number:03}").parse()?,
        name: "settle".to_owned(),
        payload: "{}".to_owned(),
        run_at: at(0),
        dedupe_key: None,
    })
}

async fn start_at_once(place: Arc<dyn Place>) -> Outcome {
    for store in open(&*place, 3).await? {
        store.ready().await?;
        store.close().await;
    }
    Ok(())
}

async fn see_and_hear(place: Arc<dyn Place>) -> Outcome {
    let stores = open(&*place, 2).await?;
    let [one, other] = stores.as_slice() else {
        return Err("two stores".into());
    };
    let mut head = other.head();
    let before = *head.borrow();
    let applied = one.apply(accept(batch(0), 1)?).await?;
    let seen = other.shipment(&tenant(), &purchase(1)?.id).await?;
    assert_eq!(seen.as_ref(), applied.shipments.first(), "at once");
    let heard = *head.wait_for(|head| head.seq > before.seq).await?;
    assert_eq!((heard.seq, heard.work), (1, before.work), "no work");

    one.apply(batch(0).enqueue(job(1)?)).await?;
    let heard = *head.wait_for(|head| head.work > before.work).await?;
    assert_eq!(heard.seq, 1, "no event");
    assert_eq!(*one.head().borrow(), heard, "both know the same");

    // And back: what one heard it does not count again.
    other.apply(accept(batch(0), 2)?).await?;
    one.head().wait_for(|head| head.seq == 2).await?;
    assert_eq!(one.head_seq().await?, 2);
    Ok(())
}

async fn no_gaps(place: Arc<dyn Place>) -> Outcome {
    let stores = open(&*place, 3).await?;
    let mut writes = Vec::new();
    for number in 0..90 {
        let new = accept(batch(0), number)?.track(tracker(number, None)?);
        // Every tenth fails: its request was used by the one before.
        let new = match number % 10 {
            9 => accept(new, number - 1)?,
            _ => new,
        };
        let store = stores.get(number % 3).ok_or("three stores")?;
        writes.push(store.apply(new));
    }
    let mut seqs = Vec::new();
    for outcome in join_all(writes).await {
        match outcome {
            Ok(applied) => seqs.extend(applied.seqs),
            Err(error) => assert!(
                matches!(error, Error::Taken(_) | Error::AlreadyAsked(_)),
                "{error:?}"
            ),
        }
    }
    seqs.sort_unstable();
    let count = i64::try_from(seqs.len())?;
    assert!(count >= 81 * 2, "{count}");
    assert!(seqs.into_iter().eq(1..=count), "each is given once");
    for store in &stores {
        let events = store.events_after(None, 0, 1_000).await?;
        assert!(events.iter().map(|event| event.seq).eq(1..=count));
        store.head().wait_for(|head| head.seq == count).await?;
    }
    Ok(())
}

async fn one_wins(place: Arc<dyn Place>) -> Outcome {
    let stores = open(&*place, 3).await?;
    let id = purchase(0)?.id;
    let first = stores.first().ok_or("three stores")?;
    first.apply(accept(batch(0), 0)?).await?;
    let mut senders = Vec::new();
    for store in stores.iter().cycle().take(30) {
        let send = Step::Sending {
            lease_until: at(60),
        };
        senders.push(store.apply(batch(1).advance(&id, make::accepted(), send)));
    }
    let outcomes = join_all(senders).await;
    let won = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(won, 1);
    for error in outcomes.into_iter().filter_map(Result::err) {
        assert!(matches!(error, Error::Conflict { .. }), "{error:?}");
    }
    Ok(())
}

async fn one_limit(place: Arc<dyn Place>) -> Outcome {
    let stores = open(&*place, 2).await?;
    let first = stores.first().ok_or("two stores")?;
    let shop = key(&**first, "shop", 10 * QUOTED).await?;
    let mut buys = Vec::new();
    for (number, store) in (0..100).zip(stores.iter().cycle()) {
        buys.push(store.apply(with_key(&shop, 1, number)?));
    }
    let outcomes = join_all(buys).await;
    let bought = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(bought, 10);
    for error in outcomes.into_iter().filter_map(Result::err) {
        assert!(matches!(error, Error::SpendLimit(_)), "{error:?}");
    }
    Ok(())
}

async fn claimed_once(place: Arc<dyn Place>) -> Outcome {
    let stores = open(&*place, 3).await?;
    let first = stores.first().ok_or("three stores")?;
    let mut making = batch(0);
    for number in 0..60 {
        making = making.enqueue(job(number)?);
    }
    first.apply(making).await?;
    let turns = || stores.iter().cycle().take(15);
    let jobs = turns().map(|store| store.claim_jobs(&["settle"], "me", claim(1, 5)));
    let owners = ["one", "two", "three", "four", "five"];
    let shards = turns().zip(owners);
    let shards = shards.map(|(store, owner)| store.lease_shards(owner, claim(1, 50)));
    let (jobs, shards) = futures::join!(join_all(jobs), join_all(shards));
    let jobs: Vec<Vec<_>> = jobs.into_iter().collect::<Result<_>>()?;
    let shards: Vec<Vec<_>> = shards.into_iter().collect::<Result<_>>()?;
    let jobs: Vec<_> = jobs.into_iter().flatten().map(|job| job.id).collect();
    let shards: Vec<_> = shards.into_iter().flatten().collect();
    assert_eq!((jobs.len(), shards.len()), (60, 250), "all of them");
    assert_eq!(jobs.iter().collect::<BTreeSet<_>>().len(), 60);
    assert_eq!(shards.iter().collect::<BTreeSet<_>>().len(), 250);
    for store in &stores {
        let leased = store.claim_jobs(&["settle"], "me", claim(60, 99)).await?;
        assert!(leased.is_empty(), "while they are leased");
    }
    let second = stores.last().ok_or("three stores")?;
    let over = second.claim_jobs(&["settle"], "me", claim(61, 99)).await?;
    assert_eq!(over.len(), 60, "when the leases are over");
    Ok(())
}

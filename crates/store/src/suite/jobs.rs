//! A job is done by one at a time, until it is done or given up.

use std::sync::Arc;

use futures::future::join_all;

use super::make::{at, batch, claim};
use super::{Case, Outcome, Place};
use crate::{Error, Job, JobReport, NewJob, Result, Store};

type Made<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::new("jobs::two_workers_never_have_the_same", claimed_once),
        Case::new("jobs::a_job_is_tried_until_it_is_done_or_dead", tried),
        Case::new("jobs::the_same_job_is_queued_once", queued_once),
        Case::new("jobs::whoever_waits_is_woken", woken),
    ]
}

fn job(number: usize, run_at: i64, dedupe_key: Option<&str>) -> Made<NewJob> {
    Ok(NewJob {
        id: format!("job-{number:03}").parse()?,
        name: "settle".to_owned(),
        payload: format!(r#"{{"n":{number}}}"#),
        run_at: at(run_at),
        dedupe_key: dedupe_key.map(ToOwned::to_owned),
    })
}

async fn take(store: &dyn Store, now: i64) -> Result<Vec<Job>> {
    store.claim_jobs(&["settle"], "me", claim(now, 99)).await
}

async fn report(store: &dyn Store, now: i64, job: &Job, report: JobReport) -> Result<()> {
    let batch = batch(now).report_job(&job.id, job.attempts, report);
    store.apply(batch).await.map(drop)
}

async fn claimed_once(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let mut queueing = batch(0);
    for number in 0..30 {
        queueing = queueing.enqueue(job(number, 30 - i64::try_from(number)?, None)?);
    }
    store.apply(queueing).await?;
    let others = store.claim_jobs(&["sweep"], "me", claim(99, 9)).await?;
    assert!(others.is_empty(), "of that name only");
    let first = store
        .claim_jobs(&["sweep", "settle"], "me", claim(5, 2))
        .await?;
    let times: Vec<_> = first.iter().map(|job| job.run_at).collect();
    assert_eq!(times, [at(1), at(2)], "the longest waiting first");

    let claims = (0..8).map(|_| store.claim_jobs(&["settle"], "me", claim(50, 5)));
    let mut ids = Vec::new();
    for outcome in join_all(claims).await {
        ids.extend(outcome?.into_iter().map(|job| job.id));
    }
    let many = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!((many, ids.len()), (28, 28));
    Ok(())
}

async fn tried(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    store.apply(batch(0).enqueue(job(1, 0, None)?)).await?;
    let first = take(&*store, 0).await?;
    let [first] = first.as_slice() else {
        return Err("one job".into());
    };
    assert_eq!((first.attempts, first.owner.as_deref()), (1, Some("me")));
    assert_eq!(
        (first.payload.as_str(), first.lease_until),
        (r#"{"n":1}"#, Some(at(60)))
    );
    let again = JobReport::Retry {
        at: at(100),
        error: Some("busy".to_owned()),
    };
    report(&*store, 1, first, again).await?;
    assert!(take(&*store, 99).await?.is_empty());

    let second = take(&*store, 100).await?;
    let [second] = second.as_slice() else {
        return Err("one job".into());
    };
    assert_eq!(
        (second.attempts, second.last_error.as_deref()),
        (2, Some("busy"))
    );
    // Its worker is gone; the next has it when the lease is over.
    let third = take(&*store, 160).await?;
    let [third] = third.as_slice() else {
        return Err("one job".into());
    };
    let late = report(&*store, 161, second, JobReport::Done).await;
    assert!(matches!(late, Err(Error::LeaseLost(_))), "{late:?}");
    report(
        &*store,
        161,
        third,
        JobReport::Dead {
            error: "no".to_owned(),
        },
    )
    .await?;
    assert!(take(&*store, 9_999).await?.is_empty());

    store.apply(batch(0).enqueue(job(2, 0, None)?)).await?;
    for job in take(&*store, 200).await? {
        report(&*store, 201, &job, JobReport::Done).await?;
        let gone = report(&*store, 202, &job, JobReport::Done).await;
        assert!(matches!(gone, Err(Error::Missing(_))), "{gone:?}");
    }
    Ok(())
}

async fn queued_once(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let mut asks = Vec::new();
    for number in 0..10 {
        asks.push(batch(0).enqueue(job(number, 20, Some("parcel"))?));
    }
    for outcome in join_all(asks.into_iter().map(|ask| store.apply(ask))).await {
        outcome?;
    }
    store
        .apply(batch(0).enqueue(job(10, 5, Some("parcel"))?))
        .await?;
    store
        .apply(batch(0).enqueue(job(11, 5, Some("other"))?))
        .await?;
    let running = take(&*store, 6).await?;
    assert_eq!(running.len(), 2, "one for each key, at the earlier time");

    // Asked for while it runs: it runs once more, for it may have looked already.
    store
        .apply(batch(7).enqueue(job(12, 30, Some("parcel"))?))
        .await?;
    for job in &running {
        report(&*store, 8, job, JobReport::Done).await?;
    }
    assert!(take(&*store, 29).await?.is_empty());
    let once_more = take(&*store, 30).await?;
    assert_eq!(once_more.len(), 1);
    for job in &once_more {
        report(&*store, 31, job, JobReport::Done).await?;
    }
    assert!(take(&*store, 9_999).await?.is_empty());
    store
        .apply(batch(40).enqueue(job(13, 40, Some("parcel"))?))
        .await?;
    let anew = take(&*store, 40).await?;
    let [anew] = anew.as_slice() else {
        return Err("what is done may be asked anew".into());
    };
    // Also in the same step, under an id that sorts before.
    let step = batch(41).report_job(&anew.id, anew.attempts, JobReport::Done);
    store
        .apply(step.enqueue(job(0, 41, Some("parcel"))?))
        .await?;
    assert_eq!(take(&*store, 41).await?.len(), 1);
    Ok(())
}

async fn woken(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let mut head = store.head();
    let before = head.borrow_and_update().work;
    store.apply(batch(0).enqueue(job(1, 0, None)?)).await?;
    head.changed().await?;
    assert!(head.borrow_and_update().work > before);
    store.ready().await?;
    assert!(!head.has_changed()?, "nothing to do, nobody is woken");
    Ok(())
}

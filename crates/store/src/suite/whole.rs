//! A batch is written whole or not at all, once, for good, and in order.

use std::sync::Arc;
use std::task::Poll;

use futures::future::join_all;
use futures::poll;

use super::make::{self, accept, at, batch, claim, purchase, request, tenant, tracker};
use super::{Case, Outcome, Place};
use crate::{
    Blob, Error, Event, Page, QuoteId, QuoteRecord, ShipmentFilter, ShipmentNews, Step, Store,
    TrackerFilter,
};

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::new(
            "whole::a_batch_that_fails_leaves_nothing",
            fails_leaves_nothing,
        ),
        Case::new(
            "whole::one_conflicting_batch_fails_alone",
            conflict_fails_alone,
        ),
        Case::new(
            "whole::a_caller_that_leaves_cuts_nothing_in_two",
            caller_leaves,
        ),
        Case::new(
            "whole::the_log_is_in_order_and_without_gaps",
            log_is_in_order,
        ),
        Case::new("whole::one_request_id_is_accepted_once", request_once),
        Case::new(
            "whole::an_answer_is_given_again_byte_for_byte",
            answer_again,
        ),
        Case::new("whole::what_is_reopened_is_all_there", reopened),
        Case::new("whole::what_is_closed_refuses", closed),
        Case::new("whole::a_quote_is_known_at_once_and_written_soon", quotes),
    ]
}

/// A batch that accepts a purchase and follows a parcel.
fn both(number: usize) -> Result<crate::Batch, Box<dyn std::error::Error + Send + Sync>> {
    Ok(accept(batch(0), number)?.track(tracker(number, None)?))
}

async fn all_events(store: &dyn Store) -> Result<Vec<Event>, Error> {
    store.events_after(None, 0, 10_000).await
}

async fn fails_leaves_nothing(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    store.apply(accept(batch(0), 1)?).await?;
    let before = all_events(&*store).await?;

    let taken = purchase(1)?;
    let doomed = both(2)?.accept(taken, request(3), [0; 32]);
    let refused = store.apply(doomed).await;
    assert!(matches!(refused, Err(Error::Taken(_))), "{refused:?}");
    assert_eq!(all_events(&*store).await?, before);
    assert_eq!(store.reservation(&tenant(), &request(2)).await?, None);
    assert_eq!(store.reservation(&tenant(), &request(3)).await?, None);
    assert_eq!(store.order(&tenant(), &purchase(2)?.id).await?, None);
    let trackers = TrackerFilter::default();
    assert!(
        store
            .trackers(&tenant(), &trackers, Page::first(9))
            .await?
            .is_empty()
    );

    // What failed is free to be done.
    assert_eq!(store.apply(both(2)?).await?.seqs, [2, 3]);
    Ok(())
}

async fn conflict_fails_alone(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    store.apply(accept(batch(0), 0)?).await?;
    let id = purchase(0)?.id;
    // All at once, so that they share a commit: every third asks for what one only can have.
    let mut batches = Vec::new();
    for number in 1..=60 {
        let send = Step::Sending {
            lease_until: at(60),
        };
        batches.push(match number % 3 {
            0 => both(number)?.advance(&id, make::accepted(), send),
            _ => both(number)?,
        });
    }
    let outcomes = join_all(batches.into_iter().map(|batch| store.apply(batch))).await;
    let won = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(won, 41, "40 that want nothing, and one winner");
    for (number, outcome) in (1..).zip(&outcomes) {
        let there = store.shipment(&tenant(), &purchase(number)?.id).await?;
        assert_eq!(there.is_some(), outcome.is_ok(), "{number}: {outcome:?}");
        if let Err(error) = outcome {
            assert!(matches!(error, Error::Conflict { .. }), "{error:?}");
        }
    }
    let events = all_events(&*store).await?;
    assert_eq!(events.len(), 1 + 41 * 2 + 1);
    let mut seqs: Vec<i64> = outcomes
        .into_iter()
        .flatten()
        .flat_map(|a| a.seqs)
        .collect();
    seqs.sort_unstable();
    assert!(
        seqs.into_iter().eq(2..=84),
        "each batch is told its own events"
    );
    Ok(())
}

async fn caller_leaves(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let mut left = 0;
    for number in 0..120 {
        let mut applying = store.apply(both(number)?);
        // Each leaves after another number of looks.
        let mut looks = 0;
        loop {
            match poll!(&mut applying) {
                Poll::Ready(outcome) => {
                    outcome?;
                    break;
                }
                Poll::Pending if looks == number % 40 => {
                    left += 1;
                    break;
                }
                Poll::Pending => tokio::task::yield_now().await,
            }
            looks += 1;
        }
    }
    assert!(left > 0, "some did leave");
    store.ready().await?; // what was under way is done
    let events = all_events(&*store).await?;
    let mut there = 0;
    for number in 0..120 {
        let id = purchase(number)?.id;
        let subject = format!("shipments/{id}");
        let parts = [
            store.shipment(&tenant(), &id).await?.is_some(),
            store
                .reservation(&tenant(), &request(number))
                .await?
                .is_some(),
            store.order(&tenant(), &id).await?.is_some(),
            store
                .tracker(&tenant(), &tracker(number, None)?.id)
                .await?
                .is_some(),
            events.iter().any(|event| event.subject == subject),
        ];
        assert!(
            parts == [true; 5] || parts == [false; 5],
            "{number}: {parts:?}"
        );
        there += usize::from(parts == [true; 5]);
    }
    assert_eq!(events.len(), there * 2);
    assert!(there > 0, "some were written");
    Ok(())
}

async fn log_is_in_order(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let mut head = store.head();
    let mut batches = Vec::new();
    for number in 0..100 {
        batches.push(both(number)?);
    }
    let applied = join_all(batches.into_iter().map(|batch| store.apply(batch))).await;
    let applied: Result<Vec<_>, Error> = applied.into_iter().collect();
    for outcome in applied? {
        let (first, second) = (outcome.seqs.first(), outcome.seqs.last());
        assert_eq!(
            first.map(|seq| seq + 1).as_ref(),
            second,
            "one batch, one run"
        );
    }
    let seen = head.wait_for(|head| head.seq >= 200).await?.seq;
    assert_eq!((seen, store.head_seq().await?), (200, 200));

    let mut cursor = 0;
    loop {
        let page = store.events_after(Some(&tenant()), cursor, 7).await?;
        let Some(last) = page.last() else { break };
        assert!(page.iter().map(|event| event.seq).eq(cursor + 1..=last.seq));
        cursor = last.seq;
    }
    assert_eq!(cursor, 200);
    let one = store.event(&tenant(), 200).await?;
    assert_eq!(one.map(|event| event.subject_seq), Some(1));
    Ok(())
}

async fn request_once(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let mut batches = Vec::new();
    for number in 0..64 {
        batches.push(batch(0).accept(purchase(number)?, request(0), [1; 32]));
    }
    let outcomes = join_all(batches.into_iter().map(|batch| store.apply(batch))).await;
    let won: Vec<_> = outcomes
        .iter()
        .filter_map(|outcome| outcome.as_ref().ok())
        .collect();
    assert_eq!(won.len(), 1);
    let winner = won.iter().flat_map(|applied| &applied.shipments).next();
    let winner = winner.ok_or("a purchase that was accepted")?;
    for outcome in &outcomes {
        if let Err(error) = outcome {
            let Error::AlreadyAsked(earlier) = error else {
                return Err(error.to_string().into());
            };
            assert_eq!(earlier.subject, format!("shipments/{}", winner.id));
            assert_eq!(earlier.body_sha256, [1; 32]);
        }
    }
    let filter = ShipmentFilter::default();
    let shipments = store.shipments(&tenant(), &filter, Page::first(99)).await?;
    assert_eq!(shipments.iter().collect::<Vec<_>>(), [winner]);
    assert_eq!(all_events(&*store).await?.len(), 1);
    Ok(())
}

async fn answer_again(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let answers: [&[u8]; 3] = [b"", b"\0\xff\x00'\"{}", &[0x5a; 70_000]];
    // In one commit, so that each must find its own bytes among the others'.
    let mut all = batch(0);
    for (number, answer) in answers.iter().enumerate() {
        all = all
            .reserve(request(number), [9; 32], "trackers/1".to_owned())
            .answer(request(number), Blob::from(answer.to_vec()));
    }
    store.apply(all).await?;
    let second = batch(1).answer(request(1), Blob::from(b"other".to_vec()));
    store.apply(second).await?;
    for (number, answer) in answers.iter().enumerate() {
        let kept = store.reservation(&tenant(), &request(number)).await?;
        let kept = kept.and_then(|kept| kept.answer);
        assert_eq!(kept.as_ref().map(AsRef::as_ref), Some(*answer), "{number}");
    }
    let unasked = batch(2).answer(request(9), Blob::default());
    let refused = store.apply(unasked).await;
    assert!(matches!(refused, Err(Error::Missing(_))), "{refused:?}");
    Ok(())
}

async fn reopened(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    store.apply(both(1)?).await?;
    let id = purchase(1)?.id;
    let (sent, _) = make::walk(
        batch(5),
        &id,
        vec![Step::Sending {
            lease_until: at(65),
        }],
    );
    store.apply(sent).await?;
    let before = store.shipment(&tenant(), &id).await?;
    let events = all_events(&*store).await?;
    store.close().await;
    drop(store);

    let store = place.open().await?;
    assert_eq!(store.shipment(&tenant(), &id).await?, before);
    assert_eq!(all_events(&*store).await?, events);
    assert_eq!(store.head().borrow().seq, 3);
    let again = store.apply(accept(batch(9), 1)?).await;
    assert!(matches!(again, Err(Error::AlreadyAsked(_))), "{again:?}");
    assert_eq!(store.apply(both(2)?).await?.seqs, [4, 5], "the log goes on");
    let told = events.last().ok_or("an event")?;
    let news: ShipmentNews = serde_json::from_str(&told.data)?;
    assert_eq!((news.shipment, news.state.as_str()), (id, "SENDING"));
    Ok(())
}

async fn closed(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    store.ready().await?;
    let mut writing = Vec::new();
    for number in 0..40 {
        let (store, batch) = (Arc::clone(&store), both(number)?);
        writing.push(tokio::spawn(async move { store.apply(batch).await }));
    }
    tokio::task::yield_now().await;
    store.close().await;
    let mut written = 0;
    for outcome in join_all(writing).await {
        match outcome? {
            Ok(_) => written += 2,
            Err(error) => assert!(matches!(error, Error::Closed), "{error:?}"),
        }
    }
    for refused in [
        store.ready().await.err(),
        store.apply(both(99)?).await.err(),
        store.lease_shards("me", claim(0, 1)).await.err(),
        store.head_seq().await.err(),
    ] {
        assert!(matches!(refused, Some(Error::Closed)), "{refused:?}");
    }
    store.close().await;
    let store = place.open().await?;
    assert_eq!(
        store.head_seq().await?,
        written,
        "who was answered was written"
    );
    Ok(())
}

fn quote(number: usize) -> Result<QuoteRecord, Box<dyn std::error::Error + Send + Sync>> {
    Ok(QuoteRecord {
        tenant: tenant(),
        id: format!("quote-{number}").parse()?,
        account: "ups-ohio".parse()?,
        carrier: parcelgate_domain::CarrierId::known("ups"),
        body: format!(r#"{{"n":{number}}}"#),
        created_at: at(0),
        expires_at: at(600),
    })
}

async fn quotes(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let quotes: Result<Vec<_>, _> = (0..1_500).map(quote).collect();
    let quotes = quotes?;
    for part in quotes.chunks(100) {
        store.remember_quotes(part.to_vec());
        for quote in part {
            assert_eq!(
                store.quote(&tenant(), &quote.id).await?.as_ref(),
                Some(quote)
            );
        }
    }
    store.close().await;
    let store = place.open().await?;
    for quote in &quotes {
        assert_eq!(
            store.quote(&tenant(), &quote.id).await?.as_ref(),
            Some(quote)
        );
    }
    let unknown: QuoteId = "quote-x".parse()?;
    assert_eq!(store.quote(&tenant(), &unknown).await?, None);
    Ok(())
}

//! Nobody sees or touches what is another's; keys say who is who.

use std::sync::Arc;

use parcelgate_domain::{LabelFormat, Secret, Status};

use super::make::{
    self, accept, at, batch, bought, event, label, number, purchase, request, tenant,
};
use super::{Case, Outcome, Place};
use crate::{
    ApiKey, Batch, Blob, DeliveryReport, Error, Evidence, Filter, JobReport, NewDelivery, NewJob,
    NewSubscription, Page, QuoteRecord, ShipmentFilter, SigningKeys, Step, Store,
    SubscriptionChange, Tenant, TrackerEnd, TrackerFilter, Version,
};

type Made<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::new("tenants::nobody_reads_what_is_anothers", reads),
        Case::new("tenants::nobody_changes_what_is_anothers", writes),
        Case::new("tenants::two_may_use_the_same_names", same_names),
        Case::new("keys::a_key_is_found_by_its_id_and_can_be_ended", keys),
    ]
}

fn stranger() -> Made<Tenant> {
    Ok("stranger".parse()?)
}

fn key(id: &str) -> Made<ApiKey> {
    Ok(ApiKey {
        tenant: tenant(),
        id: id.parse()?,
        name: "shop \"one\"".to_owned(),
        hash: std::array::from_fn(|at| u8::try_from(at).unwrap_or(0)),
        scopes: vec!["labels.buy".to_owned(), "rates.read".to_owned()],
        spend_limit: Some(make::usd(50_000)?),
        created_at: at(0),
        revoked_at: None,
        last_used_at: None,
    })
}

fn quote() -> Made<QuoteRecord> {
    Ok(QuoteRecord {
        tenant: tenant(),
        id: "quote-1".parse()?,
        account: "ups-ohio".parse()?,
        carrier: parcelgate_domain::CarrierId::known("ups"),
        body: "{}".to_owned(),
        created_at: at(0),
        expires_at: at(60),
    })
}

/// One of everything.
pub(super) async fn filled(store: &dyn Store) -> Made<Version> {
    let id = purchase(1)?.id;
    let sold = bought(1, vec![label(LabelFormat::Pdf, "one")])?;
    let way = vec![
        Step::Sending {
            lease_until: at(60),
        },
        Step::Bought(sold),
    ];
    let (walked, version) = make::walk(accept(batch(0), 1)?, &id, way);
    let evidence = Evidence {
        shipment: id,
        epoch: 2,
        sent_at: at(0),
        reply: Blob::from(b"{}".to_vec()),
    };
    let tracker = make::tracker(1, Some(0))?;
    let seen = make::told(vec![event(1, 1, Status::InTransit)?]);
    let all = walked
        .keep_evidence(evidence)
        .answer(request(1), Blob::from(b"answer".to_vec()))
        .subscribe(NewSubscription {
            id: "hook-1".parse()?,
            url: "https://shop.example".to_owned(),
            keys: SigningKeys {
                secret: Secret::from("s"),
                private: None,
            },
            filter: Filter::default(),
            latest_only: false,
        })
        .observe_new(tracker, seen)
        .create_key(key("key-1")?)
        .enqueue(NewJob {
            id: "job-1".parse()?,
            name: "settle".to_owned(),
            payload: "{}".to_owned(),
            run_at: at(0),
            dedupe_key: Some("k".to_owned()),
        });
    store.apply(all).await?;
    let delivery = NewDelivery {
        id: "delivery-1".parse()?,
        seq: 4,
        subject: "trackers/tracker-0001".to_owned(),
    };
    let fan_out = batch(1).fan_out(&"hook-1".parse()?, 3, 5, vec![delivery]);
    store.apply(fan_out).await?;
    store.remember_quotes(vec![quote()?]);
    Ok(version)
}

impl Batch {
    /// Follows a parcel and takes in what is told of it.
    fn observe_new(self, tracker: crate::NewTracker, seen: crate::Observation) -> Self {
        let id = tracker.id.clone();
        self.track(tracker).observe(&id, seen)
    }
}

/// How much of everything `who` can read.
pub(super) async fn readable(store: &dyn Store, who: &Tenant) -> Made<Vec<(&'static str, usize)>> {
    let mut counts = readable_shipments(store, who).await?;
    counts.extend(readable_trackers(store, who).await?);
    counts.extend(readable_events(store, who).await?);
    Ok(counts)
}

async fn readable_shipments(store: &dyn Store, who: &Tenant) -> Made<Vec<(&'static str, usize)>> {
    let id = purchase(1)?.id;
    let reference = make::reference(1)?;
    let (all, first) = (ShipmentFilter::default(), Page::first(9));
    let by_reference = store.shipment_by_reference(who, &reference).await?;
    Ok(vec![
        (
            "quote",
            store.quote(who, &quote()?.id).await?.iter().count(),
        ),
        (
            "reservation",
            store.reservation(who, &request(1)).await?.iter().count(),
        ),
        ("shipment", store.shipment(who, &id).await?.iter().count()),
        ("reference", by_reference.iter().count()),
        ("shipments", store.shipments(who, &all, first).await?.len()),
        ("order", store.order(who, &id).await?.iter().count()),
        ("evidence", store.evidence(who, &id).await?.len()),
        ("labels", store.labels(who, &id).await?.len()),
    ])
}

async fn readable_trackers(store: &dyn Store, who: &Tenant) -> Made<Vec<(&'static str, usize)>> {
    let id = "tracker-0001".parse()?;
    let (all, first) = (TrackerFilter::default(), Page::first(9));
    let by_id = store.trackers_by_id(who, std::slice::from_ref(&id)).await?;
    let by_number = store.trackers_by_number(who, &[(None, number(1)?)]).await?;
    Ok(vec![
        ("tracker", store.tracker(who, &id).await?.iter().count()),
        ("trackers", store.trackers(who, &all, first).await?.len()),
        ("ids", by_id.len()),
        ("numbers", by_number.len()),
        ("tracking", store.tracking_events(who, &id).await?.len()),
    ])
}

async fn readable_events(store: &dyn Store, who: &Tenant) -> Made<Vec<(&'static str, usize)>> {
    let hook = "hook-1".parse()?;
    Ok(vec![
        ("keys", store.keys(who, Page::first(9)).await?.len()),
        ("events", store.events_after(Some(who), 0, 1).await?.len()),
        ("event", store.event(who, 4).await?.iter().count()),
        (
            "subscription",
            store.subscription(who, &hook).await?.iter().count(),
        ),
        (
            "subscriptions",
            store.subscriptions(who, Page::first(9)).await?.len(),
        ),
        (
            "deliveries",
            store
                .deliveries(who, &hook, None, Page::first(9))
                .await?
                .len(),
        ),
    ])
}

async fn reads(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    filled(&*store).await?;
    for (what, many) in readable(&*store, &tenant()).await? {
        assert_eq!(many, 1, "{what}: the owner sees it");
    }
    for (what, many) in readable(&*store, &stranger()?).await? {
        assert_eq!(many, 0, "{what}: a stranger does not");
    }
    // The same once quotes are in the database.
    store.close().await;
    let store = place.open().await?;
    assert_eq!(store.quote(&stranger()?, &quote()?.id).await?, None);
    assert_eq!(store.quote(&tenant(), &quote()?.id).await?, Some(quote()?));
    Ok(())
}

async fn writes(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let version = filled(&*store).await?;
    let head = store.head_seq().await?;
    let id = purchase(1)?.id;
    let (tracker, hook) = ("tracker-0001".parse()?, "hook-1".parse()?);
    let evidence = Evidence {
        shipment: id.clone(),
        epoch: 2,
        sent_at: at(0),
        reply: Blob::default(),
    };
    let report = DeliveryReport {
        status: None,
        error: None,
        retry_at: None,
        told_missed: false,
    };
    let who = stranger()?;
    let theirs = || Batch::of(&who, at(9));
    let attempts = [
        theirs().answer(request(1), Blob::default()),
        theirs().advance(&id, version, Step::VoidWanted(None)),
        theirs().keep_labels(&id, Vec::new()),
        theirs().keep_evidence(evidence),
        theirs().observe(&tracker, make::told(Vec::new())),
        theirs().check_failed(&tracker, at(99)),
        theirs().push_until(&tracker, at(99)),
        theirs().end_tracker(&tracker, TrackerEnd::Stopped),
        theirs().change_subscription(&hook, SubscriptionChange::default()),
        theirs().unsubscribe(&hook),
        theirs().fan_out(&hook, 5, 6, Vec::new()),
        theirs().replay(&hook, at(9), Vec::new()),
        theirs().report_delivery(&"delivery-1".parse()?, 0, report),
        theirs().supersede_delivery(&"delivery-1".parse()?, 0),
        theirs().revoke_key(&"key-1".parse()?),
        theirs().seen_key(&"key-1".parse()?),
        theirs().report_job(&"job-1".parse()?, 0, JobReport::Done),
    ];
    for attempt in attempts {
        let shown = format!("{attempt:?}");
        let refused = store.apply(attempt).await;
        assert!(
            matches!(refused, Err(Error::Missing(_))),
            "{shown}: {refused:?}"
        );
    }
    assert_eq!(store.head_seq().await?, head);
    Ok(())
}

async fn same_names(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    filled(&*store).await?;
    let theirs = accept(Batch::of(&stranger()?, at(9)), 1)?;
    let applied = store.apply(theirs.track(make::tracker(1, None)?)).await?;
    assert!(applied.trackers.iter().all(|seen| seen.created));
    let log = store.events_after(Some(&stranger()?), 0, 9).await?;
    assert!(
        log.iter().map(|event| event.subject_seq).eq([1, 1]),
        "subjects of their own"
    );
    let taken = Batch::of(&stranger()?, at(9)).create_key(key("key-1")?);
    let refused = store.apply(taken).await;
    assert!(
        matches!(refused, Err(Error::Taken(_))),
        "key ids are one for all: {refused:?}"
    );
    Ok(())
}

async fn keys(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    for id in ["key-1", "key-2", "key-3"] {
        store.apply(batch(0).create_key(key(id)?)).await?;
    }
    assert_eq!(store.key(&"key-2".parse()?).await?, Some(key("key-2")?));
    assert_eq!(store.key(&"key-9".parse()?).await?, None);
    let (used, revoked) = ("key-1".parse()?, "key-3".parse()?);
    store
        .apply(batch(7).seen_key(&used).revoke_key(&revoked))
        .await?;
    store
        .apply(batch(5).seen_key(&used).revoke_key(&revoked))
        .await?;
    let used = store.key(&used).await?.ok_or("the key")?;
    let revoked = store.key(&revoked).await?.ok_or("the key")?;
    assert_eq!((used.last_used_at, used.revoked_at), (Some(at(7)), None));
    assert_eq!(
        (revoked.last_used_at, revoked.revoked_at),
        (None, Some(at(7)))
    );
    let first = store.keys(&tenant(), Page::first(2)).await?;
    let after = first.last().map(|key| &key.id);
    let rest = store.keys(&tenant(), Page { after, limit: 2 }).await?;
    assert_eq!((first.len(), rest.len()), (2, 1));
    Ok(())
}

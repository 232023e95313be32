//! No webhook leads inside: a canary listens where none may come, and nobody comes.
//!
//! Every address of the table is subscribed past the check that callers meet, so that the sender
//! alone is left to refuse it, at each of its attempts. Names are answered by a resolver that
//! changes its mind; 127.0.0.2 plays the public internet. A careless sender goes the same ways and
//! is seen by the canary each time: the canary is awake.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says what it ran"
)]

mod careless;
mod hostile;
mod played;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use parcelgate::config::PushConfig;
use parcelgate::push;
use parcelgate::service::subscriptions::{SubscriptionRequest, Subscriptions};
use parcelgate::service::{Caller, Fault};
use parcelgate_clock::{Clock as _, System, instant};
use parcelgate_domain::Secret;
use parcelgate_store::{
    Batch, Delivery, DeliveryState, Filter, NewSubscription, NewTracker, Page, SigningKeys, Sqlite,
    Store, SubscriptionId, Tenant,
};
use parcelgate_wire::Internet;
use tokio_util::sync::CancellationToken;

use hostile::{ADDRESSES, NAMES};
use played::{Played, Servers};

/// Attempts at each delivery.
const ATTEMPTS: u32 = 8;

/// How long all of it may take.
const PATIENCE: Duration = Duration::from_secs(60);

fn config() -> PushConfig {
    PushConfig {
        allow_http: true,
        retry_ms: vec![5; usize::try_from(ATTEMPTS).unwrap() - 1],
        ..push_defaults()
    }
}

/// What `serve` does unless told otherwise.
fn push_defaults() -> PushConfig {
    let defaults = include_str!("../../src/config/defaults.toml");
    let from = config::File::from_str(defaults, config::FileFormat::Toml);
    let read = config::Config::builder().add_source(from).build().unwrap();
    read.get("push").unwrap()
}

fn tenant() -> Tenant {
    "dev".parse().unwrap()
}

async fn subscribe(store: &dyn Store, url: &str) -> SubscriptionId {
    let id = SubscriptionId::fresh(System.now());
    let new = NewSubscription {
        id: id.clone(),
        url: url.to_owned(),
        keys: SigningKeys {
            secret: Secret::from("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned()),
            private: None,
        },
        filter: Filter::default(),
        latest_only: false,
    };
    let batch = Batch::of(&tenant(), System.now()).subscribe(new);
    store.apply(batch).await.unwrap();
    id
}

/// Something happens that all are to hear.
async fn happen(store: &dyn Store) {
    let new = NewTracker {
        id: "t-1".parse().unwrap(),
        account: None,
        carrier: "acme".to_owned().into(),
        number: "1Z00000001".parse().unwrap(),
        shipment: None,
        next_check_at: None,
    };
    let batch = Batch::of(&tenant(), System.now()).track(new);
    store.apply(batch).await.unwrap();
}

/// What became of the one delivery to each, once none is under way.
async fn ended(store: &dyn Store, all: &[SubscriptionId]) -> Vec<Delivery> {
    let mut head = store.head();
    let mut ends = Vec::new();
    for id in all {
        loop {
            head.mark_unchanged();
            let page = Page::first(9);
            let found = store.deliveries(&tenant(), id, None, page).await.unwrap();
            let end = found.into_iter().next();
            if let Some(end) = end.filter(|one| one.state != DeliveryState::Pending) {
                ends.push(end);
                break;
            }
            head.changed().await.unwrap();
        }
    }
    ends
}

/// Sends one event to all these addresses, and says what became of each.
async fn deliver(played: &Arc<Played>, urls: &[String]) -> BTreeMap<String, Delivery> {
    let store: Arc<dyn Store> = Arc::new(Sqlite::temporary().await.unwrap());
    let mut ids = Vec::new();
    for url in urls {
        ids.push(subscribe(store.as_ref(), url).await);
    }
    let closing = CancellationToken::new();
    let internet: Arc<dyn Internet> = played.clone();
    let running = tokio::spawn(push::run_in(
        internet,
        Arc::clone(&store),
        Arc::new(System),
        config(),
        closing.clone(),
    ));
    happen(store.as_ref()).await;
    let ends = tokio::time::timeout(PATIENCE, ended(store.as_ref(), &ids));
    let ends = ends.await.expect("every delivery comes to its end");
    closing.cancel();
    running.await.unwrap();
    urls.iter().cloned().zip(ends).collect()
}

/// The sender refused it, at every attempt, before anything was sent.
fn assert_refused(url: &str, end: &Delivery) {
    let why = end.last_error.as_deref().unwrap_or_default();
    let sent = ["nothing was sent", "no answer"];
    assert_eq!((end.state, end.last_status), (DeliveryState::Dead, None));
    assert_eq!(end.attempts, ATTEMPTS, "{url}");
    assert!(!sent.iter().any(|how| why.starts_with(how)), "{url}: {why}");
}

fn owned(urls: &[&str]) -> Vec<String> {
    urls.iter().map(ToString::to_string).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_comes_to_the_canary() {
    let servers = Servers::start().await;
    let played = Arc::new(Played::default());

    let hostile = [owned(ADDRESSES), owned(NAMES)].concat();
    assert!(hostile.len() >= 60, "{}", hostile.len());
    let ends = deliver(&played, &hostile).await;
    ends.iter().for_each(|(url, end)| assert_refused(url, end));
    assert_eq!(servers.canary(), 0);

    // A host that is outside when it is checked and inside when it is asked for again.
    let flips = ["http://flips.example:8443/busy".to_owned()];
    let ends = deliver(&played, &flips).await;
    assert_eq!(ends[&flips[0]].attempts, ATTEMPTS);
    assert_eq!((servers.canary(), servers.outside()), (0, 4));

    let away = ["http://shop.example:8443/away".to_owned()];
    let ends = deliver(&played, &away).await;
    assert_eq!(ends[&away[0]].last_status, Some(307));
    assert_eq!(servers.canary(), 0);

    // The same sender delivers where it may.
    let fine = ["http://shop.example:8443/fine".to_owned()];
    let ends = deliver(&played, &fine).await;
    assert_eq!(ends[&fine[0]].state, DeliveryState::Delivered);
    let asked = played.asked();
    println!(
        "{} hostile addresses, {ATTEMPTS} attempts at each, {asked} look-ups: 0 hits",
        hostile.len()
    );

    // Planted: who is careless is seen.
    let mut seen = servers.canary();
    let mut more = || {
        let before = std::mem::replace(&mut seen, servers.canary());
        seen - before
    };
    for url in ADDRESSES {
        careless::post(&played, url).await;
    }
    let by_address = more();
    careless::post(&played, &flips[0]).await;
    careless::post(&played, &flips[0]).await;
    let by_name = more();
    careless::post(&played, &away[0]).await;
    let by_redirect = more();
    println!(
        "a careless sender: {by_address} by address, {by_name} by name, {by_redirect} sent on"
    );
    assert!(by_address >= 10 && by_name >= 1 && by_redirect == 1);
}

#[tokio::test]
async fn callers_are_refused_what_is_hostile_as_it_is_written() {
    let store: Arc<dyn Store> = Arc::new(Sqlite::temporary().await.unwrap());
    let doors = Subscriptions::new(Arc::clone(&store), Arc::new(System), config());
    let caller = Caller {
        tenant: tenant(),
        key: None,
        deadline: instant() + PATIENCE,
    };
    for (number, url) in ADDRESSES.iter().enumerate() {
        let request = SubscriptionRequest {
            request_id: format!("request-{number}"),
            body_sha256: [0; 32],
            url: (*url).to_owned(),
            kinds: Vec::new(),
            latest_only: false,
        };
        let refused = doors.create(&caller, request).await;
        assert!(matches!(refused, Err(Fault::Invalid(_))), "{url}");
    }
    let none = store.subscriptions(&tenant(), Page::first(1)).await;
    assert!(none.unwrap().is_empty());
}

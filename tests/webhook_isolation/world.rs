//! A gateway's store and sender, and the webhooks that they tell.

use std::collections::HashMap;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;
use jiff::SignedDuration;
use parcelgate::config::PushConfig;
use parcelgate::push;
use parcelgate_clock::{Clock as _, System, instant};
use parcelgate_domain::{
    CarrierId, EventId, EventTime, Flags, Place, Secret, TrackingEvent, TrackingNumber,
};
use parcelgate_store::{
    Batch, Filter, NewSubscription, NewTracker, Observation, SigningKeys, Sqlite, Store,
    SubscriptionId, Tenant, TrackerId,
};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::{BURST, DEAD, ENDPOINTS};

/// Deliveries in flight to one webhook, as by default.
const IN_FLIGHT_MAX: usize = 8;

/// How long all events may take to arrive in the end.
const PATIENCE: Duration = Duration::from_secs(60);

/// One event: to which webhook, of which parcel, the how-manieth.
type Key = (usize, usize, i64);

#[derive(Debug, Default)]
struct Times {
    committed: HashMap<Key, Instant>,
    arrived: HashMap<Key, Instant>,
}

/// How many events of healthy webhooks have been committed, and have arrived.
type Counts = (usize, usize);

#[derive(Debug)]
struct Book {
    /// The first webhook that is measured; those before it are dead in one of the worlds.
    from: usize,
    times: Mutex<Times>,
    counts: watch::Sender<Counts>,
}

pub(crate) struct World {
    store: Arc<dyn Store>,
    book: Arc<Book>,
    closing: CancellationToken,
    running: JoinHandle<()>,
    /// Connections that are never answered.
    silent: JoinHandle<()>,
}

fn tenant(endpoint: usize) -> Tenant {
    format!("seller-{endpoint}").parse().unwrap()
}

fn carrier() -> CarrierId {
    "acme".to_owned().into()
}

fn number(endpoint: usize, parcel: usize) -> TrackingNumber {
    format!("1Z{endpoint:05}{parcel:05}").parse().unwrap()
}

fn tracker(endpoint: usize, parcel: usize) -> TrackerId {
    format!("t-{endpoint}-{parcel}").parse().unwrap()
}

/// The parcels of a webhook: the last one moves all the time.
pub(crate) fn parcels(endpoint: usize) -> std::ops::RangeInclusive<usize> {
    let first = if endpoint < DEAD { 0 } else { BURST };
    first..=BURST
}

fn config() -> PushConfig {
    PushConfig {
        allow_http: true,
        allow_private: true,
        retry_ms: vec![5_000; 10],
        connect_ms_max: 2_000,
        total_ms_max: 15_000,
        in_flight_max: IN_FLIGHT_MAX,
        warn_after_h: 24,
        disable_after_h: 120,
        replay_per_s_max: 100,
        kept_days: 90,
    }
}

impl World {
    /// The first so many webhooks are dead.
    pub(crate) async fn start(dead: usize) -> Self {
        let book = Arc::new(Book {
            from: dead.max(DEAD),
            times: Mutex::default(),
            counts: watch::Sender::default(),
        });
        let living = listen_living(Arc::clone(&book)).await;
        let (silent_at, silent) = listen_silent().await;
        let store: Arc<dyn Store> = Arc::new(Sqlite::temporary().await.unwrap());
        let made = (0..ENDPOINTS).map(|endpoint| {
            let at = if endpoint < dead { silent_at } else { living };
            make(store.as_ref(), endpoint, at)
        });
        futures::future::join_all(made).await;
        let closing = CancellationToken::new();
        let running = tokio::spawn(push::run(
            Arc::clone(&store),
            Arc::new(System),
            config(),
            closing.clone(),
        ));
        Self {
            store,
            book,
            closing,
            running,
            silent,
        }
    }

    /// Something happens to a parcel of a webhook's.
    pub(crate) async fn happen(&self, endpoint: usize, parcel: usize, turn: i64) {
        let now = System.now();
        let text = format!("scan {turn}");
        let (place, number) = (Place::default(), number(endpoint, parcel));
        let event = TrackingEvent {
            id: EventId::of(&carrier(), &number, "S", &text, &place, &text),
            carrier: carrier(),
            number,
            code: "S".to_owned(),
            text,
            language: "en".to_owned(),
            status: None,
            substatus: None,
            leg: None,
            flags: Flags::default(),
            place,
            occurred_at: EventTime::utc(now + SignedDuration::from_secs(turn)),
            observed_at: now,
            correction: false,
            mapping_version: 1,
        };
        let observation = Observation {
            events: vec![event],
            estimate: None,
            last_mile_number: None,
            next_check_at: None,
        };
        let batch = Batch::of(&tenant(endpoint), now);
        let batch = batch.observe(&tracker(endpoint, parcel), observation);
        self.store.apply(batch).await.unwrap();
        if endpoint >= self.book.from {
            let mut times = self.book.times.lock().unwrap();
            times.committed.insert((endpoint, parcel, turn), instant());
            self.book
                .counts
                .send_modify(|(committed, _)| *committed += 1);
        }
    }

    /// How long each event of a healthy webhook took, once all have arrived.
    pub(crate) async fn waits(&self) -> Waits {
        let mut counts = self.book.counts.subscribe();
        let all = counts.wait_for(|(committed, arrived)| arrived == committed);
        let all = tokio::time::timeout(PATIENCE, all).await;
        all.expect("every event arrives").unwrap();
        let times = self.book.times.lock().unwrap();
        let wait = |(key, committed): (&Key, &Instant)| {
            let arrived = times.arrived.get(key).unwrap();
            arrived.saturating_duration_since(*committed)
        };
        let mut waits: Vec<Duration> = times.committed.iter().map(wait).collect();
        waits.sort_unstable();
        Waits(waits)
    }

    pub(crate) async fn stop(self) {
        self.closing.cancel();
        self.silent.abort(); // its connections end, and with them what is in flight
        self.running.await.unwrap();
        self.store.close().await;
    }
}

/// A webhook's owner, its webhook and its parcels.
async fn make(store: &dyn Store, endpoint: usize, at: SocketAddr) {
    let new = NewSubscription {
        id: SubscriptionId::fresh(System.now()),
        url: format!("http://{at}/{endpoint}"),
        keys: SigningKeys {
            secret: Secret::from("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned()),
            private: None,
        },
        filter: Filter {
            kinds: vec!["tracking.updated".to_owned()],
            carriers: Vec::new(),
        },
        latest_only: false,
    };
    let mut batch = Batch::of(&tenant(endpoint), System.now()).subscribe(new);
    for parcel in parcels(endpoint) {
        batch = batch.track(NewTracker {
            id: tracker(endpoint, parcel),
            account: None,
            carrier: carrier(),
            number: number(endpoint, parcel),
            shipment: None,
            next_check_at: None,
        });
    }
    store.apply(batch).await.unwrap();
}

async fn listen_living(book: Arc<Book>) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let routes = Router::new().fallback(post(receive)).with_state(book);
    tokio::spawn(async move { axum::serve(listener, routes).await });
    address
}

/// Takes every connection and never answers.
async fn listen_silent() -> (SocketAddr, JoinHandle<()>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let silent = tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            held.push(stream);
        }
    });
    (address, silent)
}

async fn receive(State(book): State<Arc<Book>>, body: Bytes) {
    let now = instant();
    let read: Value = serde_json::from_slice(&body).unwrap();
    let subject = read.get("subject").and_then(Value::as_str).unwrap();
    let mut parts = subject.strip_prefix("trackers/t-").unwrap().split('-');
    let mut part = || parts.next().unwrap().parse().unwrap();
    let (endpoint, parcel) = (part(), part());
    if endpoint < book.from {
        return;
    }
    let sequence = read
        .pointer("/data/subject_sequence")
        .and_then(Value::as_i64);
    // The first event of a parcel is that it is followed.
    let key = (endpoint, parcel, sequence.unwrap() - 1);
    let first = book
        .times
        .lock()
        .unwrap()
        .arrived
        .insert(key, now)
        .is_none();
    assert!(first, "nothing fails, so nothing comes again");
    book.counts.send_modify(|(_, arrived)| *arrived += 1);
}

/// How long events took, the shortest first.
pub(crate) struct Waits(Vec<Duration>);

impl Waits {
    fn of_thousand(&self, share: usize) -> Duration {
        let place = (self.0.len() * share).div_ceil(1_000).max(1) - 1;
        *self.0.get(place).expect("there are some")
    }

    pub(crate) fn p99(&self) -> Duration {
        self.of_thousand(990)
    }
}

impl fmt::Display for Waits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [half, p99, all] = [500, 990, 1_000].map(|share| self.of_thousand(share));
        write!(
            f,
            "{} first attempts, p50 {half:.1?}, p99 {p99:.1?}, max {all:.1?}",
            self.0.len()
        )
    }
}

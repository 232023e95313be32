//! What arrives at a receiver over HTTP, in which order, signed by whom.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Mutex;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::routing::post;
use http::{HeaderMap, StatusCode};
use parcelgate_clock::System;
use parcelgate_store::{DeliveryId, DeliveryState, NewDelivery};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;

use super::*;
use crate::push::sign;

const PARCELS: usize = 12;
const TURNS: i64 = 10;

/// One request.
#[derive(Debug, Clone, PartialEq)]
struct Arrived {
    id: String,
    subject: String,
    sequence: i64,
    replay: bool,
    body: Bytes,
}

/// A receiver whose answers depend on the path: `flaky` fails three of ten, `broken` all, `slow`
/// waits to be allowed.
#[derive(Debug)]
struct Receiver {
    address: SocketAddr,
    state: Arc<Inbox>,
}

#[derive(Debug)]
struct Inbox {
    arrived: watch::Sender<BTreeMap<String, Vec<Arrived>>>,
    dice: Mutex<u64>,
    allowed: Semaphore,
}

impl Receiver {
    async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Inbox {
            arrived: watch::Sender::default(),
            dice: Mutex::new(20_261_122),
            allowed: Semaphore::new(0),
        });
        let routes = Router::new()
            .route("/{path}", post(receive))
            .with_state(Arc::clone(&state));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { address, state }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}/{path}", self.address)
    }

    fn arrived(&self, path: &str) -> Vec<Arrived> {
        self.state
            .arrived
            .borrow()
            .get(path)
            .cloned()
            .unwrap_or_default()
    }

    /// Waits until that many events have come to `path`, each counted once.
    async fn events(&self, path: &str, many: usize) {
        let mut arrived = self.state.arrived.subscribe();
        let enough = arrived.wait_for(|all| {
            let ids = all.get(path).into_iter().flatten().map(|one| &one.id);
            ids.collect::<BTreeSet<_>>().len() >= many
        });
        soon(&format!("{path}: {many} events"), enough)
            .await
            .unwrap();
    }

    /// Waits until the `many`-th request has come to `path`.
    async fn requests(&self, path: &str, many: usize) {
        let mut arrived = self.state.arrived.subscribe();
        let enough = arrived.wait_for(|all| all.get(path).is_some_and(|all| all.len() >= many));
        soon(&format!("{path}: {many} requests"), enough)
            .await
            .unwrap();
    }
}

async fn receive(
    State(inbox): State<Arc<Inbox>>,
    Path(path): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let header = |name: &str| headers.get(name).map(|value| value.to_str().unwrap());
    let id = header("webhook-id").unwrap().to_owned();
    let timestamp: i64 = header("webhook-timestamp").unwrap().parse().unwrap();
    let secret = Secret::from(SECRET.to_owned());
    let expected = sign::v1(&secret, &id, timestamp, &body);
    assert_eq!(header("webhook-signature"), expected.as_deref());
    let cloud_event = "application/cloudevents+json; charset=UTF-8";
    assert_eq!(header("content-type"), Some(cloud_event));
    let read: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(read["id"].as_str(), Some(id.as_str()));
    let arrived = Arrived {
        id,
        subject: read["data"]["subject"].as_str().unwrap().to_owned(),
        sequence: read["data"]["subject_sequence"].as_i64().unwrap(),
        replay: header("x-event-replay") == Some("1"),
        body,
    };
    inbox
        .arrived
        .send_modify(|all| all.entry(path.clone()).or_default().push(arrived));
    match path.as_str() {
        "flaky" => {
            let mut dice = inbox.dice.lock().unwrap();
            *dice = dice
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            if (*dice >> 33) % 10 < 3 {
                StatusCode::SERVICE_UNAVAILABLE
            } else {
                StatusCode::OK
            }
        }
        "broken" => StatusCode::INTERNAL_SERVER_ERROR,
        "slow" => {
            inbox.allowed.acquire().await.unwrap().forget();
            StatusCode::OK
        }
        "gone" => StatusCode::GONE,
        _ => StatusCode::OK,
    }
}

fn start(world: &World, retry_ms: Vec<u64>) -> (JoinHandle<()>, CancellationToken) {
    let closing = CancellationToken::new();
    let (store, clock) = (Arc::clone(&world.store), Arc::clone(&world.clock));
    let running = tokio::spawn(run(store, clock, config(retry_ms), closing.clone()));
    (running, closing)
}

async fn end((running, closing): (JoinHandle<()>, CancellationToken)) {
    closing.cancel();
    soon("the end", running).await.unwrap();
}

/// First arrivals of each subject, in the order in which they came.
fn first_arrivals(arrived: &[Arrived]) -> BTreeMap<String, Vec<i64>> {
    let (mut seen, mut by_subject) = (BTreeSet::new(), BTreeMap::<_, Vec<_>>::new());
    for one in arrived.iter().filter(|one| seen.insert(one.id.clone())) {
        by_subject
            .entry(one.subject.clone())
            .or_default()
            .push(one.sequence);
    }
    by_subject
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_event_arrives_in_order_at_a_receiver_that_fails_three_of_ten() {
    let world = World::new(Arc::new(System)).await;
    let receiver = Receiver::start().await;
    let flaky = world.subscribe(&receiver.url("flaky"), &[]).await;
    let deleted = world.subscribe(&receiver.url("broken"), &[]).await;
    let running = start(&world, vec![5; 60]);
    for number in 0..PARCELS {
        world.track(number).await;
    }
    for turn in 1..=TURNS / 2 {
        for number in 0..PARCELS {
            world.happen(number, turn).await;
        }
    }
    receiver.requests("broken", 10).await; // after so many failures it rests
    world.apply(|batch| batch.unsubscribe(&deleted)).await;
    let before_deletion = receiver.arrived("broken").len();
    for turn in TURNS / 2 + 1..=TURNS {
        for number in 0..PARCELS {
            world.happen(number, turn).await;
        }
    }
    let each = usize::try_from(TURNS).unwrap() + 1;
    receiver.events("flaky", PARCELS * each).await;
    end(running).await;

    let arrived = receiver.arrived("flaky");
    assert!(arrived.len() > PARCELS * each, "some came again");
    let in_order: Vec<i64> = (1..=TURNS + 1).collect();
    let by_subject = first_arrivals(&arrived);
    assert_eq!(by_subject.len(), PARCELS);
    for (subject, sequences) in by_subject {
        assert_eq!(sequences, in_order, "{subject}");
    }
    let mut bodies = BTreeMap::new();
    for one in &arrived {
        assert_eq!(
            bodies.entry(&one.id).or_insert(&one.body),
            &&one.body,
            "the same bytes again"
        );
    }
    let deliveries = world.deliveries(&flaky).await;
    // The last answer may not have been kept when the end came.
    let open = deliveries
        .iter()
        .filter(|one| one.state != DeliveryState::Delivered);
    assert!(open.count() <= PARCELS);

    let after_deletion = receiver.arrived("broken").len() - before_deletion;
    assert!(
        after_deletion <= 8,
        "what was in flight, nothing else: {after_deletion}"
    );
    let last = receiver
        .arrived("broken")
        .into_iter()
        .map(|one| one.sequence)
        .max()
        .unwrap();
    assert!(last <= TURNS / 2 + 1, "nothing that happened later");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_in_flight_at_the_end_is_finished_and_kept() {
    let world = World::new(Arc::new(System)).await;
    let receiver = Receiver::start().await;
    let slow = world.subscribe(&receiver.url("slow"), &[]).await;
    let (running, closing) = start(&world, vec![5; 60]);
    world.track(1).await;
    world.happen(1, 1).await;
    receiver.requests("slow", 1).await;
    closing.cancel();
    receiver.state.allowed.add_permits(2);
    soon("the end", running).await.unwrap();
    let states: BTreeMap<i64, DeliveryState> = world
        .deliveries(&slow)
        .await
        .into_iter()
        .map(|one| (one.seq, one.state))
        .collect();
    assert_eq!(states.get(&1), Some(&DeliveryState::Delivered));
    assert_ne!(
        states.get(&2),
        Some(&DeliveryState::Delivered),
        "nothing new is begun"
    );
    assert_eq!(receiver.arrived("slow").len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_replayed_says_so() {
    let world = World::new(Arc::new(System)).await;
    let receiver = Receiver::start().await;
    let fine = world.subscribe(&receiver.url("fine"), &[]).await;
    let running = start(&world, vec![5; 60]);
    world.track(1).await;
    receiver.requests("fine", 1).await;
    let once_more = vec![NewDelivery {
        id: DeliveryId::fresh(world.clock.now()),
        seq: 1,
        subject: format!("trackers/{}", tracker(1)),
    }];
    world
        .apply(|batch| batch.replay(&fine, world.clock.now(), once_more))
        .await;
    receiver.requests("fine", 2).await;
    end(running).await;
    let [first, again] = receiver.arrived("fine").try_into().unwrap();
    assert_eq!((first.replay, again.replay), (false, true));
    assert_eq!((first.id, first.body), (again.id, again.body));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receiver_that_answers_410_hears_nothing_more() {
    let world = World::new(Arc::new(System)).await;
    let receiver = Receiver::start().await;
    let gone = world.subscribe(&receiver.url("gone"), &[]).await;
    let fine = world.subscribe(&receiver.url("fine"), &[]).await;
    let running = start(&world, vec![5; 60]);
    world.track(1).await;
    receiver.requests("gone", 1).await;
    let mut head = world.store.head();
    soon("the end of the subscription", async {
        while world.subscription(&gone).await.reason.is_none() {
            head.changed().await.unwrap();
        }
    })
    .await;
    for turn in 1..=20 {
        world.happen(1, turn).await;
    }
    receiver.events("fine", 21).await;
    end(running).await;
    assert_eq!(receiver.arrived("gone").len(), 1);
    assert_eq!(world.deliveries(&fine).await.len(), 21);
}

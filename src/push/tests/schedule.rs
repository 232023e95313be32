//! When there is another attempt, and when there is none.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use parcelgate_clock::{Clock as _, Manual};
use parcelgate_store::{DeliveryState, SubscriptionChange, SubscriptionState};

use super::*;
use crate::push::outlet::{Message, Outcome, Outlet};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const HOUR: Duration = Duration::from_secs(60 * 60);

/// Answers as it was told, then that all is well.
#[derive(Debug, Default)]
struct Scripted {
    outcomes: Mutex<VecDeque<Outcome>>,
    sent: Mutex<Vec<(String, bool)>>,
    /// What each request said is missing.
    missed: Mutex<Vec<Vec<i64>>>,
}

#[async_trait]
impl Outlet for Scripted {
    async fn send(&self, _: &Subscription, message: Message<'_>) -> Outcome {
        let sent = (message.event.kind.clone(), message.replay);
        self.sent
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(sent);
        self.missed.lock().unwrap().push(message.missed.to_vec());
        let next = self.outcomes.lock().unwrap().pop_front();
        next.unwrap_or(Outcome::Delivered { status: 204 })
    }
}

fn failure(pause: Option<Duration>) -> Outcome {
    let why = "answered 503".to_owned();
    Outcome::Failed {
        how: "rejected",
        status: Some(503),
        why,
        pause,
    }
}

/// A subscription with one event before it, and a clock that stands.
struct Stage {
    world: World,
    clock: Arc<Manual>,
    outlet: Arc<Scripted>,
    attempts: Attempts,
    subscription: SubscriptionId,
}

impl Stage {
    async fn set(config: PushConfig, outcomes: impl IntoIterator<Item = Outcome>) -> Self {
        let clock = Arc::new(Manual::at(epoch()));
        let world = World::new(clock.clone()).await;
        let subscription = world.subscribe("https://shop.example/", &[]).await;
        world.track(1).await;
        world.fan_out().await;
        let outlet = Arc::new(Scripted::default());
        outlet.outcomes.lock().unwrap().extend(outcomes);
        let attempts = Attempts::new(
            Arc::clone(&world.store),
            clock.clone(),
            config,
            outlet.clone(),
        );
        Self {
            world,
            clock,
            outlet,
            attempts,
            subscription,
        }
    }

    /// Makes all attempts that are due, and says how many there were.
    async fn round(&self) -> usize {
        let due = self.attempts.claim(100, 1).await.unwrap();
        let count = due.len();
        for delivery in due {
            self.attempts.make(delivery).await;
        }
        count
    }

    async fn only_delivery(&self) -> Delivery {
        let mut deliveries = self.world.deliveries(&self.subscription).await;
        assert_eq!(deliveries.len(), 1);
        deliveries.remove(0)
    }

    /// The pause before the next attempt; the clock moves to its end.
    async fn pass(&self) -> Duration {
        let next = self.only_delivery().await.next_attempt_at.unwrap();
        let pause = Duration::try_from(next.duration_since(self.clock.now())).unwrap();
        self.clock.advance(pause - Duration::from_micros(1));
        assert_eq!(self.round().await, 0, "nothing goes out early");
        self.clock.advance(Duration::from_micros(1));
        pause
    }
}

/// What `serve` does unless told otherwise.
fn default_config() -> PushConfig {
    let defaults = include_str!("../../config/defaults.toml");
    let from = config::File::from_str(defaults, config::FileFormat::Toml);
    let read = config::Config::builder().add_source(from).build().unwrap();
    read.get("push").unwrap()
}

#[tokio::test]
async fn a_failing_delivery_follows_the_schedule_and_then_is_dead() {
    let config = PushConfig {
        disable_after_h: 10_000,
        ..default_config()
    };
    let schedule = config.retry_ms.clone();
    assert_eq!(schedule.len(), 16);
    assert_eq!(
        Duration::from_millis(schedule.iter().sum()),
        Duration::from_secs(255_155)
    );
    let stage = Stage::set(config, vec![failure(None); 17]).await;
    for (made, usual_ms) in (1..).zip(schedule) {
        assert_eq!(stage.round().await, 1);
        assert_eq!(stage.only_delivery().await.attempts, made);
        let pause = stage.pass().await;
        let usual = Duration::from_millis(usual_ms);
        assert!(
            usual * 4 / 5 <= pause && pause <= usual * 6 / 5,
            "{pause:?} for {usual:?}"
        );
    }
    assert_eq!(stage.round().await, 1);
    let dead = stage.only_delivery().await;
    assert_eq!((dead.state, dead.attempts), (DeliveryState::Dead, 17));
    assert_eq!(
        (dead.last_status, dead.last_error.as_deref()),
        (Some(503), Some("answered 503"))
    );
    stage.clock.advance(30 * DAY);
    assert_eq!(stage.round().await, 0);
}

#[tokio::test]
async fn a_receiver_may_ask_for_a_longer_pause_of_at_most_a_day() {
    let asked = [
        Some(Duration::from_secs(100)),
        Some(5 * DAY),
        Some(Duration::ZERO),
    ];
    let stage = Stage::set(config(vec![10_000; 5]), asked.map(failure)).await;
    stage.round().await;
    assert_eq!(stage.pass().await, Duration::from_secs(100));
    stage.round().await;
    assert_eq!(stage.pass().await, DAY);
    stage.round().await;
    assert!(
        stage.pass().await >= Duration::from_secs(8),
        "but not a shorter one"
    );
    stage.round().await;
    assert_eq!(stage.only_delivery().await.state, DeliveryState::Delivered);
}

#[tokio::test]
async fn who_is_gone_is_disabled_and_gets_nothing_more_until_it_is_back() {
    let stage = Stage::set(config(vec![1_000; 3]), [Outcome::Gone { status: 410 }]).await;
    stage.round().await;
    let gone = stage.world.subscription(&stage.subscription).await;
    assert_eq!(gone.state, SubscriptionState::Disabled);
    assert_eq!(gone.reason.as_deref(), Some("answered 410: wants no more"));
    stage.world.happen(1, 1).await;
    stage.clock.advance(DAY);
    stage.world.fan_out().await;
    assert_eq!(stage.round().await, 0);

    let state = Some((SubscriptionState::Active, None));
    let back = SubscriptionChange {
        state,
        ..SubscriptionChange::default()
    };
    stage
        .world
        .apply(|batch| batch.change_subscription(&stage.subscription, back))
        .await;
    stage.world.fan_out().await;
    assert_eq!((stage.round().await, stage.round().await), (1, 1));
    let sent: Vec<String> = stage
        .outlet
        .sent
        .lock()
        .unwrap()
        .iter()
        .map(|sent| sent.0.clone())
        .collect();
    assert_eq!(
        sent,
        ["tracker.created", "tracker.created", "tracking.updated"]
    );
}

#[tokio::test]
async fn who_only_fails_for_too_long_is_disabled() {
    let hourly = u64::try_from(HOUR.as_millis()).unwrap();
    let config = PushConfig {
        disable_after_h: 5,
        ..config(vec![hourly; 20])
    };
    let stage = Stage::set(config, vec![failure(None); 20]).await;
    let mut attempts = 0;
    while stage.world.subscription(&stage.subscription).await.state == SubscriptionState::Active {
        assert_eq!(stage.round().await, 1);
        attempts += 1;
        stage.pass().await;
    }
    assert!((5..=8).contains(&attempts), "{attempts}");
    let reason = stage.world.subscription(&stage.subscription).await.reason;
    assert_eq!(
        reason.as_deref(),
        Some("every delivery failed since 2026-01-05T08:00:00Z")
    );
    assert_eq!(
        stage.only_delivery().await.state,
        DeliveryState::Pending,
        "it is kept"
    );
}

#[tokio::test]
async fn a_failure_now_and_then_disables_nobody() {
    let config = PushConfig {
        disable_after_h: 5,
        ..config(vec![1_000])
    };
    let stage = Stage::set(config, []).await;
    stage.round().await;
    for turn in 1..=6 {
        stage
            .outlet
            .outcomes
            .lock()
            .unwrap()
            .push_back(failure(None));
        stage.world.happen(1, turn).await;
        stage.world.fan_out().await;
        assert_eq!(stage.round().await, 1);
        stage.clock.advance(2 * HOUR);
        assert_eq!(stage.round().await, 1);
    }
    let healthy = stage.world.subscription(&stage.subscription).await;
    assert_eq!(
        (healthy.state, healthy.failing_since),
        (SubscriptionState::Active, None)
    );
}

#[tokio::test]
async fn who_is_paused_or_deleted_after_the_claim_gets_nothing() {
    let stage = Stage::set(config(vec![1_000]), []).await;
    stage.world.track(2).await;
    stage.world.fan_out().await;
    let mut claimed = stage.attempts.claim(100, 1).await.unwrap();
    assert_eq!(claimed.len(), 2);
    let state = Some((SubscriptionState::Paused, None));
    let paused = SubscriptionChange {
        state,
        ..SubscriptionChange::default()
    };
    stage
        .world
        .apply(|batch| batch.change_subscription(&stage.subscription, paused))
        .await;
    stage.attempts.make(claimed.remove(0)).await;
    stage
        .world
        .apply(|batch| batch.unsubscribe(&stage.subscription))
        .await;
    stage.attempts.make(claimed.remove(0)).await;
    assert!(stage.outlet.sent.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_filter_lets_through_what_it_names() {
    let clock = Arc::new(Manual::at(epoch()));
    let world = World::new(clock).await;
    let all = world.subscribe("https://shop.example/", &[]).await;
    let some = world
        .subscribe("https://shop.example/", &["tracking.updated"])
        .await;
    world.track(1).await;
    for turn in 1..=3 {
        world.happen(1, turn).await;
    }
    world.fan_out().await;
    assert_eq!(world.deliveries(&all).await.len(), 4);
    assert_eq!(world.deliveries(&some).await.len(), 3);
    let cursors = (
        world.subscription(&all).await.cursor,
        world.subscription(&some).await.cursor,
    );
    assert_eq!(cursors, (4, 4));
}

#[tokio::test]
async fn what_was_given_up_is_told_with_the_next_that_arrives() {
    // Two of a parcel die; the third fails once and then arrives.
    let stage = Stage::set(config(vec![1_000]), vec![failure(None); 5]).await;
    stage.world.happen(1, 1).await;
    stage.world.happen(1, 2).await;
    stage.world.happen(1, 3).await;
    stage.world.fan_out().await;
    for _ in 0..7 {
        stage.round().await;
        stage.clock.advance(HOUR);
    }
    let missed = stage.outlet.missed.lock().unwrap().clone();
    let none: Vec<i64> = Vec::new();
    let expected = [
        none.clone(),
        none.clone(),
        vec![1],
        vec![1],
        vec![1, 2],
        vec![1, 2],
        none,
    ];
    assert_eq!(
        missed, expected,
        "told until it has arrived, and then no more"
    );
    let mut ends = stage.world.deliveries(&stage.subscription).await;
    ends.sort_by_key(|one| one.seq);
    let dead = ends.iter().map(|one| one.state == DeliveryState::Dead);
    assert!(dead.eq([true, true, false, false]));
}

#[tokio::test]
async fn who_wants_the_latest_only_gets_no_other() {
    let clock = Arc::new(Manual::at(epoch()));
    let world = World::new(clock.clone()).await;
    let subscription = world.subscribe_to("https://shop.example/", &[], true).await;
    world.track(1).await;
    world.track(2).await;
    for turn in 1..=3 {
        world.happen(1, turn).await;
    }
    world.fan_out().await;
    let outlet = Arc::new(Scripted::default());
    let store = Arc::clone(&world.store);
    let attempts = Attempts::new(store, clock, config(vec![1_000]), outlet.clone());
    loop {
        let due = attempts.claim(100, 1).await.unwrap();
        if due.is_empty() {
            break;
        }
        for delivery in due {
            attempts.make(delivery).await;
        }
    }
    let sent: Vec<String> = outlet
        .sent
        .lock()
        .unwrap()
        .iter()
        .map(|sent| sent.0.clone())
        .collect();
    assert_eq!(
        sent,
        ["tracker.created", "tracking.updated"],
        "of each parcel one"
    );
    let superseded = world.deliveries(&subscription).await;
    let superseded = superseded
        .iter()
        .filter(|one| one.state == DeliveryState::Superseded);
    assert_eq!(superseded.count(), 3);
}

/// A dead receiver with much to deliver to it costs one attempt a minute.
#[tokio::test]
async fn who_is_dead_is_probed_once_a_minute() {
    let clock = Arc::new(Manual::at(epoch()));
    let world = World::new(clock.clone()).await;
    world.subscribe("https://shop.example/", &[]).await;
    for number in 0..100 {
        world.track(number).await;
    }
    world.fan_out().await;
    let outlet = Arc::new(Scripted::default());
    outlet
        .outcomes
        .lock()
        .unwrap()
        .extend(vec![failure(None); 10_000]);
    let store = Arc::clone(&world.store);
    let attempts = Attempts::new(
        store,
        clock.clone(),
        config(vec![1_000; 500]),
        outlet.clone(),
    );
    let mut by_minute = Vec::new();
    for _ in 0..10 {
        let before = outlet.sent.lock().unwrap().len();
        for _ in 0..60 {
            for delivery in attempts.claim(512, 1).await.unwrap() {
                attempts.make(delivery).await;
            }
            clock.advance(Duration::from_secs(1));
        }
        by_minute.push(outlet.sent.lock().unwrap().len() - before);
    }
    assert!(by_minute[0] <= 20, "{by_minute:?}");
    assert!(
        by_minute[2..].iter().all(|many| *many == 1),
        "{by_minute:?}"
    );
}

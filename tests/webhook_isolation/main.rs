//! Who is dead slows nobody else.
//!
//! Two worlds stand side by side, each with its store and its thousand webhooks, and the same
//! things happen in both at the same moments. In one of them ten webhooks take connections and
//! never answer. How long the others wait for their events is measured from the commit to the
//! arrival, in both worlds at once, so that whatever else the machine does slows both.
//!
//! `ISOLATION_EVENTS` and `ISOLATION_PER_S` choose another load; what was measured is printed.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says what it measured"
)]

mod world;

use std::str::FromStr;
use std::time::Duration;

use fastrand::Rng;
use parcelgate_clock::{instant, sleep};

use world::{Waits, World};

/// All webhooks, and those of them that are dead.
pub(crate) const ENDPOINTS: usize = 1_000;
pub(crate) const DEAD: usize = 10;

/// To each dead one so much happens at once in the beginning: together it is more than what is ever
/// in flight.
pub(crate) const BURST: usize = 60;

/// Events, and how many in a second.
const EVENTS: u32 = 1_500;
const PER_S: u32 = 60;

/// So many dead ones take all the room there is.
const TOO_MANY: usize = 600;

/// What a healthy webhook waits for its event at most, in one case of a hundred.
const P99_MAX: Duration = Duration::from_millis(500);

fn set<T: FromStr>(name: &str) -> Option<T> {
    let text = std::env::var(name).ok()?;
    let value = text.parse().ok();
    Some(value.unwrap_or_else(|| panic!("{name} is {text:?}")))
}

/// What the healthy webhooks waited for in each of these worlds, of which those with dead ones have
/// so many.
async fn measure(worlds: &[World], dead: usize, events: u32) -> Vec<Waits> {
    let mut rng = Rng::with_seed(20_261_123);
    let mut turns = vec![0; ENDPOINTS];
    let mut turn = |endpoint: usize| {
        let turn = turns.get_mut(endpoint).unwrap();
        *turn += 1;
        *turn
    };
    for endpoint in 0..dead {
        for parcel in world::parcels(endpoint) {
            let turn = if parcel == BURST { turn(endpoint) } else { 0 };
            all(worlds, endpoint, parcel, turn).await;
        }
    }
    let per_s = set("ISOLATION_PER_S").unwrap_or(PER_S);
    let pause = Duration::from_secs(1) / per_s;
    let begun = instant();
    for number in 1..=events {
        let endpoint = rng.usize(..ENDPOINTS);
        all(worlds, endpoint, BURST, turn(endpoint)).await;
        let next = begun + pause * number;
        sleep(next.saturating_duration_since(instant())).await;
    }
    let mut waits = Vec::new();
    for world in worlds {
        waits.push(world.waits().await);
    }
    waits
}

/// The same in each world, at the same time.
async fn all(worlds: &[World], endpoint: usize, parcel: usize, turn: i64) {
    let happens = worlds
        .iter()
        .map(|world| world.happen(endpoint, parcel, turn));
    futures::future::join_all(happens).await;
}

/// One after the other: each wants the machine for itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dead_webhooks_slow_nobody_else() {
    with_isolation().await;
    beyond_isolation().await;
}

async fn with_isolation() {
    let events = set("ISOLATION_EVENTS").unwrap_or(EVENTS);
    let worlds = [World::start(0).await, World::start(DEAD).await];
    let waits = measure(&worlds, DEAD, events).await;
    let [calm, troubled] = waits.as_slice() else {
        panic!("two worlds")
    };
    println!("{ENDPOINTS} webhooks, none dead: {calm}");
    println!("{ENDPOINTS} webhooks, {DEAD} dead:   {troubled}");
    assert!(troubled.p99() < P99_MAX, "{troubled}");
    // Without optimisation a tenth is less than how one run differs from the next.
    assert!(
        cfg!(debug_assertions) || troubled.p99() * 10 <= calm.p99() * 11,
        "more than a tenth longer: {troubled} and not {calm}"
    );
    for world in worlds {
        world.stop().await;
    }
}

/// Planted: where more hang than there is room for, the measurement shows it.
async fn beyond_isolation() {
    let worlds = [World::start(TOO_MANY).await];
    let waits = measure(&worlds, TOO_MANY, 120).await;
    let waits = waits.first().unwrap();
    println!("{ENDPOINTS} webhooks, {TOO_MANY} dead: {waits}");
    assert!(waits.p99() > P99_MAX, "{waits}");
    for world in worlds {
        world.stop().await;
    }
}

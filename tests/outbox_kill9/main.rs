//! Every event arrives, in order, however often the gateway is killed.
//!
//! The program itself is started, killed at random moments and started again, while callers follow
//! parcels and let them go, and a webhook in this process fails one request of five. In the end
//! what came to the webhook is held against the log, the log against how things stand, and both
//! against what callers were told. Postgres is the server of `POSTGRES_URL` or the one at the usual
//! port; without one its test is ignored, or fails with `CI=true`.
//!
//! `OUTBOX_SEED`, `OUTBOX_EVENTS` and `OUTBOX_KILLS` choose another run; what was run is printed.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says what it ran"
)]

mod books;
mod callers;
mod house;
mod planted;
#[path = "../label_kill9/program.rs"]
#[expect(dead_code, reason = "shared with tests/label_kill9 and tests/disk")]
mod program;
mod receiver;
mod size;

use std::env;
use std::process::ExitCode;
use std::time::Duration;

use fastrand::Rng;
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use parcelgate_clock::{instant, sleep};
use parcelgate_store::suite::Schema;

use books::{Books, audit};
use callers::Callers;
use house::{House, Shelf};
use size::Size;

/// How long everything may take to arrive once nobody is killed any more.
const REST: Duration = Duration::from_secs(240);

/// A gateway lives so long after it is ready, in milliseconds.
const LIFE_MS: std::ops::Range<u64> = 100..1_200;

async fn killed(name: &str, shelf: Shelf) {
    let size = Size::of_environment();
    println!("{name}: {size}");
    let began = instant();
    let mut rng = Rng::with_seed(size.seed);
    let house = House::build(shelf, size.seed).await;
    let mut gateway = house.start().await;
    let start = house.subscribe().await;
    let callers = Callers::call(&house, size.parcels());
    for kill in 1..=size.kills {
        callers.let_begin(size.parcels() * kill / size.kills);
        // The moment itself, and no condition.
        sleep(Duration::from_millis(rng.u64(LIFE_MS))).await;
        house.is_at(None);
        gateway.kill();
        gateway = house.start().await;
    }
    let killing = began.elapsed();
    let told = tokio::time::timeout(REST, callers.told()).await;
    let told = told.expect("every caller has its answers");
    let books = tokio::time::timeout(REST, house.books(start, told)).await;
    let books = books.expect("every event arrives");
    gateway.kill();
    println!("{}", sheet(&books, &size, killing, began.elapsed()));
    let findings = audit(&books);
    assert!(findings.is_empty(), "seed {}: {findings:#?}", size.seed);
    assert!(books.log.len() >= 2 * size.parcels(), "all of it happened");
    let panics = house.panics.lock().unwrap();
    assert!(panics.is_empty(), "{panics:#?}");
}

fn sheet(books: &Books, size: &Size, killing: Duration, all: Duration) -> String {
    let again = books.arrived.len() - books.distinct();
    format!(
        "{} events of {} parcels, {} requests to the webhook, {again} of them again; {} kills; \
         {:.1} s of killing, {:.1} s in all",
        books.log.len(),
        size.parcels(),
        books.arrived.len(),
        size.kills,
        killing.as_secs_f32(),
        all.as_secs_f32(),
    )
}

async fn on_server(name: &str) -> Result<Completion, Failed> {
    let schema = match Schema::make().await {
        Ok(schema) => schema,
        Err(why) if env::var("CI").as_deref() == Ok("true") => return Err(why.into()),
        Err(why) => return Ok(Completion::ignored_with(why)),
    };
    let shelf = Shelf::Server(schema.url());
    // Whatever becomes of it, a panic too, nothing of it stays on the server.
    let name = name.to_owned();
    let ended = tokio::spawn(async move { killed(&name, shelf).await }).await;
    schema.remove().await?;
    ended?;
    Ok(Completion::Completed)
}

fn trial(name: &'static str, server: bool) -> Trial {
    Trial::ignorable_test(name, move || {
        let runtime = tokio::runtime::Builder::new_multi_thread();
        let runtime = { runtime }.worker_threads(2).enable_all().build()?;
        runtime.block_on(async {
            if server {
                return on_server(name).await;
            }
            killed(name, Shelf::File).await;
            Ok(Completion::Completed)
        })
    })
}

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // One after the other: each wants the machine for itself.
    arguments.test_threads = Some(1);
    let mut trials = planted::trials();
    trials.push(trial("sqlite", false));
    trials.push(trial("postgres", true));
    libtest_mimic::run(&arguments, trials).exit_code()
}

//! A label is bought exactly once, however often the gateway is killed.
//!
//! The program itself is started, killed at random moments and at chosen ones, and started again,
//! while many callers buy; the carriers are played in this process and fail as well. In the end
//! what they sold is held against what the gateway knows and what its callers were told. Each store
//! is tried with one gateway and with three; Postgres is the server of `POSTGRES_URL` or the one at
//! the usual port, and without one its tests are ignored, or fail with `CI=true`.
//!
//! `KILL9_SEED`, `KILL9_PURCHASES` and `KILL9_KILLS` choose another run; what was run is printed.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says what it ran"
)]

#[path = "../gateway/six/asking.rs"]
#[expect(dead_code, reason = "shared with tests/gateway")]
mod asking;
#[path = "../once/books.rs"]
mod books;
mod callers;
mod faults;
mod house;
#[path = "../once/ledgers.rs"]
mod ledgers;
#[expect(dead_code, reason = "shared with tests/disk")]
mod program;
mod reaper;
#[path = "../gateway/requests.rs"]
#[expect(dead_code, reason = "shared with tests/gateway")]
mod requests;
mod sheet;
mod size;
#[path = "../gateway/stage.rs"]
#[expect(dead_code, reason = "shared with tests/gateway")]
mod stage;

use std::env;
use std::process::ExitCode;
use std::time::Duration;

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use parcelgate_clock::instant;
use parcelgate_store::suite::Schema;

use books::Findings;
use callers::Callers;
use house::{House, Shelf};
use reaper::Reaper;
use size::Size;

/// How long everything may take to come to its end once nobody is killed any more.
const REST: Duration = Duration::from_secs(90);

/// A file or a server, and how many gateways share it.
const CASES: [(&str, bool, usize); 4] = [
    ("postgres::three_gateways", true, 3),
    ("sqlite::three_gateways", false, 3),
    ("postgres::one_gateway", true, 1),
    ("sqlite::one_gateway", false, 1),
];

/// Nothing is bought twice or lost when the gateway is killed.
async fn killed(name: &str, shelf: Shelf, replicas: usize) {
    let size = Size::of_environment(replicas);
    println!("{name}: {size}");
    let began = instant();
    let house = House::build(shelf, replicas).await;
    let callers = Callers::call(&house, &size);
    let mut reaper = Reaper::new(&house, &size);
    let last = reaper.kill_all(&callers).await;
    let killing = began.elapsed();

    let told = tokio::time::timeout(REST, callers.answers());
    let told = told.await.expect("every caller has its answer");
    let mut books = house.settled_books(REST).await;
    last.iter().for_each(program::Program::kill);
    books.told = told.labels();
    let findings = books::audit(&books);
    let sheet = sheet::of(&books, &told, &reaper, killing, began.elapsed());
    println!("{name}\n{sheet}\n{findings}");
    assert_eq!(findings, Findings::default(), "seed {}", size.seed);
    told.is_what_stands(&books);
    assert_eq!(books.kept.len(), size.purchases, "a wish, a purchase");
    let panics = house.panics.lock().unwrap();
    assert!(panics.is_empty(), "{panics:#?}");
}

async fn on_server(name: &str, replicas: usize) -> Result<Completion, Failed> {
    let schema = match Schema::make().await {
        Ok(schema) => schema,
        Err(why) if env::var("CI").as_deref() == Ok("true") => return Err(why.into()),
        Err(why) => return Ok(Completion::ignored_with(why)),
    };
    let shelf = Shelf::Server(schema.url());
    // Whatever becomes of it, a panic too, nothing of it stays on the server.
    let name = name.to_owned();
    let ended = tokio::spawn(async move { killed(&name, shelf, replicas).await }).await;
    schema.remove().await?;
    ended?;
    Ok(Completion::Completed)
}

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // Each waits as long for the disk as it computes.
    arguments.test_threads = arguments.test_threads.or(Some(2));
    let trials = CASES.map(|(name, server, replicas)| {
        Trial::ignorable_test(name, move || {
            let runtime = tokio::runtime::Builder::new_multi_thread();
            let runtime = { runtime }.worker_threads(2).enable_all().build()?;
            runtime.block_on(async {
                if server {
                    return on_server(name, replicas).await;
                }
                killed(name, Shelf::File, replicas).await;
                Ok(Completion::Completed)
            })
        })
    });
    libtest_mimic::run(&arguments, trials.into()).exit_code()
}

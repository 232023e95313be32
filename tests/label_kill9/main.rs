//! A label is bought exactly once, however often the gateway is killed.
//!
//! The program itself is started, killed at random moments and at chosen ones, and started again,
//! while many callers buy; the carriers are played in this process and fail as well. In the end
//! what they sold is held against what the gateway knows and what its callers were told.
//!
//! `KILL9_SEED`, `KILL9_PURCHASES`, `KILL9_KILLS`, `KILL9_REPLICAS` and `KILL9_STORE_URL` (an empty
//! Postgres database) choose another run; what was run is printed.

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

use std::time::Duration;

use parcelgate_clock::instant;

use books::Findings;
use callers::Callers;
use house::House;
use reaper::Reaper;
use size::Size;

/// How long everything may take to come to its end once nobody is killed any more.
const REST: Duration = Duration::from_secs(90);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_bought_twice_or_lost_when_the_gateway_is_killed() {
    let size = Size::of_environment();
    println!("{size}");
    let began = instant();
    let house = House::build(size.replicas).await;
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
    println!(
        "{}",
        sheet::of(&books, &told, &reaper, killing, began.elapsed())
    );
    println!("{findings}");
    assert_eq!(findings, Findings::default(), "seed {}", size.seed);
    told.is_what_stands(&books);
    assert_eq!(books.kept.len(), size.purchases, "a wish, a purchase");
    let panics = house.panics.lock().unwrap();
    assert!(panics.is_empty(), "{panics:#?}");
}

//! Whatever dies, each message is in the stream once and in its order.
//!
//! Needs nats-server; without it the tests are ignored, with `CI=true` they fail.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod server;

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use parcelgate_bus::{Bus, Error, Message, Settings};
use parcelgate_clock::{instant, sleep};
use server::{Server, program};
use tokio::task::JoinSet;

/// How many messages there are, and how many a writer takes at a time.
const MESSAGES: usize = 12_000;
const PAGE: usize = 500;

/// How many write the same at once.
const WRITERS: usize = 3;

const PATIENCE: Duration = Duration::from_secs(120);

type Case = (&'static str, fn() -> Result<(), Failed>);

const CASES: [Case; 3] = [
    ("many_writers_that_die_write_each_once", writers_die),
    ("a_server_that_dies_loses_and_repeats_none", server_dies),
    ("a_strangers_message_stops_nobody", stranger),
];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let in_ci = std::env::var("CI").as_deref() == Ok("true");
    let trials = CASES.into_iter().map(|(name, case)| {
        Trial::ignorable_test(name, move || match program() {
            Some(_) => case().map(|()| Completion::Completed),
            None if in_ci => Err("nats-server is not installed".into()),
            None => Ok(Completion::ignored_with("nats-server is not installed")),
        })
    });
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}

fn run<F: Future<Output = ()>>(case: F) -> Result<(), Failed> {
    let runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = { runtime }.worker_threads(2).enable_all().build()?;
    runtime.block_on(case);
    Ok(())
}

fn message(number: usize) -> Message {
    Message {
        id: format!("event-{number}"),
        subject: format!("parcelgate.main.kind{}", number % 7),
        media_type: "application/json",
        body: format!("{{\"number\":{number}}}").into_bytes(),
    }
}

async fn bus(server: &Server) -> Bus {
    let settings = Settings {
        url: server.url().as_str().into(),
        credentials: None,
        stream: "PARCELGATE".to_owned(),
        prefix: "parcelgate".to_owned(),
        answer_max: Duration::from_secs(2),
    };
    Bus::open(settings).await.unwrap()
}

/// Writes all, as a gateway does: from where `read` says, which is moved after each page.
async fn write_all(mut bus: Bus, read: Arc<AtomicUsize>) {
    let all: Vec<Message> = (0..MESSAGES).map(message).collect();
    loop {
        let from = read.load(Ordering::SeqCst);
        let page = all.get(from..MESSAGES.min(from + PAGE)).unwrap();
        if page.is_empty() {
            return;
        }
        match bus.write(page).await {
            Ok(()) => {
                let to = from + page.len();
                let _moved = read.compare_exchange(from, to, Ordering::SeqCst, Ordering::SeqCst);
            }
            Err(Error::Moved | Error::Away(_)) => sleep(Duration::from_millis(5)).await,
            Err(error) => panic!("{error}"),
        }
    }
}

/// Every message is there, once, in its order.
fn assert_whole(server: &Server) {
    let found = server.messages("PARCELGATE");
    let ids: Vec<&str> = found.iter().map(|one| one.id.as_str()).collect();
    let all: Vec<Message> = (0..MESSAGES).map(message).collect();
    let expected: Vec<&str> = all.iter().map(|one| one.id.as_str()).collect();
    let differs = ids.iter().zip(&expected).position(|(one, two)| one != two);
    assert_eq!((differs, ids.len()), (None, expected.len()));
    for (one, two) in found.iter().zip(&all) {
        assert_eq!((&one.subject, &one.body), (&two.subject, &two.body));
    }
}

fn writers_die() -> Result<(), Failed> {
    run(async {
        let server = Server::start();
        let read = Arc::new(AtomicUsize::new(0));
        let until = instant() + PATIENCE;
        let mut deaths = 0_u64;
        while read.load(Ordering::SeqCst) < MESSAGES {
            assert!(instant() < until, "it never ends");
            let mut writers = JoinSet::new();
            for _ in 0..WRITERS {
                writers.spawn(write_all(bus(&server).await, Arc::clone(&read)));
            }
            // The next ones find what these have left in the middle.
            let before = read.load(Ordering::SeqCst);
            while read.load(Ordering::SeqCst) < MESSAGES.min(before + PAGE / 2) {
                sleep(Duration::from_millis(1 + deaths % 3)).await;
            }
            writers.shutdown().await;
            deaths += 1;
        }
        assert!(deaths > 1, "{deaths} deaths");
        assert_whole(&server);
    })
}

fn server_dies() -> Result<(), Failed> {
    run(async {
        let mut server = Server::start();
        let read = Arc::new(AtomicUsize::new(0));
        let mut writers = JoinSet::new();
        for _ in 0..WRITERS {
            writers.spawn(write_all(bus(&server).await, Arc::clone(&read)));
        }
        let until = instant() + PATIENCE;
        for death in 1..=4 {
            while read.load(Ordering::SeqCst) < death * MESSAGES / 6 {
                assert!(instant() < until, "it never ends");
                sleep(Duration::from_millis(1)).await;
            }
            server.kill();
            server.begin();
        }
        while let Some(ended) = writers.join_next().await {
            ended.unwrap();
        }
        assert_whole(&server);
    })
}

/// Somebody else writes to subjects of the stream. Ours are there all the same, and in their order.
fn stranger() -> Result<(), Failed> {
    run(async {
        let server = Server::start();
        let mut ours = bus(&server).await;
        let mut strange = bus(&server).await;
        let all: Vec<Message> = (0..20).map(message).collect();
        ours.write(&all[..10]).await.unwrap();
        let theirs = Message {
            id: "theirs".to_owned(),
            ..message(0)
        };
        strange.write(std::slice::from_ref(&theirs)).await.unwrap();
        let moved = ours.write(&all[..15]).await.unwrap_err();
        assert!(matches!(moved, Error::Moved), "{moved}");
        ours.write(&all[..15]).await.unwrap();
        ours.write(&all[15..]).await.unwrap();
        let found = server.messages("PARCELGATE").into_iter();
        let ids: Vec<String> = found.map(|one| one.id).collect();
        let (before, after) = all.split_at(10);
        let expected = before.iter().chain([&theirs]).chain(after);
        assert!(ids.iter().eq(expected.map(|one| &one.id)), "{ids:?}");
    })
}

//! Every event is in the stream once and in the order of the log, while the server and the gateway
//! come and go.
//!
//! Needs nats-server; without it the test is ignored, with `CI=true` it fails.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

#[path = "../gateway/requests.rs"]
#[expect(dead_code, reason = "shared with tests/gateway")]
mod requests;
#[path = "../../crates/bus/tests/in_order/server.rs"]
mod server;
#[path = "../gateway/stage.rs"]
#[expect(dead_code, reason = "shared with tests/gateway")]
mod stage;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use parcelgate_proto::v1::WatchEventsRequest;
use requests::{ground, packet};
use serde_json::Value;
use server::{Server, Stored, program};
use stage::{Stage, until};

const STREAM: &str = "PARCELGATE";

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let in_ci = std::env::var("CI").as_deref() == Ok("true");
    let test = || {
        let runtime = tokio::runtime::Runtime::new()?;
        runtime.block_on(comes_and_goes())
    };
    let trial = Trial::ignorable_test("every_event_is_streamed_once", move || match program() {
        Some(_) => test().map(|()| Completion::Completed),
        None if in_ci => Err("nats-server is not installed".into()),
        None => Ok(Completion::ignored_with("nats-server is not installed")),
    });
    libtest_mimic::run(&arguments, vec![trial]).exit_code()
}

/// Buys a label of each of two carriers.
async fn buy(stage: &Stage) {
    stage.buy(ground()).await.unwrap();
    stage.buy(packet()).await.unwrap();
}

async fn comes_and_goes() -> Result<(), Failed> {
    let mut server = Server::start();
    let url = server.url();
    let stage = Stage::with(|config| {
        config.nats.url = url.as_str().into();
        config.nats.answer_ms_max = 500;
    })
    .await;
    buy(&stage).await;
    same(&stage, &server).await;
    // Without it labels are sold all the same, and a gateway starts.
    server.kill();
    buy(&stage).await;
    let stage = stage.restart().await;
    buy(&stage).await;
    server.begin();
    let streamed = same(&stage, &server).await;
    for one in &streamed {
        let event: Value = serde_json::from_slice(&one.body).unwrap();
        assert_eq!(event["id"], one.id.as_str());
        let kind = event["type"].as_str().unwrap();
        assert_eq!(one.subject, format!("parcelgate.main.{kind}"));
    }
    // What it has it is not told again.
    let stage = stage.restart().await;
    buy(&stage).await;
    let after = same(&stage, &server).await;
    assert!(after.len() > streamed.len() && after.starts_with(&streamed));
    stage.stop().await;
    Ok(())
}

/// The stream, once it has as many messages as the log has events, and at least those of the
/// purchases so far. They are the same.
async fn same(stage: &Stage, server: &Server) -> Vec<Stored> {
    let bought = stage.all_shipments().await.len();
    let (log, streamed) = until("streamed", async || {
        let log = log(stage, bought).await;
        let streamed = server.messages(STREAM);
        (streamed.len() == log.len()).then_some((log, streamed))
    })
    .await;
    let ids: Vec<&str> = streamed.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(ids, log);
    streamed
}

/// The names of all events, in the order of the log, once so many purchases are told of.
async fn log(stage: &Stage, bought: usize) -> Vec<String> {
    let request = WatchEventsRequest {
        resume_token: "0".to_owned(),
        kinds: Vec::new(),
    };
    let watch = stage.tracking().watch_events(request).await;
    let mut watch = watch.unwrap().into_inner();
    let (mut names, mut purchases) = (Vec::new(), 0);
    let pause = std::time::Duration::from_millis(300);
    // The log goes on: what has come when nothing has for a while is all of it.
    while let Ok(next) = tokio::time::timeout(pause, watch.message()).await {
        let Some(event) = next.unwrap().unwrap().event else {
            continue;
        };
        purchases += usize::from(event.kind == "shipment.purchased");
        names.push(event.uid);
    }
    assert!(purchases >= bought, "{purchases} of {bought}");
    names
}

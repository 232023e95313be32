//! A backup taken while labels are bought has all that was bought before; restored it buys nothing
//! twice, and says what it cannot know.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[path = "gateway/errors.rs"]
#[expect(dead_code, reason = "shared with tests/gateway")]
mod errors;
#[path = "gateway/requests.rs"]
#[expect(dead_code, reason = "shared with tests/gateway")]
mod requests;
#[path = "gateway/stage.rs"]
#[expect(dead_code, reason = "shared with tests/gateway")]
mod stage;

use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures::StreamExt as _;
use parcelgate_proto::v1::shipment::State;
use parcelgate_proto::v1::{LabelFormat, PurchaseLabelRequest, Shipment, WatchEventsRequest};
use parcelgate_sandbox::{Carrier, Fault};
use serde_json::Value;
use tonic::{Code, Status};

use errors::reason;
use requests::{ground, packet};
use stage::{Stage, until};

/// The program, for the database at `path`.
fn program(path: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_parcelgate"))
        .args(args)
        .env("PARCELGATE__STORE__PATH", path)
        .env_remove("PARCELGATE_CONFIG")
        .output()
        .unwrap()
}

/// What a command that succeeds tells programs.
fn told(path: &Path, args: &[&str]) -> Value {
    let output = program(path, &[args, &["--output", "json"]].concat());
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{args:?}: {complaints}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// What a command that fails complains of: what is wrong, and what to do.
fn refused(path: &Path, args: &[&str]) -> (String, String) {
    let output = program(path, &[args, &["--output", "json"]].concat());
    assert_eq!(output.status.code(), Some(1), "{args:?}");
    let told: Value = serde_json::from_slice(&output.stderr).unwrap();
    let text = |name: &str| told["error"][name].as_str().unwrap_or_default().to_owned();
    (text("message"), text("next"))
}

/// What was restored by other tools is seen to when no gateway runs on it, and not before.
#[tokio::test]
async fn a_database_in_use_is_not_put_in_doubt() {
    let stage = Stage::start().await;
    let bought = stage.buy(ground()).await.unwrap();
    let path = stage.config.store.path.clone();
    let (message, _) = refused(&path, &["restore", "--in-place"]);
    assert!(message.contains("has it open"), "{message}");
    assert_eq!(stage.shipment(&bought.name).await, bought);
    stage.stop().await;
}

/// The key named lost, as it is listed.
fn key(path: &Path) -> Value {
    let keys = told(path, &["keys", "list"]);
    let mut keys = keys.as_array().unwrap().iter();
    keys.find(|key| key["name"] == "lost").unwrap().clone()
}

fn utf8(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Buys one after the other until told to stop; returns how many.
fn buying(stage: &Stage, stop: Arc<AtomicBool>) -> tokio::task::JoinHandle<usize> {
    let mut client = stage.shipments();
    tokio::spawn(async move {
        let mut bought = 0;
        while !stop.load(Ordering::Relaxed) {
            let reply = client.purchase_label(packet()).await.expect("bought");
            assert_eq!(reply.into_inner().state(), State::Purchased);
            bought += 1;
        }
        bought
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_was_bought_before_is_in_a_backup_taken_meanwhile() {
    let stage = Stage::start().await;
    let mut before: Vec<(PurchaseLabelRequest, Shipment, Vec<u8>)> = Vec::new();
    for request in [ground(), packet(), ground()] {
        let bought = stage.buy(request.clone()).await.unwrap();
        let label = stage.label(&bought.name, LabelFormat::Unspecified).await;
        before.push((request, bought, label.unwrap().content.to_vec()));
    }
    let stop = Arc::new(AtomicBool::new(false));
    let buying = buying(&stage, Arc::clone(&stop));
    let folder = tempfile::tempdir().unwrap();
    let (copy, elsewhere) = (folder.path().join("copy.db"), folder.path().join("else.db"));
    let path = stage.config.store.path.clone();
    let taken = tokio::task::spawn_blocking({
        let (path, copy) = (path.clone(), copy.clone());
        move || told(&path, &["backup", utf8(&copy), "--with-key"])
    });
    let taken = taken.await.unwrap();
    let parcels = stage.carriers().parcels().len();
    until("labels bought after it", async || {
        (stage.carriers().parcels().len() > parcels).then_some(())
    })
    .await;
    stop.store(true, Ordering::Relaxed);
    assert!(buying.await.unwrap() > 0);
    assert_eq!(taken["key"]["state"], "fits");
    assert!(taken["contents"]["shipments"].as_u64().unwrap() >= 3);

    let restored = told(&elsewhere, &["restore", utf8(&copy), "--with-key"]);
    assert_eq!(restored["digest_checked"], true);
    assert_eq!(restored["contents"], taken["contents"]);
    assert_eq!(restored["key"]["state"], "fits");
    assert!(program(&elsewhere, &["ledger", "--check"]).status.success());
    let stage = stage.restart_after(|config| config.store.path = elsewhere.clone());
    let stage = stage.await;
    let parcels = stage.carriers().parcels().len();
    for (request, bought, label) in before {
        assert_eq!(stage.shipment(&bought.name).await, bought);
        let again = stage.label(&bought.name, LabelFormat::Unspecified).await;
        assert_eq!(again.unwrap().content, label.as_slice());
        assert_eq!(stage.buy(request).await.unwrap(), bought);
    }
    assert_eq!(
        stage.carriers().parcels().len(),
        parcels,
        "nothing is bought again"
    );
    stage.stop().await;
}

/// What a watch that goes on after `token` begins with: its first event's token.
async fn watched(stage: &Stage, token: &str) -> Result<String, Status> {
    let request = WatchEventsRequest {
        resume_token: token.to_owned(),
        kinds: Vec::new(),
    };
    let mut log = stage.tracking().watch_events(request).await?.into_inner();
    let mut token = String::new();
    for _ in 0..2 {
        token = log.next().await.expect("goes on")?.resume_token;
    }
    Ok(token)
}

/// The token after the last event there is.
async fn end(stage: &Stage) -> String {
    let now = WatchEventsRequest::default();
    let log = stage.tracking().watch_events(now).await.unwrap();
    log.into_inner().next().await.unwrap().unwrap().resume_token
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_restored_gateway_sends_nothing_again_and_names_what_it_does_not_know() {
    let stage = Stage::start().await;
    let path = stage.config.store.path.clone();
    let copy = path.with_file_name("monday.db");
    let first = stage.buy(ground()).await.unwrap();
    // Accepted, and not sent until after the backup.
    let busy = Fault::Status {
        code: 429,
        retry_after: None,
    };
    stage.fail(Carrier::Ups, "ship", busy, 3);
    let waiting = ground();
    stage.buy(waiting.clone()).await.unwrap_err();
    told(&path, &["keys", "create", "lost"]);
    told(&path, &["backup", utf8(&copy)]);

    let sent = until("bought", async || stage.buy(waiting.clone()).await.ok()).await;
    let later = packet();
    let lost = stage.buy(later.clone()).await.unwrap();
    let id = key(&path)["id"].as_str().unwrap().to_owned();
    told(&path, &["keys", "revoke", &id]);

    let restore = ["restore", utf8(&copy), "--force"];
    let (message, next) = refused(&path, &restore);
    assert!(
        message.contains("in use") && next.contains("stop the gateway"),
        "{message}; {next}"
    );
    let stage = stage
        .restart_after(|_| {
            let (message, next) = refused(&path, &restore[..2]);
            assert!(
                message.contains("there already") && next.contains("--force"),
                "{message}"
            );
            let restored = told(&path, &restore);
            let requests = restored["lost"]["first_requests"].as_array().unwrap();
            assert_eq!(restored["lost"]["requests"], 1, "{restored}");
            assert_eq!(requests[0]["request_id"], later.request_id.as_str());
            assert_eq!(requests[0]["reference"], lost.reference.as_str());
            assert_eq!(restored["lost"]["keys_revoked_again"], 1);
            assert_eq!(restored["doubted"][0]["reference"], sent.reference.as_str());
            assert_eq!(restored["doubted"].as_array().unwrap().len(), 1);
            // What was there is kept, whole.
            let kept = restored["replaced"].as_str().unwrap().to_owned();
            assert!(
                program(Path::new(&kept), &["ledger", "--check"])
                    .status
                    .success()
            );
        })
        .await;
    assert_eq!(stage.shipment(&first.name).await, first);
    // What was accepted is looked up, and not sent again.
    stage.buy(waiting.clone()).await.unwrap();
    let found = stage.reaches(&sent.name, State::Purchased).await;
    assert_eq!(
        found.parcels[0].tracking_number,
        sent.parcels[0].tracking_number
    );
    assert_eq!(stage.carriers().orders().get(&sent.reference), Some(&1));
    assert!(key(&path)["revoke_time"].is_string());
    stage.stop().await;
}

/// Also when the log has grown past the number again.
#[tokio::test]
async fn readers_of_events_that_are_no_more_are_told_so() {
    let stage = Stage::start().await;
    let path = stage.config.store.path.clone();
    let copy = path.with_file_name("monday.db");
    stage.buy(ground()).await.unwrap();
    // What follows a purchase by itself may still be coming.
    let kept = until("nothing happens beside the backup", async || {
        let before = end(&stage).await;
        told(&path, &["backup", utf8(&copy), "--force"]);
        (end(&stage).await == before).then_some(before)
    })
    .await;
    let lost = stage.buy(packet()).await.unwrap();
    let token = end(&stage).await;
    let restore = ["restore", utf8(&copy), "--force"];
    let stage = stage.restart_after(|_| drop(told(&path, &restore))).await;
    assert_eq!(end(&stage).await, kept);
    for _ in 0..4 {
        let status = watched(&stage, &token).await.unwrap_err();
        assert_eq!(reason(&status, Code::FailedPrecondition), "LOG_RESTORED");
        let now = end(&stage).await;
        let new = stage.buy(packet()).await.unwrap();
        assert_ne!((&new.name, &new.reference), (&lost.name, &lost.reference));
        assert_ne!(watched(&stage, &now).await.unwrap(), now);
    }
    assert_ne!(watched(&stage, &kept).await.unwrap(), kept);
    stage.stop().await;
}

#[tokio::test]
async fn what_is_wrong_is_refused_and_nothing_is_changed() {
    let stage = Stage::start().await;
    stage.buy(ground()).await.unwrap();
    let path = stage.config.store.path.clone();
    let copy = path.with_file_name("monday.db");
    told(&path, &["backup", utf8(&copy)]);
    let (message, next) = refused(&path, &["backup", utf8(&copy)]);
    assert!(
        message.contains("there already") && next.contains("--force"),
        "{message}"
    );
    told(&path, &["backup", utf8(&copy), "--force"]);

    let elsewhere = path.with_file_name("else.db");
    let (message, _) = refused(&elsewhere, &["backup", utf8(&copy), "--force"]);
    assert!(message.contains("no file"), "{message}");
    // A key of its own that reads nothing of it.
    told(&elsewhere, &["restore", utf8(&copy)]);
    let key = elsewhere.with_extension("key");
    std::fs::write(&key, "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\n").unwrap();
    let restored = told(&elsewhere, &["restore", utf8(&copy), "--force"]);
    assert_eq!(restored["key"]["state"], "does_not_fit");
    std::fs::remove_file(&key).unwrap();
    let restored = told(&elsewhere, &["restore", utf8(&copy), "--force"]);
    assert_eq!(restored["key"]["state"], "missing");
    assert!(!key.exists());

    let whole = std::fs::read(&copy).unwrap();
    let before = std::fs::read(&elsewhere).unwrap();
    let mut changed = whole.clone();
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    for (bad, complaint) in [
        (changed, "its .sha256 file"),
        (whole[..whole.len() / 2].to_vec(), "its .sha256 file"),
        (b"a letter to nobody".to_vec(), "its .sha256 file"),
    ] {
        std::fs::write(&copy, bad).unwrap();
        let (message, next) = refused(&elsewhere, &["restore", utf8(&copy), "--force"]);
        assert!(
            message.contains(complaint) && next.contains("backup"),
            "{message}; {next}"
        );
    }
    assert_eq!(std::fs::read(&elsewhere).unwrap(), before);

    let server = Command::new(env!("CARGO_BIN_EXE_parcelgate"))
        .args(["backup", utf8(&copy), "--output", "json"])
        .env(
            "PARCELGATE__STORE__URL",
            "postgres://gate@db.example/parcels",
        )
        .env("PARCELGATE__STORE__KEY_FILE", &key)
        .output()
        .unwrap();
    let told: Value = serde_json::from_slice(&server.stderr).unwrap();
    assert!(
        told["error"]["message"]
            .as_str()
            .unwrap()
            .contains("store.url"),
        "{told}"
    );
    assert!(
        told["error"]["next"].as_str().unwrap().contains("pg_dump"),
        "{told}"
    );
    stage.stop().await;
}

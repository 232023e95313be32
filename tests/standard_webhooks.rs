//! A judge that is not ours: what a receiver is sent is verified by the `standardwebhooks` package
//! of PyPI. Where Python lacks it the trials are ignored; with `CI=true` they fail.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::env;
use std::io::Write as _;
use std::net::Ipv4Addr;
use std::process::{Command, ExitCode, Stdio};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::post;
use http::HeaderMap;
use libtest_mimic::{Arguments, Failed, Trial};
use parcelgate::config::PushConfig;
use parcelgate::push;
use parcelgate_clock::{Clock as _, System};
use parcelgate_domain::{ExposeSecret as _, Secret};
use parcelgate_store::{
    Batch, Filter, NewSubscription, NewTracker, Sqlite, Store, SubscriptionId, Tenant, TrackerEnd,
    TrackerId,
};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// How many parcels there are; each is followed, and then no longer.
const PARCELS: usize = 10;

const JUDGE: &str = r#"
import json, sys
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
for line in sys.stdin:
    sent = json.loads(line)
    try:
        read = Webhook(sent["secret"]).verify(sent["body"], sent["headers"])
        print("right" if read == json.loads(sent["body"]) else "read otherwise")
    except WebhookVerificationError as error:
        print(error)
"#;

fn main() -> ExitCode {
    let judge = run_python("import standardwebhooks", "").is_some();
    let ignored = !judge && env::var("CI").as_deref() != Ok("true");
    let trials = vec![
        Trial::test("every_delivery_is_verified", verified).with_ignored_flag(ignored),
        Trial::test("a_changed_delivery_is_refused", changed).with_ignored_flag(ignored),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn verified() -> Result<(), Failed> {
    let sent = deliveries();
    let verdicts = judge(&sent)?;
    assert_eq!(verdicts, vec!["right"; 2 * PARCELS]);
    Ok(())
}

/// The judge is no rubber stamp.
fn changed() -> Result<(), Failed> {
    let sent = deliveries().into_iter().next().unwrap();
    let with = |pointer: &str, value: String| {
        let mut other = sent.clone();
        *other.pointer_mut(pointer).unwrap() = value.into();
        other
    };
    let text = |pointer: &str| {
        sent.pointer(pointer)
            .and_then(Value::as_str)
            .unwrap()
            .to_owned()
    };
    let earlier = text("/headers/webhook-timestamp").parse::<i64>().unwrap() - 301;
    let verdicts = judge(&[
        with(
            "/body",
            text("/body").replace("\"dev-1\"", "\"dev-2\"") + " ",
        ),
        with("/headers/webhook-id", "other".to_owned()),
        with("/headers/webhook-timestamp", (earlier + 300).to_string()),
        with("/headers/webhook-timestamp", earlier.to_string()),
        with(
            "/secret",
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned(),
        ),
        sent.clone(),
    ])?;
    let (none, old) = ("No matching signature found", "Message timestamp too old");
    assert_eq!(verdicts, [none, none, none, old, none, "right"]);
    Ok(())
}

fn judge(sent: &[Value]) -> Result<Vec<String>, Failed> {
    let lines: String = sent.iter().map(|one| format!("{one}\n")).collect();
    let said = run_python(JUDGE, &lines).ok_or("python3 cannot import standardwebhooks")?;
    Ok(said.lines().map(str::to_owned).collect())
}

/// What a program prints, if it ends well.
fn run_python(program: &str, input: &str) -> Option<String> {
    let mut python = Command::new("python3")
        .args(["-c", program])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    python.stdin.take()?.write_all(input.as_bytes()).ok()?;
    let output = python.wait_with_output().ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8(output.stdout).unwrap())
}

/// What a receiver is sent while parcels are followed: secret, headers and body of each request.
#[tokio::main]
async fn deliveries() -> Vec<Value> {
    let (sender, mut received) = mpsc::unbounded_channel();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let secret = Secret::from("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDdGtRJ3g9ODE=".to_owned());
    let shown = secret.expose_secret().to_owned();
    let receive = async move |headers: HeaderMap, body: String| {
        let text = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
            (name.to_string(), value.to_str().unwrap().into())
        };
        let headers: serde_json::Map<String, Value> = headers.iter().map(text).collect();
        sender
            .send(json!({ "secret": shown, "headers": headers, "body": body }))
            .unwrap();
    };
    let routes = Router::new().route("/", post(receive));
    tokio::spawn(async move { axum::serve(listener, routes).await });

    let store: Arc<dyn Store> = Arc::new(Sqlite::temporary().await.unwrap());
    let closing = CancellationToken::new();
    let running = tokio::spawn(push::run(
        Arc::clone(&store),
        Arc::new(System),
        config(),
        closing.clone(),
    ));
    let tenant: Tenant = "dev".parse().unwrap();
    let id = SubscriptionId::fresh(System.now());
    let new = NewSubscription {
        id,
        url,
        secret,
        filter: Filter::default(),
    };
    store
        .apply(Batch::of(&tenant, System.now()).subscribe(new))
        .await
        .unwrap();
    for number in 1..=PARCELS {
        let tracker: TrackerId = format!("dev-{number}").parse().unwrap();
        let new = NewTracker {
            id: tracker.clone(),
            account: None,
            carrier: "acme".to_owned().into(),
            number: format!("1Z{number:08}").parse().unwrap(),
            shipment: None,
            next_check_at: None,
        };
        let batch = Batch::of(&tenant, System.now()).track(new);
        store
            .apply(batch.end_tracker(&tracker, TrackerEnd::Stopped))
            .await
            .unwrap();
    }
    let mut sent = Vec::new();
    while sent.len() < 2 * PARCELS {
        let next = tokio::time::timeout(Duration::from_secs(30), received.recv()).await;
        sent.push(next.unwrap().unwrap());
    }
    closing.cancel();
    running.await.unwrap();
    sent
}

fn config() -> PushConfig {
    PushConfig {
        allow_http: true,
        allow_private: true,
        retry_ms: vec![100; 50],
        connect_ms_max: 2_000,
        total_ms_max: 5_000,
        in_flight_max: 8,
        disable_after_h: 120,
    }
}

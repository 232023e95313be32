//! A judge that is not ours: what a receiver is sent is verified by the `standardwebhooks` package
//! of PyPI, with the old secret and with the new one while both sign. Where Python lacks it the
//! trials are ignored; with `CI=true` they fail.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::env;
use std::io::Write as _;
use std::net::Ipv4Addr;
use std::process::{Command, ExitCode, Stdio};
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use axum::Router;
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use libtest_mimic::{Arguments, Failed, Trial};
use parcelgate::config::PushConfig;
use parcelgate::push;
use parcelgate::service::Caller;
use parcelgate::service::subscriptions::{Rotation, SubscriptionRequest, Subscriptions};
use parcelgate_clock::{Clock as _, Manual, System, instant};
use parcelgate_domain::ExposeSecret as _;
use parcelgate_store::{
    Batch, NewTracker, SigningKeys, Sqlite, Store, Subscription, Tenant, TrackerEnd, TrackerId,
};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// How many parcels there are before the keys are replaced, while both sign, and when that is over;
/// each is followed, and then no longer.
const PARCELS: usize = 10;

/// How long both sign; less than the judge lets a timestamp be off.
const OVERLAP: Duration = Duration::from_secs(60);

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
    let run = run();
    for (part, old, new) in [
        (&run.before, true, false),
        (&run.during, true, true),
        (&run.after, false, true),
    ] {
        assert_eq!(part.len(), 2 * PARCELS);
        for (keys, right) in [(&run.old, old), (&run.new, new)] {
            let verdict = if right { "right" } else { NONE };
            assert_eq!(judge(&with_secret(part, keys))?, vec![verdict; part.len()]);
            let signed = part.iter().all(|sent| signed_by(sent, &keys.public));
            assert_eq!(signed, right, "with the private key too");
        }
    }
    Ok(())
}

/// Whether one of the signatures of version v1a is of that key.
fn signed_by(sent: &Value, public: &str) -> bool {
    let text = |pointer: &str| sent.pointer(pointer).and_then(Value::as_str).unwrap();
    let key = STANDARD
        .decode(public.strip_prefix("whpk_").unwrap())
        .unwrap();
    let key = UnparsedPublicKey::new(&ED25519, key);
    let (id, at) = (
        text("/headers/webhook-id"),
        text("/headers/webhook-timestamp"),
    );
    let signed = format!("{id}.{at}.{}", text("/body"));
    let mut all = text("/headers/webhook-signature").split(' ');
    all.any(|one| {
        let signature = one
            .strip_prefix("v1a,")
            .map(|one| STANDARD.decode(one).unwrap());
        signature.is_some_and(|signature| key.verify(signed.as_bytes(), &signature).is_ok())
    })
}

fn with_secret(sent: &[Value], keys: &Keys) -> Vec<Value> {
    let with = |one: &Value| {
        let mut one = one.clone();
        *one.pointer_mut("/secret").unwrap() = keys.secret.clone().into();
        one
    };
    sent.iter().map(with).collect()
}

/// What the judge says of a signature that is another's.
const NONE: &str = "No matching signature found";

/// The judge is no rubber stamp.
fn changed() -> Result<(), Failed> {
    let run = run();
    let sent = with_secret(&run.before, &run.old).swap_remove(0);
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
        with("/body", text("/body") + " "),
        with("/headers/webhook-id", "other".to_owned()),
        with("/headers/webhook-timestamp", (earlier + 300).to_string()),
        with("/headers/webhook-timestamp", earlier.to_string()),
        with(
            "/secret",
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned(),
        ),
        sent.clone(),
    ])?;
    let old = "Message timestamp too old";
    assert_eq!(verdicts, [NONE, NONE, NONE, old, NONE, "right"]);
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

/// What a receiver may know of the keys.
struct Keys {
    secret: String,
    public: String,
}

/// What a receiver is sent while parcels are followed: secret, headers and body of each request.
struct Run {
    old: Keys,
    new: Keys,
    before: Vec<Value>,
    during: Vec<Value>,
    after: Vec<Value>,
}

#[tokio::main]
async fn run() -> Run {
    let (sender, mut received) = mpsc::unbounded_channel();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let receive = async move |headers: HeaderMap, body: String| {
        let text = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
            (name.to_string(), value.to_str().unwrap().into())
        };
        let headers: serde_json::Map<String, Value> = headers.iter().map(text).collect();
        let secret = "whsec_";
        sender
            .send(json!({ "secret": secret, "headers": headers, "body": body }))
            .unwrap();
    };
    let routes = Router::new().route("/", post(receive));
    tokio::spawn(async move { axum::serve(listener, routes).await });

    let store: Arc<dyn Store> = Arc::new(Sqlite::temporary().await.unwrap());
    let closing = CancellationToken::new();
    let clock = Arc::new(Manual::at(System.now()));
    let running = tokio::spawn(push::run(
        Arc::clone(&store),
        clock.clone(),
        config(),
        closing.clone(),
    ));
    let door = Subscriptions::new(Arc::clone(&store), clock.clone(), config());
    let request = SubscriptionRequest {
        request_id: "make".to_owned(),
        body_sha256: [0; 32],
        url,
        kinds: Vec::new(),
        latest_only: false,
    };
    let made = door.create(&caller(), request).await.unwrap();
    happen(store.as_ref(), &clock, 0).await;
    let before = arrived(&mut received).await;
    let rotation = Rotation {
        request_id: "rotate".to_owned(),
        body_sha256: [0; 32],
        overlap: OVERLAP,
    };
    let rotated = door.rotate(&caller(), &made.id, rotation).await.unwrap();
    happen(store.as_ref(), &clock, PARCELS).await;
    let during = arrived(&mut received).await;
    clock.advance(OVERLAP);
    happen(store.as_ref(), &clock, 2 * PARCELS).await;
    let after = arrived(&mut received).await;
    closing.cancel();
    running.await.unwrap();
    Run {
        old: shown(&made),
        new: shown(&rotated),
        before,
        during,
        after,
    }
}

fn caller() -> Caller {
    Caller {
        tenant: "dev".parse().unwrap(),
        key: None,
        deadline: instant() + Duration::from_secs(60),
    }
}

fn shown(of: &Subscription) -> Keys {
    let SigningKeys { secret, private } = &of.keys;
    let private = private.as_ref().unwrap().expose_secret();
    let pair = STANDARD
        .decode(private.strip_prefix("whsk_").unwrap())
        .unwrap();
    let public = pair.get(32..).unwrap();
    Keys {
        secret: secret.expose_secret().to_owned(),
        public: format!("whpk_{}", STANDARD.encode(public)),
    }
}

/// Follows parcels from that number on, and then no longer.
async fn happen(store: &dyn Store, clock: &Manual, from: usize) {
    let tenant: Tenant = "dev".parse().unwrap();
    for number in from..from + PARCELS {
        let tracker: TrackerId = format!("dev-{number}").parse().unwrap();
        let new = NewTracker {
            id: tracker.clone(),
            account: None,
            carrier: "acme".to_owned().into(),
            number: format!("1Z{number:08}").parse().unwrap(),
            shipment: None,
            next_check_at: None,
        };
        let batch = Batch::of(&tenant, clock.now()).track(new);
        store
            .apply(batch.end_tracker(&tracker, TrackerEnd::Stopped))
            .await
            .unwrap();
    }
}

async fn arrived(received: &mut mpsc::UnboundedReceiver<Value>) -> Vec<Value> {
    let mut sent = Vec::new();
    while sent.len() < 2 * PARCELS {
        let next = tokio::time::timeout(Duration::from_secs(30), received.recv()).await;
        sent.push(next.unwrap().unwrap());
    }
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
        warn_after_h: 24,
        disable_after_h: 120,
        replay_per_s_max: 100,
        kept_days: 90,
    }
}

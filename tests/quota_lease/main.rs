//! Three gateways on one database follow the same parcels, each with a clock of its own, and one
//! after the other is killed. The carrier never sees more requests than its quota allows, and no
//! parcel is forgotten.
//!
//! Needs Postgres and redis-server; without one it is ignored, with `CI=true` it fails.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod replica;
mod watch;

use std::env;
use std::process::ExitCode;
use std::time::Duration;

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use parcelgate_clock::{Clock as _, System, instant, sleep};
use parcelgate_proto::v1::{CreateTrackerRequest, ListTrackersRequest, Tracker};
use parcelgate_sandbox::{Sandbox, Settings};
use parcelgate_store::suite::Schema;
use serde_json::{Value, json};
use tempfile::TempDir;

use replica::{Redis, Replica, redis_program};
use watch::Seen;

/// How many requests the carrier allows in a second, and how many gateways there are.
const QUOTA: u32 = 40;
const REPLICAS: usize = 3;
const PARCELS: usize = 120;
/// How far the gateways' clocks are from the machine's, in seconds.
const SKEWS: [i64; REPLICAS] = [0, 5, -5];
const KILLS: usize = 6;
const BETWEEN_KILLS: Duration = Duration::from_secs(3);
/// A lease, what the clocks differ by, and time to start.
const TAKEN_OVER_MAX: Duration = Duration::from_secs(60);
/// How often a parcel is worth asking for: all of them as often as four times the quota.
const WANTED_MS: u64 = 750;

fn settings(sandbox: &parcelgate_sandbox::Running, known: &Settings) -> Value {
    let quota = |permits: u32| json!({ "permits": permits, "per_ms": 1_000 });
    let wire = json!({
        "quotas": { "track": quota(QUOTA), "token": quota(1_000) },
        "attempts_max": { "track": 1 },
    });
    let played = parcelgate::played::accounts(sandbox, known).into_iter();
    let ups = played.filter(|account| account.name == "ups");
    let ups = ups.map(|one| {
        json!({
            "id": one.name, "carrier": one.carrier, "settings": one.settings, "wire": wire,
        })
    });
    Value::from_iter(ups)
}

/// Numbers of UPS whose check digits are right.
fn number(index: usize) -> String {
    let body = format!("5R8939{:09}", 35_756_000 + index);
    let value = |c: char| match c.to_digit(10) {
        Some(digit) => digit,
        None => (u32::from(c) - 63) % 10,
    };
    let weighted = body.chars().zip([1, 2].into_iter().cycle());
    let sum: u32 = weighted.map(|(c, weight)| value(c) * weight).sum();
    format!("1Z{body}{}", (10 - sum % 10) % 10)
}

async fn all(replica: &Replica) -> Vec<Tracker> {
    let request = ListTrackersRequest {
        page_size: 1_000,
        ..ListTrackersRequest::default()
    };
    let list = replica.tracking().list_trackers(request).await;
    list.unwrap().into_inner().trackers
}

async fn run() {
    let known = Settings::default();
    let sandbox = Sandbox::start(known.clone()).await.unwrap();
    let schema = Schema::make().await.unwrap();
    let redis = Redis::start().await;
    let folder = TempDir::with_prefix("parcelgate-quota-").unwrap();
    let told = |skew: i64| {
        json!({
            "accounts": settings(&sandbox, &known),
            "store": {
                "path": "", "url": schema.url(), "key_file": folder.path().join("key"),
            },
            "redis": redis.url(),
            "replicas": REPLICAS,
            "wanted_ms": WANTED_MS,
            "skew_s": skew,
        })
    };
    let mut replicas = Vec::new();
    for skew in SKEWS {
        replicas.push(Replica::start(&told(skew)).await);
    }
    for index in 0..PARCELS {
        let request = CreateTrackerRequest {
            tracking_number: number(index),
            carrier: "ups".to_owned(),
            request_id: String::new(),
        };
        let made = replicas
            .first()
            .unwrap()
            .tracking()
            .create_tracker(request)
            .await;
        made.unwrap();
    }
    let seen = Seen::begin(sandbox.control());
    for kill in 0..KILLS {
        sleep(BETWEEN_KILLS).await;
        let at = kill % REPLICAS;
        replicas.remove(at).kill();
        let skew = *SKEWS.get(at).unwrap();
        replicas.insert(at, Replica::start(&told(skew)).await);
    }

    // Whoever looked after a parcel, somebody does again.
    let since = latest_second();
    let given_up = instant() + TAKEN_OVER_MAX;
    loop {
        let trackers = all(replicas.first().unwrap()).await;
        assert_eq!(trackers.len(), PARCELS);
        let late = trackers.iter().filter(|one| checked(one) < since).count();
        if late == 0 {
            break;
        }
        assert!(
            instant() < given_up,
            "{late} parcels are asked for by nobody"
        );
        sleep(Duration::from_millis(100)).await;
    }
    let (most, asked) = seen.end(Duration::from_secs(1)).await;
    assert!(most <= QUOTA, "{most} requests in a second");
    assert!(asked > 5 * QUOTA, "only {asked} in all");
    drop(replicas);
    sandbox.stop().await;
    schema.remove().await.unwrap();
}

/// When a parcel was last asked for, in seconds, by the clock of whoever asked.
fn checked(tracker: &Tracker) -> i64 {
    tracker.last_check_time.map_or(0, |at| at.seconds)
}

/// What the fastest of the clocks shows now, and a second.
fn latest_second() -> i64 {
    let skew = SKEWS.into_iter().max().unwrap_or_default();
    System.now().as_second() + skew + 1
}

fn trial() -> Result<Completion, Failed> {
    let in_ci = env::var("CI").is_ok_and(|value| value == "true");
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let absent = runtime.block_on(async {
        match Schema::make().await {
            Ok(schema) => {
                schema.remove().await.unwrap();
                redis_program()
                    .is_none()
                    .then(|| "redis-server is not installed".to_owned())
            }
            Err(why) => Some(why),
        }
    });
    match absent {
        None => {
            runtime.block_on(run());
            Ok(Completion::Completed)
        }
        Some(why) if in_ci => Err(why.into()),
        Some(why) => Ok(Completion::ignored_with(why)),
    }
}

fn main() -> ExitCode {
    if env::args().nth(1).as_deref() == Some(replica::ROLE) {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build();
        runtime.unwrap().block_on(replica::serve());
        return ExitCode::SUCCESS;
    }
    let watched = Trial::test("the_watcher_sees_a_quota_that_is_broken", || {
        watch::sees_a_quota_that_is_broken();
        Ok(())
    });
    let name = "three_gateways_that_are_killed_never_send_more_than_the_quota";
    let trials = vec![watched, Trial::ignorable_test(name, trial)];
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

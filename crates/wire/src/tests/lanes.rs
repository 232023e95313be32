//! Who goes first where a quota is short, and what is kept for whom.

use std::sync::Mutex;
use std::time::Duration;

use futures::future::join_all;
use parcelgate_carrier::{Auth, Call, Class, Kind, Lane, Quota};
use parcelgate_clock::{instant, sleep};

use super::fixture::*;
use crate::{QuotaStatus, Replay, Step, WireSettings};

const fn quota(classes: &'static [Class], permits: u32, seconds: u64) -> Quota {
    Quota {
        classes,
        permits,
        per: Duration::from_secs(seconds),
    }
}

fn rig(quotas: &'static [Quota]) -> Rig {
    set(quotas, "{}")
}

fn set(quotas: &'static [Quota], settings: &str) -> Rig {
    let settings: WireSettings = serde_json::from_str(settings).unwrap();
    Rig::with(always(ok), Auth::Open, quotas, &settings)
}

/// One request in a lane no further ahead than `lane`.
async fn ask(rig: &Rig, class: Class, lane: Lane, patience: Duration) -> Option<Kind> {
    let call = Call::new(&rig.wire, instant() + patience).behind(lane);
    kind(call.send(outgoing_to("api", class)).await)
}

const LONG: Duration = seconds(3_600);

#[tokio::test(start_paused = true)]
async fn lanes_go_one_after_the_other_whoever_came_first() {
    let rig = rig(const { &[quota(Class::EVERY, 1, 1)] });
    assert_eq!(ask(&rig, Class::Rate, Lane::Buy, LONG).await, None);
    let order = Mutex::new(vec![]);
    let came = [
        (Class::Track, Lane::Bulk),
        (Class::Manage, Lane::Bulk),
        (Class::Track, Lane::Buy),
        (Class::Manage, Lane::Quote),
        (Class::Rate, Lane::Buy),
        (Class::Ship, Lane::Buy),
        (Class::Manage, Lane::Buy),
        (Class::Ship, Lane::Buy),
        (Class::Token, Lane::Buy),
    ];
    join_all(came.map(|(class, lane)| {
        let (rig, order) = (&rig, &order);
        async move {
            assert_eq!(ask(rig, class, lane, LONG).await, None);
            order.lock().unwrap().push((class, class.lane().max(lane)));
        }
    }))
    .await;
    let expected = [
        (Class::Token, Lane::Buy), // a purchase that has its permit may wait for it
        (Class::Ship, Lane::Buy),
        (Class::Manage, Lane::Buy),
        (Class::Ship, Lane::Buy),
        (Class::Manage, Lane::Quote),
        (Class::Rate, Lane::Quote),
        (Class::Track, Lane::Track),
        (Class::Track, Lane::Bulk),
        (Class::Manage, Lane::Bulk),
    ];
    assert_eq!(*order.lock().unwrap(), expected);
}

/// How many of each lane leave at once from a full bucket of 100 an hour.
#[tokio::test(start_paused = true)]
async fn each_lane_leaves_its_part_of_the_reserve() {
    for (class, lane, at_once) in [
        (Class::Ship, Lane::Buy, 26),
        (Class::Rate, Lane::Quote, 14),
        (Class::Track, Lane::Track, 7),
        (Class::Track, Lane::Bulk, 3),
    ] {
        let rig = rig(const { &[quota(Class::EVERY, 100, 3_600)] });
        // Nobody waits longer than half of this, and a permit takes 48 s.
        let calls = (0..40).map(|_| ask(&rig, class, lane, seconds(60)));
        let calls = join_all(calls).await;
        let served = calls.iter().filter(|call| call.is_none()).count();
        assert_eq!(served, at_once, "{lane:?}");
        assert!(calls.iter().flatten().all(|kind| *kind == Kind::Throttled));
        // What it left is there for a purchase.
        let rest = (0..40).map(|_| ask(&rig, Class::Ship, Lane::Buy, seconds(60)));
        let rest = join_all(rest).await;
        let bought = rest.iter().filter(|call| call.is_none()).count();
        assert_eq!(served + bought, 26, "{lane:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_lane_in_front_of_a_quota_has_all_of_it() {
    let rig = rig(const { &[quota(&[Class::Track], 100, 3_600)] });
    let calls = (0..40).map(|_| ask(&rig, Class::Track, Lane::Buy, seconds(60)));
    let served = join_all(calls)
        .await
        .iter()
        .filter(|call| call.is_none())
        .count();
    assert_eq!(served, 26, "nobody else can want it");
}

#[tokio::test(start_paused = true)]
async fn a_request_takes_permits_of_all_its_quotas_or_none() {
    let rig = rig(const {
        &[
            quota(&[Class::Track], 1, 5),
            quota(&[Class::Track, Class::Rate], 4, 60),
        ]
    });
    let left = |rig: &Rig| -> Vec<u32> {
        let quotas = rig.wire.status().quotas;
        quotas.iter().map(|quota| quota.left).collect()
    };
    assert_eq!(left(&rig), [1, 2]);
    assert_eq!(ask(&rig, Class::Track, Lane::Buy, LONG).await, None);
    assert_eq!(left(&rig), [0, 1]);
    let in_vain = ask(&rig, Class::Track, Lane::Buy, seconds(1)).await;
    assert_eq!(in_vain, Some(Kind::Throttled));
    assert_eq!(left(&rig), [0, 1], "the second quota was not touched");
    let begun = instant();
    for _ in 0..6 {
        assert_eq!(ask(&rig, Class::Track, Lane::Buy, LONG).await, None);
    }
    // In the shared quota a permit grows in 20 s.
    let took = instant() - begun;
    assert!(took >= seconds(95) && took <= seconds(121), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn whoever_leaves_a_line_makes_way() {
    let rig = rig(const { &[quota(Class::EVERY, 1, 60)] });
    assert_eq!(ask(&rig, Class::Ship, Lane::Buy, LONG).await, None);
    let gives_up = async {
        tokio::select! {
            _ = ask(&rig, Class::Ship, Lane::Buy, LONG) => panic!("a permit takes a minute"),
            () = sleep(seconds(30)) => {}
        }
    };
    let begun = instant();
    let waits = ask(&rig, Class::Track, Lane::Bulk, LONG);
    let (waited, ()) = tokio::join!(waits, gives_up);
    assert_eq!(waited, None);
    assert!(instant() - begun <= Duration::from_millis(60_002));
}

#[tokio::test(start_paused = true)]
async fn whoever_would_wait_behind_too_many_is_told_at_once() {
    let rig = rig(const { &[quota(Class::EVERY, 1, 60)] });
    assert_eq!(ask(&rig, Class::Ship, Lane::Buy, LONG).await, None);
    let purchases = join_all((0..5).map(|_| ask(&rig, Class::Ship, Lane::Buy, LONG)));
    let sweep = async {
        tokio::task::yield_now().await;
        let begun = instant();
        let call = Call::new(&rig.wire, begun + seconds(600)).behind(Lane::Bulk);
        let told = call
            .send(outgoing_to("api", Class::Track))
            .await
            .unwrap_err();
        assert_eq!((told.kind, instant()), (Kind::Throttled, begun));
        assert_eq!(told.retry_after, Some(seconds(360)));
    };
    tokio::join!(purchases, sweep);
}

/// 429 for one class and lane; who is then still let go.
async fn after_refusal(class: Class, lane: Lane) -> Vec<(Class, Lane)> {
    const SHARED: &[Quota] = &[
        quota(&[Class::Ship, Class::Track, Class::Manage], 1_000, 1),
        quota(&[Class::Rate], 1_000, 1),
    ];
    let mut passing = vec![];
    for (other, behind) in [
        (Class::Ship, Lane::Buy),
        (Class::Rate, Lane::Quote),
        (Class::Track, Lane::Track),
        (Class::Track, Lane::Bulk),
        (Class::Manage, Lane::Bulk),
    ] {
        let once = WireSettings::default();
        let refused = Mutex::new(false);
        let replay = Replay::by(&ACME, move |_| {
            if std::mem::replace(&mut *refused.lock().unwrap(), true) {
                ok()
            } else {
                Step::answer(429, "").header("retry-after", "100")
            }
        });
        let rig = Rig::with(replay, Auth::Open, SHARED, &once);
        assert_eq!(
            ask(&rig, class, lane, seconds(20)).await,
            Some(Kind::Throttled)
        );
        if ask(&rig, other, behind, seconds(20)).await.is_none() {
            passing.push((other, behind));
        }
        sleep(seconds(100)).await;
        assert_eq!(ask(&rig, other, behind, seconds(20)).await, None);
    }
    passing
}

#[tokio::test(start_paused = true)]
async fn a_refusal_stops_its_lane_and_those_behind_who_share_the_quota() {
    let (ship, rate) = ((Class::Ship, Lane::Buy), (Class::Rate, Lane::Quote));
    assert_eq!(after_refusal(Class::Track, Lane::Bulk).await, [ship, rate]);
    let tracking = (Class::Track, Lane::Track);
    assert_eq!(
        after_refusal(Class::Manage, Lane::Bulk).await,
        [ship, rate, tracking]
    );
    assert_eq!(after_refusal(Class::Ship, Lane::Buy).await, [rate]);
}

#[test]
fn an_account_may_set_its_own_quotas() {
    const DOCUMENTED: &[Quota] = &[
        quota(Class::EVERY, 60, 3_600),
        quota(&[Class::Track], 9, 60),
    ];
    let quotas = |settings| -> Vec<(Vec<Class>, u32)> {
        let rig = set(DOCUMENTED, settings);
        let row = |quota: QuotaStatus| (quota.classes, quota.permits);
        rig.wire.status().quotas.into_iter().map(row).collect()
    };
    let all = Class::EVERY.to_vec();
    assert_eq!(quotas("{}"), [(all.clone(), 60), (vec![Class::Track], 9)]);
    // What is set for a class counts for it alone.
    let without = all.iter().copied().filter(|class| *class != Class::Track);
    assert_eq!(
        quotas(r#"{"quotas": {"track": {"permits": 5, "per_ms": 1000}}}"#),
        [(without.collect(), 60), (vec![Class::Track], 5)]
    );
    assert_eq!(
        quotas(r#"{"shared_quotas": [{"permits": 600, "per_ms": 3600000}]}"#),
        [(all, 600)]
    );
    let some = r#"{"shared_quotas": [{"classes": ["rate", "ship"], "permits": 7, "per_ms": 1}]}"#;
    assert_eq!(quotas(some), [(vec![Class::Rate, Class::Ship], 7)]);
    assert_eq!(quotas(r#"{"shared_quotas": []}"#), []);
}

#[tokio::test(start_paused = true)]
async fn the_reserve_is_a_setting() {
    for (percent, at_once) in [(0, 1), (25, 26), (50, 51), (99, 100), (400, 100)] {
        let settings = format!(r#"{{"reserve_percent": {percent}}}"#);
        let rig = set(const { &[quota(Class::EVERY, 100, 3_600)] }, &settings);
        assert_eq!(rig.wire.status().quotas[0].left, at_once, "{percent}");
    }
}

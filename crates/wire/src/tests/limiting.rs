//! No more than the carrier allows, and nobody waits in vain.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::time::Duration;

use futures::future::join_all;
use parcelgate_carrier::{Auth, Class, Kind, Quota, Repeat};
use parcelgate_clock::instant;

use super::fixture::*;
use crate::{ClassStatus, OpenError, QuotaStatus, Step, Wire, WireSettings};

const TEN_A_SECOND: &[Quota] = &[Quota {
    classes: &[Class::Track],
    permits: 10,
    per: Duration::from_secs(1),
}];

fn rig() -> Rig {
    Rig::with(
        always(ok),
        Auth::Open,
        TEN_A_SECOND,
        &WireSettings::default(),
    )
}

/// The quota of the class alone, and how the class stands.
fn stand(rig: &Rig, class: Class) -> (Option<QuotaStatus>, ClassStatus) {
    let status = rig.wire.status();
    let mut quotas = status.quotas.into_iter();
    let mut classes = status.classes.into_iter();
    (
        quotas.find(|quota| quota.classes == [class]),
        classes.find(|status| status.class == class).unwrap(),
    )
}

/// How many permits of tracking are left, and how many were taken.
fn tracking(rig: &Rig) -> (u32, u64) {
    let (quota, class) = stand(rig, Class::Track);
    (quota.unwrap().left, class.taken)
}

#[tokio::test(start_paused = true)]
async fn no_period_sees_more_than_the_quota() {
    for permits in [1, 2, 3, 4, 7, 10, 33, 100] {
        let quota = format!(r#"{{"quotas":{{"track":{{"permits":{permits},"per_ms":1000}}}}}}"#);
        let settings: WireSettings = serde_json::from_str(&quota).unwrap();
        let rig = Rig::with(always(ok), Auth::Open, &[], &settings);
        let begun = instant();
        let calls = (0..permits * 2).map(|number| {
            let rig = &rig;
            async move {
                // Some come together, some find a bucket that has filled again.
                parcelgate_clock::sleep(seconds(u64::from(number % 3 == 0)) * 5).await;
                rig.ask(Class::Track, seconds(600)).await.unwrap();
            }
        });
        join_all(calls).await;
        let sent: Vec<_> = rig.replay.seen().iter().map(|seen| seen.at).collect();
        for at in &sent {
            let period = *at..*at + seconds(1);
            let count = sent.iter().filter(|at| period.contains(at)).count();
            assert!(
                count <= permits,
                "{count} of {permits} in the second from {:?}",
                *at - begun
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn who_came_first_goes_first_and_three_quarters_of_the_quota_are_used() {
    let rig = rig();
    let begun = instant();
    let order = Mutex::new(vec![]);
    let calls = (0..100).map(|number| {
        let (rig, order) = (&rig, &order);
        async move {
            rig.ask(Class::Track, seconds(60)).await.unwrap();
            order.lock().unwrap().push(number);
        }
    });
    join_all(calls).await;
    assert!(order.lock().unwrap().is_sorted());
    let took = instant() - begun;
    assert!(took <= seconds(100) / 10 * 4 / 3, "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_sweep_of_one_class_does_not_keep_another_waiting() {
    let rig = rig();
    let begun = instant();
    let sweep = join_all((0..50).map(|_| rig.ask(Class::Track, seconds(60))));
    let purchase = async {
        let bought = rig
            .call(Class::Ship, Repeat::OnlyIfUnsent, 1, seconds(60))
            .await;
        bought.map(|_| instant() - begun)
    };
    let (_, waited) = tokio::join!(sweep, purchase);
    assert_eq!(waited.unwrap(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_request_may_take_several_permits_even_more_than_a_bucketful() {
    let rig = rig();
    let begun = instant();
    rig.call(Class::Track, Repeat::Safe, 2, seconds(60))
        .await
        .unwrap();
    assert_eq!(tracking(&rig), (1, 2));
    rig.call(Class::Track, Repeat::Safe, 17, seconds(60))
        .await
        .unwrap();
    let waited = instant() - begun;
    assert!(
        waited >= seconds(2) && waited < Duration::from_millis(2_100),
        "{waited:?}"
    );
    assert_eq!(tracking(&rig), (0, 19));
    parcelgate_clock::sleep(Duration::from_millis(260)).await;
    assert_eq!(tracking(&rig), (2, 19));
}

#[tokio::test(start_paused = true)]
async fn who_cannot_be_served_in_time_is_told_when_to_come_again() {
    let rig = rig();
    rig.call(Class::Track, Repeat::Safe, 3, seconds(1))
        .await
        .unwrap();
    let begun = instant();
    let error = rig
        .ask(Class::Track, Duration::from_millis(50))
        .await
        .unwrap_err();
    assert_eq!((error.kind, instant()), (Kind::Throttled, begun));
    assert_eq!(error.retry_after, Some(Duration::from_millis(125)));
    assert_eq!(rig.replay.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn whoever_waited_has_time_left_for_the_carrier() {
    let carrier_takes = || ok().after(Duration::from_millis(900));
    let rig = Rig::with(
        always(carrier_takes),
        Auth::Open,
        TEN_A_SECOND,
        &WireSettings::default(),
    );
    let calls = join_all((0..200).map(|_| rig.ask(Class::Track, seconds(2)))).await;
    let served = calls.iter().filter(|call| call.is_ok()).count();
    assert!(served >= 10, "{served}");
    let failed: BTreeSet<_> = calls.into_iter().filter_map(kind).map(Kind::name).collect();
    assert_eq!(
        failed,
        BTreeSet::from(["THROTTLED"]),
        "too many calls are no outage"
    );
}

#[tokio::test(start_paused = true)]
async fn what_waits_and_what_is_under_way_is_bounded() {
    let settings = WireSettings {
        pending_max: 5,
        ..WireSettings::default()
    };
    let rig = Rig::with(always(Step::hang), Auth::Open, &[], &settings);
    let hanging = join_all((0..5).map(|_| rig.ask(Class::Track, seconds(10))));
    let sixth = async {
        tokio::task::yield_now().await;
        assert_eq!(stand(&rig, Class::Track).1.pending, 5);
        kind(rig.ask(Class::Track, Duration::from_millis(500)).await)
    };
    let (_, sixth) = tokio::join!(hanging, sixth);
    assert_eq!(sixth, Some(Kind::Throttled));
    assert_eq!(stand(&rig, Class::Track).1.pending, 0);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_that_names_no_time_stops_the_class_ever_longer() {
    let once: WireSettings = serde_json::from_str(r#"{"attempts_max":{"track":1}}"#).unwrap();
    let rig = Rig::with(always(|| Step::answer(429, "")), Auth::Open, &[], &once);
    let mut full = seconds(1);
    for _ in 0..8 {
        let error = rig.ask(Class::Track, seconds(120)).await.unwrap_err();
        let pause = error.retry_after.unwrap();
        assert!(pause >= full / 2 && pause <= full, "{pause:?} of {full:?}");
        assert_eq!(stand(&rig, Class::Track).1.paused, Some(pause));
        full = (full * 2).min(seconds(60));
    }
}

#[test]
fn settings_come_before_documents_and_may_not_forbid_everything() {
    let open = |quotas: &str| {
        let settings: WireSettings =
            serde_json::from_str(&format!(r#"{{"quotas":{{"track":{quotas}}}}}"#)).unwrap();
        let carrier = Acme::account(Auth::Open, TEN_A_SECOND, "http://acme.invalid");
        let replay = std::sync::Arc::new(always(ok));
        let clock = std::sync::Arc::new(parcelgate_clock::System);
        Wire::over(replay, &account(), carrier, &settings, clock)
    };
    let wire = open(r#"{"permits":3,"per_ms":1000}"#).unwrap();
    let quotas = wire.status().quotas;
    let permits: Vec<_> = quotas.iter().map(|quota| quota.permits).collect();
    assert_eq!(permits, [3]);
    for nothing in [
        r#"{"permits":0,"per_ms":1000}"#,
        r#"{"permits":1,"per_ms":0}"#,
        r#"{"permits":1,"per_ms":40000000000}"#,
    ] {
        let opened = open(nothing);
        assert!(matches!(opened, Err(OpenError::Quota(classes)) if classes == [Class::Track]));
    }
}

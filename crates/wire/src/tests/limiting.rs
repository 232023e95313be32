//! No more than the carrier allows, and nobody waits in vain.

use std::time::Duration;

use futures::future::join_all;
use parcelgate_carrier::{Auth, Class, Kind, Quota, Repeat};
use parcelgate_clock::instant;

use super::fixture::*;
use crate::{OpenError, QuotaStatus, Step, Wire, WireSettings};

const TEN_A_SECOND: &[Quota] = &[Quota {
    class: Class::Track,
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

fn quota(rig: &Rig, class: Class) -> QuotaStatus {
    let quotas = rig.wire.status().quotas;
    quotas
        .into_iter()
        .find(|quota| quota.class == class)
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_bucketful_goes_at_once_and_the_rest_as_it_fills_in_the_order_it_came() {
    let rig = rig();
    let begun = instant();
    let order = std::sync::Mutex::new(vec![]);
    let calls = (0..50).map(|number| {
        let (rig, order) = (&rig, &order);
        async move {
            rig.ask(Class::Track, seconds(60)).await.unwrap();
            order.lock().unwrap().push(number);
        }
    });
    join_all(calls).await;
    let sent: Vec<Duration> = rig
        .replay
        .seen()
        .iter()
        .map(|seen| seen.at - begun)
        .collect();
    assert_eq!(sent[9], Duration::ZERO);
    for (number, at) in (1_u32..).zip(&sent[10..]) {
        assert!(
            *at >= number * Duration::from_millis(100),
            "{number}: {at:?}"
        );
    }
    assert!(sent[49] < seconds(5), "{:?}", sent[49]);
    assert!(order.lock().unwrap().is_sorted());
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
    rig.call(Class::Track, Repeat::Safe, 4, seconds(60))
        .await
        .unwrap();
    let status = quota(&rig, Class::Track);
    assert_eq!((status.left, status.taken), (Some(6), 4));
    rig.call(Class::Track, Repeat::Safe, 26, seconds(60))
        .await
        .unwrap();
    let waited = instant() - begun;
    assert!(
        waited >= seconds(2) && waited < Duration::from_millis(2_100),
        "{waited:?}"
    );
    let status = quota(&rig, Class::Track);
    assert_eq!((status.left, status.taken), (Some(0), 30));
    parcelgate_clock::sleep(Duration::from_millis(350)).await;
    assert_eq!(quota(&rig, Class::Track).left, Some(3));
}

#[tokio::test(start_paused = true)]
async fn who_cannot_be_served_in_time_is_told_when_to_come_again() {
    let rig = rig();
    rig.call(Class::Track, Repeat::Safe, 10, seconds(1))
        .await
        .unwrap();
    let begun = instant();
    let error = rig
        .ask(Class::Track, Duration::from_millis(50))
        .await
        .unwrap_err();
    assert_eq!((error.kind, instant()), (Kind::Throttled, begun));
    assert_eq!(error.retry_after, Some(Duration::from_millis(100)));
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
    let refused = calls
        .into_iter()
        .filter_map(kind)
        .all(|kind| kind == Kind::Throttled);
    assert!(
        served >= 20 && refused,
        "{served}: ten times too many calls are no outage"
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
        assert_eq!(quota(&rig, Class::Track).pending, 5);
        kind(rig.ask(Class::Track, Duration::from_millis(500)).await)
    };
    let (_, sixth) = tokio::join!(hanging, sixth);
    assert_eq!(sixth, Some(Kind::Throttled));
    assert_eq!(quota(&rig, Class::Track).pending, 0);
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
        assert_eq!(quota(&rig, Class::Track).paused, Some(pause));
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
    let track = wire
        .status()
        .quotas
        .into_iter()
        .find(|quota| quota.class == Class::Track);
    assert_eq!(track.unwrap().left, Some(3));
    for nothing in [
        r#"{"permits":0,"per_ms":1000}"#,
        r#"{"permits":1,"per_ms":0}"#,
    ] {
        assert!(matches!(open(nothing), Err(OpenError::Quota(Class::Track))));
    }
}

//! When a host counts as down, and how it comes back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::future::join_all;
use parcelgate_carrier::{Class, Kind};
use parcelgate_clock::{instant, sleep};

use super::fixture::*;
use crate::{CircuitState, Replay, Step, WireSettings};

/// A host that is up or down, as a test says; every call is one attempt.
struct Host {
    rig: Rig,
    up: Arc<AtomicBool>,
    hangs: Arc<AtomicBool>,
}

impl Host {
    fn failing_with(down: fn() -> Step) -> Self {
        let (up, hangs) = (Arc::<AtomicBool>::default(), Arc::<AtomicBool>::default());
        let is = (Arc::clone(&up), Arc::clone(&hangs));
        let replay = Replay::by(&ACME, move |_| match is {
            (_, ref hangs) if hangs.load(Ordering::Relaxed) => Step::hang(),
            (ref up, _) if up.load(Ordering::Relaxed) => ok(),
            _ => down(),
        });
        let once = serde_json::from_str(r#"{"attempts_max":{"rate":1}}"#);
        let settings: WireSettings = once.unwrap();
        let rig = Rig::with(replay, parcelgate_carrier::Auth::Open, &[], &settings);
        Self { rig, up, hangs }
    }

    async fn ask(&self) -> Option<Kind> {
        kind(self.rig.ask(Class::Rate, seconds(30)).await)
    }

    fn circuit(&self) -> CircuitState {
        self.rig.wire.status().hosts[0].circuit
    }

    /// Waits for the next probe; how long that was.
    async fn wait_for_probe(&self) -> Duration {
        let CircuitState::Open { next_probe } = self.circuit() else {
            panic!("{:?}", self.circuit());
        };
        sleep(next_probe).await;
        next_probe
    }
}

#[tokio::test(start_paused = true)]
async fn a_host_that_fails_half_of_twenty_is_left_alone() {
    let host = Host::failing_with(|| Step::answer(503, ""));
    for number in 0..20 {
        assert_eq!(host.circuit(), CircuitState::Closed);
        host.up.store(number % 2 == 0, Ordering::Relaxed);
        host.ask().await;
    }
    assert!(matches!(host.circuit(), CircuitState::Open { .. }));
    let error = host.rig.ask(Class::Rate, seconds(30)).await.unwrap_err();
    assert_eq!(
        error.kind,
        Kind::Unsent,
        "nothing left, so anything may be tried again"
    );
    assert!(error.retry_after.is_some_and(|pause| pause <= seconds(1)));
    assert_eq!(host.rig.replay.count(), 20, "and nothing was sent");
}

#[tokio::test(start_paused = true)]
async fn five_in_a_row_that_cannot_connect_are_enough() {
    let host = Host::failing_with(|| Step::fail(Kind::Unsent));
    for _ in 0..4 {
        host.ask().await;
    }
    assert_eq!(host.circuit(), CircuitState::Closed);
    host.ask().await;
    assert!(matches!(host.circuit(), CircuitState::Open { .. }));
}

#[tokio::test(start_paused = true)]
async fn probes_come_ever_later_until_one_succeeds() {
    let host = Host::failing_with(|| Step::fail(Kind::Unsent));
    for _ in 0..5 {
        host.ask().await;
    }
    let mut full = seconds(1);
    for sent in 6..14 {
        let waited = host.wait_for_probe().await;
        assert!(
            waited >= full / 2 && waited <= full,
            "{waited:?} of {full:?}"
        );
        full = (full * 2).min(seconds(60));
        let (first, second) = tokio::join!(host.ask(), host.ask());
        assert_eq!((first, second), (Some(Kind::Unsent), Some(Kind::Unsent)));
        assert_eq!(
            host.rig.replay.count(),
            sent,
            "one probe, whoever else asks"
        );
    }
    host.up.store(true, Ordering::Relaxed);
    host.wait_for_probe().await;
    assert_eq!(host.ask().await, None);
    assert_eq!(host.circuit(), CircuitState::Closed);
    assert_eq!(host.ask().await, None);
}

#[tokio::test(start_paused = true)]
async fn a_probe_that_is_given_up_early_leaves_the_turn_to_the_next() {
    let host = Host::failing_with(|| Step::fail(Kind::Unsent));
    for _ in 0..5 {
        host.ask().await;
    }
    host.wait_for_probe().await;
    let hangs = Arc::clone(&host.hangs);
    hangs.store(true, Ordering::Relaxed);
    tokio::select! {
        _ = host.ask() => panic!("it hangs"),
        () = sleep(Duration::from_millis(900)) => {}
    }
    hangs.store(false, Ordering::Relaxed);
    host.up.store(true, Ordering::Relaxed);
    assert_eq!(
        host.circuit(),
        CircuitState::Open {
            next_probe: Duration::ZERO
        }
    );
    assert_eq!(host.ask().await, None);
    assert_eq!(host.circuit(), CircuitState::Closed);
}

#[tokio::test(start_paused = true)]
async fn callers_in_a_hurry_do_not_take_a_slow_carrier_from_everyone() {
    let rig = Rig::open(always(|| ok().after(seconds(2))));
    for _ in 0..50 {
        let hurried = rig.ask(Class::Rate, Duration::from_millis(500)).await;
        assert_eq!(kind(hurried), Some(Kind::OutcomeUnknown));
    }
    assert!(rig.ask(Class::Rate, seconds(10)).await.is_ok());

    let rig = Rig::open(always(Step::hang));
    let patient = join_all((0..20).map(|_| rig.ask(Class::Rate, seconds(1)))).await;
    assert!(
        patient
            .into_iter()
            .all(|call| kind(call) == Some(Kind::OutcomeUnknown))
    );
    let circuit = rig.wire.status().hosts[0].circuit;
    assert!(
        matches!(circuit, CircuitState::Open { .. }),
        "a host that never answers is down"
    );
}

/// Asks, and leaves after `patience` though there is more time.
async fn leave_after(rig: &Rig, class: Class, patience: Duration) {
    tokio::select! {
        _ = rig.ask(class, seconds(600)) => panic!("it hangs"),
        () = sleep(patience) => {}
    }
}

#[tokio::test(start_paused = true)]
async fn a_host_that_hangs_is_found_out_by_callers_who_leave() {
    // An eighth of what an attempt of the class may take.
    for (class, slow_ms) in [
        (Class::Rate, 1_000),
        (Class::Track, 2_500),
        (Class::Manage, 1_875),
        (Class::Ship, 7_500),
    ] {
        let slow = Duration::from_millis(slow_ms);
        for (patience, opens) in [(slow, true), (slow - Duration::from_millis(1), false)] {
            let rig = Rig::open(always(Step::hang));
            join_all((0..20).map(|_| leave_after(&rig, class, patience))).await;
            let host = rig.wire.status().hosts[0];
            assert_eq!(host.attempts, 20, "each was a sample");
            let open = matches!(host.circuit, CircuitState::Open { .. });
            assert_eq!(open, opens, "{class:?} left after {patience:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn waiting_for_quota_does_not_make_a_host_slow() {
    let settings: WireSettings =
        serde_json::from_str(r#"{"quotas":{"rate":{"permits":1,"per_ms":60000}}}"#).unwrap();
    let rig = Rig::with(always(ok), parcelgate_carrier::Auth::Open, &[], &settings);
    rig.ask(Class::Rate, seconds(30)).await.unwrap();
    join_all((0..20).map(|_| leave_after(&rig, Class::Rate, seconds(20)))).await;
    let host = rig.wire.status().hosts[0];
    assert_eq!((host.circuit, host.attempts), (CircuitState::Closed, 1));
}

#[tokio::test(start_paused = true)]
async fn a_probe_that_hangs_is_the_failure_of_a_probe() {
    let host = Host::failing_with(|| Step::fail(Kind::Unsent));
    for _ in 0..5 {
        host.ask().await;
    }
    host.wait_for_probe().await;
    host.hangs.store(true, Ordering::Relaxed);
    leave_after(&host.rig, Class::Rate, seconds(1)).await;
    let CircuitState::Open { next_probe } = host.circuit() else {
        panic!("{:?}", host.circuit());
    };
    assert!(
        next_probe >= seconds(1),
        "later than the first: {next_probe:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn an_open_circuit_is_told_at_once_and_not_waited_for() {
    let rig = Rig::open(always(|| Step::fail(Kind::Unsent)));
    for _ in 0..5 {
        assert!(rig.ask(Class::Manage, seconds(30)).await.is_err());
    }
    let begun = instant();
    let error = rig.ask(Class::Manage, seconds(30)).await.unwrap_err();
    assert_eq!((error.kind, instant()), (Kind::Unsent, begun));
    assert!(error.retry_after.is_some());
}

#[tokio::test(start_paused = true)]
async fn a_carrier_that_says_no_is_not_down() {
    for refusal in [400, 401, 404] {
        let rig = Rig::open(Replay::by(&ACME, move |_| Step::answer(refusal, "")));
        for _ in 0..100 {
            assert!(rig.ask(Class::Rate, seconds(30)).await.is_err());
        }
        let host = rig.wire.status().hosts[0];
        assert_eq!((host.circuit, host.attempts), (CircuitState::Closed, 100));
    }
}

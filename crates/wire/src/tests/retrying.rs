//! What is sent again, when, and how often.

use std::time::Duration;

use futures::future::join_all;
use parcelgate_carrier::{Call, Class, Kind, Repeat};
use parcelgate_clock::instant;

use super::fixture::*;
use crate::attempt::AttemptTimeout;
use crate::{BreakerSettings, Replay, Step, WireSettings};

const MINUTE: Duration = seconds(60);

#[tokio::test(start_paused = true)]
async fn only_what_may_be_repeated_is_sent_again() {
    for (failure, name) in Kind::ALL {
        for (class, repeat) in [
            (Class::Manage, Repeat::Safe),
            (Class::Ship, Repeat::OnlyIfUnsent),
        ] {
            let rig = Rig::open(Replay::by(&ACME, move |_| Step::fail(failure)));
            let said = kind(rig.call(class, repeat, 1, 2 * MINUTE).await);
            // Nothing is shown at an open host, so nothing else can be shown.
            let refused = failure == Kind::StaleToken;
            let again = failure.retryable(repeat) && !refused;
            assert_eq!(
                rig.replay.count(),
                if again { 3 } else { 1 },
                "{name} {class:?}"
            );
            assert_eq!(
                said,
                Some(if refused { Kind::Credentials } else { failure }),
                "{name}"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn each_class_has_its_number_of_attempts() {
    for (class, attempts) in [
        (Class::Rate, 2),
        (Class::Track, 2),
        (Class::Manage, 3),
        (Class::Ship, 3),
    ] {
        let rig = Rig::open(always(|| Step::fail(Kind::Unsent)));
        assert_eq!(kind(rig.ask(class, MINUTE).await), Some(Kind::Unsent));
        assert_eq!(rig.replay.count(), attempts, "{class:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_paid_request_is_never_sent_twice_after_it_may_have_left() {
    type Cut = fn() -> Step;
    let cuts: [(Cut, Kind); 4] = [
        (|| Step::fail(Kind::OutcomeUnknown), Kind::OutcomeUnknown),
        (|| Step::answer(502, "<html>"), Kind::Unavailable),
        (|| Step::fail(Kind::Malformed), Kind::Malformed),
        (Step::hang, Kind::OutcomeUnknown),
    ];
    for (cut, expected) in cuts {
        let rig = Rig::open(always(cut));
        let said = rig
            .call(Class::Ship, Repeat::OnlyIfUnsent, 1, 10 * MINUTE)
            .await;
        assert_eq!(kind(said), Some(expected));
        assert_eq!(rig.replay.count(), 1);
    }
    let never_left = steps([Step::fail(Kind::Unsent), Step::fail(Kind::Unsent), ok()]);
    let rig = Rig::open(never_left);
    let said = rig.call(Class::Ship, Repeat::OnlyIfUnsent, 1, MINUTE).await;
    assert!(said.is_ok(), "what certainly did not leave is sent again");
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_hangs_ends_in_time_and_nobody_knows_its_outcome() {
    let rig = Rig::open(always(Step::hang));
    let begun = instant();
    let said = rig
        .call(Class::Ship, Repeat::OnlyIfUnsent, 1, 10 * MINUTE)
        .await;
    assert_eq!(kind(said), Some(Kind::OutcomeUnknown));
    assert_eq!(instant() - begun, MINUTE);

    let begun = instant();
    let said = rig
        .call(Class::Ship, Repeat::OnlyIfUnsent, 1, seconds(3))
        .await;
    assert_eq!(
        kind(said),
        Some(Kind::OutcomeUnknown),
        "the deadline comes first"
    );
    assert_eq!(instant() - begun, seconds(3));
}

#[tokio::test(start_paused = true)]
async fn nobody_of_the_class_sends_before_retry_after_ends() {
    let first = Step::answer(429, "").header("retry-after", "7");
    let rig = Rig::open(steps([first, ok(), ok(), ok()]));
    let begun = instant();
    let early = rig.ask(Class::Rate, MINUTE);
    let meanwhile = async {
        parcelgate_clock::sleep(seconds(1)).await;
        rig.ask(Class::Rate, MINUTE).await
    };
    let other_class = async {
        parcelgate_clock::sleep(seconds(1)).await;
        rig.ask(Class::Track, MINUTE).await
    };
    let (early, meanwhile, other_class) = tokio::join!(early, meanwhile, other_class);
    assert!(early.is_ok() && meanwhile.is_ok() && other_class.is_ok());
    let sent: Vec<Duration> = rig
        .replay
        .seen()
        .iter()
        .map(|seen| seen.at - begun)
        .collect();
    assert_eq!(sent[0], Duration::ZERO);
    assert_eq!(sent[1], seconds(1), "another class has a quota of its own");
    assert!(sent[2] >= seconds(7) && sent[3] >= seconds(7), "{sent:?}");
}

#[tokio::test(start_paused = true)]
async fn a_pause_that_does_not_fit_is_not_waited_for() {
    let rig = Rig::open(steps([Step::answer(429, "").header("retry-after", "30")]));
    let begun = instant();
    let error = rig.ask(Class::Rate, seconds(10)).await.unwrap_err();
    assert_eq!(
        (error.kind, error.retry_after),
        (Kind::Throttled, Some(seconds(30)))
    );
    assert_eq!(instant(), begun);

    let error = rig.ask(Class::Rate, seconds(10)).await.unwrap_err();
    assert_eq!(
        (error.kind, error.retry_after),
        (Kind::Throttled, Some(seconds(30)))
    );
    assert_eq!(rig.replay.count(), 1, "the second call was never sent");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_when_the_time_is_up() {
    let rig = Rig::open(steps([]));
    for patience in [Duration::ZERO, Duration::from_millis(19)] {
        assert_eq!(
            kind(rig.ask(Class::Rate, patience).await),
            Some(Kind::Deadline)
        );
    }
    assert_eq!(rig.replay.count(), 0);
}

#[tokio::test(start_paused = true)]
async fn no_attempt_begins_when_the_wait_for_a_token_took_all_the_time() {
    let replay = std::sync::Arc::new(steps([]));
    let attempt = AttemptTimeout::over(replay.clone(), &ACME, &WireSettings::default());
    let call = Call::new(&attempt, instant());
    let said = call.send(outgoing(Class::Rate, Repeat::Safe, 1)).await;
    assert_eq!((kind(said), replay.count()), (Some(Kind::Deadline), 0));
}

#[tokio::test(start_paused = true)]
async fn no_answer_stops_a_class_for_longer_than_a_quarter_of_an_hour() {
    let eternity = Step::answer(429, "").header("retry-after", "99999999999");
    let rig = Rig::open(steps([eternity, ok()]));
    let error = rig.ask(Class::Rate, MINUTE).await.unwrap_err();
    assert_eq!(error.retry_after, Some(15 * MINUTE));
    parcelgate_clock::sleep(15 * MINUTE).await;
    assert!(rig.ask(Class::Rate, MINUTE).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_carrier_that_fails_everything_gets_a_fifth_more_and_no_storm() {
    let settings = WireSettings {
        pending_max: 2_000,
        breaker: BreakerSettings {
            outage_percent: 101, // never opens
            ..BreakerSettings::default()
        },
        ..WireSettings::default()
    };
    let down = always(|| Step::answer(503, ""));
    let rig = Rig::with(down, parcelgate_carrier::Auth::Open, &[], &settings);
    let calls = join_all((0..1_000).map(|_| rig.ask(Class::Manage, MINUTE))).await;
    assert!(
        calls
            .into_iter()
            .all(|call| kind(call) == Some(Kind::Unavailable))
    );
    assert_eq!(rig.replay.count(), 1_200);
}

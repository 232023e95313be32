//! What is kept for fixtures shows no secret, and what is shown to operators adds up.

use std::sync::Arc;
use std::time::Duration;

use parcelgate_carrier::{Auth, Call, Carrier, Class, Digest, DigestPart, Exchange, Kind};
use parcelgate_clock::instant;
use parcelgate_domain::Secret;

use super::fixture::*;
use crate::{Record, Recorded, Replay, Step, Wire, WireSettings};

/// Two calls over a recorder; what it kept.
async fn record(auth: Auth) -> Vec<Recorded> {
    let replay: Arc<dyn Exchange> = Arc::new(Replay::by(&ACME, |request| {
        let path = request.uri().path();
        let token = r#"{"access_token":"the-token","expires_in":3600}"#;
        let body = if path == "/token" {
            token
        } else {
            r#"{"you are":"the-id"}"#
        };
        Step::answer(200, body).header("set-cookie", "the-session")
    }));
    let carrier: Arc<dyn Carrier> = Acme::account(auth, &[], "http://acme.invalid");
    let record = Arc::new(Record::over(replay, &carrier));
    let transport: Arc<dyn Exchange> = record.clone();
    let clock = Arc::new(parcelgate_clock::System);
    let wire = Wire::over(
        transport,
        &account(),
        carrier,
        &WireSettings::default(),
        clock,
    )
    .unwrap();
    let call = Call::new(&wire, instant() + seconds(10));
    for _ in 0..2 {
        let outgoing = outgoing(Class::Rate, parcelgate_carrier::Repeat::Safe, 1);
        call.send(outgoing.header("x-note", "from the-id"))
            .await
            .unwrap();
    }
    record.take()
}

#[tokio::test(start_paused = true)]
async fn what_is_recorded_shows_no_secret() {
    let digest = Auth::Digest(Digest {
        parts: vec![
            DigestPart::Secret(Secret::from("the-id")),
            DigestPart::Timestamp,
        ],
        timestamp_query: "timestamp",
        digest_query: "sign",
    });
    let header = Auth::Headers(vec![("x-key", Secret::from("the-id"))]);
    for (auth, exchanges) in [(credentials(), 3), (digest, 2), (header, 2)] {
        let recorded = record(auth).await;
        assert_eq!(recorded.len(), exchanges);
        for exchange in &recorded {
            let (request, response) = (&exchange.request, &exchange.response);
            let text = format!("{request:?} {response:?}");
            for secret in [
                "the-id",
                "the-secret",
                "the-token",
                "the-session",
                "dGhlLWlk",
            ] {
                assert!(!text.contains(secret), "{secret} in {text}");
            }
            let sign = request
                .uri()
                .query()
                .unwrap_or_default()
                .split_once("&sign=");
            assert!(sign.is_none_or(|(_, value)| value == "***"), "{text}");
        }
        let last = recorded.last().unwrap();
        assert_eq!(last.request.headers()["x-note"], "from ***");
        assert_eq!(last.response.body(), r#"{"you are":"***"}"#);
    }
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_was_given_up_is_counted_as_unknown() {
    let rig = Rig::open(always(Step::hang));
    let asked = rig.ask(Class::Rate, Duration::from_millis(500));
    let during = async {
        tokio::task::yield_now().await;
        assert_eq!(rig.wire.status().operations[0].in_flight, 1);
    };
    let (said, ()) = tokio::join!(asked, during);
    assert_eq!(kind(said), Some(Kind::OutcomeUnknown));
    let status = rig.wire.status();
    let work = &status.operations[0];
    assert_eq!(
        (work.in_flight, &work.outcomes[..]),
        (0, &[("OUTCOME_UNKNOWN", 1)][..])
    );
    assert_eq!(work.p50, Duration::from_millis(500));
}

#[tokio::test(start_paused = true)]
async fn the_status_says_what_attempts_came_to() {
    let slow = |ms| ok().after(Duration::from_millis(ms));
    let rig = Rig::open(steps(
        (1..=20)
            .map(|n| slow(n * 10))
            .chain([Step::answer(404, "")]),
    ));
    for _ in 0..20 {
        rig.ask(Class::Rate, seconds(10)).await.unwrap();
    }
    assert_eq!(
        kind(rig.ask(Class::Rate, seconds(10)).await),
        Some(Kind::NotFound)
    );
    let status = rig.wire.status();
    let [work] = &status.operations[..] else {
        panic!("{status:?}");
    };
    assert_eq!(
        (work.host, work.operation, work.in_flight),
        ("api", "work", 0)
    );
    assert_eq!(work.outcomes, [("NOT_FOUND", 1), ("OK", 20)]);
    assert_eq!(work.p50, Duration::from_millis(100));
    assert_eq!(work.p95, Duration::from_millis(190));
    assert_eq!(
        work.last_failure.map(|(kind, _)| kind),
        Some(Kind::NotFound)
    );
}

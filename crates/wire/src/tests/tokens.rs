//! One token for all, renewed early, dropped when refused.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures::future::join_all;
use http::header::AUTHORIZATION;
use parcelgate_carrier::{Auth, Class, Digest, DigestPart, Kind};
use parcelgate_clock::{instant, sleep};
use parcelgate_domain::Secret;

use super::fixture::*;
use crate::{CircuitState, OpenError, Replay, Step, Wire, WireSettings};

fn token(name: &str) -> Step {
    Step::answer(
        200,
        format!(r#"{{"access_token":"{name}","expires_in":"3600"}}"#),
    )
}

fn rig(replay: Replay) -> Rig {
    Rig::with(replay, credentials(), &[], &WireSettings::default())
}

/// A door that hands out `token-1`, `token-2`, ... after 50 ms, before an api that takes any.
fn numbered(life: Duration) -> Replay {
    let number = AtomicU64::new(0);
    Replay::by(&ACME, move |request| {
        if request.uri().path() != "/token" {
            return ok();
        }
        let number = number.fetch_add(1, Ordering::Relaxed) + 1;
        let life = life.as_secs();
        let granted = format!(r#"{{"access_token":"token-{number}","expires_in":{life}}}"#);
        Step::answer(200, granted).after(Duration::from_millis(50))
    })
}

/// What was shown at each request of the api.
fn shown(rig: &Rig) -> Vec<String> {
    let seen = rig.replay.seen();
    let api = seen
        .iter()
        .filter(|seen| seen.request.uri().path() == "/work");
    api.map(|seen| {
        seen.request.headers()[AUTHORIZATION]
            .to_str()
            .unwrap()
            .to_owned()
    })
    .collect()
}

#[tokio::test(start_paused = true)]
async fn a_hundred_callers_need_one_token() {
    let rig = rig(numbered(seconds(3_600)));
    let calls = join_all((0..100).map(|_| rig.ask(Class::Manage, seconds(10)))).await;
    assert!(calls.iter().all(Result::is_ok));
    assert_eq!((rig.sent_to("/token"), rig.sent_to("/work")), (1, 100));
    assert!(shown(&rig).iter().all(|shown| shown == "Bearer token-1"));

    let seen = rig.replay.seen();
    let asked = &seen[0].request;
    assert_eq!(
        asked.headers()[AUTHORIZATION],
        "Basic dGhlLWlkOnRoZS1zZWNyZXQ="
    );
    assert_eq!(asked.body(), "grant_type=client_credentials");
}

#[tokio::test(start_paused = true)]
async fn a_token_outlives_the_caller_who_asked_for_it_first() {
    let rig = rig(numbered(seconds(3_600)));
    let first = rig.ask(Class::Rate, seconds(10));
    tokio::select! {
        _ = first => panic!("the token takes longer"),
        () = sleep(Duration::from_millis(10)) => {}
    }
    assert!(rig.ask(Class::Rate, seconds(10)).await.is_ok());
    assert_eq!(rig.sent_to("/token"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_token_is_renewed_early_while_the_old_one_serves() {
    let rig = rig(numbered(seconds(1_000)));
    rig.ask(Class::Rate, seconds(10)).await.unwrap();
    sleep(seconds(740)).await;
    rig.ask(Class::Rate, seconds(10)).await.unwrap();
    assert_eq!(rig.sent_to("/token"), 1, "before four fifths of its life");
    sleep(seconds(70)).await;
    let begun = instant();
    rig.ask(Class::Rate, seconds(10)).await.unwrap();
    assert_eq!(instant(), begun, "nobody waits for the new one");
    sleep(seconds(1)).await;
    rig.ask(Class::Rate, seconds(10)).await.unwrap();
    assert_eq!(rig.sent_to("/token"), 2);
    assert_eq!(shown(&rig)[2..], ["Bearer token-1", "Bearer token-2"]);
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_is_replaced_once() {
    let refused = || Step::answer(401, "");
    let cold = rig(steps([token("a"), refused(), token("b"), ok(), ok()]));
    let begun = instant();
    assert!(cold.ask(Class::Rate, seconds(10)).await.is_ok());
    assert_eq!(instant(), begun, "waiting is no cure");
    assert!(cold.ask(Class::Rate, seconds(10)).await.is_ok());
    assert_eq!(shown(&cold), ["Bearer a", "Bearer b", "Bearer b"]);

    let wrong = rig(steps([token("a"), refused(), token("b"), refused()]));
    let error = wrong.ask(Class::Rate, seconds(10)).await.unwrap_err();
    assert_eq!(error.kind, Kind::Credentials);
    assert_eq!(wrong.replay.complaints(), Vec::<String>::new());

    // A paid request that was refused for its token was not carried out.
    let paid = rig(steps([token("a"), refused(), token("b"), ok()]));
    let bought = paid.call(
        Class::Ship,
        parcelgate_carrier::Repeat::OnlyIfUnsent,
        1,
        seconds(60),
    );
    assert!(bought.await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn many_with_one_refused_token_get_one_new_token() {
    let rig = rig(Replay::by(&ACME, {
        let issued = Arc::new(AtomicU64::new(0));
        move |request| match request.headers().get(AUTHORIZATION) {
            _ if request.uri().path() == "/token" => {
                token(&format!("t{}", issued.fetch_add(1, Ordering::Relaxed)))
            }
            Some(value) if value == "Bearer t0" => Step::answer(401, ""),
            _ => ok(),
        }
    }));
    let calls = join_all((0..100).map(|_| rig.ask(Class::Rate, seconds(10)))).await;
    assert!(calls.iter().all(Result::is_ok));
    assert_eq!((rig.sent_to("/token"), rig.sent_to("/work")), (2, 200));
}

#[tokio::test(start_paused = true)]
async fn a_door_that_is_down_gets_no_storm_and_nothing_is_sent() {
    let rig = rig(always(|| {
        Step::answer(503, "").after(Duration::from_millis(50))
    }));
    let calls = join_all((0..100).map(|_| rig.ask(Class::Rate, Duration::from_millis(900)))).await;
    assert!(
        calls
            .into_iter()
            .all(|call| kind(call) == Some(Kind::Unsent))
    );
    assert_eq!((rig.sent_to("/token"), rig.sent_to("/work")), (2, 0));
}

#[tokio::test(start_paused = true)]
async fn a_door_that_is_down_says_nothing_about_the_api() {
    let rig = rig(always(|| Step::answer(503, "")));
    for _ in 0..100 {
        assert_eq!(
            kind(rig.ask(Class::Rate, seconds(10)).await),
            Some(Kind::Unsent)
        );
        sleep(seconds(1)).await;
    }
    let circuits = rig.wire.status().hosts;
    assert_eq!(
        (circuits[0].name, circuits[0].circuit),
        ("api", CircuitState::Closed)
    );
    assert!(
        matches!(circuits[1].circuit, CircuitState::Open { .. }),
        "{circuits:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_token_that_comes_with_the_deadline_comes_too_late() {
    let late = token("a").after(Duration::from_millis(500));
    let rig = rig(steps([late, ok()]));
    let said = rig.ask(Class::Rate, Duration::from_millis(500)).await;
    assert_eq!(
        (kind(said), rig.sent_to("/work")),
        (Some(Kind::Deadline), 0)
    );
}

#[tokio::test(start_paused = true)]
async fn wrong_credentials_are_not_tried_again_and_again() {
    for refusal in [400, 401, 403] {
        let rig = rig(Replay::by(&ACME, move |_| Step::answer(refusal, "")));
        for _ in 0..10 {
            let error = rig.ask(Class::Manage, seconds(10)).await;
            assert_eq!(kind(error), Some(Kind::Credentials));
            sleep(seconds(2)).await;
        }
        assert_eq!((rig.sent_to("/token"), rig.sent_to("/work")), (1, 0));
        sleep(seconds(11)).await;
        assert_eq!(
            kind(rig.ask(Class::Manage, seconds(10)).await),
            Some(Kind::Credentials)
        );
        assert_eq!(
            rig.sent_to("/token"),
            2,
            "after a while they may have been mended"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_answer_is_not_trusted() {
    let long = format!(r#"{{"access_token":"{}"}}"#, "x".repeat(17 << 10));
    for hostile in [
        "",
        "<html>",
        "[]",
        "{}",
        r#"{"access_token":""}"#,
        r#"{"access_token":7}"#,
        r#"{"access_token":"a\r\nx-evil: 1"}"#,
        &long,
    ] {
        let hostile = hostile.to_owned();
        let rig = rig(Replay::by(&ACME, move |_| {
            Step::answer(200, hostile.clone())
        }));
        let error = rig.ask(Class::Rate, Duration::from_millis(500)).await;
        assert_eq!(kind(error), Some(Kind::Unsent));
        assert_eq!(rig.sent_to("/work"), 0);
    }
    for life in [
        "0",
        "-1",
        "null",
        "\"\"",
        "18446744073709551615",
        "1e99",
        "{}",
    ] {
        let granted = format!(r#"{{"access_token":"a","expires_in":{life}}}"#);
        let rig = rig(steps([Step::answer(200, granted), ok()]));
        assert!(rig.ask(Class::Rate, seconds(10)).await.is_ok(), "{life}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_digest_and_headers_are_put_on_each_attempt() {
    let digest = Auth::Digest(Digest {
        parts: vec![DigestPart::Secret(Secret::from("s")), DigestPart::Timestamp],
        timestamp_query: "timestamp",
        digest_query: "sign",
    });
    let replay = || steps([Step::fail(Kind::Unsent), ok()]);
    let rig = Rig::with(replay(), digest, &[], &WireSettings::default());
    rig.ask(Class::Rate, seconds(10)).await.unwrap();
    for seen in rig.replay.seen() {
        let query = seen.request.uri().query().unwrap();
        assert_eq!(query.matches("&sign=").count(), 1, "{query}");
        assert_eq!(query.matches("&timestamp=").count(), 1, "{query}");
    }
    let header = Auth::Headers(vec![
        ("x-key", Secret::from("s")),
        ("authorization", Secret::from("Basic czpz")),
    ]);
    let rig = Rig::with(replay(), header, &[], &WireSettings::default());
    rig.ask(Class::Rate, seconds(10)).await.unwrap();
    let seen = rig.replay.seen();
    assert_eq!(seen.len(), 2);
    for (name, value) in [("x-key", "s"), ("authorization", "Basic czpz")] {
        for headers in seen.iter().map(|seen| seen.request.headers()) {
            assert_eq!(headers[name], value);
            assert!(headers[name].is_sensitive());
        }
    }
}

#[test]
fn tokens_come_from_an_open_host() {
    let Auth::Bearer(mut wrong) = credentials() else {
        panic!("the fixture has client credentials");
    };
    wrong.host = "api";
    let carrier = Acme::account(Auth::Bearer(wrong), &[], "http://acme.invalid");
    let clock = Arc::new(parcelgate_clock::System);
    let replay = Arc::new(always(ok));
    let opened = Wire::over(replay, &account(), carrier, &WireSettings::default(), clock);
    assert!(matches!(opened, Err(OpenError::TokenHost("api"))));
}

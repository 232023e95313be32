//! A token for a user, and a second token beside the bearer's.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures::future::join_all;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use parcelgate_carrier::{
    Auth, Carrier, Class, ClientStyle, Exchange, Grant, Host, Issued, Kind, User,
};
use parcelgate_clock::sleep;
use parcelgate_domain::Secret;

use super::fixture::*;
use crate::{OpenError, Record, Replay, Step, Wire, WireSettings};

const PARTIES: &str = r#"{"account":"the-account"}"#;

/// `api` shows a bearer token and `vault` what `api` issues for it.
fn hosts(issuer: &'static str) -> Vec<Host> {
    let host = |name, auth| Host {
        name,
        base_url: "http://acme.invalid".to_owned(),
        auth,
    };
    let issued = Issued {
        host: issuer,
        path: "/issue",
        body: Secret::from(PARTIES),
        member: "payToken",
        header: "x-pay-token",
        life: seconds(8 * 3_600),
    };
    vec![
        host("door", Auth::Open),
        host("api", credentials()),
        host("vault", Auth::Issued(issued)),
    ]
}

/// Hands out `b1`, `b2` ... and `p1`, `p2` ...; `judge` says what comes of what is shown.
fn issuing(judge: impl Fn(&str, &str) -> u16 + Send + Sync + 'static) -> Replay {
    let (bearers, issued) = (AtomicU64::new(0), AtomicU64::new(0));
    let next = |count: &AtomicU64| count.fetch_add(1, Ordering::Relaxed) + 1;
    Replay::by(&ACME, move |request| {
        let header = |name| {
            request
                .headers()
                .get(name)
                .map(|value| value.to_str().unwrap())
        };
        let bearer = header("authorization").unwrap_or_default();
        let pay = header("x-pay-token").unwrap_or_default();
        let pause = Duration::from_millis(50);
        match request.uri().path() {
            "/token" => {
                let token = format!("b{}", next(&bearers));
                let granted = format!(r#"{{"access_token":"{token}","expires_in":"28799"}}"#);
                Step::answer(200, granted).after(pause)
            }
            "/issue" => match judge(bearer, "issue") {
                200 => {
                    let token = format!("p{}", next(&issued));
                    let granted = format!(r#"{{"payToken":"{token}","roles":[],"expires_in":1}}"#);
                    Step::answer(200, granted).after(pause)
                }
                refusal => Step::answer(refusal, ""),
            },
            _ => Step::answer(judge(bearer, pay), "{}"),
        }
    })
}

fn rig(replay: Replay) -> Rig {
    Rig::at(replay, hosts("api"), &[], &WireSettings::default())
}

/// Path, bearer token and second token of every request.
fn shown(rig: &Rig) -> Vec<[String; 3]> {
    let header = |seen: &crate::Seen, name| {
        let value = seen.request.headers().get(name);
        value
            .map_or("-", |value| value.to_str().unwrap())
            .to_owned()
    };
    let seen = rig.replay.seen();
    seen.iter()
        .map(|seen| {
            let path = seen.request.uri().path().to_owned();
            [
                path,
                header(seen, "authorization"),
                header(seen, "x-pay-token"),
            ]
        })
        .collect()
}

async fn buy(rig: &Rig) -> Option<Kind> {
    kind(rig.ask_host("vault", Class::Ship, seconds(60)).await)
}

const BASIC: &str = "Basic dGhlLWlkOnRoZS1zZWNyZXQ=";

#[tokio::test(start_paused = true)]
async fn a_hundred_callers_need_one_token_of_each_sort() {
    let rig = rig(issuing(|_, _| 200));
    let calls = join_all((0..100).map(|_| buy(&rig))).await;
    assert_eq!(calls, [None; 100]);
    assert_eq!((rig.sent_to("/token"), rig.sent_to("/issue")), (1, 1));
    assert_eq!(shown(&rig)[0], ["/token", BASIC, "-"]);
    assert_eq!(shown(&rig)[1], ["/issue", "Bearer b1", "-"]);
    assert!(
        shown(&rig)[2..]
            .iter()
            .all(|shown| shown[..] == ["/work", "Bearer b1", "p1"])
    );
    let asked = &rig.replay.seen()[1].request;
    assert_eq!(asked.body(), PARTIES);
    assert_eq!(asked.headers()[CONTENT_TYPE], "application/json");
    // Whoever wants the bearer token alone has it without a further request.
    assert!(rig.ask(Class::Rate, seconds(10)).await.is_ok());
    assert_eq!(shown(&rig).last().unwrap()[..], ["/work", "Bearer b1", "-"]);
    assert_eq!(rig.sent_to("/token"), 1);
}

#[tokio::test(start_paused = true)]
async fn its_life_is_the_documented_one() {
    let rig = rig(issuing(|_, _| 200));
    assert_eq!(buy(&rig).await, None);
    sleep(seconds(6 * 3_600)).await;
    assert_eq!(buy(&rig).await, None);
    assert_eq!(rig.sent_to("/issue"), 1, "three quarters of its life");
    sleep(seconds(3_600)).await;
    assert_eq!(buy(&rig).await, None);
    sleep(seconds(1)).await;
    assert_eq!(rig.sent_to("/issue"), 2, "renewed early");
}

#[tokio::test(start_paused = true)]
async fn whichever_of_the_two_was_stale_both_are_good_after_one_refusal() {
    // The second one is stale.
    let second = rig(issuing(|_, pay| if pay == "p1" { 401 } else { 200 }));
    assert_eq!(buy(&second).await, None);
    let last = |rig: &Rig| shown(rig).last().unwrap().clone();
    assert_eq!(last(&second)[..], ["/work", "Bearer b1", "p2"]);
    assert_eq!((second.sent_to("/token"), second.sent_to("/issue")), (1, 2));

    // The bearer's is, from some time on.
    let old = Arc::new(AtomicU64::new(0));
    let first = rig(issuing({
        let old = Arc::clone(&old);
        move |bearer, _| match old.load(Ordering::Relaxed) {
            1 if bearer == "Bearer b1" => 401,
            _ => 200,
        }
    }));
    assert_eq!(buy(&first).await, None);
    old.store(1, Ordering::Relaxed);
    assert_eq!(buy(&first).await, None);
    assert_eq!(last(&first)[..], ["/work", "Bearer b2", "p2"]);
    assert_eq!((first.sent_to("/token"), first.sent_to("/issue")), (2, 3));
    assert_eq!(first.sent_to("/work"), 3);
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_again_is_wrong_and_the_next_call_begins_anew() {
    let good = Arc::new(AtomicU64::new(0));
    let rig = rig(issuing({
        let good = Arc::clone(&good);
        move |_, pay| match (pay, good.load(Ordering::Relaxed)) {
            ("issue", _) | (_, 1) => 200,
            _ => 401,
        }
    }));
    assert_eq!(buy(&rig).await, Some(Kind::Credentials));
    assert_eq!((rig.sent_to("/token"), rig.sent_to("/issue")), (1, 2));
    assert_eq!(rig.sent_to("/work"), 2);
    good.store(1, Ordering::Relaxed);
    assert_eq!(buy(&rig).await, None);
    assert_eq!(
        shown(&rig).last().unwrap()[..],
        ["/work", "Bearer b2", "p3"]
    );
}

#[tokio::test(start_paused = true)]
async fn an_issuer_that_refuses_is_not_asked_again_and_again() {
    let rig = rig(issuing(|_, pay| if pay == "issue" { 403 } else { 200 }));
    for _ in 0..10 {
        assert_eq!(buy(&rig).await, Some(Kind::Credentials));
        sleep(seconds(2)).await;
    }
    assert_eq!((rig.sent_to("/issue"), rig.sent_to("/work")), (1, 0));
    assert!(
        rig.ask(Class::Rate, seconds(10)).await.is_ok(),
        "the bearer's is good"
    );
    sleep(seconds(11)).await;
    assert_eq!(buy(&rig).await, Some(Kind::Credentials));
    assert_eq!(
        rig.sent_to("/issue"),
        2,
        "after a while it may have been mended"
    );
}

#[tokio::test(start_paused = true)]
async fn a_token_is_issued_even_where_one_request_may_be_under_way() {
    let settings = WireSettings {
        pending_max: 1,
        ..WireSettings::default()
    };
    let rig = Rig::at(issuing(|_, _| 200), hosts("api"), &[], &settings);
    assert_eq!(buy(&rig).await, None);
}

#[tokio::test(start_paused = true)]
async fn a_user_and_a_password_go_in_the_form() {
    let grant = Grant {
        host: "door",
        path: "/token",
        client_id: Secret::from("the-id"),
        client_secret: Secret::from("the-secret"),
        style: ClientStyle::Form,
        user: Some(User {
            name: Secret::from("the user"),
            password: Secret::from("pass&word"),
        }),
        headers: vec![],
    };
    let replay = issuing(|_, _| 200);
    let rig = Rig::with(replay, Auth::Bearer(grant), &[], &WireSettings::default());
    rig.ask(Class::Rate, seconds(10)).await.unwrap();
    let asked = &rig.replay.seen()[0].request;
    assert_eq!(
        asked.body(),
        "grant_type=password&username=the+user&password=pass%26word\
         &client_id=the-id&client_secret=the-secret"
    );
    assert!(!asked.headers().contains_key(AUTHORIZATION));
    assert_eq!(shown(&rig)[1], ["/work", "Bearer b1", "-"]);
}

#[tokio::test(start_paused = true)]
async fn what_is_recorded_shows_neither_token_nor_what_it_was_issued_for() {
    let transport: Arc<dyn Exchange> = Arc::new(issuing(|_, _| 200));
    let carrier: Arc<dyn Carrier> = Acme::of(hosts("api"), &[]);
    let record = Arc::new(Record::over(transport, &carrier));
    let (over, clock) = (record.clone(), Arc::new(parcelgate_clock::System));
    let wire = Wire::over(over, &account(), carrier, &WireSettings::default(), clock).unwrap();
    let call = parcelgate_carrier::Call::new(&wire, parcelgate_clock::instant() + seconds(60));
    call.send(outgoing_to("vault", Class::Ship)).await.unwrap();
    let kept = record.take();
    assert_eq!(kept.len(), 3);
    for exchange in kept {
        let text = format!("{:?} {:?}", exchange.request, exchange.response);
        for secret in ["the-account", "\"p1\"", "b1", "the-secret"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
}

#[test]
fn a_token_is_issued_by_a_host_that_shows_one_itself() {
    for wrong in ["door", "vault", "nowhere"] {
        let carrier = Acme::of(hosts(wrong), &[]);
        let clock = Arc::new(parcelgate_clock::System);
        let replay = Arc::new(always(ok));
        let opened = Wire::over(replay, &account(), carrier, &WireSettings::default(), clock);
        assert!(
            matches!(opened, Err(OpenError::TokenHost("vault"))),
            "{wrong}"
        );
    }
}

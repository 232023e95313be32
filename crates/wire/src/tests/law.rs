//! Requests sent = permits taken = breaker samples = histogram samples, whatever happens.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::future::join_all;
use metrics::{
    Counter, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder, SharedString, Unit,
};
use parcelgate_carrier::{Auth, Carrier, Class, Exchange, Kind, Quota, Repeat};

use super::fixture::*;
use crate::breaker::Breaker;
use crate::lanes::Lanes;
use crate::limiter::Limiter;
use crate::retry::Retry;
use crate::stack::{Account, Stack};
use crate::{Replay, Step, Wire, WireSettings};

/// Tight, so that calls wait, and loose, so that they do not.
const QUOTAS: &[Quota] = &[
    Quota {
        classes: &[Class::Rate, Class::Token],
        permits: 5,
        per: Duration::from_secs(1),
    },
    Quota {
        classes: &[Class::Track],
        permits: 1_000,
        per: Duration::from_secs(1),
    },
];

/// The four numbers that must be one.
#[derive(Debug, PartialEq, Eq)]
struct Counts {
    sent: u64,
    permits: u64,
    breaker: u64,
    histogram: u64,
}

impl Counts {
    fn of(wire: &Wire, replay: &Replay, histograms: &Histograms) -> Self {
        let status = wire.status();
        Self {
            sent: replay.count(),
            permits: status.classes.iter().map(|class| class.taken).sum(),
            breaker: status.hosts.iter().map(|host| host.attempts).sum(),
            histogram: histograms.0.samples.load(Ordering::Relaxed),
        }
    }

    fn keep_the_law(&self) -> bool {
        [self.permits, self.breaker, self.histogram] == [self.sent; 3]
    }
}

/// Counts samples and refuses labels that would have no end.
#[derive(Default)]
struct Histograms(Arc<Samples>);

#[derive(Default)]
struct Samples {
    samples: AtomicU64,
}

impl HistogramFn for Samples {
    #[expect(clippy::disallowed_types, reason = "the trait's")]
    fn record(&self, _seconds: f64) {
        self.samples.fetch_add(1, Ordering::Relaxed);
    }
}

impl Recorder for Histograms {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, _: &Key, _: &Metadata<'_>) -> Counter {
        Counter::noop()
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        let labels: Vec<&str> = key.labels().map(metrics::Label::key).collect();
        assert_eq!(labels, ["carrier", "operation", "outcome"]);
        Histogram::from_arc(Arc::clone(&self.0))
    }
}

/// A carrier that does anything, by `seed`; tokens it gives to whoever asks.
fn anything(seed: u64) -> Replay {
    let random = Mutex::new(fastrand::Rng::with_seed(seed));
    Replay::by(&ACME, move |request| {
        if request.uri().path() == "/token" {
            return Step::answer(200, r#"{"access_token":"t","expires_in":"3600"}"#);
        }
        let mut random = random.lock().unwrap();
        let pause = Duration::from_millis(random.u64(0..3_000));
        let step = match random.u8(0..10) {
            0 => Step::answer(429, "").header("retry-after", "2"),
            1 => Step::answer(429, ""),
            2 => Step::answer(500, ""),
            3 => Step::answer(401, ""),
            4 => Step::fail(Kind::OutcomeUnknown),
            5 => Step::fail(Kind::Unsent),
            6 => Step::hang(),
            _ => ok(),
        };
        step.after(pause)
    })
}

/// Forty calls of all classes within half a minute; some callers leave before the answer.
async fn many_calls(wire: &dyn Exchange, seed: u64) {
    let mut random = fastrand::Rng::with_seed(!seed);
    let calls: Vec<_> = (0..40)
        .map(|_| {
            let class = [Class::Rate, Class::Ship, Class::Track, Class::Manage][random.usize(0..4)];
            let repeat = match class {
                Class::Ship => Repeat::OnlyIfUnsent,
                Class::Rate | Class::Track | Class::Manage | Class::Token => Repeat::Safe,
            };
            let begin = Duration::from_millis(random.u64(0..30_000));
            let deadline = Duration::from_millis(random.u64(0..20_000));
            let leaves = random.u8(0..5) == 0;
            async move {
                parcelgate_clock::sleep(begin).await;
                let until = parcelgate_clock::instant() + deadline;
                let call = parcelgate_carrier::Call::new(wire, until);
                let patience = if leaves { deadline / 3 } else { deadline * 2 };
                tokio::select! {
                    _ = call.send(outgoing(class, repeat, 1)) => {}
                    () = parcelgate_clock::sleep(patience) => {}
                }
            }
        })
        .collect();
    join_all(calls).await;
}

#[tokio::test(start_paused = true)]
async fn requests_sent_are_permits_are_breaker_samples_are_histogram_samples() {
    let mut sent = 0;
    for seed in 0..200 {
        fastrand::seed(seed);
        let histograms = Histograms::default();
        let recorder = metrics::set_default_local_recorder(&histograms);
        let auth = if seed % 2 == 0 {
            Auth::Open
        } else {
            credentials()
        };
        let rig = Rig::with(anything(seed), auth, QUOTAS, &WireSettings::default());
        many_calls(&rig.wire, seed).await;
        drop(recorder);
        let counts = Counts::of(&rig.wire, &rig.replay, &histograms);
        assert!(counts.keep_the_law(), "seed {seed}: {counts:?}");
        sent += counts.sent;
    }
    assert!(sent > 200 * 20, "the mix sends something: {sent}");
}

/// The layers above the measured attempt, in an order of one's own.
fn misordered(replay: &Arc<Replay>, order: impl FnOnce(&Account, Stack) -> Stack) -> Wire {
    let carrier: Arc<dyn Carrier> = Acme::account(Auth::Open, QUOTAS, "http://acme.invalid");
    let clock = Arc::new(parcelgate_clock::System);
    let settings = WireSettings::default();
    let lanes = Lanes::open(QUOTAS, &settings).unwrap();
    let account = Account::new(&account(), carrier.into(), &settings, clock, lanes);
    let transport: Arc<dyn Exchange> = replay.clone();
    let outermost = order(&account, account.measured(&transport)).0;
    Wire { account, outermost }
}

#[tokio::test(start_paused = true)]
async fn layers_in_another_order_break_the_law() {
    let retry = |a: &Account, stack: Stack| {
        let (id, settings) = (a.id.clone(), a.settings.clone());
        stack.push(|inner| Retry::over(inner, &id, &settings))
    };
    let limiter =
        |a: &Account, stack: Stack| stack.push(|inner| Limiter::over(inner, &a.id, &a.lanes));
    let breaker = |a: &Account, stack: Stack| {
        stack.push(|inner| Breaker::over(inner, &a.id, &a.settings, &a.circuits))
    };
    type Order<'a> = &'a dyn Fn(&Account, Stack) -> Stack;
    let ours: Order<'_> = &|a, stack| retry(a, breaker(a, limiter(a, stack)));
    let limiter_outside_retry: Order<'_> = &|a, stack| limiter(a, retry(a, breaker(a, stack)));
    let limiter_outside_breaker: Order<'_> = &|a, stack| retry(a, limiter(a, breaker(a, stack)));
    let breaker_outside_retry: Order<'_> = &|a, stack| breaker(a, retry(a, limiter(a, stack)));
    for (name, order, lawful) in [
        ("ours", ours, true),
        ("limiter outside retry", limiter_outside_retry, false),
        ("limiter outside breaker", limiter_outside_breaker, false),
        ("breaker outside retry", breaker_outside_retry, false),
    ] {
        let histograms = Histograms::default();
        let recorder = metrics::set_default_local_recorder(&histograms);
        let replay = Arc::new(always(|| Step::fail(Kind::Unsent)));
        let wire = misordered(&replay, order);
        many_calls(&wire, 7).await;
        drop(recorder);
        let counts = Counts::of(&wire, &replay, &histograms);
        assert_eq!(counts.keep_the_law(), lawful, "{name}: {counts:?}");
    }
}

//! Purchases go first. Each carrier's own quotas, a sweep of 10,000 numbers in batches, purchases
//! at random times, and a clock that jumps to the next thing that anyone waits for.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::VecDeque;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use http::Method;
use parcelgate::carriers::CARRIERS;
use parcelgate::played;
use parcelgate_carrier::{
    Auth, Call, Carrier, Class, Dialect, Exchange, Host, Intent, Lane, Outgoing, Profile, Quota,
    Request, Response, Result,
};
use parcelgate_clock::{instant, sleep};
use parcelgate_sandbox::{Sandbox, Settings};
use parcelgate_wire::{Wire, WireSettings};

/// Shapes that carriers' quotas have, whatever the adapters make of them.
const SHAPES: [(&str, &[Quota], usize); 4] = [
    ("60 an hour in all", &[all(60, 3_600)], 35),
    ("1,400 in ten seconds in all", &[all(1_400, 10)], 30),
    ("2 a second in all", &[all(2, 1)], 1),
    (
        "1 in five seconds and 250 a day, and 30 a minute in all",
        &[
            quota(&[Class::Track], 1, 5),
            quota(&[Class::Track], 250, 86_400),
            all(30, 60),
        ],
        10,
    ),
];

const fn all(permits: u32, seconds: u64) -> Quota {
    quota(Class::EVERY, permits, seconds)
}

const fn quota(classes: &'static [Class], permits: u32, seconds: u64) -> Quota {
    Quota {
        classes,
        permits,
        per: Duration::from_secs(seconds),
    }
}

const NUMBERS: usize = 10_000;
const PURCHASES: usize = 200;
/// As many batches as the gateway asks for at once.
const AT_ONCE: usize = 16;
/// How exactly anyone can wait.
const TICK: Duration = Duration::from_millis(1);
/// How long the carrier takes to answer.
const ANSWER: Duration = Duration::from_millis(20);

/// A carrier's quotas, on a host that takes everything.
struct Subject {
    name: String,
    profile: Profile,
    hosts: [Host; 1],
}

impl Carrier for Subject {
    fn profile(&self) -> &Profile {
        &self.profile
    }

    fn dialect(&self) -> &dyn Dialect {
        self
    }

    fn hosts(&self) -> &[Host] {
        &self.hosts
    }
}

impl Dialect for Subject {
    fn verdict(&self, _: &Intent, _: &Response) -> Result<()> {
        Ok(())
    }
}

impl Subject {
    fn new(name: String, profile: Profile) -> Arc<Self> {
        let base_url = "http://carrier.invalid".to_owned();
        let host = Host {
            name: "api",
            base_url,
            auth: Auth::Open,
        };
        Arc::new(Self {
            name,
            profile,
            hosts: [host],
        })
    }

    /// Every carrier that the sandbox plays, and the shapes.
    async fn all() -> Vec<Arc<Self>> {
        let known = Settings::default();
        let sandbox = Sandbox::start(known.clone()).await.unwrap();
        let played = played::accounts(&sandbox, &known).into_iter();
        let played = played.map(|account| {
            let mut registry = CARRIERS.iter();
            let (_, connect) = registry
                .find(|(id, _)| id.as_str() == account.carrier)
                .unwrap();
            let carrier = connect(account.settings).unwrap();
            Self::new(account.name.to_owned(), carrier.profile().clone())
        });
        let mut subjects: Vec<_> = played.collect();
        sandbox.stop().await;
        let profile = subjects.first().unwrap().profile.clone();
        for (name, quotas, track_batch_max) in SHAPES {
            let profile = Profile {
                quotas,
                track_batch_max,
                ..profile.clone()
            };
            subjects.push(Self::new(name.to_owned(), profile));
        }
        subjects
    }

    fn of_class(&self, class: Class) -> impl Iterator<Item = &Quota> {
        let quotas = self.profile.quotas.iter();
        quotas.filter(move |quota| quota.classes.contains(&class))
    }

    fn batches(&self) -> usize {
        NUMBERS.div_ceil(self.profile.track_batch_max)
    }

    /// The quota of `class` whose permits grow the slowest.
    fn tightest(&self, class: Class) -> Option<&Quota> {
        self.of_class(class).max_by_key(|quota| interval(quota))
    }

    /// Whether a sweep wants all of a quota that purchases need.
    fn contested(&self) -> bool {
        let tightest = self.tightest(Class::Track);
        tightest.is_some_and(|quota| quota.classes.contains(&Class::Ship))
    }
}

fn sweeps(quota: &Quota) -> bool {
    quota.classes.contains(&Class::Track)
}

/// A quarter may leave at once, as `reserve_percent` says.
fn reserve(quota: &Quota) -> u32 {
    quota.permits / 4
}

/// How long a permit takes to grow: the rest of the quota comes evenly.
fn interval(quota: &Quota) -> Duration {
    let steady = quota.permits - reserve(quota);
    quota.per / steady + Duration::from_nanos(1)
}

/// Answers everything and keeps what left when.
#[derive(Default)]
struct Yes {
    sent: Mutex<Vec<(Instant, Class)>>,
}

#[async_trait]
impl Exchange for Yes {
    async fn exchange(&self, request: Request) -> Result<Response> {
        let class = request.extensions().get::<Intent>().unwrap().class;
        self.sent.lock().unwrap().push((instant(), class));
        sleep(ANSWER).await;
        Ok(Response::default())
    }
}

/// How the day goes, and what may be wrong with it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Day {
    Ordinary,
    /// Purchases wait in the sweep's lane.
    WithoutLanes,
    /// The account is configured to send twice what the carrier allows.
    TwiceTheQuota,
    /// The sweep asks for one batch at a time, and late.
    IdleSweep,
}

/// What happened.
struct Record {
    sent: Vec<(Instant, Class)>,
    /// When each purchase was wanted, and when it left.
    purchases: Vec<(Instant, Instant)>,
    begun: Instant,
    swept: Instant,
}

async fn spend(subject: &Arc<Subject>, day: Day) -> Record {
    let host = Arc::new(Yes::default());
    let mut settings = WireSettings::default();
    let mut carrier = Arc::clone(subject);
    if day == Day::TwiceTheQuota {
        let twice = |quota: &Quota| Quota {
            permits: quota.permits * 2,
            ..*quota
        };
        let quotas: Vec<Quota> = subject.profile.quotas.iter().map(twice).collect();
        let profile = Profile {
            quotas: quotas.leak(),
            ..subject.profile.clone()
        };
        carrier = Subject::new(subject.name.clone(), profile);
    }
    settings.pending_max = u32::try_from(PURCHASES.max(AT_ONCE)).unwrap();
    let account = "lanes".parse().unwrap();
    let clock = Arc::new(parcelgate_clock::System);
    let wire = Wire::over(host.clone(), &account, carrier, &settings, clock).unwrap();
    let begun = instant();
    let (swept, purchases) = tokio::join!(sweep(subject, &wire, day), buy(subject, &wire, day));
    let sent = host.sent.lock().unwrap().clone();
    Record {
        sent,
        purchases,
        begun,
        swept,
    }
}

/// Nobody waits for less: the sweep may take all the time it needs.
const PATIENCE: Duration = Duration::from_hours(24 * 300);

/// Asks for all numbers. When the last batch left.
async fn sweep(subject: &Subject, wire: &Wire, day: Day) -> Instant {
    let at_once = if day == Day::IdleSweep { 1 } else { AT_ONCE };
    let batches = Mutex::new(VecDeque::from_iter(0..subject.batches()));
    let worker = || async {
        let mut last = instant();
        while batches.lock().unwrap().pop_front().is_some() {
            if day == Day::IdleSweep {
                let slowest = subject.tightest(Class::Track).map(interval);
                sleep(slowest.unwrap_or_default() * 2 + ANSWER).await;
            }
            let call = Call::new(wire, instant() + PATIENCE).behind(Lane::Bulk);
            let track = Outgoing::new(Method::POST, "track", "api", "/track").class(Class::Track);
            call.send(track).await.unwrap();
            last = instant() - ANSWER;
        }
        last
    };
    let workers = futures::future::join_all((0..at_once).map(|_| worker())).await;
    workers.into_iter().max().unwrap()
}

/// Buys now and then, and sometimes several at once. When each was wanted and when it left.
async fn buy(subject: &Subject, wire: &Wire, day: Day) -> Vec<(Instant, Instant)> {
    let mut random = fastrand::Rng::with_seed(1);
    let slowest = subject.tightest(Class::Ship);
    let (pause, burst) = slowest.map_or((Duration::from_secs(1), 1), |quota| {
        (interval(quota), reserve(quota).clamp(2, 20))
    });
    let mut wanted_at = instant();
    let mut times = Vec::new();
    while times.len() < PURCHASES {
        let gap = u32::try_from(pause.as_millis().min(u128::from(u32::MAX)) * 6).unwrap();
        wanted_at += Duration::from_millis(u64::from(random.u32(0..=gap)));
        let several = random.u8(0..10) == 0;
        let count = if several { random.u32(1..=burst) } else { 1 };
        times.extend((0..count).map(|_| wanted_at));
    }
    let purchases = times.into_iter().map(|at| async move {
        sleep(at.saturating_duration_since(instant())).await;
        let mut call = Call::new(wire, at + PATIENCE);
        if day == Day::WithoutLanes {
            call = call.behind(Lane::Bulk);
        }
        let ship = Outgoing::new(Method::POST, "buy", "api", "/ship").class(Class::Ship);
        let ship = ship.permits(NonZeroU32::MIN).only_if_unsent();
        call.send(ship).await.unwrap();
        (at, instant() - ANSWER)
    });
    futures::future::join_all(purchases).await
}

/// Everything that went otherwise than it should.
fn breaches(subject: &Subject, record: &Record) -> Vec<String> {
    let mut found = quotas_exceeded(subject, record);
    found.extend(late_purchases(subject, record));
    found.extend(idle_quota(subject, record));
    found
}

/// A purchase waits for nobody but purchases: no longer than it would in a bucket of its own that
/// holds what a sweep must leave of the reserve, and fills as fast as the quota grows.
fn late_purchases(subject: &Subject, record: &Record) -> Option<String> {
    let mut bound = vec![TICK; record.purchases.len()];
    for quota in subject.of_class(Class::Ship) {
        let (reserve, interval) = (reserve(quota), interval(quota));
        let holds = if sweeps(quota) {
            reserve - reserve / 10
        } else {
            reserve + 1
        };
        let mut full_at = record.begun;
        for ((wanted, _), bound) in record.purchases.iter().zip(&mut bound) {
            full_at = full_at.max(*wanted) + interval;
            let ready_at = full_at
                .checked_sub(interval * holds)
                .unwrap_or(record.begun);
            *bound = (*bound).max(ready_at.saturating_duration_since(*wanted) + TICK);
        }
    }
    let waits = record
        .purchases
        .iter()
        .map(|(wanted, left)| *left - *wanted);
    let late: Vec<_> = waits
        .zip(bound)
        .filter(|(waited, bound)| waited > bound)
        .collect();
    let worst = late.iter().max_by_key(|(waited, bound)| *waited - *bound)?;
    Some(format!(
        "{} purchases late, one left after {:?} and not {:?}",
        late.len(),
        worst.0,
        worst.1
    ))
}

/// No period, wherever it begins, sees more than the quota.
fn quotas_exceeded(subject: &Subject, record: &Record) -> Vec<String> {
    let exceeded = |quota: &Quota| {
        let counted = record
            .sent
            .iter()
            .filter(|(_, class)| quota.classes.contains(class));
        let mut times: Vec<Instant> = counted.map(|(at, _)| *at).collect();
        times.sort_unstable();
        let most = usize::try_from(quota.permits).unwrap();
        let mut windows = times.windows(most + 1);
        let too_many = |window: &[Instant]| match window {
            [first, .., last] => *last < *first + quota.per,
            _ => false,
        };
        windows
            .any(too_many)
            .then(|| format!("more than {most} left in {:?}", quota.per))
    };
    subject.profile.quotas.iter().filter_map(exceeded).collect()
}

/// The sweep takes no longer than its tightest quota needs to grow the permits of the sweep, and of
/// the purchases that fell into it.
fn idle_quota(subject: &Subject, record: &Record) -> Option<String> {
    let swept = record.swept - record.begun;
    let batches = u32::try_from(subject.batches()).unwrap();
    let growing = subject.of_class(Class::Track).map(|quota| {
        let within = |left: &&(Instant, Instant)| left.1 <= record.swept;
        let bought = record.purchases.iter().filter(within).count();
        let shared = quota.classes.contains(&Class::Ship);
        let bought = if shared {
            u32::try_from(bought).unwrap()
        } else {
            0
        };
        interval(quota) * (batches + bought)
    });
    // Without a quota the carrier's answers are all that it waits for.
    let answers = ANSWER * batches.div_ceil(u32::try_from(AT_ONCE).unwrap());
    let bound = growing.max().unwrap_or_default().max(answers) + TICK * batches;
    (swept > bound).then(|| format!("the sweep took {swept:?} and not {bound:?}"))
}

#[tokio::test(start_paused = true)]
async fn a_sweep_starves_no_purchase_and_uses_what_is_left() {
    for subject in Subject::all().await {
        let record = spend(&subject, Day::Ordinary).await;
        let left = record.sent.len();
        assert_eq!(
            left,
            subject.batches() + record.purchases.len(),
            "{}",
            subject.name
        );
        let found = breaches(&subject, &record);
        assert!(found.is_empty(), "{}: {found:?}", subject.name);
    }
}

/// The checks above are worth something only if they find what is wrong.
#[tokio::test(start_paused = true)]
async fn what_is_planted_is_found() {
    let mut contested = 0;
    for subject in Subject::all().await {
        let name = &subject.name;
        if subject.contested() {
            let without_lanes = spend(&subject, Day::WithoutLanes).await;
            let late = late_purchases(&subject, &without_lanes);
            assert!(late.is_some(), "{name}");
            contested += 1;
        }
        let Some(tightest) = subject.tightest(Class::Track) else {
            continue;
        };
        if subject.batches() > usize::try_from(tightest.permits).unwrap() {
            let twice = spend(&subject, Day::TwiceTheQuota).await;
            assert!(!quotas_exceeded(&subject, &twice).is_empty(), "{name}");
        }
        let idle = spend(&subject, Day::IdleSweep).await;
        assert!(idle_quota(&subject, &idle).is_some(), "{name}");
    }
    assert!(contested >= 3, "of {} shapes", SHAPES.len());
}

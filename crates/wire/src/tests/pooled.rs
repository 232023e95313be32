//! Gateways that share their quotas through the model of the pool, on a paused clock, with all that
//! may go wrong between them.

#[path = "../../tests/shared_quotas/model.rs"]
mod model;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use parcelgate_carrier::{Auth, BoxError, Class, Exchange, Kind, Lane, Quota};
use parcelgate_clock::{instant, sleep};

use super::fixture::*;
use crate::pool::{Ask, Pool, Reply};
use crate::redis_pool::read;
use crate::{QuotaSource, Replay, Sharing, Wire, WireSettings};

pub(crate) use model::Model;

/// Answers are waited for so long.
pub(super) const ANSWER_MAX: Duration = Duration::from_millis(50);

/// One Redis, as it is.
pub(super) struct Server {
    pub(super) model: Arc<Mutex<Model>>,
    begun: Instant,
    /// Nobody reaches it.
    pub(super) away: AtomicBool,
}

impl Server {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            model: Arc::default(),
            begun: instant(),
            away: AtomicBool::new(false),
        })
    }

    fn now(&self) -> u64 {
        let passed = instant() - self.begun;
        1_790_000_000_000_000 + u64::try_from(passed.as_micros()).unwrap()
    }
}

/// One gateway's connection to it.
pub(super) struct Line {
    pub(super) server: Arc<Server>,
    /// Only this one does not reach it.
    pub(super) cut: AtomicBool,
    /// What happens to calls and answers; `None` for a line on which nothing takes time.
    pub(super) weather: Option<Mutex<fastrand::Rng>>,
}

impl Line {
    fn dice(&self, sides: u64) -> u64 {
        let weather = self.weather.as_ref();
        weather.map_or(0, |rng| rng.lock().unwrap().u64(0..sides))
    }

    async fn travel(&self) {
        let long = self.dice(100) == 99;
        let micros = self.dice(if long { 120_000 } else { 3_000 });
        if micros > 0 {
            sleep(Duration::from_micros(micros)).await;
        }
        if self.cut.load(Ordering::SeqCst) || self.server.away.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
    }
}

#[async_trait]
impl Pool for Line {
    async fn time(&self) -> Result<u64, BoxError> {
        self.travel().await;
        let now = self.server.now();
        self.travel().await;
        Ok(now)
    }

    async fn exchange(&self, account: &str, ask: &Ask) -> Result<Reply, BoxError> {
        assert_eq!(account, "acme:acme-test");
        let ask = serde_json::to_string(ask)?;
        if self.dice(100) == 99 {
            // Held up on its way: it arrives when nobody waits for it any more.
            let (server, late) = (Arc::clone(&self.server), self.dice(8_000));
            tokio::spawn(async move {
                sleep(Duration::from_millis(late)).await;
                let now = server.now();
                server.model.lock().unwrap().exchange(&ask, now);
            });
            return std::future::pending().await;
        }
        self.travel().await;
        let now = self.server.now();
        let told = self.server.model.lock().unwrap().exchange(&ask, now);
        self.travel().await;
        read(serde_json::from_value(told)?)
    }
}

/// One gateway.
pub(super) struct Gateway {
    pub(super) wire: Wire,
    pub(super) replay: Arc<Replay>,
    pub(super) line: Arc<Line>,
}

impl Gateway {
    pub(super) fn open(
        server: &Arc<Server>,
        quotas: &'static [Quota],
        replicas: u32,
        weather: Option<u64>,
    ) -> Self {
        Self::over(always(ok), server, quotas, (replicas, weather))
    }

    /// Over a script of one's own.
    pub(super) fn over(
        replay: Replay,
        server: &Arc<Server>,
        quotas: &'static [Quota],
        (replicas, weather): (u32, Option<u64>),
    ) -> Self {
        let line = Arc::new(Line {
            server: Arc::clone(server),
            cut: AtomicBool::new(false),
            weather: weather.map(|seed| Mutex::new(fastrand::Rng::with_seed(seed))),
        });
        let sharing = Sharing {
            pool: line.clone(),
            replicas,
            answer_max: ANSWER_MAX,
        };
        let replay = Arc::new(replay);
        let transport: Arc<dyn Exchange> = replay.clone();
        let carrier = Acme::account(Auth::Open, quotas, "http://acme.invalid");
        let wire = Wire::over_sharing(
            transport,
            &account(),
            carrier,
            &WireSettings::default(),
            Arc::new(parcelgate_clock::System),
            &sharing,
        );
        Self {
            wire: wire.unwrap(),
            replay,
            line,
        }
    }

    pub(super) async fn ask(&self, class: Class, lane: Lane, patience: Duration) -> Option<Kind> {
        let call = parcelgate_carrier::Call::new(&self.wire, instant() + patience).behind(lane);
        kind(call.send(outgoing_to("api", class)).await)
    }

    pub(super) fn source(&self) -> QuotaSource {
        self.wire.status().quotas[0].source
    }

    pub(super) fn left(&self) -> u32 {
        self.wire.status().quotas[0].left
    }

    /// When each request left.
    pub(super) fn sent(&self) -> Vec<Instant> {
        self.replay.seen().iter().map(|seen| seen.at).collect()
    }
}

/// The most that left in any period, wherever it begins.
pub(super) fn most_in(per: Duration, mut sent: Vec<Instant>) -> usize {
    sent.sort();
    let mut first = 0;
    let mut most = 0;
    for (last, at) in sent.iter().enumerate() {
        while sent[first] + per <= *at {
            first += 1;
        }
        most = most.max(last + 1 - first);
    }
    most
}

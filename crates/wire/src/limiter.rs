//! Sends no more than the carrier allows.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use governor::RateLimiter;
use governor::middleware::StateInformationMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use parcelgate_carrier::{Class, Error, Exchange, Intent, Kind, Quota, Request, Response, Result};
use parcelgate_clock::{instant, left, sleep, sleep_until};
use parcelgate_domain::CarrierId;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::intent::{intent_of, lock};
use crate::pauses::Pauses;
use crate::settings::WireSettings;

/// One bucket for each class of the account, so that a tracking sweep never keeps a purchase
/// waiting. Every attempt that leaves has taken its permits; whoever cannot have them in time is
/// told so. A permit whose request then cannot be signed is lost: too few is the safe side.
pub(crate) struct Limiter {
    inner: Arc<dyn Exchange>,
    carrier: CarrierId,
    buckets: Arc<[Bucket]>,
}

impl Limiter {
    pub(crate) fn over(
        inner: Arc<dyn Exchange>,
        carrier: &CarrierId,
        buckets: &Arc<[Bucket]>,
    ) -> Self {
        Self {
            inner,
            carrier: carrier.clone(),
            buckets: Arc::clone(buckets),
        }
    }
}

#[async_trait]
impl Exchange for Limiter {
    async fn exchange(&self, request: Request) -> Result<Response> {
        let intent = intent_of(&self.carrier, &request)?;
        let Some(bucket) = self
            .buckets
            .iter()
            .find(|bucket| bucket.class == intent.class)
        else {
            return self.inner.exchange(request).await;
        };
        let _place = bucket.enter(&intent).await.map_err(|pause| {
            Error::new(Kind::Throttled, self.carrier.clone(), intent.operation)
                .retry_after(Some(pause))
                .because("no quota in time")
        })?;
        let mut result = self.inner.exchange(request).await;
        bucket.heed(&mut result);
        result
    }
}

/// What one class of requests may still send.
pub(crate) struct Bucket {
    class: Class,
    quota: Option<Quota>,
    rate: Option<Rate>,
    /// Bounds what waits and what is under way.
    places: Semaphore,
    places_max: usize,
    /// Held by the one whose turn it is, so that who came first goes first.
    turn: tokio::sync::Mutex<()>,
    brake: Mutex<Brake>,
    taken: AtomicU64,
}

/// A quota as a leaky bucket. A bucket of `permits` that also fills at that rate would let through
/// nearly twice the quota in one of its periods; this one holds a quarter and fills at the rest, so
/// that no period, wherever it begins, sees more than the carrier allows.
struct Rate {
    cells: RateLimiter<NotKeyed, InMemoryState, Monotonic, StateInformationMiddleware>,
    burst: NonZeroU32,
    /// How long one permit takes to grow.
    interval: Duration,
}

impl Rate {
    /// `None` for a quota that lets nothing through.
    fn of(quota: Quota) -> Option<Self> {
        let extra = quota.permits / 4;
        let burst = NonZeroU32::MIN.saturating_add(extra);
        let steady = NonZeroU32::new(quota.permits - extra)?;
        let rounding_up = Duration::from_nanos(u64::from(steady.get()) - 1);
        let interval = quota.per.checked_add(rounding_up)? / steady.get();
        let limit = governor::Quota::with_period(interval)?.allow_burst(burst);
        Some(Self {
            cells: RateLimiter::direct_with_clock(limit, Monotonic).with_middleware(),
            burst,
            interval,
        })
    }
}

/// When the carrier said that it is too much.
struct Brake {
    until: Instant,
    pauses: Pauses,
    /// How much was left, and when that was.
    left: (u32, Instant),
}

/// The clock by which cells fill again.
#[derive(Debug, Clone)]
struct Monotonic;

impl governor::clock::Clock for Monotonic {
    type Instant = Instant;

    fn now(&self) -> Instant {
        instant()
    }
}

/// How an account's use of one class stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuotaStatus {
    /// Which class.
    pub class: Class,
    /// How much it may send; no bound is known when absent.
    pub quota: Option<Quota>,
    /// How many permits may be taken at once now; at most a quarter of the quota and one.
    pub left: Option<u32>,
    /// How many permits were ever taken.
    pub taken: u64,
    /// How many requests wait or are under way.
    pub pending: usize,
    /// How much longer the carrier asked to be left alone.
    pub paused: Option<Duration>,
}

/// The first pause after a refusal that names none, and the longest.
const UNNAMED_PAUSE_MS: (u64, u64) = (1_000, 60_000);

impl Bucket {
    /// One for each class.
    pub(crate) fn all(quotas: &[Quota], settings: &WireSettings) -> Arc<[Self]> {
        let bucket = |(class, _)| {
            let documented = quotas.iter().find(|quota| quota.class == class).copied();
            let set = settings.quotas.of(class).map(|set| Quota {
                class,
                permits: set.permits,
                per: Duration::from_millis(set.per_ms),
            });
            Self::new(class, set.or(documented), settings.pending_max)
        };
        Class::ALL.into_iter().map(bucket).collect()
    }

    fn new(class: Class, quota: Option<Quota>, pending_max: u32) -> Self {
        let places_max = usize::try_from(pending_max).unwrap_or(Semaphore::MAX_PERMITS);
        let rate = quota.and_then(Rate::of);
        Self {
            class,
            quota,
            places: Semaphore::new(places_max),
            places_max,
            turn: tokio::sync::Mutex::default(),
            brake: Mutex::new(Brake {
                until: instant(),
                pauses: Pauses::new(UNNAMED_PAUSE_MS.0, UNNAMED_PAUSE_MS.1),
                left: (rate.as_ref().map_or(0, |rate| rate.burst.get()), instant()),
            }),
            rate,
            taken: AtomicU64::new(0),
        }
    }

    /// Takes the permits of a request, waiting for them if need be, at most for half of the time
    /// that is left: the other half is the carrier's, or a long queue would send what must time
    /// out. Fails with the time after which to ask again when that is not enough or too many wait
    /// already.
    async fn enter(&self, intent: &Intent) -> Result<SemaphorePermit<'_>, Duration> {
        let place = self.places.try_acquire().map_err(|_| self.interval())?;
        let until = instant() + left(intent.deadline) / 2;
        let turn = tokio::select! {
            biased;
            turn = self.turn.lock() => turn,
            () = sleep_until(until) => return Err(self.interval()),
        };
        let mut wanted = intent.permits.get();
        while let Some(want) = NonZeroU32::new(wanted) {
            match self.take(want) {
                Ok(taken) => wanted -= taken.get(),
                Err(wait) if wait > left(until) => return Err(wait),
                Err(wait) => sleep(wait).await,
            }
        }
        drop(turn);
        Ok(place)
    }

    /// Takes permits, at most a bucketful at a time, or says how long to wait.
    fn take(&self, want: NonZeroU32) -> Result<NonZeroU32, Duration> {
        let mut brake = lock(&self.brake);
        let paused = left(brake.until);
        if !paused.is_zero() {
            return Err(paused);
        }
        let mut taken = want;
        if let Some(rate) = &self.rate {
            taken = want.min(rate.burst);
            match rate.cells.check_n(taken) {
                Ok(Ok(state)) => brake.left = (state.remaining_burst_capacity(), instant()),
                Ok(Err(later)) => return Err(later.wait_time_from(instant())),
                Err(_more_than_a_bucketful) => return Err(rate.interval),
            }
        }
        self.taken
            .fetch_add(u64::from(taken.get()), Ordering::Relaxed);
        Ok(taken)
    }

    /// When the carrier says that it is too much, nobody of this class sends before the time it
    /// names.
    fn heed(&self, result: &mut Result<Response>) {
        let mut brake = lock(&self.brake);
        match result {
            Ok(_) => brake.pauses = Pauses::new(UNNAMED_PAUSE_MS.0, UNNAMED_PAUSE_MS.1),
            Err(error) if error.kind == Kind::Throttled => {
                let pause = error.retry_after.or_else(|| brake.pauses.next());
                brake.until = brake.until.max(instant() + pause.unwrap_or_default());
                error.retry_after = pause;
            }
            Err(_) => {}
        }
    }

    /// When to ask again if nothing better is known.
    fn interval(&self) -> Duration {
        let rate = self.rate.as_ref();
        rate.map_or(Duration::from_secs(1), |rate| rate.interval)
    }

    /// Its class, when it has a quota that lets nothing through.
    pub(crate) fn contradiction(&self) -> Option<Class> {
        (self.quota.is_some() && self.rate.is_none()).then_some(self.class)
    }

    pub(crate) fn status(&self) -> QuotaStatus {
        let brake = lock(&self.brake);
        let (left_then, then) = brake.left;
        let grown = instant().duration_since(then).as_nanos() / self.interval().as_nanos().max(1);
        let left_now = left_then.saturating_add(u32::try_from(grown).unwrap_or(u32::MAX));
        let paused = left(brake.until);
        QuotaStatus {
            class: self.class,
            quota: self.quota,
            left: self
                .rate
                .as_ref()
                .map(|rate| left_now.min(rate.burst.get())),
            taken: self.taken.load(Ordering::Relaxed),
            pending: self
                .places_max
                .saturating_sub(self.places.available_permits()),
            paused: (!paused.is_zero()).then_some(paused),
        }
    }
}

//! Tries again what may be tried again, within the time and the load that are left for it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use parcelgate_carrier::{Class, Error, Exchange, Intent, Kind, Request, Response, Result};
use parcelgate_clock::{instant, left, sleep};
use parcelgate_domain::CarrierId;

use crate::intent::{Departure, LEAST, intent_of, lock};
use crate::pauses::{Pauses, Window};
use crate::settings::WireSettings;

/// The outermost layer: owns the time of a call. What may be sent again follows from
/// [`Kind::retryable`] and the intent alone.
pub(crate) struct Retry {
    inner: Arc<dyn Exchange>,
    carrier: CarrierId,
    settings: WireSettings,
    budget: Budget,
}

impl Retry {
    pub(crate) fn over(
        inner: Arc<dyn Exchange>,
        carrier: &CarrierId,
        settings: &WireSettings,
    ) -> Self {
        Self {
            inner,
            carrier: carrier.clone(),
            settings: settings.clone(),
            budget: Budget {
                percent: settings.retry.budget_percent,
                floor: settings.retry.budget_floor,
                window: Mutex::default(),
            },
        }
    }

    fn attempts_max(&self, class: Class) -> u32 {
        let usual = match class {
            Class::Rate | Class::Track | Class::Token => 2,
            Class::Ship | Class::Manage => 3,
        };
        self.settings.attempts_max.of(class).unwrap_or(usual)
    }

    /// The pause before the request is sent again; `None` when it may not be, or not in time.
    fn pause_after(&self, error: &Error, intent: &Intent, pauses: &mut Pauses) -> Option<Duration> {
        if !error.kind.retryable(intent.repeat) {
            return None;
        }
        // A stale token says nothing about load, and waiting is no cure.
        let stale = error.kind == Kind::StaleToken;
        let pause = if stale {
            Duration::ZERO
        } else {
            pauses.next()?
        };
        let pause = pause.max(error.retry_after.unwrap_or_default());
        let in_time = left(intent.deadline) >= pause.saturating_add(LEAST);
        (in_time && (stale || self.budget.spend())).then_some(pause)
    }
}

#[async_trait]
impl Exchange for Retry {
    async fn exchange(&self, mut request: Request) -> Result<Response> {
        let intent = intent_of(&self.carrier, &request)?;
        if left(intent.deadline) < LEAST {
            return Err(Error::new(
                Kind::Deadline,
                self.carrier.clone(),
                intent.operation,
            ));
        }
        self.budget.earn();
        let mut pauses = Pauses::new(
            self.settings.retry.pause_ms,
            self.settings.retry.pause_ms_max,
        );
        for _ in 1..self.attempts_max(intent.class) {
            let mut attempt = request.clone();
            let departure = Departure::watch(&mut attempt);
            let error = match self.inner.exchange(attempt).await {
                Err(error) if departure.happened() => error,
                result => return result,
            };
            match self.pause_after(&error, &intent, &mut pauses) {
                Some(pause) => sleep(pause).await,
                None => return Err(error),
            }
        }
        Departure::watch(&mut request);
        self.inner.exchange(request).await
    }
}

/// How much may be tried again: a share of the calls of the last ten seconds, or a few where there
/// were few. A carrier that fails everything gets that share more and no storm (the idea is
/// Finagle's, <https://finagle.github.io/blog/2016/02/08/retry-budgets>).
struct Budget {
    percent: u32,
    floor: u32,
    window: Mutex<Window>,
}

impl Budget {
    fn earn(&self) {
        lock(&self.window).add(instant(), 1, 0);
    }

    fn spend(&self) -> bool {
        let now = instant();
        let mut window = lock(&self.window);
        let (calls, spent) = window.add(now, 0, 0);
        let share = u64::from(calls) * u64::from(self.percent) / 100;
        let allowed = u64::from(spent) < share.max(u64::from(self.floor));
        window.add(now, 0, u32::from(allowed));
        allowed
    }
}

//! Leaves a host alone that is down, and asks it now and then whether it is back.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use parcelgate_carrier::{Error, Exchange, Kind, Request, Response, Result};
use parcelgate_clock::{instant, left};
use parcelgate_domain::CarrierId;

use crate::attempt::attempt_max;
use crate::intent::{Departure, PerHost, intent_of, lock};
use crate::pauses::{Pauses, Window};
use crate::settings::{BreakerSettings, WireSettings};

/// Counts attempts, not calls; one circuit for each host. An open circuit answers at once that
/// nothing was sent, and when the next probe is due.
pub(crate) struct Breaker {
    inner: Arc<dyn Exchange>,
    carrier: CarrierId,
    circuits: Arc<PerHost<Circuit>>,
    settings: WireSettings,
}

impl Breaker {
    pub(crate) fn over(
        inner: Arc<dyn Exchange>,
        carrier: &CarrierId,
        settings: &WireSettings,
        circuits: &Arc<PerHost<Circuit>>,
    ) -> Self {
        Self {
            inner,
            carrier: carrier.clone(),
            settings: settings.clone(),
            circuits: Arc::clone(circuits),
        }
    }
}

#[async_trait]
impl Exchange for Breaker {
    async fn exchange(&self, request: Request) -> Result<Response> {
        let intent = intent_of(&self.carrier, &request)?;
        let departure = Departure::of(&request);
        let slow = attempt_max(&self.settings, intent.class) / SLOW_PART;
        let pass = self
            .circuits
            .of(&intent)?
            .admit(departure, slow)
            .map_err(|pause| {
                Error::new(Kind::Unsent, self.carrier.clone(), intent.operation)
                    .retry_after(Some(pause))
                    .because("the circuit is open")
            })?;
        let result = self.inner.exchange(request).await;
        let failure = result.as_ref().err().map(|error| error.kind);
        // Without an answer until nobody waited any more: as if the caller had left.
        let given_up = failure == Some(Kind::OutcomeUnknown) && left(intent.deadline).is_zero();
        if !given_up {
            pass.end(failure);
        }
        result
    }
}

/// An attempt that its caller gave up counts as an outage when it had lasted for this part of the
/// time that an attempt of its class may take: a second for prices, by default. Without it a
/// carrier that hangs would never be found out by callers who wait less than it may take; with
/// any attempt counted, callers in a hurry would take it from everyone else.
const SLOW_PART: u32 = 8;

/// Where a circuit stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CircuitState {
    /// Requests pass.
    Closed,
    /// Nothing passes until the next probe.
    Open {
        /// How long until then; zero when the next request will be the probe.
        next_probe: Duration,
    },
    /// One request is under way to see whether the host is back.
    Probing,
}

/// Whether one host is up, as far as its answers tell.
#[derive(Debug)]
pub(crate) struct Circuit {
    settings: BreakerSettings,
    state: Mutex<State>,
    samples: AtomicU64,
}

#[derive(Debug)]
enum State {
    Closed(Tally),
    Open { until: Instant, pauses: Pauses },
    Probing(Pauses),
}

/// What attempts came to while the circuit was closed.
#[derive(Debug, Default)]
struct Tally {
    window: Window,
    unsent_in_a_row: u32,
}

impl Tally {
    /// Counts one attempt; whether that was one outage too many.
    fn count(&mut self, failure: Option<Kind>, settings: &BreakerSettings) -> bool {
        let unsent = failure == Some(Kind::Unsent);
        self.unsent_in_a_row = if unsent {
            self.unsent_in_a_row.saturating_add(1)
        } else {
            0
        };
        let outage = failure.is_some_and(Kind::is_outage);
        let (all, outages) = self.window.add(instant(), 1, u32::from(outage));
        let share = u64::from(all) * u64::from(settings.outage_percent);
        let too_many = all >= settings.attempts_min && u64::from(outages) * 100 >= share;
        outage && (too_many || self.unsent_in_a_row >= settings.unsent_in_a_row)
    }
}

impl Circuit {
    pub(crate) fn new(settings: &BreakerSettings) -> Self {
        Self {
            settings: settings.clone(),
            state: Mutex::new(State::Closed(Tally::default())),
            samples: AtomicU64::new(0),
        }
    }

    /// How many attempts it has counted.
    pub(crate) fn samples(&self) -> u64 {
        self.samples.load(Ordering::Relaxed)
    }

    pub(crate) fn state(&self) -> CircuitState {
        match &*lock(&self.state) {
            State::Closed(_) => CircuitState::Closed,
            State::Open { until, .. } => CircuitState::Open {
                next_probe: left(*until),
            },
            State::Probing(_) => CircuitState::Probing,
        }
    }

    /// Lets an attempt pass, or says how long nothing passes.
    fn admit(&self, departure: Departure, slow: Duration) -> Result<Pass<'_>, Duration> {
        let mut state = lock(&self.state);
        let probe = match &*state {
            State::Closed(_) => false,
            State::Open { until, pauses } if left(*until).is_zero() => {
                *state = State::Probing(pauses.clone());
                true
            }
            State::Open { until, .. } => return Err(left(*until)),
            State::Probing(_) => return Err(Duration::from_millis(self.settings.probe_ms)),
        };
        Ok(Pass {
            circuit: self,
            probe,
            departure,
            slow,
            ended: None,
        })
    }

    fn settle(&self, pass: &Pass<'_>) {
        let departed = pass.departure.happened();
        self.samples
            .fetch_add(u64::from(departed), Ordering::Relaxed);
        let ended = pass.ended.or_else(|| pass.cut()).filter(|_| departed);
        let mut state = lock(&self.state);
        let next = match (&mut *state, ended) {
            (State::Closed(tally), Some(failure)) if !pass.probe => {
                if !tally.count(failure, &self.settings) {
                    return;
                }
                open(Pauses::new(
                    self.settings.probe_ms,
                    self.settings.probe_ms_max,
                ))
            }
            (State::Probing(pauses), Some(failure)) if pass.probe => {
                let down = failure.is_some_and(Kind::is_outage);
                if down {
                    open(pauses.clone())
                } else {
                    State::Closed(Tally::default())
                }
            }
            // A probe that never left or was given up early told nothing: the next one may.
            (State::Probing(pauses), None) if pass.probe => State::Open {
                until: instant(),
                pauses: pauses.clone(),
            },
            _ => return, // begun before the circuit opened: old news
        };
        *state = next;
    }
}

fn open(mut pauses: Pauses) -> State {
    State::Open {
        until: instant() + pauses.next().unwrap_or_default(),
        pauses,
    }
}

/// Leave for one attempt. Dropped without [`end`](Pass::end), the attempt was given up by its
/// caller, who left or had no time left.
struct Pass<'a> {
    circuit: &'a Circuit,
    probe: bool,
    departure: Departure,
    /// After how long an attempt that is given up says something about the carrier.
    slow: Duration,
    ended: Option<Option<Kind>>,
}

impl Pass<'_> {
    /// What an attempt came to that was given up: no answer, if it was given enough time.
    fn cut(&self) -> Option<Option<Kind>> {
        let slow = self.departure.age()? >= self.slow;
        slow.then_some(Some(Kind::OutcomeUnknown))
    }

    /// Ended, with or without a failure.
    fn end(mut self, failure: Option<Kind>) {
        self.ended = Some(failure);
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        self.circuit.settle(self);
    }
}

//! Measures each attempt, so that a slow one that was tried again is visible.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use jiff::Timestamp;
use metrics::histogram;
use parcelgate_carrier::{Exchange, Intent, Kind, Request, Response, Result};
use parcelgate_clock::{SharedClock, instant};
use parcelgate_domain::{AccountId, CarrierId};
use tracing::{Instrument as _, debug, info_span};

use crate::intent::{Departure, intent_of, lock};

/// One span and one histogram sample for each attempt. Sizes and names only: nothing of what was
/// sent or answered, no account name in a metric.
pub(crate) struct Instrument {
    inner: Arc<dyn Exchange>,
    journal: Arc<Journal>,
}

impl Instrument {
    pub(crate) fn over(inner: Arc<dyn Exchange>, journal: &Arc<Journal>) -> Self {
        Self {
            inner,
            journal: Arc::clone(journal),
        }
    }
}

#[async_trait]
impl Exchange for Instrument {
    async fn exchange(&self, request: Request) -> Result<Response> {
        let journal = &self.journal;
        let intent = intent_of(&journal.carrier, &request)?;
        let sent_bytes = request.body().len();
        let span = info_span!(
            "attempt",
            carrier = %journal.carrier,
            account = %journal.account,
            operation = intent.operation,
            host = intent.host,
            outcome = tracing::field::Empty,
        );
        Departure::note(&request);
        let mut sample = Sample::begin(journal, intent);
        let result = self.inner.exchange(request).instrument(span.clone()).await;
        sample.failure = result.as_ref().err().map(|error| error.kind);
        span.record("outcome", outcome(sample.failure));
        let received_bytes = result.as_ref().map_or(0, |response| response.body().len());
        debug!(parent: &span, sent_bytes, received_bytes, took = ?sample.took(), "attempt ended");
        result
    }
}

fn outcome(failure: Option<Kind>) -> &'static str {
    failure.map_or("OK", Kind::name)
}

/// One attempt under way. However it ends, even dropped half-way, it is counted once.
struct Sample<'a> {
    journal: &'a Journal,
    intent: Intent,
    begun: Instant,
    failure: Option<Kind>,
}

impl<'a> Sample<'a> {
    fn begin(journal: &'a Journal, intent: Intent) -> Self {
        lock(&journal.book)
            .entry((intent.host, intent.operation))
            .or_default()
            .in_flight += 1;
        Self {
            journal,
            intent,
            begun: instant(),
            failure: Some(Kind::OutcomeUnknown), // until an outcome is known
        }
    }

    fn took(&self) -> Duration {
        instant().saturating_duration_since(self.begun)
    }
}

impl Drop for Sample<'_> {
    fn drop(&mut self) {
        let (journal, took) = (self.journal, self.took());
        histogram!(
            "parcelgate_carrier_attempt_seconds",
            "carrier" => journal.carrier.to_string(),
            "operation" => self.intent.operation,
            "outcome" => outcome(self.failure),
        )
        .record(took);
        let failed = self.failure.map(|kind| (kind, journal.clock.now()));
        let mut book = lock(&journal.book);
        let line = book
            .entry((self.intent.host, self.intent.operation))
            .or_default();
        line.end(outcome(self.failure), took, failed);
    }
}

/// What the attempts of one account came to. Bounded: hosts and operations are names in code.
pub(crate) struct Journal {
    carrier: CarrierId,
    account: AccountId,
    clock: SharedClock,
    book: Mutex<BTreeMap<(&'static str, &'static str), Line>>,
}

#[derive(Debug, Default)]
struct Line {
    in_flight: u32,
    outcomes: BTreeMap<&'static str, u64>,
    recent: VecDeque<Duration>,
    last_failure: Option<(Kind, Timestamp)>,
}

const RECENT_MAX: usize = 256;

impl Line {
    fn end(&mut self, outcome: &'static str, took: Duration, failed: Option<(Kind, Timestamp)>) {
        self.in_flight = self.in_flight.saturating_sub(1);
        *self.outcomes.entry(outcome).or_default() += 1;
        if self.recent.len() == RECENT_MAX {
            self.recent.pop_front();
        }
        self.recent.push_back(took);
        self.last_failure = failed.or(self.last_failure);
    }
}

/// What the attempts of one operation came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperationStatus {
    /// Name of the host.
    pub host: &'static str,
    /// Name of the operation.
    pub operation: &'static str,
    /// How many are under way.
    pub in_flight: u32,
    /// How many ended how: `OK` or the name of a [`Kind`].
    pub outcomes: Vec<(&'static str, u64)>,
    /// Half of the last attempts took no longer.
    pub p50: Duration,
    /// Nineteen of twenty took no longer.
    pub p95: Duration,
    /// The last failure, and when it was.
    pub last_failure: Option<(Kind, Timestamp)>,
}

impl Journal {
    pub(crate) fn new(carrier: &CarrierId, account: &AccountId, clock: &SharedClock) -> Self {
        Self {
            carrier: carrier.clone(),
            account: account.clone(),
            clock: Arc::clone(clock),
            book: Mutex::default(),
        }
    }

    pub(crate) fn status(&self) -> Vec<OperationStatus> {
        let status = |(&(host, operation), line): (&(&'static str, &'static str), &Line)| {
            let mut recent: Vec<Duration> = line.recent.iter().copied().collect();
            recent.sort_unstable();
            let percentile = |percent: usize| {
                let rank = (recent.len() * percent).div_ceil(100).saturating_sub(1);
                recent.get(rank).copied().unwrap_or_default()
            };
            OperationStatus {
                host,
                operation,
                in_flight: line.in_flight,
                outcomes: line
                    .outcomes
                    .iter()
                    .map(|(name, count)| (*name, *count))
                    .collect(),
                p50: percentile(50),
                p95: percentile(95),
                last_failure: line.last_failure,
            }
        };
        lock(&self.book).iter().map(status).collect()
    }
}

//! A transport that follows a script, for tests: no network, no wall clock.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode};
use parcelgate_carrier::{Error, Exchange, Kind, Request, Response, Result};
use parcelgate_clock::{instant, sleep};
use parcelgate_domain::CarrierId;

use crate::intent::{intent_of, lock};

/// Answers requests by a script and keeps what reached it.
pub struct Replay {
    carrier: CarrierId,
    script: Script,
    log: Mutex<Log>,
}

enum Script {
    Steps(Mutex<VecDeque<Step>>),
    By(Box<dyn Fn(&Request) -> Step + Send + Sync>),
}

#[derive(Default)]
struct Log {
    seen: Vec<Seen>,
    count: u64,
    complaints: Vec<String>,
}

/// A request that reached the transport.
#[derive(Debug, Clone)]
pub struct Seen {
    /// As it would have left, signed.
    pub request: Request,
    /// When, by the monotonic clock.
    pub at: Instant,
}

/// So many requests and complaints are kept; all are counted.
const KEPT_MAX: usize = 10_000;

/// One thing that the other side does.
pub struct Step {
    expected: Option<Expected>,
    after: Duration,
    reaction: Reaction,
}

type Expected = Box<dyn Fn(&Request) -> Result<(), String> + Send + Sync>;

enum Reaction {
    Answer(Response),
    Fail(Kind),
    Hang,
}

impl Step {
    /// Answers. A `status` outside 100 to 999 becomes 500.
    #[must_use]
    pub fn answer(status: u16, body: impl Into<Bytes>) -> Self {
        let mut response = Response::new(body.into());
        *response.status_mut() =
            StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self::reacting(Reaction::Answer(response))
    }

    /// Fails as a transport would: [`Kind::Unsent`] when nothing left, [`Kind::OutcomeUnknown`]
    /// when it may have.
    #[must_use]
    pub fn fail(kind: Kind) -> Self {
        Self::reacting(Reaction::Fail(kind))
    }

    /// Never answers.
    #[must_use]
    pub fn hang() -> Self {
        Self::reacting(Reaction::Hang)
    }

    fn reacting(reaction: Reaction) -> Self {
        Self {
            expected: None,
            after: Duration::ZERO,
            reaction,
        }
    }

    /// With a header on the answer. A value that no header can carry is left out.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        if let (Reaction::Answer(response), Ok(value)) =
            (&mut self.reaction, HeaderValue::from_str(value))
        {
            response
                .headers_mut()
                .append(HeaderName::from_static(name), value);
        }
        self
    }

    /// Only after this long.
    #[must_use]
    pub fn after(mut self, pause: Duration) -> Self {
        self.after = pause;
        self
    }

    /// Complains when the request is not what was expected, with the text that `expected` gives.
    #[must_use]
    pub fn expecting(
        mut self,
        expected: impl Fn(&Request) -> Result<(), String> + Send + Sync + 'static,
    ) -> Self {
        self.expected = Some(Box::new(expected));
        self
    }
}

impl Replay {
    /// Takes one step for each request, in order. A request beyond the last is a complaint and
    /// fails.
    #[must_use]
    pub fn new(carrier: &CarrierId, steps: impl IntoIterator<Item = Step>) -> Self {
        let steps = steps.into_iter().collect();
        Self::of(carrier, Script::Steps(Mutex::new(steps)))
    }

    /// Decides for each request what to do.
    #[must_use]
    pub fn by(
        carrier: &CarrierId,
        decide: impl Fn(&Request) -> Step + Send + Sync + 'static,
    ) -> Self {
        Self::of(carrier, Script::By(Box::new(decide)))
    }

    fn of(carrier: &CarrierId, script: Script) -> Self {
        Self {
            carrier: carrier.clone(),
            script,
            log: Mutex::default(),
        }
    }

    /// The requests that reached it, in order; the first ten thousand.
    #[must_use]
    pub fn seen(&self) -> Vec<Seen> {
        lock(&self.log).seen.clone()
    }

    /// How many requests reached it.
    #[must_use]
    pub fn count(&self) -> u64 {
        lock(&self.log).count
    }

    /// What did not go by the script: requests that were not as expected or beyond its end.
    #[must_use]
    pub fn complaints(&self) -> Vec<String> {
        lock(&self.log).complaints.clone()
    }

    /// How many steps were not reached.
    #[must_use]
    pub fn unused(&self) -> usize {
        match &self.script {
            Script::Steps(steps) => lock(steps).len(),
            Script::By(_) => 0,
        }
    }

    fn next(&self, request: &Request) -> Option<Step> {
        let mut log = lock(&self.log);
        log.count += 1;
        if log.seen.len() < KEPT_MAX {
            log.seen.push(Seen {
                request: request.clone(),
                at: instant(),
            });
        }
        let step = match &self.script {
            Script::Steps(steps) => lock(steps).pop_front(),
            Script::By(decide) => Some(decide(request)),
        };
        let complaint = match &step {
            None => Some("a request beyond the end of the script".to_owned()),
            Some(Step { expected, .. }) => expected.as_ref().and_then(|is| is(request).err()),
        };
        if let Some(complaint) = complaint.filter(|_| log.complaints.len() < KEPT_MAX) {
            let number = log.count;
            log.complaints
                .push(format!("request {number}: {complaint}"));
        }
        step
    }
}

#[async_trait]
impl Exchange for Replay {
    async fn exchange(&self, request: Request) -> Result<Response> {
        let intent = intent_of(&self.carrier, &request)?;
        let failed = |kind| Error::new(kind, self.carrier.clone(), intent.operation);
        let Some(step) = self.next(&request) else {
            return Err(failed(Kind::Invalid).because("the script has ended"));
        };
        if !step.after.is_zero() {
            sleep(step.after).await;
        }
        match step.reaction {
            Reaction::Answer(response) => Ok(response),
            Reaction::Fail(kind) => Err(failed(kind)),
            Reaction::Hang => std::future::pending().await,
        }
    }
}

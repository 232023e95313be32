//! What every order system's adapter passes.
//!
//! An adapter's `tests/conformance.rs` hands a [`Subject`] to [`main`]: its settings, an order, and
//! what the shop answers to each of its operations. The cases are the same for all.

mod cases;
mod described;
mod hostile;
mod told;

use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, StatusCode};
use libtest_mimic::Arguments;
use parcelgate_carrier::{
    Call, Class, Error, Exchange, Intent, Kind, Request, Response, Result as Asked,
};
use parcelgate_clock::Manual;
use parcelgate_shop::{CarrierName, Confirmation, Connect, OrderItem, Shop};
use parcelgate_wire::{Wire, WireSettings};

use crate::Check;

pub use cases::checks;

/// An adapter, and what it is tried with.
#[derive(Debug, Clone, Copy)]
pub struct Subject {
    /// Makes it.
    pub connect: Connect,
    /// Its settings, JSON; every secret in them contains [`SENTINEL`](crate::SENTINEL).
    pub settings: &'static str,
    /// An order that the shop has, by its own id.
    pub order: &'static str,
    /// An id that no order of the shop can have.
    pub no_order: &'static str,
    /// Where in the shop it was sold.
    pub marketplace: Option<&'static str>,
    /// A line of the order.
    pub item: &'static str,
    /// The first number that the shop is told, which its answers show.
    pub number: &'static str,
    /// Another one that it is told afterwards.
    pub changed: &'static str,
    /// What the shop calls the package once it was told, if it names it.
    pub handle: Option<&'static str>,
    /// What it answers when all is well, by operation.
    pub grants: &'static [Answer],
    /// The answer that shows nothing of the package, in the place of that of the same operation.
    pub shows_nothing: Answer,
    /// A refusal for good, in the place of the answer of the operation that it names.
    pub refusal: Answer,
    /// The code that stands in it.
    pub refusal_code: &'static str,
    /// That there were too many requests, likewise.
    pub throttled: Answer,
    /// Files in the folder of descriptions in which the shop describes its operations.
    pub described: &'static [&'static str],
}

/// What a shop answers to an operation.
#[derive(Debug, Clone, Copy)]
pub struct Answer {
    /// Which.
    pub operation: &'static str,
    /// The status.
    pub status: u16,
    /// A header besides the type of the body.
    pub header: Option<(&'static str, &'static str)>,
    /// The body.
    pub body: &'static str,
}

/// Runs every case on `subject`, each as a test of its own.
#[must_use]
pub fn main(subject: &Subject) -> ExitCode {
    let trials = checks(*subject).into_iter().map(Check::into_trial);
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit_code()
}

/// What goes wrong, and how often.
#[derive(Debug, Clone)]
pub(crate) struct Fault {
    pub(crate) operation: &'static str,
    pub(crate) times: usize,
    pub(crate) what: Happens,
}

/// What goes wrong.
#[derive(Debug, Clone)]
pub(crate) enum Happens {
    /// Another answer comes.
    Answer(Response),
    /// The request leaves and no answer comes.
    Lost,
}

/// A shop that answers by operation.
#[derive(Debug)]
pub(crate) struct Played {
    answers: Vec<(&'static str, Response)>,
    fault: Option<Fault>,
    log: Mutex<Log>,
}

/// What it has seen.
#[derive(Debug, Default)]
pub(crate) struct Log {
    pub(crate) sent: Vec<(Intent, Request)>,
    pub(crate) complaints: Vec<String>,
    faults: usize,
}

impl Log {
    /// How many requests of that operation left.
    pub(crate) fn of(&self, operation: &str) -> usize {
        let named = self.sent.iter().filter(|(it, _)| it.operation == operation);
        named.count()
    }

    /// Target, headers and body of all that left, tokens aside.
    pub(crate) fn told(&self) -> String {
        let told = self.sent.iter().filter(|(it, _)| it.class != Class::Token);
        let text = told.map(|(_, request)| {
            let body = String::from_utf8_lossy(request.body()).into_owned();
            format!("{} {}", request.uri(), body)
        });
        text.collect::<Vec<_>>().join("\n")
    }
}

impl Played {
    pub(crate) fn of(answers: &[Answer], fault: Option<Fault>) -> Self {
        let answers = answers.iter().map(|it| (it.operation, it.response()));
        Self {
            answers: answers.collect(),
            fault,
            log: Mutex::default(),
        }
    }

    pub(crate) fn take_log(&self) -> Log {
        std::mem::take(&mut *self.log.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Answer {
    /// The same as an answer.
    pub(crate) fn response(&self) -> Response {
        let mut response = Response::new(Bytes::from_static(self.body.as_bytes()));
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or_default();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some((name, value)) = self.header {
            headers.insert(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
        }
        response
    }
}

const TOKEN: &str = r#"{"access_token":"sentinel-token","token_type":"bearer","expires_in":3600}"#;

#[async_trait]
impl Exchange for Played {
    async fn exchange(&self, request: Request) -> Asked<Response> {
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        let failed = |kind, operation| Error::new(kind, "shop".to_owned().into(), operation);
        let Some(intent) = request.extensions().get::<Intent>().copied() else {
            log.complaints
                .push(format!("{} has no intent", request.uri()));
            return Err(failed(Kind::Invalid, "unmeant"));
        };
        let operation = intent.operation;
        log.sent.push((intent, request));
        let due = |it: &&Fault| it.operation == operation && log.faults < it.times;
        if let Some(fault) = self.fault.as_ref().filter(due) {
            log.faults += 1;
            return match &fault.what {
                Happens::Answer(response) => Ok(response.clone()),
                Happens::Lost => Err(failed(Kind::OutcomeUnknown, operation)),
            };
        }
        if intent.class == Class::Token {
            return Ok(Response::new(Bytes::from_static(TOKEN.as_bytes())));
        }
        let mut known = self.answers.iter();
        match known.find(|(known, _)| *known == operation) {
            Some((_, response)) => Ok(response.clone()),
            None => {
                log.complaints
                    .push(format!("no answer to {operation} was given"));
                Err(failed(Kind::OutcomeUnknown, operation))
            }
        }
    }
}

/// The shop, the layers of the door over what it answers, and what is asked of it.
pub(crate) struct Stage {
    pub(crate) shop: Arc<dyn Shop>,
    pub(crate) played: Arc<Played>,
    wire: Wire,
}

impl Stage {
    /// The adapter over these answers.
    pub(crate) fn over(
        subject: &Subject,
        answers: &[Answer],
        fault: Option<Fault>,
    ) -> Result<Self, String> {
        let shop = connected(subject)?;
        let played = Arc::new(Played::of(answers, fault));
        let at = "2026-11-23T08:00:00Z".parse();
        let at = at.map_err(|error: jiff::Error| error.to_string())?;
        let account = "conformance".parse().map_err(|error| format!("{error}"))?;
        let transport: Arc<dyn Exchange> = played.clone();
        let peer = <dyn Shop>::peer(&shop);
        let clock = Arc::new(Manual::at(at));
        let wire = Wire::over(transport, &account, peer, &WireSettings::default(), clock);
        Ok(Self {
            shop,
            played,
            wire: wire.map_err(|error| error.to_string())?,
        })
    }

    /// One operation, as long as anyone waits.
    pub(crate) fn call(&self) -> Call<'_> {
        Call::new(&self.wire, parcelgate_clock::instant() + PATIENCE)
    }
}

/// How long anyone waits, in a time that passes by itself.
const PATIENCE: Duration = Duration::from_secs(120);

/// The adapter.
pub(crate) fn connected(subject: &Subject) -> Result<Arc<dyn Shop>, String> {
    let settings = serde_json::from_str(subject.settings).map_err(|error| error.to_string())?;
    let shop = (subject.connect)(settings).map_err(|error| error.to_string())?;
    Ok(Arc::from(shop))
}

/// What the shop is told.
pub(crate) fn confirmation(subject: &Subject, number: &str) -> Result<Confirmation, String> {
    Ok(Confirmation {
        order: subject.order.to_owned(),
        marketplace: subject.marketplace.map(ToOwned::to_owned),
        package: std::num::NonZeroU32::MIN,
        items: vec![OrderItem {
            id: subject.item.to_owned(),
            quantity: std::num::NonZeroU32::MIN,
        }],
        carrier: CarrierName {
            code: "UPS".to_owned(),
            name: None,
        },
        service: Some("UPS Ground".to_owned()),
        number: number.parse().map_err(|error| format!("{error}"))?,
        shipped_at: "2026-11-23T07:00:00Z"
            .parse()
            .map_err(|error| format!("{error}"))?,
    })
}

/// Plays `asked` in a time that passes by itself.
pub(crate) fn play<T>(asked: impl Future<Output = T>) -> Result<T, String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build();
    Ok(runtime.map_err(|error| error.to_string())?.block_on(asked))
}

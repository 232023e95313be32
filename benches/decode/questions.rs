//! What is asked, and a door behind which the recorded answers are.

use std::hint::black_box;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context, anyhow};
use async_trait::async_trait;
use bytes::Bytes;
use parcelgate_carrier::{Carrier, Error, Exchange, Intent, Kind, Request, Response, Result};
use parcelgate_clock::instant;
use parcelgate_conformance::ask::Ask;
use parcelgate_conformance::cases::{self, Case};
use parcelgate_conformance::fixture::Fixture;
use parcelgate_conformance::play;
use serde_json::Value;

use crate::subjects;

/// All questions to one facet of a carrier whose answers are alike.
pub(crate) struct Batch {
    pub(crate) carrier: &'static str,
    pub(crate) facet: &'static str,
    /// Whether papers lie in the answers, so that unpacking them is what takes the time.
    pub(crate) papers: bool,
    pub(crate) questions: Vec<Question>,
}

/// One question with its recorded answers.
pub(crate) struct Question {
    carrier: Box<dyn Carrier>,
    ask: Ask,
    fixture: Fixture,
    answers: Vec<Response>,
}

/// The batches of every carrier, or of the one that is wanted.
pub(crate) fn all(wanted: Option<&str>) -> anyhow::Result<Vec<Batch>> {
    let carriers = Path::new(env!("CARGO_MANIFEST_DIR")).join("carriers");
    let mut batches: Vec<Batch> = Vec::new();
    for row in subjects::ALL {
        if wanted.is_some_and(|wanted| wanted != row.0) {
            continue;
        }
        let subject = subjects::subject(row, &carriers)?;
        let folder = Path::new(subject.fixtures);
        let names = Fixture::names(folder).map_err(|problem| anyhow!(problem))?;
        let carrier = connect(&subject, None)?;
        let all = cases::all(&subject, carrier.as_ref()).map_err(|problem| anyhow!(problem))?;
        for (case, name) in all
            .iter()
            .flat_map(|case| names.iter().map(move |n| (case, n)))
        {
            if case.not_applicable.is_some() || !case.owns(name) {
                continue;
            }
            let fixture = Fixture::load(folder, name).map_err(|problem| anyhow!(problem))?;
            let fixture = fixture.context("a fixture is gone")?;
            let carrier = connect(&subject, fixture.account.as_ref())?;
            if let Some((question, papers)) = Question::of(carrier, case, fixture)? {
                put(&mut batches, row.0, case.facet.name(), papers, question);
            }
        }
    }
    Ok(batches)
}

fn connect(
    subject: &parcelgate_conformance::Subject,
    changes: Option<&Value>,
) -> anyhow::Result<Box<dyn Carrier>> {
    let mut settings: Value = serde_json::from_str(subject.settings)?;
    if let (Value::Object(settings), Some(Value::Object(changes))) = (&mut settings, changes) {
        settings.extend(changes.clone());
    }
    Ok((subject.connect)(settings)?)
}

fn put(
    batches: &mut Vec<Batch>,
    carrier: &'static str,
    facet: &'static str,
    papers: bool,
    question: Question,
) {
    let fits =
        |batch: &&mut Batch| (batch.carrier, batch.facet, batch.papers) == (carrier, facet, papers);
    match batches.iter_mut().find(fits) {
        Some(batch) => batch.questions.push(question),
        None => batches.push(Batch {
            carrier,
            facet,
            papers,
            questions: vec![question],
        }),
    }
}

impl Question {
    /// None of what is refused, or asks nobody: there the answer is not decoded.
    fn of(
        carrier: Box<dyn Carrier>,
        case: &Case,
        fixture: Fixture,
    ) -> anyhow::Result<Option<(Self, bool)>> {
        let played = play::bare(carrier.as_ref(), &case.ask, &fixture, None);
        let played = played.map_err(|problem| anyhow!(problem))?;
        if played.reply.is_err() || fixture.exchanges.is_empty() {
            return Ok(None);
        }
        let answers = fixture.exchanges.iter().map(|step| step.answer.response());
        let question = Self {
            answers: answers.collect(),
            ask: case.ask.clone(),
            carrier,
            fixture,
        };
        let papers = question
            .answers
            .iter()
            .any(|answer| holds_papers(answer.body()));
        Ok(Some((question, papers)))
    }

    async fn put(&self, door: &dyn Exchange) -> anyhow::Result<()> {
        let reply = play::over(door, self.carrier.as_ref(), &self.ask, &self.fixture).await;
        let _reply = black_box(reply.map_err(|problem| anyhow!(problem))?);
        Ok(())
    }
}

/// Whether a file is in the answer: it is no JSON, or holds a long text without a space.
fn holds_papers(body: &Bytes) -> bool {
    let Ok(value) = serde_json::from_slice(body) else {
        return !body.is_empty();
    };
    fn any(value: &Value) -> bool {
        match value {
            Value::String(text) => text.len() >= 150 && !text.contains(' '),
            Value::Array(items) => items.iter().any(any),
            Value::Object(members) => members.values().any(any),
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
        }
    }
    any(&value)
}

impl Batch {
    /// Whether there is a peer: what is no JSON is given up at its first bytes.
    pub(crate) fn is_json(&self) -> bool {
        let mut answers = self.questions.iter().flat_map(|question| &question.answers);
        answers.all(|answer| serde_json::from_slice::<Value>(answer.body()).is_ok())
    }

    /// How long all the answers are together.
    pub(crate) fn bytes(&self) -> u128 {
        let answers = self.questions.iter().flat_map(|question| &question.answers);
        let lengths = answers.map(|answer| answer.body().len());
        u128::try_from(lengths.sum::<usize>()).unwrap_or(u128::MAX)
    }

    /// All questions so often, with their answers.
    pub(crate) async fn answered(&self, times: u32) -> anyhow::Result<Duration> {
        let begun = instant();
        for _ in 0..times {
            for question in &self.questions {
                let door = Door {
                    question,
                    next: AtomicUsize::new(0),
                };
                question.put(&door).await?;
            }
        }
        Ok(instant() - begun)
    }

    /// All questions so often, up to the first answer.
    pub(crate) async fn unanswered(&self, times: u32) -> anyhow::Result<Duration> {
        let begun = instant();
        for _ in 0..times {
            for question in &self.questions {
                let door = Shut(question);
                question.put(&door).await?;
            }
        }
        Ok(instant() - begun)
    }

    /// All answers so often, as plain JSON.
    pub(crate) fn parsed(&self, times: u32) -> anyhow::Result<Duration> {
        let begun = instant();
        for _ in 0..times {
            for answer in self.questions.iter().flat_map(|question| &question.answers) {
                let parsed = serde_json::from_slice::<Value>(black_box(answer.body()));
                let _parsed = black_box(parsed);
            }
        }
        Ok(instant() - begun)
    }
}

/// Hands out the recorded answers, one after the other, as the dialect lets them pass.
struct Door<'a> {
    question: &'a Question,
    next: AtomicUsize,
}

#[async_trait]
impl Exchange for Door<'_> {
    async fn exchange(&self, request: Request) -> Result<Response> {
        let intent = request.extensions().get::<Intent>().copied();
        let answer = self
            .question
            .answers
            .get(self.next.fetch_add(1, Ordering::Relaxed));
        match (intent, answer) {
            (Some(intent), Some(answer)) => {
                self.question.carrier.dialect().verdict(&intent, answer)?;
                Ok(answer.clone())
            }
            _ => Err(nobody(self.question)),
        }
    }
}

/// Behind it is nobody.
struct Shut<'a>(&'a Question);

#[async_trait]
impl Exchange for Shut<'_> {
    async fn exchange(&self, _request: Request) -> Result<Response> {
        Err(nobody(self.0))
    }
}

fn nobody(question: &Question) -> Error {
    Error::new(Kind::Unsent, question.carrier.profile().id.clone(), "bench")
}

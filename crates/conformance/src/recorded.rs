//! Cases against their fixtures: which fixture each needs, and what came of it.

use std::path::Path;

use parcelgate_carrier::Carrier;

use crate::cases::{self, Case};
use crate::check::{Check, Held, Verdict};
use crate::fixture::{Fixture, write_request};
use crate::matching::{differences, same_json};
use crate::play::{Played, bare};
use crate::{Subject, render};

/// Every case of `subject` with each of its fixtures, and a failure for each fixture that no case
/// asks for.
///
/// # Errors
/// When the subject tells too little of itself, or its fixtures cannot be listed.
pub fn checks(subject: &Subject) -> Result<Vec<Check>, String> {
    let carrier = subject.carrier(None)?;
    let id = carrier.profile().id.to_string();
    let mut names = Fixture::names(Path::new(subject.fixtures))?;
    let mut checks = Vec::new();
    for case in cases::all(subject, carrier.as_ref())? {
        let (mut own, others): (Vec<_>, Vec<_>) =
            names.into_iter().partition(|name| case.owns(name));
        names = others;
        if !own.contains(&case.fixture()) {
            own.insert(0, case.fixture());
        }
        for name in own {
            let (subject, case) = (*subject, case.clone());
            let title = format!("{id}::{}", name.replacen('.', "::", 1));
            checks.push(Check::new(title, move || of(&subject, &case, &name)));
        }
    }
    checks.extend(names.into_iter().map(|name| {
        Check::new(format!("{id}::fixtures::{name}"), move || {
            Err(format!("no case is called {name}"))
        })
    }));
    Ok(checks)
}

fn of(subject: &Subject, case: &Case, name: &str) -> Verdict {
    let fixture = Fixture::load(Path::new(subject.fixtures), name)?;
    match (&case.not_applicable, fixture) {
        (Some(reason), None) => Ok(Held::NotApplicable(reason.clone())),
        (Some(reason), Some(_)) => Err(format!("{name}.http stands there, but {reason}")),
        (None, Some(fixture)) => play(subject, case, &fixture).map(|()| Held::Yes),
        (None, None) => Err(missing(subject, case, name)),
    }
}

/// Plays the case against its fixture and compares what was sent and what came of it.
fn play(subject: &Subject, case: &Case, fixture: &Fixture) -> Result<(), String> {
    let carrier = subject.carrier(fixture.account.as_ref())?;
    let played = bare(carrier.as_ref(), &case.ask, fixture, None)?;
    let mut wrong = sent_otherwise(carrier.as_ref(), fixture, &played);
    wrong.extend((case.check)(&case.ask, &played.reply).err());
    let outcome = render::reply(&played.reply);
    let update = std::env::var_os("UPDATE_FIXTURES").is_some_and(|value| value == "1");
    if update && wrong.is_empty() {
        return write_expectation(subject, fixture, &fixture.expecting(&outcome));
    }
    match &fixture.expect {
        Some(expect) => {
            let before = wrong.len();
            same_json(&mut wrong, "outcome ", expect, &outcome);
            if wrong.len() > before {
                wrong.push(format!("the whole outcome:\n{outcome:#}"));
            }
        }
        None => wrong.push(format!("no `=== expect`; the outcome is\n{outcome:#}")),
    }
    if wrong.is_empty() {
        return Ok(());
    }
    Err(format!("{}.http\n- {}", fixture.name, wrong.join("\n- ")))
}

fn sent_otherwise(carrier: &dyn Carrier, fixture: &Fixture, played: &Played) -> Vec<String> {
    let mut wrong = Vec::new();
    for sent in &played.log.sent {
        let Some(recorded) = fixture.exchanges.get(sent.step) else {
            continue;
        };
        let found = differences(&recorded.request, &sent.request, carrier.hosts());
        if !found.is_empty() {
            wrong.extend(found);
            let text = write_request(&sent.request, sent.intent.host);
            wrong.push(format!("the whole request:\n{text}"));
        }
    }
    wrong.extend(played.log.complaints.iter().cloned());
    wrong
}

fn write_expectation(subject: &Subject, fixture: &Fixture, text: &str) -> Result<(), String> {
    let path = Path::new(subject.fixtures).join(format!("{}.http", fixture.name));
    std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))
}

/// Says which file is missing, and how its first request would be written.
fn missing(subject: &Subject, case: &Case, name: &str) -> String {
    let nothing = Fixture::default();
    let first = subject
        .carrier(None)
        .and_then(|carrier| bare(carrier.as_ref(), &case.ask, &nothing, None));
    let request = first.map_or_else(
        |error| error,
        |played| {
            let text = played.log.sent.first();
            text.map_or_else(
                || "The adapter sends nothing here.".to_owned(),
                |sent| write_request(&sent.request, sent.intent.host),
            )
        },
    );
    format!(
        "write fixtures/{name}.http (see crates/conformance/README.md); it begins with\n\n{request}"
    )
}

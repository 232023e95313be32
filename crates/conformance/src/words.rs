//! The carrier's own word: what an adapter sends and what its fixtures answer, held against the
//! official description.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use parcelgate_carrier::Class;

use crate::cases::{self, Case};
use crate::check::{Check, Held, Verdict};
use crate::described::{self, Described};
use crate::fixture::Fixture;
use crate::play::{PATIENCE, stacked};
use crate::script::Sent;
use crate::{Description, Subject};

/// One check for each fixture.
///
/// # Errors
/// When the subject tells too little of itself, or its fixtures cannot be listed.
pub fn checks(subject: &Subject) -> Result<Vec<Check>, String> {
    checks_by(subject, described::folder().as_deref())
}

/// The same, by the descriptions in another folder.
///
/// # Errors
/// As [`checks`].
pub fn checks_by(subject: &Subject, folder: Option<&Path>) -> Result<Vec<Check>, String> {
    let carrier = subject.carrier(None)?;
    let id = carrier.profile().id.to_string();
    let title = |part: &str| format!("{id}::described::{part}");
    if subject.descriptions.is_empty() {
        let reason = "the carrier publishes no description that a machine reads";
        let nothing = move || Ok(Held::NotApplicable(reason.to_owned()));
        return Ok(vec![Check::new(title("everything"), nothing)]);
    }
    let library = folder.map(|folder| Arc::new(Library::of(folder)));
    let mut checks = Vec::new();
    let names = Fixture::names(Path::new(subject.fixtures))?;
    for case in cases::all(subject, carrier.as_ref())? {
        for name in names.iter().filter(|name| case.owns(name)) {
            let (subject, case, name) = (*subject, case.clone(), name.clone());
            let library = library.clone();
            checks.push(Check::new(title(&name), move || match library {
                Some(library) => judge(&subject, &case, &name, &library),
                None => nowhere(),
            }));
        }
    }
    Ok(checks)
}

fn nowhere() -> Verdict {
    let reason = "no descriptions: set CARRIER_SPECS to the folder that holds them";
    if described::required() {
        Err(reason.to_owned())
    } else {
        Ok(Held::NotApplicable(reason.to_owned()))
    }
}

fn judge(subject: &Subject, case: &Case, name: &str, library: &Library) -> Verdict {
    let fixture = Fixture::load(Path::new(subject.fixtures), name)?;
    let fixture = fixture.ok_or_else(|| format!("{name}.http is gone"))?;
    let carrier = subject.carrier(fixture.account.as_ref())?.into();
    let played = stacked(&carrier, &case.ask, &fixture, None, PATIENCE)?;
    if played.log.sent.is_empty() {
        return Ok(Held::NotApplicable("nothing is sent".to_owned()));
    }
    let mut wrong = Vec::new();
    let mut described_any = false;
    for sent in played.log.tokens.iter().chain(&played.log.sent) {
        let request = &sent.request;
        let title = format!("{} {}", request.method(), request.uri());
        let Some(row) = row_of(subject.descriptions, sent) else {
            wrong.push(format!("{title}: Subject::descriptions names none for it"));
            continue;
        };
        if row.file.is_empty() {
            continue; // the carrier describes it nowhere
        }
        described_any = true;
        let described = library.open(row.file)?;
        wrong.extend(
            described
                .request(request)
                .into_iter()
                .map(|v| format!("{title}: {v}")),
        );
        if sent.intent.class != Class::Token {
            let found = answer(&described, sent, &fixture);
            wrong.extend(found.into_iter().map(|v| format!("answer to {title}: {v}")));
        }
    }
    if !wrong.is_empty() {
        return Err(format!("{}.http\n- {}", fixture.name, wrong.join("\n- ")));
    }
    if described_any {
        Ok(Held::Yes)
    } else {
        let reason = "the carrier publishes no description that a machine reads";
        Ok(Held::NotApplicable(reason.to_owned()))
    }
}

/// A refusal is worded as the carrier likes; only what succeeds is held against the description.
fn answer(described: &Described, sent: &Sent, fixture: &Fixture) -> Vec<String> {
    let recorded = fixture.exchanges.get(sent.step).map(|step| &step.answer);
    let Some(good) = recorded.filter(|answer| answer.status.is_success()) else {
        return Vec::new();
    };
    let request = &sent.request;
    described.answer(request.method(), request.uri().path(), &good.response())
}

fn row_of<'a>(rows: &'a [Description], sent: &Sent) -> Option<&'a Description> {
    let path = sent.request.uri().path();
    rows.iter()
        .filter(|row| row.host == sent.intent.host && path.starts_with(row.path))
        .max_by_key(|row| row.path.len())
}

/// The descriptions that were read, each once.
#[derive(Debug)]
struct Library {
    folder: PathBuf,
    shelf: Mutex<Vec<(&'static str, Arc<Described>)>>,
}

impl Library {
    fn of(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            shelf: Mutex::default(),
        }
    }

    fn open(&self, file: &'static str) -> Result<Arc<Described>, String> {
        let mut shelf = self.shelf.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, described)) = shelf.iter().find(|(known, _)| *known == file) {
            return Ok(Arc::clone(described));
        }
        let described = Described::load(&self.folder, file).map_err(|error| error.to_string())?;
        let described = Arc::new(described);
        shelf.push((file, Arc::clone(&described)));
        Ok(described)
    }
}

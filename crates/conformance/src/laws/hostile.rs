//! Answers that are nothing like the recorded ones: the places where bytes come in from outside,
//! and
//! what holds whatever these bytes are. The fuzzer of the folder `fuzz` and the suite share them.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use bytes::Bytes;
use parcelgate_carrier::Error;
use parcelgate_domain::Money;
use serde_json::Value;

use super::Stage;
use super::damage::{Target, amounts, body_of, states, targets, unstated, with_body};
use super::purchase::is_told;
use crate::ask::{Facet, Reply};
use crate::check::{Check, Held, Verdict};
use crate::fixture::Fixture;
use crate::{Subject, cases};

/// The folder of bytes that once were a finding, beside the fixtures. A file is the body alone; its
/// name begins with that of its place, up to a tilde: `rates.us_domestic+0~nested`.
pub const FOUND: &str = "hostile";

/// Every place of one facet where bytes come in.
pub struct Decoders {
    /// Which facet.
    pub facet: Facet,
    places: Vec<Place>,
}

/// One answer of one fixture, or what comes in at our door.
struct Place {
    name: String,
    stage: Stage,
    target: Target,
    /// Amounts that come of the recorded answers though none of them states it.
    given: Vec<Money>,
}

/// What does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The place: `shipping.buy_us_domestic+0`.
    pub place: String,
    /// Which law, in a word.
    pub law: &'static str,
    /// What came of it.
    pub what: String,
}

/// The decoders of `subject`, facet by facet.
///
/// # Errors
/// When the subject tells too little of itself, or a fixture cannot be read.
pub fn decoders(subject: &Subject) -> Result<Vec<Decoders>, String> {
    let folder = Path::new(subject.fixtures);
    let carrier = subject.carrier(None)?;
    let names = Fixture::names(folder)?;
    let mut facets: Vec<Decoders> = Vec::new();
    for case in cases::all(subject, carrier.as_ref())? {
        if case.not_applicable.is_some() {
            continue;
        }
        for name in names.iter().filter(|name| case.owns(name)) {
            let fixture = Fixture::load(folder, name)?.ok_or("a fixture is gone")?;
            for target in targets(&fixture) {
                let stage = Stage::set(subject, case.clone(), fixture.clone())?;
                let place = Place::of(name, stage, target);
                let facet = case.facet;
                match facets.iter_mut().find(|known| known.facet == facet) {
                    Some(known) => known.places.push(place),
                    None => facets.push(Decoders {
                        facet,
                        places: vec![place],
                    }),
                }
            }
        }
    }
    Ok(facets)
}

impl Decoders {
    /// What was recorded at each place, as an input of [`hold`](Self::hold).
    #[must_use]
    pub fn seeds(&self) -> Vec<Vec<u8>> {
        let places = self.places.iter().zip(0_u16..);
        let seeds = places.map(|(place, index)| {
            let body = body_of(&place.stage.fixture, place.target);
            [&index.to_le_bytes()[..], &body].concat()
        });
        seeds.collect()
    }

    /// Puts `input` to the adapter: two bytes say at which place, the rest is the body that comes
    /// in there instead of the recorded one. Fewer bytes say nothing.
    ///
    /// # Errors
    /// What does not hold.
    pub fn hold(&self, input: &[u8]) -> Result<(), Finding> {
        let Some((index, body)) = input.split_first_chunk() else {
            return Ok(());
        };
        let index = usize::from(u16::from_le_bytes(*index));
        let place = index.checked_rem(self.places.len());
        let place = place.and_then(|index| self.places.get(index));
        place.map_or(Ok(()), |place| place.hold(body))
    }
}

impl Place {
    fn of(fixture: &str, stage: Stage, target: Target) -> Self {
        let at = match target {
            Target::Answer(step) => step.to_string(),
            Target::Inbound => "in".to_owned(),
        };
        let mut given = amounts(&stage.undisturbed.reply);
        given.retain(|money| !is_stated(&stage.fixture, *money));
        Self {
            name: format!("{fixture}+{at}"),
            stage,
            target,
            given,
        }
    }

    fn hold(&self, body: &[u8]) -> Result<(), Finding> {
        let finding = |law, what| Finding {
            place: self.name.clone(),
            law,
            what,
        };
        let body = Bytes::copy_from_slice(body);
        let fixture = with_body(&self.stage.fixture, self.target, body.clone());
        let played = catch_unwind(AssertUnwindSafe(|| self.stage.bare(&fixture)))
            .map_err(|panic| finding("panic", said_by(&*panic)))?;
        let reply = played.map_err(|problem| finding("suite", problem))?.reply;
        let known = |money: &Money| self.given.contains(money) || is_stated(&fixture, *money);
        if let Some(money) = unstated(&reply, known) {
            let what = format!("{money} is stated nowhere");
            return Err(finding("price", what));
        }
        if self.looks_free(&reply, &body) {
            return Err(finding("free", format!("{reply:?}")));
        }
        Ok(())
    }

    /// Whether a purchase was sent, and came out as neither made nor in doubt, although the answer
    /// does not refuse it.
    fn looks_free(&self, reply: &Reply, body: &[u8]) -> bool {
        let bought = matches!(&self.stage.undisturbed.reply, Ok(outcome) if outcome.is_once());
        let (Some(paying), Target::Answer(step)) = (self.stage.paying(), self.target) else {
            return false;
        };
        if !bought || step < paying || is_told(reply) {
            return false;
        }
        match reply {
            Err(refusal) => step > paying || !is_refused(refusal, body),
            Ok(_) => true,
        }
    }
}

/// Whether an answer of the fixture, or what comes in, states the amount, perhaps with its digits
/// escaped. What is taken off may be stated as how much that is.
fn is_stated(fixture: &Fixture, money: Money) -> bool {
    let off = money.minor().checked_neg().filter(|off| *off > 0);
    let off = off.map(|off| Money::of_minor(off, money.currency()));
    let stated_by = |text: &str| states(text, money) || off.is_some_and(|off| states(text, off));
    targets(fixture).any(|target| {
        let body = body_of(fixture, target);
        stated_by(&String::from_utf8_lossy(&body))
            || words(&body).iter().any(|word| stated_by(word))
    })
}

/// Whether the refusal is in words that the answer holds.
fn is_refused(refusal: &Error, body: &[u8]) -> bool {
    let said = [refusal.code.as_deref(), refusal.text.as_deref()];
    let plain = String::from_utf8_lossy(body);
    let words = words(body);
    said.into_iter().flatten().any(|said| {
        let whole = words.iter().any(|word| word.contains(said));
        // Several texts may have become one.
        let part = words.iter().any(|word| said.contains(word.as_str()));
        whole || part || plain.contains(said)
    })
}

/// Every text and number of a JSON, without white space at its ends.
fn words(body: &[u8]) -> Vec<String> {
    let mut words = Vec::new();
    if let Ok(value) = serde_json::from_slice(body) {
        collect(&value, &mut words);
    }
    words.retain(|word| !word.is_empty());
    words
}

fn collect(value: &Value, words: &mut Vec<String>) {
    match value {
        Value::String(text) => words.push(text.trim().to_owned()),
        Value::Number(number) => words.push(number.to_string()),
        Value::Array(items) => items.iter().for_each(|item| collect(item, words)),
        Value::Object(members) => members.values().for_each(|item| collect(item, words)),
        Value::Null | Value::Bool(_) => {}
    }
}

fn said_by(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("it panicked").to_owned()
}

/// Bodies that are never right.
const ODD: [&[u8]; 12] = [
    b"",
    b"null",
    b"{}",
    b"[]",
    b"[[]]",
    b"[{}]",
    b"0",
    b"\"\"",
    b"<html></html>",
    b"\xff\xfe{\x00}\x00",
    b"{\"a\":1}{\"a\":1}",
    br#"{"error":{},"errors":[{}],"response":{"errors":[{}]},"success":false,"result":0}"#,
];

/// A check for each facet: what is recorded at its places, at each of them in turn, and what never
/// is right; and one for each finding that is kept.
///
/// # Errors
/// When the subject tells too little of itself, or a fixture cannot be read.
pub fn checks(subject: &Subject) -> Result<Vec<Check>, String> {
    let id = subject.carrier(None)?.profile().id.to_string();
    let mut checks = Vec::new();
    for facet in decoders(subject)? {
        let title = format!("{id}::hostile::{}", facet.facet.name());
        checks.push(Check::new(title, move || anything(&facet)));
    }
    for (file, body) in found(subject)? {
        let (subject, title) = (*subject, format!("{id}::hostile::found::{file}"));
        checks.push(Check::new(title, move || again(&subject, &file, &body)));
    }
    Ok(checks)
}

fn anything(facet: &Decoders) -> Verdict {
    let seeds = facet.seeds();
    let recorded = seeds.iter().filter_map(|seed| seed.get(2..));
    let mut bodies: Vec<Vec<u8>> = ODD.into_iter().map(<[u8]>::to_vec).collect();
    for body in recorded {
        bodies.push(body.to_vec());
        bodies.extend(without_numbers(body));
    }
    let mut wrong: Vec<Finding> = Vec::new();
    for body in bodies {
        for place in &facet.places {
            if let Err(finding) = place.hold(&body) {
                let same = |known: &Finding| known.law == finding.law;
                if !wrong.iter().any(same) {
                    wrong.push(finding);
                }
            }
        }
    }
    verdict(&wrong)
}

/// A JSON body in which no number is one any more.
fn without_numbers(body: &[u8]) -> Vec<Vec<u8>> {
    let Ok(value) = serde_json::from_slice::<Value>(body) else {
        return Vec::new();
    };
    let ways = [Value::Null, Value::from("?"), Value::Array(Vec::new())];
    let ways = ways.into_iter().map(|way| {
        let mut value = value.clone();
        replace_numbers(&mut value, &way);
        value.to_string().into_bytes()
    });
    ways.collect()
}

fn replace_numbers(value: &mut Value, way: &Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| replace_numbers(item, way)),
        Value::Object(members) => {
            members
                .values_mut()
                .for_each(|item| replace_numbers(item, way));
        }
        Value::Number(_) => *value = way.clone(),
        Value::String(text) if text.bytes().all(|b| b.is_ascii_digit() || b == b'.') => {
            *value = way.clone();
        }
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

fn again(subject: &Subject, file: &str, body: &[u8]) -> Verdict {
    let name = file.split('~').next().unwrap_or_default();
    let facets = decoders(subject)?;
    let mut places = facets.iter().flat_map(|facet| &facet.places);
    let place = places.find(|place| place.name == name);
    let place = place.ok_or_else(|| format!("no place is called {name:?}"))?;
    verdict(&place.hold(body).err().into_iter().collect::<Vec<_>>())
}

fn verdict(wrong: &[Finding]) -> Verdict {
    if wrong.is_empty() {
        return Ok(Held::Yes);
    }
    let lines = wrong.iter();
    let lines = lines.map(|found| format!("{}, {}: {}", found.place, found.law, found.what));
    Err(lines.collect::<Vec<_>>().join("\n"))
}

/// The files of findings, sorted. A folder that is not there holds none.
fn found(subject: &Subject) -> Result<Vec<(String, Vec<u8>)>, String> {
    let folder = Path::new(subject.fixtures).join(FOUND);
    let mut found = Vec::new();
    for entry in fs::read_dir(&folder).into_iter().flatten() {
        let entry = entry.map_err(|error| error.to_string())?;
        let body = fs::read(entry.path()).map_err(|error| error.to_string())?;
        found.push((entry.file_name().to_string_lossy().into_owned(), body));
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use parcelgate_carrier::Kind;
    use parcelgate_domain::CarrierId;

    use super::*;

    #[test]
    fn a_refusal_is_in_the_words_of_the_answer() {
        let refusal = |code: &str, text: &str| {
            Error::new(Kind::Refused, CarrierId::known("acme"), "buy").said(code, text)
        };
        let body = br#"{"code": 17, "text": "no \u0021", "more": ["never"]}"#;
        assert!(is_refused(&refusal("17", ""), body));
        assert!(is_refused(&refusal("", "no !; never"), body));
        assert!(!is_refused(&refusal("18", "yes"), body));
        assert!(!is_refused(&refusal("", ""), body));
        assert!(is_refused(&refusal("", "busy"), b"busy!"));
    }

    #[test]
    fn a_body_loses_its_numbers_alone() {
        let bodies = without_numbers(br#"{"a": [1, "2.50", "x1"], "b": true}"#);
        assert_eq!(bodies[1], br#"{"a":["?","?","x1"],"b":true}"#);
        assert!(without_numbers(b"<html>").is_empty());
    }

    #[test]
    fn words_are_what_a_json_says() {
        let body = br#"{"a": " x ", "b": [1.50, null, {"c": "\u0031"}]}"#;
        assert_eq!(words(body), ["x", "1.5", "1"]);
        assert!(words(b"<x>").is_empty());
    }
}

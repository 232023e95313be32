//! Answers that arrive damaged, longer than known, or in another order.

use std::panic::{AssertUnwindSafe, catch_unwind};

use bytes::Bytes;
use parcelgate_carrier::Kind;
use parcelgate_domain::{Charge, Currency, Money};
use serde_json::Value;

use super::Stage;
use super::purchase::is_told;
use crate::ask::{Outcome, Reply};
use crate::check::{Held, Verdict};
use crate::fixture::Fixture;
use crate::play::Played;

/// How many places of one answer are tried; all of them in an answer that is no longer.
const PLACES_MAX: usize = 1_000;

/// So that a place that failed once fails again.
const SEED: u64 = 0x7061_7263_656c;

/// An answer that ends too early is a failure, or nothing was lost; nothing panics.
pub(super) fn truncated(stage: &Stage) -> Verdict {
    each_damage(
        stage,
        |body, at| body.slice(..at),
        |stage, reply, _| {
            if reply.is_err()
                || stage.same(reply).is_ok()
                || is_part(&stage.undisturbed.reply, reply)
            {
                Ok(())
            } else {
                Err(format!("something else came of it: {reply:?}"))
            }
        },
    )
}

/// An answer in which one byte is another: nothing panics, and every amount that comes of it is one
/// that the answer states, digit for digit.
pub(super) fn flipped(stage: &Stage) -> Verdict {
    let mut random = fastrand::Rng::with_seed(SEED);
    let mut flip = |body: &Bytes, at: usize| {
        let mut bytes = body.to_vec();
        if let Some(byte) = bytes.get_mut(at) {
            // Half of the damage stays printable, where it does more harm.
            *byte = if random.bool() {
                *byte ^ random.u8(1..)
            } else {
                random.u8(b' '..b'~')
            };
        }
        Bytes::from(bytes)
    };
    each_damage(stage, &mut flip, |stage, reply, body| {
        let text = String::from_utf8_lossy(body);
        let known = amounts(&stage.undisturbed.reply);
        let is_stated = |money: &Money| known.contains(money) || states(&text, *money);
        match unstated(reply, is_stated) {
            None => Ok(()),
            Some(money) => Err(format!("{money} comes of it, which it does not state")),
        }
    })
}

/// Damages every answer of the fixture, and what came in, at every place.
fn each_damage(
    stage: &Stage,
    mut damage: impl FnMut(&Bytes, usize) -> Bytes,
    judge: impl Fn(&Stage, &Reply, &Bytes) -> Result<(), String>,
) -> Verdict {
    for target in targets(&stage.fixture) {
        let body = body_of(&stage.fixture, target);
        for at in places(body.len()) {
            let damaged = damage(&body, at);
            if damaged == body {
                continue;
            }
            let fixture = with_body(&stage.fixture, target, damaged.clone());
            let place = format!("{target:?}, byte {at} of {}", body.len());
            let played = catch_unwind(AssertUnwindSafe(|| stage.bare(&fixture)))
                .map_err(|_| format!("{place}: panicked"))??;
            judge(stage, &played.reply, &damaged).map_err(|what| format!("{place}: {what}"))?;
            stays_in_doubt(stage, target, &played).map_err(|what| format!("{place}: {what}"))?;
        }
    }
    Ok(Held::Yes)
}

/// A purchase whose answer arrives damaged is not taken for one that did not take place.
fn stays_in_doubt(stage: &Stage, target: Target, played: &Played) -> Result<(), String> {
    let bought = matches!(&stage.undisturbed.reply, Ok(outcome) if outcome.is_once());
    let from = stage.paying().unwrap_or(usize::MAX);
    match target {
        Target::Answer(step) if bought && step >= from && !is_told(&played.reply) => {
            Err(format!("the purchase looks free: {:?}", played.reply))
        }
        Target::Answer(_) | Target::Inbound => Ok(()),
    }
}

/// What is damaged.
#[derive(Debug, Clone, Copy)]
pub(super) enum Target {
    Answer(usize),
    Inbound,
}

pub(super) fn targets(fixture: &Fixture) -> impl Iterator<Item = Target> + use<> {
    let inbound = fixture.inbound.as_ref().map(|_| Target::Inbound);
    (0..fixture.exchanges.len())
        .map(Target::Answer)
        .chain(inbound)
}

pub(super) fn body_of(fixture: &Fixture, target: Target) -> Bytes {
    let message = match target {
        Target::Answer(step) => fixture.exchanges.get(step).map(|step| &step.answer.message),
        Target::Inbound => fixture.inbound.as_ref(),
    };
    message
        .map(|message| message.body.clone())
        .unwrap_or_default()
}

pub(super) fn with_body(fixture: &Fixture, target: Target, body: Bytes) -> Fixture {
    let mut fixture = fixture.clone();
    let message = match target {
        Target::Answer(step) => {
            let step = fixture.exchanges.get_mut(step);
            step.map(|step| &mut step.answer.message)
        }
        Target::Inbound => fixture.inbound.as_mut(),
    };
    if let Some(message) = message {
        message.body = body;
    }
    fixture
}

fn places(length: usize) -> Vec<usize> {
    if length <= PLACES_MAX {
        return (0..length).collect();
    }
    let mut random = fastrand::Rng::with_seed(SEED);
    (0..PLACES_MAX).map(|_| random.usize(..length)).collect()
}

/// Whether what came is what should have come with parts openly missing: numbers that failed while
/// their neighbours did not, a shipment whose label is absent.
fn is_part(whole: &Reply, reply: &Reply) -> bool {
    match (whole, reply) {
        (Ok(Outcome::Tracks(whole)), Ok(Outcome::Tracks(tracks))) => {
            let mut pairs = whole.iter().zip(tracks);
            whole.len() == tracks.len()
                && pairs.all(|(whole, track)| match (whole, track) {
                    (_, Err(_)) => true,
                    (Ok(whole), Ok(track)) => whole == track,
                    (Err(_), Ok(_)) => false,
                })
        }
        (Ok(Outcome::Bought(whole)), Ok(Outcome::Bought(shipment))) => {
            let mut without = whole.clone();
            for (parcel, given) in without.parcels.iter_mut().zip(&shipment.parcels) {
                parcel.label = parcel.label.take().filter(|_| given.label.is_some());
            }
            without == *shipment
        }
        _ => false,
    }
}

/// Every amount in a reply.
pub(super) fn amounts(reply: &Reply) -> Vec<Money> {
    match reply {
        Ok(Outcome::Quotes(quotes)) => quotes
            .iter()
            .flat_map(|quote| quote.charges.iter().map(|c| c.amount).chain([quote.total]))
            .collect(),
        Ok(Outcome::Bought(shipment) | Outcome::Found(Some(shipment))) => {
            shipment.charged.into_iter().collect()
        }
        Ok(Outcome::Scheduled(pickup)) => pickup.charged.into_iter().collect(),
        Ok(Outcome::LandedCost(cost)) => {
            let charges = cost.charges.iter().map(|charge| charge.amount);
            charges.chain([cost.total]).collect()
        }
        _ => Vec::new(),
    }
}

/// An amount that comes out of nowhere: neither stated nor the sum of stated charges.
pub(super) fn unstated(reply: &Reply, is_stated: impl Fn(&Money) -> bool) -> Option<Money> {
    let made_up = |charges: &[Charge], total: Money| {
        let mut amounts = charges.iter().map(|charge| charge.amount);
        let sum = (!is_stated(&total) && !is_sum(charges, total)).then_some(total);
        amounts.find(|money| !is_stated(money)).or(sum)
    };
    match reply {
        Ok(Outcome::Quotes(quotes)) => {
            let mut quotes = quotes.iter();
            quotes.find_map(|quote| made_up(&quote.charges, quote.total))
        }
        Ok(Outcome::LandedCost(cost)) => made_up(&cost.charges, cost.total),
        _ => amounts(reply).into_iter().find(|money| !is_stated(money)),
    }
}

fn is_sum(charges: &[Charge], total: Money) -> bool {
    let zero = Money::zero(total.currency());
    let mut amounts = charges.iter().map(|charge| charge.amount);
    let sum = amounts.try_fold(zero, Money::checked_add);
    !charges.is_empty() && sum.ok() == Some(total)
}

/// Whether `text` states the amount, digit for digit.
pub(super) fn states(text: &str, money: Money) -> bool {
    let currency: Currency = money.currency();
    text.split(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-')))
        .any(|number| Money::parse(number, currency) == Ok(money))
}

/// A member that nobody knows, in every object of every answer, changes nothing.
pub(super) fn unknown_member(stage: &Stage) -> Verdict {
    let mut fixture = stage.fixture.clone();
    let mut any = false;
    for target in targets(&stage.fixture) {
        let body = body_of(&fixture, target);
        if serde_json::from_slice::<Value>(&body).is_ok() {
            let text = String::from_utf8_lossy(&body);
            fixture = with_body(&fixture, target, Bytes::from(with_members(&text)));
            any = true;
        }
    }
    if !any {
        return Ok(Held::NotApplicable("no answer is JSON".to_owned()));
    }
    let reply = stage.bare(&fixture)?.reply;
    let is_push = stage.fixture.inbound.is_some() && stage.undisturbed.reply.is_ok();
    if is_push && matches!(&reply, Err(error) if error.kind == Kind::Credentials) {
        let reason = "what comes in is signed, and not with that member";
        return Ok(Held::NotApplicable(reason.to_owned()));
    }
    stage.same(&reply)?;
    Ok(Held::Yes)
}

/// The JSON with one more member at the head of every object. By text, so that no number is
/// rewritten.
fn with_members(json: &str) -> String {
    const MEMBER: &str = r#""parcelgateUnknown":{"deep":[1,null,"x"]}"#;
    let mut text = String::with_capacity(json.len() * 2);
    let (mut quoted, mut escaped) = (false, false);
    for (at, c) in json.char_indices() {
        text.push(c);
        match c {
            '"' if !escaped => quoted = !quoted,
            '{' if !quoted => {
                text.push_str(MEMBER);
                let rest = json.get(at + 1..).unwrap_or_default();
                if !rest.trim_start().starts_with('}') {
                    text.push(',');
                }
            }
            _ => {}
        }
        escaped = quoted && c == '\\' && !escaped;
    }
    text
}

/// Every array of a tracking answer turned round: the same answers for the same numbers, in the
/// order asked.
pub(super) fn reversed(stage: &Stage) -> Verdict {
    let mut fixture = stage.fixture.clone();
    for target in targets(&stage.fixture) {
        if let Ok(mut value) = serde_json::from_slice::<Value>(&body_of(&fixture, target)) {
            turn(&mut value);
            fixture = with_body(&fixture, target, Bytes::from(value.to_string()));
        }
    }
    let reply = stage.bare(&fixture)?.reply;
    let (expected, given) = (told(&stage.undisturbed.reply), told(&reply));
    if expected == given {
        return Ok(Held::Yes);
    }
    Err(format!("expected {expected:?}, got {given:?}"))
}

fn turn(value: &mut Value) {
    match value {
        Value::Array(items) => {
            items.reverse();
            items.iter_mut().for_each(turn);
        }
        Value::Object(members) => members.values_mut().for_each(turn),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// For each number asked for, in order: which events are known, or how it failed.
fn told(reply: &Reply) -> Vec<Result<(String, Vec<String>), &'static str>> {
    let Ok(Outcome::Tracks(tracks)) = reply else {
        return Vec::new();
    };
    let told = tracks.iter().map(|answer| match answer {
        Ok(track) => {
            let ids = track
                .events
                .iter()
                .map(|event| event.id.as_str().to_owned());
            let mut ids: Vec<_> = ids.collect();
            ids.sort_unstable();
            Ok((track.number.to_string(), ids))
        }
        Err(error) => Err(error.kind.name()),
    });
    told.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_is_added_to_every_object_and_to_no_text() {
        let text = with_members(r#"{"a": "\"{", "b": [{}, {"c": 1.50}]}"#);
        let value: Value = serde_json::from_str(&text).unwrap();
        let unknown = |value: &Value| value["parcelgateUnknown"]["deep"][0] == 1;
        assert!(unknown(&value) && unknown(&value["b"][0]) && unknown(&value["b"][1]));
        assert_eq!(value["a"], "\"{");
        assert!(text.contains("1.50"));
    }

    #[test]
    fn an_amount_is_stated_by_its_digits() {
        let cents = |minor| Money::of_minor(minor, Currency::USD);
        assert!(states(r#"{"a":"12.50"}"#, cents(1250)));
        assert!(states("12.5", cents(1250)));
        assert!(!states("112.50", cents(1250)));
        assert!(!states("1250", cents(1250)));
    }
}

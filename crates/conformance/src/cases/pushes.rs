//! Cases about events that a carrier sends by itself.

use parcelgate_carrier::Kind;

use super::{Case, other};
use crate::Subject;
use crate::ask::{Ask, Facet, Outcome, Reply};
use crate::input::numbers;

pub(super) fn cases(subject: &Subject) -> Result<Vec<Case>, String> {
    let subscribe = Ask::Subscribe(numbers(subject, 2)?);
    let case = |name, ask, check| Case::new(Facet::Pushes, name, ask, check);
    Ok(vec![
        case("subscribe", subscribe, subscribed),
        case("received", Ask::Receive, received),
        case("wrong_credential", Ask::Receive, turned_away),
    ])
}

/// Every number is either accepted or refused, and at least one accepted.
fn subscribed(ask: &Ask, reply: &Reply) -> Result<(), String> {
    let (Ask::Subscribe(numbers), Ok(Outcome::Subscribed(subscribed))) = (ask, reply) else {
        return Err(other(reply));
    };
    let answered = subscribed.accepted.iter().chain(&subscribed.refused);
    let mut answered: Vec<_> = answered.collect();
    let mut asked: Vec<_> = numbers.iter().collect();
    answered.sort();
    asked.sort();
    if answered != asked || subscribed.accepted.is_empty() {
        return Err(other(reply));
    }
    Ok(())
}

fn received(_: &Ask, reply: &Reply) -> Result<(), String> {
    match reply {
        Ok(Outcome::Events(events)) if !events.is_empty() => Ok(()),
        _ => Err(other(reply)),
    }
}

fn turned_away(_: &Ask, reply: &Reply) -> Result<(), String> {
    match reply {
        Err(error) if error.kind == Kind::Credentials => Ok(()),
        _ => Err(other(reply)),
    }
}

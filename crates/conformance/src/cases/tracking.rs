//! Cases about where parcels are.

use parcelgate_carrier::{Carrier, Kind, Track};
use parcelgate_domain::{Status, TrackingState, fold};

use super::{Case, other};
use crate::Subject;
use crate::ask::{Ask, Facet, Outcome, Reply};
use crate::input::numbers;

pub(super) fn cases(subject: &Subject, carrier: &dyn Carrier) -> Result<Vec<Case>, String> {
    let one = || numbers(subject, 1).map(Ask::Track);
    let case = |name, ask, check| Case::new(Facet::Tracking, name, ask, check);
    let several = Ask::Track(numbers(subject, 3)?);
    Ok(vec![
        case("label_created", one()?, label_created),
        case("in_transit", one()?, in_transit),
        case("exception", one()?, exception),
        case("delivered", one()?, delivered),
        case("return_after_delivered", one()?, going_back),
        case("unknown_number", one()?, not_found),
        case("unknown_code", one()?, kept_unknown),
        case("several", several, all_answered).only_if(
            carrier.profile().track_batch_max >= 3,
            "one request asks for fewer than three numbers",
        ),
    ])
}

/// What is known of the only number asked for, and what it adds up to.
fn only(ask: &Ask, reply: &Reply) -> Result<TrackingState, String> {
    let tracks = tracks(ask, reply)?;
    let [track] = tracks.as_slice() else {
        return Err(other(reply));
    };
    for event in &track.events {
        if event.number != track.number {
            return Err(format!("an event is of {}", event.number));
        }
        if event.code.is_empty() && event.text.is_empty() {
            return Err("an event has neither code nor text".to_owned());
        }
    }
    let mut ids: Vec<&str> = track.events.iter().map(|e| e.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.len() != track.events.len() {
        return Err("two events have one identity".to_owned());
    }
    Ok(fold(&track.events))
}

/// One answer for each number, in the order asked.
fn tracks<'a>(ask: &Ask, reply: &'a Reply) -> Result<Vec<&'a Track>, String> {
    let (Ask::Track(numbers), Ok(Outcome::Tracks(tracks))) = (ask, reply) else {
        return Err(other(reply));
    };
    let mut known = Vec::new();
    for track in tracks {
        known.push(track.as_ref().map_err(|error| format!("failed: {error}"))?);
    }
    let given: Vec<_> = known.iter().map(|track| &track.number).collect();
    if given == numbers.iter().collect::<Vec<_>>() {
        Ok(known)
    } else {
        Err(format!("asked for {numbers:?}, answered {given:?}"))
    }
}

fn expect(ask: &Ask, reply: &Reply, allowed: &[Status]) -> Result<TrackingState, String> {
    let state = only(ask, reply)?;
    if allowed.contains(&state.status) {
        Ok(state)
    } else {
        Err(format!("the events add up to {}", state.status))
    }
}

fn label_created(ask: &Ask, reply: &Reply) -> Result<(), String> {
    let state = expect(ask, reply, &[Status::InfoReceived])?;
    if state.first_physical_scan.is_some() {
        return Err("a printed label counts as a scan".to_owned());
    }
    Ok(())
}

fn in_transit(ask: &Ask, reply: &Reply) -> Result<(), String> {
    let state = expect(ask, reply, &[Status::InTransit])?;
    if state.first_physical_scan.is_none() {
        return Err("no event counts as a scan".to_owned());
    }
    Ok(())
}

fn exception(ask: &Ask, reply: &Reply) -> Result<(), String> {
    expect(ask, reply, &[Status::Exception, Status::AttemptFailed]).map(|_| ())
}

fn delivered(ask: &Ask, reply: &Reply) -> Result<(), String> {
    let state = expect(ask, reply, &[Status::Delivered])?;
    if state.delivered_at.is_none() {
        return Err("delivered at no time".to_owned());
    }
    Ok(())
}

fn going_back(ask: &Ask, reply: &Reply) -> Result<(), String> {
    expect(ask, reply, &[Status::Returning, Status::Returned])?;
    let known = tracks(ask, reply)?;
    let mut events = known.iter().flat_map(|track| &track.events);
    if events.any(|event| event.status == Some(Status::Delivered)) {
        Ok(())
    } else {
        Err("it was never delivered".to_owned())
    }
}

fn not_found(_: &Ask, reply: &Reply) -> Result<(), String> {
    match reply {
        Ok(Outcome::Tracks(tracks)) => match tracks.as_slice() {
            [Err(error)] if error.kind == Kind::NotFound => Ok(()),
            _ => Err(other(reply)),
        },
        _ => Err(other(reply)),
    }
}

/// An event that is not understood keeps its words, has no status and costs no neighbour.
fn kept_unknown(ask: &Ask, reply: &Reply) -> Result<(), String> {
    let state = only(ask, reply)?;
    if state.unmapped == 0 {
        return Err("every event has a status".to_owned());
    }
    if state.events == state.unmapped {
        return Err("the events beside it are gone".to_owned());
    }
    Ok(())
}

fn all_answered(ask: &Ask, reply: &Reply) -> Result<(), String> {
    for track in tracks(ask, reply)? {
        if track.events.is_empty() {
            return Err(format!("{} has no events", track.number));
        }
    }
    Ok(())
}

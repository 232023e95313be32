//! What must hold because a label costs money.

use http::StatusCode;
use parcelgate_carrier::{Direction, Order, Response};
use parcelgate_domain::{LabelFormat, Violations};

use super::outages::{ALWAYS, empty, page};
use super::secrets::leak;
use super::{Stage, fault};
use crate::ask::{Ask, Reply};
use crate::check::{Held, Verdict};
use crate::input;
use crate::play::{self, Played};
use crate::script::Happens;

/// What is bought passes the carrier's own check of orders; what its profile rules out does not.
pub(super) fn checked(stage: &Stage) -> Verdict {
    if let Ask::Schedule(order) = &stage.case.ask {
        let pickups = stage.carrier.pickups().ok_or("no pickups()")?;
        let found = pickups.check(order);
        let taken = found.is_empty().then_some(Held::Yes);
        return taken.ok_or_else(|| format!("the pickup is ordered, but: {found}"));
    }
    let Ask::Buy(order) = &stage.case.ask else {
        return Ok(Held::NotApplicable("nothing is checked before".to_owned()));
    };
    let found = check(stage, order)?;
    if !found.is_empty() {
        return Err(format!("the order is bought, but: {found}"));
    }
    let profile = stage.carrier.profile();
    let mut ruled_out = vec![("too many boxes".to_owned(), order.clone())];
    for (_, order) in &mut ruled_out {
        order.parcels = vec![input::parcel(); profile.parcels_max.saturating_add(1)];
    }
    for (format, name) in LabelFormat::ALL {
        if !profile.label_formats.contains(&format) {
            let mut order = order.clone();
            order.label_format = format;
            ruled_out.push((format!("a label as {name}"), order));
        }
    }
    let hidden = input::PERSONAL.map(str::to_owned);
    for (what, order) in ruled_out {
        let found = check(stage, &order)?;
        if found.is_empty() {
            return Err(format!("{what} passes the check"));
        }
        if let Some(told) = leak(&format!("{found} {found:?}"), &hidden) {
            return Err(format!("{what}: {told}"));
        }
    }
    Ok(Held::Yes)
}

/// What the carrier's own check makes of an order.
fn check(stage: &Stage, order: &Order) -> Result<Violations, String> {
    let found = match order.direction {
        Direction::Outbound => stage.carrier.shipping().map(|it| it.check(order)),
        Direction::Return => stage.carrier.returns().map(|it| it.check(order)),
    };
    found.ok_or_else(|| "the carrier has no such facet".to_owned())
}

/// Whatever is wanted beyond carriage is refused by the check, or stands in what is sent.
pub(super) fn extras(stage: &Stage) -> Verdict {
    let Ask::Buy(order) = &stage.case.ask else {
        return Ok(Held::NotApplicable("nothing is bought".to_owned()));
    };
    let written = |played: &Played| {
        let sent = played.log.sent.iter();
        sent.map(|sent| (sent.request.uri().to_string(), sent.request.body().clone()))
            .collect::<Vec<_>>()
    };
    let plain = written(&stage.undisturbed);
    for (title, extra) in input::EXTRAS {
        let mut wanted = order.clone();
        input::adorn(&mut wanted, extra);
        if !check(stage, &wanted)?.is_empty() {
            continue;
        }
        let ask = Ask::Buy(wanted);
        let played = play::bare(stage.carrier.as_ref(), &ask, &stage.fixture, None)?;
        if written(&played) == plain {
            return Err(format!("{title} is taken and never sent"));
        }
    }
    Ok(Held::Yes)
}

/// After any answer that leaves open whether it was bought, the paying request is not sent again
/// and the failure is one that is settled by looking.
pub(super) fn sent_once(stage: &Stage) -> Verdict {
    let paying = stage
        .paying()
        .ok_or("no request of a purchase is marked as paying")?;
    let doubts = [
        ("a lost answer", Happens::Lost),
        (
            "a 500",
            Happens::Answer(empty(StatusCode::INTERNAL_SERVER_ERROR)),
        ),
        (
            "a 502 with a page",
            Happens::Answer(with_status(page(), StatusCode::BAD_GATEWAY)),
        ),
        ("a page", Happens::Answer(page())),
        (
            "an answer that says nothing",
            Happens::Answer(empty(StatusCode::OK)),
        ),
    ];
    for (title, what) in doubts {
        let played = stage.stacked(fault(paying, 1, what))?;
        let times = times_paid(&played, paying);
        if times != 1 {
            return Err(format!("after {title} it was sent {times} times"));
        }
        match &played.reply {
            Err(error) if error.kind.in_doubt() => {}
            other => return Err(format!("after {title}: {other:?}")),
        }
    }
    Ok(Held::Yes)
}

/// What certainly never left may be sent again, and is bought once.
pub(super) fn sent_again(stage: &Stage) -> Verdict {
    let paying = stage
        .paying()
        .ok_or("no request of a purchase is marked as paying")?;
    let played = stage.stacked(fault(paying, 1, Happens::NotSent))?;
    stage.same(&played.reply)?;
    match times_paid(&played, paying) {
        1 => Ok(Held::Yes),
        times => Err(format!("it was sent {times} times")),
    }
}

/// Once the paying request was accepted, nothing that happens later makes the purchase look as if
/// it had not taken place: it is told without its label, or in doubt.
pub(super) fn never_free(stage: &Stage) -> Verdict {
    let paying = stage
        .paying()
        .ok_or("no request of a purchase is marked as paying")?;
    let steps = stage.fixture.exchanges.len();
    if paying + 1 >= steps {
        return Ok(Held::NotApplicable(
            "nothing follows the paying request".to_owned(),
        ));
    }
    for step in paying + 1..steps {
        for (title, what) in later_troubles() {
            let played = stage.stacked(fault(step, ALWAYS, what))?;
            let times = times_paid(&played, paying);
            if times != 1 || !is_told(&played.reply) {
                let reply = &played.reply;
                return Err(format!(
                    "step {step}, {title}: sent {times} times, {reply:?}"
                ));
            }
        }
    }
    Ok(Held::Yes)
}

fn later_troubles() -> Vec<(String, Happens)> {
    let statuses = [
        StatusCode::OK,
        StatusCode::BAD_REQUEST,
        StatusCode::UNAUTHORIZED,
        StatusCode::FORBIDDEN,
        StatusCode::NOT_FOUND,
        StatusCode::TOO_MANY_REQUESTS,
        StatusCode::INTERNAL_SERVER_ERROR,
    ];
    let answers = statuses.map(|status| (format!("{status}"), Happens::Answer(empty(status))));
    let rest = [
        ("no connection".to_owned(), Happens::NotSent),
        ("a lost answer".to_owned(), Happens::Lost),
        ("a page".to_owned(), Happens::Answer(page())),
    ];
    answers.into_iter().chain(rest).collect()
}

/// Whether a purchase that took place is told as one, or as one that may have.
pub(super) fn is_told(reply: &Reply) -> bool {
    match reply {
        Ok(outcome) if outcome.is_once() => true,
        Err(error) => error.kind.in_doubt(),
        Ok(_) => false,
    }
}

fn times_paid(played: &Played, step: usize) -> usize {
    played
        .log
        .sent
        .iter()
        .filter(|sent| sent.step == step)
        .count()
}

fn with_status(mut response: Response, status: StatusCode) -> Response {
    *response.status_mut() = status;
    response
}

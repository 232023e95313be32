//! The laws: what holds for every carrier whatever its documents say. They take the recorded
//! answers of the cases as material, break them in every way, and look at what the adapter makes of
//! it.

mod damage;
pub mod hostile;
mod outages;
mod purchase;
mod secrets;
mod settings;

use std::path::Path;
use std::sync::Arc;

use parcelgate_carrier::{Auth, Carrier, Class, Error, Kind, Repeat};

use crate::ask::{Ask, Outcome, Reply};
use crate::cases::{self, Case};
use crate::check::{Check, Held, Verdict};
use crate::fixture::Fixture;
use crate::play::{self, Played};
use crate::script::{Fault, Happens};
use crate::{Subject, render};

/// A law on one fixture.
type Law = fn(&Stage) -> Verdict;

/// Which fixtures a law takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    /// Those of the ordinary case of each operation.
    Ordinary,
    /// Everything that succeeds once: purchases, pickups, manifests.
    Purchases,
    /// Every tracking answer.
    Tracks,
    /// Every one.
    All,
}

#[rustfmt::skip]
const LAWS: [(&str, Takes, Law); 19] = [
    ("requests_say_what_they_mean", Takes::Ordinary, requests_say_what_they_mean),
    ("too_many_requests_are_throttled", Takes::Ordinary, outages::throttled),
    ("a_stale_token_is_renewed_once", Takes::Ordinary, outages::renewed),
    ("a_second_401_is_wrong_credentials", Takes::Ordinary, outages::wrong_credentials),
    ("a_500_is_unavailable", Takes::Ordinary, outages::unavailable),
    ("no_connection_is_unsent", Takes::Ordinary, outages::unsent),
    ("a_lost_answer_is_unknown", Takes::Ordinary, outages::lost),
    ("a_web_page_is_malformed", Takes::Ordinary, outages::web_page),
    ("after_the_deadline_nothing_is_sent", Takes::Ordinary, outages::past_deadline),
    ("what_is_bought_passes_the_check", Takes::Purchases, purchase::checked),
    ("an_extra_is_refused_or_sent", Takes::Ordinary, purchase::extras),
    ("in_doubt_it_is_sent_once", Takes::Purchases, purchase::sent_once),
    ("unsent_it_is_sent_again", Takes::Purchases, purchase::sent_again),
    ("once_paid_never_free", Takes::Purchases, purchase::never_free),
    ("a_truncated_answer_is_noticed", Takes::All, damage::truncated),
    ("a_flipped_byte_makes_no_price", Takes::All, damage::flipped),
    ("an_unknown_member_is_ignored", Takes::All, damage::unknown_member),
    ("the_order_of_an_answer_does_not_matter", Takes::Tracks, damage::reversed),
    ("secrets_and_persons_are_not_told", Takes::All, secrets::not_told),
];

/// Every law on every fixture it takes, and those on the settings of the account.
///
/// # Errors
/// When the subject tells too little of itself, or its fixtures cannot be listed.
pub fn checks(subject: &Subject) -> Result<Vec<Check>, String> {
    let carrier = subject.carrier(None)?;
    let id = carrier.profile().id.to_string();
    let names = Fixture::names(Path::new(subject.fixtures))?;
    let mut checks = settings::checks(subject, &id);
    for case in cases::all(subject, carrier.as_ref())? {
        if case.not_applicable.is_some() {
            continue; // said by the case itself
        }
        let mut fixtures: Vec<_> = names.iter().filter(|name| case.owns(name)).collect();
        fixtures.sort();
        for name in fixtures {
            for (title, takes, law) in LAWS {
                let fits = match takes {
                    Takes::Ordinary => is_ordinary(subject, &case),
                    Takes::Purchases => case.ask.is_once(),
                    Takes::Tracks => matches!(case.ask, Ask::Track(_)),
                    Takes::All => true,
                };
                if fits {
                    let title = format!("{id}::law::{title}::{name}");
                    let (subject, case, name) = (*subject, case.clone(), name.clone());
                    checks.push(Check::new(title, move || {
                        hold(&subject, case, &name, takes, law)
                    }));
                }
            }
        }
    }
    Ok(checks)
}

/// Whether a case is the ordinary one of its operation.
fn is_ordinary(subject: &Subject, case: &Case) -> bool {
    let lane = subject
        .lanes
        .first()
        .map_or("", |served| served.lane.name());
    match case.ask {
        Ask::Quote(_) => case.name == lane,
        Ask::Buy(_) => case.name == "buy" || case.name.strip_prefix("buy_") == Some(lane),
        Ask::Find(_) => case.name == "find_existing",
        Ask::Track(_) => case.name == "delivered",
        Ask::Validate(_) => case.name == "valid",
        Ask::Void(_) => case.name == "void",
        Ask::Receive => case.name == "received",
        Ask::LandedCost(_) => case.name == lane,
        Ask::Schedule(_) => case.name == "schedule",
        Ask::Cancel(_) => case.name == "cancel",
        Ask::Close(_) => case.name == "close",
        Ask::Upload(_) => case.name.starts_with("upload") && case.name != "upload_refused",
        Ask::Proof(_) => case.name == "delivered",
        Ask::Rehearse(_) => case.name == "rehearse",
        Ask::Labels(_) | Ask::Services | Ask::Warehouses | Ask::Subscribe(_) => true,
    }
}

fn hold(subject: &Subject, case: Case, name: &str, takes: Takes, law: Law) -> Verdict {
    let fixture = Fixture::load(Path::new(subject.fixtures), name)?;
    let fixture = fixture.ok_or_else(|| format!("{name}.http is gone"))?;
    let not_applicable = |reason: &str| Ok(Held::NotApplicable(reason.to_owned()));
    if fixture.exchanges.is_empty() && fixture.inbound.is_none() {
        return not_applicable("nothing is sent");
    }
    if fixture.exchanges.is_empty() && takes != Takes::All {
        return not_applicable("nothing is sent");
    }
    let stage = Stage::set(subject, case, fixture)?;
    let bought = matches!(&stage.undisturbed.reply, Ok(outcome) if outcome.is_once());
    if takes == Takes::Purchases && !bought {
        return not_applicable("nothing is bought");
    }
    law(&stage)
}

/// A carrier, a question, and what comes of it when nothing goes wrong.
struct Stage {
    subject: Subject,
    carrier: Arc<dyn Carrier>,
    case: Case,
    fixture: Fixture,
    undisturbed: Played,
}

impl Stage {
    fn set(subject: &Subject, case: Case, fixture: Fixture) -> Result<Self, String> {
        let carrier: Arc<dyn Carrier> = subject.carrier(fixture.account.as_ref())?.into();
        let undisturbed = play::bare(carrier.as_ref(), &case.ask, &fixture, None)?;
        Ok(Self {
            subject: *subject,
            carrier,
            case,
            fixture,
            undisturbed,
        })
    }

    /// The same question through the whole stack, with a fault.
    fn stacked(&self, fault: Fault) -> Result<Played, String> {
        play::stacked(
            &self.carrier,
            &self.case.ask,
            &self.fixture,
            Some(fault),
            play::PATIENCE,
        )
    }

    /// The same question with other recorded answers, without the stack.
    fn bare(&self, fixture: &Fixture) -> Result<Played, String> {
        play::bare(self.carrier.as_ref(), &self.case.ask, fixture, None)
    }

    /// How the host that the first request goes to wants to be shown who asks.
    fn auth(&self) -> Option<&Auth> {
        let first = self.undisturbed.log.sent.first()?;
        let hosts = self.carrier.hosts();
        let host = hosts.iter().find(|host| host.name == first.intent.host)?;
        Some(&host.auth)
    }

    /// The step at which money is spent.
    fn paying(&self) -> Option<usize> {
        let sent = &self.undisturbed.log.sent;
        let paying = sent
            .iter()
            .find(|sent| sent.intent.repeat == Repeat::OnlyIfUnsent)?;
        Some(paying.step)
    }

    /// Whether the same came of it as when nothing goes wrong.
    fn same(&self, reply: &Reply) -> Result<(), String> {
        let mut wrong = Vec::new();
        let (expected, given) = (render::reply(&self.undisturbed.reply), render::reply(reply));
        crate::matching::same_json(&mut wrong, "outcome ", &expected, &given);
        if wrong.is_empty() {
            Ok(())
        } else {
            Err(wrong.join("\n"))
        }
    }
}

/// The failures in a reply: its own, or those of the numbers asked for.
fn failures(reply: &Reply) -> Vec<&Error> {
    match reply {
        Err(error) => vec![error],
        Ok(Outcome::Tracks(tracks)) => tracks.iter().filter_map(|t| t.as_ref().err()).collect(),
        Ok(_) => Vec::new(),
    }
}

/// Whether a reply failed, and in this way alone.
fn fails_as(reply: &Reply, kind: Kind) -> Result<(), String> {
    let failures = failures(reply);
    if !failures.is_empty() && failures.iter().all(|error| error.kind == kind) {
        return Ok(());
    }
    Err(format!("expected {}, got {reply:?}", kind.name()))
}

/// A fault at `step`, for `times` attempts.
fn fault(step: usize, times: usize, what: Happens) -> Fault {
    Fault { step, times, what }
}

/// Each request falls under the quota of what it does; only a purchase may not be repeated, and a
/// purchase has exactly one request that may not.
fn requests_say_what_they_mean(stage: &Stage) -> Verdict {
    let sent = &stage.undisturbed.log.sent;
    let mut wrong = stage.undisturbed.log.complaints.clone();
    for intent in sent.iter().map(|sent| sent.intent) {
        let class = match stage.case.ask {
            Ask::Quote(_) | Ask::LandedCost(_) => intent.class == Class::Rate,
            Ask::Track(_) => intent.class == Class::Track,
            // What a purchase needs besides the paying request may be of any class.
            Ask::Buy(_) => intent.repeat == Repeat::Safe || intent.class == Class::Ship,
            Ask::Find(_)
            | Ask::Labels(_)
            | Ask::Void(_)
            | Ask::Validate(_)
            | Ask::Services
            | Ask::Warehouses
            | Ask::Subscribe(_)
            | Ask::Rehearse(_)
            | Ask::Schedule(_)
            | Ask::Cancel(_)
            | Ask::Close(_)
            | Ask::Upload(_)
            | Ask::Proof(_)
            | Ask::Receive => intent.class == Class::Manage,
        };
        if !class {
            wrong.push(format!(
                "{} is of class {:?}",
                intent.operation, intent.class
            ));
        }
        if intent.operation.is_empty() {
            wrong.push("a request names no operation".to_owned());
        }
    }
    let once = |sent: &&crate::script::Sent| sent.intent.repeat == Repeat::OnlyIfUnsent;
    let (paying, allowed) = (sent.iter().filter(once).count(), stage.case.ask.is_once());
    // What is handed over twice lies there twice, which harms nobody.
    let either = matches!(stage.case.ask, Ask::Subscribe(_) | Ask::Upload(_));
    if paying != usize::from(allowed) && !either {
        wrong.push(format!("{paying} requests may not be repeated"));
    }
    if wrong.is_empty() {
        Ok(Held::Yes)
    } else {
        Err(wrong.join("\n"))
    }
}

//! The cases: what every carrier that has a facet is asked, and what must be true of any answer.
//!
//! A case is the question. What is sent and what is answered is the carrier's fixture of the same
//! name; what must be true whatever the fixture says stands here, so that a fixture cannot bless
//! nonsense.

mod addresses;
mod catalogue;
mod errands;
mod pushes;
mod rates;
mod returns;
mod shipping;
mod tracking;

use parcelgate_carrier::{Carrier, Error, Kind};

use crate::ask::{Ask, Facet, Reply};
use crate::{Lane, Subject};

/// One case, as it stands for one subject.
#[derive(Debug, Clone)]
pub struct Case {
    /// The facet it asks.
    pub facet: Facet,
    /// Its name within the facet.
    pub name: String,
    /// Why it does not apply to this carrier, if it does not.
    pub not_applicable: Option<String>,
    /// What is asked.
    pub ask: Ask,
    /// What must be true of the reply.
    pub check: fn(&Ask, &Reply) -> Result<(), String>,
}

impl Case {
    fn new(
        facet: Facet,
        name: impl Into<String>,
        ask: Ask,
        check: fn(&Ask, &Reply) -> Result<(), String>,
    ) -> Self {
        Self {
            facet,
            name: name.into(),
            not_applicable: None,
            ask,
            check,
        }
    }

    fn only_if(mut self, applies: bool, otherwise: impl Into<String>) -> Self {
        if !applies && self.not_applicable.is_none() {
            self.not_applicable = Some(otherwise.into());
        }
        self
    }

    /// The name of its fixture: `rates.us_domestic`.
    #[must_use]
    pub fn fixture(&self) -> String {
        format!("{}.{}", self.facet.name(), self.name)
    }

    /// Whether a fixture of that name is its own: `rates.us_domestic`, or a variant of it such as
    /// `rates.us_domestic@negotiated`.
    #[must_use]
    pub fn owns(&self, name: &str) -> bool {
        let rest = name.strip_prefix(&self.fixture());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('@'))
    }
}

/// Every case, those that do not apply among them.
///
/// # Errors
/// When the subject tells too little of itself.
pub fn all(subject: &Subject, carrier: &dyn Carrier) -> Result<Vec<Case>, String> {
    if subject.lanes.is_empty() {
        return Err("Subject::lanes is empty".to_owned());
    }
    let mut cases = rates::cases(subject, carrier)?;
    cases.extend(shipping::cases(subject, carrier)?);
    cases.extend(tracking::cases(subject, carrier)?);
    cases.extend(addresses::cases());
    cases.extend(catalogue::cases());
    cases.extend(pushes::cases(subject)?);
    cases.extend(returns::cases(subject, carrier)?);
    cases.extend(errands::cases(subject)?);
    let cases = cases.into_iter().map(|case| {
        let has = case.facet.is_in(carrier);
        let lacks = format!("the carrier has no {}", case.facet.name());
        case.only_if(has, lacks)
    });
    Ok(cases.collect())
}

/// Every lane, with the service bought on it and whether the subject serves it.
fn lanes(subject: &Subject) -> impl Iterator<Item = (Lane, &'static str, Option<&'static str>)> {
    Lane::ALL.into_iter().map(|(lane, name)| {
        let served = subject.lanes.iter().find(|served| served.lane == lane);
        (lane, name, served.map(|served| served.service))
    })
}

pub(crate) fn most_ordinary_lane(subject: &Subject) -> Lane {
    subject
        .lanes
        .first()
        .map_or(Lane::UsDomestic, |served| served.lane)
}

/// The reply that a case is about, or what came instead.
fn other(reply: &Reply) -> String {
    match reply {
        Ok(outcome) => format!("got {outcome:?}"),
        Err(error) => format!("failed: {error}"),
    }
}

/// A certain no, with the carrier's own words.
fn refused(_: &Ask, reply: &Reply) -> Result<(), String> {
    match reply {
        Err(error) if matches!(error.kind, Kind::Refused | Kind::Invalid) => tells_why(error),
        _ => Err(other(reply)),
    }
}

/// A no that the caller can act on: it has the carrier's words, or names fields.
fn tells_why(error: &Error) -> Result<(), String> {
    if error.code.is_some() || error.text.is_some() || !error.violations.is_empty() {
        Ok(())
    } else {
        Err(format!(
            "the refusal has neither the carrier's words nor a field: {error}"
        ))
    }
}

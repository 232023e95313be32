//! One event, whether it was asked for or pushed.

use std::fmt::Write as _;

use jiff::Timestamp;
use parcelgate_domain::{EventId, EventTime, Place, TrackingEvent, TrackingNumber};

use crate::moment::Written;
use crate::statuses::{self, meaning};

/// In which language events are asked for, and come.
pub(crate) const LOCALE: &str = "en_US";
const LANGUAGE: &str = "en-US";

/// What UPS says of one event, in its own words; what it does not say is empty.
#[derive(Debug)]
pub(crate) struct Said<'a> {
    pub(crate) number: &'a TrackingNumber,
    /// `D`, `I`, `M`, `MV`, `X`, `U`.
    pub(crate) kind: &'a str,
    /// Two letters: `FS`, `OT`.
    pub(crate) activity: &'a str,
    /// Three digits: `011`.
    pub(crate) status_code: &'a str,
    pub(crate) text: &'a str,
    pub(crate) place: Place,
    pub(crate) written: Written<'a>,
    pub(crate) observed_at: Option<Timestamp>,
}

impl Said<'_> {
    /// The event; none when UPS says neither a code nor a word.
    pub(crate) fn event(self) -> Option<TrackingEvent> {
        let codes = [self.status_code, self.activity, self.kind];
        let code = codes.into_iter().find(|code| !code.is_empty());
        if code.is_none() && self.text.is_empty() {
            return None;
        }
        let moment = self.written.moment();
        let observed_at = self.observed_at.or_else(|| Some(moment?.instant));
        let observed_at = observed_at.unwrap_or(Timestamp::UNIX_EPOCH);
        let meaning = meaning(self.kind, self.activity, self.status_code);
        Some(TrackingEvent {
            id: self.identity(),
            carrier: crate::ID,
            number: self.number.clone(),
            code: code.unwrap_or("").to_owned(),
            text: self.text.to_owned(),
            language: LANGUAGE.to_owned(),
            status: meaning.status,
            substatus: meaning.substatus,
            leg: meaning.leg,
            flags: meaning.flags,
            occurred_at: moment.unwrap_or_else(|| EventTime::inferred(observed_at)),
            place: self.place,
            observed_at,
            correction: false,
            mapping_version: statuses::MAPPING_VERSION,
        })
    }

    /// Of what both interfaces say alike: type, two letters, local time, country and city. Case,
    /// the wording and the status code are not among it: they differ, or one of them leaves them
    /// out.
    fn identity(&self) -> EventId {
        let place = Place {
            city: self.place.city.as_deref().map(str::to_uppercase),
            country: self.place.country,
            ..Place::default()
        };
        let mut code = self.kind.to_owned();
        let text = if self.activity.is_empty() {
            self.text
        } else {
            // Writing to a String cannot fail.
            let _written = write!(code, " {}", self.activity);
            ""
        };
        let time = self.written.identity();
        EventId::of(&crate::ID, self.number, &code, &time, &place, text)
    }
}

/// The text, when there is any.
pub(crate) fn filled(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

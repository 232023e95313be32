//! One event, whether it was asked for or pushed.

use jiff::Timestamp;
use parcelgate_carrier::meaning::Told;
use parcelgate_domain::{EventId, Place, TrackingEvent, TrackingNumber};

use crate::moment::Written;
use crate::statuses::{self, meaning};

/// In which language events are asked for, and come.
pub(crate) const LOCALE: &str = "en_US";

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
        let mut codes = [self.status_code, self.activity, self.kind].into_iter();
        let id = self.identity();
        let told = Told {
            carrier: crate::ID,
            number: self.number,
            code: codes.find(|code| !code.is_empty()).unwrap_or_default(),
            text: self.text,
            language: "en-US",
            time_text: "",
            time: self.written.moment(),
            meaning: meaning(self.kind, self.activity, self.status_code),
            place: self.place,
            observed_at: self.observed_at,
            mapping_version: statuses::MAPPING_VERSION,
        };
        Some(TrackingEvent {
            id,
            ..told.event()?
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
        let (code, text) = match self.activity {
            "" => (self.kind.to_owned(), self.text),
            activity => (format!("{} {activity}", self.kind), ""),
        };
        let time = self.written.identity();
        EventId::of(&crate::ID, self.number, &code, &time, &place, text)
    }
}

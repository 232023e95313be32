//! What a carrier's code means, as a row of a table.

use jiff::Timestamp;
use parcelgate_domain::{
    CarrierId, EventId, EventTime, Flags, Leg, Place, Status, Substatus, TrackingEvent,
    TrackingNumber,
};

/// What an event means, built in constants: `Meaning::of(Status::InTransit).leg(Leg::Linehaul)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meaning {
    /// The status; `None` where the event says nothing of it.
    pub status: Option<Status>,
    /// The finer meaning.
    pub substatus: Option<Substatus>,
    /// On which part of the way.
    pub leg: Option<Leg>,
    /// Facts besides the status.
    pub flags: Flags,
}

impl Meaning {
    /// Says nothing of the status. What an unknown code means.
    pub const NO_CHANGE: Self = Self {
        status: None,
        substatus: None,
        leg: None,
        flags: Flags {
            first_physical_scan: false,
            delivery_attempt: false,
            terminal: false,
            customs_event: false,
        },
    };

    /// This status.
    #[must_use]
    pub const fn of(status: Status) -> Self {
        Self {
            status: Some(status),
            ..Self::NO_CHANGE
        }
    }

    /// More finely, this.
    #[must_use]
    pub const fn sub(mut self, substatus: Substatus) -> Self {
        self.substatus = Some(substatus);
        self
    }

    /// On this part of the way.
    #[must_use]
    pub const fn leg(mut self, leg: Leg) -> Self {
        self.leg = Some(leg);
        self
    }

    /// The carrier had the parcel in hand for the first time.
    #[must_use]
    pub const fn scan(mut self) -> Self {
        self.flags.first_physical_scan = true;
        self
    }

    /// A delivery was tried.
    #[must_use]
    pub const fn attempt(mut self) -> Self {
        self.flags.delivery_attempt = true;
        self
    }

    /// Nothing more is expected.
    #[must_use]
    pub const fn terminal(mut self) -> Self {
        self.flags.terminal = true;
        self
    }

    /// It concerns customs.
    #[must_use]
    pub const fn customs(mut self) -> Self {
        self.flags.customs_event = true;
        self
    }
}

/// The row of `table` for `key`; none when the table does not know it.
#[must_use]
pub fn lookup<K: PartialEq, V: Copy>(table: &[(K, V)], key: &K) -> Option<V> {
    let mut rows = table.iter();
    rows.find(|(known, _)| known == key).map(|(_, row)| *row)
}

/// What a carrier says of one event, in its own words.
#[derive(Debug, Clone)]
pub struct Told<'a> {
    /// Who says it.
    pub carrier: CarrierId,
    /// Of which parcel.
    pub number: &'a TrackingNumber,
    /// The carrier's code, verbatim; empty when it gives none.
    pub code: &'a str,
    /// The carrier's text, verbatim.
    pub text: &'a str,
    /// Language of the text, as an IETF tag.
    pub language: &'static str,
    /// Where.
    pub place: Place,
    /// The carrier's own text of the time, which is part of the event's identity.
    pub time_text: &'a str,
    /// When, as far as that text could be read.
    pub time: Option<EventTime>,
    /// What the adapter's table makes of the code.
    pub meaning: Meaning,
    /// When the carrier answered; stands in for a time that it did not give.
    pub observed_at: Option<Timestamp>,
    /// The edition of the table.
    pub mapping_version: u32,
}

impl Told<'_> {
    /// The event; none when there is neither a code nor a word.
    #[must_use]
    pub fn event(self) -> Option<TrackingEvent> {
        if self.code.is_empty() && self.text.is_empty() {
            return None;
        }
        let observed_at = self.observed_at.or_else(|| Some(self.time?.instant));
        let observed_at = observed_at.unwrap_or(Timestamp::UNIX_EPOCH);
        let id = EventId::of(
            &self.carrier,
            self.number,
            self.code,
            self.time_text,
            &self.place,
            self.text,
        );
        Some(TrackingEvent {
            id,
            carrier: self.carrier,
            number: self.number.clone(),
            code: self.code.to_owned(),
            text: self.text.to_owned(),
            language: self.language.to_owned(),
            status: self.meaning.status,
            substatus: self.meaning.substatus,
            leg: self.meaning.leg,
            flags: self.meaning.flags,
            place: self.place,
            occurred_at: self
                .time
                .unwrap_or_else(|| EventTime::inferred(observed_at)),
            observed_at,
            correction: false,
            mapping_version: self.mapping_version,
        })
    }
}

#[cfg(test)]
mod tests {
    use parcelgate_domain::TimeBasis;

    use super::*;
    use crate::moment::event_time;

    #[test]
    fn a_row_says_all_it_says_in_one_line() {
        const ROW: Meaning = Meaning::of(Status::AttemptFailed)
            .attempt()
            .leg(Leg::LastMile);
        const TABLE: &[(&str, Meaning)] = &[("DE", ROW)];
        let found = lookup(TABLE, &"DE").unwrap();
        assert_eq!(found.status, Some(Status::AttemptFailed));
        assert!(found.flags.delivery_attempt && !found.flags.terminal);
        assert_eq!(lookup(TABLE, &"XX"), None);
    }

    #[test]
    fn an_event_without_a_time_has_that_of_the_answer_and_one_without_words_is_none() {
        let number: TrackingNumber = "1Z999AA10123456784".parse().unwrap();
        let told = |code, time_text| Told {
            carrier: CarrierId::known("acme"),
            number: &number,
            code,
            text: "",
            language: "en",
            place: Place::default(),
            time_text,
            time: event_time(time_text),
            meaning: Meaning::NO_CHANGE,
            observed_at: Some(Timestamp::UNIX_EPOCH),
            mapping_version: 1,
        };
        assert!(told("", "2026-12-03").event().is_none());
        let vague = told("AR", "soon").event().unwrap();
        assert_eq!(vague.occurred_at.basis, TimeBasis::Inferred);
        let known = told("AR", "2026-12-03T08:00:00Z").event().unwrap();
        assert_eq!(known.occurred_at.basis, TimeBasis::OffsetGiven);
        assert_ne!(known.id, vague.id);
    }
}

//! One thing that happened to a parcel, as the carrier tells it.

use std::fmt;

use jiff::{Timestamp, civil, tz::Offset};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{CarrierId, Country, Leg, Status, Substatus, TrackingNumber};

/// One event of a parcel. The carrier's own words stay beside what was made of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrackingEvent {
    /// What tells it from every other; the same event read twice has the same.
    pub id: EventId,
    /// Who says it.
    pub carrier: CarrierId,
    /// Of which parcel.
    pub number: TrackingNumber,
    /// The carrier's code, verbatim; empty when it gives none.
    pub code: String,
    /// The carrier's text, verbatim.
    pub text: String,
    /// Language of that text, as an IETF tag.
    pub language: String,
    /// What it means; `None` when the code is unknown or says nothing of the status.
    pub status: Option<Status>,
    /// The finer meaning.
    pub substatus: Option<Substatus>,
    /// On which part of the way.
    pub leg: Option<Leg>,
    /// Facts besides the status.
    pub flags: Flags,
    /// Where.
    pub place: Place,
    /// When it happened.
    pub occurred_at: EventTime,
    /// When parcelgate first saw it.
    pub observed_at: Timestamp,
    /// The carrier takes back what it said before: this event may end a final state.
    pub correction: bool,
    /// Which edition of the adapter's status table made the meaning.
    pub mapping_version: u32,
}

/// Identity of an event: a digest of what the carrier said.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EventId(String);

impl EventId {
    /// Of the carrier's own words alone, so that a better mapping leaves the identity as it is.
    /// `time` is the carrier's own text of the time.
    #[must_use]
    pub fn of(
        carrier: &CarrierId,
        number: &TrackingNumber,
        code: &str,
        time: &str,
        place: &Place,
        text: &str,
    ) -> Self {
        let mut digest = Sha256::new();
        let country = place.country.map_or("", Country::code);
        let city = place.city.as_deref().unwrap_or("");
        for part in [
            carrier.as_str(),
            number.as_str(),
            code,
            time,
            country,
            city,
            text,
        ] {
            let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
            digest.update(length.to_be_bytes()); // so that no two lists of parts are the same bytes
            digest.update(part.as_bytes());
        }
        let hex = digest
            .finalize()
            .iter()
            .take(16)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Self(hex)
    }

    /// 32 hexadecimal digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where something happened, as far as the carrier says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Place {
    /// City, depot, or the carrier's own description.
    pub city: Option<String>,
    /// State or province.
    pub region: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// Country.
    pub country: Option<Country>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let country = self.country.map(Country::code);
        let parts = [self.city.as_deref(), self.region.as_deref(), country];
        let parts: Vec<&str> = parts
            .into_iter()
            .flatten()
            .filter(|part| !part.is_empty())
            .collect();
        f.pad(&parts.join(", "))
    }
}

/// Facts of an event that are not its status.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Flags {
    /// The carrier had the parcel in hand for the first time.
    pub first_physical_scan: bool,
    /// A delivery was tried.
    pub delivery_attempt: bool,
    /// Nothing more is expected.
    pub terminal: bool,
    /// It concerns customs.
    pub customs_event: bool,
}

/// When something happened, with how sure that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct EventTime {
    /// The clock on the wall there.
    pub local: civil::DateTime,
    /// The moment, exact or best guess.
    pub instant: Timestamp,
    /// How the moment is known.
    pub basis: TimeBasis,
}

/// How the moment of an event is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeBasis {
    /// The carrier gave local time and offset.
    OffsetGiven,
    /// The carrier gave local time only; the moment is taken as if it were UTC.
    LocalWithoutOffset,
    /// The carrier gave UTC.
    Utc,
    /// The carrier gave none, or an unreadable one; something near it stands here.
    Inferred,
}

impl EventTime {
    /// Local time with its offset. `None` when that is no moment.
    #[must_use]
    pub fn with_offset(local: civil::DateTime, offset: Offset) -> Option<Self> {
        let instant = offset.to_timestamp(local).ok()?;
        Some(Self {
            local,
            instant,
            basis: TimeBasis::OffsetGiven,
        })
    }

    /// Local time without offset. `None` when that is no moment.
    #[must_use]
    pub fn local_only(local: civil::DateTime) -> Option<Self> {
        let instant = Offset::UTC.to_timestamp(local).ok()?;
        Some(Self {
            local,
            instant,
            basis: TimeBasis::LocalWithoutOffset,
        })
    }

    /// A moment in UTC.
    #[must_use]
    pub fn utc(instant: Timestamp) -> Self {
        Self {
            local: Offset::UTC.to_datetime(instant),
            instant,
            basis: TimeBasis::Utc,
        }
    }

    /// A moment that stands in for one the carrier did not give.
    #[must_use]
    pub fn inferred(instant: Timestamp) -> Self {
        Self {
            basis: TimeBasis::Inferred,
            ..Self::utc(instant)
        }
    }
}

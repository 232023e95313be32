//! One event, whether it was asked for or pushed.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use parcelgate_domain::{EventId, EventTime, Place, TrackingEvent, TrackingNumber};
use serde::Deserialize;

use super::result::civil;
use crate::statuses::{Codes, MAPPING_VERSION};
use crate::wire::{filled, or_default, text};

const LANGUAGE: &str = "en-US";

/// What FedEx says of one event; what it does not say is empty.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Scan {
    #[serde(deserialize_with = "text")]
    date: String,
    #[serde(deserialize_with = "text")]
    event_type: String,
    #[serde(deserialize_with = "text")]
    event_description: String,
    #[serde(deserialize_with = "text")]
    derived_status_code: String,
    #[serde(deserialize_with = "text")]
    exception_code: String,
    #[serde(deserialize_with = "text")]
    exception_description: String,
    #[serde(deserialize_with = "or_default")]
    scan_location: Location,
    #[serde(deserialize_with = "or_default")]
    delay_detail: Delay,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Location {
    #[serde(deserialize_with = "text")]
    city: String,
    #[serde(deserialize_with = "text")]
    state_or_province_code: String,
    #[serde(deserialize_with = "text")]
    postal_code: String,
    #[serde(deserialize_with = "text")]
    country_code: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Delay {
    #[serde(deserialize_with = "text")]
    r#type: String,
}

impl Scan {
    /// The event; none when FedEx says neither a code nor a word.
    pub(super) fn event(
        &self,
        number: &TrackingNumber,
        observed_at: Option<Timestamp>,
    ) -> Option<TrackingEvent> {
        let code = self.code();
        let text = self.text();
        if code.is_empty() && text.is_empty() {
            return None;
        }
        let moment = moment(&self.date);
        let observed_at = observed_at.or_else(|| Some(moment?.instant));
        let observed_at = observed_at.unwrap_or(Timestamp::UNIX_EPOCH);
        let codes = Codes {
            event: &self.event_type,
            derived: &self.derived_status_code,
            reason: &self.exception_code,
            delay: &self.delay_detail.r#type,
        };
        let meaning = codes.meaning();
        let place = self.scan_location.place();
        Some(TrackingEvent {
            id: EventId::of(&crate::ID, number, &code, &self.date, &place, &text),
            carrier: crate::ID,
            number: number.clone(),
            code,
            text,
            language: LANGUAGE.to_owned(),
            status: meaning.status,
            substatus: meaning.substatus,
            leg: meaning.leg,
            flags: meaning.flags,
            occurred_at: moment.unwrap_or_else(|| EventTime::inferred(observed_at)),
            place,
            observed_at,
            correction: false,
            mapping_version: MAPPING_VERSION,
        })
    }

    /// What happened, and why where something is wrong: `AR`, `DE 007`.
    fn code(&self) -> String {
        let event = filled(&self.event_type).or_else(|| filled(&self.derived_status_code));
        let parts = [event, filled(&self.exception_code)];
        let parts: Vec<&str> = parts.into_iter().flatten().collect();
        parts.join(" ")
    }

    fn text(&self) -> String {
        let parts = [&self.event_description, &self.exception_description];
        let parts: Vec<&str> = parts.into_iter().filter_map(|text| filled(text)).collect();
        parts.join(": ")
    }
}

impl Location {
    fn place(&self) -> Place {
        let owned = |text: &str| filled(text).map(str::to_owned);
        Place {
            city: owned(&self.city),
            region: owned(&self.state_or_province_code),
            postal_code: owned(&self.postal_code),
            country: self.country_code.parse().ok(),
        }
    }
}

/// `2018-02-02T12:01:00-07:00`; an hour without its offset is taken as such.
fn moment(text: &str) -> Option<EventTime> {
    let local: DateTime = civil(text)?;
    match text.get(19..).and_then(offset) {
        Some(offset) => EventTime::with_offset(local, offset),
        None => EventTime::local_only(local),
    }
}

/// `-07:00`, `Z`.
fn offset(text: &str) -> Option<Offset> {
    if text == "Z" {
        return Some(Offset::UTC);
    }
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+')?),
    };
    let (hours, minutes) = rest.split_once(':')?;
    let part = |text: &str| text.parse::<u8>().ok().map(i32::from);
    let seconds = part(hours)? * 3_600 + part(minutes)? * 60;
    Offset::from_seconds(sign * seconds).ok()
}

#[cfg(test)]
mod tests {
    use parcelgate_domain::{Status, TimeBasis};
    use serde_json::{Value, json};

    use super::*;

    fn event(scan: &Value) -> Option<TrackingEvent> {
        let scan: Scan = serde_json::from_str(&scan.to_string()).unwrap();
        scan.event(&"794801122330".parse().unwrap(), None)
    }

    #[test]
    fn the_words_and_codes_of_fedex_are_kept() {
        let event = event(&json!({
            "date": "2026-12-03T08:44:34-05:00", "eventType": "DE", "derivedStatusCode": "DE",
            "eventDescription": "Delivery exception", "exceptionCode": "007",
            "exceptionDescription": "Customer not available or business closed",
            "scanLocation": {"city": "COLUMBUS", "stateOrProvinceCode": "OH", "countryCode": "US"}
        }));
        let event = event.unwrap();
        assert_eq!(event.code, "DE 007");
        let words = "Delivery exception: Customer not available or business closed";
        assert_eq!(event.text, words);
        assert_eq!(event.status, Some(Status::AttemptFailed));
        assert!(event.flags.delivery_attempt);
        assert_eq!(event.place.to_string(), "COLUMBUS, OH, US");
        assert_eq!(
            event.occurred_at.instant.to_string(),
            "2026-12-03T13:44:34Z"
        );
        assert_eq!(event.occurred_at.basis, TimeBasis::OffsetGiven);
    }

    #[test]
    fn a_time_is_as_sure_as_it_is_written() {
        let basis = |date: &str| {
            let event = event(&json!({"date": date, "eventType": "AR"})).unwrap();
            event.occurred_at.basis
        };
        assert_eq!(basis("2026-12-03T08:44:34Z"), TimeBasis::OffsetGiven);
        assert_eq!(basis("2026-12-03T08:44:34"), TimeBasis::LocalWithoutOffset);
        assert_eq!(basis("2026-12-03"), TimeBasis::LocalWithoutOffset);
        assert_eq!(
            basis("2026-12-03T08:44:34+99:00"),
            TimeBasis::LocalWithoutOffset
        );
        assert_eq!(basis("yesterday"), TimeBasis::Inferred);
        assert!(event(&json!({"date": "2026-12-03"})).is_none());
    }
}

//! What USPS tells of one parcel, asked for or pushed.

use jiff::Timestamp;
use jiff::civil::{DateTime, Time};
use jiff::tz::Offset;
use parcelgate_carrier::json::{Loose, Many, Text};
use parcelgate_carrier::meaning::{Meaning, Told};
use parcelgate_carrier::{Kind, Result, Track, moment};
use parcelgate_domain::{Country, EventTime, Place, Status, TrackingEvent, TrackingNumber};
use serde::Deserialize;

use crate::error;
use crate::statuses::{self, MAPPING_VERSION, RETURNED};

const LANGUAGE: &str = "en-US";

/// One parcel; what is not said is empty.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Detail {
    tracking_number: Text,
    status_category: Text,
    expected_delivery_time_stamp: Text,
    predicted_delivery_date: Text,
    predicted_delivery_window_end_time: Text,
    delivery_date_expectation: Loose<Expectation>,
    tracking_events: Option<Many<Event>>,
}

/// What v3r2 has in place of v3's dates.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Expectation {
    expected_delivery_date: Text,
    predicted_delivery_date: Text,
    predicted_delivery_window_end_time: Text,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Event {
    event_type: Text,
    event_timestamp: Text,
    #[serde(rename = "GMTTimestamp")]
    gmt_timestamp: Text,
    #[serde(rename = "GMTOffset")]
    gmt_offset: Text,
    event_country: Text,
    event_city: Text,
    event_state: Text,
    #[serde(rename = "eventZIP", alias = "eventZIPCode")]
    event_zip: Text,
    event_code: Text,
}

impl Detail {
    pub(crate) fn number(&self) -> Option<TrackingNumber> {
        self.tracking_number.parse().ok()
    }

    /// What is known of it.
    ///
    /// # Errors
    /// [`Kind::Malformed`] when nothing is said of events, or none of them can be read.
    pub(crate) fn track(
        &self,
        operation: &'static str,
        number: &TrackingNumber,
        at: Option<Timestamp>,
    ) -> Result<Track> {
        let told = self
            .tracking_events
            .as_ref()
            .filter(|events| !events.is_lost());
        if told.is_none() {
            return Err(error(Kind::Malformed, operation));
        }
        let events = self.events(number, at);
        let delivered = |event: &TrackingEvent| event.status == Some(Status::Delivered);
        let estimate = self.estimate().filter(|_| !events.iter().any(delivered));
        Ok(Track {
            number: number.clone(),
            events,
            last_mile_number: None,
            estimate,
        })
    }

    /// What has happened, each once. Of an unknown code the category of the parcel tells, if it is
    /// the latest; a delivery after the way back began is one to the sender.
    pub(crate) fn events(
        &self,
        number: &TrackingNumber,
        at: Option<Timestamp>,
    ) -> Vec<TrackingEvent> {
        let told = self.tracking_events.iter().flatten();
        let mut events: Vec<TrackingEvent> = Vec::new();
        for event in told.filter_map(|event| event.event(number, at)) {
            if events.iter().all(|known| known.id != event.id) {
                events.push(event);
            }
        }
        let latest = events.iter_mut().max_by(|a, b| {
            let key = |event: &TrackingEvent| (event.occurred_at.instant, event.id.clone());
            key(a).cmp(&key(b))
        });
        let latest = latest.filter(|event| event.status.is_none() && !event.code.is_empty());
        if let Some((latest, meaning)) = latest.zip(statuses::of_category(&self.status_category)) {
            apply(latest, meaning);
        }
        let returning = events
            .iter()
            .filter(|it| it.status == Some(Status::Returning));
        let back_since = returning.map(|event| event.occurred_at.instant).min();
        let since = |event: &TrackingEvent| {
            back_since.is_some_and(|since| event.occurred_at.instant > since)
        };
        for event in &mut events {
            if event.status == Some(Status::Delivered) && since(event) {
                apply(event, RETURNED);
            }
        }
        events
    }

    /// The end of the window, or of the day, in which USPS expects to deliver.
    fn estimate(&self) -> Option<DateTime> {
        let newer = &self.delivery_date_expectation;
        let windows = [
            (
                &self.predicted_delivery_date,
                &self.predicted_delivery_window_end_time,
            ),
            (
                &newer.predicted_delivery_date,
                &newer.predicted_delivery_window_end_time,
            ),
            (&self.expected_delivery_time_stamp, &Text::default()),
            (&newer.expected_delivery_date, &Text::default()),
        ]
        .map(|(day, end)| {
            let (moment, _) = moment::written(day)?;
            let end = moment::time(end).or(Some(moment.time()));
            let end = end.filter(|end| *end != Time::midnight());
            let end = end.or_else(|| Time::new(23, 59, 59, 0).ok())?;
            Some(moment.date().to_datetime(end))
        });
        windows.into_iter().flatten().next()
    }
}

fn apply(event: &mut TrackingEvent, meaning: Meaning) {
    event.status = meaning.status;
    event.substatus = meaning.substatus;
    event.leg = meaning.leg;
    event.flags = meaning.flags;
}

impl Event {
    fn event(
        &self,
        number: &TrackingNumber,
        observed_at: Option<Timestamp>,
    ) -> Option<TrackingEvent> {
        Told {
            carrier: crate::ID,
            number,
            code: &self.event_code,
            text: &self.event_type,
            language: LANGUAGE,
            place: self.place(),
            time_text: &self.event_timestamp,
            time: self.time(),
            meaning: statuses::meaning(&self.event_code).unwrap_or(Meaning::NO_CHANGE),
            observed_at,
            mapping_version: MAPPING_VERSION,
        }
        .event()
    }

    /// An event without a country happened in the United States. A name of a country is left as it
    /// is, as the region, where none is said.
    fn place(&self) -> Place {
        let country = self.event_country.get();
        Place {
            city: self.event_city.owned(),
            region: self.event_state.owned(),
            postal_code: self.event_zip.owned(),
            country: match country {
                Some(code) => code.parse().ok().or_else(|| by_name(code)),
                None => self.event_city.get().map(|_| Country::US),
            },
        }
    }

    /// The time on the wall, whatever zone stands behind it; its distance from UTC is told beside
    /// it, or follows from the time in UTC.
    fn time(&self) -> Option<EventTime> {
        let (local, _) = moment::written(&self.event_timestamp)?;
        let utc = moment::written(&self.gmt_timestamp).map(|(utc, _)| utc);
        // The time in UTC has seconds, the local one has none.
        let utc = utc.and_then(|utc| utc.with().second(local.second()).build().ok());
        let offset = offset(&self.gmt_offset);
        moment::at(local, offset.or_else(|| moment::between(local, utc?)))
    }
}

/// Minutes, as the description has it (`-420`), or hours and minutes, as live answers do
/// (`-05:00`).
fn offset(text: &str) -> Option<Offset> {
    if text.contains(':') {
        return moment::offset(text);
    }
    let minutes: i32 = text.parse().ok()?;
    Offset::from_seconds(minutes.checked_mul(60)?).ok()
}

/// USPS writes countries abroad by their names, in capitals.
fn by_name(name: &str) -> Option<Country> {
    let rows = COUNTRIES.iter();
    let mut rows = rows.filter(|(known, _)| known.eq_ignore_ascii_case(name));
    rows.next().and_then(|(_, code)| code.parse().ok())
}

/// Those most often mailed to.
#[rustfmt::skip]
const COUNTRIES: [(&str, &str); 16] = [
    ("AUSTRALIA", "AU"),
    ("CANADA", "CA"),
    ("CHINA", "CN"),
    ("FRANCE", "FR"),
    ("GERMANY", "DE"),
    ("GREAT BRITAIN AND NORTHERN IRELAND", "GB"),
    ("HONG KONG", "HK"),
    ("INDIA", "IN"),
    ("IRELAND", "IE"),
    ("ITALY", "IT"),
    ("JAPAN", "JP"),
    ("MEXICO", "MX"),
    ("NETHERLANDS", "NL"),
    ("SPAIN", "ES"),
    ("UNITED KINGDOM", "GB"),
    ("UNITED STATES", "US"),
];

#[cfg(test)]
mod tests {
    use parcelgate_domain::TimeBasis;

    use super::*;

    fn events(json: &str) -> Vec<TrackingEvent> {
        let detail: Detail = serde_json::from_str(json).unwrap();
        detail.events(&"9205590582314700000015".parse().unwrap(), None)
    }

    #[test]
    fn a_time_is_local_and_its_offset_stands_beside_it_or_follows() {
        let at = |rest: &str| {
            let event = format!(
                r#"{{"trackingEvents":[{{"eventCode":"OF","eventCity":null,
                "eventTimestamp":"2026-12-03T08:01:00Z"{rest}}}]}}"#
            );
            let event = events(&event).remove(0).occurred_at;
            (event.instant.to_string(), event.basis)
        };
        let known = ("2026-12-03T16:01:00Z".to_owned(), TimeBasis::OffsetGiven);
        assert_eq!(at(r#","GMTOffset":"-08:00""#), known);
        assert_eq!(at(r#","GMTOffset":-480"#), known);
        assert_eq!(at(r#","GMTTimestamp":"2026-12-03T16:01:40.041Z""#), known);
        assert_eq!(at("").1, TimeBasis::LocalWithoutOffset);
    }

    #[test]
    fn a_place_abroad_has_its_country_by_name() {
        let place = |json: &str| {
            let events = events(&format!(
                r#"{{"trackingEvents":[{{"eventType":"x","eventCity":"London",{json}}}]}}"#
            ));
            events[0].place.country.map(Country::code)
        };
        assert_eq!(
            place(r#""eventCountry":"GREAT BRITAIN AND NORTHERN IRELAND""#),
            Some("GB")
        );
        assert_eq!(place(r#""eventCountry":"JP""#), Some("JP"));
        assert_eq!(place(r#""eventCountry":"ATLANTIS""#), None);
        assert_eq!(place(r#""eventCountry":null"#), Some("US"));
    }
}

//! One event, whether it was asked for or pushed.

use jiff::Timestamp;
use parcelgate_carrier::json::{Loose, Text};
use parcelgate_carrier::meaning::Told;
use parcelgate_carrier::moment;
use parcelgate_domain::{Place, TrackingEvent, TrackingNumber};
use serde::Deserialize;

use crate::statuses::{Codes, MAPPING_VERSION};

/// What FedEx says of one event; what it does not say is empty.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Scan {
    date: Text,
    event_type: Text,
    event_description: Text,
    derived_status_code: Text,
    exception_code: Text,
    exception_description: Text,
    scan_location: Loose<Location>,
    delay_detail: Loose<Delay>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Location {
    city: Text,
    state_or_province_code: Text,
    postal_code: Text,
    country_code: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Delay {
    r#type: Text,
}

impl Scan {
    /// The event, with what happened and why where something is wrong (`AR`, `DE 007`); none when
    /// FedEx says neither a code nor a word.
    pub(super) fn event(
        &self,
        number: &TrackingNumber,
        observed_at: Option<Timestamp>,
    ) -> Option<TrackingEvent> {
        let event = self
            .event_type
            .get()
            .or_else(|| self.derived_status_code.get());
        let codes = Codes {
            event: &self.event_type,
            derived: &self.derived_status_code,
            reason: &self.exception_code,
            delay: &self.delay_detail.r#type,
        };
        let texts = [
            self.event_description.get(),
            self.exception_description.get(),
        ];
        let place = &self.scan_location;
        Told {
            carrier: crate::ID,
            number,
            code: &joined([event, self.exception_code.get()], " "),
            text: &joined(texts, ": "),
            language: "en-US",
            place: Place {
                city: place.city.owned(),
                region: place.state_or_province_code.owned(),
                postal_code: place.postal_code.owned(),
                country: place.country_code.parse().ok(),
            },
            time_text: &self.date,
            time: moment::event_time(&self.date),
            meaning: codes.meaning(),
            observed_at,
            mapping_version: MAPPING_VERSION,
        }
        .event()
    }
}

fn joined(parts: [Option<&str>; 2], between: &str) -> String {
    let parts: Vec<&str> = parts.into_iter().flatten().collect();
    parts.join(between)
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

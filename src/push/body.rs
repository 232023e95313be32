//! What a receiver reads.

use jiff::Timestamp;
use parcelgate_store::Event;
use serde::Serialize;
use serde_json::{Map, Value};

/// A CloudEvent 1.0 in its structured form. `timestamp` is for readers who know the Standard
/// Webhooks specification alone, as an extension of ours.
#[derive(Serialize)]
struct Envelope<'a> {
    specversion: &'static str,
    id: &'a str,
    source: String,
    r#type: &'a str,
    subject: &'a str,
    time: Timestamp,
    timestamp: Timestamp,
    datacontenttype: &'static str,
    data: Map<String, Value>,
}

/// What the header `content-type` says of it.
pub(super) const MEDIA_TYPE: &str = "application/cloudevents+json; charset=UTF-8";

/// An event as JSON: its own data, with its subject and its place among the events of that subject.
/// The same bytes at every attempt.
///
/// # Errors
/// When the event's data is no JSON object.
pub(super) fn of(event: &Event) -> serde_json::Result<Vec<u8>> {
    let mut data: Map<String, Value> = serde_json::from_str(&event.data)?;
    data.insert("subject".to_owned(), event.subject.as_str().into());
    data.insert("subject_sequence".to_owned(), event.subject_seq.into());
    serde_json::to_vec(&Envelope {
        specversion: "1.0",
        id: event.uid.as_str(),
        source: format!("/parcelgate/{}", event.tenant),
        r#type: &event.kind,
        subject: &event.subject,
        time: event.at,
        timestamp: event.at,
        datacontenttype: "application/json",
        data,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(data: &str) -> Event {
        Event {
            seq: 12,
            uid: "019b8a2c-0000-7000-8000-000000000001".parse().unwrap(),
            tenant: "dev".parse().unwrap(),
            kind: "tracking.updated".to_owned(),
            subject: "trackers/t-1".to_owned(),
            subject_seq: 3,
            carrier: "acme".to_owned().into(),
            at: "2026-01-05T08:00:00.25Z".parse().unwrap(),
            data: data.to_owned(),
        }
    }

    #[test]
    fn an_event_stands_in_its_envelope() {
        let body = of(&event(r#"{"number":"1Z","city":"Löhne"}"#)).unwrap();
        let same = serde_json::json!({
            "specversion": "1.0",
            "id": "019b8a2c-0000-7000-8000-000000000001",
            "source": "/parcelgate/dev",
            "type": "tracking.updated",
            "subject": "trackers/t-1",
            "time": "2026-01-05T08:00:00.25Z",
            "timestamp": "2026-01-05T08:00:00.25Z",
            "datacontenttype": "application/json",
            "data": {
                "city": "Löhne",
                "number": "1Z",
                "subject": "trackers/t-1",
                "subject_sequence": 3,
            },
        });
        assert_eq!(serde_json::from_slice::<Value>(&body).unwrap(), same);
        assert_eq!(
            body,
            of(&event(r#"{"number":"1Z","city":"Löhne"}"#)).unwrap()
        );
    }

    #[test]
    fn data_that_is_no_object_is_no_event() {
        assert!(of(&event("[]")).is_err() && of(&event("")).is_err());
    }
}

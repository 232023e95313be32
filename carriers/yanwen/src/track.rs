//! Where parcels are, from the host that does nothing else.

use async_trait::async_trait;
use http::Method;
use jiff::Timestamp;
use parcelgate_carrier::json::{Many, Text};
use parcelgate_carrier::latin::has_han;
use parcelgate_carrier::meaning::{Meaning, Told};
use parcelgate_carrier::{
    Call, Class, Error, Kind, Outgoing, Response, Result, Track, Tracking, moment, read_json,
};
use parcelgate_domain::{EventTime, Leg, Place, TrackingEvent, TrackingNumber, Violations};
use serde::Deserialize;

use crate::auth::TRACK;
use crate::codes::{self, MAPPING_VERSION};
use crate::gateway::failed;
use crate::{ID, Yanwen};

/// How many numbers one request may ask for.
pub(crate) const NUMBERS_MAX: usize = 30;

const OPERATION: &str = "track";

#[async_trait]
impl Tracking for Yanwen {
    async fn track(
        &self,
        call: &Call<'_>,
        numbers: &[TrackingNumber],
    ) -> Result<Vec<Result<Track>>> {
        if numbers.is_empty() {
            return Ok(Vec::new());
        }
        let response = call.send(encode(numbers)?).await?;
        decode(numbers, &response)
    }
}

fn encode(numbers: &[TrackingNumber]) -> Result<Outgoing> {
    if numbers.len() > NUMBERS_MAX {
        let mut found = Violations::new();
        let allowed = format!("at most {NUMBERS_MAX} numbers at once");
        found.refuse("numbers", numbers.len(), allowed);
        return Err(failed(Kind::Invalid, OPERATION).at(found));
    }
    let numbers: Vec<&str> = numbers.iter().map(TrackingNumber::as_str).collect();
    // Letters and digits need no escaping, and the commas stay as the official page writes them.
    let target = format!("/api/tracking?nums={}", numbers.join(","));
    Ok(Outgoing::new(Method::GET, OPERATION, TRACK, &target).class(Class::Track))
}

#[derive(Deserialize)]
struct Answer {
    result: Many<Tracked>,
    #[serde(default, rename = "requestTime")]
    request_time: Text,
}

/// One number's part of the answer.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Tracked {
    tracking_number: Text,
    exchange_number: Text,
    tracking_status: Text,
    checkpoints: Many<Checkpoint>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Checkpoint {
    time_stamp: Text,
    time_zone: Text,
    tracking_status: Text,
    message: Text,
    location: Text,
    is_last_mile_checkpoint: Text,
}

fn decode(numbers: &[TrackingNumber], response: &Response) -> Result<Vec<Result<Track>>> {
    let answer: Answer = read_json(&ID, OPERATION, response)?;
    let seen = answer.request_time.parse().ok();
    let seen = seen.or_else(|| moment::answered_at(response.headers()));
    let answers = numbers.iter().map(|number| {
        let is_asked = |parcel: &&Tracked| parcel.tracking_number.parse().as_ref() == Ok(number);
        let parcel = answer.result.iter().rfind(is_asked);
        let parcel = parcel.ok_or_else(|| unknown("the answer leaves the number out"))?;
        track(number, parcel, seen)
    });
    Ok(answers.collect())
}

fn unknown(text: &str) -> Error {
    failed(Kind::NotFound, OPERATION).said(codes::NOT_FOUND, text)
}

fn track(number: &TrackingNumber, parcel: &Tracked, seen: Option<Timestamp>) -> Result<Track> {
    if parcel.checkpoints.is_empty() && *parcel.tracking_status == *codes::NOT_FOUND {
        return Err(unknown(""));
    }
    let events = parcel.checkpoints.iter();
    let last_mile_number = parcel.exchange_number.parse().ok();
    Ok(Track {
        number: number.clone(),
        events: events.filter_map(|one| one.event(number, seen)).collect(),
        last_mile_number: last_mile_number.filter(|last_mile| last_mile != number),
        estimate: None,
    })
}

impl Checkpoint {
    /// Local time, with the offset that stands beside it.
    fn time(&self) -> Option<EventTime> {
        let (local, offset) = moment::written(&self.time_stamp)?;
        moment::at(local, moment::offset(&self.time_zone).or(offset))
    }

    fn event(&self, number: &TrackingNumber, seen: Option<Timestamp>) -> Option<TrackingEvent> {
        let meaning = codes::meaning(&self.tracking_status);
        let last_mile = self.is_last_mile_checkpoint.is_true() && meaning.leg != Some(Leg::Return);
        let told = Told {
            carrier: ID,
            number,
            code: &self.tracking_status,
            text: &self.message,
            // English, and Chinese where the last mile has no other text.
            language: if has_han(&self.message) { "zh" } else { "en" },
            place: Place {
                city: self.location.owned(),
                ..Place::default()
            },
            time_text: &format!("{}{}", self.time_stamp, self.time_zone),
            time: self.time(),
            meaning: Meaning {
                leg: if last_mile {
                    Some(Leg::LastMile)
                } else {
                    meaning.leg
                },
                ..meaning
            },
            observed_at: seen,
            mapping_version: MAPPING_VERSION,
        };
        told.event()
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use parcelgate_domain::{Status, Substatus, TimeBasis, fold};

    use super::*;

    fn number(text: &str) -> TrackingNumber {
        text.parse().unwrap()
    }

    fn answer(numbers: &[&str], body: &str) -> Vec<Result<Track>> {
        let numbers: Vec<_> = numbers.iter().map(|text| number(text)).collect();
        decode(&numbers, &Response::new(Bytes::from(body.to_owned()))).unwrap()
    }

    const TWO: &str = r#"{"code": 0, "message": "success", "result": [
      {"tracking_number": "UH204417367YP", "waybill_number": "UH204417367YP",
       "exchange_number": "00340434500000000017", "tracking_status": "LM54", "checkpoints": [
        {"time_stamp": "2026-03-02T09:00:00", "time_zone": "+08", "tracking_status": "LM54",
         "message": "Return shipment inbound confirmation", "location": "",
         "is_last_mile_checkpoint": 0},
        {"time_stamp": "2026-03-01T11:20:00", "time_zone": "+1", "tracking_status": "LM40",
         "message": "Delivered", "location": "Kassel", "is_last_mile_checkpoint": 1},
        {"time_stamp": "2026-02-20T08:00:00", "time_zone": "+08", "tracking_status": "PU10",
         "message": "Yanwen acceptance", "location": "Shenzhen", "is_last_mile_checkpoint": 0}]},
      {"tracking_number": "UH000000005YP", "tracking_status": "NOTFOUND", "checkpoints": null}],
     "requestTime": "2026-03-03T10:00:00.1609036+08:00", "elapsedMilliseconds": {"total": 155}}"#;

    #[test]
    fn answers_stand_in_the_order_asked() {
        let asked = ["UH999999995YP", "UH000000005YP", "UH204417367YP"];
        let answers = answer(&asked, TWO);
        let kinds: Vec<_> = answers
            .iter()
            .map(|answer| answer.as_ref().err().map(|error| error.kind))
            .collect();
        assert_eq!(kinds, [Some(Kind::NotFound), Some(Kind::NotFound), None]);
    }

    #[test]
    fn a_checkpoint_keeps_its_words_and_gets_its_meaning() {
        let track = answer(&["UH204417367YP"], TWO).remove(0).unwrap();
        assert_eq!(track.last_mile_number, Some(number("00340434500000000017")));
        let delivered = &track.events[1];
        assert_eq!(delivered.code, "LM40");
        assert_eq!(delivered.text, "Delivered");
        assert_eq!(delivered.place.city.as_deref(), Some("Kassel"));
        assert_eq!(delivered.leg, Some(Leg::LastMile));
        assert_eq!(
            delivered.occurred_at.instant.to_string(),
            "2026-03-01T10:20:00Z"
        );
        assert_eq!(delivered.occurred_at.basis, TimeBasis::OffsetGiven);
        assert_eq!(
            delivered.observed_at.to_string(),
            "2026-03-03T02:00:00.1609036Z"
        );
        let state = fold(&track.events);
        assert_eq!(state.status, Status::Returning);
        assert_eq!(state.substatus, Some(Substatus::ReturnStarted));
        assert!(state.first_physical_scan.is_some());
    }

    #[test]
    fn one_bad_event_costs_no_other() {
        let body = r#"{"code": 0, "result": [null, 7, {"tracking_number": {}},
          {"tracking_number": "UH204417367YP", "checkpoints": [
            "?", {"time_stamp": "yesterday", "tracking_status": "ZZ1", "message": "?"},
            {"time_stamp": "2026-02-20T08:00:00", "tracking_status": "PU10",
             "time_zone": "CST"}]}]}"#;
        let track = answer(&["UH204417367YP"], body).remove(0).unwrap();
        assert_eq!(track.events.len(), 2);
        assert_eq!(track.events[0].occurred_at.basis, TimeBasis::Inferred);
        assert_eq!(
            (track.events[0].status, track.events[0].code.as_str()),
            (None, "ZZ1")
        );
        assert_eq!(
            track.events[1].occurred_at.basis,
            TimeBasis::LocalWithoutOffset
        );
        assert_eq!(track.events[1].status, Some(Status::Accepted));
    }

    #[test]
    fn the_list_of_2019_is_read_too() {
        let body = r#"{"code":0,"message":"success","result":[
          {"tracking_number":"00340434500000000017","tracking_status":"SC20","checkpoints":[
          {"time_stamp":"2026-02-15T18:52:19","time_zone":"+8","tracking_status":"PU10",
          "message":"Yanwen Acceptance","location":""}]}],
          "elapsedMilliseconds":56}"#;
        let track = answer(&["00340434500000000017"], body).remove(0).unwrap();
        assert_eq!(track.events[0].place, Place::default());
        assert_eq!(track.last_mile_number, None);
    }

    #[test]
    fn more_numbers_than_fit_are_not_sent() {
        let many = vec![number("UH204417367YP"); NUMBERS_MAX + 1];
        assert_eq!(encode(&many).unwrap_err().kind, Kind::Invalid);
        assert!(encode(&many[..NUMBERS_MAX]).is_ok());
    }
}

//! Where parcels are, from the host that does nothing else.

use std::collections::HashMap;

use async_trait::async_trait;
use http::Method;
use jiff::tz::Offset;
use jiff::{Timestamp, civil};
use parcelgate_carrier::{
    Call, Class, Error, Kind, Outgoing, Response, Result, Track, Tracking, read_json,
};
use parcelgate_domain::{
    EventId, EventTime, Leg, Place, TrackingEvent, TrackingNumber, Violations,
};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::auth::TRACK;
use crate::codes::{self, MAPPING_VERSION};
use crate::gateway::failed;
use crate::{ID, Yanwen, loose};

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
#[serde(rename_all = "camelCase")]
struct Answer {
    #[serde(deserialize_with = "loose::elements")]
    result: Vec<Box<RawValue>>,
    #[serde(default, deserialize_with = "loose::text")]
    request_time: Option<String>,
}

/// One number's part of the answer.
#[derive(Deserialize)]
struct Parcel {
    #[serde(default, deserialize_with = "loose::text")]
    exchange_number: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    tracking_status: Option<String>,
    #[serde(default, deserialize_with = "loose::elements")]
    checkpoints: Vec<Box<RawValue>>,
}

#[derive(Deserialize)]
struct Checkpoint {
    #[serde(default, deserialize_with = "loose::text")]
    time_stamp: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    time_zone: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    tracking_status: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    message: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    location: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    is_last_mile_checkpoint: Option<String>,
}

fn decode(numbers: &[TrackingNumber], response: &Response) -> Result<Vec<Result<Track>>> {
    let answer: Answer = read_json(&ID, OPERATION, response)?;
    let seen = answer.request_time.and_then(|text| text.parse().ok());
    let parcels: HashMap<TrackingNumber, &RawValue> = answer
        .result
        .iter()
        .filter_map(|raw| Some((asked(raw)?, &**raw)))
        .collect();
    let answers = numbers.iter().map(|number| {
        let raw = parcels
            .get(number)
            .ok_or_else(|| unknown("the answer leaves the number out"))?;
        let parcel = serde_json::from_str(raw.get())
            .map_err(|error| failed(Kind::Malformed, OPERATION).because(error))?;
        track(number, &parcel, seen)
    });
    Ok(answers.collect())
}

/// The number that a part of the answer is about.
fn asked(raw: &RawValue) -> Option<TrackingNumber> {
    #[derive(Deserialize)]
    struct Asked {
        #[serde(deserialize_with = "loose::text")]
        tracking_number: Option<String>,
    }
    let asked: Asked = serde_json::from_str(raw.get()).ok()?;
    asked.tracking_number?.parse().ok()
}

fn unknown(text: &str) -> Error {
    failed(Kind::NotFound, OPERATION).said(codes::NOT_FOUND, text)
}

fn track(number: &TrackingNumber, parcel: &Parcel, seen: Option<Timestamp>) -> Result<Track> {
    let checkpoints: Vec<Checkpoint> = parcel
        .checkpoints
        .iter()
        .filter_map(|raw| serde_json::from_str(raw.get()).ok())
        .collect();
    let nowhere = parcel.tracking_status.as_deref() == Some(codes::NOT_FOUND);
    if checkpoints.is_empty() && nowhere {
        return Err(unknown(""));
    }
    let latest = checkpoints
        .iter()
        .filter_map(|checkpoint| checkpoint.time())
        .map(|time| time.instant)
        .max();
    let stand_in = seen.or(latest).unwrap_or(Timestamp::UNIX_EPOCH);
    let events = checkpoints
        .into_iter()
        .map(|checkpoint| checkpoint.event(number, seen, stand_in))
        .collect();
    let last_mile = parcel.exchange_number.as_ref();
    Ok(Track {
        number: number.clone(),
        events,
        last_mile_number: last_mile
            .and_then(|text| text.parse().ok())
            .filter(|last_mile| last_mile != number),
        estimate: None,
    })
}

impl Checkpoint {
    /// Local time, with the offset that stands beside it.
    fn time(&self) -> Option<EventTime> {
        let local: civil::DateTime = self.time_stamp.as_deref()?.parse().ok()?;
        match self.time_zone.as_deref().and_then(offset) {
            Some(offset) => EventTime::with_offset(local, offset),
            None => EventTime::local_only(local),
        }
    }

    fn event(
        self,
        number: &TrackingNumber,
        seen: Option<Timestamp>,
        stand_in: Timestamp,
    ) -> TrackingEvent {
        let occurred_at = self.time().unwrap_or(EventTime::inferred(stand_in));
        let meaning = codes::meaning(self.tracking_status.as_deref().unwrap_or_default());
        let time = [self.time_stamp, self.time_zone].map(Option::unwrap_or_default);
        let last_mile = self.is_last_mile_checkpoint.as_deref() == Some("1");
        let code = self.tracking_status.unwrap_or_default();
        let text = self.message.unwrap_or_default();
        let place = Place {
            city: self.location,
            ..Place::default()
        };
        TrackingEvent {
            id: EventId::of(&ID, number, &code, &time.concat(), &place, &text),
            carrier: ID,
            number: number.clone(),
            status: meaning.status,
            substatus: meaning.substatus,
            leg: match meaning.leg {
                Some(Leg::Return) => meaning.leg,
                _ if last_mile => Some(Leg::LastMile),
                leg => leg,
            },
            flags: meaning.flags,
            language: language(&text).to_owned(),
            code,
            text,
            place,
            occurred_at,
            observed_at: seen.unwrap_or(occurred_at.instant),
            correction: false,
            mapping_version: MAPPING_VERSION,
        }
    }
}

/// `+08`, `+8`, `-03`, `+05:30`, `+0530`.
fn offset(text: &str) -> Option<Offset> {
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => (1, text),
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None if digits.len() > 2 => digits.split_at_checked(digits.len() - 2)?,
        None => (digits, "0"),
    };
    let plain =
        |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    if !plain(hours) || !plain(minutes) {
        return None;
    }
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    // No place on earth is further from UTC.
    let minutes = Some(hours * 60 + minutes).filter(|total| *total <= 14 * 60 && minutes < 60)?;
    Offset::from_seconds(sign * minutes * 60).ok()
}

/// Yanwen writes English, and Chinese where the last mile has no other text.
fn language(text: &str) -> &'static str {
    if text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)) {
        "zh"
    } else {
        "en"
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use parcelgate_domain::{Status, Substatus, TimeBasis, fold};
    use proptest::prelude::*;

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
    fn offsets_in_every_form() {
        let seconds = |text| offset(text).map(Offset::seconds);
        for (text, minutes) in [
            ("+08", 480),
            ("+8", 480),
            ("8", 480),
            ("-03", -180),
            ("+05:30", 330),
            ("-0930", -570),
            ("+0", 0),
            ("+14", 840),
        ] {
            assert_eq!(seconds(text), Some(minutes * 60), "{text}");
        }
        for text in [
            "", "+", "CST", "+15", "+08:", "+8:75", "++8", "+081530", "＋8",
        ] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }

    #[test]
    fn more_numbers_than_fit_are_not_sent() {
        let many = vec![number("UH204417367YP"); NUMBERS_MAX + 1];
        assert_eq!(encode(&many).unwrap_err().kind, Kind::Invalid);
        assert!(encode(&many[..NUMBERS_MAX]).is_ok());
    }

    proptest! {
        #[test]
        fn no_offset_makes_it_panic(text in "[+-]?[0-9:a-z]{0,8}|\\PC{0,6}") {
            let _offset = offset(&text);
        }
    }
}

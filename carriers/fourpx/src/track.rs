//! Where parcels are: one number a request.

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::tz::{self, Offset};
use parcelgate_carrier::json::{Many, Text};
use parcelgate_carrier::latin::has_han;
use parcelgate_carrier::meaning::Told;
use parcelgate_carrier::moment;
use parcelgate_carrier::{Call, Class, Error, Kind, Response, Result, Track, Tracking};
use parcelgate_domain::{EventTime, Place, TrackingEvent, TrackingNumber, Violations};
use serde::Deserialize;

use crate::codes::{self, MAPPING_VERSION};
use crate::gateway::{self, TRACK, failed, texts};
use crate::{FourPx, ID};

/// How many numbers one request may ask for.
pub(crate) const NUMBERS_MAX: usize = 1;

pub(crate) const OPERATION: &str = "track";

/// Times are China's whatever `timeZone` says, which tells where it happened: found in one live
/// integration by comparison with the instants that 4PX's own pages show (2026).
const CHINA: Offset = tz::offset(8);

#[async_trait]
impl Tracking for FourPx {
    async fn track(
        &self,
        call: &Call<'_>,
        numbers: &[TrackingNumber],
    ) -> Result<Vec<Result<Track>>> {
        let number = match numbers {
            [] => return Ok(Vec::new()),
            [number] => number,
            _ => {
                let mut found = Violations::new();
                found.refuse("numbers", numbers.len(), "one number at once");
                return Err(failed(Kind::Invalid, OPERATION).at(found));
            }
        };
        let ask = texts([("deliveryOrderNo", Some(number.as_str()))]);
        let request = gateway::request(&self.account, OPERATION, TRACK, &ask)?;
        match call.send(request.class(Class::Track)).await {
            Ok(response) => Ok(vec![decode(number, &response)]),
            Err(error) if error.kind == Kind::NotFound => Ok(vec![Err(error)]),
            Err(error) => Err(error),
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Parcel {
    delivery_order_no: Text,
    /// The number of the last mile. It may change on the way.
    server_num: Text,
    tracking_list: Many<Row>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Row {
    business_link_code: Text,
    occur_datetime: Text,
    occur_location: Text,
    country: Text,
    city: Text,
    time_zone: Text,
    tracking_content: Text,
}

fn unknown() -> Error {
    failed(Kind::NotFound, OPERATION).said("", "4PX tells nothing of the number")
}

fn decode(number: &TrackingNumber, response: &Response) -> Result<Track> {
    let parcel: Option<Parcel> = gateway::data(OPERATION, response)?;
    let parcel = parcel.ok_or_else(unknown)?;
    let read = |text: &Text| text.get().and_then(|text| text.parse().ok());
    let named: [Option<TrackingNumber>; 2] =
        [read(&parcel.delivery_order_no), read(&parcel.server_num)];
    let mut known = named.iter().flatten().peekable();
    if known.peek().is_some() && !known.any(|known| known == number) {
        let text = "the answer is about another number";
        return Err(failed(Kind::Malformed, OPERATION).said("", text));
    }
    let rows = &parcel.tracking_list;
    let latest = rows
        .iter()
        .filter_map(Row::time)
        .map(|time| time.instant)
        .max();
    let events = rows.iter().filter_map(|row| row.event(number, latest));
    let events: Vec<TrackingEvent> = events.collect();
    if events.is_empty() {
        return Err(unknown());
    }
    let [_, last_mile] = named;
    Ok(Track {
        number: number.clone(),
        events,
        last_mile_number: last_mile.filter(|last_mile| last_mile != number),
        estimate: None,
    })
}

impl Row {
    /// The moment by China's clock, and the clock on the wall of the place where it is told.
    fn time(&self) -> Option<EventTime> {
        let (local, _) = moment::written(self.occur_datetime.get()?)?;
        let instant = CHINA.to_timestamp(local).ok()?;
        let offset = offset(&self.time_zone).unwrap_or(CHINA);
        EventTime::with_offset(offset.to_datetime(instant), offset)
    }

    /// The event; none of a row that says nothing at all. `latest` stands in for a time that cannot
    /// be read.
    fn event(&self, number: &TrackingNumber, latest: Option<Timestamp>) -> Option<TrackingEvent> {
        let time = self.time();
        let city = self.city.get().or(self.occur_location.get());
        Told {
            carrier: ID,
            number,
            code: &self.business_link_code,
            text: &self.tracking_content,
            language: language(&self.tracking_content),
            place: Place {
                city: city.map(str::to_owned),
                country: self.country.parse().ok(),
                ..Place::default()
            },
            time_text: &self.occur_datetime,
            time,
            meaning: codes::meaning(&self.business_link_code),
            observed_at: latest.filter(|_| time.is_none()),
            mapping_version: MAPPING_VERSION,
        }
        .event()
    }
}

/// `UTC+08:00`, `GMT-0530`.
fn offset(text: &str) -> Option<Offset> {
    moment::offset(text.trim_start_matches(|c: char| c.is_ascii_alphabetic()))
}

/// English is asked for; where 4PX has none it answers in Chinese.
fn language(text: &str) -> &'static str {
    if has_han(text) { "zh" } else { "en" }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use parcelgate_domain::{Status, TimeBasis, fold};
    use proptest::prelude::*;

    use super::*;

    const NUMBER: &str = "4PX3001291278502CN";

    fn number(text: &str) -> TrackingNumber {
        text.parse().unwrap()
    }

    fn answer(asked: &str, data: &str) -> Result<Track> {
        let body = format!(r#"{{"result":"1","data":{data}}}"#);
        decode(&number(asked), &Response::new(Bytes::from(body)))
    }

    const PARCEL: &str = r#"{"deliveryOrderNo":"4PX3001291278502CN","destinationCountry":"AT",
      "serverName":"Post AT","serverNum":"06215215333330","trackingList":[
      {"businessLinkCode":"FPX_M_ATA","occurDatetime":"2024-09-06 00:18:00",
       "occurLocation":"Vienna","country":"AT","city":"","timeZone":"UTC+02:00",
       "trackingContent":"Arrival"},
      {"businessLinkCode":"FPX_C_SPLS","occurDatetime":"2024-09-03 01:19:47","timeZone":null,
       "occurLocation":"ShaTian,DongGuan","country":"China","trackingContent":"4px picked up"}]}"#;

    /// The instants are those that 4PX's own page shows for these two events.
    #[test]
    fn times_are_chinas_wherever_it_happened() {
        let track = answer(NUMBER, PARCEL).unwrap();
        assert_eq!(track.last_mile_number, Some(number("06215215333330")));
        let arrival = &track.events[0];
        assert_eq!(
            arrival.occurred_at.instant.to_string(),
            "2024-09-05T16:18:00Z"
        );
        assert_eq!(arrival.occurred_at.local.to_string(), "2024-09-05T18:18:00");
        assert_eq!(arrival.place.to_string(), "Vienna, AT");
        let pickup = &track.events[1];
        assert_eq!(
            pickup.occurred_at.instant.to_string(),
            "2024-09-02T17:19:47Z"
        );
        assert_eq!(pickup.occurred_at.local.to_string(), "2024-09-03T01:19:47");
        assert_eq!(pickup.occurred_at.basis, TimeBasis::OffsetGiven);
        let state = fold(&track.events);
        assert_eq!(state.status, Status::InTransit);
        assert!(state.first_physical_scan.is_some());
    }

    #[test]
    fn the_last_mile_may_be_asked_for_and_may_change() {
        let track = answer("06215215333330", PARCEL).unwrap();
        assert_eq!(track.number, number("06215215333330"));
        assert_eq!(track.last_mile_number, None);
        let changed = PARCEL.replace("06215215333330", "00340434500000000017");
        let track = answer(NUMBER, &changed).unwrap();
        assert_eq!(track.last_mile_number, Some(number("00340434500000000017")));
        let other = answer("4PX3009999999999CN", PARCEL).unwrap_err();
        assert_eq!(other.kind, Kind::Malformed);
    }

    #[test]
    fn nothing_to_tell_is_not_found() {
        for data in [
            "null",
            r#""""#,
            r#"{"deliveryOrderNo":"4PX3001291278502CN","trackingList":null}"#,
            r#"{"trackingList":[]}"#,
            r#"{"trackingList":[{}]}"#,
        ] {
            assert_eq!(
                answer(NUMBER, data).unwrap_err().kind,
                Kind::NotFound,
                "{data}"
            );
        }
    }

    #[test]
    fn one_bad_event_costs_no_other() {
        let data = r#"{"trackingList":["?",null,{"businessLinkCode":"FPX_X_NEW",
            "occurDatetime":"yesterday","trackingContent":"?"},
            {"businessLinkCode":"FPX_C_AAF","occurDatetime":"2026-02-20 08:00:00",
            "timeZone":"CST","trackingContent":"到达"}]}"#;
        let track = answer(NUMBER, data).unwrap();
        assert_eq!(track.events.len(), 2);
        assert_eq!(track.events[0].occurred_at.basis, TimeBasis::Inferred);
        assert_eq!(
            (track.events[0].status, track.events[0].code.as_str()),
            (None, "FPX_X_NEW")
        );
        assert_eq!(track.events[1].status, Some(Status::InTransit));
        assert_eq!(track.events[1].language, "zh");
    }

    #[test]
    fn offsets_in_every_form() {
        let minutes = |text| offset(text).map(|offset| offset.seconds() / 60);
        for (text, expected) in [
            ("UTC+08:00", 480),
            ("GMT-0500", -300),
            ("+0530", 330),
            ("UTC-09:30", -570),
        ] {
            assert_eq!(minutes(text), Some(expected), "{text}");
        }
        for text in ["", "UTC", "8", "UTC+99", "UTC++8", "UTC+08:x", "＋8"] {
            assert_eq!(minutes(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_offset_makes_it_panic(text in "[A-Z]{0,3}[+-]?[0-9:a-z]{0,8}|\\PC{0,6}") {
            let _offset = offset(&text);
        }
    }
}

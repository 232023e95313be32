//! Where parcels are: up to 200 numbers a request.

use async_trait::async_trait;
use http::Method;
use jiff::Timestamp;
use parcelgate_carrier::json::{Many, Text};
use parcelgate_carrier::meaning::{Meaning, Told, lookup};
use parcelgate_carrier::{Call, Class, Kind, Outgoing, Response, Result, Track, Tracking};
use parcelgate_carrier::{moment, read_json};
use parcelgate_domain::{Place, TrackingEvent, TrackingNumber, Violations};
use serde::Deserialize;

use super::MyDhl;
use super::rates::estimate;
use super::statuses::EXPRESS;
use crate::meanings::MAPPING_VERSION;
use crate::{ID, error};

/// How many numbers one request may ask for.
pub(super) const NUMBERS_MAX: usize = 200;

const OPERATION: &str = "track";

/// A waybill is ten digits; the number of one box begins with letters, and is asked for otherwise.
pub(super) fn is_piece(number: &TrackingNumber) -> bool {
    number
        .as_str()
        .starts_with(|c: char| c.is_ascii_alphabetic())
}

#[async_trait]
impl Tracking for MyDhl {
    async fn track(
        &self,
        call: &Call<'_>,
        numbers: &[TrackingNumber],
    ) -> Result<Vec<Result<Track>>> {
        if numbers.len() > NUMBERS_MAX {
            let mut found = Violations::new();
            let allowed = format!("at most {NUMBERS_MAX} numbers at once");
            found.refuse("numbers", numbers.len(), allowed);
            return Err(error(Kind::Invalid, OPERATION).at(found));
        }
        let mut found = Found::default();
        let (pieces, waybills): (Vec<_>, Vec<_>) = numbers.iter().partition(|n| is_piece(n));
        for (name, numbers) in [
            ("shipmentTrackingNumber", waybills),
            ("pieceTrackingNumber", pieces),
        ] {
            if numbers.is_empty() {
                continue;
            }
            match call.send(encode(name, &numbers)).await {
                Ok(response) => found.add(&response)?,
                // DHL knows none of them.
                Err(refusal) if refusal.kind == Kind::NotFound => {
                    found.words = refusal.text.or(found.words);
                }
                Err(refusal) => return Err(refusal),
            }
        }
        Ok(numbers.iter().map(|number| found.track(number)).collect())
    }
}

fn encode(name: &str, numbers: &[&TrackingNumber]) -> Outgoing {
    let outgoing = MyDhl::outgoing(Method::GET, OPERATION, "/tracking").class(Class::Track);
    let outgoing = numbers.iter().fold(outgoing, |outgoing, number| {
        outgoing.query(name, number.as_str())
    });
    outgoing
        .query("trackingView", "all-checkpoints")
        .query("levelOfDetail", "all")
}

/// What DHL says of all numbers.
#[derive(Debug, Default)]
struct Found {
    shipments: Vec<Known>,
    words: Option<String>,
    answered_at: Option<Timestamp>,
}

#[derive(Deserialize)]
struct Answer {
    shipments: Many<Known>,
}

/// A shipment as tracking knows it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Known {
    pub(super) shipment_tracking_number: Text,
    pub(super) product_code: Text,
    pub(super) shipment_timestamp: Text,
    pub(super) number_of_pieces: Text,
    pub(super) pieces: Many<Piece>,
    events: Many<Scan>,
    estimated_delivery_date: Text,
}

/// A box of it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Piece {
    pub(super) number: Text,
    pub(super) tracking_number: Text,
    events: Many<Scan>,
}

/// Every shipment of an answer.
pub(super) fn read(operation: &'static str, response: &Response) -> Result<Vec<Known>> {
    let answer: Answer = read_json(&ID, operation, response)?;
    if answer.shipments.is_lost() {
        return Err(error(Kind::Malformed, operation));
    }
    Ok(answer.shipments.into_vec())
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Scan {
    date: Text,
    time: Text,
    #[serde(rename = "GMTOffset")]
    offset: Text,
    type_code: Text,
    description: Text,
    service_area: Many<Area>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Area {
    code: Text,
    description: Text,
}

impl Found {
    fn add(&mut self, response: &Response) -> Result<()> {
        self.shipments.extend(read(OPERATION, response)?);
        self.answered_at = moment::answered_at(response.headers());
        Ok(())
    }

    /// The events of a waybill or of one of its boxes. A box of which DHL tells no events of its
    /// own has those of the waybill.
    fn track(&self, number: &TrackingNumber) -> Result<Track> {
        let is = |text: &Text| {
            text.parse()
                .is_ok_and(|known: TrackingNumber| known == *number)
        };
        for shipment in &self.shipments {
            let mut pieces = shipment.pieces.iter();
            let piece = pieces.find(|piece| is(&piece.tracking_number));
            if piece.is_none() && !is(&shipment.shipment_tracking_number) {
                continue;
            }
            let own = piece.filter(|piece| !piece.events.is_empty());
            let scans = own.map_or(&shipment.events, |piece| &piece.events);
            let told = |scan: &Scan| scan.event(number, self.answered_at);
            let mut events: Vec<_> = scans.iter().filter_map(told).collect();
            if events.is_empty() {
                events.extend(shipment.announced(number, self.answered_at));
            }
            return Ok(Track {
                number: number.clone(),
                events,
                last_mile_number: None,
                estimate: estimate(&shipment.estimated_delivery_date),
            });
        }
        let words = self.words.as_deref();
        let words = words.unwrap_or("DHL tells nothing of the number");
        Err(error(Kind::NotFound, OPERATION).said("", words))
    }
}

/// What DHL's table of codes calls a whole shipment that was announced.
const ANNOUNCED: &str = "104";

impl Known {
    /// A shipment that DHL knows and that nothing has happened to has no event: it was announced.
    fn announced(
        &self,
        number: &TrackingNumber,
        observed_at: Option<Timestamp>,
    ) -> Option<TrackingEvent> {
        let told = Told {
            time_text: &self.shipment_timestamp,
            time: moment::event_time(&self.shipment_timestamp),
            ..told(number, ANNOUNCED, observed_at)
        };
        told.event()
    }
}

impl Scan {
    fn event(
        &self,
        number: &TrackingNumber,
        observed_at: Option<Timestamp>,
    ) -> Option<TrackingEvent> {
        let time_text = format!("{}T{}", self.date, self.time);
        let local = moment::date(&self.date).zip(moment::time(&self.time));
        let local = local.map(|(date, time)| date.to_datetime(time));
        let area = self.service_area.iter().next();
        let city = area.and_then(|area| area.description.owned().or_else(|| area.code.owned()));
        let told = Told {
            text: &self.description,
            place: Place {
                city,
                ..Place::default()
            },
            time_text: &time_text,
            time: local.and_then(|local| moment::at(local, moment::offset(&self.offset))),
            ..told(number, &self.type_code, observed_at)
        };
        told.event()
    }
}

/// An event of a code, without its words, place and time.
fn told<'a>(number: &'a TrackingNumber, code: &'a str, observed_at: Option<Timestamp>) -> Told<'a> {
    Told {
        carrier: ID,
        number,
        code,
        text: "",
        language: "en",
        place: Place::default(),
        time_text: "",
        time: None,
        meaning: lookup(EXPRESS, &code).unwrap_or(Meaning::NO_CHANGE),
        observed_at,
        mapping_version: MAPPING_VERSION,
    }
}

//! Reads what DHL knows of one number.

use jiff::Timestamp;
use parcelgate_carrier::json::{Loose, Many, Text};
use parcelgate_carrier::meaning::{Meaning, Told};
use parcelgate_carrier::{Kind, Response, Result, Track, moment, read_json};
use parcelgate_domain::{EventTime, Place, Status, TrackingEvent, TrackingNumber};
use serde::Deserialize;

use super::OPERATION;
use super::statuses::Codes;
use crate::meanings::{self as m, MAPPING_VERSION};
use crate::{ID, error};

#[derive(Deserialize)]
struct Answer {
    shipments: Many<Shipment>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Shipment {
    id: Text,
    service: Text,
    return_flag: Text,
    estimated_time_of_delivery: Text,
    details: Loose<Details>,
    events: Many<Event>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Details {
    references: Many<Reference>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Reference {
    number: Text,
    #[serde(rename = "type")]
    kind: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Event {
    timestamp: Text,
    location: Loose<Location>,
    status_code: Text,
    status: Text,
    status_detailed: Text,
    description: Text,
    remark: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Location {
    address: Loose<Address>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Address {
    address_locality: Text,
    address_region: Text,
    postal_code: Text,
    country_code: Text,
}

pub(super) fn decode(number: &TrackingNumber, response: &Response) -> Result<Track> {
    let answer: Answer = read_json(&ID, OPERATION, response)?;
    let is = |text: &Text| {
        text.parse()
            .is_ok_and(|known: TrackingNumber| known == *number)
    };
    let shipments = &answer.shipments;
    // Some divisions answer under a number of their own.
    let named = shipments.iter().find(|shipment| is(&shipment.id));
    let Some(shipment) = named.or_else(|| shipments.iter().next()) else {
        return Err(if shipments.is_lost() {
            error(Kind::Malformed, OPERATION)
        } else {
            error(Kind::NotFound, OPERATION).said("", "DHL tells nothing of the number")
        });
    };
    let observed_at = moment::answered_at(response.headers());
    let turned_at = shipment.turned_at();
    let events = shipment.events.iter().filter_map(|event| {
        let meaning = event.codes(&shipment.service).meaning();
        event.told(number, meaning, turned_at, observed_at)
    });
    let estimate = moment::written(&shipment.estimated_time_of_delivery);
    Ok(Track {
        number: number.clone(),
        events: events.collect(),
        last_mile_number: shipment.details.last_mile().filter(|other| other != number),
        estimate: estimate.map(|(local, _)| local),
    })
}

impl Details {
    /// The number of the carrier at the door.
    fn last_mile(&self) -> Option<TrackingNumber> {
        let mut references = self.references.iter();
        let local = references.find(|reference| &*reference.kind == "local-tracking-number")?;
        local.number.parse().ok()
    }
}

impl Shipment {
    /// When a parcel that DHL has turned round moved last. The flag is of the whole shipment: what
    /// happened before it was set happened on the way there.
    fn turned_at(&self) -> Option<Timestamp> {
        let moves = |event: &&Event| {
            let (_, meaning) = event.codes(&self.service).meaning();
            meaning.status.is_some_and(moves)
        };
        let events = self.events.iter().filter(moves);
        let times = events.filter_map(Event::time).map(|time| time.instant);
        times.max().filter(|_| self.return_flag.is_true())
    }
}

const fn moves(status: Status) -> bool {
    matches!(
        status,
        Status::InTransit | Status::OutForDelivery | Status::Delivered
    )
}

impl Event {
    fn time(&self) -> Option<EventTime> {
        moment::event_time(&self.timestamp)
    }

    fn codes<'a>(&'a self, service: &'a str) -> Codes<'a> {
        Codes {
            service,
            detailed: &self.status_detailed,
            status: &self.status,
            coarse: &self.status_code,
        }
    }

    fn told(
        &self,
        number: &TrackingNumber,
        (code, plain): (&str, Meaning),
        turned_at: Option<Timestamp>,
        observed_at: Option<Timestamp>,
    ) -> Option<TrackingEvent> {
        let time = self.time();
        let last = turned_at.is_some() && time.map(|time| time.instant) == turned_at;
        let meaning = match plain.status {
            Some(Status::Delivered) if last => m::RETURNED_RECEIVED,
            Some(status) if last && moves(status) => m::RETURN_STARTED,
            _ => plain,
        };
        let words = [&self.description, &self.status, &self.remark];
        let text = words.into_iter().find_map(Text::get).unwrap_or_default();
        Told {
            carrier: ID,
            number,
            code,
            text,
            language: "en",
            place: self.location.address.place(),
            time_text: &self.timestamp,
            time,
            meaning,
            observed_at,
            mapping_version: MAPPING_VERSION,
        }
        .event()
    }
}

impl Address {
    fn place(&self) -> Place {
        let country = match self.country_code.as_str() {
            "UK" => "GB", // so in DHL's own example
            code => code,
        };
        Place {
            city: self.address_locality.owned(),
            region: self.address_region.owned(),
            postal_code: self.postal_code.owned(),
            country: country.parse().ok(),
        }
    }
}

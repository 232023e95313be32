//! Where parcels are: Tracking v1, one number for each request. UPS keeps events for 120 days.

use async_trait::async_trait;
use http::Method;
use jiff::Timestamp;
use jiff::civil::{DateTime, Time};
use parcelgate_carrier::{
    Call, Class, Kind, Outgoing, Response, Result, Track, Tracking, read_json,
};
use parcelgate_domain::{
    Place, Reference, Service, ServiceCode, Shipment, ShippedParcel, Status, TrackingEvent,
    TrackingNumber,
};
use serde::Deserialize;

use crate::event::{LOCALE, Said, filled};
use crate::moment::{self, Written};
use crate::statuses::meaning;
use crate::wire::{Unread, list, or_default, read, text};
use crate::{Ups, error};

const TRACK: &str = "track";
const FIND: &str = "find";

#[async_trait]
impl Tracking for Ups {
    async fn track(
        &self,
        call: &Call<'_>,
        numbers: &[TrackingNumber],
    ) -> Result<Vec<Result<Track>>> {
        let mut tracks = Vec::with_capacity(numbers.len());
        for number in numbers {
            tracks.push(match call.send(self.encode_track(number)).await {
                Ok(response) => decode(number, &response),
                Err(error) if error.kind == Kind::NotFound => Err(error),
                Err(error) => return Err(error),
            });
        }
        Ok(tracks)
    }
}

impl Ups {
    fn encode_track(&self, number: &TrackingNumber) -> Outgoing {
        self.outgoing(Method::GET, TRACK, "/track/v1/details")
            .segment(number.as_str())
            .query("locale", LOCALE)
            .header("transid", number.as_str())
            .class(Class::Track)
    }

    /// What tracking knows under a reference of the account's. It looks 14 days back by itself,
    /// which is long enough for a purchase that is in doubt.
    pub(crate) async fn track_reference(
        &self,
        call: &Call<'_>,
        reference: &Reference,
    ) -> Result<Option<Shipment>> {
        let outgoing = self
            .outgoing(Method::GET, FIND, "/track/v1/reference/details")
            .segment(reference.as_str())
            .query("locale", LOCALE)
            .query("shipperNum", &self.account.account_number)
            .query("refNumType", "SmallPackage")
            .header("transid", reference.as_str());
        match call.send(outgoing).await {
            Ok(response) => referred(reference, &response),
            Err(error) if error.kind == Kind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

fn decode(number: &TrackingNumber, response: &Response) -> Result<Track> {
    let known = Known::read(TRACK, response)?;
    let observed_at = moment::answered_at(response.headers());
    let named = |package: &&Package| package.tracking_number.parse().as_ref() == Ok(number);
    let only = || match known.packages.as_slice() {
        [only] => Some(only),
        _ => None,
    };
    match known.packages.iter().find(named).or_else(only) {
        Some(package) => Ok(package.track(number, observed_at)),
        None => Err(known.nothing(TRACK)),
    }
}

/// The boxes under a reference; none when there are none, or all are voided.
fn referred(reference: &Reference, response: &Response) -> Result<Option<Shipment>> {
    let known = Known::read(FIND, response)?;
    if known.packages.is_empty() {
        let nothing = known.nothing(FIND);
        return if nothing.kind == Kind::NotFound {
            Ok(None)
        } else {
            Err(nothing)
        };
    }
    let alive = known.packages.iter().filter(|p| !p.is_voided());
    let numbers: Option<Vec<TrackingNumber>> = alive
        .clone()
        .map(|p| p.tracking_number.parse().ok())
        .collect();
    let numbers = numbers.ok_or_else(|| error(Kind::Malformed, FIND))?;
    let Some((package, first)) = alive.into_iter().zip(&numbers).next() else {
        return Ok(None);
    };
    let service = package.service.as_deref().and_then(read::<ServiceRead>);
    Ok(Some(Shipment {
        reference: reference.clone(),
        carrier_number: first.as_str().to_owned(),
        service: service.unwrap_or_default().service(),
        charged: None,
        parcels: numbers
            .iter()
            .map(|number| ShippedParcel {
                tracking_number: number.clone(),
                last_mile_number: None,
                label: None,
            })
            .collect(),
    }))
}

/// What an answer knows: packages, or a warning in their place.
struct Known {
    packages: Vec<Package>,
    warning: Option<Warning>,
}

impl Known {
    fn read(operation: &'static str, response: &Response) -> Result<Self> {
        let answer: Answer = read_json(&crate::ID, operation, response)?;
        let shipments = answer.track_response.shipment;
        let shipments: Vec<ShipmentRead> = shipments.iter().filter_map(|s| read(s)).collect();
        let packages = shipments.iter().flat_map(|shipment| &shipment.package);
        let mut warnings = shipments.iter().flat_map(|shipment| &shipment.warnings);
        Ok(Self {
            packages: packages.filter_map(|package| read(package)).collect(),
            warning: warnings.find_map(|warning| read(warning)),
        })
    }

    /// Why there is no package: UPS warns with TW0001 in an answer that is otherwise a success,
    /// also for numbers that are none (<https://github.com/UPS-API/api-documentation/issues/102>).
    fn nothing(&self, operation: &'static str) -> parcelgate_carrier::Error {
        match &self.warning {
            Some(Warning { code, message }) => {
                error(Kind::NotFound, operation).said(code.as_str(), message)
            }
            None => error(Kind::Malformed, operation),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    track_response: TrackResponse,
}

#[derive(Deserialize)]
struct TrackResponse {
    #[serde(deserialize_with = "list")]
    shipment: Vec<Unread>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ShipmentRead {
    #[serde(deserialize_with = "list")]
    package: Vec<Unread>,
    #[serde(deserialize_with = "list")]
    warnings: Vec<Unread>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Warning {
    #[serde(deserialize_with = "text")]
    code: String,
    #[serde(deserialize_with = "text")]
    message: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Package {
    #[serde(deserialize_with = "text")]
    tracking_number: String,
    #[serde(deserialize_with = "list")]
    activity: Vec<Unread>,
    #[serde(deserialize_with = "list")]
    alternate_tracking_number: Vec<Unread>,
    #[serde(deserialize_with = "list")]
    delivery_date: Vec<Unread>,
    delivery_time: Option<Unread>,
    current_status: Option<Unread>,
    service: Option<Unread>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Activity {
    #[serde(deserialize_with = "or_default")]
    location: Location,
    #[serde(deserialize_with = "or_default")]
    status: StatusRead,
    #[serde(deserialize_with = "text")]
    date: String,
    #[serde(deserialize_with = "text")]
    time: String,
    #[serde(deserialize_with = "text")]
    gmt_date: String,
    #[serde(deserialize_with = "text")]
    gmt_time: String,
    #[serde(deserialize_with = "text")]
    gmt_offset: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Location {
    #[serde(deserialize_with = "or_default")]
    address: AddressRead,
}

/// A place; the pushed events write it the same way but for its country.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct AddressRead {
    #[serde(deserialize_with = "text")]
    city: String,
    #[serde(deserialize_with = "text")]
    state_province: String,
    #[serde(deserialize_with = "text")]
    postal_code: String,
    #[serde(deserialize_with = "text")]
    country_code: String,
    #[serde(deserialize_with = "text")]
    country: String,
}

impl AddressRead {
    pub(crate) fn place(&self) -> Place {
        let countries = [&self.country_code, &self.country];
        Place {
            city: filled(&self.city),
            region: filled(&self.state_province),
            postal_code: filled(&self.postal_code),
            country: countries.into_iter().find_map(|code| code.parse().ok()),
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct StatusRead {
    #[serde(deserialize_with = "text")]
    r#type: String,
    #[serde(deserialize_with = "text")]
    code: String,
    #[serde(deserialize_with = "text")]
    description: String,
    #[serde(deserialize_with = "text")]
    status_code: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Typed {
    #[serde(deserialize_with = "text")]
    r#type: String,
    #[serde(deserialize_with = "text")]
    date: String,
    #[serde(deserialize_with = "text")]
    number: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct DeliveryTime {
    #[serde(deserialize_with = "text")]
    r#type: String,
    #[serde(deserialize_with = "text")]
    end_time: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ServiceRead {
    #[serde(deserialize_with = "text")]
    code: String,
    #[serde(deserialize_with = "text")]
    description: String,
}

impl ServiceRead {
    /// Tracking's code of a service (`518`) is not the one it was ordered by.
    fn service(self) -> Service {
        Service {
            code: ServiceCode::new(self.code),
            name: self.description,
        }
    }
}

impl Package {
    fn track(&self, number: &TrackingNumber, observed_at: Option<Timestamp>) -> Track {
        let mut events: Vec<TrackingEvent> = Vec::with_capacity(self.activity.len());
        for unread in &self.activity {
            let event = read::<Activity>(unread).and_then(|a| a.event(number, observed_at));
            events.extend(event.filter(|event| events.iter().all(|known| known.id != event.id)));
        }
        Track {
            number: number.clone(),
            last_mile_number: self.last_mile_number(number),
            estimate: self.estimate(),
            events,
        }
    }

    /// The number of the postal service that delivers, for SurePost and Mail Innovations.
    fn last_mile_number(&self, number: &TrackingNumber) -> Option<TrackingNumber> {
        let others = self.alternate_tracking_number.iter();
        let others = others.filter_map(|other| read::<Typed>(other));
        let mut postal = others.filter(|other| other.r#type.starts_with("USPS"));
        let found = postal.find_map(|other| other.number.parse().ok());
        found.filter(|found| found != number)
    }

    /// The day it is rescheduled or scheduled for, at the latest time that UPS names, or by its
    /// end. Nothing once it is delivered.
    fn estimate(&self) -> Option<DateTime> {
        let dates = self.delivery_date.iter();
        let dates: Vec<Typed> = dates.filter_map(|date| read(date)).collect();
        let of = |r#type: &str| dates.iter().find(|date| date.r#type == r#type);
        if of("DEL").is_some() {
            return None;
        }
        let day = moment::date(&of("RDD").or_else(|| of("SDD"))?.date)?;
        let time = self.delivery_time.as_deref().and_then(read::<DeliveryTime>);
        let time =
            time.filter(|time| matches!(time.r#type.as_str(), "EDW" | "CDW" | "IDW" | "CMT"));
        let time = time.and_then(|time| moment::time(&time.end_time));
        let end_of_day = Time::new(23, 59, 59, 0).ok()?;
        Some(day.to_datetime(time.unwrap_or(end_of_day)))
    }

    fn is_voided(&self) -> bool {
        let status = self.current_status.as_deref().and_then(read::<StatusRead>);
        status.is_some_and(|status| {
            let meaning = meaning(&status.r#type, &status.code, &status.status_code);
            meaning.status == Some(Status::Cancelled)
        })
    }
}

impl Activity {
    fn event(
        &self,
        number: &TrackingNumber,
        observed_at: Option<Timestamp>,
    ) -> Option<TrackingEvent> {
        let said = Said {
            number,
            kind: &self.status.r#type,
            activity: &self.status.code,
            status_code: &self.status.status_code,
            text: &self.status.description,
            place: self.location.address.place(),
            written: Written {
                date: &self.date,
                time: &self.time,
                gmt_date: &self.gmt_date,
                gmt_time: &self.gmt_time,
                gmt_offset: &self.gmt_offset,
            },
            observed_at,
        };
        said.event()
    }
}

#[cfg(test)]
pub(crate) mod tests;

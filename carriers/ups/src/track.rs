//! Where parcels are: Tracking v1, one number for each request. UPS keeps events for 120 days.

use async_trait::async_trait;
use http::Method;
use jiff::Timestamp;
use jiff::civil::DateTime;
use parcelgate_carrier::json::{Loose, Many, Text};
use parcelgate_carrier::moment::answered_at;
use parcelgate_carrier::{
    Call, Class, Kind, Outgoing, Response, Result, Track, Tracking, read_below,
};
use parcelgate_domain::{
    Place, Reference, Service, ServiceCode, Shipment, ShippedParcel, Status, TrackingEvent,
    TrackingNumber,
};
use serde::Deserialize;

use crate::event::{LOCALE, Said};
use crate::moment::{Written, by_the_end_of};
use crate::statuses::meaning;
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
            tracks.push(match call.send(self.encode_track(TRACK, number)).await {
                Ok(response) => decode(number, &response),
                Err(error) if error.kind == Kind::NotFound => Err(error),
                Err(error) => return Err(error),
            });
        }
        Ok(tracks)
    }
}

impl Ups {
    pub(crate) fn encode_track(
        &self,
        operation: &'static str,
        number: &TrackingNumber,
    ) -> Outgoing {
        self.outgoing(Method::GET, operation, "/track/v1/details")
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
    let observed_at = answered_at(response.headers());
    let package = known.package(TRACK, number)?;
    Ok(package.track(number, observed_at))
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
    let parcels: Option<Vec<ShippedParcel>> = alive.clone().map(Package::parcel).collect();
    let parcels = parcels.ok_or_else(|| error(Kind::Malformed, FIND))?;
    let Some((package, first)) = alive.into_iter().zip(&parcels).next() else {
        return Ok(None);
    };
    Ok(Some(Shipment {
        reference: reference.clone(),
        carrier_number: first.tracking_number.as_str().to_owned(),
        // Tracking's code of a service (518) is not the one it was ordered by.
        service: Service {
            code: ServiceCode::new(package.service.code.as_str()),
            name: package.service.description.to_string(),
        },
        charged: None,
        parcels,
    }))
}

/// What an answer knows: packages, or a warning in their place.
pub(crate) struct Known {
    pub(crate) packages: Vec<Package>,
    warning: Option<Warning>,
}

impl Known {
    pub(crate) fn read(operation: &'static str, response: &Response) -> Result<Self> {
        let path = ["trackResponse", "shipment"];
        let shipments: Many<ShipmentRead> = read_below(&crate::ID, operation, response, &path)?;
        let mut known = Self {
            packages: Vec::new(),
            warning: None,
        };
        for shipment in shipments {
            known.packages.extend(shipment.package);
            known.warning = known
                .warning
                .or_else(|| shipment.warnings.into_iter().next());
        }
        Ok(known)
    }

    /// The package of that number; the only one where none is called so.
    pub(crate) fn package(
        &self,
        operation: &'static str,
        number: &TrackingNumber,
    ) -> Result<&Package> {
        let named = |package: &&Package| package.tracking_number.parse().as_ref() == Ok(number);
        let only = || match self.packages.as_slice() {
            [only] => Some(only),
            _ => None,
        };
        let found = self.packages.iter().find(named).or_else(only);
        found.ok_or_else(|| self.nothing(operation))
    }

    /// Why there is no package: UPS warns with TW0001 in an answer that is otherwise a success,
    /// also for numbers that are none (<https://github.com/UPS-API/api-documentation/issues/102>).
    fn nothing(&self, operation: &'static str) -> parcelgate_carrier::Error {
        match &self.warning {
            Some(Warning { code, message }) => {
                error(Kind::NotFound, operation).said(code.as_str(), message.as_str())
            }
            None => error(Kind::Malformed, operation),
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ShipmentRead {
    package: Many<Package>,
    warnings: Many<Warning>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Warning {
    code: Text,
    message: Text,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Package {
    tracking_number: Text,
    activity: Many<Activity>,
    alternate_tracking_number: Many<Typed>,
    delivery_date: Many<Typed>,
    delivery_time: Loose<Typed>,
    pub(crate) delivery_information: Loose<DeliveryInformation>,
    current_status: Loose<StatusRead>,
    service: Loose<StatusRead>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct DeliveryInformation {
    pub(crate) pod: Loose<Proof>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Proof {
    pub(crate) content: Text,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Activity {
    location: Loose<Location>,
    status: Loose<StatusRead>,
    date: Text,
    time: Text,
    gmt_date: Text,
    gmt_time: Text,
    gmt_offset: Text,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Location {
    address: Loose<AddressRead>,
}

/// A place; the pushed events write it the same way but for its country.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct AddressRead {
    city: Text,
    state_province: Text,
    postal_code: Text,
    country_code: Text,
    country: Text,
}

impl AddressRead {
    pub(crate) fn place(&self) -> Place {
        let countries = [&self.country_code, &self.country];
        Place {
            city: self.city.owned(),
            region: self.state_province.owned(),
            postal_code: self.postal_code.owned(),
            country: countries.into_iter().find_map(|code| code.parse().ok()),
        }
    }
}

/// A status, or a service.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct StatusRead {
    r#type: Text,
    code: Text,
    description: Text,
    status_code: Text,
}

/// A day, a time of day or a number, each of a type.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Typed {
    r#type: Text,
    date: Text,
    end_time: Text,
    number: Text,
}

impl Package {
    fn track(&self, number: &TrackingNumber, observed_at: Option<Timestamp>) -> Track {
        let mut events: Vec<TrackingEvent> = Vec::with_capacity(self.activity.len());
        for activity in &self.activity {
            let event = activity.event(number, observed_at);
            events.extend(event.filter(|event| events.iter().all(|known| known.id != event.id)));
        }
        Track {
            number: number.clone(),
            last_mile_number: self.last_mile_number(number),
            estimate: self.estimate(),
            events,
        }
    }

    fn parcel(&self) -> Option<ShippedParcel> {
        Some(ShippedParcel {
            tracking_number: self.tracking_number.parse().ok()?,
            last_mile_number: None,
            label: None,
        })
    }

    /// The number of the postal service that delivers, for SurePost and Mail Innovations.
    fn last_mile_number(&self, number: &TrackingNumber) -> Option<TrackingNumber> {
        let mut others = self.alternate_tracking_number.iter();
        let postal = |other: &Typed| {
            other
                .r#type
                .starts_with("USPS")
                .then_some(())
                .and_then(|()| other.number.parse().ok())
        };
        others.find_map(postal).filter(|found| found != number)
    }

    /// The day it is rescheduled or scheduled for, at the latest time that UPS names, or by its
    /// end. Nothing once it is delivered.
    fn estimate(&self) -> Option<DateTime> {
        let of = |r#type: &str| {
            self.delivery_date
                .iter()
                .find(|date| &*date.r#type == r#type)
        };
        if of("DEL").is_some() {
            return None;
        }
        let day = of("RDD").or_else(|| of("SDD"))?;
        let time = &self.delivery_time;
        let known = matches!(&*time.r#type, "EDW" | "CDW" | "IDW" | "CMT");
        by_the_end_of(&day.date, if known { &time.end_time } else { "" })
    }

    fn is_voided(&self) -> bool {
        let status = &self.current_status;
        let meaning = meaning(&status.r#type, &status.code, &status.status_code);
        meaning.status == Some(Status::Cancelled)
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

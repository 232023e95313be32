//! One result of tracking: a shipment of one box that has, or had, a number.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use parcelgate_carrier::json::{Loose, Many, Text};
use parcelgate_carrier::{Error, Kind, Response, Result, Track, moment};
use parcelgate_domain::{Service, Status, TrackingEvent, TrackingNumber};
use serde::Deserialize;

use super::scan::Scan;
use crate::codes;
use crate::dialect::Words;
use crate::statuses::{CANCELLED, RETURNED};
use crate::wire::output;

/// Every result in an answer, each with the number it was asked for by.
pub(crate) fn results(operation: &'static str, response: &Response) -> Result<Vec<TrackResult>> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Answer {
        complete_track_results: Many<Complete>,
    }
    let answer: Answer = output(operation, response)?;
    let mut results = Vec::new();
    for complete in answer.complete_track_results {
        for mut result in complete.track_results {
            result.asked = complete.tracking_number.parse().ok().or(result.number());
            results.push(result);
        }
    }
    Ok(results)
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Complete {
    tracking_number: Text,
    track_results: Many<TrackResult>,
}

/// One result; what it does not say is empty.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct TrackResult {
    #[serde(skip)]
    asked: Option<TrackingNumber>,
    tracking_number_info: Loose<NumberInfo>,
    additional_tracking_info: Loose<Additional>,
    latest_status_detail: Loose<LatestStatus>,
    package_details: Loose<PackageDetails>,
    service_detail: Loose<Typed>,
    date_and_times: Many<Typed>,
    estimated_delivery_time_window: Loose<TimeWindow>,
    standard_transit_time_window: Loose<TimeWindow>,
    scan_events: Many<Scan>,
    error: Option<Loose<Words>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct NumberInfo {
    tracking_number: Text,
    tracking_number_unique_id: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Additional {
    package_identifiers: Many<Typed>,
}

/// A service, a date or a number, by its type. Of a number the description says `value` of what is
/// a list; `values` is read too.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Typed {
    r#type: Text,
    description: Text,
    date_time: Text,
    #[serde(alias = "value")]
    values: Many<Text>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct LatestStatus {
    code: Text,
    derived_code: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct PackageDetails {
    sequence_number: Text,
    count: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct TimeWindow {
    window: Loose<Window>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Window {
    ends: Text,
}

impl TrackResult {
    /// The number that was asked for.
    pub(crate) const fn asked(&self) -> Option<&TrackingNumber> {
        self.asked.as_ref()
    }

    /// The number of the box.
    pub(crate) fn number(&self) -> Option<TrackingNumber> {
        self.tracking_number_info.tracking_number.parse().ok()
    }

    /// What FedEx says in place of a shipment.
    pub(crate) fn refusal(&self, operation: &'static str) -> Option<Error> {
        let words = self.error.as_ref()?;
        Some(words.refusal(Kind::Malformed, operation))
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        let status = &self.latest_status_detail;
        [&*status.code, &*status.derived_code].contains(&CANCELLED)
    }

    /// Which box of its shipment it is, from 1.
    pub(crate) fn sequence(&self) -> usize {
        let number = &self.package_details.sequence_number;
        number.parse().unwrap_or(usize::MAX)
    }

    /// How many boxes its shipment has.
    pub(crate) fn pieces(&self) -> usize {
        self.package_details.count.parse().unwrap_or(1)
    }

    /// The number of the whole shipment, where it has several boxes.
    pub(crate) fn master_number(&self) -> Option<TrackingNumber> {
        self.identifier("STANDARD_MPS")
    }

    /// Code and name of the service.
    pub(crate) fn service(&self) -> Service {
        let service = &self.service_detail;
        codes::named(&service.r#type, &service.description)
    }

    /// The day it was handed over, as well as FedEx knows.
    pub(crate) fn ship_date(&self) -> Option<Date> {
        let types = [
            "SHIP",
            "ACTUAL_PICKUP",
            "ACTUAL_TENDER",
            "SHIPMENT_DATA_RECEIVED",
        ];
        let known = types.into_iter().find_map(|kind| self.dated(kind));
        known.map(|moment| moment.date())
    }

    /// The part that counts up, and the whole, of what tells shipments of one number apart.
    pub(super) fn unique_id(&self) -> (u64, &str) {
        let id = self.tracking_number_info.tracking_number_unique_id.as_str();
        let first = id.split('~').next().unwrap_or_default();
        (first.parse().unwrap_or(0), id)
    }

    fn dated(&self, kind: &str) -> Option<DateTime> {
        let mut dates = self.date_and_times.iter();
        civil(&dates.find(|dated| &*dated.r#type == kind)?.date_time)
    }

    fn identifier(&self, kind: &str) -> Option<TrackingNumber> {
        let mut known = self.additional_tracking_info.package_identifiers.iter();
        let found = known.find(|identifier| &*identifier.r#type == kind)?;
        found.values.first()?.parse().ok()
    }

    /// What is known of the parcel.
    pub(crate) fn track(&self, number: &TrackingNumber, at: Option<Timestamp>) -> Track {
        let last_mile = self.identifier("PARTNER_CARRIER_NUMBER");
        Track {
            number: number.clone(),
            events: self.events(number, at),
            last_mile_number: last_mile.filter(|other| other != number),
            estimate: self.estimate(),
        }
    }

    /// What has happened, each once. A delivery after the way back began is one to the sender.
    pub(crate) fn events(
        &self,
        number: &TrackingNumber,
        at: Option<Timestamp>,
    ) -> Vec<TrackingEvent> {
        let mut events: Vec<TrackingEvent> = Vec::with_capacity(self.scan_events.len());
        for event in self
            .scan_events
            .iter()
            .filter_map(|scan| scan.event(number, at))
        {
            if events.iter().all(|known| known.id != event.id) {
                events.push(event);
            }
        }
        let returning = events
            .iter()
            .filter(|e| e.status == Some(Status::Returning));
        let Some(back_since) = returning.map(|event| event.occurred_at.instant).min() else {
            return events;
        };
        for event in &mut events {
            let is_back = event.occurred_at.instant > back_since;
            if is_back && event.status == Some(Status::Delivered) {
                event.status = RETURNED.status;
                event.substatus = RETURNED.substatus;
                event.leg = RETURNED.leg;
            }
        }
        events
    }

    /// The end of the window that FedEx now expects, or of the day; nothing once it is delivered.
    fn estimate(&self) -> Option<DateTime> {
        if self.dated("ACTUAL_DELIVERY").is_some() {
            return None;
        }
        let end = |window: &TimeWindow| civil(&window.window.ends);
        let found = end(&self.estimated_delivery_time_window)
            .or_else(|| self.dated("ESTIMATED_DELIVERY"))
            .or_else(|| end(&self.standard_transit_time_window))?;
        Some(end_of_day(found))
    }
}

/// The clock on the wall in a date, a local time or one with its offset.
fn civil(text: &str) -> Option<DateTime> {
    moment::written(text).map(|(local, _)| local)
}

/// Midnight stands for no time of day, and means the end of it.
pub(crate) fn end_of_day(moment: DateTime) -> DateTime {
    let end = Time::new(23, 59, 59, 0).unwrap_or(Time::midnight());
    match moment.time() == Time::midnight() {
        true => moment.date().to_datetime(end),
        false => moment,
    }
}

#[cfg(test)]
mod tests;

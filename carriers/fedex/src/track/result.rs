//! One result of tracking: a shipment of one box that has, or had, a number.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use parcelgate_carrier::{Error, Kind, Response, Result, Track};
use parcelgate_domain::{Status, TrackingEvent, TrackingNumber};
use serde::Deserialize;

use super::scan::Scan;
use crate::dialect::Said;
use crate::statuses::{self, CANCELLED};
use crate::wire::{Unread, list, or_default, output, read, text};

/// Every result in an answer, each with the number it was asked for by.
pub(crate) fn results(operation: &'static str, response: &Response) -> Result<Vec<TrackResult>> {
    let answer: Answer = output(operation, response)?;
    let mut results = Vec::with_capacity(answer.complete_track_results.len());
    for unread in &answer.complete_track_results {
        let complete: Complete = read(unread).unwrap_or_default();
        for unread in &complete.track_results {
            let mut result: TrackResult = read(unread).unwrap_or_default();
            result.asked = complete.tracking_number.parse().ok().or(result.number());
            results.push(result);
        }
    }
    Ok(results)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    complete_track_results: Vec<Unread>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Complete {
    #[serde(deserialize_with = "text")]
    tracking_number: String,
    #[serde(deserialize_with = "list")]
    track_results: Vec<Unread>,
}

/// One result; what it does not say is empty.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct TrackResult {
    #[serde(skip)]
    asked: Option<TrackingNumber>,
    #[serde(deserialize_with = "or_default")]
    tracking_number_info: NumberInfo,
    #[serde(deserialize_with = "or_default")]
    additional_tracking_info: Additional,
    #[serde(deserialize_with = "or_default")]
    latest_status_detail: LatestStatus,
    #[serde(deserialize_with = "or_default")]
    package_details: PackageDetails,
    #[serde(deserialize_with = "or_default")]
    service_detail: ServiceDetail,
    #[serde(deserialize_with = "list")]
    date_and_times: Vec<Unread>,
    #[serde(deserialize_with = "or_default")]
    estimated_delivery_time_window: TimeWindow,
    #[serde(deserialize_with = "or_default")]
    standard_transit_time_window: TimeWindow,
    #[serde(deserialize_with = "list")]
    scan_events: Vec<Unread>,
    error: Option<Unread>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct NumberInfo {
    #[serde(deserialize_with = "text")]
    tracking_number: String,
    #[serde(deserialize_with = "text")]
    tracking_number_unique_id: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Additional {
    #[serde(deserialize_with = "list")]
    package_identifiers: Vec<Unread>,
}

/// The description says `value` of what is a list; `values` is read too.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Identifier {
    #[serde(deserialize_with = "text")]
    r#type: String,
    #[serde(deserialize_with = "list", alias = "value")]
    values: Vec<Unread>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct LatestStatus {
    #[serde(deserialize_with = "text")]
    code: String,
    #[serde(deserialize_with = "text")]
    derived_code: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct PackageDetails {
    #[serde(deserialize_with = "text")]
    sequence_number: String,
    #[serde(deserialize_with = "text")]
    count: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ServiceDetail {
    #[serde(deserialize_with = "text")]
    r#type: String,
    #[serde(deserialize_with = "text")]
    description: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Dated {
    #[serde(deserialize_with = "text")]
    r#type: String,
    #[serde(deserialize_with = "text")]
    date_time: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct TimeWindow {
    #[serde(deserialize_with = "or_default")]
    window: Window,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Window {
    #[serde(deserialize_with = "text")]
    ends: String,
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
        let said: Said = read(self.error.as_deref()?).unwrap_or_default();
        Some(said.refusal(Kind::Malformed, operation))
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        let status = &self.latest_status_detail;
        status.code == CANCELLED || status.derived_code == CANCELLED
    }

    /// Which box of its shipment it is, from 1.
    pub(crate) fn sequence(&self) -> usize {
        self.package_details
            .sequence_number
            .parse()
            .unwrap_or(usize::MAX)
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
    pub(crate) fn service(&self) -> (&str, &str) {
        (
            &self.service_detail.r#type,
            &self.service_detail.description,
        )
    }

    /// The day it was handed over, as well as FedEx knows.
    pub(super) fn ship_date(&self) -> Option<Date> {
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
        let dates = self.date_and_times.iter();
        let mut dates = dates.filter_map(|unread| read::<Dated>(unread));
        civil(&dates.find(|dated| dated.r#type == kind)?.date_time)
    }

    fn identifier(&self, kind: &str) -> Option<TrackingNumber> {
        let known = self.additional_tracking_info.package_identifiers.iter();
        let mut known = known.filter_map(|unread| read::<Identifier>(unread));
        let found = known.find(|identifier| identifier.r#type == kind)?;
        read::<String>(found.values.first()?)?.parse().ok()
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
        for unread in &self.scan_events {
            let event = read::<Scan>(unread).and_then(|scan| scan.event(number, at));
            events.extend(event.filter(|event| events.iter().all(|known| known.id != event.id)));
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
                event.status = statuses::RETURNED.status;
                event.substatus = statuses::RETURNED.substatus;
                event.leg = statuses::RETURNED.leg;
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
        if found.time() == Time::midnight() {
            let end_of_day = Time::new(23, 59, 59, 0).ok()?;
            return Some(found.date().to_datetime(end_of_day));
        }
        Some(found)
    }
}

/// The clock on the wall in a date, a local time or one with its offset.
pub(super) fn civil(text: &str) -> Option<DateTime> {
    match text.get(..19) {
        Some(local) => local.parse().ok(),
        None => Some(
            text.get(..10)?
                .parse::<Date>()
                .ok()?
                .to_datetime(Time::midnight()),
        ),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn track(result: &Value) -> Track {
        let result: TrackResult = serde_json::from_str(&result.to_string()).unwrap();
        result.track(&"794801122330".parse().unwrap(), None)
    }

    fn scan(code: &str, hour: u8) -> Value {
        json!({"date": format!("2026-12-03T{hour:02}:00:00-05:00"), "eventType": code})
    }

    #[test]
    fn a_delivery_on_the_way_back_is_one_to_the_sender() {
        let scans = [scan("DL", 18), scan("DE", 9), scan("RS", 12), scan("DL", 8)];
        let track = track(&json!({ "scanEvents": scans }));
        let statuses: Vec<_> = track
            .events
            .iter()
            .map(|event| event.status.unwrap())
            .collect();
        assert_eq!(statuses[0], Status::Returned);
        assert_eq!(statuses[3], Status::Delivered);
    }

    #[test]
    fn one_bad_scan_costs_no_other_and_the_same_twice_is_one() {
        let scans = json!(["nonsense", {}, {"eventType": 7}, scan("AR", 9), scan("AR", 9)]);
        let track = track(&json!({ "scanEvents": scans }));
        let codes: Vec<_> = track
            .events
            .iter()
            .map(|event| event.code.as_str())
            .collect();
        assert_eq!(codes, ["7", "AR"]);
    }

    #[test]
    fn the_estimate_is_the_latest_word_of_fedex() {
        let estimate = |result: Value| track(&result).estimate.map(|at| at.to_string());
        let standard = json!({"window": {"ends": "2026-12-05T00:00:00-05:00"}});
        let window = json!({"window": {"ends": "2026-12-04T17:00:00-05:00"}});
        let dates = |kind: &str| json!([{"type": kind, "dateTime": "2026-12-04"}]);
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            estimate(json!({"standardTransitTimeWindow": standard})),
            some("2026-12-05T23:59:59")
        );
        assert_eq!(
            estimate(json!({
                "standardTransitTimeWindow": standard, "dateAndTimes": dates("ESTIMATED_DELIVERY")
            })),
            some("2026-12-04T23:59:59")
        );
        assert_eq!(
            estimate(json!({"estimatedDeliveryTimeWindow": window})),
            some("2026-12-04T17:00:00")
        );
        let delivered = json!({
            "estimatedDeliveryTimeWindow": window, "dateAndTimes": dates("ACTUAL_DELIVERY")
        });
        assert_eq!(estimate(delivered), None);
    }

    #[test]
    fn the_number_of_a_partner_is_the_last_mile() {
        let identifiers = json!([
            {"type": "INVOICE", "value": ["7"]},
            {"type": "PARTNER_CARRIER_NUMBER", "value": ["92419900000033499522966220"]}
        ]);
        let result = json!({"additionalTrackingInfo": {"packageIdentifiers": identifiers}});
        let number = track(&result).last_mile_number.unwrap();
        assert_eq!(number.as_str(), "92419900000033499522966220");
    }
}

//! `POST /track/v1/trackingnumbers` and `POST /track/v1/referencenumbers`.

use std::sync::Arc;

use jiff::civil::Date;
use jiff::{Span, Timestamp};
use serde_json::{Value, json};

use super::api::Ask;
use super::refusal::{Answer, Refusal};
use super::shipment::Package;
use super::track_result::{View, error};
use super::{mock, postal};
use crate::document::{at, list, text};
use crate::parcel::{By, Parcel};
use crate::server::World;

/// Numbers in one request.
const NUMBERS_MAX: usize = 30;
/// How far back a reference is looked for, unless the caller says.
const REFERENCE_DAYS: i64 = 30;

pub(crate) fn by_number(world: &World, ask: &Ask) -> Answer {
    let infos = list(&ask.body, "trackingInfo");
    if infos.is_empty() {
        let message = "Please provide tracking number.";
        return Err(Refusal::invalid("TRACKING.TRACKINGNUMBER.EMPTY", message));
    }
    if infos.len() > NUMBERS_MAX {
        let message = "The maximum number of tracking numbers is 30.";
        let code = "TRACKING.TRACKINGNUMBER.MAXEXCEEDED";
        return Err(Refusal::invalid(code, message));
    }
    let view = View::of(world, ask);
    let results: Vec<Value> = infos
        .into_iter()
        .map(|info| one(world, &view, info))
        .collect();
    Ok(json!({ "completeTrackResults": results }))
}

/// Everything that is known by the number of `info`: more than one parcel, where it was used again.
fn one(world: &World, view: &View, info: &Value) -> Value {
    let number = text(info, "trackingNumberInfo.trackingNumber").unwrap_or_default();
    let unique = text(info, "trackingNumberInfo.trackingNumberUniqueId");
    let mut found = world.fedex.parcels().find(By::Number, number);
    let days = Days::of(info, "shipDateEnd");
    found.retain(|parcel| {
        let same = unique.is_none_or(|unique| unique == parcel.detail.unique);
        same && days.hold(parcel)
    });
    let mut results: Vec<Value> = found.iter().map(|parcel| view.result(parcel)).collect();
    results.extend(mock::results(number, unique));
    if number.is_empty() {
        let message = "Please provide tracking number.";
        results.push(error(number, "TRACKING.TRACKINGNUMBER.EMPTY", message));
    } else if results.is_empty() {
        let message = "Tracking number cannot be found. Please correct the tracking number and \
                       try again.";
        results.push(error(number, "TRACKING.TRACKINGNUMBER.NOTFOUND", message));
    }
    json!({ "trackingNumber": number, "trackResults": results })
}

pub(crate) fn by_reference(world: &World, ask: &Ask) -> Answer {
    let none = Value::Null;
    let asked = at(&ask.body, "referencesInformation").unwrap_or(&none);
    let value = text(asked, "value").ok_or_else(|| {
        let message = "Please provide a reference value.";
        Refusal::invalid("TRACKING.REFERENCEVALUE.EMPTY", message)
    })?;
    let kind = text(asked, "type");
    if kind.is_some_and(|kind| !KINDS.contains(&kind)) {
        let message = "Please provide a valid reference/associated type";
        return Err(Refusal::invalid("TRACKING.REFERENCETYPE.INVALID", message));
    }
    let account = text(asked, "accountNumber");
    let country = text(asked, "destinationCountryCode");
    let code = text(asked, "destinationPostalCode").unwrap_or_default();
    if account.is_none() && !country.is_some_and(|country| postal::valid(country, code)) {
        let message = "Please provide the shipper's account number, or the destination country \
                       and postal code.";
        return Err(Refusal::invalid(
            "TRACKING.REFERENCEDATA.INCOMPLETE",
            message,
        ));
    }
    let view = View::of(world, ask);
    let days = Days::of(asked, "shipDateEndDate").or_else(|| Days::of(asked, "shipDateEnd"));
    let days = days.or_recent(view.now);
    let own = world.settings.fedex.account_number.as_str();
    let mut found = world.fedex.parcels().find(By::Reference, value);
    found.retain(|parcel| {
        let to = &parcel.detail.shipment.to;
        let there = country.is_none_or(|country| country == to.country)
            && (code.is_empty() || same_code(&to.country, code, &to.postal));
        account.is_none_or(|account| account == own)
            && there
            && days.hold(parcel)
            && named(parcel, kind, value)
    });
    let complete = |parcel: &Arc<Parcel<Package>>| {
        let result = view.result(parcel);
        json!({ "trackingNumber": parcel.number, "trackResults": [result] })
    };
    let mut results: Vec<Value> = found.iter().map(complete).collect();
    if results.is_empty() {
        let message = "Tracking reference cannot be found. Please correct the reference and try \
                       again.";
        let result = error("", "TRACKING.REFERENCENUMBER.NOTFOUND", message);
        results.push(json!({ "trackingNumber": "", "trackResults": [result] }));
    }
    Ok(json!({ "completeTrackResults": results }))
}

/// Whether both are the same postal code; nine digits of the United States lie in their five.
fn same_code(country: &str, one: &str, other: &str) -> bool {
    let [one, other] = [one, other].map(|code| postal::cleaned(country, code));
    let length = if matches!(country, "US" | "PR") {
        5
    } else {
        one.len().max(other.len())
    };
    let head = |code: &str| code.get(..length).unwrap_or(code).to_owned();
    head(&one) == head(&other)
}

/// Whether a reference of that type is `value`. Without a type, any is.
fn named(parcel: &Parcel<Package>, kind: Option<&str>, value: &str) -> bool {
    let same = |(own, text): &(String, String)| {
        text == value && kind.is_none_or(|kind| kind == reference(own))
    };
    parcel.detail.references.iter().any(same)
}

/// What tracking calls a type of reference.
pub(crate) fn reference(kind: &str) -> &'static str {
    match kind {
        "P_O_NUMBER" => "PURCHASE_ORDER",
        "INVOICE_NUMBER" => "INVOICE",
        "DEPARTMENT_NUMBER" => "DEPARTMENT",
        "RMA_ASSOCIATION" => "RETURN_MATERIALS_AUTHORIZATION",
        "INTRACOUNTRY_REGULATORY_REFERENCE" | "SHIPMENT_INTEGRITY" => "SHIPPER_REFERENCE",
        _ => "CUSTOMER_REFERENCE",
    }
}

/// Types by which one may ask.
#[rustfmt::skip]
const KINDS: [&str; 26] = [
    "BILL_OF_LADING", "COD_RETURN_TRACKING_NUMBER", "CUSTOMER_AUTHORIZATION_NUMBER",
    "CUSTOMER_REFERENCE", "DEPARTMENT", "DOCUMENT_AIRWAY_BILL", "EXPRESS_ALTERNATE_REFERENCE",
    "FEDEX_OFFICE_JOB_ORDER_NUMBER", "FREE_FORM_REFERENCE", "GROUND_INTERNATIONAL",
    "GROUND_SHIPMENT_ID", "INTERNATIONAL_DISTRIBUTION", "INVOICE", "JOB_GLOBAL_TRACKING_NUMBER",
    "ORDER_GLOBAL_TRACKING_NUMBER", "ORDER_TO_PAY_NUMBER", "PART_NUMBER", "PARTNER_CARRIER_NUMBER",
    "PURCHASE_ORDER", "REROUTE_TRACKING_NUMBER", "RETURN_MATERIALS_AUTHORIZATION",
    "RETURNED_TO_SHIPPER_TRACKING_NUMBER", "SHIPPER_REFERENCE", "TRANSBORDER_DISTRIBUTION",
    "TRANSPORTATION_CONTROL_NUMBER", "VIRTUAL_CONSOLIDATION",
];

/// Days of shipping between which is looked.
struct Days {
    first: Option<Date>,
    last: Option<Date>,
}

impl Days {
    fn of(asked: &Value, last: &str) -> Self {
        let day = |name| text(asked, name).and_then(|text| text.parse().ok());
        Self {
            first: day("shipDateBegin"),
            last: day(last),
        }
    }

    fn or_else(self, other: impl FnOnce() -> Self) -> Self {
        if self.last.is_some() { self } else { other() }
    }

    /// The last thirty days, unless other days are given. A day of shipping may lie ahead.
    fn or_recent(self, now: Timestamp) -> Self {
        let today = jiff::tz::Offset::UTC.to_datetime(now).date();
        let first = today.saturating_sub(Span::new().days(REFERENCE_DAYS));
        Self {
            first: Some(self.first.unwrap_or(first)),
            last: self.last,
        }
    }

    fn hold(&self, parcel: &Parcel<Package>) -> bool {
        let shipped = parcel.detail.shipment.shipped;
        self.first.is_none_or(|first| first <= shipped)
            && self.last.is_none_or(|last| shipped <= last)
    }
}

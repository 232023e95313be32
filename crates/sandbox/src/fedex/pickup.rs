//! `/pickup/v1/pickups`: a courier who comes, when one could come, and one who need not.
//!
//! Days are those of the machine: a sender does not know how fast the parcels' pass.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use serde_json::{Value, json};

use super::api::Ask;
use super::lane::Lane;
use super::refusal::{Answer, Error, Refusal};
use super::{postal, rating};
use crate::document::{at, list, scalar, text};
use crate::place::{Place, working_day, working_days_after};
use crate::server::World;

/// Pickups remembered; the first booked go first.
const PICKUPS_MAX: usize = 10_000;
/// The latest a package may be ready on the same day.
const CUT_OFF: Time = Time::constant(16, 0, 0, 0);
/// What a courier needs between ready and closing.
const ACCESS_HOURS: i8 = 2;

/// A pickup booked.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Pickup {
    carrier: String,
    date: Date,
    location: Option<String>,
    cancelled: bool,
}

/// The pickups booked, by their confirmation.
#[derive(Debug, Default)]
pub(crate) struct Pickups {
    last: u64,
    booked: BTreeMap<u64, Pickup>,
}

impl Pickups {
    fn book(&mut self, pickup: Pickup) -> u64 {
        self.last += 1;
        self.booked.insert(self.last, pickup);
        if self.booked.len() > PICKUPS_MAX {
            self.booked.pop_first();
        }
        self.last
    }
}

pub(crate) fn create(world: &World, ask: &Ask) -> Answer {
    let body = &ask.body;
    own(world, scalar(body, "associatedAccountNumber.value"))?;
    let mut errors: Vec<Error> = Vec::new();
    let mut wrong = |code, what: &str| errors.push((code, what.to_owned()));
    let carrier = text(body, "carrierCode").unwrap_or_default();
    if !matches!(carrier, "FDXE" | "FDXG") {
        wrong("CARRIERCODE.INVALID", "Carrier code is missing or invalid.");
    }
    let origin = "originDetail.pickupLocation";
    let field = |path: &str| scalar(body, &format!("{origin}.{path}")).unwrap_or_default();
    let (country, code) = (field("address.countryCode"), field("address.postalCode"));
    if !postal::served(&country) {
        wrong("COUNTRYCODE.INVALID", "Country code is missing or invalid.");
    } else if !postal::valid(&country, &code) {
        wrong("PICKUP.POSTALCODE.MISSING", "PostalCode is missing.");
    }
    let street = list(body, &format!("{origin}.address.streetLines"));
    if street.is_empty() || field("address.city").is_empty() {
        wrong(
            "PICKUP.ADDRESS.INVALID",
            "The pickup address is incomplete.",
        );
    }
    if field("contact.personName").is_empty() || field("contact.phoneNumber").is_empty() {
        wrong(
            "PICKUP.CONTACT.INVALID",
            "The pickup contact is incomplete.",
        );
    }
    // The courier of Ground has to be told where the packages stand.
    if carrier == "FDXG" && text(body, "originDetail.packageLocation").is_none() {
        wrong(
            "PICKUP.PACKAGELOCATION.MISSING",
            "The package location is missing.",
        );
    }
    let place = Place::new("", &field("address.stateOrProvinceCode"), &code, &country);
    let ready = text(body, "originDetail.readyDateTimestamp").and_then(moment);
    let closes = text(body, "originDetail.customerCloseTime");
    let closes = closes.and_then(|time| time.parse::<Time>().ok());
    match (ready, closes) {
        (Some(ready), Some(closes)) => {
            let now = place.local(world.settings.protocol_clock.now());
            errors.extend(check_window(carrier, now, ready, closes));
        }
        _ => wrong(
            "PICKUP.TIME.INVALID",
            "Ready or close time is missing or invalid.",
        ),
    }
    Refusal::unless_sound(errors)?;
    let express = carrier == "FDXE";
    let station: String = code.chars().filter(char::is_ascii_digit).take(2).collect();
    let location = express.then(|| format!("{country}{station}A"));
    let number = world.fedex.pickups().book(Pickup {
        carrier: carrier.to_owned(),
        date: ready.map(DateTime::date).unwrap_or_default(),
        location: location.clone(),
        cancelled: false,
    });
    let mut output = json!({
        "pickupConfirmationCode": number.to_string(),
        "message": "Courier on the way",
    });
    if let (Some(location), Some(members)) = (location, output.as_object_mut()) {
        members.insert("location".to_owned(), json!(location));
    }
    Ok(output)
}

/// `2026-01-06T14:00:00Z`: the time is local, whatever the letter says.
fn moment(text: &str) -> Option<DateTime> {
    text.strip_suffix('Z').unwrap_or(text).parse().ok()
}

fn check_window(carrier: &str, now: DateTime, ready: DateTime, closes: Time) -> Option<Error> {
    let ahead = rating::days_between(now.date(), ready.date());
    let room = closes.since(ready.time()).ok();
    let room = room.is_some_and(|span| span.get_hours() >= i32::from(ACCESS_HOURS));
    let (code, message) = if ahead < 0 {
        (
            "PICKUP.REQUESTED.PREVIOUS.DAY",
            "The pickup was requested for a previous day.",
        )
    } else if carrier == "FDXG" && ahead == 0 {
        (
            "PICKUP.SAMEDAY.NOTAVAILABLE",
            "Ground packages cannot be picked up on the same day.",
        )
    } else if working_day(ready.date()) != ready.date() {
        ("PICKUP.DATE.INVALID", "There is no pickup on that day.")
    } else if !room {
        (
            "PICKUP.ACCESSTIME.INVALID",
            "The time between ready and close is too short.",
        )
    } else {
        return None;
    };
    Some((code, message.to_owned()))
}

pub(crate) fn availability(world: &World, ask: &Ask) -> Answer {
    let body = &ask.body;
    let none = Value::Null;
    let address = json!({ "address": at(body, "pickupAddress").unwrap_or(&none) });
    let mut errors: Vec<Error> = Vec::new();
    let lane = Lane::of(&address, &address, &mut errors);
    if !errors.is_empty() {
        let message = "PostalCode is missing.";
        return Err(Refusal::invalid("PICKUP.POSTALCODE.MISSING", message));
    }
    let listed = |name: &str, known: [&str; 2]| {
        let kinds = list(body, name).into_iter().filter_map(Value::as_str);
        let kinds: Vec<&str> = kinds.collect();
        let sound = !kinds.is_empty() && kinds.iter().all(|kind| known.contains(kind));
        sound.then(|| kinds.into_iter().map(str::to_owned).collect::<Vec<_>>())
    };
    let days = listed("pickupRequestType", ["SAME_DAY", "FUTURE_DAY"]);
    let carriers = listed("carriers", ["FDXE", "FDXG"]);
    let relation = text(body, "countryRelationship");
    let relation = relation.filter(|kind| matches!(*kind, "DOMESTIC" | "INTERNATIONAL"));
    let (Some(days), Some(carriers), Some(relation)) = (days, carriers, relation) else {
        let message = "Request type, carriers or country relationship are missing or invalid.";
        return Err(Refusal::invalid("PICKUP.REQUEST.INVALID", message));
    };
    let now = lane.origin.local(world.settings.protocol_clock.now());
    let mut options = Vec::new();
    for carrier in &carriers {
        for day in &days {
            options.push(option(now, carrier, day, relation));
        }
    }
    Ok(json!({
        "requestTimestamp": now.strftime("%Y-%m-%dT%H:%M:%S").to_string(),
        "options": options,
    }))
}

fn option(now: DateTime, carrier: &str, day: &str, relation: &str) -> Value {
    let today = day == "SAME_DAY";
    let date = if today {
        now.date()
    } else {
        working_days_after(now.date(), 1)
    };
    let open = working_day(date) == date && now.time() < CUT_OFF;
    json!({
        "carrier": carrier,
        "available": !today || (carrier == "FDXE" && open),
        "pickupDate": date.to_string(),
        "cutOffTime": CUT_OFF.to_string(),
        "accessTime": { "hours": ACCESS_HOURS, "minutes": 0 },
        "residentialAvailable": true,
        "countryRelationship": relation,
        "scheduleDay": day,
        "defaultReadyTime": "12:00:00",
        "readyTimeOptions": ["08:00:00", "12:00:00", "15:00:00"],
        "latestTimeOptions": ["14:00:00", "17:00:00", "18:00:00"],
    })
}

pub(crate) fn cancel(world: &World, ask: &Ask) -> Answer {
    let body = &ask.body;
    own(world, scalar(body, "associatedAccountNumber.value"))?;
    let code = scalar(body, "pickupConfirmationCode").unwrap_or_default();
    let date = text(body, "scheduledDate").and_then(|date| date.parse::<Date>().ok());
    let unknown = || {
        let message = "The pickup confirmation code, date or location is invalid.";
        Refusal::invalid("PICKUP.CONFIRMATIONCODE.INVALID", message)
    };
    let now = world.settings.protocol_clock.now();
    let mut pickups = world.fedex.pickups();
    let booked = code
        .parse()
        .ok()
        .and_then(|code: u64| pickups.booked.get_mut(&code));
    let booked = booked.ok_or_else(unknown)?;
    let carrier = text(body, "carrierCode").unwrap_or("FDXE");
    let location = text(body, "location");
    let named = booked.location.is_none() || booked.location.as_deref() == location;
    if Some(booked.date) != date || booked.carrier != carrier || !named || booked.cancelled {
        return Err(unknown());
    }
    if rating::days_between(today(now), booked.date) < -1 {
        let message = "PREVIOUS DAY PICKUP, CANNOT CANCEL OR UPDATE";
        return Err(Refusal::invalid("PICKUP.NUMBER.EXPIRED", message));
    }
    booked.cancelled = true;
    Ok(json!({
        "pickupConfirmationCode": code,
        "cancelConfirmationMessage": "Requested pickup has been cancelled successfully.",
    }))
}

/// The day in Greenwich; a day either way is somewhere's today.
fn today(now: Timestamp) -> Date {
    jiff::tz::Offset::UTC.to_datetime(now).date()
}

fn own(world: &World, account: Option<String>) -> Answer<()> {
    let known = account.as_deref() == Some(world.settings.fedex.account_number.as_str());
    known.then_some(()).ok_or_else(rating::unregistered)
}

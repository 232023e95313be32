//! `tr.order.tracking.get`: one number a call, every time of day that of China.

use jiff::Timestamp;
use jiff::tz::Offset;
use serde_json::{Value, json};

use super::codes::{self, Told};
use super::envelope::{Answer, Refusal};
use super::order::{self, Order};
use crate::document::scalar;
use crate::faults::Telling;
use crate::parcel::{By, Parcel};
use crate::place::Place;
use crate::server::World;

/// The longest number.
const NUMBER_MAX: usize = 50;

/// Something that is told of a parcel.
struct Event {
    at: Timestamp,
    told: Told,
    place: Place,
}

pub(crate) fn track(world: &World, ask: &Value, english: bool, telling: Telling) -> Answer {
    let number = scalar(ask, "deliveryOrderNo")
        .filter(|number| number.chars().count() <= NUMBER_MAX)
        .ok_or_else(|| Refusal::parameter("deliveryOrderNo must have 1 to 50 characters"))?;
    let now = world.settings.clock.now();
    let unknown = || Refusal::about("0", "Can not find this order", &number);
    let parcels = world.fourpx.parcels();
    let parcel = parcels
        .find(By::Number, &number)
        .pop()
        .or_else(|| world.fourpx.by_last_mile(&parcels, &number, now))
        .filter(|parcel| order::known(parcel, now).is_ok())
        .ok_or_else(unknown)?;
    drop(parcels);
    let mut events = events(&parcel, now, telling);
    // The real list's order is not promised: the newest first here, but for the very first.
    events.reverse();
    events.rotate_right(1);
    let list: Value = events.iter().map(|event| entry(event, english)).collect();
    let last_mile = order::last_mile(&parcel, now);
    let partner = Some(parcel.detail.country.partner).filter(|_| !last_mile.is_empty());
    Ok(json!({
        "deliveryOrderNo": number,
        "destinationCountry": parcel.detail.country.code,
        "serverName": partner.unwrap_or_default(),
        "serverNum": last_mile,
        "trackingList": list,
    }))
}

/// What there is to tell, oldest first.
fn events(parcel: &Parcel<Order>, now: Timestamp, telling: Telling) -> Vec<Event> {
    let seen = parcel.seen(now, telling);
    let mut events: Vec<Event> = seen
        .iter()
        .map(|scan| Event {
            at: scan.at,
            told: codes::of(scan.step),
            place: Place::clone(&scan.place),
        })
        .collect();
    let hold = &parcel.detail.hold;
    let standing = hold.standing.as_ref().map(|standing| standing.from);
    let stops = hold.past.iter().copied().chain(standing);
    let stops = stops.map(|at| (at, codes::HELD));
    let cancelled = parcel.voided.get().map(|at| (*at, codes::CANCELLED));
    let Some(origin) = parcel.plan.first().map(|scan| Place::clone(&scan.place)) else {
        return events;
    };
    let more = stops.chain(cancelled).filter(|(at, _)| *at <= now);
    events.extend(more.map(|(at, told)| Event {
        at,
        told,
        place: origin.clone(),
    }));
    events.sort_by_key(|event| event.at);
    events
}

fn entry(event: &Event, english: bool) -> Value {
    let in_china = Offset::constant(8).to_datetime(event.at);
    let place = &event.place;
    let hours = place.offset.seconds() / 3600;
    json!({
        "businessLinkCode": event.told.code,
        "occurDatetime": in_china.strftime("%Y-%m-%d %H:%M:%S").to_string(),
        "occurLocation": if place.city.is_empty() { &place.country } else { &place.city },
        "country": place.country,
        "city": place.city,
        // That of the place; the time beside it is not on it.
        "timeZone": format!("UTC{hours:+03}:00"),
        "trackingContent": if english { event.told.english } else { event.told.chinese },
    })
}

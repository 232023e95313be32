//! The way of a Yanwen parcel: warehouse, flight, customs, a partner at the other end.

use std::sync::Arc;

use jiff::civil::Time;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::order_rules::Checked;
use crate::document::text;
use crate::place::Place;
use crate::plan::{Journey, Step, Stop};

/// The frame of a parcel's plan: seven to fourteen days, by product and country.
pub(crate) fn journey(
    order: &Value,
    checked: &Checked,
    booked: Timestamp,
    rng: &mut fastrand::Rng,
) -> Journey {
    let warehouse = checked.warehouse;
    let origin = Place::new(warehouse.city, warehouse.province, warehouse.postal, "CN");
    let field = |name: &str| text(order, &format!("receiverInfo.{name}")).unwrap_or_default();
    let (city, state, postal) = (field("city"), field("state"), field("zipCode"));
    let destination = Arc::new(Place::new(city, state, postal, checked.country.code));
    let (least, most) = checked.channel.days;
    let days = i64::from(rng.u8(least..=most) + checked.country.far);
    let day = booked + SignedDuration::from_hours(24 * days);
    let day = destination.local(day).date();
    let hour = |hour| destination.instant(day, Time::constant(hour, 0, 0, 0));
    let fetched = origin.local(booked + SignedDuration::from_hours(20)).date();
    let pickup = origin.instant(fetched, Time::constant(19, 0, 0, 0));
    let origin = Arc::new(origin);
    let airport = Arc::new(Place::new("", "", "", checked.country.code));
    let stop = |step, place: &Arc<Place>, permille| Stop {
        step,
        place: Arc::clone(place),
        permille,
    };
    Journey {
        booked,
        pickup: pickup.max(booked + SignedDuration::from_hours(3)),
        due: (hour(10), hour(18)),
        stops: vec![
            stop(Step::OriginArrived, &origin, 70),
            stop(Step::FlightDeparted, &origin, 250),
            stop(Step::Landed, &airport, 480),
            stop(Step::CustomsStarted, &airport, 540),
            stop(Step::CustomsCleared, &airport, 640),
            stop(Step::DeliveryDepotArrived, &destination, 910),
        ],
        origin,
        destination,
    }
}

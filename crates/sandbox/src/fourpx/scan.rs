//! The way of a 4PX parcel: warehouse, flight, customs, a partner at the other end.

use std::sync::Arc;

use jiff::civil::Time;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::order_rules::Checked;
use crate::document::text;
use crate::place::Place;
use crate::plan::{Journey, Step, Stop};

/// The frame of a parcel's plan, by product and country.
pub(crate) fn journey(
    order: &Value,
    checked: &Checked,
    booked: Timestamp,
    rng: &mut fastrand::Rng,
) -> Journey {
    let place = |whose: &str, country: &str| {
        let field = |name: &str| text(order, &format!("{whose}.{name}")).unwrap_or_default();
        Place::new(field("city"), field("state"), field("post_code"), country)
    };
    let origin = place("sender", "CN");
    let destination = Arc::new(place("recipient_info", checked.country.code));
    let (least, most) = checked.product.days;
    let days = i64::from(rng.u8(least..=most) + checked.country.far);
    let day = booked + SignedDuration::from_hours(24 * days);
    let day = destination.local(day).date();
    let hour = |hour| destination.instant(day, Time::constant(hour, 0, 0, 0));
    let fetched = origin.local(booked + SignedDuration::from_hours(22)).date();
    let pickup = origin.instant(fetched, Time::constant(18, 30, 0, 0));
    let origin = Arc::new(origin);
    let airport = Arc::new(Place::new("", "", "", checked.country.code));
    let stop = |step, place: &Arc<Place>, permille| Stop {
        step,
        place: Arc::clone(place),
        permille,
    };
    Journey {
        booked,
        pickup: pickup.max(booked + SignedDuration::from_hours(4)),
        due: (hour(10), hour(18)),
        stops: vec![
            stop(Step::OriginArrived, &origin, 60),
            stop(Step::OriginDeparted, &origin, 180),
            stop(Step::ExportCleared, &origin, 230),
            stop(Step::FlightDeparted, &origin, 290),
            stop(Step::Landed, &airport, 500),
            stop(Step::CustomsStarted, &airport, 550),
            stop(Step::CustomsCleared, &airport, 650),
            stop(Step::DeliveryDepotArrived, &destination, 900),
        ],
        origin,
        destination,
    }
}

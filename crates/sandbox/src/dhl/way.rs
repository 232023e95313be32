//! The way of a parcel: through a hub at home, through gateways and customs abroad.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::{Date, Time};

use crate::place::{Place, working_day, working_days_after};
use crate::plan::{Journey, Step, Stop};

/// When a driver fetches what is ready at `ready`: the same working day at five o'clock, the next
/// one for what is ready later.
pub(crate) fn pickup(origin: &Place, ready: Timestamp) -> (Date, Timestamp) {
    let local = origin.local(ready);
    let today = working_day(local.date());
    let date = if today == local.date() && local.hour() >= 17 {
        working_days_after(today, 1)
    } else {
        today
    };
    (date, origin.instant(date, Time::constant(17, 0, 0, 0)))
}

/// The frame of a plan. `due` is the window of the delivery.
pub(crate) fn journey(
    (booked, pickup): (Timestamp, Timestamp),
    due: (Timestamp, Timestamp),
    origin: &Arc<Place>,
    destination: &Arc<Place>,
    customs: bool,
) -> Journey {
    let stops = match (origin.country == destination.country, customs) {
        (true, _) => at_home(origin, destination),
        (false, customs) => abroad(origin, destination, customs),
    };
    Journey {
        booked,
        pickup,
        due,
        origin: Arc::clone(origin),
        destination: Arc::clone(destination),
        stops,
    }
}

fn at_home(origin: &Arc<Place>, destination: &Arc<Place>) -> Vec<Stop> {
    vec![
        stop(Step::OriginArrived, origin, 120),
        stop(Step::OriginDeparted, origin, 220),
        stop(Step::HubArrived, &hub(destination), 480),
        stop(Step::HubDeparted, &hub(destination), 600),
        stop(Step::DeliveryDepotArrived, destination, 900),
    ]
}

fn abroad(origin: &Arc<Place>, destination: &Arc<Place>, customs: bool) -> Vec<Stop> {
    let (out, into) = (hub(origin), hub(destination));
    let mut stops = vec![
        stop(Step::OriginArrived, origin, 70),
        stop(Step::OriginDeparted, origin, 130),
        stop(Step::HubArrived, &out, 220),
        stop(Step::FlightDeparted, &out, 310),
        stop(Step::Landed, &into, 520),
    ];
    if customs {
        stops.push(stop(Step::CustomsStarted, &into, 580));
        stops.push(stop(Step::CustomsCleared, &into, 690));
    }
    stops.push(stop(Step::HubDeparted, &into, 780));
    stops.push(stop(Step::DeliveryDepotArrived, destination, 930));
    stops
}

/// The sorting centre that serves `place`.
fn hub(place: &Place) -> Arc<Place> {
    let (city, state, postal) = match place.country.as_str() {
        "DE" => ("Leipzig", "", "04435"),
        "US" => ("Cincinnati", "OH", "45275"),
        "GB" => ("East Midlands", "", "DE742TR"),
        "FR" => ("Roissy Charles de Gaulle", "", "95700"),
        "IT" => ("Bergamo", "", "24050"),
        "ES" => ("Vitoria", "", "01195"),
        "NL" => ("Amsterdam", "", "1118"),
        "CN" => ("Shanghai", "", "201202"),
        "HK" => ("Hong Kong", "", ""),
        "JP" => ("Narita", "", "2820004"),
        "SG" => ("Singapore", "", "819830"),
        _ => return Arc::new(place.clone()),
    };
    Arc::new(Place::new(city, state, postal, &place.country))
}

fn stop(step: Step, place: &Arc<Place>, permille: i32) -> Stop {
    Stop {
        step,
        place: Arc::clone(place),
        permille,
    }
}

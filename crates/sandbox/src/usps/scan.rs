//! The way of mail: through sorting plants at home, through an exchange office and customs abroad.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;

use super::lane::Lane;
use super::service::{Service, acceptance};
use crate::place::Place;
use crate::plan::{Journey, Step, Stop};

/// The frame of what happens to a label bought at `booked` and mailed on `mailing`.
pub(crate) fn journey(service: &Service, lane: &Lane, mailing: Date, booked: Timestamp) -> Journey {
    let (date, accepted) = acceptance(lane, mailing, booked);
    Journey {
        booked,
        pickup: accepted,
        due: service.due(lane, date),
        origin: Arc::clone(&lane.origin),
        destination: Arc::clone(&lane.destination),
        stops: if lane.crosses_border() {
            abroad(lane)
        } else {
            at_home(lane)
        },
    }
}

fn at_home(lane: &Lane) -> Vec<Stop> {
    let plant = |place: &Place| {
        let (city, zip) = sorting(&place.state);
        Arc::new(Place::new(city, &place.state, zip, "US"))
    };
    let (out, into) = (plant(&lane.origin), plant(&lane.destination));
    let mut stops = vec![
        stop(Step::OriginArrived, &out, 170),
        stop(Step::OriginDeparted, &out, 260),
    ];
    if out != into {
        stops.push(stop(Step::HubArrived, &into, 640));
        stops.push(stop(Step::HubDeparted, &into, 760));
    }
    stops.push(stop(Step::DeliveryDepotArrived, &lane.destination, 900));
    stops
}

fn abroad(lane: &Lane) -> Vec<Stop> {
    let west = matches!(
        lane.origin.state.as_str(),
        "CA" | "WA" | "OR" | "NV" | "HI" | "AK"
    );
    let (city, state, zip) = if west {
        ("Los Angeles", "CA", "90009")
    } else {
        ("Jamaica", "NY", "11430")
    };
    let out = Arc::new(Place::new(city, state, zip, "US"));
    let there = &lane.destination;
    vec![
        stop(Step::OriginArrived, &lane.origin, 60),
        stop(Step::OriginDeparted, &lane.origin, 110),
        stop(Step::ExportCleared, &out, 240),
        stop(Step::FlightDeparted, &out, 310),
        stop(Step::Landed, there, 540),
        stop(Step::CustomsStarted, there, 600),
        stop(Step::CustomsCleared, there, 710),
        stop(Step::DeliveryDepotArrived, there, 930),
    ]
}

/// The sorting plant of a state, or a made-up one.
fn sorting(state: &str) -> (&'static str, &'static str) {
    match state {
        "NY" | "NJ" | "CT" => ("Jersey City", "07097"),
        "MD" | "DC" | "VA" | "DE" => ("Baltimore", "21233"),
        "TX" => ("Dallas", "75398"),
        "CA" => ("Los Angeles", "90052"),
        "WA" | "OR" => ("Seattle", "98168"),
        "IL" | "WI" | "IN" => ("Chicago", "60607"),
        "GA" | "FL" | "SC" => ("Atlanta", "30304"),
        "MA" | "NH" | "RI" => ("Boston", "02205"),
        "MO" | "KS" => ("Saint Louis", "63155"),
        _ => ("Regional Sorting Center", "50318"),
    }
}

fn stop(step: Step, place: &Arc<Place>, permille: i32) -> Stop {
    Stop {
        step,
        place: Arc::clone(place),
        permille,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::plan;
    use crate::usps::service::Reach;

    #[test]
    fn every_class_delivers_by_its_promise() {
        let booked: Timestamp = "2026-01-08T20:00:00Z".parse().unwrap(); // a Thursday
        let mailing = date(2026, 1, 8);
        let home = ["21093", "90001", "75201"];
        let mut seen = 0;
        for (from, to) in home
            .iter()
            .flat_map(|from| home.iter().map(move |to| (from, to)))
        {
            let lane = Lane::between(from, to).unwrap();
            for service in Service::going(Reach::Home) {
                arrives(service, &lane, mailing, booked, seen);
                seen += 1;
            }
        }
        for country in ["CA", "DE", "JP", "ZA"] {
            let lane = Lane::abroad("21093", country, "").unwrap();
            for service in Service::going(Reach::Abroad) {
                arrives(service, &lane, mailing, booked, seen);
                seen += 1;
            }
        }
        assert_eq!(seen, 9 * 5 + 4 * 3);
    }

    fn arrives(service: &Service, lane: &Lane, mailing: Date, booked: Timestamp, index: u64) {
        let journey = journey(service, lane, mailing, booked);
        let scans = plan::draw(&journey, 0, &mut plan::generator(1, index));
        assert!(scans.is_sorted_by_key(|scan| scan.at));
        let last = scans.last().unwrap();
        assert!(last.at <= journey.due.1, "{} {lane:?}", service.name);
    }
}

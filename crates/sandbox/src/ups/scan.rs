//! The way of a UPS package: through a hub at home, through gateways and customs abroad.

use std::sync::Arc;

use jiff::Timestamp;

use super::lane::Lane;
use super::service::{Service, pickup};
use crate::place::Place;
use crate::plan::{Journey, Step, Stop};

/// UPS's air hub, where nearly every flight in the United States turns.
const HUB: (&str, &str, &str) = ("Louisville", "KY", "40213");

/// The frame of a package's plan.
pub(crate) fn journey(service: &Service, lane: &Lane, booked: Timestamp) -> Journey {
    let (date, fetched) = pickup(&lane.origin, booked);
    Journey {
        booked,
        pickup: fetched,
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
    let mut stops = vec![
        stop(Step::OriginArrived, &lane.origin, 110),
        stop(Step::OriginDeparted, &lane.origin, 200),
    ];
    if lane.zone() > 3 {
        let hub = match lane.origin.country.as_str() {
            "US" | "PR" => gateway(HUB.0, HUB.1, HUB.2, "US"),
            _ => Arc::clone(&lane.destination),
        };
        stops.push(stop(Step::HubArrived, &hub, 450));
        stops.push(stop(Step::HubDeparted, &hub, 590));
    }
    stops.push(stop(Step::DeliveryDepotArrived, &lane.destination, 930));
    stops
}

fn abroad(lane: &Lane) -> Vec<Stop> {
    let out = exit(&lane.origin);
    let into = exit(&lane.destination);
    vec![
        stop(Step::OriginArrived, &lane.origin, 60),
        stop(Step::OriginDeparted, &lane.origin, 110),
        stop(Step::ExportCleared, &out, 220),
        stop(Step::FlightDeparted, &out, 300),
        stop(Step::Landed, &into, 520),
        stop(Step::CustomsStarted, &into, 570),
        stop(Step::CustomsCleared, &into, 690),
        stop(Step::HubDeparted, &into, 770),
        stop(Step::DeliveryDepotArrived, &lane.destination, 940),
    ]
}

/// The airport by which parcels leave or enter the country of `place`.
fn exit(place: &Place) -> Arc<Place> {
    let (city, state, postal) = match place.country.as_str() {
        "US" | "PR" => HUB,
        "CA" => ("Mississauga", "ON", "L5S1T9"),
        "MX" => ("Mexico", "", "15620"),
        "DE" => ("Koeln", "", "51147"),
        "FR" => ("Roissy Charles de Gaulle", "", "95700"),
        "GB" => ("East Midlands", "", "DE742SA"),
        "NL" => ("Eindhoven", "", "5657"),
        "CN" => ("Shenzhen", "", "518128"),
        "HK" => ("Chek Lap Kok", "", ""),
        "JP" => ("Narita", "", "2820004"),
        "KR" => ("Incheon", "", "22382"),
        _ => return Arc::new(place.clone()),
    };
    gateway(city, state, postal, &place.country)
}

fn gateway(city: &str, state: &str, postal: &str, country: &str) -> Arc<Place> {
    Arc::new(Place::new(city, state, postal, country))
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
    use super::*;
    use crate::plan;

    #[test]
    fn every_service_on_every_lane_delivers_by_its_promise() {
        let place =
            |city, state, postal, country| Arc::new(Place::new(city, state, postal, country));
        let places = [
            place("Timonium", "MD", "21093", "US"),
            place("Seattle", "WA", "98101", "US"),
            place("Toronto", "ON", "M5V2T6", "CA"),
            place("Berlin", "", "10115", "DE"),
            place("Shenzhen", "", "518000", "CN"),
        ];
        let booked: Timestamp = "2026-01-08T20:00:00Z".parse().unwrap(); // a Thursday
        let mut seen = 0;
        for (origin, destination) in places
            .iter()
            .flat_map(|origin| places.iter().map(move |destination| (origin, destination)))
        {
            let lane = Lane {
                origin: Arc::clone(origin),
                destination: Arc::clone(destination),
                residential: false,
                saturday: false,
            };
            for service in Service::on(&lane) {
                let journey = journey(service, &lane, booked);
                let scans = plan::draw(&journey, 0, &mut plan::generator(1, seen));
                assert!(scans.is_sorted_by_key(|scan| scan.at));
                let last = scans.last().unwrap();
                assert!(last.at <= journey.due.1, "{} {}", service.name, lane.zone());
                let days = service.days(&lane);
                let range = if lane.crosses_border() { 2..=6 } else { 1..=5 };
                assert!(range.contains(&days), "{} takes {days}", service.name);
                seen += 1;
            }
        }
        assert!(seen > 60, "{seen}");
    }
}

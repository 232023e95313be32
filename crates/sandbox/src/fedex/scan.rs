//! The way of a FedEx package: through a hub at home, through gateways and customs abroad.

use std::sync::Arc;

use jiff::Timestamp;

use super::shipment::Shipment;
use crate::place::Place;
use crate::plan::{Journey, Step, Stop};

/// FedEx's air hub.
const HUB: (&str, &str, &str) = ("MEMPHIS", "TN", "38116");

/// The frame of a package's plan.
pub(crate) fn journey(shipment: &Shipment, booked: Timestamp) -> Journey {
    let lane = &shipment.lane;
    let promised = (shipment.promised.date(), shipment.promised.time());
    Journey {
        booked,
        pickup: shipment.pickup,
        due: shipment.service.due(lane, promised),
        origin: Arc::clone(&lane.origin),
        destination: Arc::clone(&lane.destination),
        stops: if lane.crosses_border() {
            abroad(&lane.origin, &lane.destination)
        } else {
            at_home(shipment)
        },
    }
}

fn at_home(shipment: &Shipment) -> Vec<Stop> {
    let lane = &shipment.lane;
    let mut stops = vec![
        stop(Step::OriginArrived, &lane.origin, 110),
        stop(Step::OriginDeparted, &lane.origin, 200),
    ];
    if lane.zone() > 3 {
        // Ground drives from one region's hub to the next and never sees Memphis.
        let hub = if shipment.service.ground() {
            Arc::clone(&lane.destination)
        } else {
            gateway(HUB, "US")
        };
        stops.push(stop(Step::HubArrived, &hub, 450));
        stops.push(stop(Step::HubDeparted, &hub, 590));
    }
    stops.push(stop(Step::DeliveryDepotArrived, &lane.destination, 930));
    stops
}

fn abroad(origin: &Arc<Place>, destination: &Arc<Place>) -> Vec<Stop> {
    let (out, into) = (exit(origin), exit(destination));
    vec![
        stop(Step::OriginArrived, origin, 60),
        stop(Step::OriginDeparted, origin, 110),
        stop(Step::ExportCleared, &out, 220),
        stop(Step::FlightDeparted, &out, 300),
        stop(Step::Landed, &into, 520),
        stop(Step::CustomsStarted, &into, 570),
        stop(Step::CustomsCleared, &into, 690),
        stop(Step::HubDeparted, &into, 770),
        stop(Step::DeliveryDepotArrived, destination, 940),
    ]
}

/// The airport by which parcels leave or enter the country of `place`.
fn exit(place: &Arc<Place>) -> Arc<Place> {
    let airport = match place.country.as_str() {
        "US" | "PR" => HUB,
        "CA" => ("MISSISSAUGA", "ON", "L5P1B1"),
        "MX" => ("TOLUCA", "", "50200"),
        "DE" => ("KOELN", "", "51147"),
        "FR" => ("ROISSY CHARLES DE GAULLE CEDEX", "", "95700"),
        "GB" => ("STANSTED", "", "CM241QW"),
        "CN" => ("GUANGZHOU", "", "510470"),
        "JP" => ("SENNAN", "", "5490021"),
        "KR" => ("INCHEON", "", "22382"),
        _ => return Arc::clone(place),
    };
    gateway(airport, &place.country)
}

fn gateway((city, state, postal): (&str, &str, &str), country: &str) -> Arc<Place> {
    Arc::new(Place::new(city, state, postal, country))
}

fn stop(step: Step, place: &Arc<Place>, permille: i32) -> Stop {
    Stop {
        step,
        place: Arc::clone(place),
        permille,
    }
}

//! What FedEx's tracking codes mean.
//!
//! A scan has two codes: what happened (`AR`, arrived) and what status that makes (`IT`, in
//! transit). The first says more and decides where it is known; else the second. Of trouble (`DE`,
//! `SE`, `DD`) a reason code or the type of the delay says more. Source: reference guide, tracking
//! status codes and those of the webhook. Some letters stand there twice, as a movement and as who
//! has the parcel; a scan is a movement. An unknown code keeps its words and changes no status.

use parcelgate_carrier::meaning::Meaning;
use parcelgate_domain::{Leg, Status, Substatus as U};

/// The edition of these tables. Raise it with every change of meaning.
pub(crate) const MAPPING_VERSION: u32 = 1;

/// A shipment that was voided.
pub(crate) const CANCELLED: &str = "CA";

/// What FedEx says of one event; each may be empty.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Codes<'a> {
    /// What happened: `AR`.
    pub(crate) event: &'a str,
    /// What status that makes: `IT`.
    pub(crate) derived: &'a str,
    /// Why, when something is wrong: `007`.
    pub(crate) reason: &'a str,
    /// The type of a delay: `WEATHER`.
    pub(crate) delay: &'a str,
}

impl Codes<'_> {
    /// The meaning by the most particular code that is known.
    pub(crate) fn meaning(self) -> Meaning {
        let plain = find(EVENTS, self.event).or_else(|| find(EVENTS, self.derived));
        let plain = plain.unwrap_or(NO_CHANGE);
        if plain.status != Some(Status::Exception) || plain.substatus.is_some() {
            return plain;
        }
        let known = find(REASONS, self.reason).or_else(|| find(DELAYS, self.delay));
        known.unwrap_or(plain)
    }
}

fn find(table: &[(&str, Meaning)], code: &str) -> Option<Meaning> {
    let mut rows = table.iter();
    let row = rows.find(|(known, _)| known.eq_ignore_ascii_case(code));
    row.map(|(_, meaning)| *meaning)
}

const fn of(status: Status) -> Meaning {
    Meaning::of(status)
}

/// Requests, estimates and notes, which leave the parcel where it is.
const NO_CHANGE: Meaning = Meaning::NO_CHANGE;

/// Back with the sender: what a delivery means once the parcel was on its way back.
pub(crate) const RETURNED: Meaning = of(Status::Returned)
    .sub(U::ReturnedReceived)
    .leg(Leg::Return)
    .terminal();

/// By what happened, and by the status it makes: the same letters.
#[rustfmt::skip]
const EVENTS: &[(&str, Meaning)] = &[
    // before FedEx has it
    ("OC", of(Status::InfoReceived).sub(U::LabelCreated).leg(Leg::Origin)), // Order Created; shipment information sent to FedEx
    ("OX", of(Status::InfoReceived)), // Shipment information sent to USPS
    ("MD", of(Status::InfoReceived).sub(U::LabelCreated).leg(Leg::Origin)), // Manifest data
    ("EP", of(Status::InfoReceived).sub(U::PickupScheduled).leg(Leg::Origin)), // Enroute to Pickup
    ("DS", of(Status::InfoReceived).sub(U::PickupScheduled).leg(Leg::Origin)), // Vehicle Dispatched
    ("AP", of(Status::InfoReceived).sub(U::AwaitingPickup).leg(Leg::Origin)), // At Pickup
    ("PD", of(Status::InfoReceived).sub(U::PickupFailed).leg(Leg::Origin)), // Pickup Delay
    ("DR", of(Status::InfoReceived).sub(U::PickupFailed).leg(Leg::Origin)), // Vehicle furnished but not used
    ("RP", of(Status::InfoReceived).sub(U::LabelCreated).leg(Leg::Origin)), // Return label link emailed to return sender
    // first in hand
    ("PU", of(Status::Accepted).sub(U::PickedUp).leg(Leg::Origin).scan()), // Picked Up
    ("PX", of(Status::Accepted).sub(U::PickedUp).leg(Leg::Origin).scan()), // Picked up (see Details)
    ("DO", of(Status::Accepted).sub(U::DroppedOff).leg(Leg::Origin).scan()), // Dropped Off
    ("IP", of(Status::Accepted).sub(U::AcceptanceScan).leg(Leg::Origin).scan()), // In FedEx possession
    // on its way
    ("AA", of(Status::InTransit).sub(U::HandedToAirline).leg(Leg::Linehaul)), // At Airport
    ("AC", of(Status::InTransit).sub(U::HandedToLastMile).leg(Leg::LastMile)), // At Canada Post facility
    ("AF", of(Status::InTransit).sub(U::ArrivedDeliveryDepot)), // At local FedEx Facility
    ("AR", of(Status::InTransit).sub(U::ArrivedFacility)), // Arrived at FedEx location
    ("AX", of(Status::InTransit).sub(U::HandedToLastMile).leg(Leg::LastMile)), // At USPS facility
    ("CH", of(Status::InTransit).sub(U::Rerouted)), // Location Changed
    ("DP", of(Status::InTransit).sub(U::DepartedFacility)), // Departed
    ("EA", of(Status::InTransit)), // Enroute to Airport; Export Approved
    ("EO", of(Status::InTransit).leg(Leg::Origin)), // Enroute to Origin Airport
    ("FD", of(Status::InTransit).sub(U::ArrivedDeliveryDepot).leg(Leg::Destination)), // At FedEx Destination
    ("IT", of(Status::InTransit)), // In Transit
    ("IX", of(Status::InTransit)), // In transit (see Details)
    ("LO", of(Status::InTransit).sub(U::DepartedOrigin).leg(Leg::Origin)), // Left Origin
    ("OF", of(Status::InTransit).sub(U::ArrivedFacility).leg(Leg::Origin)), // At FedEx origin facility
    ("OW", of(Status::InTransit)), // On the way
    ("PF", of(Status::InTransit).sub(U::FlightDeparted).leg(Leg::Linehaul)), // Plane in Flight
    ("PL", of(Status::InTransit).sub(U::FlightArrived).leg(Leg::Linehaul)), // Plane Landed
    ("PM", of(Status::InTransit)), // In Progress
    ("SF", of(Status::InTransit).sub(U::ArrivedFacility)), // At Sort Facility
    ("TR", of(Status::InTransit)), // Transfer
    // customs
    ("CC", of(Status::InTransit).sub(U::CustomsReleased).leg(Leg::ImportCustoms).customs()), // Cleared Customs
    ("CP", of(Status::InTransit).sub(U::CustomsStarted).leg(Leg::ImportCustoms).customs()), // Clearance in Progress
    ("CD", of(Status::Exception).sub(U::HeldCustoms).leg(Leg::ImportCustoms).customs()), // Clearance Delay
    // the last mile
    ("OD", of(Status::OutForDelivery).sub(U::WithCourier).leg(Leg::LastMile)), // Out for Delivery
    ("ED", of(Status::OutForDelivery).sub(U::WithCourier).leg(Leg::LastMile)), // Enroute to Delivery
    ("AD", of(Status::OutForDelivery).sub(U::WithCourier).leg(Leg::LastMile)), // At Delivery
    ("HL", of(Status::AvailableForPickup).leg(Leg::LastMile)), // Hold at Location
    ("HP", of(Status::AvailableForPickup).leg(Leg::LastMile)), // Ready for Recipient Pickup
    ("DL", of(Status::Delivered).leg(Leg::LastMile).terminal()), // Delivered
    // trouble
    ("DD", of(Status::Exception)), // Delivery Delay
    ("DE", of(Status::Exception).leg(Leg::LastMile)), // Delivery Exception
    ("SE", of(Status::Exception)), // Shipment Exception
    // back, or never
    ("RS", of(Status::Returning).sub(U::ReturnStarted).leg(Leg::Return)), // Return to Shipper
    ("CA", of(Status::Cancelled).terminal()), // Shipment Cancelled
    ("LP", of(Status::Cancelled).terminal()), // Return label link cancelled by shipment originator
    ("RD", of(Status::Cancelled).terminal()), // Return label link expired
    // requests, estimates and notes
    ("LC", NO_CHANGE), // Return label link cancelled (webhook), while the return itself may travel
    ("AE", NO_CHANGE), // Shipment arriving early
    ("AO", NO_CHANGE), // Shipment arriving On-time
    ("AS", NO_CHANGE), // Address Corrected
    ("DY", NO_CHANGE), // Delay; delivery updated
    ("HA", NO_CHANGE), // Hold at location request accepted
    ("IN", NO_CHANGE), // On Demand Care completed
    ("PR", NO_CHANGE), // Performed Redirect - Address Change Completed
    ("RA", NO_CHANGE), // Address Change Requested
    ("RC", NO_CHANGE), // CDO Cancelled
    ("RG", NO_CHANGE), // Return label link expiring soon
    ("RM", NO_CHANGE), // CDO Modified
    ("RR", NO_CHANGE), // CDO requested
    ("RT", NO_CHANGE), // Return to Shipper Requested
    ("SP", NO_CHANGE), // Split Status
    ("US", NO_CHANGE), // Scheduled delivery updated
    // who has it
    ("BR", NO_CHANGE), // Broker
    ("CU", NO_CHANGE), // Customs
    ("SH", NO_CHANGE), // Shipper
    ("TP", NO_CHANGE), // Transfer Partner
];

/// By the reason of an exception, as far as FedEx publishes them (reference guide, mock tracking
/// numbers). Zeros count: `07` is another reason than `007`.
#[rustfmt::skip]
const REASONS: &[(&str, Meaning)] = &[
    ("007", of(Status::AttemptFailed).sub(U::NobodyHome).leg(Leg::LastMile).attempt()), // Customer not available or business closed
    ("083", of(Status::Exception).sub(U::DelayedOther).leg(Leg::LastMile)), // Local delivery restriction
    ("03", of(Status::Exception).sub(U::AddressIncorrect).leg(Leg::LastMile)), // Incorrect address
    ("099", of(Status::Exception).leg(Leg::LastMile)), // Unable to deliver
];

/// By the type of a delay.
#[rustfmt::skip]
const DELAYS: &[(&str, Meaning)] = &[
    ("WEATHER", of(Status::Exception).sub(U::DelayedWeather)),
    ("OPERATIONAL", of(Status::Exception).sub(U::DelayedCarrier)),
    ("LOCAL", of(Status::Exception).sub(U::DelayedOther)),
    ("GENERAL", of(Status::Exception).sub(U::DelayedOther)),
    ("CLEARANCE", of(Status::Exception).sub(U::HeldCustoms).leg(Leg::ImportCustoms).customs()),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::tests::official;

    fn status(event: &str, derived: &str) -> Option<Status> {
        let codes = Codes {
            event,
            derived,
            ..Codes::default()
        };
        codes.meaning().status
    }

    #[test]
    fn what_happened_decides_and_then_the_status_it_makes() {
        let arrived = Codes {
            event: "AR",
            derived: "IT",
            ..Codes::default()
        };
        assert_eq!(arrived.meaning().substatus, Some(U::ArrivedFacility));
        assert_eq!(status("ZZ", "IT"), Some(Status::InTransit));
        assert_eq!(status("Ow", ""), Some(Status::InTransit));
        assert_eq!(status("AO", "IT"), None);
        assert_eq!(status("ZZ", "ZZ"), None);
        assert_eq!(status("", ""), None);
    }

    #[test]
    fn a_reason_says_what_the_trouble_is() {
        let trouble = |reason, delay| {
            let codes = Codes {
                event: "DE",
                derived: "DE",
                reason,
                delay,
            };
            codes.meaning()
        };
        assert_eq!(trouble("007", "").status, Some(Status::AttemptFailed));
        assert_eq!(trouble("03", "").substatus, Some(U::AddressIncorrect));
        assert_eq!(trouble("", "WEATHER").substatus, Some(U::DelayedWeather));
        assert_eq!(trouble("A25", "").status, Some(Status::Exception));
        // A reason beside a scan that is no trouble changes nothing.
        let delivered = Codes {
            event: "DL",
            derived: "DL",
            reason: "007",
            ..Codes::default()
        };
        assert_eq!(delivered.meaning().status, Some(Status::Delivered));
    }

    #[test]
    fn every_code_of_the_official_tables_has_a_row() {
        let known = |code: &str| find(EVENTS, code).is_some();
        for row in official("Tracking Status Codes") {
            for code in row.chunks(2).map(|pair| pair[0].as_str()) {
                assert!(code.len() != 2 || known(code), "{code}");
            }
        }
        for row in official("Status Code and Statuses for Webhook Tracking Events") {
            let words = row[1].replace(':', " : ");
            let words: Vec<&str> = words.split_whitespace().collect();
            let codes = words.windows(2).filter(|pair| pair[1] == ":");
            for code in codes.map(|pair| pair[0]) {
                assert!(known(code), "{code}");
            }
        }
    }

    #[test]
    fn the_tables_hold_together() {
        for (at, (code, meaning)) in EVENTS.iter().enumerate() {
            assert!(
                EVENTS[..at].iter().all(|(known, _)| known != code),
                "{code}"
            );
            let ends = meaning.status.is_some_and(Status::is_terminal);
            assert_eq!(ends, meaning.flags.terminal, "{code}");
        }
        for (code, meaning) in EVENTS.iter().chain(REASONS).chain(DELAYS) {
            if let Some(substatus) = meaning.substatus {
                assert_eq!(Some(substatus.status()), meaning.status, "{code}");
            }
        }
    }
}

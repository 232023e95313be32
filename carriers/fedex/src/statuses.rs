//! What FedEx's tracking codes mean.
//!
//! A scan has two codes: what happened (`AR`, arrived) and what status that makes (`IT`, in
//! transit). The first says more and decides where it is known; else the second. Of trouble (`DE`,
//! `SE`, `DD`) a reason code or the type of the delay says more. Source: reference guide, tracking
//! status codes and those of the webhook. Some letters stand there twice, as a movement and as who
//! has the parcel; a scan is a movement. An unknown code keeps its words and changes no status.

use parcelgate_domain::{Flags, Leg, Status, Substatus as U};

/// The edition of these tables. Raise it with every change of meaning.
pub(crate) const MAPPING_VERSION: u32 = 1;

/// A shipment that was voided.
pub(crate) const CANCELLED: &str = "CA";

/// What an event means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Meaning {
    pub(crate) status: Option<Status>,
    pub(crate) substatus: Option<U>,
    pub(crate) leg: Option<Leg>,
    pub(crate) flags: Flags,
}

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

const PLAIN: Flags = Flags {
    first_physical_scan: false,
    delivery_attempt: false,
    terminal: false,
    customs_event: false,
};
const SCAN: Flags = Flags {
    first_physical_scan: true,
    ..PLAIN
};
const ATTEMPT: Flags = Flags {
    delivery_attempt: true,
    ..PLAIN
};
const DONE: Flags = Flags {
    terminal: true,
    ..PLAIN
};
const CUSTOMS: Flags = Flags {
    customs_event: true,
    ..PLAIN
};

/// Requests, estimates and notes, which leave the parcel where it is.
const NO_CHANGE: Meaning = Meaning {
    status: None,
    substatus: None,
    leg: None,
    flags: PLAIN,
};

/// Back with the sender: what a delivery means once the parcel was on its way back.
pub(crate) const RETURNED: Meaning = means(
    Status::Returned,
    Some(U::ReturnedReceived),
    Some(Leg::Return),
    DONE,
);

const fn means(status: Status, substatus: Option<U>, leg: Option<Leg>, flags: Flags) -> Meaning {
    Meaning {
        status: Some(status),
        substatus,
        leg,
        flags,
    }
}

/// By what happened, and by the status it makes: the same letters.
#[rustfmt::skip]
const EVENTS: &[(&str, Meaning)] = &[
    // before FedEx has it
    ("OC", means(Status::InfoReceived, Some(U::LabelCreated), Some(Leg::Origin), PLAIN)), // Order Created; shipment information sent to FedEx
    ("OX", means(Status::InfoReceived, None, None, PLAIN)), // Shipment information sent to USPS
    ("MD", means(Status::InfoReceived, Some(U::LabelCreated), Some(Leg::Origin), PLAIN)), // Manifest data
    ("EP", means(Status::InfoReceived, Some(U::PickupScheduled), Some(Leg::Origin), PLAIN)), // Enroute to Pickup
    ("DS", means(Status::InfoReceived, Some(U::PickupScheduled), Some(Leg::Origin), PLAIN)), // Vehicle Dispatched
    ("AP", means(Status::InfoReceived, Some(U::AwaitingPickup), Some(Leg::Origin), PLAIN)), // At Pickup
    ("PD", means(Status::InfoReceived, Some(U::PickupFailed), Some(Leg::Origin), PLAIN)), // Pickup Delay
    ("DR", means(Status::InfoReceived, Some(U::PickupFailed), Some(Leg::Origin), PLAIN)), // Vehicle furnished but not used
    ("RP", means(Status::InfoReceived, Some(U::LabelCreated), Some(Leg::Origin), PLAIN)), // Return label link emailed to return sender
    // first in hand
    ("PU", means(Status::Accepted, Some(U::PickedUp), Some(Leg::Origin), SCAN)), // Picked Up
    ("PX", means(Status::Accepted, Some(U::PickedUp), Some(Leg::Origin), SCAN)), // Picked up (see Details)
    ("DO", means(Status::Accepted, Some(U::DroppedOff), Some(Leg::Origin), SCAN)), // Dropped Off
    ("IP", means(Status::Accepted, Some(U::AcceptanceScan), Some(Leg::Origin), SCAN)), // In FedEx possession
    // on its way
    ("AA", means(Status::InTransit, Some(U::HandedToAirline), Some(Leg::Linehaul), PLAIN)), // At Airport
    ("AC", means(Status::InTransit, Some(U::HandedToLastMile), Some(Leg::LastMile), PLAIN)), // At Canada Post facility
    ("AF", means(Status::InTransit, Some(U::ArrivedDeliveryDepot), None, PLAIN)), // At local FedEx Facility
    ("AR", means(Status::InTransit, Some(U::ArrivedFacility), None, PLAIN)), // Arrived at FedEx location
    ("AX", means(Status::InTransit, Some(U::HandedToLastMile), Some(Leg::LastMile), PLAIN)), // At USPS facility
    ("CH", means(Status::InTransit, Some(U::Rerouted), None, PLAIN)), // Location Changed
    ("DP", means(Status::InTransit, Some(U::DepartedFacility), None, PLAIN)), // Departed
    ("EA", means(Status::InTransit, None, None, PLAIN)), // Enroute to Airport; Export Approved
    ("EO", means(Status::InTransit, None, Some(Leg::Origin), PLAIN)), // Enroute to Origin Airport
    ("FD", means(Status::InTransit, Some(U::ArrivedDeliveryDepot), Some(Leg::Destination), PLAIN)), // At FedEx Destination
    ("IT", means(Status::InTransit, None, None, PLAIN)), // In Transit
    ("IX", means(Status::InTransit, None, None, PLAIN)), // In transit (see Details)
    ("LO", means(Status::InTransit, Some(U::DepartedOrigin), Some(Leg::Origin), PLAIN)), // Left Origin
    ("OF", means(Status::InTransit, Some(U::ArrivedFacility), Some(Leg::Origin), PLAIN)), // At FedEx origin facility
    ("OW", means(Status::InTransit, None, None, PLAIN)), // On the way
    ("PF", means(Status::InTransit, Some(U::FlightDeparted), Some(Leg::Linehaul), PLAIN)), // Plane in Flight
    ("PL", means(Status::InTransit, Some(U::FlightArrived), Some(Leg::Linehaul), PLAIN)), // Plane Landed
    ("PM", means(Status::InTransit, None, None, PLAIN)), // In Progress
    ("SF", means(Status::InTransit, Some(U::ArrivedFacility), None, PLAIN)), // At Sort Facility
    ("TR", means(Status::InTransit, None, None, PLAIN)), // Transfer
    // customs
    ("CC", means(Status::InTransit, Some(U::CustomsReleased), Some(Leg::ImportCustoms), CUSTOMS)), // Cleared Customs
    ("CP", means(Status::InTransit, Some(U::CustomsStarted), Some(Leg::ImportCustoms), CUSTOMS)), // Clearance in Progress
    ("CD", means(Status::Exception, Some(U::HeldCustoms), Some(Leg::ImportCustoms), CUSTOMS)), // Clearance Delay
    // the last mile
    ("OD", means(Status::OutForDelivery, Some(U::WithCourier), Some(Leg::LastMile), PLAIN)), // Out for Delivery
    ("ED", means(Status::OutForDelivery, Some(U::WithCourier), Some(Leg::LastMile), PLAIN)), // Enroute to Delivery
    ("AD", means(Status::OutForDelivery, Some(U::WithCourier), Some(Leg::LastMile), PLAIN)), // At Delivery
    ("HL", means(Status::AvailableForPickup, None, Some(Leg::LastMile), PLAIN)), // Hold at Location
    ("HP", means(Status::AvailableForPickup, None, Some(Leg::LastMile), PLAIN)), // Ready for Recipient Pickup
    ("DL", means(Status::Delivered, None, Some(Leg::LastMile), DONE)), // Delivered
    // trouble
    ("DD", means(Status::Exception, None, None, PLAIN)), // Delivery Delay
    ("DE", means(Status::Exception, None, Some(Leg::LastMile), PLAIN)), // Delivery Exception
    ("SE", means(Status::Exception, None, None, PLAIN)), // Shipment Exception
    // back, or never
    ("RS", means(Status::Returning, Some(U::ReturnStarted), Some(Leg::Return), PLAIN)), // Return to Shipper
    ("CA", means(Status::Cancelled, None, None, DONE)), // Shipment Cancelled
    ("LP", means(Status::Cancelled, None, None, DONE)), // Return label link cancelled by shipment originator
    ("RD", means(Status::Cancelled, None, None, DONE)), // Return label link expired
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
    ("007", means(Status::AttemptFailed, Some(U::NobodyHome), Some(Leg::LastMile), ATTEMPT)), // Customer not available or business closed
    ("083", means(Status::Exception, Some(U::DelayedOther), Some(Leg::LastMile), PLAIN)), // Local delivery restriction
    ("03", means(Status::Exception, Some(U::AddressIncorrect), Some(Leg::LastMile), PLAIN)), // Incorrect address
    ("099", means(Status::Exception, None, Some(Leg::LastMile), PLAIN)), // Unable to deliver
];

/// By the type of a delay.
#[rustfmt::skip]
const DELAYS: &[(&str, Meaning)] = &[
    ("WEATHER", means(Status::Exception, Some(U::DelayedWeather), None, PLAIN)),
    ("OPERATIONAL", means(Status::Exception, Some(U::DelayedCarrier), None, PLAIN)),
    ("LOCAL", means(Status::Exception, Some(U::DelayedOther), None, PLAIN)),
    ("GENERAL", means(Status::Exception, Some(U::DelayedOther), None, PLAIN)),
    ("CLEARANCE", means(Status::Exception, Some(U::HeldCustoms), Some(Leg::ImportCustoms), CUSTOMS)),
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

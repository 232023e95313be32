//! Tables: tracking codes and waybill states, Yanwen's words in the comments.

use parcelgate_domain::{Flags, Leg, Status, Substatus};

/// Edition of the table below; it grows with every change of a row.
pub(crate) const MAPPING_VERSION: u32 = 1;

/// What a tracking code means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Meaning {
    pub(crate) status: Option<Status>,
    pub(crate) substatus: Option<Substatus>,
    pub(crate) leg: Option<Leg>,
    pub(crate) flags: Flags,
}

/// The code that stands for "no such number".
pub(crate) const NOT_FOUND: &str = "NOTFOUND";

const NO: Flags = Flags {
    first_physical_scan: false,
    delivery_attempt: false,
    terminal: false,
    customs_event: false,
};
const CUSTOMS: Flags = Flags {
    customs_event: true,
    ..NO
};
const SCAN: Flags = Flags {
    first_physical_scan: true,
    ..NO
};
const ATTEMPT: Flags = Flags {
    delivery_attempt: true,
    ..NO
};
const END: Flags = Flags {
    terminal: true,
    ..NO
};

type Row = (&'static str, Status, Option<Substatus>, Leg, Flags);

use Status as S;
use Substatus as U;

/// The official table is not public; these are the codes that the official sample and several
/// public integrations agree on (2026-11).
#[rustfmt::skip]
const CODES: [Row; 19] = [
    // Order processed by shipper
    ("OR10", S::InfoReceived, Some(U::LabelCreated), Leg::Origin, NO),
    // Yanwen acceptance
    ("PU10", S::Accepted, Some(U::AcceptanceScan), Leg::Origin, SCAN),
    // Pickup failed
    ("PU30", S::InfoReceived, Some(U::PickupFailed), Leg::Origin, NO),
    // Sorting centre; what exactly is not published
    ("SC20", S::InTransit, None, Leg::Origin, NO),
    // Export customs failed
    ("EC30", S::Exception, Some(U::HeldCustoms), Leg::ExportCustoms, CUSTOMS),
    // Port of departure - Departure, with a flight number
    ("LH20", S::InTransit, Some(U::FlightDeparted), Leg::Linehaul, NO),
    // Import clearance in progress
    ("S303", S::InTransit, Some(U::CustomsStarted), Leg::ImportCustoms, CUSTOMS),
    // Import clearance started
    ("IC50", S::InTransit, Some(U::CustomsStarted), Leg::ImportCustoms, CUSTOMS),
    // Import clearance failed
    ("IC51", S::Exception, Some(U::HeldCustoms), Leg::ImportCustoms, CUSTOMS),
    // Import clearance completed
    ("IC60", S::InTransit, Some(U::CustomsReleased), Leg::ImportCustoms, CUSTOMS),
    // Import clearance abnormal
    ("IC70", S::Exception, Some(U::HeldCustoms), Leg::ImportCustoms, CUSTOMS),
    // Arrived in destination country
    ("LM10", S::InTransit, Some(U::ArrivedDestinationCountry), Leg::Destination, NO),
    // Arrived at delivery facility
    ("LM20", S::InTransit, Some(U::ArrivedDeliveryDepot), Leg::LastMile, NO),
    // Out for delivery
    ("LM25", S::OutForDelivery, Some(U::WithCourier), Leg::LastMile, NO),
    // Ready for pickup; where is not said
    ("LM30", S::AvailableForPickup, None, Leg::LastMile, NO),
    // Delivered; to whom is not said: the official sample has "Delivery to an other person"
    ("LM40", S::Delivered, None, Leg::LastMile, END),
    // Delivery failed
    ("LM50", S::AttemptFailed, None, Leg::LastMile, ATTEMPT),
    // Return shipment inbound confirmation: the return is under way, hours after LM40 in the sample
    ("LM54", S::Returning, Some(U::ReturnStarted), Leg::Return, NO),
    // Returned
    ("LM90", S::Returned, Some(U::ReturnedReceived), Leg::Return, END),
];

/// What the letters of a code say when its digits are new. Never that a parcel is delivered.
const FAMILIES: [(&str, Status, Option<Leg>, Flags); 7] = [
    ("OR", S::InfoReceived, Some(Leg::Origin), NO),
    ("PU", S::InTransit, Some(Leg::Origin), NO),
    ("SC", S::InTransit, None, NO),
    ("EC", S::InTransit, Some(Leg::ExportCustoms), CUSTOMS),
    ("LH", S::InTransit, Some(Leg::Linehaul), NO),
    ("IC", S::InTransit, Some(Leg::ImportCustoms), CUSTOMS),
    ("LM", S::InTransit, Some(Leg::LastMile), NO),
];

/// What `code` means, as far as anybody knows.
pub(crate) fn meaning(code: &str) -> Meaning {
    if let Some((_, status, substatus, leg, flags)) = CODES.iter().find(|row| row.0 == code) {
        return Meaning {
            status: Some(*status),
            substatus: *substatus,
            leg: Some(*leg),
            flags: *flags,
        };
    }
    let letters = code.trim_end_matches(|c: char| c.is_ascii_digit());
    if letters.len() == code.len() {
        return Meaning::default();
    }
    if letters == "S" {
        return Meaning {
            status: Some(S::InTransit),
            ..Meaning::default()
        };
    }
    FAMILIES
        .iter()
        .find(|row| row.0 == letters)
        .map(|(_, status, leg, flags)| Meaning {
            status: Some(*status),
            substatus: None,
            leg: *leg,
            flags: *flags,
        })
        .unwrap_or_default()
}

/// State of a waybill as `express.order.get` tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WaybillState {
    /// 0 created 已制单 and 1 shipment confirmed 已确认发货: Yanwen has not had it in hand.
    Announced,
    /// 5 cancelled 已取消.
    Cancelled,
    /// Any other: 2 received 已收货 up to 15 tracking ended 追踪结束.
    UnderWay,
}

impl WaybillState {
    pub(crate) fn of(status: &str) -> Self {
        match status {
            "0" | "1" => Self::Announced,
            "5" => Self::Cancelled,
            _ => Self::UnderWay,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_code_stands_once_and_its_substatus_refines_its_status() {
        let codes: BTreeSet<_> = CODES.iter().map(|row| row.0).collect();
        assert_eq!(codes.len(), CODES.len());
        for (code, status, substatus, ..) in CODES {
            if let Some(substatus) = substatus {
                assert_eq!(substatus.status(), status, "{code}");
            }
            assert_eq!(meaning(code).status, Some(status), "{code}");
        }
    }

    #[test]
    fn an_unknown_code_is_read_by_its_letters_and_never_as_delivered() {
        assert_eq!(meaning("LM41").status, Some(S::InTransit));
        assert_eq!(meaning("OR99").status, Some(S::InfoReceived));
        assert_eq!(meaning("S999").status, Some(S::InTransit));
        assert!(meaning("EC99").flags.customs_event);
        for unknown in ["", "XX10", "LM", "SHIPPED", "lm40", "LMX4", "40"] {
            assert_eq!(meaning(unknown), Meaning::default(), "{unknown}");
        }
        for (family, status, ..) in FAMILIES {
            assert!(!status.is_terminal(), "{family}");
        }
    }
}

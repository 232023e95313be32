//! Tables: tracking codes and waybill states, Yanwen's words in the comments.

use parcelgate_carrier::meaning::{Meaning, lookup};
use parcelgate_domain::{Leg, Status as S, Substatus as U};

/// Edition of the table below; it grows with every change of a row.
pub(crate) const MAPPING_VERSION: u32 = 1;

/// The code that stands for "no such number".
pub(crate) const NOT_FOUND: &str = "NOTFOUND";

const fn at(status: S, leg: Leg) -> Meaning {
    Meaning::of(status).leg(leg)
}

/// The official table is not public; these are the codes that the official sample and several
/// public integrations agree on (2026-11).
#[rustfmt::skip]
const CODES: &[(&str, Meaning)] = &[
    // Order processed by shipper
    ("OR10", at(S::InfoReceived, Leg::Origin).sub(U::LabelCreated)),
    // Yanwen acceptance
    ("PU10", at(S::Accepted, Leg::Origin).sub(U::AcceptanceScan).scan()),
    // Pickup failed
    ("PU30", at(S::InfoReceived, Leg::Origin).sub(U::PickupFailed)),
    // Sorting centre; what exactly is not published
    ("SC20", at(S::InTransit, Leg::Origin)),
    // Export customs failed
    ("EC30", at(S::Exception, Leg::ExportCustoms).sub(U::HeldCustoms).customs()),
    // Port of departure - Departure, with a flight number
    ("LH20", at(S::InTransit, Leg::Linehaul).sub(U::FlightDeparted)),
    // Import clearance in progress
    ("S303", at(S::InTransit, Leg::ImportCustoms).sub(U::CustomsStarted).customs()),
    // Import clearance started
    ("IC50", at(S::InTransit, Leg::ImportCustoms).sub(U::CustomsStarted).customs()),
    // Import clearance failed
    ("IC51", at(S::Exception, Leg::ImportCustoms).sub(U::HeldCustoms).customs()),
    // Import clearance completed
    ("IC60", at(S::InTransit, Leg::ImportCustoms).sub(U::CustomsReleased).customs()),
    // Import clearance abnormal
    ("IC70", at(S::Exception, Leg::ImportCustoms).sub(U::HeldCustoms).customs()),
    // Arrived in destination country
    ("LM10", at(S::InTransit, Leg::Destination).sub(U::ArrivedDestinationCountry)),
    // Arrived at delivery facility
    ("LM20", at(S::InTransit, Leg::LastMile).sub(U::ArrivedDeliveryDepot)),
    // Out for delivery
    ("LM25", at(S::OutForDelivery, Leg::LastMile).sub(U::WithCourier)),
    // Ready for pickup; where is not said
    ("LM30", at(S::AvailableForPickup, Leg::LastMile)),
    // Delivered; to whom is not said: the official sample has "Delivery to an other person"
    ("LM40", at(S::Delivered, Leg::LastMile).terminal()),
    // Delivery failed
    ("LM50", at(S::AttemptFailed, Leg::LastMile).attempt()),
    // Return shipment inbound confirmation: the return is under way, hours after LM40 in the sample
    ("LM54", at(S::Returning, Leg::Return).sub(U::ReturnStarted)),
    // Returned
    ("LM90", at(S::Returned, Leg::Return).sub(U::ReturnedReceived).terminal()),
];

/// What the letters of a code say when its digits are new. Never that a parcel is delivered.
#[rustfmt::skip]
const FAMILIES: &[(&str, Meaning)] = &[
    ("OR", at(S::InfoReceived, Leg::Origin)),
    ("PU", at(S::InTransit, Leg::Origin)),
    ("S", Meaning::of(S::InTransit)),
    ("SC", Meaning::of(S::InTransit)),
    ("EC", at(S::InTransit, Leg::ExportCustoms).customs()),
    ("LH", at(S::InTransit, Leg::Linehaul)),
    ("IC", at(S::InTransit, Leg::ImportCustoms).customs()),
    ("LM", at(S::InTransit, Leg::LastMile)),
];

/// What `code` means, as far as anybody knows.
pub(crate) fn meaning(code: &str) -> Meaning {
    let letters = code.trim_end_matches(|c: char| c.is_ascii_digit());
    let family = || (letters != code).then(|| lookup(FAMILIES, &letters))?;
    lookup(CODES, &code)
        .or_else(family)
        .unwrap_or(Meaning::NO_CHANGE)
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
        for (code, row) in CODES {
            if let Some(substatus) = row.substatus {
                assert_eq!(Some(substatus.status()), row.status, "{code}");
            }
            assert_eq!(meaning(code), *row, "{code}");
        }
    }

    #[test]
    fn an_unknown_code_is_read_by_its_letters_and_never_as_delivered() {
        assert_eq!(meaning("LM41").status, Some(S::InTransit));
        assert_eq!(meaning("OR99").status, Some(S::InfoReceived));
        assert_eq!(meaning("S999").status, Some(S::InTransit));
        assert!(meaning("EC99").flags.customs_event);
        for unknown in ["", "XX10", "LM", "SHIPPED", "lm40", "LMX4", "40"] {
            assert_eq!(meaning(unknown), Meaning::NO_CHANGE, "{unknown}");
        }
        for (family, row) in FAMILIES {
            assert!(
                row.status.is_some_and(|status| !status.is_terminal()),
                "{family}"
            );
        }
    }
}

//! What Unified Tracking says of the things that happen to a parcel: DHL's own two-letter codes,
//! and the coarse status above them.

use crate::dhl::express;
use crate::dhl::shipment::Division;
use crate::plan::Step;

/// An event in Unified's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) status_code: &'static str,
    /// The division's own code.
    pub(crate) status: &'static str,
    /// Parcel DE's event and reason (ICE and RIC).
    pub(crate) detailed: Option<(&'static str, &'static str)>,
    pub(crate) text: &'static str,
}

/// `step` in the words of `division`; `None` for what it does not tell.
pub(crate) fn of(division: Division, step: Step) -> Option<Told> {
    match division {
        Division::Express => {
            let (status, text) = express::event(step)?;
            Some(Told {
                status_code: coarse(step),
                status,
                detailed: None,
                text,
            })
        }
        Division::ParcelDe => {
            let (status, ice, ric, text) = parcel_de(step);
            Some(Told {
                status_code: coarse(step),
                status,
                detailed: Some((ice, ric)),
                text,
            })
        }
    }
}

const fn coarse(step: Step) -> &'static str {
    match step {
        Step::LabelCreated => "pre-transit",
        Step::PickedUp
        | Step::OriginArrived
        | Step::OriginDeparted
        | Step::HubArrived
        | Step::HubDeparted
        | Step::ExportCleared
        | Step::FlightDeparted
        | Step::Landed
        | Step::CustomsStarted
        | Step::CustomsHeld
        | Step::CustomsCleared
        | Step::DeliveryDepotArrived
        | Step::OutForDelivery
        | Step::ReturnStarted => "transit",
        Step::Delayed | Step::AttemptFailed => "failure",
        Step::Delivered | Step::Returned => "delivered",
    }
}

#[rustfmt::skip]
const fn parcel_de(step: Step) -> (&'static str, &'static str, &'static str, &'static str) {
    match step {
        Step::LabelCreated => ("VA", "PARCV", "NRQRD", "The instruction data for this shipment have been provided by the sender to DHL electronically"),
        Step::PickedUp => ("AE", "PCKDU", "PUBCR", "The shipment has been picked up"),
        Step::OriginArrived => ("EE", "MVARR", "NRQRD", "The shipment has arrived at the parcel center of origin"),
        Step::OriginDeparted => ("AA", "LDTMV", "MVMTV", "The shipment has been processed in the parcel center of origin"),
        Step::HubArrived | Step::Landed => ("EE", "MVARR", "NRQRD", "The shipment has arrived at a parcel center"),
        Step::HubDeparted | Step::FlightDeparted => ("AA", "MVDPT", "NRQRD", "The shipment has left a parcel center"),
        Step::ExportCleared => ("ZO", "ITBAR", "FWEXH", "The shipment has been cleared for export"),
        Step::CustomsStarted => ("ZO", "ICPRC", "OARRV", "The shipment is presented to customs"),
        Step::CustomsHeld => ("ZO", "HLDCU", "NORSN", "The shipment is held by customs"),
        Step::CustomsCleared => ("ZO", "ICPRC", "NRQRD", "The shipment has been cleared by customs"),
        Step::DeliveryDepotArrived => ("EE", "MVARR", "NRQRD", "The shipment has arrived at the delivery base"),
        Step::Delayed => ("BV", "MVTEX", "TCATC", "The shipment is delayed"),
        Step::OutForDelivery => ("PO", "LDTMV", "MVMTV", "The shipment has been loaded onto the delivery vehicle"),
        Step::AttemptFailed => ("ZN", "NTDEL", "CLOSD", "The shipment could not be delivered"),
        Step::Delivered => ("ZU", "DLVRD", "ACCPT", "The shipment has been successfully delivered"),
        Step::ReturnStarted => ("PO", "OFWRD", "RTSCR", "The shipment is on its way back to the sender"),
        Step::Returned => ("ZU", "DLVRD", "ACCPT", "The shipment has been returned to the sender"),
    }
}

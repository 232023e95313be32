//! A parcel's steps in USPS's words: event code, what happened, the category of the status.
//!
//! Codes as Publication 199 is commonly quoted; customs events abroad have no public list, so they
//! go under the code for processing, as foreign posts' scans do.

use crate::plan::Step;

/// How USPS tells one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) code: &'static str,
    pub(crate) event: &'static str,
    pub(crate) category: &'static str,
}

const fn told(code: &'static str, event: &'static str, category: &'static str) -> Told {
    Told {
        code,
        event,
        category,
    }
}

/// USPS's words for `step`.
#[rustfmt::skip]
pub(crate) const fn of(step: Step) -> Told {
    match step {
        Step::LabelCreated => told("GX", "Shipping Label Created, USPS Awaiting Item", "Pre-Shipment"),
        Step::PickedUp => told("03", "USPS in possession of item", "Accepted"),
        Step::OriginArrived => told("10", "Arrived at USPS Regional Origin Facility", "In Transit"),
        Step::OriginDeparted => told("EF", "Departed USPS Regional Facility", "In Transit"),
        Step::HubArrived => told("10", "Arrived at USPS Regional Destination Facility", "In Transit"),
        Step::HubDeparted => told("EF", "Departed USPS Regional Destination Facility", "In Transit"),
        Step::ExportCleared => told("10", "Processed Through Facility, International Service Center", "In Transit"),
        Step::FlightDeparted => told("EF", "Departed, International Service Center", "In Transit"),
        Step::Landed => told("10", "Processed Through Facility", "In Transit"),
        Step::CustomsStarted => told("10", "Customs Clearance", "In Transit"),
        Step::CustomsHeld => told("44", "Held in Customs", "Alert"),
        Step::CustomsCleared => told("10", "Customs Clearance Processing Complete", "In Transit"),
        Step::DeliveryDepotArrived => told("07", "Arrived at Post Office", "In Transit"),
        Step::Delayed => told("71", "In Transit, Arriving Late", "In Transit"),
        Step::OutForDelivery => told("OF", "Out for Delivery", "Out for Delivery"),
        Step::AttemptFailed => told("02", "Notice Left (No Authorized Recipient Available)", "Delivery Attempt"),
        Step::Delivered => told("01", "Delivered, Front Door/Porch", "Delivered"),
        Step::ReturnStarted => told("28", "Unclaimed/Being Returned to Sender", "Alert"),
        Step::Returned => told("09", "Delivered, To Original Sender", "Delivered"),
    }
}

//! A parcel's steps in UPS's words: activity type, code, text, status code.
//!
//! Two-letter codes and texts from UPS's tracking appendix (activity types, movement scans,
//! exceptions, manifest codes; status codes are the `Status/Description Codes`).

use crate::plan::Step;

/// How UPS tells one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) kind: &'static str,
    pub(crate) code: &'static str,
    pub(crate) text: &'static str,
    pub(crate) status: &'static str,
    /// The simplified text that goes with the status code.
    pub(crate) simple: &'static str,
}

const fn told(
    kind: &'static str,
    code: &'static str,
    text: &'static str,
    status: &'static str,
    simple: &'static str,
) -> Told {
    Told {
        kind,
        code,
        text,
        status,
        simple,
    }
}

/// UPS's words for `step`.
#[rustfmt::skip]
pub(crate) const fn of(step: Step) -> Told {
    match step {
        Step::LabelCreated => told("M", "MP", "Shipper created a label, UPS has not received the package yet. ", "003", "Shipment Ready for UPS"),
        Step::PickedUp => told("I", "PU", "Pickup Scan ", "038", "Picked Up by UPS"),
        Step::OriginArrived => told("I", "OR", "Origin Scan ", "160", "We Have Your Package"),
        Step::OriginDeparted | Step::HubDeparted | Step::FlightDeparted => told("I", "DP", "Departed from Facility ", "005", "On the Way"),
        Step::HubArrived => told("I", "AR", "Arrived at Facility ", "005", "On the Way"),
        Step::ExportCleared => told("I", "EP", "Export Scan ", "005", "On the Way"),
        Step::Landed => told("I", "IP", "Import Scan ", "005", "On the Way"),
        Step::CustomsStarted => told("X", "4C", "UPS is preparing your package for clearance. We will notify you if additional information is needed. ", "012", "Clearance in Progress"),
        Step::CustomsHeld => told("X", "5", "Your package is pending release from a Government Agency. Once they release it, your package will be on its way. ", "126", "Pending Government Agency Release"),
        Step::CustomsCleared => told("I", "SR", "Your package was released by the customs agency. ", "014", "Clearance Completed"),
        Step::DeliveryDepotArrived => told("I", "DS", "Destination Scan ", "071", "Preparing for Delivery"),
        Step::Delayed => told("X", "7W", "Severe weather conditions have delayed delivery. ", "052", "Delay: Severe Weather"),
        Step::OutForDelivery => told("I", "OT", "Out For Delivery Today", "021", "Out for Delivery"),
        Step::AttemptFailed => told("X", "48", "The receiver was not available for delivery. We'll make a second attempt the next business day. ", "022", "First Attempt Made"),
        Step::Delivered => told("D", "FS", "DELIVERED ", "011", "Delivered"),
        Step::ReturnStarted => told("X", "UF", "We're in the process of returning this package to the sender. ", "035", "Returning to Sender"),
        Step::Returned => told("X", "UA", "UPS has returned your package to the sender. ", "034", "Returned to Sender"),
    }
}

/// The words for a voided shipment.
pub(crate) const VOIDED: Told = told(
    "MV",
    "VP",
    "Manifest cancelled and shipment voided ",
    "007",
    "Shipment Information Voided",
);

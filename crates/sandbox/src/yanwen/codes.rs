//! A parcel's steps in Yanwen's words.

use crate::plan::Step;

/// How Yanwen tells one step: the checkpoint's code and text, the order's status, and the first
/// level of the package's status.
pub(crate) struct Told {
    pub(crate) code: &'static str,
    pub(crate) text: &'static str,
    pub(crate) order: &'static str,
    pub(crate) level: &'static str,
    /// Told by the partner at the other end.
    pub(crate) last_mile: bool,
}

const fn told(
    code: &'static str,
    text: &'static str,
    order: &'static str,
    level: &'static str,
    last_mile: bool,
) -> Told {
    Told {
        code,
        text,
        order,
        level,
        last_mile,
    }
}

/// Yanwen's words for `step`.
#[rustfmt::skip]
pub(crate) const fn of(step: Step) -> Told {
    match step {
        Step::LabelCreated => told("OR10", "Order processed by shipper", "0", "2", false),
        Step::PickedUp => told("PU10", "Yanwen Pickup scan", "2", "3", false),
        Step::OriginArrived | Step::OriginDeparted | Step::HubArrived | Step::HubDeparted | Step::ExportCleared => told("SC20", "Processed through sorting center", "3", "3", false),
        Step::FlightDeparted => told("LH20", "Port of departure - Departure", "3", "3", false),
        Step::Landed => told("LM10", "Arrived at destination country", "3", "3", false),
        Step::CustomsStarted => told("IC50", "Import clearance start", "3", "3", false),
        Step::CustomsHeld => told("IC70", "Import clearance abnormal", "11", "9", false),
        Step::CustomsCleared => told("IC60", "Import clearance complete", "3", "3", false),
        Step::Delayed => told("S303", "Import clearance in progress", "3", "3", false),
        Step::DeliveryDepotArrived => told("LM20", "Arrived at delivery facility", "3", "4", true),
        Step::OutForDelivery => told("LM25", "Out for delivery", "12", "4", true),
        Step::AttemptFailed => told("LM50", "Delivery failed", "7", "8", true),
        Step::Delivered => told("LM40", "Delivered", "4", "6", true),
        Step::ReturnStarted => told("LM54", "Return shipment inbound confirmation", "9", "0", false),
        Step::Returned => told("LM90", "Returned", "10", "0", false),
    }
}

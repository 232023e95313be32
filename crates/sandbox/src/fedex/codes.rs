//! A parcel's steps in FedEx's words: event type, texts, and the status that is derived from it.
//!
//! Codes and texts from FedEx's reference guide (tracking status codes, webhook events, mock
//! tracking numbers).

use crate::plan::Step;

/// How FedEx tells one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Told {
    /// The scan's own code.
    pub(crate) event: &'static str,
    pub(crate) text: &'static str,
    /// The status that FedEx makes of it, and its text.
    pub(crate) status: &'static str,
    pub(crate) simple: &'static str,
    /// Where such a scan happens.
    pub(crate) place: &'static str,
    /// The exception's code and text.
    pub(crate) exception: Option<(&'static str, &'static str)>,
}

const fn told(
    event: &'static str,
    text: &'static str,
    status: &'static str,
    simple: &'static str,
    place: &'static str,
) -> Told {
    Told {
        event,
        text,
        status,
        simple,
        place,
        exception: None,
    }
}

impl Told {
    const fn because(mut self, code: &'static str, text: &'static str) -> Self {
        self.exception = Some((code, text));
        self
    }
}

/// FedEx's words for `step`.
#[rustfmt::skip]
pub(crate) const fn of(step: Step) -> Told {
    match step {
        Step::LabelCreated => told("OC", "Shipment information sent to FedEx", "OC", "Label created", "CUSTOMER"),
        Step::PickedUp => told("PU", "Picked up", "PU", "Picked up", "PICKUP_LOCATION"),
        Step::OriginArrived => told("AR", "Arrived at FedEx location", "IT", "In transit", "ORIGIN_FEDEX_FACILITY"),
        Step::OriginDeparted => told("DP", "Left FedEx origin facility", "IT", "In transit", "ORIGIN_FEDEX_FACILITY"),
        Step::HubArrived => told("AR", "Arrived at FedEx hub", "IT", "In transit", "SORT_FACILITY"),
        Step::HubDeparted => told("DP", "Departed FedEx hub", "IT", "In transit", "SORT_FACILITY"),
        Step::FlightDeparted => told("IT", "In transit", "IT", "In transit", "ORIGIN_AIRPORT"),
        Step::ExportCleared => told("EA", "Export approved", "IT", "In transit", "ORIGIN_AIRPORT"),
        Step::Landed => told("AR", "Arrived at port of entry", "IT", "In transit", "PORT_OF_ENTRY"),
        Step::CustomsStarted => told("CP", "Clearance in progress", "CP", "Clearance in progress", "PORT_OF_ENTRY"),
        Step::CustomsHeld => told("CD", "Clearance delay", "CD", "Clearance delay", "PORT_OF_ENTRY").because("63", "Regulatory agency clearance delay"),
        Step::CustomsCleared => told("CC", "International shipment release - Import", "CC", "Cleared customs", "PORT_OF_ENTRY"),
        Step::DeliveryDepotArrived => told("AF", "At local FedEx facility", "IT", "In transit", "DESTINATION_FEDEX_FACILITY"),
        Step::Delayed => told("SE", "Shipment exception", "SE", "Shipment exception", "FEDEX_FACILITY").because("17", "A weather delay occurred"),
        Step::OutForDelivery => told("OD", "On FedEx vehicle for delivery", "OD", "Out for delivery", "VEHICLE"),
        Step::AttemptFailed => told("DE", "Delivery exception", "DE", "Delivery exception", "DELIVERY_LOCATION").because("007", "Customer not available or business closed"),
        Step::Delivered => told("DL", "Delivered", "DL", "Delivered", "DELIVERY_LOCATION"),
        Step::ReturnStarted => told("RS", "Returning package to shipper", "RS", "Returning package to shipper", "DESTINATION_FEDEX_FACILITY"),
        Step::Returned => told("DL", "Delivered", "DL", "Delivered", "DELIVERY_LOCATION"),
    }
}

/// The words for a cancelled shipment.
pub(crate) const CANCELLED: Told = told(
    "CA",
    "Shipment cancelled by sender",
    "CA",
    "Shipment cancelled",
    "CUSTOMER",
);

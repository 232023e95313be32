//! What DHL Express calls the things that happen to a parcel.

use crate::plan::Step;

/// The code and text of `step`; `None` for what Express does not tell: it knows a shipment from
/// the pickup on.
pub(crate) const fn of(step: Step) -> Option<(&'static str, &'static str)> {
    Some(match step {
        Step::LabelCreated => return None,
        Step::PickedUp => ("PU", "Shipment picked up"),
        Step::OriginArrived => ("PL", "Processed at location"),
        Step::OriginDeparted | Step::HubDeparted | Step::FlightDeparted => {
            ("DF", "Shipment has departed from a DHL facility")
        }
        Step::HubArrived | Step::Landed => ("AF", "Arrived at DHL Sort Facility"),
        Step::ExportCleared | Step::CustomsCleared => ("CR", "Clearance processing complete"),
        Step::CustomsStarted => ("IC", "Processed for clearance"),
        Step::CustomsHeld => ("CD", "Clearance delay, further information needed"),
        Step::DeliveryDepotArrived => ("AR", "Arrived at DHL Delivery Facility"),
        Step::Delayed => ("OH", "Shipment is on hold"),
        Step::OutForDelivery => ("WC", "Shipment is out with courier for delivery"),
        Step::AttemptFailed => ("NH", "Delivery attempted; consignee premises closed"),
        Step::Delivered => ("OK", "Delivered"),
        Step::ReturnStarted => ("RD", "Shipment is being returned to the shipper"),
        Step::Returned => ("RT", "Returned to shipper"),
    })
}

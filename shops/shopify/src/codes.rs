//! Shopify's words: one row a line.

use parcelgate_carrier::Kind;
use parcelgate_shop::{CarrierCode, Milestone};

/// When these were read.
pub(crate) const READ_ON: &str = "2026-11-22";

/// The company is a text; one that Shopify knows gets a link to its tracking page.
#[rustfmt::skip]
pub(crate) const CARRIERS: &[CarrierCode] = &[
    everywhere("ups", "UPS"),
    everywhere("fedex", "FedEx"),
    everywhere("usps", "USPS"),
    everywhere("dhl", "DHL Express"),
    everywhere("fourpx", "4PX"),
    everywhere("yanwen", "Yanwen"),
];

const fn everywhere(carrier: &'static str, code: &'static str) -> CarrierCode {
    CarrierCode {
        carrier,
        marketplaces: &[],
        code,
    }
}

/// Codes of an error in an answer of 200.
#[rustfmt::skip]
pub(crate) const KINDS: &[(&str, Kind)] = &[
    ("THROTTLED", Kind::Throttled),
    ("ACCESS_DENIED", Kind::Credentials),
    ("INTERNAL_SERVER_ERROR", Kind::Unavailable),
];

/// `FulfillmentEventStatus` of the Admin API 2026-10.
pub(crate) const fn event(milestone: Milestone) -> &'static str {
    match milestone {
        Milestone::PickedUp => "CARRIER_PICKED_UP",
        Milestone::InTransit => "IN_TRANSIT",
        Milestone::OutForDelivery => "OUT_FOR_DELIVERY",
        Milestone::AvailableForPickup => "READY_FOR_PICKUP",
        Milestone::AttemptFailed => "ATTEMPTED_DELIVERY",
        Milestone::Delayed => "DELAYED",
        Milestone::Delivered => "DELIVERED",
        Milestone::Failed => "FAILURE",
    }
}

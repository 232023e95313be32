//! The carriers that are built in: one line each.

use parcelgate_carrier::Connect;
use parcelgate_domain::CarrierId;

/// Every carrier with how it is made of an account's settings.
pub static CARRIERS: &[(CarrierId, Connect)] = &[
    parcelgate_carrier_ups::CARRIER,
    parcelgate_carrier_fedex::CARRIER,
    parcelgate_carrier_usps::CARRIER,
    parcelgate_carrier_dhl::CARRIER,
    parcelgate_carrier_yanwen::CARRIER,
    parcelgate_carrier_fourpx::CARRIER,
];

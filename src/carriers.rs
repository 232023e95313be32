//! The carriers that are built in: one line each.

use parcelgate_carrier::{Connect, connect};
use parcelgate_domain::CarrierId;

/// Every carrier with how it is made of an account's settings.
pub static CARRIERS: [(CarrierId, Connect); 4] = [
    (CarrierId::known("ups"), |settings| {
        connect(
            CarrierId::known("ups"),
            settings,
            parcelgate_carrier_ups::connect,
        )
    }),
    (CarrierId::known("fedex"), |settings| {
        connect(
            CarrierId::known("fedex"),
            settings,
            parcelgate_carrier_fedex::connect,
        )
    }),
    (CarrierId::known("yanwen"), |settings| {
        connect(
            CarrierId::known("yanwen"),
            settings,
            parcelgate_carrier_yanwen::connect,
        )
    }),
    (CarrierId::known("fourpx"), |settings| {
        connect(
            CarrierId::known("fourpx"),
            settings,
            parcelgate_carrier_fourpx::connect,
        )
    }),
];

//! WooCommerce's words: one row a line.

use parcelgate_shop::CarrierCode;

/// When these were read.
pub(crate) const READ_ON: &str = "2026-11-22";

/// Providers of the Shipment Tracking extension, and names for those that it has not.
#[rustfmt::skip]
pub(crate) const CARRIERS: &[CarrierCode] = &[
    everywhere("ups", "UPS"),
    everywhere("fedex", "Fedex"),
    everywhere("usps", "USPS"),
    everywhere("dhl", "DHL"),
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

/// Where a number of those can be followed that the extension has not: `%1$s` is the number.
#[rustfmt::skip]
pub(crate) const LINKS: &[(&str, &str)] = &[
    ("4PX", "https://track.4px.com/#/result/0/%1$s"),
    ("Yanwen", "https://track.yw56.com.cn/en/querydel?nums=%1$s"),
];

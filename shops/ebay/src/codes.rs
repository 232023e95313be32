//! eBay's words: one row a line.

use parcelgate_shop::CarrierCode;

/// When these were read.
pub(crate) const READ_ON: &str = "2026-11-22";

/// `ShippingCarrierCodeType` of the Trading API, of an edition whose year is not known:
/// GeteBayDetails tells what a site takes now.
#[rustfmt::skip]
pub(crate) const CARRIERS: &[CarrierCode] = &[
    row("ups", &[], "UPS"),
    row("fedex", &[], "FedEx"),
    row("usps", &[], "USPS"),
    row("dhl", &[], "DHL"),
    row("yanwen", &[], "YANWEN"),
    row("fourpx", &[], "FourPX"),
    row("fourpx", &["EBAY_GB", "EBAY_DE"], "FourPXLTD"),
];

const fn row(
    carrier: &'static str,
    marketplaces: &'static [&'static str],
    code: &'static str,
) -> CarrierCode {
    CarrierCode {
        carrier,
        marketplaces,
        code,
    }
}

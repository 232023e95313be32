//! Amazon's words: one row a line.

use parcelgate_carrier::Kind;
use parcelgate_shop::CarrierCode;

/// When these were read.
pub(crate) const READ_ON: &str = "2026-11-22";

/// A `carrierCode` is needed in all marketplaces (changelog of 2022). Amazon publishes no list by
/// marketplace; these are in every list of integrators that was found. `YANWEN` is in one, in
/// capitals; `DHL` stands for all of DHL.
#[rustfmt::skip]
pub(crate) const CARRIERS: &[CarrierCode] = &[
    everywhere("ups", "UPS"),
    everywhere("fedex", "FedEx"),
    everywhere("usps", "USPS"),
    everywhere("dhl", "DHL"),
    everywhere("fourpx", "4PX"),
    everywhere("yanwen", "YANWEN"),
];

const fn everywhere(carrier: &'static str, code: &'static str) -> CarrierCode {
    CarrierCode {
        carrier,
        marketplaces: &[],
        code,
    }
}

/// The marketplaces whose ids are known.
#[rustfmt::skip]
pub(crate) const MARKETPLACES: &[&str] = &[
    "ATVPDKIKX0DER",  // US
    "A2EUQ1WTGCTBG2", // CA
    "A1AM78C64UM0Y8", // MX
    "A2Q3Y263D00KWC", // BR
    "A1F83G8C2ARO7P", // UK
    "A1PA6795UKMFR9", // DE
    "A13V1IB3VIYZZH", // FR
    "APJ6JRA9NG5V4",  // IT
    "A1RKKUPIHCS9HS", // ES
    "A1805IZSGTT6HS", // NL
    "A1C3SOZRARQ6R3", // PL
    "A2NODRKZP88ZB9", // SE
    "A1VC38T7YXB528", // JP
    "A39IBJ37TRP1C6", // AU
];

/// Codes whose meaning differs from that of their HTTP status. An access token that is over is
/// told as 403 with `Unauthorized`; a role that is missing as well, and stays so with a new token.
#[rustfmt::skip]
pub(crate) const KINDS: &[(&str, Kind)] = &[
    ("Unauthorized", Kind::StaleToken),
    ("QuotaExceeded", Kind::Throttled),
];

//! Requests that each carrier takes.

use parcelgate_proto::v1::{Address, PurchaseLabelRequest, ShipmentSpec};
use parcelgate_sandbox::Carrier;

use crate::requests::{abroad, at_home, purchase, service};
use crate::stage::{UPS, YANWEN};

pub(super) const FEDEX: &str = "fedex-test";
pub(super) const USPS: &str = "usps-test";
pub(super) const EXPRESS: &str = "dhl-express-test";
pub(super) const PAKET: &str = "dhl-paket-test";
pub(super) const DHL_TRACKING: &str = "dhl-tracking-test";
pub(super) const FOURPX: &str = "fourpx-test";

/// Every account, by the names that [`Stage::six`](crate::stage::Stage::six) gives.
pub(super) const ALL: [&str; 8] = [
    UPS,
    FEDEX,
    USPS,
    EXPRESS,
    PAKET,
    DHL_TRACKING,
    YANWEN,
    FOURPX,
];

/// One account with a shipment that it sells.
pub(super) struct Way {
    pub(super) account: &'static str,
    pub(super) carrier: Carrier,
    pub(super) service: &'static str,
    pub(super) spec: fn() -> ShipmentSpec,
}

/// Each account that sells, on a way of its own.
pub(super) const WAYS: [Way; 8] = [
    way(UPS, Carrier::Ups, "03", at_home),
    way(FEDEX, Carrier::Fedex, "FEDEX_2_DAY", at_home),
    way(
        FEDEX,
        Carrier::Fedex,
        "FEDEX_INTERNATIONAL_PRIORITY",
        abroad,
    ),
    way(USPS, Carrier::Usps, "USPS_GROUND_ADVANTAGE", at_home),
    way(EXPRESS, Carrier::Dhl, "P", abroad),
    way(PAKET, Carrier::Dhl, "V01PAK", in_germany),
    way(YANWEN, Carrier::Yanwen, "481", abroad),
    way(FOURPX, Carrier::Fourpx, "QC", abroad),
];

const fn way(
    account: &'static str,
    carrier: Carrier,
    service: &'static str,
    spec: fn() -> ShipmentSpec,
) -> Way {
    Way {
        account,
        carrier,
        service,
        spec,
    }
}

impl Way {
    /// The first way of `account`.
    pub(super) fn of(account: &str) -> &'static Self {
        let own = WAYS.iter().find(|way| way.account == account);
        own.expect("an account that sells")
    }

    /// A purchase of it.
    pub(super) fn purchase(&self) -> PurchaseLabelRequest {
        purchase((self.spec)(), service(self.account, self.service))
    }
}

/// A sender in Germany.
pub(super) fn bonn() -> Address {
    Address {
        name: "Clara Schumann".into(),
        company: "Schumann Noten".into(),
        lines: vec!["Sebastianstr. 182".into()],
        city: "Bonn".into(),
        postal_code: "53115".into(),
        country: "DE".into(),
        phone: "49228123456".into(),
        ..Address::default()
    }
}

/// A recipient in Germany.
pub(super) fn berlin() -> Address {
    Address {
        name: "Emmy Noether".into(),
        company: String::new(),
        lines: vec!["Friedrichstr. 10".into()],
        city: "Berlin".into(),
        postal_code: "10117".into(),
        country: "DE".into(),
        phone: "4930123456".into(),
        ..Address::default()
    }
}

/// Inside Germany.
pub(super) fn in_germany() -> ShipmentSpec {
    ShipmentSpec {
        ship_from: Some(bonn()),
        ship_to: Some(berlin()),
        ..at_home()
    }
}

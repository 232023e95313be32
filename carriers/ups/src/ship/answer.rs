//! What UPS answers to a purchase.

use parcelgate_carrier::json::{Loose, Many, Text, Unread, read};
use parcelgate_carrier::{Kind, Order, Response, Result, read_below};
use parcelgate_domain::{Money, Service, Shipment, ShippedParcel};
use serde::Deserialize;

use crate::wire::{Amount, Image};
use crate::{codes, error};

/// The shipment that was sold. One whose label cannot be read is sold all the same.
pub(super) fn decode(order: &Order, negotiated: bool, response: &Response) -> Result<Shipment> {
    let path = ["ShipmentResponse", "ShipmentResults"];
    let results: Results = read_below(&crate::ID, "buy", response, &path)?;
    let parcels = results.package_results.iter();
    let parcels: Option<Vec<ShippedParcel>> = parcels.map(PackageResult::parcel).collect();
    // A box without its number, or a box too many: what was sold must be looked up.
    let parcels = parcels.filter(|parcels| parcels.len() == order.parcels.len());
    let parcels = parcels.ok_or_else(|| error(Kind::Malformed, "buy"))?;
    let first = parcels
        .first()
        .map(|parcel| parcel.tracking_number.as_str());
    let number = results.shipment_identification_number.get().or(first);
    let name = codes::service_name(order.service.as_str(), order.from.country);
    Ok(Shipment {
        reference: order.reference.clone(),
        carrier_number: number.unwrap_or_default().to_owned(),
        service: Service {
            code: order.service.clone(),
            name: name.unwrap_or(order.service.as_str()).to_owned(),
        },
        charged: results.charged(negotiated),
        parcels,
    })
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Results {
    shipment_identification_number: Text,
    package_results: Many<PackageResult>,
    shipment_charges: Loose<Price>,
    negotiated_rate_charges: Option<Unread>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Price {
    #[serde(alias = "TotalCharge")]
    total_charges: Amount,
}

impl Results {
    /// What is charged; nothing rather than a list price in the place of an agreed one that cannot
    /// be read.
    fn charged(&self, negotiated: bool) -> Option<Money> {
        match &self.negotiated_rate_charges {
            Some(agreed) if negotiated => read::<Price>(agreed)?.total_charges.money(),
            _ => self.shipment_charges.total_charges.money(),
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct PackageResult {
    tracking_number: Text,
    shipping_label: Loose<Image>,
}

impl PackageResult {
    fn parcel(&self) -> Option<ShippedParcel> {
        Some(ShippedParcel {
            tracking_number: self.tracking_number.parse().ok()?,
            last_mile_number: None,
            label: self.shipping_label.label(),
        })
    }
}

//! What UPS answers to a purchase.

use parcelgate_carrier::{Kind, Order, Response, Result, read_json};
use parcelgate_domain::{Money, Service, Shipment, ShippedParcel};
use serde::Deserialize;

use crate::wire::{AmountRead, Image, Unread, list, read, text};
use crate::{codes, error};

/// The shipment that was sold. One whose label cannot be read is sold all the same.
pub(super) fn decode(order: &Order, negotiated: bool, response: &Response) -> Result<Shipment> {
    let answer: Answer = read_json(&crate::ID, "buy", response)?;
    let results = answer.shipment_response.shipment_results;
    let parcels = results.package_results.iter();
    let parcels: Option<Vec<ShippedParcel>> = parcels
        .map(|unread| read::<PackageResult>(unread)?.parcel())
        .collect();
    // A box without its number, or a box too many: what was sold must be looked up.
    let parcels = parcels.filter(|parcels| parcels.len() == order.parcels.len());
    let parcels = parcels.ok_or_else(|| error(Kind::Malformed, "buy"))?;
    let first = parcels
        .first()
        .map(|parcel| parcel.tracking_number.as_str());
    let number = Some(results.shipment_identification_number.as_str());
    let number = number.filter(|number| !number.is_empty()).or(first);
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

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    shipment_response: ShipmentResponse,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ShipmentResponse {
    shipment_results: Results,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Results {
    #[serde(default, deserialize_with = "text")]
    shipment_identification_number: String,
    #[serde(deserialize_with = "list")]
    package_results: Vec<Unread>,
    #[serde(default)]
    shipment_charges: Option<Unread>,
    #[serde(default)]
    negotiated_rate_charges: Option<Unread>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListPrice {
    total_charges: AmountRead,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AgreedPrice {
    total_charge: AmountRead,
}

impl Results {
    /// What is charged; nothing rather than a list price in the place of an agreed one that cannot
    /// be read.
    fn charged(&self, negotiated: bool) -> Option<Money> {
        match &self.negotiated_rate_charges {
            Some(agreed) if negotiated => read::<AgreedPrice>(agreed)?.total_charge.money(),
            _ => {
                let list = self.shipment_charges.as_deref()?;
                read::<ListPrice>(list)?.total_charges.money()
            }
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PackageResult {
    tracking_number: String,
    #[serde(default)]
    shipping_label: Option<Unread>,
}

impl PackageResult {
    fn parcel(&self) -> Option<ShippedParcel> {
        let label = self.shipping_label.as_deref();
        Some(ShippedParcel {
            tracking_number: self.tracking_number.parse().ok()?,
            last_mile_number: None,
            label: label.and_then(|image| read::<Image>(image)?.label()),
        })
    }
}

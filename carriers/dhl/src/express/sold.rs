//! Reads what was bought.

use std::iter;

use parcelgate_carrier::json::{Loose, Many, Text};
use parcelgate_carrier::{Kind, Order, Response, Result, paper, read_json};
use parcelgate_domain::{
    Currency, DecimalText, Label, Money, Service, Shipment, ShippedParcel, TrackingNumber,
};
use serde::Deserialize;

use super::NAMED;
use super::rates::split;
use crate::{ID, error};

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Sold {
    shipment_tracking_number: Text,
    packages: Many<Package>,
    documents: Many<Paper>,
    shipment_charges: Many<Charged>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Package {
    reference_number: Text,
    tracking_number: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Paper {
    type_code: Text,
    content: Text,
    package_reference_number: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Charged {
    currency_type: Text,
    price_currency: Text,
    price: Loose<Option<DecimalText>>,
}

/// The shipment; each box with its label where that came.
pub(super) fn decode(order: &Order, response: &Response) -> Result<Shipment> {
    let sold: Sold = read_json(&ID, "buy", response)?;
    let unreadable = || error(Kind::Malformed, "buy");
    let waybill = number(&sold.shipment_tracking_number).ok_or_else(unreadable)?;
    let count = order.parcels.len();
    let mut labels = sold.labels(order);
    let mut parcels = Vec::with_capacity(count);
    for at in 1..=count {
        // A shipment of one box is known by the waybill, the boxes of several each by its own.
        let piece = if count == 1 {
            Some(waybill.clone())
        } else {
            sold.piece(at)
        };
        parcels.push(ShippedParcel {
            tracking_number: piece.ok_or_else(unreadable)?,
            last_mile_number: None,
            label: labels.next().flatten(),
        });
    }
    Ok(Shipment {
        reference: order.reference.clone(),
        carrier_number: waybill.as_str().to_owned(),
        service: Service {
            code: order.service.clone(),
            name: name(split(Some(&order.service)).0.unwrap_or_default()),
        },
        charged: sold.charged(),
        parcels,
    })
}

/// What a product is called where that is known, or its code.
pub(super) fn name(product: &str) -> String {
    let known = NAMED.iter().find(|row| row.code == product);
    known.map_or(product, |row| row.name).to_owned()
}

fn number(text: &Text) -> Option<TrackingNumber> {
    text.get()?.parse().ok()
}

impl Sold {
    /// The number of a box, by its place in the order.
    fn piece(&self, at: usize) -> Option<TrackingNumber> {
        let place = at.to_string();
        let mut packages = self.packages.iter();
        let named = packages.find(|package| *package.reference_number == *place);
        let unnamed = || {
            let plain = |package: &&Package| package.reference_number.get().is_none();
            self.packages
                .iter()
                .all(|package| plain(&package))
                .then(|| {
                    let index = at.checked_sub(1)?;
                    self.packages.get(index)
                })?
        };
        number(&named.or_else(unnamed)?.tracking_number)
    }

    /// The labels in the order of the boxes: by the box they name, or, where none names any, as
    /// they come. A label that is not what was asked for is none.
    fn labels<'a>(&'a self, order: &'a Order) -> impl Iterator<Item = Option<Label>> + 'a {
        let of_boxes = |paper: &&Paper| &*paper.type_code == "label";
        let papers: Vec<&Paper> = self.documents.iter().filter(of_boxes).collect();
        let named = papers
            .iter()
            .any(|paper| paper.package_reference_number.get().is_some());
        let mut at = 0_usize;
        iter::from_fn(move || {
            at = at.checked_add(1)?;
            let place = at.to_string();
            let found = if named {
                let mut papers = papers.iter();
                papers.find(|paper| *paper.package_reference_number == *place)
            } else {
                papers.get(at.checked_sub(1)?)
            };
            Some(found.and_then(|paper| paper::label(order.label_format, &paper.content)))
        })
    }

    /// The estimate that DHL gives with the label, in the currency of the account.
    fn charged(&self) -> Option<Money> {
        let mut charges = self.shipment_charges.iter();
        let billed = charges.find(|charge| &*charge.currency_type == "BILLC")?;
        let currency: Currency = billed.price_currency.parse().ok()?;
        Money::parse(billed.price.as_ref()?.as_str(), currency).ok()
    }
}

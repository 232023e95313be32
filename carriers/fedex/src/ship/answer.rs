//! What FedEx answers to a purchase.

use parcelgate_carrier::json::{Loose, Many, Text};
use parcelgate_carrier::{Kind, Order, Response, Result, paper};
use parcelgate_domain::{LabelFormat, Money, Shipment, ShippedParcel};
use serde::Deserialize;

use crate::wire::{money, output};
use crate::{codes, error};

/// The shipment that was sold. One whose label cannot be read is sold all the same. A box without
/// its number, or a box too many, leaves open what was sold: it must be looked up.
pub(super) fn decode(order: &Order, response: &Response) -> Result<Shipment> {
    let answer: Answer = output("buy", response)?;
    // More boxes than go at once are answered with a job in place of a shipment.
    let shipment = answer.transaction_shipments.first();
    let shipment = shipment.and_then(|sold| sold.shipment(order));
    shipment.ok_or_else(|| error(Kind::Malformed, "buy"))
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Answer {
    transaction_shipments: Many<Sold>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Sold {
    master_tracking_number: Text,
    service_name: Text,
    piece_responses: Many<Piece>,
    completed_shipment_detail: Loose<Completed>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Completed {
    shipment_rating: Loose<Rating>,
}

/// Several prices, one of which is the one that is charged.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Rating {
    actual_rate_type: Text,
    shipment_rate_details: Many<Rated>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Rated {
    rate_type: Text,
    total_net_charge: Text,
    currency: Text,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Piece {
    tracking_number: Text,
    package_sequence_number: Text,
    package_documents: Many<Document>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Document {
    content_type: Text,
    encoded_label: Text,
}

impl Sold {
    fn shipment(&self, order: &Order) -> Option<Shipment> {
        let mut pieces: Vec<&Piece> = self.piece_responses.iter().collect();
        // Where all are numbered they come back in the order asked; where not, as FedEx wrote them.
        if pieces.iter().all(|piece| piece.sequence().is_some()) {
            pieces.sort_by_key(|piece| piece.sequence());
        }
        let parcels = pieces.iter().map(|piece| piece.parcel(order.label_format));
        let parcels: Vec<ShippedParcel> = parcels.collect::<Option<_>>()?;
        let first = parcels.first()?.tracking_number.to_string();
        let whole = self.piece_responses.unreadable() == 0 && parcels.len() == order.parcels.len();
        whole.then(|| Shipment {
            reference: order.reference.clone(),
            carrier_number: self.master_tracking_number.owned().unwrap_or(first),
            service: codes::named(order.service.as_str(), &self.service_name),
            charged: self.completed_shipment_detail.shipment_rating.charged(),
            parcels,
        })
    }
}

impl Rating {
    /// What is charged; nothing rather than another price.
    fn charged(&self) -> Option<Money> {
        let mut rated = self.shipment_rate_details.iter();
        let actual = rated.find(|rated| rated.rate_type == self.actual_rate_type)?;
        money(&actual.total_net_charge, &actual.currency)
    }
}

impl Piece {
    fn sequence(&self) -> Option<u32> {
        self.package_sequence_number.parse().ok()
    }

    /// The box, with its label when that is whole and is what was asked for.
    fn parcel(&self, format: LabelFormat) -> Option<ShippedParcel> {
        let mut documents = self.package_documents.iter();
        let label = documents.find(|document| &*document.content_type == "LABEL");
        Some(ShippedParcel {
            tracking_number: self.tracking_number.parse().ok()?,
            last_mile_number: None,
            label: label.and_then(|document| paper::label(format, &document.encoded_label)),
        })
    }
}

#[cfg(test)]
mod tests;

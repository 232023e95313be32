//! What FedEx answers to a purchase.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use parcelgate_carrier::{Kind, Order, Response, Result};
use parcelgate_domain::{DecimalText, Label, LabelFormat, Money, Service, Shipment, ShippedParcel};
use serde::Deserialize;

use crate::wire::{Unread, filled, list, money, or_default, output, read, text};
use crate::{codes, error};

/// The shipment that was sold. One whose label cannot be read is sold all the same.
pub(super) fn decode(order: &Order, response: &Response) -> Result<Shipment> {
    let malformed = || error(Kind::Malformed, "buy");
    let answer: Answer = output("buy", response)?;
    // More boxes than go at once are answered with a job in place of a shipment.
    let sold = answer.transaction_shipments.first();
    let sold: Sold = sold.and_then(|unread| read(unread)).ok_or_else(malformed)?;
    let pieces: Option<Vec<Piece>> = sold.piece_responses.iter().map(|p| read(p)).collect();
    let mut pieces = pieces.ok_or_else(malformed)?;
    // Where all are numbered they come back in the order asked; where not, as FedEx wrote them.
    if pieces
        .iter()
        .all(|piece| piece.package_sequence_number.is_some())
    {
        pieces.sort_by_key(|piece| piece.package_sequence_number);
    }
    let parcels: Option<Vec<ShippedParcel>> = pieces
        .iter()
        .map(|piece| piece.parcel(order.label_format))
        .collect();
    // A box without its number, or a box too many: what was sold must be looked up.
    let parcels = parcels.filter(|parcels| parcels.len() == order.parcels.len());
    let parcels = parcels.ok_or_else(malformed)?;
    let first = parcels.first().map(|p| p.tracking_number.as_str());
    let number = filled(&sold.master_tracking_number).or(first);
    let code = order.service.as_str();
    let name = filled(&sold.service_name).or_else(|| codes::service_name(code));
    Ok(Shipment {
        reference: order.reference.clone(),
        carrier_number: number.unwrap_or_default().to_owned(),
        service: Service {
            code: order.service.clone(),
            name: name.unwrap_or(code).to_owned(),
        },
        charged: sold.completed_shipment_detail.shipment_rating.charged(),
        parcels,
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    #[serde(default, deserialize_with = "list")]
    transaction_shipments: Vec<Unread>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sold {
    #[serde(default, deserialize_with = "text")]
    master_tracking_number: String,
    #[serde(default, deserialize_with = "text")]
    service_name: String,
    piece_responses: Vec<Unread>,
    #[serde(default, deserialize_with = "or_default")]
    completed_shipment_detail: Completed,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Completed {
    #[serde(deserialize_with = "or_default")]
    shipment_rating: Rating,
}

/// Several prices, one of which is the one that is charged.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Rating {
    #[serde(deserialize_with = "text")]
    actual_rate_type: String,
    #[serde(deserialize_with = "list")]
    shipment_rate_details: Vec<Unread>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Rated {
    rate_type: String,
    total_net_charge: DecimalText,
    currency: String,
}

impl Rating {
    /// What is charged; nothing rather than another price.
    fn charged(&self) -> Option<Money> {
        let rated = self.shipment_rate_details.iter();
        let mut rated = rated.filter_map(|unread| read::<Rated>(unread));
        let actual = rated.find(|rated| rated.rate_type == self.actual_rate_type)?;
        money(&actual.total_net_charge, &actual.currency)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Piece {
    tracking_number: String,
    #[serde(default)]
    package_sequence_number: Option<u32>,
    #[serde(default, deserialize_with = "list")]
    package_documents: Vec<Unread>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Document {
    #[serde(deserialize_with = "text")]
    content_type: String,
    #[serde(deserialize_with = "text")]
    encoded_label: String,
}

impl Piece {
    fn parcel(&self, format: LabelFormat) -> Option<ShippedParcel> {
        let documents = self.package_documents.iter();
        let mut documents = documents.filter_map(|unread| read::<Document>(unread));
        let label = documents.find(|document| document.content_type == "LABEL");
        Some(ShippedParcel {
            tracking_number: self.tracking_number.parse().ok()?,
            last_mile_number: None,
            label: label.and_then(|document| document.label(format)),
        })
    }
}

impl Document {
    /// The label, when it is whole and is what was asked for.
    fn label(&self, format: LabelFormat) -> Option<Label> {
        let packed: String = self.encoded_label.split_ascii_whitespace().collect();
        let bytes = BASE64_STANDARD.decode(packed).ok()?;
        format.fits(&bytes).then_some(Label { format, bytes })
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use serde_json::{Value, json};

    use super::*;
    use crate::ship::tests::order;

    fn piece(number: &str, sequence: u32, kind: &str, bytes: &[u8]) -> Value {
        json!({
            "trackingNumber": number, "packageSequenceNumber": sequence,
            "packageDocuments": [
                {"contentType": "COMMERCIAL_INVOICE", "encodedLabel": "JVBERi0="},
                {"contentType": kind, "encodedLabel": BASE64_STANDARD.encode(bytes)}
            ]
        })
    }

    fn sold(boxes: usize, pieces: &Value) -> Result<Shipment> {
        let mut order = order("US", "GB");
        order.parcels = vec![order.parcels[0]; boxes];
        let body = json!({"output": {"transactionShipments": [{
            "masterTrackingNumber": "794801122330",
            "serviceName": "FedEx International Priority®",
            "pieceResponses": pieces,
            "completedShipmentDetail": {"shipmentRating": {
                "actualRateType": "PAYOR_ACCOUNT_SHIPMENT",
                "shipmentRateDetails": [
                    {"rateType": "PAYOR_LIST_SHIPMENT", "totalNetCharge": 99, "currency": "UKL"},
                    {
                        "rateType": "PAYOR_ACCOUNT_SHIPMENT", "totalNetCharge": 61.5,
                        "currency": "UKL"
                    }
                ]
            }}
        }]}});
        decode(&order, &Response::new(Bytes::from(body.to_string())))
    }

    #[test]
    fn boxes_come_back_in_the_order_asked() {
        let pieces = json!([
            piece("794801122340", 2, "LABEL", b"%PDF-1.4 2"),
            piece("794801122330", 1, "LABEL", b"%PDF-1.4 1")
        ]);
        let shipment = sold(2, &pieces).unwrap();
        let labels: Vec<_> = shipment.parcels.iter().map(|p| p.label.clone()).collect();
        assert_eq!(labels[0].as_ref().unwrap().bytes, b"%PDF-1.4 1");
        assert_eq!(shipment.parcels[1].tracking_number.as_str(), "794801122340");
        assert_eq!(shipment.charged.unwrap().to_string(), "61.50 GBP");
    }

    #[test]
    fn what_is_no_label_is_none_and_the_shipment_is_sold_all_the_same() {
        for (kind, bytes) in [("LABEL", &b"<html>"[..]), ("AUXILIARY", b"%PDF-1.4")] {
            let pieces = json!([piece("794801122330", 1, kind, bytes)]);
            assert_eq!(sold(1, &pieces).unwrap().parcels[0].label, None, "{kind}");
        }
    }

    #[test]
    fn what_was_sold_is_in_doubt_when_a_box_cannot_be_told() {
        let good = piece("794801122330", 1, "LABEL", b"%PDF-1.4");
        for pieces in [
            json!([]),
            json!([good, good]),
            json!([{"trackingNumber": "?"}]),
            json!(["nonsense"]),
        ] {
            let error = sold(1, &pieces).unwrap_err();
            assert_eq!(error.kind, Kind::Malformed, "{pieces}");
        }
        let job = Response::new(Bytes::from_static(br#"{"output": {"jobId": "7"}}"#));
        let error = decode(&order("US", "GB"), &job).unwrap_err();
        assert_eq!(error.kind, Kind::Malformed);
    }
}

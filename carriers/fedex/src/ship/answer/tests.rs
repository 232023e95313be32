use bytes::Bytes;
use serde_json::{Value, json};

use super::*;
use crate::ship::tests::order;

fn piece(number: &str, sequence: u32, kind: &str, bytes: &[u8]) -> Value {
    json!({
        "trackingNumber": number, "packageSequenceNumber": sequence,
        "packageDocuments": [
            {"contentType": "COMMERCIAL_INVOICE", "encodedLabel": "JVBERi0="},
            {"contentType": kind, "encodedLabel": paper::pack(bytes)}
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

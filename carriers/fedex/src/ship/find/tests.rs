use bytes::Bytes;
use serde_json::{Value, json};

use super::*;

fn result(number: &str, code: &str, sequence: &str, count: &str) -> Value {
    json!({
        "trackingNumberInfo": {"trackingNumber": number},
        "latestStatusDetail": {"code": code},
        "packageDetails": {"sequenceNumber": sequence, "count": count},
        "serviceDetail": {"type": "FEDEX_GROUND", "description": "FedEx Ground"},
        "additionalTrackingInfo": {"packageIdentifiers": [
            {"type": "STANDARD_MPS", "values": ["794801122330"]}
        ]}
    })
}

fn found(results: &[Value]) -> Result<Option<Shipment>> {
    let each = results
        .iter()
        .map(|result| json!({"trackResults": [result]}));
    let each: Vec<Value> = each.collect();
    let body = json!({"output": {"completeTrackResults": each}}).to_string();
    decode(
        &"PG01JDX".parse().unwrap(),
        &Response::new(Bytes::from(body)),
    )
}

#[test]
fn what_was_bought_is_found_in_order_unless_it_is_voided() {
    let both = [
        result("794801122340", "OC", "2", "2"),
        result("794801122330", "OC", "1", "2"),
    ];
    let shipment = found(&both).unwrap().unwrap();
    let numbers: Vec<_> = shipment
        .parcels
        .iter()
        .map(|p| p.tracking_number.as_str())
        .collect();
    assert_eq!(numbers, ["794801122330", "794801122340"]);
    assert_eq!(shipment.carrier_number, "794801122330");
    assert_eq!(shipment.service.code.as_str(), "FEDEX_GROUND");
    assert_eq!(
        found(&[result("794801122330", "CA", "1", "1")]).unwrap(),
        None
    );
    assert_eq!(found(&[]).unwrap_err().kind, Kind::Malformed);
}

#[test]
fn half_a_shipment_is_not_adopted() {
    let error = found(&[result("794801122330", "OC", "1", "2")]).unwrap_err();
    assert_eq!(error.kind, Kind::Unavailable);
}

#[test]
fn a_word_that_is_not_trackings_own_proves_nothing() {
    assert!(is_no_such_reference("TRACKING.REFERENCENUMBER.NOTFOUND"));
    assert!(!is_no_such_reference("NOT.FOUND.ERROR"));
    assert!(!is_no_such_reference("TRACKING.REFERENCEVALUE.EMPTY"));
    let refused = json!({"error": {"code": "NOT.FOUND.ERROR", "message": "gone"}});
    assert_eq!(found(&[refused]).unwrap_err().kind, Kind::NotFound);
}

use serde_json::{Value, json};

use super::*;

fn track(result: &Value) -> Track {
    let result: TrackResult = serde_json::from_str(&result.to_string()).unwrap();
    result.track(&"794801122330".parse().unwrap(), None)
}

fn scan(code: &str, hour: u8) -> Value {
    json!({"date": format!("2026-12-03T{hour:02}:00:00-05:00"), "eventType": code})
}

#[test]
fn a_delivery_on_the_way_back_is_one_to_the_sender() {
    let scans = [scan("DL", 18), scan("DE", 9), scan("RS", 12), scan("DL", 8)];
    let track = track(&json!({ "scanEvents": scans }));
    let statuses: Vec<_> = track
        .events
        .iter()
        .map(|event| event.status.unwrap())
        .collect();
    assert_eq!(statuses[0], Status::Returned);
    assert_eq!(statuses[3], Status::Delivered);
}

#[test]
fn one_bad_scan_costs_no_other_and_the_same_twice_is_one() {
    let scans = json!(["nonsense", {}, {"eventType": 7}, scan("AR", 9), scan("AR", 9)]);
    let track = track(&json!({ "scanEvents": scans }));
    let codes: Vec<_> = track
        .events
        .iter()
        .map(|event| event.code.as_str())
        .collect();
    assert_eq!(codes, ["7", "AR"]);
}

#[test]
fn the_estimate_is_the_latest_word_of_fedex() {
    let estimate = |result: Value| track(&result).estimate.map(|at| at.to_string());
    let standard = json!({"window": {"ends": "2026-12-05T00:00:00-05:00"}});
    let window = json!({"window": {"ends": "2026-12-04T17:00:00-05:00"}});
    let dates = |kind: &str| json!([{"type": kind, "dateTime": "2026-12-04"}]);
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(
        estimate(json!({"standardTransitTimeWindow": standard})),
        some("2026-12-05T23:59:59")
    );
    assert_eq!(
        estimate(json!({
            "standardTransitTimeWindow": standard, "dateAndTimes": dates("ESTIMATED_DELIVERY")
        })),
        some("2026-12-04T23:59:59")
    );
    assert_eq!(
        estimate(json!({"estimatedDeliveryTimeWindow": window})),
        some("2026-12-04T17:00:00")
    );
    let delivered = json!({
        "estimatedDeliveryTimeWindow": window, "dateAndTimes": dates("ACTUAL_DELIVERY")
    });
    assert_eq!(estimate(delivered), None);
}

#[test]
fn the_number_of_a_partner_is_the_last_mile() {
    let identifiers = json!([
        {"type": "INVOICE", "value": ["7"]},
        {"type": "PARTNER_CARRIER_NUMBER", "value": ["92419900000033499522966220"]}
    ]);
    let result = json!({"additionalTrackingInfo": {"packageIdentifiers": identifiers}});
    let number = track(&result).last_mile_number.unwrap();
    assert_eq!(number.as_str(), "92419900000033499522966220");
}

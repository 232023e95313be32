use bytes::Bytes;
use parcelgate_domain::{Status, TimeBasis};
use serde_json::{Value, json};

use super::*;

const NUMBER: &str = "1Z999AA10123456784";

pub(crate) fn activity(kind: &str, code: &str, status_code: &str) -> Value {
    json!({
        "location": {"address": {
            "city": "COLUMBUS", "stateProvince": "OH", "countryCode": "US", "country": "US"
        }},
        "status": {
            "type": kind, "code": code, "statusCode": status_code, "description": "Words "
        },
        "date": "20261203", "time": "084434",
        "gmtDate": "20261203", "gmtTime": "13:44:34", "gmtOffset": "-05:00"
    })
}

pub(crate) fn tracked(package: &Value) -> Result<Track> {
    let body = json!({"trackResponse": {"shipment": [{"package": package}]}});
    decode(&NUMBER.parse().unwrap(), &response(&body))
}

fn response(body: &Value) -> Response {
    Response::new(Bytes::from(body.to_string()))
}

#[test]
fn one_bad_event_costs_no_other() {
    let mut placeless = activity("I", "AR", "005");
    placeless["location"] = Value::Null;
    let package = json!([{
        "trackingNumber": NUMBER,
        "activity": ["nonsense", placeless, {}, {"status": 7}, activity("D", "FS", "011")]
    }]);
    let track = tracked(&package).unwrap();
    let codes: Vec<_> = track
        .events
        .iter()
        .map(|event| event.code.as_str())
        .collect();
    assert_eq!(codes, ["005", "011"]);
    let delivered = &track.events[1];
    assert_eq!(delivered.status, Some(Status::Delivered));
    assert_eq!(delivered.text, "Words");
    assert_eq!(delivered.occurred_at.basis, TimeBasis::OffsetGiven);
    assert_eq!(delivered.observed_at, delivered.occurred_at.instant);
    assert_eq!(delivered.place.to_string(), "COLUMBUS, OH, US");
}

#[test]
fn the_same_event_twice_is_one() {
    let twice = [activity("D", "FS", "011"), activity("D", "FS", "011")];
    let package = json!([{"trackingNumber": NUMBER, "activity": twice}]);
    assert_eq!(tracked(&package).unwrap().events.len(), 1);
}

#[test]
fn the_package_that_was_asked_for_is_taken() {
    let package = |number: &str, code: &str| {
        let activity = [activity("I", code, "")];
        json!({"trackingNumber": number, "activity": activity})
    };
    let both = json!([package("1Z999AA10123456793", "AR"), package(NUMBER, "DP")]);
    assert_eq!(tracked(&both).unwrap().events[0].code, "DP");
    let strangers = json!([package("1Z999AA10123456793", "AR"), package("1Z1", "DP")]);
    assert_eq!(tracked(&strangers).unwrap_err().kind, Kind::Malformed);
}

#[test]
fn a_warning_in_the_place_of_a_package_is_not_found() {
    let warned = json!({"trackResponse": {"shipment": [{"warnings": [
        {"code": "TW0001", "message": "Tracking Information Not Found"}
    ]}]}});
    let number = NUMBER.parse().unwrap();
    let error = decode(&number, &response(&warned)).unwrap_err();
    assert_eq!(error.kind, Kind::NotFound);
    assert_eq!(error.code.as_deref(), Some("TW0001"));
    assert!(
        referred(&"PG1".parse().unwrap(), &response(&warned))
            .unwrap()
            .is_none()
    );
    let nothing = json!({"trackResponse": {"shipment": []}});
    let error = decode(&number, &response(&nothing)).unwrap_err();
    assert_eq!(error.kind, Kind::Malformed);
}

#[test]
fn the_estimate_is_the_latest_that_ups_says() {
    let estimate = |dates: Value, time: Value| {
        let package = json!([{
            "trackingNumber": NUMBER, "deliveryDate": dates, "deliveryTime": time
        }]);
        let estimate = tracked(&package).unwrap().estimate;
        estimate.map(|at| at.to_string())
    };
    let scheduled = json!([{"type": "SDD", "date": "20261204"}]);
    let moved = json!([
        {"type": "SDD", "date": "20261204"}, {"type": "RDD", "date": "20261205"}
    ]);
    let window = json!({"type": "EDW", "startTime": "130000", "endTime": "170000"});
    let eod = json!({"type": "EOD", "endTime": ""});
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(
        estimate(scheduled.clone(), window.clone()),
        some("2026-12-04T17:00:00")
    );
    assert_eq!(estimate(moved, window.clone()), some("2026-12-05T17:00:00"));
    assert_eq!(estimate(scheduled, eod), some("2026-12-04T23:59:59"));
    let delivered = json!([{"type": "DEL", "date": "20261203"}]);
    assert_eq!(estimate(delivered, window), None);
}

#[test]
fn what_was_bought_is_found_by_reference_unless_it_is_voided() {
    let reference = "PG01JDX".parse().unwrap();
    let found = |statuses: [&str; 2]| {
        let packages = ["1Z999AA10123456784", "1Z999AA10123456793"];
        let packages: Vec<_> = packages
            .iter()
            .zip(statuses)
            .map(|(number, code)| {
                json!({
                    "trackingNumber": number,
                    "currentStatus": {"statusCode": code},
                    "service": {"code": "518", "description": "UPS Ground"}
                })
            })
            .collect();
        let body = json!({"trackResponse": {"shipment": [{"package": packages}]}});
        referred(&reference, &response(&body)).unwrap()
    };
    let shipment = found(["003", "003"]).unwrap();
    assert_eq!(shipment.parcels.len(), 2);
    assert_eq!(shipment.carrier_number, NUMBER);
    assert_eq!(shipment.service.name, "UPS Ground");
    assert_eq!(found(["007", "003"]).unwrap().parcels.len(), 1);
    assert!(found(["007", "007"]).is_none());
}

#[test]
fn a_postal_number_is_the_last_mile() {
    let package = json!([{
        "trackingNumber": NUMBER,
        "alternateTrackingNumber": [
            {"number": "1Z999AA10123456793"},
            {"number": "92419900000033499522966220", "type": "USPS_PIC"}
        ]
    }]);
    let number = tracked(&package).unwrap().last_mile_number.unwrap();
    assert_eq!(number.as_str(), "92419900000033499522966220");
}

use bytes::Bytes;
use parcelgate_domain::Status;
use serde_json::{Value, json};

use super::*;

const NUMBER: &str = "713062653486";

fn shipment(unique_id: &str, ship_date: &str, code: &str) -> Value {
    json!({
        "trackingNumberInfo": {
            "trackingNumber": NUMBER, "trackingNumberUniqueId": unique_id
        },
        "dateAndTimes": [{"type": "SHIP", "dateTime": format!("{ship_date}T00:00:00-06:00")}],
        "latestStatusDetail": {"code": code},
        "scanEvents": [{
            "date": format!("{ship_date}T08:44:34-05:00"), "eventType": code,
            "eventDescription": "Words"
        }]
    })
}

fn tracked(results: &[Value]) -> Result<Track> {
    let each = json!([{"trackingNumber": NUMBER, "trackResults": results}]);
    let body = json!({"output": {"completeTrackResults": each}}).to_string();
    let numbers = [NUMBER.parse().unwrap()];
    decode(&numbers, &Response::new(Bytes::from(body)))?.remove(0)
}

#[test]
fn of_several_shipments_with_one_number_the_latest_is_meant() {
    let old = shipment("2457821000~713062653486~FX", "2026-01-05", "DL");
    let new = shipment("2457822000~713062653486~FX", "2026-11-30", "PU");
    for results in [[old.clone(), new.clone()], [new, old.clone()]] {
        let track = tracked(&results).unwrap();
        assert_eq!(track.events[0].status, Some(Status::Accepted));
    }
    let same_day = shipment("2457823000~713062653486~FX", "2026-01-05", "OC");
    let track = tracked(&[same_day, old]).unwrap();
    assert_eq!(track.events[0].status, Some(Status::InfoReceived));
}

#[test]
fn a_number_that_fails_says_why_and_one_that_is_left_out_was_not_answered() {
    let unknown = json!({"error": {
        "code": "TRACKING.TRACKINGNUMBER.NOTFOUND",
        "message": "Tracking number cannot be found."
    }});
    let error = tracked(std::slice::from_ref(&unknown)).unwrap_err();
    assert_eq!(error.kind, Kind::NotFound);
    assert_eq!(
        error.code.as_deref(),
        Some("TRACKING.TRACKINGNUMBER.NOTFOUND")
    );
    let ill = json!({"error": {"code": "SERVICE.UNAVAILABLE.ERROR", "message": ""}});
    assert_eq!(tracked(&[ill]).unwrap_err().kind, Kind::Unavailable);
    // A shipment that is known is taken beside one that is not.
    assert!(tracked(&[unknown, shipment("1", "2026-11-30", "OC")]).is_ok());
    assert_eq!(tracked(&[]).unwrap_err().kind, Kind::Malformed);
}

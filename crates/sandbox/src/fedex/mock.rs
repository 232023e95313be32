//! The number by which FedEx's own test server shows what it does when a number is used again: two
//! parcels, told apart by a unique identifier.

use serde_json::{Value, json};

const NUMBER: &str = "713062653486";

/// Identifier, time, event, text, place: of the newer parcel first.
const PARCELS: [(&str, &str, &str, &str, &str); 2] = [
    (
        "2457835000~713062653486~FX",
        "2025-11-18T09:12:00-06:00",
        "PU",
        "Picked up",
        "IRVING",
    ),
    (
        "2457821000~713062653486~FX",
        "2024-03-05T14:40:00-06:00",
        "DL",
        "Delivered",
        "DALLAS",
    ),
];

/// The results of that number; none of any other.
pub(crate) fn results(number: &str, unique: Option<&str>) -> Vec<Value> {
    let parcels = PARCELS
        .iter()
        .filter(|(own, ..)| number == NUMBER && unique.is_none_or(|unique| unique == *own));
    let result = |(unique, at, code, status, city): &(&str, &str, &str, &str, &str)| {
        let place = json!({ "city": city, "stateOrProvinceCode": "TX", "countryCode": "US" });
        json!({
            "trackingNumberInfo": {
                "trackingNumber": NUMBER,
                "carrierCode": "FDXE",
                "trackingNumberUniqueId": unique,
            },
            "latestStatusDetail": {
                "code": code,
                "derivedCode": code,
                "statusByLocale": status,
                "description": status,
                "scanLocation": place,
            },
            "scanEvents": [{
                "date": at,
                "eventType": code,
                "eventDescription": status,
                "derivedStatusCode": code,
                "derivedStatus": status,
                "scanLocation": place,
            }],
        })
    };
    parcels.map(result).collect()
}

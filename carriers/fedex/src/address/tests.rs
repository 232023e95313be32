use bytes::Bytes;
use serde_json::{Value, json};

use super::*;
use crate::party::tests::somebody;

fn decoded(resolved: &[Value]) -> Result<AddressVerdict> {
    let body = json!({"output": {"resolvedAddresses": resolved}}).to_string();
    let asked = somebody("US", "CA", "90011");
    decode(&asked, &Response::new(Bytes::from(body)))
}

fn resolved(attributes: Value) -> Value {
    json!({
        "streetLinesToken": ["200 E 52ND ST"], "city": "LOS ANGELES",
        "stateOrProvinceCode": "CA", "countryCode": "US", "classification": "RESIDENTIAL",
        "parsedPostalCode": {"base": "90011", "addOn": "4417", "deliveryPoint": "00"},
        "attributes": attributes
    })
}

#[test]
fn a_standardised_address_is_valid_with_the_person_of_the_question() {
    let standardised = json!({"Resolved": "true", "DPV": true, "AddressType": "STANDARDIZED"});
    let found = decoded(&[resolved(standardised)]).unwrap();
    assert_eq!(found.outcome, AddressOutcome::Valid);
    let found = &found.candidates[0];
    assert_eq!(found.postal_code.as_deref(), Some("90011-4417"));
    assert_eq!(
        (found.line(0), found.residential),
        ("200 E 52ND ST", Some(true))
    );
    assert_eq!(found.name.expose(), "Ada Byron");
}

#[test]
fn what_is_not_delivered_to_or_only_looks_right_is_unknown() {
    for attributes in [
        json!({"Resolved": true, "DPV": false, "AddressType": "STANDARDIZED"}),
        json!({"Resolved": false, "AddressType": "NORMALIZED"}),
        json!({}),
    ] {
        let found = decoded(&[resolved(attributes)]).unwrap();
        assert_eq!(found.outcome, AddressOutcome::Unknown);
        assert!(found.candidates.is_empty());
    }
}

#[test]
fn several_are_ambiguous_and_none_says_nothing() {
    let one = resolved(json!({"Resolved": true}));
    let found = decoded(&[one.clone(), json!("nonsense"), one]).unwrap();
    assert_eq!(found.outcome, AddressOutcome::Ambiguous);
    assert_eq!(found.candidates.len(), 2);
    assert_eq!(decoded(&[]).unwrap_err().kind, Kind::Malformed);
    let raw = decoded(&[resolved(json!({"AddressType": "RAW"}))]).unwrap_err();
    assert_eq!(raw.kind, Kind::Unsupported);
}

use http::HeaderMap;
use parcelgate_carrier::Carrier as _;
use parcelgate_domain::{Secret, Status};
use serde_json::{Value, json};

use super::*;
use crate::account::tests::account;

const TOKEN: &str = "open-sesame";

fn received(signature: Option<String>, body: &str) -> Result<Vec<TrackingEvent>> {
    let fedex = crate::connect(account(&json!({"webhook_token": TOKEN})).unwrap()).unwrap();
    let mut headers = HeaderMap::new();
    if let Some(signature) = signature {
        headers.insert(SIGNATURE, signature.parse().unwrap());
    }
    let inbound = Inbound {
        headers: &headers,
        body: body.as_bytes(),
        received_at: "2026-12-03T14:00:00Z".parse().unwrap(),
    };
    let callback = Callback {
        url: "https://gateway.example/push".to_owned(),
        credential: Secret::from("another"),
    };
    fedex.receive(&inbound, &callback)
}

fn digest(token: &str, body: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(token.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn signed(body: &Value) -> Result<Vec<TrackingEvent>> {
    let body = body.to_string();
    let signature = BASE64_STANDARD.encode(digest(TOKEN, &body));
    received(Some(signature), &body)
}

fn delivered() -> Value {
    json!({
        "trackingNumberInfo": {"trackingNumber": "794801122330", "unknown": [1]},
        "unknown": {"deep": [1, null]},
        "scanEvents": [{"unknown": {}, "date": "2026-12-03T08:44:34-05:00", "eventType": "DL"}]
    })
}

/// Test case 2 of RFC 4231, so that the digest is not only compared with itself.
#[test]
fn the_digest_is_the_one_of_the_standard() {
    let hex: String = digest("Jefe", "what do ya want for nothing?")
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(
        hex,
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    );
    assert_eq!(unhex(hex.as_bytes()).unwrap().len(), 32);
    assert_eq!(unhex(b"5bdg"), None);
}

#[test]
fn only_a_body_signed_with_the_token_is_believed() {
    let body = delivered().to_string();
    let right = digest(TOKEN, &body);
    let hex: String = right.iter().map(|byte| format!("{byte:02X}")).collect();
    let base64 = BASE64_STANDARD.encode(&right);
    assert!(received(Some(base64.clone()), &body).is_ok());
    assert!(received(Some(hex), &body).is_ok());
    let forged = [
        (None, body.clone()),
        (Some(String::new()), body.clone()),
        (Some(TOKEN.to_owned()), body.clone()),
        (Some(base64.clone()), body.replace("DL", "PU")),
        (
            Some(BASE64_STANDARD.encode(digest("sesame", &body))),
            body.clone(),
        ),
        (Some(BASE64_STANDARD.encode(&right[..31])), body.clone()),
    ];
    for (signature, body) in forged {
        let error = received(signature.clone(), &body).unwrap_err();
        assert_eq!(error.kind, Kind::Credentials, "{signature:?}");
    }
}

#[test]
fn one_result_or_several_in_their_envelopes_are_read() {
    let one = delivered();
    let several = json!({"trackResults": [one, one]});
    let complete = json!({"completeTrackResults": [several]});
    for (body, count) in [
        (one.clone(), 1),
        (several, 2),
        (complete.clone(), 2),
        (json!({ "output": complete }), 2),
    ] {
        let events = signed(&body).unwrap();
        assert_eq!(events.len(), count, "{body}");
        assert_eq!(events[0].status, Some(Status::Delivered));
    }
    for body in [
        json!({}),
        json!([]),
        json!({"output": {"output": {"output": {}}}}),
    ] {
        assert_eq!(signed(&body).unwrap_err().kind, Kind::Malformed, "{body}");
    }
}

#[test]
fn without_a_token_there_is_no_door() {
    let fedex = crate::connect(account(&json!({})).unwrap()).unwrap();
    assert!(fedex.pushes().is_none());
}

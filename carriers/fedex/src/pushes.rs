//! Events that FedEx sends by itself: Advanced Integrated Visibility.
//!
//! A webhook project is made by hand in FedEx's portal, for all shipments of an account number;
//! there its destination and its security token are set. FedEx shows that it is FedEx by a digest
//! of the body under that token
//! (<https://developer.fedex.com/api/en-us/catalog/shipment-visibility-webhook/docs.html>, read
//! 2026-11).

use async_trait::async_trait;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use parcelgate_carrier::{Call, Callback, Inbound, Kind, Pushes, Result, Subscribed};
use parcelgate_domain::{ExposeSecret as _, TrackingEvent, TrackingNumber};
use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::Sha256;

use crate::track::result::TrackResult;
use crate::wire::{Unread, list, read};
use crate::{Fedex, error};

const RECEIVE: &str = "receive";
const SIGNATURE: &str = "fdx-signature";

#[async_trait]
impl Pushes for Fedex {
    /// Asks for nothing: the project in the portal covers every shipment of the account. A number
    /// of another account is polled for all the same.
    async fn subscribe(
        &self,
        _call: &Call<'_>,
        numbers: &[TrackingNumber],
        _callback: &Callback,
    ) -> Result<Subscribed> {
        Ok(Subscribed {
            accepted: numbers.to_vec(),
            ..Subscribed::default()
        })
    }

    fn receive(&self, inbound: &Inbound<'_>, _callback: &Callback) -> Result<Vec<TrackingEvent>> {
        if !self.is_signed(inbound) {
            return Err(error(Kind::Credentials, RECEIVE));
        }
        let malformed = || error(Kind::Malformed, RECEIVE);
        let body: Unread =
            serde_json::from_slice(inbound.body).map_err(|why| malformed().because(why))?;
        let results = results(&body, ENVELOPES_MAX);
        let events = results.iter().filter_map(|result| {
            let number = result.number()?;
            Some(result.events(&number, Some(inbound.received_at)))
        });
        let events: Vec<TrackingEvent> = events.flatten().collect();
        if events.is_empty() {
            Err(malformed())
        } else {
            Ok(events)
        }
    }
}

impl Fedex {
    /// Whether the digest is that of the body. FedEx's page calls it Base64 in two places and
    /// hexadecimal in one, so either is taken; compared in constant time.
    fn is_signed(&self, inbound: &Inbound<'_>) -> bool {
        let Some(token) = &self.account.webhook_token else {
            return false;
        };
        let Some(shown) = inbound.headers.get(SIGNATURE) else {
            return false;
        };
        let shown = shown.as_bytes().trim_ascii();
        let digest = match shown.len() {
            64 => unhex(shown),
            _ => BASE64_STANDARD.decode(shown).ok(),
        };
        // An HMAC takes a key of any length.
        let mac = Hmac::<Sha256>::new_from_slice(token.expose_secret().as_bytes());
        digest.zip(mac.ok()).is_some_and(|(digest, mut mac)| {
            mac.update(inbound.body);
            mac.verify_slice(&digest).is_ok()
        })
    }
}

fn unhex(digits: &[u8]) -> Option<Vec<u8>> {
    let pairs = digits.chunks(2);
    let bytes = pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
    bytes.collect()
}

/// No description of the body is public. It is read as what tracking answers: one result, or
/// several in the envelopes that tracking puts around them.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Envelope {
    output: Option<Unread>,
    #[serde(deserialize_with = "list")]
    complete_track_results: Vec<Unread>,
    #[serde(deserialize_with = "list")]
    track_results: Vec<Unread>,
}

/// `output`, a list for each number, a list for each shipment of it.
const ENVELOPES_MAX: usize = 3;

fn results(body: &RawValue, envelopes: usize) -> Vec<TrackResult> {
    let envelope: Envelope = read(body).unwrap_or_default();
    let inner = envelope.output.iter();
    let inner = inner.chain(&envelope.complete_track_results);
    let mut inner = inner.chain(&envelope.track_results).peekable();
    if inner.peek().is_none() || envelopes == 0 {
        return read(body).into_iter().collect();
    }
    inner
        .flat_map(|inner| results(inner, envelopes - 1))
        .collect()
}

#[cfg(test)]
mod tests {
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
}

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
use parcelgate_carrier::json::{Many, Unread, read};
use parcelgate_carrier::{Call, Callback, Inbound, Kind, Pushes, Result, Subscribed};
use parcelgate_domain::{ExposeSecret as _, TrackingEvent, TrackingNumber};
use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::Sha256;

use crate::track::result::TrackResult;
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
    complete_track_results: Many<Unread>,
    track_results: Many<Unread>,
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
mod tests;

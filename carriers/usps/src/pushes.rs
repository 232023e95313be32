//! Events that USPS sends by itself: Subscriptions-Tracking v3.
//!
//! USPS publishes no description of it; what is done here is what two public clients found, live,
//! in 2026. One subscription covers the labels of a Mailer ID. It is kept alive by events: USPS
//! warns after 25 days without one and deletes it after 30.

use async_trait::async_trait;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::Method;
use parcelgate_carrier::json::{Many, Text, Unread, read};
use parcelgate_carrier::{
    Call, Callback, Inbound, Kind, Outgoing, Pushes, Result, Subscribed, read_json,
};
use parcelgate_domain::{ExposeSecret as _, TrackingEvent, TrackingNumber};
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::track::detail::Detail;
use crate::{Usps, auth, error};

const SUBSCRIBE: &str = "subscribe";
const RECEIVE: &str = "receive";
const PATH: &str = "/subscriptions-tracking/v3/subscriptions";
const SIGNATURE: &str = "x-hmac";

#[async_trait]
impl Pushes for Usps {
    /// Subscribes to the account's Mailer ID, unless that is done: USPS refuses a second
    /// subscription of one address. A number of another Mailer ID is polled for all the same.
    async fn subscribe(
        &self,
        call: &Call<'_>,
        numbers: &[TrackingNumber],
        callback: &Callback,
    ) -> Result<Subscribed> {
        let accepted = Subscribed {
            accepted: numbers.to_vec(),
            ..Subscribed::default()
        };
        let list = Outgoing::new(Method::GET, SUBSCRIBE, auth::API, PATH);
        let known = match call.send(list.query("MID", &self.account.mid)).await {
            Ok(response) => subscriptions(&response)?,
            // None yet.
            Err(error) if error.kind == Kind::NotFound => Vec::new(),
            Err(error) => return Err(error),
        };
        if known
            .iter()
            .any(|it| it.listener_url.as_str() == callback.url)
        {
            return Ok(accepted);
        }
        let body = json!({
            "listenerURL": callback.url,
            "secret": secret(callback),
            "adminNotification": [{ "email": self.account.subscription_email }],
            "filterProperties": {
                "MID": self.account.mid,
                "trackingEventTypes": ["ALL_UPDATES"],
            },
        });
        let outgoing = Outgoing::new(Method::POST, SUBSCRIBE, auth::API, PATH);
        let response = call.send(outgoing.json(&crate::ID, &body)?).await?;
        let made: Subscription = read_json(&crate::ID, SUBSCRIBE, &response)?;
        match made.subscription_id.get() {
            Some(_) => Ok(accepted),
            None => Err(error(Kind::Malformed, SUBSCRIBE)),
        }
    }

    fn receive(&self, inbound: &Inbound<'_>, callback: &Callback) -> Result<Vec<TrackingEvent>> {
        let malformed = || error(Kind::Malformed, RECEIVE);
        let note: Note =
            serde_json::from_slice(inbound.body).map_err(|why| malformed().because(why))?;
        if !is_signed(inbound, &note, callback) {
            return Err(error(Kind::Credentials, RECEIVE));
        }
        let payload: Unread =
            serde_json::from_str(&note.payload).map_err(|why| malformed().because(why))?;
        // One parcel, or a list of them.
        let details: Many<Detail> = read(&payload).unwrap_or_default();
        let events = details.iter().filter_map(|detail| {
            let number = detail.number()?;
            Some(detail.events(&number, Some(inbound.received_at)))
        });
        let events: Vec<TrackingEvent> = events.flatten().collect();
        if events.is_empty() {
            Err(malformed())
        } else {
            Ok(events)
        }
    }
}

/// 32 characters, which is what USPS takes, of a credential of any length.
fn secret(callback: &Callback) -> String {
    let digest = Sha256::digest(callback.credential.expose_secret().as_bytes());
    let hex = digest.iter().take(16).map(|byte| format!("{byte:02x}"));
    hex.collect()
}

/// Whether the digest is that of time and payload, as they stand; compared in constant time.
fn is_signed(inbound: &Inbound<'_>, note: &Note, callback: &Callback) -> bool {
    let shown = inbound.headers.get(SIGNATURE);
    let digest = shown.and_then(|shown| BASE64_STANDARD.decode(shown.as_bytes().trim_ascii()).ok());
    // An HMAC takes a key of any length.
    let mac = Hmac::<Sha256>::new_from_slice(secret(callback).as_bytes());
    digest.zip(mac.ok()).is_some_and(|(digest, mut mac)| {
        mac.update(note.timestamp.as_bytes());
        mac.update(note.payload.as_bytes());
        mac.verify_slice(&digest).is_ok()
    })
}

fn subscriptions(response: &parcelgate_carrier::Response) -> Result<Vec<Subscription>> {
    let body: Unread = read_json(&crate::ID, SUBSCRIBE, response)?;
    let listed: Listed = read(&body).unwrap_or_default();
    let plain: Many<Subscription> = read(&body).unwrap_or_default();
    let mut found = plain.into_vec();
    found.extend(listed.subscriptions.into_vec());
    Ok(found)
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Subscription {
    subscription_id: Text,
    #[serde(rename = "listenerURL")]
    listener_url: Text,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Listed {
    subscriptions: Many<Subscription>,
}

/// A notification: what is told is JSON inside of a text.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Note {
    timestamp: String,
    payload: String,
}

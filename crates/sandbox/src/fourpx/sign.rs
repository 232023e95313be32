//! The gateway's public parameters and its signature: MD5 over names, values and the exact body.

use axum::body::Bytes;
use jiff::Timestamp;
use md5::{Digest, Md5};
use serde::Deserialize;

use super::envelope::{Answer, Refusal};
use crate::server::World;

/// How far a timestamp may be from now. 4PX does not publish it; ten minutes are hearsay.
const WINDOW_MS: u64 = 10 * 60 * 1000;

/// The public parameters, from the query.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct Call {
    app_key: String,
    pub(crate) method: String,
    format: String,
    timestamp: String,
    v: String,
    sign: String,
    pub(crate) language: String,
}

pub(crate) fn check(world: &World, call: &Call, body: &Bytes) -> Answer<()> {
    let account = &world.settings.fourpx;
    let given = [&call.app_key, &call.method, &call.timestamp, &call.v];
    if given.into_iter().any(String::is_empty) || call.sign.is_empty() || call.format != "json" {
        let text = "app_key, format, method, timestamp, v and sign are required";
        return Err(Refusal::new("000014", text));
    }
    if call.app_key != account.app_key {
        return Err(Refusal::new("000013", "Invalid app_key"));
    }
    if call.sign != signature(&account.app_secret, call, body) {
        return Err(Refusal::new("000012", "Invalid signature"));
    }
    let sent: Option<i64> = call.timestamp.parse().ok();
    let now: Timestamp = world.settings.protocol_clock.now();
    let off = sent.and_then(|sent| now.as_millisecond().checked_sub(sent));
    if off.is_none_or(|off| off.unsigned_abs() > WINDOW_MS) {
        let text = "timestamp is not within ten minutes of now";
        return Err(Refusal::new("000014", text));
    }
    Ok(())
}

/// Whether the method has the version asked for.
pub(crate) fn version(call: &Call) -> Answer<()> {
    let newer = matches!(
        call.method.as_str(),
        "ds.xms.order.create" | "ds.xms.order.get" | "ds.xms.label.get"
    );
    if call.v == "1.0.0" || (newer && call.v == "1.1.0") {
        return Ok(());
    }
    Err(Refusal::new("000024", "服务商接口404"))
}

/// Lower-case hex of MD5 over the names and values in ascending order, the body, the secret.
fn signature(app_secret: &str, call: &Call, body: &Bytes) -> String {
    let mut hash = Md5::new();
    for (name, value) in [
        ("app_key", &call.app_key),
        ("format", &call.format),
        ("method", &call.method),
        ("timestamp", &call.timestamp),
        ("v", &call.v),
    ] {
        hash.update(name);
        hash.update(value);
    }
    hash.update(body);
    hash.update(app_secret);
    hex(&hash.finalize())
}

pub(crate) fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of 4PX's own guide, with the guide's own application. The guide prints another
    /// value in its sample URL, which is not that of its inputs.
    #[test]
    fn the_signature_is_that_of_the_guides_example() {
        let call = Call {
            app_key: "16081f05-e8fc-4250-b9c4-0660d1ecbb28".to_owned(),
            method: "ds.xms.order.create".to_owned(),
            format: "json".to_owned(),
            timestamp: "1532592413187".to_owned(),
            v: "1.0".to_owned(),
            language: "en".to_owned(), // not part of the signature
            ..Call::default()
        };
        let secret = "7eebf328-8e5a-4030-904d-ec6e89174fbc";
        let signed =
            |body: &'static str| signature(secret, &call, &Bytes::from_static(body.as_bytes()));
        assert_eq!(signed(r#"{"aa":"bb"}"#), "ff4af77c062a9b97d98aa29777621c4a");
        assert_ne!(
            signed(r#"{"aa": "bb"}"#),
            "ff4af77c062a9b97d98aa29777621c4a"
        );
    }
}

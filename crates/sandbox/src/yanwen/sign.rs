//! The gateway's signature: MD5 over the values and the exact body.

use axum::body::Bytes;
use http::StatusCode;
use jiff::Timestamp;
use md5::{Digest, Md5};
use serde::Deserialize;

use super::envelope::{Answer, Refusal};
use crate::server::World;

/// How far a timestamp may be from now.
const WINDOW_MS: i64 = 5 * 60 * 1000;

/// The public parameters, from the query.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct Call {
    user_id: String,
    pub(crate) method: String,
    format: String,
    timestamp: String,
    version: String,
    sign: String,
}

pub(crate) fn check(world: &World, call: &Call, body: &Bytes) -> Answer<()> {
    let account = &world.settings.yanwen;
    let plain = |text: &str| Refusal::Plain(StatusCode::UNAUTHORIZED, text.to_owned());
    if call.user_id != account.user_id {
        return Err(plain("签名错误：客户号不存在"));
    }
    if call.format != "json" || call.version != "V1.0" {
        return Err(Refusal::failure("公共参数 format 或 version 错误"));
    }
    if call.sign != signature(&account.api_token, call, body) {
        return Err(plain("签名错误"));
    }
    let sent: Option<i64> = call.timestamp.parse().ok();
    let now: Timestamp = world.settings.protocol_clock.now();
    let late = sent.and_then(|sent| now.as_millisecond().checked_sub(sent));
    if late.is_none_or(|late| late.unsigned_abs() > WINDOW_MS.unsigned_abs()) {
        return Err(Refusal::failure("签名错误：timestamp 已过期"));
    }
    Ok(())
}

/// Lower-case hex of MD5 over the values in fixed order, the key at both ends.
fn signature(api_token: &str, call: &Call, body: &Bytes) -> String {
    let mut hash = Md5::new();
    for part in [api_token.as_bytes(), call.user_id.as_bytes(), body] {
        hash.update(part);
    }
    for part in [&call.format, &call.method, &call.timestamp, &call.version] {
        hash.update(part.as_bytes());
    }
    hash.update(api_token.as_bytes());
    hash.finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The test vector of Yanwen's own page, with the page's own test account.
    #[test]
    fn the_signature_is_that_of_the_official_page() {
        let call = Call {
            user_id: "100000".to_owned(),
            method: "common.country.getlist".to_owned(),
            format: "json".to_owned(),
            timestamp: "1655798809414".to_owned(),
            version: "V1.0".to_owned(),
            sign: String::new(),
        };
        let token = "D6140AA383FD8515B09028C586493DDB";
        let expected = "bc5f1792e30936c72fa2a35efead8d73";
        assert_eq!(
            signature(token, &call, &Bytes::from_static(b"{}")),
            expected
        );
        assert_ne!(
            signature(token, &call, &Bytes::from_static(b"{ }")),
            expected
        );
    }
}

//! Reading what a request carries.

use bytes::Bytes;
use http::HeaderMap;
use serde_json::Value;

/// The body as JSON: what it is, or a form's fields. `None` when there is none.
pub(super) fn parse_body(headers: &HeaderMap, body: &Bytes) -> Result<Option<Value>, String> {
    if body.is_empty() {
        return Ok(None);
    }
    let media = headers
        .get(http::header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .ok_or("the body has no content-type")?;
    if media.starts_with("application/x-www-form-urlencoded") {
        let text = std::str::from_utf8(body).map_err(|error| error.to_string())?;
        let fields = pairs(text)
            .into_iter()
            .map(|(name, value)| (name, Value::String(value)));
        return Ok(Some(Value::Object(fields.collect())));
    }
    serde_json::from_slice(body)
        .map(Some)
        .map_err(|error| format!("the body is no JSON: {error}"))
}

/// The pairs of a query or a form.
pub(super) fn pairs(text: &str) -> Vec<(String, String)> {
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (unescape(name, true), unescape(value, true)))
        .collect()
}

/// Text out of percent-encoding; what is no such encoding stays.
pub(super) fn unescape(text: &str, plus_is_space: bool) -> String {
    let mut rest = text.as_bytes();
    let mut plain = Vec::with_capacity(text.len());
    while let Some((&byte, after)) = rest.split_first() {
        let code = after.split_at_checked(2).and_then(|(code, after)| {
            let code = std::str::from_utf8(code).ok()?;
            Some((u8::from_str_radix(code, 16).ok()?, after))
        });
        let (byte, after) = match (byte, code) {
            (b'%', Some(decoded)) => decoded,
            (b'+', _) if plus_is_space => (b' ', after),
            _ => (byte, after),
        };
        plain.push(byte);
        rest = after;
    }
    String::from_utf8_lossy(&plain).into_owned()
}

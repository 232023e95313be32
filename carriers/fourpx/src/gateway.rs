//! The platform's one address: a method by name, its data as the body, its answer in an envelope.

use std::borrow::Cow;
use std::collections::BTreeMap;

use http::Method as Verb;
use parcelgate_carrier::{Error, Kind, Outgoing, Response, Result, json, read_json};
use parcelgate_domain::ExposeSecret;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::auth::API;
use crate::{Account, ID};

/// A method of the platform, with the version it is spoken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Method {
    pub(crate) name: &'static str,
    version: &'static str,
}

const fn method(name: &'static str, version: &'static str) -> Method {
    Method { name, version }
}

// 4PX's guide of 2026-03 names 1.1.0 for these three and 1.0.0 for all others.
pub(crate) const CREATE: Method = method("ds.xms.order.create", "1.1.0");
pub(crate) const GET: Method = method("ds.xms.order.get", "1.1.0");
pub(crate) const LABEL: Method = method("ds.xms.label.get", "1.1.0");
pub(crate) const CANCEL: Method = method("ds.xms.order.cancel", "1.0.0");
pub(crate) const ESTIMATE: Method = method("ds.xms.estimated_cost.get", "1.0.0");
pub(crate) const PRODUCTS: Method = method("ds.xms.logistics_product.getlist", "1.0.0");
pub(crate) const TRACK: Method = method("tr.order.tracking.get", "1.0.0");

/// Every method that is used.
pub(crate) const METHODS: [Method; 7] = [CREATE, GET, LABEL, CANCEL, ESTIMATE, PRODUCTS, TRACK];

/// A call of `method` with `data`. The signing layer adds `timestamp` and `sign`; `data` is the
/// whole body, since the signature covers its very bytes.
pub(crate) fn request(
    account: &Account,
    operation: &'static str,
    method: Method,
    data: &impl Serialize,
) -> Result<Outgoing> {
    let version = account.versions.get(method.name);
    let request = Outgoing::new(Verb::POST, operation, API, "/router/api/service")
        .query("app_key", account.app_key.expose_secret())
        .query("format", "json")
        .query("method", method.name)
        .query("v", version.map_or(method.version, String::as_str))
        .query("language", "en")
        // Asked for JSON, the platform was seen to turn Chinese characters into question marks.
        .header("accept", "*/*")
        .json(&ID, data)?;
    Ok(request.header("content-type", "application/json;charset=UTF-8"))
}

/// Members that are texts, by name.
pub(crate) type Texts<'a> = BTreeMap<&'static str, Cow<'a, str>>;

/// Those of `members` that are neither absent nor empty.
pub(crate) fn texts<'a, const N: usize>(
    members: [(&'static str, Option<&'a str>); N],
) -> Texts<'a> {
    let members = members.into_iter();
    let members = members.filter_map(|(name, text)| Some((name, filled(text)?.into())));
    members.collect()
}

pub(crate) fn filled(text: Option<&str>) -> Option<&str> {
    text.and_then(json::filled)
}

/// What stands in the envelope of an answer that the dialect has let pass: JSON, or JSON in a text.
/// `null` may be an answer; an envelope without `data` is none.
pub(crate) fn data<T: DeserializeOwned>(operation: &'static str, response: &Response) -> Result<T> {
    #[derive(Deserialize)]
    struct Envelope {
        data: Box<RawValue>,
    }
    let envelope: Envelope = read_json(&ID, operation, response)?;
    let malformed = |error| failed(Kind::Malformed, operation).because(error);
    let json = envelope.data.get();
    if !json.starts_with('"') {
        return serde_json::from_str(json).map_err(malformed);
    }
    let text: String = serde_json::from_str(json).map_err(malformed)?;
    let text = text.trim();
    serde_json::from_str(if text.is_empty() { "null" } else { text }).map_err(malformed)
}

/// A failure of `operation`.
pub(crate) fn failed(kind: Kind, operation: &'static str) -> Error {
    Error::new(kind, ID, operation)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    #[test]
    fn data_may_be_json_in_a_text() {
        let read = |body: &'static str| {
            let response = Response::new(Bytes::from_static(body.as_bytes()));
            data::<Option<Vec<u8>>>("find", &response).map_err(|error| error.kind)
        };
        assert_eq!(read(r#"{"data":[1,2]}"#), Ok(Some(vec![1, 2])));
        assert_eq!(read(r#"{"data":" [1,2]"}"#), Ok(Some(vec![1, 2])));
        for none in [r#"{"data":null}"#, r#"{"data":""}"#, r#"{"data":"null"}"#] {
            assert_eq!(read(none), Ok(None), "{none}");
        }
        for bad in [
            "{}",
            r#"{"data":"[1"}"#,
            r#"{"data":"error"}"#,
            r#"{"data":{}}"#,
        ] {
            assert_eq!(read(bad), Err(Kind::Malformed), "{bad}");
        }
    }
}

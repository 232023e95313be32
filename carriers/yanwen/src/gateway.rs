//! The order host's one address: a method by name, its data as the body, its answer in an envelope.

use http::Method;
use parcelgate_carrier::{Error, Kind, Outgoing, Response, Result, read_below};
use parcelgate_domain::ExposeSecret;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::auth::ORDER;
use crate::{Account, ID};

/// A call of `method` with `data`. The signing layer adds `timestamp` and `sign`; `data` is the
/// whole body, since the signature covers its very bytes.
pub(crate) fn request(
    account: &Account,
    operation: &'static str,
    method: &str,
    data: &Value,
) -> Result<Outgoing> {
    Outgoing::new(Method::POST, operation, ORDER, "/api/order")
        .query("user_id", account.user_id.expose_secret())
        .query("method", method)
        .query("format", "json")
        .query("version", "V1.0")
        .json(&ID, data)
}

/// What stands in the envelope of an answer that the dialect has let pass. `null` may be an answer;
/// an envelope without the key is none.
pub(crate) fn data<T: DeserializeOwned>(operation: &'static str, response: &Response) -> Result<T> {
    read_below(&ID, operation, response, &["data"])
}

/// A failure of `operation`.
pub(crate) fn failed(kind: Kind, operation: &'static str) -> Error {
    Error::new(kind, ID, operation)
}

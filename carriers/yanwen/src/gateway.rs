//! The order host's one address: a method by name, its data as the body, its answer in an envelope.

use http::Method;
use parcelgate_carrier::{Error, Kind, Outgoing, Response, Result, read_json};
use parcelgate_domain::ExposeSecret;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::auth::ORDER;
use crate::{Account, ID};

/// A call of `method` with `data`. The signing layer adds `timestamp` and `sign`; `data` is the
/// whole body, since the signature covers its very bytes.
pub(crate) fn request(
    account: &Account,
    operation: &'static str,
    method: &str,
    data: &impl Serialize,
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
    #[derive(Deserialize)]
    #[serde(bound = "T: DeserializeOwned")]
    struct Envelope<T> {
        #[serde(deserialize_with = "T::deserialize")]
        data: T,
    }
    read_json::<Envelope<T>>(&ID, operation, response).map(|envelope| envelope.data)
}

/// A failure of `operation`.
pub(crate) fn failed(kind: Kind, operation: &'static str) -> Error {
    Error::new(kind, ID, operation)
}

/// The body of a method without parameters.
#[derive(Serialize)]
pub(crate) struct Nothing {}

//! What an answer of WooCommerce means.

use parcelgate_carrier::json::Text;
use parcelgate_carrier::said::{Judge, Said};
use parcelgate_carrier::{BoxError, Dialect, Intent, Kind, Response, Result};
use serde::Deserialize;

/// Reads WooCommerce's answers.
#[derive(Debug)]
pub(crate) struct WooCommerce;

/// What WordPress says when nothing answers at a path: the extension is not there.
pub(crate) const NO_ROUTE: &str = "rest_no_route";

const JUDGE: Judge = Judge {
    carrier: "woocommerce",
    kinds: &[(NO_ROUTE, Kind::Unsupported)],
    statuses: &[],
};

#[derive(Default, Deserialize)]
#[serde(default)]
struct No {
    code: Text,
    message: Text,
}

impl Dialect for WooCommerce {
    fn verdict(&self, intent: &Intent, response: &Response) -> Result<()> {
        JUDGE.verdict(intent, response, said(response))
    }
}

/// A list is what was asked for; in an object a `code` is a refusal, but of an answer that grants.
fn said(response: &Response) -> Result<Option<Said>, BoxError> {
    let body = response.body();
    if response.status().is_success() {
        let _json: &serde_json::value::RawValue = serde_json::from_slice(body)?;
        return Ok(None);
    }
    let no: No = serde_json::from_slice(body)?;
    Ok(no.code.owned().map(|code| Said {
        code,
        text: no.message.as_str().to_owned(),
    }))
}

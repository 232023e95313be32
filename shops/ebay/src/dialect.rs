//! What an answer of eBay means.

use parcelgate_carrier::json::{Many, Text};
use parcelgate_carrier::said::{Judge, Said};
use parcelgate_carrier::{BoxError, Dialect, Intent, Response, Result};
use serde::Deserialize;

/// Reads eBay's answers.
#[derive(Debug)]
pub(crate) struct Ebay;

const JUDGE: Judge = Judge {
    carrier: "ebay",
    kinds: &[],
    statuses: &[],
};

/// What eBay says when it says no: its interfaces, and its token service.
#[derive(Default, Deserialize)]
#[serde(default)]
struct No {
    errors: Many<Why>,
    error: Text,
    error_description: Text,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Why {
    error_id: Text,
    message: Text,
    long_message: Text,
}

impl Dialect for Ebay {
    fn verdict(&self, intent: &Intent, response: &Response) -> Result<()> {
        JUDGE.verdict(intent, response, said(response))
    }
}

fn said(response: &Response) -> Result<Option<Said>, BoxError> {
    if response.body().is_empty() {
        return Ok(None);
    }
    let no: No = serde_json::from_slice(response.body())?;
    if let Some(why) = no.errors.first() {
        let text = why.long_message.get().or(why.message.get());
        return Ok(Some(Said {
            code: why.error_id.as_str().to_owned(),
            text: text.unwrap_or_default().to_owned(),
        }));
    }
    Ok(no.error.owned().map(|code| Said {
        code,
        text: no.error_description.as_str().to_owned(),
    }))
}

//! What an answer of Amazon means.

use parcelgate_carrier::json::{Many, Text};
use parcelgate_carrier::said::{Judge, Said};
use parcelgate_carrier::{BoxError, Dialect, Intent, Response, Result};
use serde::Deserialize;

use crate::codes::KINDS;

/// Reads Amazon's answers.
#[derive(Debug)]
pub(crate) struct Amazon;

const JUDGE: Judge = Judge {
    carrier: "amazon",
    kinds: KINDS,
    statuses: &[],
};

/// What Amazon says when it says no: the Selling Partner API, and Login with Amazon.
#[derive(Default, Deserialize)]
#[serde(default)]
struct No {
    errors: Many<Why>,
    error: Text,
    error_description: Text,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Why {
    code: Text,
    message: Text,
    details: Text,
}

impl Dialect for Amazon {
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
        let words = [why.message.get(), why.details.get()];
        let words: Vec<&str> = words.into_iter().flatten().collect();
        return Ok(Some(Said {
            code: why.code.as_str().to_owned(),
            text: words.join(": "),
        }));
    }
    Ok(no.error.owned().map(|code| Said {
        code,
        text: no.error_description.as_str().to_owned(),
    }))
}

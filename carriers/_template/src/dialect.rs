//! What an answer of Template means.

use parcelgate_carrier::json::Text;
use parcelgate_carrier::said::{Judge, Said};
use parcelgate_carrier::{Dialect, Intent, Response, Result};
use serde::Deserialize;

/// Reads Template's answers.
#[derive(Debug)]
pub(crate) struct Template;

/// Codes whose meaning differs from that of their HTTP status: one row a line.
const JUDGE: Judge = Judge {
    carrier: "template",
    kinds: &[],
    statuses: &[],
};

/// What Template says when it says no.
#[derive(Deserialize, Default)]
#[serde(default)]
struct No {
    error: Option<Why>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Why {
    code: Text,
    message: Text,
}

impl Dialect for Template {
    fn verdict(&self, intent: &Intent, response: &Response) -> Result<()> {
        let read = serde_json::from_slice::<No>(response.body());
        let said = read.map(|no| {
            no.error.map(|why| Said {
                code: why.code.as_str().to_owned(),
                text: why.message.as_str().to_owned(),
            })
        });
        JUDGE.verdict(intent, response, said.map_err(Into::into))
    }
}

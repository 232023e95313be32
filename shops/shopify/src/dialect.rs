//! What an answer of Shopify means. Nearly everything is answered with 200.

use std::time::Duration;

use parcelgate_carrier::json::{Loose, Many, Members, Text, Unread, read};
use parcelgate_carrier::said::{Judge, Said};
use parcelgate_carrier::{BoxError, Dialect, Intent, Kind, Response, Result};
use serde::Deserialize;

use crate::codes::KINDS;

/// Reads Shopify's answers.
#[derive(Debug)]
pub(crate) struct Shopify;

const JUDGE: Judge = Judge {
    carrier: "shopify",
    kinds: KINDS,
    statuses: &[(402, Kind::Refused), (423, Kind::Refused)],
};

/// No store restores its points for longer.
const PAUSE_MAX_S: u64 = 60;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Answer {
    /// A list, or a text where it is not GraphQL that says no.
    errors: Option<Unread>,
    data: Members<Outcome>,
    extensions: Loose<Extensions>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Why {
    message: Text,
    extensions: Loose<Code>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Code {
    code: Text,
}

/// What came of one mutation.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Outcome {
    user_errors: Many<UserError>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct UserError {
    field: Many<Text>,
    message: Text,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Extensions {
    cost: Loose<Cost>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Cost {
    requested_query_cost: Text,
    throttle_status: Loose<Throttle>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Throttle {
    currently_available: Text,
    restore_rate: Text,
}

impl Dialect for Shopify {
    fn verdict(&self, intent: &Intent, response: &Response) -> Result<()> {
        let read = serde_json::from_slice::<Answer>(response.body());
        let pause = read.as_ref().ok().and_then(|it| pause(&it.extensions.cost));
        let said = read.map(|answer| said(&answer)).map_err(BoxError::from);
        let verdict = JUDGE.verdict(intent, response, said);
        verdict.map_err(|error| {
            let told = pause.filter(|_| error.kind == Kind::Throttled);
            let pause = error.retry_after.or(told);
            error.retry_after(pause)
        })
    }
}

fn said(answer: &Answer) -> Option<Said> {
    if let Some(errors) = &answer.errors {
        let list: Option<Many<Why>> = read(errors);
        if let Some(why) = list.iter().flat_map(|list| list.iter()).next() {
            return Some(Said {
                code: why.extensions.code.as_str().to_owned(),
                text: why.message.as_str().to_owned(),
            });
        }
        let text: Text = read(errors).unwrap_or_default();
        return text.owned().map(|text| Said {
            code: String::new(),
            text,
        });
    }
    let outcomes = answer.data.0.iter();
    let mut errors = outcomes.flat_map(|(_, outcome)| outcome.user_errors.iter());
    // What says nothing refuses nothing: a member that is new may look like anything.
    let error = errors.find(|error| error.message.get().is_some());
    error.map(|error| {
        let field: Vec<&str> = error.field.iter().map(Text::as_str).collect();
        Said {
            code: field.join("."),
            text: error.message.as_str().to_owned(),
        }
    })
}

/// Until there are as many points as the query asks for.
fn pause(cost: &Cost) -> Option<Duration> {
    let whole = |text: &Text| text.split('.').next()?.parse::<u64>().ok();
    let wanted = whole(&cost.requested_query_cost)?;
    let there = whole(&cost.throttle_status.currently_available)?;
    let rate = whole(&cost.throttle_status.restore_rate)?.max(1);
    let seconds = wanted.saturating_sub(there).div_ceil(rate);
    Some(Duration::from_secs(seconds.clamp(1, PAUSE_MAX_S)))
}

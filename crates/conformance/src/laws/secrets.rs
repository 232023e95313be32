//! Secrets and persons stay where they are needed.

use std::error::Error as _;
use std::fmt::Write as _;

use http::StatusCode;
use parcelgate_carrier::Error;
use serde_json::Value;

use super::outages::{ALWAYS, empty, page};
use super::{Stage, failures, fault};
use crate::ask::{PUSH_CREDENTIAL, Reply};
use crate::check::{Held, Verdict};
use crate::input::PERSONAL;
use crate::script::{Fault, Happens, TOKEN};
use crate::{SENTINEL, capture, play};

/// How [`SENTINEL`] begins in Base64, which is how a client id and its secret travel.
const SENTINEL_IN_BASE64: &str = "c2VudGluZWwt";

/// No log, span, `Debug` or error text holds a secret of the account, a token, or anything of the
/// persons in the question, whatever goes wrong.
pub(super) fn not_told(stage: &Stage) -> Verdict {
    let mut hidden = secrets_in(&stage.subject.settings()?);
    hidden.extend([TOKEN, PUSH_CREDENTIAL, SENTINEL_IN_BASE64].map(str::to_owned));
    hidden.extend(PERSONAL.map(str::to_owned));
    let troubles = [
        None,
        Some(Happens::Lost),
        Some(Happens::Answer(page())),
        Some(Happens::Answer(empty(StatusCode::UNAUTHORIZED))),
        Some(Happens::Answer(empty(StatusCode::BAD_REQUEST))),
        Some(Happens::Answer(empty(StatusCode::INTERNAL_SERVER_ERROR))),
    ];
    for what in troubles {
        let fault: Option<Fault> = what.map(|what| fault(0, ALWAYS, what));
        let (ask, fixture) = (&stage.case.ask, &stage.fixture);
        let (played, mut text) = capture::logged(|| {
            play::stacked(&stage.carrier, ask, fixture, fault.clone(), play::PATIENCE)
        });
        tell(&mut text, &played?.reply);
        // Writing to a String cannot fail.
        let _written = write!(
            text,
            "{:?}{:?}",
            stage.carrier.hosts(),
            stage.carrier.profile()
        );
        if let Some(told) = leak(&text, &hidden) {
            return Err(format!("with {fault:?}: {told}"));
        }
    }
    Ok(Held::Yes)
}

/// Everything that may be printed of a reply.
fn tell(text: &mut String, reply: &Reply) {
    let _written = write!(text, "{reply:?}");
    for error in failures(reply) {
        tell_error(text, error);
    }
}

fn tell_error(text: &mut String, error: &Error) {
    let _written = write!(text, "{error} {error:?}");
    let mut beneath = error.source();
    while let Some(error) = beneath {
        let _written = write!(text, "{error} {error:?}");
        beneath = error.source();
    }
}

/// Every secret in an account's settings.
pub(super) fn secrets_in(settings: &Value) -> Vec<String> {
    match settings {
        Value::String(text) if text.starts_with(SENTINEL) => vec![text.clone()],
        Value::Array(items) => items.iter().flat_map(secrets_in).collect(),
        Value::Object(members) => members.values().flat_map(secrets_in).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

/// Where `text` tells what it must not, with what stands around it.
pub(super) fn leak(text: &str, hidden: &[String]) -> Option<String> {
    let (secret, at) = hidden
        .iter()
        .find_map(|secret| Some((secret, text.find(secret)?)))?;
    let around = text.get(at.saturating_sub(120)..).unwrap_or(text);
    let around: String = around.chars().take(240).collect();
    Some(format!("{secret:?} is told: ...{around}..."))
}

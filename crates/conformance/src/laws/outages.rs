//! What is made of a carrier that does not answer, or not as itself.

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use parcelgate_carrier::{Auth, Kind, Response};

use super::{Stage, fails_as, failures, fault};
use crate::check::{Held, Verdict};
use crate::play;
use crate::script::Happens;

/// An answer that says no more than its status.
pub(super) fn empty(status: StatusCode) -> Response {
    let mut response = Response::new(Bytes::from_static(b"{}"));
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}

/// What a proxy or a captive portal answers in the place of a carrier.
pub(super) fn page() -> Response {
    let html = b"<!DOCTYPE html><html><body><h1>Please sign in</h1></body></html>";
    let mut response = Response::new(Bytes::from_static(html));
    let media = HeaderValue::from_static("text/html; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, media);
    response
}

/// As often as it is asked.
pub(super) const ALWAYS: usize = usize::MAX;

fn always(stage: &Stage, what: Happens, kind: Kind) -> Verdict {
    let played = stage.stacked(fault(0, ALWAYS, what))?;
    fails_as(&played.reply, kind)?;
    Ok(Held::Yes)
}

/// 429 is `Throttled`, and says when to come back.
pub(super) fn throttled(stage: &Stage) -> Verdict {
    let mut answer = empty(StatusCode::TOO_MANY_REQUESTS);
    let seven = HeaderValue::from_static("7");
    answer.headers_mut().insert(RETRY_AFTER, seven);
    let played = stage.stacked(fault(0, ALWAYS, Happens::Answer(answer)))?;
    fails_as(&played.reply, Kind::Throttled)?;
    let hint = Some(Duration::from_secs(7));
    match failures(&played.reply)
        .iter()
        .find(|error| error.retry_after != hint)
    {
        None => Ok(Held::Yes),
        Some(error) => Err(format!("asked to wait 7 s, told {:?}", error.retry_after)),
    }
}

/// 401, then the answer: one new token, and nobody notices. Where two are shown, the second is the
/// new one; where several hosts are asked, each is shown its own.
pub(super) fn renewed(stage: &Stage) -> Verdict {
    let hosts = stage
        .undisturbed
        .log
        .sent
        .iter()
        .map(|sent| sent.intent.host);
    let hosts = hosts.collect::<BTreeSet<_>>().len();
    let once = match stage.auth() {
        Some(Auth::Bearer(_) | Auth::Refreshed(_)) => hosts,
        Some(Auth::Issued(_)) => 2,
        Some(Auth::Open | Auth::Headers(_) | Auth::Digest(_)) | None => {
            return Ok(Held::NotApplicable("no token is shown".to_owned()));
        }
    };
    let refusal = Happens::Answer(empty(StatusCode::UNAUTHORIZED));
    let played = stage.stacked(fault(0, 1, refusal))?;
    stage.same(&played.reply)?;
    let again = played.log.sent.iter().filter(|sent| sent.step == 0).count();
    let tokens = played.log.tokens.len();
    if (tokens, again) == (once + 1, 2) {
        return Ok(Held::Yes);
    }
    Err(format!(
        "{tokens} tokens were got and {again} requests sent"
    ))
}

/// 401 again and again is `Credentials`, after at most one new token.
pub(super) fn wrong_credentials(stage: &Stage) -> Verdict {
    let refusal = Happens::Answer(empty(StatusCode::UNAUTHORIZED));
    let played = stage.stacked(fault(0, ALWAYS, refusal))?;
    fails_as(&played.reply, Kind::Credentials)?;
    let issued = matches!(stage.auth(), Some(Auth::Issued(_)));
    let tokens_max = if issued { 3 } else { 2 };
    match (played.log.tokens.len(), played.log.sent.len()) {
        (tokens, 0..=2) if tokens <= tokens_max => Ok(Held::Yes),
        (tokens, sent) => Err(format!("{tokens} tokens were got and {sent} requests sent")),
    }
}

/// 500 is `Unavailable`.
pub(super) fn unavailable(stage: &Stage) -> Verdict {
    let failure = Happens::Answer(empty(StatusCode::INTERNAL_SERVER_ERROR));
    always(stage, failure, Kind::Unavailable)
}

/// A connection cut before anything left is `Unsent`.
pub(super) fn unsent(stage: &Stage) -> Verdict {
    always(stage, Happens::NotSent, Kind::Unsent)
}

/// A connection cut afterwards is `OutcomeUnknown`.
pub(super) fn lost(stage: &Stage) -> Verdict {
    always(stage, Happens::Lost, Kind::OutcomeUnknown)
}

/// A web page with status 200 is no answer.
pub(super) fn web_page(stage: &Stage) -> Verdict {
    always(stage, Happens::Answer(page()), Kind::Malformed)
}

/// When nobody waits any more, nothing leaves, not even for a token.
pub(super) fn past_deadline(stage: &Stage) -> Verdict {
    let (ask, fixture) = (&stage.case.ask, &stage.fixture);
    let played = play::stacked(&stage.carrier, ask, fixture, None, Duration::ZERO)?;
    fails_as(&played.reply, Kind::Deadline)?;
    let (tokens, sent) = (played.log.tokens.len(), played.log.sent.len());
    if tokens + sent == 0 {
        return Ok(Held::Yes);
    }
    Err(format!("{tokens} tokens were got and {sent} requests sent"))
}

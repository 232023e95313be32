//! What comes from outside may be anything.

use bytes::Bytes;
use http::HeaderValue;
use http::header::CONTENT_TYPE;
use parcelgate_carrier::Response;
use serde_json::Value;

use super::{Answer, Fault, Happens, Stage, Subject, play, told};
use crate::Held;
use crate::check::Verdict;

/// How many packages an answer may be read as at most.
const SHOWN_MAX: usize = 10_000;
/// Every how many bytes an answer is cut or flipped: the whole would take minutes.
const STEP: usize = 7;

/// Every object of the answers with a member more, and the same comes of them.
pub(super) fn unknown_fields(subject: &Subject) -> Verdict {
    let plain = Stage::over(subject, subject.grants, None)?;
    let expected = (
        play(told::confirm(&plain, subject))??.ok(),
        play(told::read_back(&plain, subject))?.and_then(Result::ok),
    );
    for answer in subject.grants {
        let Ok(mut body) = serde_json::from_str::<Value>(answer.body) else {
            continue;
        };
        grow(&mut body);
        let fault = Fault {
            operation: answer.operation,
            times: usize::MAX,
            what: Happens::Answer(with_body(answer, body.to_string())),
        };
        let stage = Stage::over(subject, subject.grants, Some(fault))?;
        let confirmed = play(told::confirm(&stage, subject))??;
        if let Err(error) = &confirmed {
            return Err(format!("{}: {error}", answer.operation));
        }
        let came = (
            confirmed.ok(),
            play(told::read_back(&stage, subject))?.and_then(Result::ok),
        );
        if came != expected {
            return Err(format!("{}: {came:?}, not {expected:?}", answer.operation));
        }
    }
    Ok(Held::Yes)
}

fn grow(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.values_mut().for_each(grow);
            let odd = serde_json::json!([{ "nested": [null, 1.5e300, "\u{0}"] }]);
            members.insert("zzUnknown".to_owned(), odd);
        }
        Value::Array(elements) => elements.iter_mut().for_each(grow),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn with_body(answer: &Answer, body: impl Into<Bytes>) -> Response {
    let mut response = answer.response();
    *response.body_mut() = body.into();
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}

/// Every answer cut short, with a byte turned over, or far too long: nothing panics, nothing grows
/// without a bound, and nothing is shown that the shop did not say.
pub(super) fn damage(subject: &Subject) -> Verdict {
    for answer in subject.grants {
        let bytes = answer.body.as_bytes();
        for at in (0..bytes.len()).step_by(STEP) {
            let cut = bytes.get(..at).unwrap_or_default().to_vec();
            let mut turned = bytes.to_vec();
            if let Some(byte) = turned.get_mut(at) {
                *byte ^= 0x15;
            }
            for body in [cut, turned] {
                attempt(subject, answer, body)?;
            }
        }
        let many = format!("[{}]", vec![answer.body; 20_000].join(","));
        if !answer.body.is_empty() {
            attempt(subject, answer, many.into_bytes())?;
        }
        attempt(subject, answer, vec![b'['; 100_000])?;
    }
    Ok(Held::Yes)
}

fn attempt(subject: &Subject, answer: &Answer, body: Vec<u8>) -> Result<(), String> {
    let fault = Fault {
        operation: answer.operation,
        times: usize::MAX,
        what: Happens::Answer(with_body(answer, body.clone())),
    };
    let stage = Stage::over(subject, subject.grants, Some(fault))?;
    let tried = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let confirmed = play(told::confirm(&stage, subject))??;
        let shown = play(told::read_back(&stage, subject))?;
        let informed = play(told::inform(&stage, subject))?;
        Ok::<_, String>((confirmed.is_ok(), shown, informed.is_some()))
    }));
    let start: String = String::from_utf8_lossy(&body).chars().take(200).collect();
    let told = tried.map_err(|_| format!("{} panics: {start}", answer.operation))?;
    let (_, shown, _) = told?;
    let many = shown.and_then(Result::ok).map_or(0, |shown| shown.len());
    match many <= SHOWN_MAX {
        true => Ok(()),
        false => Err(format!("{} packages are read of {start}", many)),
    }
}

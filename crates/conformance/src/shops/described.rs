//! What is asked, and what is answered here, is as the shop describes it.

use parcelgate_carrier::{Class, Request};
use serde_json::json;

use super::{Stage, Subject, play, told};
use crate::Held;
use crate::check::Verdict;
use crate::described::{Described, folder, required};

pub(super) fn fit(subject: &Subject) -> Verdict {
    if subject.described.is_empty() {
        let reason = "the shop publishes no description that a machine reads";
        return Ok(Held::NotApplicable(reason.to_owned()));
    }
    let Some(folder) = folder() else {
        return match required() {
            true => Err("CARRIER_SPECS: no folder".to_owned()),
            false => Ok(Held::NotApplicable("no descriptions".to_owned())),
        };
    };
    let files = subject.described.iter();
    let files: Result<Vec<_>, _> = files.map(|file| Described::load(&folder, file)).collect();
    let files = files.map_err(|error| error.to_string())?;
    let stage = Stage::over(subject, subject.grants, None)?;
    let failed = |error: parcelgate_carrier::Error| error.to_string();
    play(told::confirm(&stage, subject))??.map_err(failed)?;
    play(told::change(&stage, subject))??.map_err(failed)?;
    let shown = play(told::read_back(&stage, subject))?;
    shown.transpose().map_err(failed)?;
    let log = stage.played.take_log();
    let asked = log.sent.iter().filter(|(it, _)| it.class != Class::Token);
    let mut problems = Vec::new();
    for (intent, request) in asked {
        let Some(file) = files.iter().find(|file| file.knows(request)) else {
            problems.push(format!("{} is not described", request.uri()));
            continue;
        };
        let path = request.uri().path();
        let grants = subject.grants.iter();
        let answers = grants.filter(|it| it.operation == intent.operation);
        let answers = answers.flat_map(|it| file.answer(request.method(), path, &it.response()));
        problems.extend(file.request(request).into_iter().chain(answers));
        problems.extend(blind(file, request));
    }
    match problems.is_empty() {
        true => Ok(Held::Yes),
        false => Err(problems.join("\n")),
    }
}

/// A description that would take anything shows nothing.
fn blind(file: &Described, request: &Request) -> Option<String> {
    let planted = || file.request_body(request.method(), request.uri().path(), &json!({}));
    let seen = request.body().is_empty() || !planted().is_empty();
    (!seen).then(|| format!("{}: an empty body would do", request.uri()))
}

//! Why a command failed, and what to do next.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use parcelgate_store::backup::CopyError;
use serde_json::{Value, json};
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use super::backup::OnServer;
use super::connect::Unreachable;

/// Whether `error` only says that nobody reads what is written any more: `parcelgate ... | head`.
#[must_use]
pub(crate) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}

/// Tells of `error` on standard error: lines for people, or one line of JSON for programs.
pub(crate) fn tell(error: &anyhow::Error, for_programs: bool) {
    let text = if for_programs {
        json!({ "error": as_data(error) }).to_string()
    } else {
        as_text(error)
    };
    // Nowhere is left to say that even this cannot be written.
    let _ = writeln!(io::stderr(), "{text}");
}

fn status_of(error: &anyhow::Error) -> Option<&Status> {
    error
        .chain()
        .find_map(|cause| cause.downcast_ref::<Status>())
}

fn as_text(error: &anyhow::Error) -> String {
    let mut text = String::from("error: ");
    let Some(status) = status_of(error) else {
        let _ = write!(text, "{error:#}");
        if let Some(next) = hint_without_status(error) {
            let _ = write!(text, "\n  next: {next}");
        }
        return text;
    };
    let details = status.get_error_details();
    match details.bad_request() {
        // The violations say all that the message says.
        Some(bad) if !bad.is_empty() => text.push_str("the request cannot stand as it is:"),
        Some(_) | None => text.push_str(status.message()),
    }
    for violation in details
        .bad_request()
        .iter()
        .flat_map(|bad| &bad.field_violations)
    {
        let _ = write!(text, "\n  - {}: {}", violation.field, violation.description);
    }
    let reason = details.error_info().map_or("", |info| info.reason.as_str());
    let _ = write!(
        text,
        "\n  ({}{}{reason})",
        code(status.code()),
        if reason.is_empty() { "" } else { ", " }
    );
    for note in notes(error) {
        let _ = write!(text, "\n  note: {note}");
    }
    if let Some(next) = hint(status) {
        let _ = write!(text, "\n  next: {next}");
    }
    text
}

/// What the command itself has to say of an error that the gateway answered.
fn notes(error: &anyhow::Error) -> Vec<String> {
    error
        .chain()
        .take_while(|cause| !cause.is::<Status>())
        .map(ToString::to_string)
        .collect()
}

fn as_data(error: &anyhow::Error) -> Value {
    let Some(status) = status_of(error) else {
        return json!({ "message": format!("{error:#}"), "next": hint_without_status(error) });
    };
    let details = status.get_error_details();
    let violations: Vec<Value> = details
        .bad_request()
        .iter()
        .flat_map(|bad| &bad.field_violations)
        .map(|v| json!({ "field": v.field, "description": v.description }))
        .collect();
    json!({
        "code": code(status.code()),
        "message": status.message(),
        "reason": details.error_info().map(|info| &info.reason),
        "metadata": details.error_info().map(|info| &info.metadata),
        "violations": violations,
        "notes": notes(error),
        "next": hint(status),
    })
}

fn hint_without_status(error: &anyhow::Error) -> Option<&'static str> {
    error.chain().find_map(|cause| {
        if cause.is::<Unreachable>() {
            Some(
                "start one with `parcelgate serve`, or say where it is with --server or \
                 PARCELGATE_SERVER",
            )
        } else if cause.is::<OnServer>() {
            Some(
                "use pg_dump and pg_restore, or the server's point-in-time recovery, and then \
                 `parcelgate restore --in-place`; docs/operations/backup.md has the commands",
            )
        } else {
            cause.downcast_ref::<CopyError>().map(hint_of_copy)
        }
    })
}

/// What the operator can do about it.
const fn hint_of_copy(error: &CopyError) -> &'static str {
    match error {
        CopyError::Exists(_) => "name another file, or say --force to replace it",
        CopyError::NotThere(_) => {
            "give the configuration of the gateway with --config, or the file's right name"
        }
        CopyError::InUse(_) => {
            "stop the gateway and every other program that has it open, then try again"
        }
        CopyError::Foreign { .. } => "give a file that `parcelgate backup` has written",
        CopyError::Damaged { .. } => {
            "nothing was changed; use another backup, or see what `sqlite3 FILE .recover` saves"
        }
        CopyError::Newer { .. } => "use the newer program, or a backup that this one has written",
        CopyError::Failed { .. } => "see to the disk and to who may write there, then try again",
    }
}

/// What the caller can do about it.
fn hint(status: &Status) -> Option<String> {
    let details = status.get_error_details();
    let pause = details.retry_info().and_then(|info| info.retry_delay);
    match status.code() {
        Code::Unauthenticated => Some(
            "make a key with `parcelgate keys create` beside the gateway's database, then give it \
             with --key or PARCELGATE_KEY"
                .to_owned(),
        ),
        Code::PermissionDenied => Some("use a key with the scope that is named above".to_owned()),
        Code::ResourceExhausted | Code::Unavailable => Some(pause.map_or_else(
            || "try again in a moment".to_owned(),
            |pause| format!("try again in {} ms", pause.as_millis()),
        )),
        Code::DeadlineExceeded => Some("allow more time with --timeout".to_owned()),
        Code::Unimplemented => {
            Some("see what each carrier can do with `parcelgate carriers`".to_owned())
        }
        Code::InvalidArgument => Some("mend what is named above and try again".to_owned()),
        Code::Ok
        | Code::Cancelled
        | Code::Unknown
        | Code::NotFound
        | Code::AlreadyExists
        | Code::FailedPrecondition
        | Code::Aborted
        | Code::OutOfRange
        | Code::Internal
        | Code::DataLoss => None,
    }
}

/// The code as the interface's documents write it: `INVALID_ARGUMENT`.
const fn code(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}

#[cfg(test)]
mod tests {
    use tonic_types::{ErrorDetails, FieldViolation};

    use super::*;

    #[test]
    fn every_field_violation_is_listed() {
        let violations = vec![
            FieldViolation::new("ship_to.postal_code", "\"4300\" is no ZIP code: 12345"),
            FieldViolation::new("parcels[0].weight_grams", "more than 0"),
        ];
        let mut details = ErrorDetails::with_bad_request(violations);
        details.set_error_info(
            "INVALID_FIELDS",
            "parcelgate",
            std::collections::HashMap::new(),
        );
        let status =
            Status::with_error_details(Code::InvalidArgument, "2 fields cannot stand", details);
        let text = as_text(&anyhow::Error::new(status.clone()));
        let lines = [
            "error: the request cannot stand as it is:",
            "  - ship_to.postal_code: \"4300\" is no ZIP code: 12345",
            "  - parcels[0].weight_grams: more than 0",
            "  (INVALID_ARGUMENT, INVALID_FIELDS)",
            "  next: mend what is named above and try again",
        ];
        assert_eq!(text.lines().collect::<Vec<_>>(), lines);
        let data = as_data(&anyhow::Error::new(status));
        assert_eq!(data["violations"][1]["field"], "parcels[0].weight_grams");
        assert_eq!(data["reason"], "INVALID_FIELDS");
    }

    #[test]
    fn a_caller_without_a_key_learns_how_to_get_one() {
        let text = as_text(&anyhow::Error::new(Status::unauthenticated("no key")));
        assert!(text.contains("parcelgate keys create"), "{text}");
    }

    #[test]
    fn only_a_broken_pipe_is_one() {
        let broken = anyhow::Error::new(io::Error::from(io::ErrorKind::BrokenPipe));
        assert!(is_broken_pipe(&broken.context("writing a table")));
        assert!(!is_broken_pipe(&anyhow::anyhow!("broken pipe")));
    }
}

//! The one table from failures to gRPC codes and details (docs/ERRORS.md is its text for callers).

use std::collections::HashMap;
use std::time::Duration;

use parcelgate_carrier::{Error, Kind};
use parcelgate_domain::{PurchaseState, Violations};
use parcelgate_store as store;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, StatusExt};

use crate::label::LabelError;
use crate::service::Fault;
use crate::service::keys::Refused;

/// The domain of every ErrorInfo.
const DOMAIN: &str = "parcelgate";
/// When to try again when nobody said.
const SOON: Duration = Duration::from_secs(1);
/// How much of a message is told, and how much of what is wrong with the fields: a status travels
/// in headers, of which clients take 8 to 16 KiB and then nothing at all.
const TEXT_CHARS_MAX: usize = 400;
const FIELDS_BYTES_MAX: usize = 3_000;

impl From<Fault> for Status {
    fn from(fault: Fault) -> Self {
        let text = fault.to_string();
        match fault {
            Fault::Invalid(violations) => {
                invalid(&text, &violations, "INVALID_FIELDS", HashMap::new())
            }
            Fault::Carrier(error) => of_carrier(&error),
            Fault::NotFound(_) => with(Code::NotFound, text, "NOT_FOUND"),
            Fault::Unsupported {
                carrier,
                ability,
                reason,
            } => {
                let facts = [
                    ("carrier", carrier.as_str()),
                    ("capability", ability.name()),
                    ("why", reason),
                ];
                with_facts(Code::Unimplemented, text, "UNSUPPORTED", &facts)
            }
            Fault::RequestIdReused => with(Code::InvalidArgument, text, "REQUEST_ID_REUSED"),
            Fault::PurchaseIdReused(id) => of_reused(text, &id),
            Fault::InProgress => retry(Code::Aborted, text, "PURCHASE_IN_PROGRESS", SOON),
            Fault::InDoubt => with(Code::FailedPrecondition, text, "IN_DOUBT"),
            Fault::Cancelled => with(Code::FailedPrecondition, text, "PURCHASE_CANCELLED"),
            Fault::QuoteExpired(_) => with(Code::FailedPrecondition, text, "QUOTE_EXPIRED"),
            Fault::TooDear { .. } => with(Code::FailedPrecondition, text, "MAX_TOTAL_EXCEEDED"),
            Fault::SpendLimit(refusal) => of_spend_limit(text, &refusal),
            Fault::DuplicateParcel(id) => of_duplicate(text, &id),
            Fault::NothingFits(_) => with(Code::FailedPrecondition, text, "NOTHING_FITS"),
            Fault::NotVoidable(_) => with(Code::FailedPrecondition, text, "NOT_VOIDABLE"),
            Fault::NotReplaceable(_) => with(Code::FailedPrecondition, text, "NOT_REPLACEABLE"),
            Fault::AlreadyScanned(number) => with_facts(
                Code::FailedPrecondition,
                text,
                "ALREADY_SCANNED",
                &[("tracking_number", &number.to_string())],
            ),
            Fault::AlreadyReplaced(id) => of_replaced(text, &id),
            Fault::ReplacementFailed {
                original,
                state,
                replacement,
                why,
            } => of_failed_replacement(text, (&original, state), &replacement, why.as_deref()),
            Fault::NotInReview(_) => with(Code::FailedPrecondition, text, "NOT_IN_REVIEW"),
            Fault::NoLabel(_) => with(Code::FailedPrecondition, text, "NO_LABEL"),
            Fault::Label(LabelError::NoWay { .. }) => {
                with(Code::Unimplemented, text, "LABEL_FORMAT")
            }
            Fault::Label(LabelError::Unreadable(_)) => {
                with(Code::Internal, text, "LABEL_UNREADABLE")
            }
            Fault::ForeignToken { field } => {
                let mut violations = Violations::new();
                violations.require(field, "a token that this list gave, or empty");
                invalid(&text, &violations, "FOREIGN_TOKEN", HashMap::new())
            }
            Fault::OtherLog => with(Code::FailedPrecondition, text, "LOG_RESTORED"),
            Fault::LogForgotten => with(Code::FailedPrecondition, text, "LOG_FORGOTTEN"),
            Fault::NoPaper { .. } => with(Code::FailedPrecondition, text, "NO_PAPER"),
            Fault::Deadline => with(Code::DeadlineExceeded, text, "DEADLINE"),
            Fault::Store(error) => of_store(&error),
        }
    }
}

impl From<Refused> for Status {
    fn from(refused: Refused) -> Self {
        let text = refused.to_string();
        match refused {
            Refused::Unknown => with(Code::Unauthenticated, text, "API_KEY"),
            Refused::Scope(scope) => with_facts(
                Code::PermissionDenied,
                text,
                "API_KEY_SCOPE",
                &[("scope", scope)],
            ),
            Refused::TooOften { after, .. } => {
                retry(Code::ResourceExhausted, text, "CALL_RATE", after)
            }
            Refused::Unreadable => retry(Code::Unavailable, text, "STORE", SOON),
        }
    }
}

fn of_carrier(error: &Error) -> Status {
    let text = error.to_string();
    let mut facts = HashMap::from([
        ("carrier".to_owned(), error.carrier.to_string()),
        ("operation".to_owned(), error.operation.to_owned()),
    ]);
    if let Some(code) = &error.code {
        facts.insert("carrier_code".to_owned(), code.clone());
    }
    if let Some(text) = &error.text {
        facts.insert("carrier_text".to_owned(), text.clone());
    }
    let code = match error.kind {
        Kind::Invalid => return invalid(&text, &error.violations, "INVALID_FOR_CARRIER", facts),
        Kind::NotFound => Code::NotFound,
        // The caller's own credentials are fine, so it is not UNAUTHENTICATED.
        Kind::Refused | Kind::Credentials => Code::FailedPrecondition,
        Kind::Unsupported => Code::Unimplemented,
        Kind::Throttled => Code::ResourceExhausted,
        Kind::Unsent | Kind::StaleToken | Kind::Unavailable | Kind::OutcomeUnknown => {
            Code::Unavailable
        }
        Kind::Deadline => Code::DeadlineExceeded,
        Kind::Malformed => Code::Internal,
    };
    let reason = match error.kind {
        Kind::Credentials => "CARRIER_CREDENTIALS".to_owned(),
        Kind::Refused => "CARRIER_REFUSED".to_owned(),
        kind @ (Kind::Invalid
        | Kind::NotFound
        | Kind::Unsupported
        | Kind::StaleToken
        | Kind::Throttled
        | Kind::Unsent
        | Kind::Unavailable
        | Kind::OutcomeUnknown
        | Kind::Deadline
        | Kind::Malformed) => kind.name().to_owned(),
    };
    let mut details = ErrorDetails::with_error_info(reason, DOMAIN, facts);
    if matches!(code, Code::ResourceExhausted | Code::Unavailable) {
        details.set_retry_info(Some(error.retry_after.unwrap_or(SOON)));
    }
    told(code, &text, details)
}

fn of_spend_limit(text: String, refusal: &store::SpendRefusal) -> Status {
    let (limit, spent) = (refusal.limit.to_string(), refusal.spent.to_string());
    let wanted = refusal.wanted.map(|wanted| wanted.to_string());
    let mut facts = vec![("limit", limit.as_str()), ("spent", spent.as_str())];
    facts.extend(wanted.as_deref().map(|wanted| ("wanted", wanted)));
    with_facts(Code::FailedPrecondition, text, "SPEND_LIMIT", &facts)
}

fn of_duplicate(text: String, id: &store::ShipmentId) -> Status {
    let shipment = format!("shipments/{id}");
    let facts = [("shipment", shipment.as_str())];
    with_facts(Code::FailedPrecondition, text, "DUPLICATE_PARCEL", &facts)
}

fn of_reused(text: String, id: &store::ShipmentId) -> Status {
    let shipment = format!("shipments/{id}");
    let facts = [("shipment", shipment.as_str())];
    with_facts(Code::InvalidArgument, text, "REQUEST_ID_REUSED", &facts)
}

fn of_replaced(text: String, id: &store::ShipmentId) -> Status {
    let shipment = format!("shipments/{id}");
    let facts = [("shipment", shipment.as_str())];
    with_facts(Code::FailedPrecondition, text, "ALREADY_REPLACED", &facts)
}

fn of_failed_replacement(
    text: String,
    (original, state): (&store::ShipmentId, PurchaseState),
    replacement: &store::ShipmentId,
    why: Option<&store::Fault>,
) -> Status {
    let (original, replacement) = (
        format!("shipments/{original}"),
        format!("shipments/{replacement}"),
    );
    let mut facts = vec![
        ("original", original.as_str()),
        ("original_state", state.name()),
        ("replacement", replacement.as_str()),
    ];
    if let Some(why) = why {
        facts.push(("kind", why.kind.as_str()));
        facts.push(("carrier_text", why.text.as_str()));
        facts.extend(why.code.as_deref().map(|code| ("carrier_code", code)));
    }
    with_facts(Code::FailedPrecondition, text, "REPLACEMENT_FAILED", &facts)
}

fn of_store(error: &store::Error) -> Status {
    match error {
        store::Error::Conflict { .. }
        | store::Error::CursorMoved { .. }
        | store::Error::LeaseLost(_) => retry(Code::Aborted, error.to_string(), "CONFLICT", SOON),
        store::Error::Illegal { .. } | store::Error::InvoiceChanged(_) => {
            with(Code::FailedPrecondition, error.to_string(), "STATE")
        }
        store::Error::AlreadyAsked(_) => with(
            Code::InvalidArgument,
            error.to_string(),
            "REQUEST_ID_REUSED",
        ),
        store::Error::SpendLimit(refusal) => of_spend_limit(error.to_string(), refusal),
        store::Error::Twin(id) => of_duplicate(error.to_string(), id),
        store::Error::Replaced(id) => of_replaced(error.to_string(), id),
        store::Error::Taken(_) => with(Code::AlreadyExists, error.to_string(), "TAKEN"),
        store::Error::Missing(_) => with(Code::NotFound, error.to_string(), "NOT_FOUND"),
        store::Error::Closed => retry(Code::Unavailable, "shutting down".to_owned(), "STORE", SOON),
        // What the database says is for the log, not for callers.
        store::Error::Unreadable { .. }
        | store::Error::Newer { .. }
        | store::Error::Database(_) => {
            tracing::error!(%error, "the store failed");
            retry(
                Code::Unavailable,
                "the store failed".to_owned(),
                "STORE",
                SOON,
            )
        }
    }
}

fn invalid(
    text: &str,
    violations: &Violations,
    reason: &str,
    mut facts: HashMap<String, String>,
) -> Status {
    let mut bytes = 0_usize;
    let fields = violations.as_slice().iter().map(|violation| {
        let description = match &violation.given {
            Some(given) => format!("{given:?} is not {}", violation.allowed),
            None => format!("must be {}", violation.allowed),
        };
        FieldViolation::new(&violation.field, description)
    });
    let fields = fields.take_while(|told| {
        bytes = bytes.saturating_add(told.field.len() + told.description.len());
        bytes <= FIELDS_BYTES_MAX
    });
    let fields: Vec<_> = fields.collect();
    let left_out = violations.as_slice().len().saturating_sub(fields.len());
    if left_out > 0 {
        facts.insert("violations_left_out".to_owned(), left_out.to_string());
    }
    let mut details = ErrorDetails::with_bad_request(fields);
    details.set_error_info(reason, DOMAIN, facts);
    told(Code::InvalidArgument, text, details)
}

fn with(code: Code, text: String, reason: &str) -> Status {
    with_facts(code, text, reason, &[])
}

fn with_facts(code: Code, text: String, reason: &str, facts: &[(&str, &str)]) -> Status {
    let facts: HashMap<String, String> = facts
        .iter()
        .map(|(name, fact)| ((*name).to_owned(), (*fact).to_owned()))
        .collect();
    let details = ErrorDetails::with_error_info(reason, DOMAIN, facts);
    told(code, &text, details)
}

fn retry(code: Code, text: String, reason: &str, after: Duration) -> Status {
    let mut details = ErrorDetails::with_error_info(reason, DOMAIN, HashMap::new());
    details.set_retry_info(Some(after));
    told(code, &text, details)
}

fn told(code: Code, text: &str, details: ErrorDetails) -> Status {
    let text: String = text.chars().take(TEXT_CHARS_MAX).collect();
    Status::with_error_details(code, text, details)
}

/// What tonic refuses by itself, before any of our code sees it: its code, ours, and the reason.
/// Other gRPC servers say RESOURCE_EXHAUSTED to a message that is too large, and one that cannot be
/// read is its sender's fault.
const OF_TONIC: [(Code, Code, &str); 5] = [
    (
        Code::OutOfRange,
        Code::ResourceExhausted,
        "MESSAGE_TOO_LARGE",
    ),
    (Code::Internal, Code::InvalidArgument, "MESSAGE_UNREADABLE"),
    (
        Code::InvalidArgument,
        Code::InvalidArgument,
        "MESSAGE_UNREADABLE",
    ),
    (Code::Unimplemented, Code::Unimplemented, "METHOD"),
    (Code::NotFound, Code::NotFound, "NOT_FOUND"),
];

/// A refusal without details gets its reason, like every other.
pub(super) fn with_reason<B>(mut response: http::Response<B>) -> http::Response<B> {
    let Some(bare) = Status::from_header_map(response.headers()) else {
        return response;
    };
    if bare.details().is_empty() {
        // Headers that cannot be written leave the answer as it was.
        let _ = with_its_reason(bare).add_header(response.headers_mut());
    }
    response
}

/// The same of what tonic refuses in the midst of a stream.
pub(super) fn with_its_reason(bare: Status) -> Status {
    let row = OF_TONIC.iter().find(|(theirs, ..)| *theirs == bare.code());
    match row {
        Some((_, code, reason)) => with(*code, bare.message().to_owned(), reason),
        None => bare,
    }
}

/// The gateway stops, and takes nothing more.
pub(super) fn closing() -> Status {
    let text = "shutting down; send again what has no answer".to_owned();
    retry(Code::Unavailable, text, "STORE", SOON)
}

#[cfg(test)]
mod tests {
    use parcelgate_domain::CarrierId;

    use super::*;

    #[test]
    fn every_kind_keeps_the_carriers_words_and_has_one_error_info() {
        for (kind, name) in Kind::ALL {
            let error = Error::new(kind, CarrierId::known("ups"), "quote").said("250003", "no");
            let status = Status::from(Fault::from(error));
            let info = status.get_details_error_info();
            let info = info.unwrap_or_else(|| panic!("{name} has no ErrorInfo"));
            assert_eq!(
                info.metadata.get("carrier_code").map(String::as_str),
                Some("250003"),
                "{name}"
            );
            let waits = matches!(status.code(), Code::Unavailable | Code::ResourceExhausted);
            assert_eq!(status.get_details_retry_info().is_some(), waits, "{name}");
        }
    }

    #[test]
    fn every_violation_is_told() {
        let mut violations = Violations::new();
        violations.refuse("parcels[0].weight_grams", 0, "1 to 1000000 grams");
        violations.require("ship_to.city", "a city");
        let status = Status::from(Fault::from(violations));
        assert_eq!(status.code(), Code::InvalidArgument);
        let told = status.get_details_bad_request().unwrap().field_violations;
        assert_eq!(told.len(), 2);
        assert_eq!(told[0].field, "parcels[0].weight_grams");
    }

    #[test]
    fn however_much_is_wrong_a_client_takes_the_answer() {
        let mut violations = Violations::new();
        for index in 0..1_000 {
            let field = format!("parcels[{index}].weight_grams");
            violations.refuse(field, "\u{8D85}".repeat(99), "1 to 1000000 grams");
        }
        let status = Status::from(Fault::from(violations));
        let mut headers = http::HeaderMap::new();
        status.add_header(&mut headers).unwrap();
        let bytes: usize = headers.values().map(http::HeaderValue::len).sum();
        assert!(bytes < 8 << 10, "{bytes}");
        let told = status.get_details_bad_request().unwrap().field_violations;
        let info = status.get_details_error_info().unwrap();
        let left_out: usize = info.metadata["violations_left_out"].parse().unwrap();
        assert!(told.len() > 5);
        assert_eq!(told.len() + left_out, 1_000);
    }
}

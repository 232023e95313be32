//! What a refusal says.

use tonic::{Code, Status};
use tonic_types::{ErrorDetail, ErrorInfo, StatusExt as _};

/// The one ErrorInfo: every refusal has exactly one.
pub(crate) fn info(status: &Status) -> ErrorInfo {
    let details = status.get_error_details_vec();
    let mut infos = details.into_iter().filter_map(|detail| {
        if let ErrorDetail::ErrorInfo(info) = detail {
            Some(info)
        } else {
            None
        }
    });
    let info = infos.next();
    assert!(infos.next().is_none(), "two ErrorInfos: {status:?}");
    let info = info.unwrap_or_else(|| panic!("no ErrorInfo: {status:?}"));
    assert_eq!(info.domain, "parcelgate");
    info
}

/// The reason, and that it comes with `code`.
pub(crate) fn reason(status: &Status, code: Code) -> String {
    assert_eq!(status.code(), code, "{status:?}");
    info(status).reason
}

/// A fact of the ErrorInfo.
pub(crate) fn fact(status: &Status, name: &str) -> String {
    let mut facts = info(status).metadata;
    facts.remove(name).unwrap_or_default()
}

/// Fields at fault with what is said of each.
pub(crate) fn violations(status: &Status) -> Vec<(String, String)> {
    assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
    let request = status.get_details_bad_request();
    let fields = request
        .into_iter()
        .flat_map(|request| request.field_violations);
    fields.map(|at| (at.field, at.description)).collect()
}

/// Fields at fault, in alphabetical order.
pub(crate) fn fields(status: &Status) -> Vec<String> {
    let mut fields: Vec<_> = violations(status).into_iter().map(|at| at.0).collect();
    fields.sort();
    fields
}

/// What is said of `field`.
pub(crate) fn said_of(status: &Status, field: &str) -> String {
    let told = violations(status);
    let own = told.iter().find(|at| at.0 == field);
    let own = own.unwrap_or_else(|| panic!("nothing of {field}: {told:?}"));
    own.1.clone()
}

/// Whether the caller is told when to try again.
pub(crate) fn says_when(status: &Status) -> bool {
    let info = status.get_details_retry_info();
    info.is_some_and(|info| info.retry_delay.is_some())
}

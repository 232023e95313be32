//! What an answer means: an envelope that says 1 or 0, and the codes of those that say 0.

use std::time::Duration;

use http::StatusCode;
use parcelgate_carrier::json::{Many, Text};
use parcelgate_carrier::meaning::lookup;
use parcelgate_carrier::{Dialect, Error, Intent, Kind, Response, Result, retry_after};
use serde::Deserialize;

use crate::auth::LABELS;
use crate::{ID, paper, rates, ship, track};

/// The platform answers in envelopes, the host of labels with files.
#[derive(Debug)]
pub(crate) struct Envelopes;

#[derive(Deserialize, Default)]
#[serde(default)]
struct Envelope {
    result: Text,
    msg: Text,
    errors: Many<Said>,
}

/// One thing that went wrong. Twins of these members in camel case may stand beside them, null.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Said {
    error_code: Text,
    error_msg: Text,
}

impl Dialect for Envelopes {
    fn verdict(&self, intent: &Intent, response: &Response) -> Result<()> {
        let success = response.status().is_success();
        if intent.host == LABELS {
            return if success {
                Ok(())
            } else {
                Err(lost_label(intent, response))
            };
        }
        match serde_json::from_slice::<Envelope>(response.body()) {
            Ok(envelope) if success => envelope.verdict(intent),
            Ok(envelope) => {
                let (code, text) = envelope.said();
                Err(by_status(intent, response).said(code, text))
            }
            Err(error) if success => Err(failure(intent, Kind::Malformed).because(error)),
            // A method that does not exist is told as a plain text with status 500.
            Err(_) => Err(by_status(intent, response).said("", plain_text(response))),
        }
    }
}

/// Whether the order stands in line under its reference: not refused, and not to be sent again.
pub(crate) fn is_pending(response: &Response) -> bool {
    serde_json::from_slice::<Envelope>(response.body()).is_ok_and(|envelope| envelope.is_pending())
}

impl Envelope {
    fn verdict(&self, intent: &Intent) -> Result<()> {
        let (code, text) = self.said();
        let kind = match self.result.get() {
            Some("1") => return Ok(()),
            Some("0") if intent.operation == ship::BUY && self.is_pending() => return Ok(()),
            // No reason is no refusal: of a purchase it leaves open what became of it.
            Some("0") if self.reason().is_none() && intent.operation == ship::BUY => {
                Kind::Malformed
            }
            Some("0") => refusal(intent, code, text),
            // 2 is "partly", which only methods that are not used here can be.
            _ => Kind::Malformed,
        };
        Err(failure(intent, kind).said(code, text))
    }

    /// Code and text of what went wrong. `msg` is the same whatever that is.
    fn said(&self) -> (&str, &str) {
        self.reason().unwrap_or(("", self.msg.as_str()))
    }

    /// The first error that has a code or a text.
    fn reason(&self) -> Option<(&str, &str)> {
        let errors = self.errors.iter();
        let mut errors = errors.map(|said| (said.error_code.as_str(), said.error_msg.as_str()));
        errors.find(|said| *said != ("", ""))
    }

    /// By the code or by its text, so that damage to one of them does not make a refusal of it.
    fn is_pending(&self) -> bool {
        let (code, text) = self.said();
        let says =
            code == IN_PROCESSING || text.contains("in processing") || text.contains("处理中");
        self.result.get() == Some("0") && says
    }
}

/// An order of this reference is being worked on.
pub(crate) const IN_PROCESSING: &str = "DS000007";

fn failure(intent: &Intent, kind: Kind) -> Error {
    let pause = (kind == Kind::Throttled).then_some(PAUSE);
    Error::new(kind, ID, intent.operation).retry_after(pause)
}

/// "Too many requests; try again in one minute".
const PAUSE: Duration = Duration::from_secs(60);

fn by_status(intent: &Intent, response: &Response) -> Error {
    let kind = match response.status() {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Kind::Credentials,
        StatusCode::TOO_MANY_REQUESTS => Kind::Throttled,
        status if status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT => {
            Kind::Unavailable
        }
        // The address is one and the same for everything, so no other status is 4PX's own word.
        _ => Kind::Malformed,
    };
    let error = failure(intent, kind);
    match retry_after(response) {
        Some(pause) => error.retry_after(Some(pause)),
        None => error,
    }
}

/// A link that leads nowhere says nothing of the account's credentials.
fn lost_label(intent: &Intent, response: &Response) -> Error {
    let status = response.status();
    if status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS {
        let text = format!("the link to the label answers {status}");
        return failure(intent, Kind::Refused).said("", text);
    }
    by_status(intent, response)
}

fn plain_text(response: &Response) -> &str {
    let text = std::str::from_utf8(response.body())
        .unwrap_or_default()
        .trim();
    if text.starts_with('<') { "" } else { text }
}

/// What a code means wherever it is said. First those of the platform, then those of direct
/// shipping; a code that is not here is a refusal, unless the platform itself says it.
#[rustfmt::skip]
const CODES: [(&str, Kind); 26] = [
    ("000004", Kind::Refused),       // JSON parsing failed
    ("000011", Kind::Unsupported),   // the method does not exist
    ("000012", Kind::Credentials),   // signature
    ("000013", Kind::Credentials),   // app_key
    ("000014", Kind::Credentials),   // parameters of authentication
    ("000015", Kind::Unsupported),   // the method is not available
    ("000016", Kind::Credentials),   // the method is not authorised for the application
    ("000017", Kind::Throttled),     // too many requests
    ("000018", Kind::Credentials),   // no such application
    ("000019", Kind::Credentials),   // the application has no rate policy: for 4PX to set up
    ("000020", Kind::Unavailable),   // timeout or exception
    ("000021", Kind::Credentials),   // user and application do not belong together
    ("000022", Kind::Credentials),   // user not authorised
    ("000023", Kind::Credentials),   // user unavailable
    ("000024", Kind::Unavailable),   // the service behind the platform answers 404
    ("000025", Kind::Credentials),   // not for this type of user
    ("DS000003", Kind::Unavailable), // exception
    ("DS000006", Kind::Unavailable), // too many operations, later
    ("DS000007", Kind::Unavailable), // in processing
    ("DS000008", Kind::Unavailable), // error writing the response
    ("DS000017", Kind::NotFound),    // order not found
    ("DS000024", Kind::Unavailable), // data conversion failed
    ("DS000025", Kind::Unavailable), // error querying the number
    ("DS000026", Kind::Unavailable), // error querying details
    ("DS000027", Kind::Unavailable), // error retrieving a mark
    ("DS000046", Kind::Refused),     // the label does not exist: not yet
];

/// Codes of the platform itself begin so. What it says before it asked anybody is certain, but a
/// code that is new may be said after.
const PLATFORM: &str = "0000";

/// Under this reference there is an order, perhaps this very one: to be looked up.
const EXISTS: [&str; 6] = [
    "already exist",
    "duplicate",
    "repeat",
    "已存在",
    "重复",
    "已经存在",
];
/// A failure, whatever its code.
const TROUBLE: [&str; 5] = ["timeout", "timed out", "超时", "系统异常", "system error"];
const ABSENT: [&str; 5] = ["not find", "not found", "not exist", "不存在", "未找到"];

fn refusal(intent: &Intent, code: &str, text: &str) -> Kind {
    let text = text.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    let known = lookup(&CODES, &code);
    let buys = intent.operation == ship::BUY;
    // Orders can be absent; products, prices and what is being bought are refused.
    let asks = ![ship::BUY, rates::OPERATION].contains(&intent.operation);
    let reads = [ship::FIND, paper::OPERATION].contains(&intent.operation);
    match known {
        // Not yet: it proves nothing, and is no sign of an ill platform.
        Some(_) if reads && code == IN_PROCESSING => Kind::Refused,
        Some(Kind::NotFound) if !asks => Kind::Refused,
        Some(kind) => kind,
        None if buys && says(&EXISTS) => Kind::OutcomeUnknown,
        None if says(&TROUBLE) || code.starts_with(PLATFORM) => Kind::Unavailable,
        None if code == "0" && intent.operation == track::OPERATION => Kind::NotFound,
        None if code == "0" && asks && says(&ABSENT) => Kind::NotFound,
        None => Kind::Refused,
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;
    use std::time::Instant;

    use bytes::Bytes;
    use parcelgate_carrier::{Class, Repeat};

    use super::*;
    use crate::auth::API;

    #[expect(clippy::disallowed_methods, reason = "any moment will do")]
    fn intent(operation: &'static str, host: &'static str) -> Intent {
        Intent {
            operation,
            host,
            class: Class::Manage,
            lane: Class::Manage.lane(),
            repeat: Repeat::Safe,
            permits: NonZeroU32::MIN,
            deadline: Instant::now(),
        }
    }

    fn judge(
        operation: &'static str,
        host: &'static str,
        status: u16,
        body: &str,
    ) -> Option<Error> {
        let mut response = Response::new(Bytes::from(body.to_owned()));
        *response.status_mut() = StatusCode::from_u16(status).unwrap();
        Envelopes.verdict(&intent(operation, host), &response).err()
    }

    fn kind(operation: &'static str, status: u16, body: &str) -> Option<Kind> {
        judge(operation, API, status, body).map(|error| error.kind)
    }

    fn said(operation: &'static str, code: &str, text: &str) -> Option<Kind> {
        let body = format!(
            r#"{{"result":"0","msg":"System processing failed",
                "errors":[{{"errorCode":null,"error_code":"{code}","error_msg":"{text}"}}]}}"#
        );
        kind(operation, 200, &body)
    }

    #[test]
    fn only_one_passes() {
        assert_eq!(kind("find", 200, r#"{"result":"1","errors":null}"#), None);
        assert_eq!(kind("find", 200, r#"{"result":1,"data":[]}"#), None);
        for unclear in [
            r#"{"result":"2","data":[]}"#,
            r#"{"result":"0"}"#,
            r#"{"result":"0","msg":"System processing failed","errors":[]}"#,
            r#"{"data":{}}"#,
            "{}",
            "<html>",
            "",
        ] {
            assert_eq!(
                kind("buy", 200, unclear),
                Some(Kind::Malformed),
                "{unclear}"
            );
        }
    }

    #[test]
    fn an_order_in_processing_is_not_refused() {
        let text = "Ref_no: 736017796559863808 in processing";
        assert_eq!(said("buy", "DS000007", text), None);
        assert_eq!(said("buy", "DS000004", text), None);
        assert_eq!(said("buy", "DS000007", "?"), None);
        assert_eq!(said("find", "DS000007", text), Some(Kind::Refused));
        assert_eq!(said("label", "DS000007", text), Some(Kind::Refused));
        assert_eq!(said("void", "DS000007", text), Some(Kind::Unavailable));
    }

    #[test]
    fn a_code_is_what_the_table_says() {
        for (code, expected) in CODES {
            assert_eq!(said("void", code, ""), Some(expected), "{code}");
        }
        let error = judge(
            "buy",
            API,
            200,
            r#"{"result":"0","errors":[{"error_code":"000017"}]}"#,
        );
        assert_eq!(error.unwrap().retry_after, Some(PAUSE));
    }

    #[test]
    fn what_no_table_has_is_a_refusal_unless_the_platform_says_it() {
        assert_eq!(
            said("buy", "010101005", "English only"),
            Some(Kind::Refused)
        );
        assert_eq!(said("buy", "DS000110", "product"), Some(Kind::Refused));
        assert_eq!(said("buy", "DS000000", "post_code"), Some(Kind::Refused));
        assert_eq!(
            said("buy", "DS000000", "Read timed out"),
            Some(Kind::Unavailable)
        );
        assert_eq!(said("buy", "000099", ""), Some(Kind::Unavailable));
    }

    #[test]
    fn an_order_that_exists_is_in_doubt() {
        let text = "ref_no Already Exists";
        assert_eq!(said("buy", "DS000000", text), Some(Kind::OutcomeUnknown));
        assert_eq!(
            said("buy", "DS000000", "单号重复"),
            Some(Kind::OutcomeUnknown)
        );
    }

    #[test]
    fn only_what_is_asked_for_can_be_absent() {
        let text = "Can not find this order";
        for operation in ["find", "void", "label", "track"] {
            assert_eq!(
                said(operation, "0", text),
                Some(Kind::NotFound),
                "{operation}"
            );
        }
        assert_eq!(said("void", "0", "?"), Some(Kind::Refused));
        assert_eq!(said("track", "0", "?"), Some(Kind::NotFound));
        assert_eq!(said("buy", "0", text), Some(Kind::Refused));
        assert_eq!(said("buy", "DS000017", text), Some(Kind::Refused));
        assert_eq!(
            said("find", "000018", "app not exist"),
            Some(Kind::Credentials)
        );
    }

    #[test]
    fn the_status_decides_where_no_envelope_does() {
        let body = "com.fpx.ApiException: method not found";
        let error = judge("buy", API, 500, body).unwrap();
        assert_eq!(error.kind, Kind::Unavailable);
        assert_eq!(error.text.as_deref(), Some(body));
        assert_eq!(kind("buy", 404, "Not Found"), Some(Kind::Malformed));
        assert_eq!(kind("track", 429, ""), Some(Kind::Throttled));
    }

    #[test]
    fn a_link_that_leads_nowhere_is_not_about_credentials() {
        let kind = |status| judge("label", LABELS, status, "<Error/>").map(|error| error.kind);
        assert_eq!(kind(200), None);
        assert_eq!(kind(403), Some(Kind::Refused));
        assert_eq!(kind(429), Some(Kind::Throttled));
        assert_eq!(kind(302), Some(Kind::Malformed));
        assert_eq!(kind(503), Some(Kind::Unavailable));
    }
}

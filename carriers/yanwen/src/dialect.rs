//! What an answer means. Yanwen publishes no list of error codes: the sign of the code and the
//! Chinese text beside it must do.

use std::time::Duration;

use parcelgate_carrier::json::{self, Text};
use parcelgate_carrier::said::{Judge, Said};
use parcelgate_carrier::{Dialect, Error, Intent, Kind, Response, Result};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::auth::TRACK;
use crate::{ID, ship};

/// Both hosts answer in an envelope; the tracking host's has no `success` and numbers for codes.
#[derive(Debug)]
pub(crate) struct Envelopes;

/// Where no success is claimed. There is no token that could be stale, and the address is one and
/// the same for everything, so that it is not Yanwen who does not find it.
const JUDGE: Judge = Judge {
    carrier: "yanwen",
    kinds: &[],
    statuses: &[
        (401, Kind::Credentials),
        (403, Kind::Credentials),
        (404, Kind::Malformed),
    ],
};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Envelope<'a> {
    success: Text,
    code: Text,
    message: Text,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
}

/// Whether a label was made, and why not.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Made {
    is_success: Text,
    error_msg: Text,
}

impl Dialect for Envelopes {
    fn verdict(&self, intent: &Intent, response: &Response) -> Result<()> {
        let claimed = response.status().is_success();
        let verdict = match serde_json::from_slice::<Envelope<'_>>(response.body()) {
            Ok(envelope) if claimed => envelope.verdict(intent),
            Ok(envelope) => JUDGE.verdict(intent, response, Ok(envelope.said())),
            Err(error) => {
                let text = plain_text(response);
                match (text, text.and_then(by_text)) {
                    (Some(text), kind) if claimed => {
                        Err(failure(intent, kind.unwrap_or(Kind::Malformed)).said("", text))
                    }
                    (Some(text), Some(_)) => JUDGE.verdict(intent, response, Ok(said("", text))),
                    _ => JUDGE.verdict(intent, response, Err(error.into())),
                }
            }
        };
        verdict.map_err(|error| {
            let pause = (error.kind == Kind::Throttled).then_some(PAUSE);
            let pause = error.retry_after.or(pause);
            error.retry_after(pause)
        })
    }
}

impl Envelope<'_> {
    fn verdict(&self, intent: &Intent) -> Result<()> {
        let number = self.code.parse::<i64>().ok();
        let success = match self.success.get() {
            Some("true") => Some(true),
            Some("false") => Some(false),
            // On the tracking host the code says it all.
            None if intent.host == TRACK => number.map(|number| number == 0),
            _ => None,
        };
        let kind = match (success, number) {
            (Some(true), Some(0)) if intent.operation == ship::LABEL => return self.made(intent),
            (Some(true), Some(0)) => return Ok(()),
            (Some(false), Some(0)) | (Some(true) | None, Some(0..)) | (Some(true) | None, None) => {
                Kind::Malformed // It contradicts itself, or says nothing.
            }
            (Some(false), None) if self.said().is_none() => Kind::Malformed,
            (_, Some(..0)) => by_text(&self.message).unwrap_or(Kind::Unavailable),
            (Some(false), _) => {
                by_text(&self.message).unwrap_or_else(|| refusal(intent, &self.message))
            }
        };
        Err(failure(intent, kind).said(&*self.code, &*self.message))
    }

    /// A label that was not made is told inside an envelope that says all is well.
    fn made(&self, intent: &Intent) -> Result<()> {
        let made: Made = self.data.and_then(json::read).unwrap_or_default();
        if *made.is_success == *"false" {
            return Err(failure(intent, Kind::Refused).said("", &*made.error_msg));
        }
        Ok(())
    }

    fn said(&self) -> Option<Said> {
        said(&self.code, &self.message)
    }
}

/// Nothing, where there is neither a code nor a word: a framework's own page is JSON, too.
fn said(code: &str, text: &str) -> Option<Said> {
    (!code.is_empty() || !text.is_empty()).then(|| Said {
        code: code.to_owned(),
        text: text.to_owned(),
    })
}

fn failure(intent: &Intent, kind: Kind) -> Error {
    Error::new(kind, ID, intent.operation)
}

/// How long to leave an account alone that asked too often, where Yanwen does not say.
const PAUSE: Duration = Duration::from_secs(60);

/// A signature that is wrong is told in plain Chinese text, without any envelope.
fn plain_text(response: &Response) -> Option<&str> {
    let text = std::str::from_utf8(response.body()).ok()?.trim();
    let plain = !text.is_empty() && !text.starts_with(['<', '{', '[']);
    plain.then_some(text)
}

/// What a text says by itself, whatever the code. First row that holds, first served.
#[rustfmt::skip]
const WORDS: [(&str, Kind); 8] = [
    ("签名", Kind::Credentials),   // signature
    ("秘钥", Kind::Credentials),   // secret key
    ("密钥", Kind::Credentials),   // the same
    ("冻结", Kind::Credentials),   // account frozen: for the seller to settle, like a wrong key
    ("权限", Kind::Unsupported),   // the account may not do this
    ("频繁", Kind::Throttled),     // too often
    ("限流", Kind::Throttled),     // rate limit
    ("too many", Kind::Throttled),
];

fn by_text(text: &str) -> Option<Kind> {
    WORDS
        .iter()
        .find(|(word, _)| text.contains(word))
        .map(|(_, kind)| *kind)
}

/// A refusal for a reason of the business.
fn refusal(intent: &Intent, text: &str) -> Kind {
    let any = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if intent.operation == ship::BUY {
        // "Exists already", "duplicate": under our reference there is an order, perhaps this very
        // one. It must be looked up, not taken for a refusal.
        return if any(&["重复", "已存在"]) {
            Kind::OutcomeUnknown
        } else {
            Kind::Refused
        };
    }
    // "Does not exist" must be said of an order: of a user or a method it proves nothing about a
    // purchase.
    let absent = any(&["不存在", "未找到"]) && any(&["订单", "运单", "单号", "面单"]);
    if absent {
        Kind::NotFound
    } else {
        Kind::Refused
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;
    use std::time::Instant;

    use bytes::Bytes;
    use http::StatusCode;
    use parcelgate_carrier::{Class, Repeat};

    use super::*;
    use crate::auth::ORDER;

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

    fn judge(operation: &'static str, status: u16, body: &str) -> Option<Error> {
        let host = if operation == "track" { TRACK } else { ORDER };
        let mut response = Response::new(Bytes::from(body.to_owned()));
        *response.status_mut() = StatusCode::from_u16(status).unwrap();
        Envelopes.verdict(&intent(operation, host), &response).err()
    }

    fn kind(operation: &'static str, status: u16, body: &str) -> Option<Kind> {
        judge(operation, status, body).map(|error| error.kind)
    }

    #[test]
    fn only_success_and_zero_together_pass() {
        assert_eq!(kind("find", 200, r#"{"success":true,"code":"0"}"#), None);
        assert_eq!(kind("find", 200, r#"{"success":true,"code":0}"#), None);
        assert_eq!(kind("track", 200, r#"{"code":0,"result":[]}"#), None);
        for unclear in [
            r#"{"success":false,"code":"0"}"#,
            r#"{"success":true,"code":"5001","message":"x"}"#,
            r#"{"success":true}"#,
            r#"{"success":false}"#,
            r#"{"code":"0"}"#,
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
    fn the_sign_and_the_text_decide() {
        let said = |operation, code: &str, message: &str| {
            let body = format!(r#"{{"success":false,"code":"{code}","message":"{message}"}}"#);
            kind(operation, 200, &body).unwrap()
        };
        assert_eq!(said("find", "-1", "系统异常"), Kind::Unavailable);
        assert_eq!(said("find", "-1", "签名错误"), Kind::Credentials);
        assert_eq!(said("buy", "1001", "收件人姓名填写不规范"), Kind::Refused);
        assert_eq!(
            said("buy", "1001", "账户已冻结，请联系客户经理"),
            Kind::Credentials
        );
        assert_eq!(said("quote", "1001", "无接口权限"), Kind::Unsupported);
        assert_eq!(said("label", "1001", "请求过于频繁"), Kind::Throttled);
        assert_eq!(said("label", "1001", "运单号不存在"), Kind::NotFound);
    }

    #[test]
    fn what_does_not_exist_is_not_always_the_order() {
        let said = |operation, message: &str| {
            let body = format!(r#"{{"success":false,"code":1,"message":"{message}"}}"#);
            kind(operation, 200, &body).unwrap()
        };
        assert_eq!(said("find", "制单账号不存在"), Kind::Refused);
        assert_eq!(said("find", "接口不存在"), Kind::Refused);
        assert_eq!(said("buy", "产品不存在"), Kind::Refused);
        assert_eq!(said("buy", "订单号已存在"), Kind::OutcomeUnknown);
        assert_eq!(said("buy", "订单号重复"), Kind::OutcomeUnknown);
    }

    #[test]
    fn plain_text_is_understood_and_kept() {
        let error = judge("find", 200, "签名错误，请检查").unwrap();
        assert_eq!(error.kind, Kind::Credentials);
        assert_eq!(error.text.as_deref(), Some("签名错误，请检查"));
        assert_eq!(kind("find", 401, "签名错误"), Some(Kind::Credentials));
        assert_eq!(kind("buy", 200, r#"{"签名":"#), Some(Kind::Malformed));
    }

    #[test]
    fn the_status_decides_where_no_envelope_does() {
        assert_eq!(kind("buy", 502, "<html>"), Some(Kind::Unavailable));
        assert_eq!(kind("buy", 404, "Not Found"), Some(Kind::Malformed));
        let error = judge("track", 429, "").unwrap();
        assert_eq!(
            (error.kind, error.retry_after),
            (Kind::Throttled, Some(PAUSE))
        );
    }

    #[test]
    fn a_status_beside_an_envelope_is_weighed_with_its_words() {
        let envelope = r#"{"success":false,"code":"1","message":"x"}"#;
        assert_eq!(kind("buy", 400, envelope), Some(Kind::Refused));
        let page = r#"{"timestamp":1,"status":400,"error":"Bad Request"}"#;
        assert_eq!(kind("buy", 400, page), Some(Kind::Malformed));
        for status in [404, 500, 302] {
            assert!(
                kind("buy", status, envelope).unwrap().in_doubt(),
                "{status}"
            );
            assert_ne!(kind("find", status, envelope), Some(Kind::NotFound));
        }
    }

    #[test]
    fn the_tracking_host_fails_by_its_code_alone() {
        let error = judge("track", 200, r#"{"code":1,"message":"fail"}"#).unwrap();
        assert_eq!(error.kind, Kind::Refused);
        assert_eq!(error.text.as_deref(), Some("fail"));
        assert_eq!(
            kind("track", 200, r#"{"message":"fail"}"#),
            Some(Kind::Malformed)
        );
    }

    #[test]
    fn a_label_that_was_not_made_is_a_refusal() {
        let body =
            r#"{"success":true,"code":"0","data":{"isSuccess":false,"errorMsg":"面单生成中"}}"#;
        let error = judge("label", 200, body).unwrap();
        assert_eq!(error.kind, Kind::Refused);
        assert_eq!(error.text.as_deref(), Some("面单生成中"));
        assert_eq!(kind("find", 200, body), None);
    }
}

//! What a carrier's answer means, where status and code say it as HTTP has it.

use http::StatusCode;
use parcelgate_domain::CarrierId;

use crate::meaning::lookup;
use crate::{BoxError, Class, Error, Intent, Kind, Response, Result, retry_after};

/// What a carrier says of why it says no.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said {
    /// Its code, verbatim.
    pub code: String,
    /// Its text, verbatim.
    pub text: String,
}

/// How one carrier's answers are judged, as data.
#[derive(Debug, Clone, Copy)]
pub struct Judge {
    /// The carrier.
    pub carrier: &'static str,
    /// The codes whose meaning differs from that of their HTTP status, or that come with several.
    pub kinds: &'static [(&'static str, Kind)],
    /// Statuses that mean something else than they do in HTTP.
    pub statuses: &'static [(u16, Kind)],
}

impl Judge {
    /// `Ok` for a success in which nothing is said. `answer` is the body as the adapter reads it:
    /// what is said there, or why it cannot be read; where a body may be empty that is
    /// `Ok(None)`.
    ///
    /// A status decides; the code decides more finely where the carrier itself answered, and never
    /// of a server that fails: such a one knows nothing for certain. A 4xx in nobody's words comes
    /// from something in between, and leaves a purchase in doubt.
    ///
    /// # Errors
    /// The refusal.
    pub fn verdict(
        &self,
        intent: &Intent,
        response: &Response,
        answer: Result<Option<Said>, BoxError>,
    ) -> Result<()> {
        let status = response.status();
        let bare = |kind| self.error(kind, intent.operation);
        let said = match answer {
            Ok(None) if status.is_success() => return Ok(()),
            // Some gateways wrap a refusal in a 200.
            Ok(Some(said)) if status.is_success() => return Err(self.refusal(intent, said)),
            Err(why) if status.is_success() => return Err(bare(Kind::Malformed).because(why)),
            Ok(said) => said,
            Err(_) => None,
        };
        let kind = self.by_status(status, said.is_some());
        let by_code = matches!(
            kind,
            Kind::Refused | Kind::NotFound | Kind::Credentials | Kind::StaleToken
        );
        let mut refusal = match said {
            Some(said) => {
                let finer = by_code.then(|| self.by_code(&said.code)).flatten();
                bare(finer.unwrap_or(kind)).said(said.code, said.text)
            }
            None => bare(kind).said(status.as_str(), ""),
        };
        // The token service says 400 or 401 to keys that it does not know; no other token would
        // help.
        if intent.class == Class::Token
            && matches!(
                refusal.kind,
                Kind::StaleToken | Kind::Refused | Kind::NotFound
            )
        {
            refusal.kind = Kind::Credentials;
        }
        Err(refusal.retry_after(retry_after(response)))
    }

    /// What the carrier means by a code; none where it is in no table.
    #[must_use]
    pub fn by_code(&self, code: &str) -> Option<Kind> {
        lookup(self.kinds, &code)
    }

    /// A refusal that stands inside of a success. One without a code or a word refuses nothing for
    /// certain.
    #[must_use]
    pub fn refusal(&self, intent: &Intent, said: Said) -> Error {
        let kind = if said == Said::default() {
            Kind::Malformed
        } else {
            self.by_code(&said.code).unwrap_or(Kind::Refused)
        };
        self.error(kind, intent.operation)
            .said(said.code, said.text)
    }

    fn error(&self, kind: Kind, operation: &'static str) -> Error {
        Error::new(kind, CarrierId::known(self.carrier), operation)
    }

    /// What a status means; `spoken` when the carrier itself said why.
    fn by_status(&self, status: StatusCode, spoken: bool) -> Kind {
        if let Some(kind) = lookup(self.statuses, &status.as_u16()) {
            return kind;
        }
        match status.as_u16() {
            401 => Kind::StaleToken,
            403 if spoken => Kind::Credentials,
            404 if spoken => Kind::NotFound,
            429 => Kind::Throttled,
            400 | 402 | 405..=407 | 409..=428 if spoken => Kind::Refused,
            408 | 500..=599 => Kind::Unavailable,
            _ => Kind::Malformed,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;
    use std::time::{Duration, Instant};

    use bytes::Bytes;
    use http::header::RETRY_AFTER;

    use super::*;
    use crate::Repeat;

    const JUDGE: Judge = Judge {
        carrier: "acme",
        kinds: &[("LATER", Kind::Unavailable), ("NONE", Kind::NotFound)],
        statuses: &[(422, Kind::Unsupported)],
    };

    #[expect(clippy::disallowed_methods, reason = "any moment will do")]
    fn intent(class: Class) -> Intent {
        Intent {
            operation: "test",
            host: "api",
            class,
            lane: class.lane(),
            repeat: Repeat::Safe,
            permits: NonZeroU32::MIN,
            deadline: Instant::now(),
        }
    }

    fn judge(class: Class, status: u16, said: Option<&str>) -> Result<()> {
        let intent = intent(class);
        let mut response = Response::new(Bytes::new());
        *response.status_mut() = StatusCode::from_u16(status).unwrap();
        response.headers_mut().insert(RETRY_AFTER, 7.into());
        let answer = match said {
            Some("<html>") => Err("no JSON".into()),
            Some("") | None => Ok(None),
            Some(code) => Ok(Some(Said {
                code: code.to_owned(),
                text: "no".to_owned(),
            })),
        };
        JUDGE.verdict(&intent, &response, answer)
    }

    #[test]
    fn a_status_and_a_code_make_a_kind() {
        let cases = [
            (200, "", None),
            (200, "<html>", Some(Kind::Malformed)),
            (200, "A1", Some(Kind::Refused)),
            (200, "LATER", Some(Kind::Unavailable)),
            (400, "A1", Some(Kind::Refused)),
            (400, "LATER", Some(Kind::Unavailable)),
            (400, "NONE", Some(Kind::NotFound)),
            (400, "<html>", Some(Kind::Malformed)),
            (302, "", Some(Kind::Malformed)),
            (401, "", Some(Kind::StaleToken)),
            (403, "A1", Some(Kind::Credentials)),
            (404, "A1", Some(Kind::NotFound)),
            (404, "", Some(Kind::Malformed)),
            (422, "A1", Some(Kind::Unsupported)),
            (429, "NONE", Some(Kind::Throttled)),
            (500, "NONE", Some(Kind::Unavailable)),
            (502, "<html>", Some(Kind::Unavailable)),
        ];
        for (status, said, expected) in cases {
            let kind = judge(Class::Ship, status, Some(said)).err().map(|e| e.kind);
            assert_eq!(kind, expected, "{status} {said}");
        }
    }

    #[test]
    fn a_refusal_without_a_word_leaves_a_purchase_in_doubt() {
        let intent = intent(Class::Ship);
        let silent = JUDGE.refusal(&intent, Said::default());
        assert_eq!(silent.kind, Kind::Malformed);
        let text = "no".to_owned();
        let spoken = JUDGE.refusal(
            &intent,
            Said {
                text,
                ..Said::default()
            },
        );
        assert_eq!(spoken.kind, Kind::Refused);
    }

    #[test]
    fn words_and_pauses_are_kept_and_a_refused_token_is_a_matter_of_credentials() {
        let error = judge(Class::Ship, 429, Some("A1")).unwrap_err();
        assert_eq!(error.retry_after, Some(Duration::from_secs(7)));
        assert_eq!(
            (error.code.as_deref(), error.text.as_deref()),
            (Some("A1"), Some("no"))
        );
        for status in [400, 401] {
            let error = judge(Class::Token, status, Some("A1")).unwrap_err();
            assert_eq!(error.kind, Kind::Credentials);
        }
    }
}

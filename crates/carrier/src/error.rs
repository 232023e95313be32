//! One closed kind of failure decides everything that follows from it.

use std::fmt;
use std::time::Duration;

use parcelgate_domain::{CarrierId, Violations};

use crate::Repeat;

/// Outcome of anything that a carrier was asked.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The error beneath an error.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// What went wrong, so that retry, doubt, gRPC code and alert follow without reading any text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The request cannot stand; the violations name the fields.
    Invalid,
    /// The carrier knows no such thing.
    NotFound,
    /// The carrier understood and said no.
    Refused,
    /// The carrier, or this account, does not offer it.
    Unsupported,
    /// The carrier does not accept the account's credentials.
    Credentials,
    /// The token was not accepted; a new one may be.
    StaleToken,
    /// Too many requests.
    Throttled,
    /// The request never left: no connection, an open circuit, no quota in time.
    Unsent,
    /// The carrier answered that it cannot answer.
    Unavailable,
    /// The request left and no answer came back.
    OutcomeUnknown,
    /// Time was up before anything left.
    Deadline,
    /// An answer came that cannot be read.
    Malformed,
}

impl Kind {
    /// Every kind with its name.
    pub const ALL: [(Self, &'static str); 12] = [
        (Self::Invalid, "INVALID"),
        (Self::NotFound, "NOT_FOUND"),
        (Self::Refused, "REFUSED"),
        (Self::Unsupported, "UNSUPPORTED"),
        (Self::Credentials, "CREDENTIALS"),
        (Self::StaleToken, "STALE_TOKEN"),
        (Self::Throttled, "THROTTLED"),
        (Self::Unsent, "UNSENT"),
        (Self::Unavailable, "UNAVAILABLE"),
        (Self::OutcomeUnknown, "OUTCOME_UNKNOWN"),
        (Self::Deadline, "DEADLINE"),
        (Self::Malformed, "MALFORMED"),
    ];

    /// Its name in logs, metrics and the interface.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(kind, _)| *kind == self)
            .map_or("", |(_, name)| name)
    }

    /// Whether the same request may be sent again. Exhaustive on purpose: a new kind does not
    /// compile until someone decides this.
    #[must_use]
    pub const fn retryable(self, repeat: Repeat) -> bool {
        match self {
            Self::Unsent | Self::Throttled | Self::StaleToken => true,
            Self::Unavailable | Self::OutcomeUnknown => matches!(repeat, Repeat::Safe),
            Self::Invalid
            | Self::NotFound
            | Self::Refused
            | Self::Unsupported
            | Self::Credentials
            | Self::Deadline
            | Self::Malformed => false,
        }
    }

    /// After a paid request: may it have happened anyway? Then it is settled by looking it up,
    /// never by sending it again.
    #[must_use]
    pub const fn in_doubt(self) -> bool {
        match self {
            Self::OutcomeUnknown | Self::Unavailable | Self::Malformed => true,
            Self::Invalid
            | Self::NotFound
            | Self::Refused
            | Self::Unsupported
            | Self::Credentials
            | Self::StaleToken
            | Self::Throttled
            | Self::Unsent
            | Self::Deadline => false,
        }
    }

    /// Whether it says that the carrier itself is ill, which is what a circuit breaker counts.
    #[must_use]
    pub const fn is_outage(self) -> bool {
        match self {
            Self::Unsent | Self::Unavailable | Self::OutcomeUnknown | Self::Malformed => true,
            Self::Invalid
            | Self::NotFound
            | Self::Refused
            | Self::Unsupported
            | Self::Credentials
            | Self::StaleToken
            | Self::Throttled
            | Self::Deadline => false,
        }
    }
}

/// A failure, with who said it and the carrier's own words.
#[derive(Debug)]
pub struct Error {
    /// What it is.
    pub kind: Kind,
    /// Whose.
    pub carrier: CarrierId,
    /// During which operation.
    pub operation: &'static str,
    /// The carrier's own code, verbatim.
    pub code: Option<String>,
    /// The carrier's own text, verbatim, shortened.
    pub text: Option<String>,
    /// The fields at fault, for [`Kind::Invalid`].
    pub violations: Violations,
    /// When to try again, when somebody said so.
    pub retry_after: Option<Duration>,
    /// What lies beneath.
    pub source: Option<BoxError>,
}

/// How much of a carrier's text is kept.
const TEXT_CHARS_MAX: usize = 500;

impl Error {
    /// A bare failure.
    #[must_use]
    pub fn new(kind: Kind, carrier: CarrierId, operation: &'static str) -> Self {
        Self {
            kind,
            carrier,
            operation,
            code: None,
            text: None,
            violations: Violations::new(),
            retry_after: None,
            source: None,
        }
    }

    /// With the carrier's own code and text.
    #[must_use]
    pub fn said(mut self, code: impl Into<String>, text: impl AsRef<str>) -> Self {
        let shortened = |text: &str| text.chars().take(TEXT_CHARS_MAX).collect::<String>();
        self.code = Some(shortened(&code.into())).filter(|code| !code.is_empty());
        self.text = Some(shortened(text.as_ref())).filter(|text| !text.is_empty());
        self
    }

    /// With the fields at fault.
    #[must_use]
    pub fn at(mut self, violations: Violations) -> Self {
        self.violations = violations;
        self
    }

    /// With the time after which it may be tried again.
    #[must_use]
    pub fn retry_after(mut self, pause: Option<Duration>) -> Self {
        self.retry_after = pause;
        self
    }

    /// With what lies beneath.
    #[must_use]
    pub fn because(mut self, source: impl Into<BoxError>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// The same failure, but after a paid request had been accepted: what it bought is in doubt.
    #[must_use]
    pub fn after_acceptance(mut self) -> Self {
        if !self.kind.in_doubt() {
            self.kind = Kind::OutcomeUnknown;
        }
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {}: {}",
            self.carrier,
            self.operation,
            self.kind.name()
        )?;
        if let Some(code) = &self.code {
            write!(f, " [{code}]")?;
        }
        if let Some(text) = &self.text {
            write!(f, " {text}")?;
        }
        if !self.violations.is_empty() {
            write!(f, " {}", self.violations)?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        let source: &(dyn std::error::Error + 'static) = self.source.as_deref()?;
        Some(source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_doubt_is_never_sent_again() {
        for (kind, name) in Kind::ALL {
            assert!(
                !(kind.in_doubt() && kind.retryable(Repeat::OnlyIfUnsent)),
                "{name}"
            );
        }
    }

    #[test]
    fn after_acceptance_every_failure_is_in_doubt() {
        for (kind, name) in Kind::ALL {
            let error = Error::new(kind, CarrierId::known("ups"), "ship").after_acceptance();
            assert!(error.kind.in_doubt(), "{name}");
        }
    }
}

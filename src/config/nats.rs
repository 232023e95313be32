//! The stream that others read the log from.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use parcelgate_bus::Settings;
use parcelgate_domain::{ExposeSecret, Secret};
use serde::Deserialize;

/// Whether events are written to a stream of NATS JetStream, and to which.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NatsConfig {
    /// Its servers, with commas between; empty: none. There may be a password in it.
    pub url: Secret,
    /// A `.creds` file, if they want one.
    pub credentials_file: PathBuf,
    /// The stream's name.
    pub stream: String,
    /// What the subjects of all events begin with.
    pub subject: String,
    /// How long a server may take to answer, in milliseconds.
    pub answer_ms_max: u64,
}

/// Longer than this nobody waits for a server.
const ANSWER_MS_MAX: u64 = 60_000;

impl NatsConfig {
    /// What the stream is opened with, if there is one.
    ///
    /// # Errors
    /// When the credentials cannot be read.
    pub fn settings(&self) -> anyhow::Result<Option<Settings>> {
        if self.url.expose_secret().is_empty() {
            return Ok(None);
        }
        let file = &self.credentials_file;
        let credentials = (!file.as_os_str().is_empty()).then(|| {
            let text = std::fs::read_to_string(file);
            text.with_context(|| format!("nats.credentials_file {} cannot be read", file.display()))
        });
        Ok(Some(self.settings_with(credentials.transpose()?)))
    }

    fn settings_with(&self, credentials: Option<String>) -> Settings {
        Settings {
            url: self.url.clone(),
            credentials: credentials.map(Secret::from),
            stream: self.stream.clone(),
            prefix: self.subject.clone(),
            answer_max: Duration::from_millis(self.answer_ms_max),
        }
    }

    /// All that is wrong with it.
    pub(super) fn violations(&self) -> Vec<String> {
        let used = !self.url.expose_secret().is_empty();
        let answer_ms = self.answer_ms_max;
        let rules = [
            (
                used && self.settings_with(None).servers().is_err(),
                "nats.url is no address of a NATS server: nats://host:4222, or tls:// over TLS"
                    .to_owned(),
            ),
            (
                !is_name(&self.stream),
                format!(
                    "nats.stream is {:?}: 1 to 64 of A-Z, a-z, 0-9, - and _ are allowed",
                    self.stream
                ),
            ),
            (
                !self.subject.split('.').all(is_name),
                format!(
                    "nats.subject is {:?}: words of A-Z, a-z, 0-9, - and _ with dots between are \
                     allowed",
                    self.subject
                ),
            ),
            (
                !(1..=ANSWER_MS_MAX).contains(&answer_ms),
                format!("nats.answer_ms_max is {answer_ms}: 1 to {ANSWER_MS_MAX} are allowed"),
            ),
        ];
        let broken = rules.into_iter().filter(|(broken, _)| *broken);
        broken.map(|(_, says)| says).collect()
    }
}

fn is_name(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=64).contains(&text.len()) && text.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(url: &str) -> NatsConfig {
        NatsConfig {
            url: url.into(),
            credentials_file: PathBuf::new(),
            stream: "PARCELGATE".to_owned(),
            subject: "parcelgate".to_owned(),
            answer_ms_max: 5_000,
        }
    }

    #[test]
    fn every_violation_is_told_and_no_password() {
        assert_eq!(config("").violations(), Vec::<String>::new());
        assert_eq!(config("nats://anna:hunter2@a,b").violations().len(), 0);
        let wrong = NatsConfig {
            stream: "a b".to_owned(),
            subject: "shop..events".to_owned(),
            answer_ms_max: 0,
            ..config("http://anna:hunter2@a")
        };
        let violations = wrong.violations();
        let fields = ["url", "stream", "subject", "answer_ms_max"];
        assert_eq!(violations.len(), fields.len(), "{violations:?}");
        for (violation, field) in violations.iter().zip(fields) {
            assert!(violation.contains(&format!("nats.{field}")), "{violation}");
        }
        assert!(!format!("{wrong:?} {violations:?}").contains("hunter2"));
    }

    #[test]
    fn credentials_that_are_not_there_are_named() {
        assert!(config("").settings().unwrap().is_none());
        assert!(config("nats://a").settings().unwrap().is_some());
        let lost = NatsConfig {
            credentials_file: "no-such.creds".into(),
            ..config("nats://a")
        };
        assert!(format!("{:#}", lost.settings().unwrap_err()).contains("no-such.creds"));
    }
}

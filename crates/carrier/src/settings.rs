//! What can be said of an account's settings without asking the carrier, all of it at once.

use http::Uri;
use parcelgate_domain::{CarrierId, ExposeSecret as _, Secret};

use crate::SettingsError;

/// Collects what is wrong with the settings of one account. No problem repeats a secret.
#[derive(Debug)]
pub struct Settings {
    carrier: CarrierId,
    problems: Vec<String>,
}

impl Settings {
    /// Of an account with `carrier`.
    #[must_use]
    pub const fn of(carrier: CarrierId) -> Self {
        Self {
            carrier,
            problems: Vec::new(),
        }
    }

    /// `setting` must hold something, in characters that a header can carry.
    pub fn secret(&mut self, setting: &str, secret: &Secret) {
        let text = secret.expose_secret();
        let fits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        self.must(
            fits,
            format!("{setting} must be ASCII without spaces, not empty"),
        );
    }

    /// `setting` must be the base of a web address: a scheme, a host and perhaps a path. A slash
    /// at its end is taken off.
    pub fn base(&mut self, setting: &str, url: &mut String) {
        let trimmed = url.trim().trim_end_matches('/').to_owned();
        let fits = is_base(&trimmed);
        *url = trimmed;
        self.must(
            fits,
            format!("{setting} must be the base of a web address, such as https://api.example.com"),
        );
    }

    /// `problem` is one unless `fits`.
    pub fn must(&mut self, fits: bool, problem: impl Into<String>) {
        if !fits {
            self.problems.push(problem.into());
        }
    }

    /// `account`, when nothing is wrong.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn none_or<T>(self, account: T) -> Result<T, SettingsError> {
        if self.problems.is_empty() {
            return Ok(account);
        }
        Err(SettingsError {
            carrier: self.carrier,
            problem: self.problems.join("; "),
        })
    }
}

/// Whether a request can be sent below it.
#[must_use]
pub fn is_base(url: &str) -> bool {
    let Ok(uri) = url.parse::<Uri>() else {
        return false;
    };
    let plain = !url.contains(['?', '#', ' ', '@']);
    plain && matches!(uri.scheme_str(), Some("https" | "http")) && uri.host().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_is_named_at_once_and_no_secret_is_shown() {
        let mut settings = Settings::of(CarrierId::known("acme"));
        settings.secret("client_secret", &"open sesame".into());
        let mut api = "ftp://acme".to_owned();
        settings.base("api", &mut api);
        settings.must(false, "account_number must be six digits");
        let problem = settings.none_or(()).unwrap_err().problem;
        for part in ["client_secret", "api must", "six digits"] {
            assert!(problem.contains(part), "{problem}");
        }
        assert!(!problem.contains("sesame"));
    }

    #[test]
    fn a_base_is_kept_without_its_last_slash() {
        let mut settings = Settings::of(CarrierId::known("acme"));
        let mut api = " https://acme.example/api/ ".to_owned();
        settings.base("api", &mut api);
        settings.secret("key", &"s3cret".into());
        assert_eq!(settings.none_or(api).unwrap(), "https://acme.example/api");
        for bad in [
            "",
            "acme",
            "https://",
            "https://a@b",
            "https://a?b",
            "//a",
            "https://a b",
        ] {
            assert!(!is_base(bad), "{bad}");
        }
        assert!(is_base("http://127.0.0.1:8080"));
    }
}

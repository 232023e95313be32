//! What an operator configures for one account with FedEx.

use parcelgate_carrier::SettingsError;
use parcelgate_domain::{ExposeSecret as _, Secret};
use serde::Deserialize;

use crate::ID;

/// The settings of an account with `carrier = "fedex"`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// API key of the project at developer.fedex.com.
    pub client_id: Secret,
    /// Secret key of the project.
    pub client_secret: Secret,
    /// The nine digits of the FedEx account that is billed.
    pub account_number: String,
    /// API key of a project of its own for tracking, where FedEx has asked for one.
    #[serde(default)]
    pub track_client_id: Option<Secret>,
    /// Its secret key.
    #[serde(default)]
    pub track_client_secret: Option<Secret>,
    /// The security token of the webhook project (Advanced Integrated Visibility) whose destination
    /// is this gateway. Without it nothing that is pushed is believed.
    #[serde(default)]
    pub webhook_token: Option<Secret>,
    /// Base of the interfaces. `https://apis-sandbox.fedex.com` is FedEx's test environment.
    #[serde(default = "production")]
    pub api: String,
    /// How parcels come to FedEx; prices depend on it.
    #[serde(default)]
    pub pickup: Pickup,
}

/// How parcels come to FedEx.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pickup {
    /// FedEx calls every day.
    #[default]
    Scheduled,
    /// Brought to a FedEx location.
    Dropoff,
    /// FedEx calls when asked.
    OnRequest,
}

impl Pickup {
    /// FedEx's code.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Scheduled => "USE_SCHEDULED_PICKUP",
            Self::Dropoff => "DROPOFF_AT_FEDEX_LOCATION",
            Self::OnRequest => "CONTACT_FEDEX_TO_SCHEDULE",
        }
    }
}

impl Account {
    /// Whether tracking has a project of its own.
    pub(crate) const fn tracks_apart(&self) -> bool {
        self.track_client_id.is_some()
    }

    /// The same with the bare account number and a base without a slash at its end.
    pub(crate) fn checked(mut self) -> Result<Self, SettingsError> {
        let number = self.account_number.trim().to_owned();
        if number.len() != 9 || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(refused("account_number must be nine digits"));
        }
        self.account_number = number;
        let secrets = [
            ("client_id", Some(&self.client_id)),
            ("client_secret", Some(&self.client_secret)),
            ("track_client_id", self.track_client_id.as_ref()),
            ("track_client_secret", self.track_client_secret.as_ref()),
            ("webhook_token", self.webhook_token.as_ref()),
        ];
        for (name, secret) in secrets {
            if secret.is_some_and(|secret| secret.expose_secret().trim().is_empty()) {
                return Err(refused(&format!("{name} must not be empty")));
            }
        }
        if self.track_client_id.is_some() != self.track_client_secret.is_some() {
            return Err(refused(
                "track_client_id and track_client_secret are set together or not at all",
            ));
        }
        self.api = base(&self.api)?;
        Ok(self)
    }
}

fn base(url: &str) -> Result<String, SettingsError> {
    let url = url.trim().trim_end_matches('/');
    let schemes = ["https://", "http://"];
    let host = schemes.iter().find_map(|scheme| url.strip_prefix(scheme));
    match host {
        Some(host) if !host.is_empty() && !host.contains(['?', '#', ' ', '@']) => {
            Ok(url.to_owned())
        }
        _ => Err(refused(&format!(
            "api must be the base of a web address, such as {}",
            production()
        ))),
    }
}

fn refused(problem: &str) -> SettingsError {
    SettingsError {
        carrier: ID,
        problem: problem.to_owned(),
    }
}

fn production() -> String {
    "https://apis.fedex.com".to_owned()
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::{Value, json};

    use super::*;

    pub(crate) fn account(changes: &Value) -> Result<Account, String> {
        let mut settings = json!({
            "client_id": "an-id",
            "client_secret": "a-secret",
            "account_number": "740561073",
        });
        let all = settings.as_object_mut().unwrap();
        all.extend(changes.as_object().unwrap().clone());
        let account: Account = serde_json::from_value(settings).map_err(|e| e.to_string())?;
        account.checked().map_err(|error| error.to_string())
    }

    #[test]
    fn three_settings_are_enough() {
        let account = account(&json!({"api": "https://apis-sandbox.fedex.com/"})).unwrap();
        assert_eq!(account.api, "https://apis-sandbox.fedex.com");
        assert_eq!(account.pickup.code(), "USE_SCHEDULED_PICKUP");
        assert!(!account.tracks_apart());
    }

    #[test]
    fn a_wrong_setting_is_named() {
        let cases = [
            (json!({"account_number": "12345"}), "account_number"),
            (json!({"account_number": "１２３"}), "account_number"),
            (json!({"client_secret": " "}), "client_secret"),
            (json!({"webhook_token": ""}), "webhook_token"),
            (json!({"track_client_id": "x"}), "track_client_secret"),
            (json!({"api": "ftp://fedex"}), "api must be"),
            (json!({"acount_number": "740561073"}), "acount_number"),
            (json!({"pickup": "sometimes"}), "on_request"),
        ];
        for (changes, part) in cases {
            let problem = account(&changes).unwrap_err();
            assert!(problem.contains(part), "{changes}: {problem}");
        }
    }

    #[test]
    fn a_secret_cannot_be_printed() {
        let shown = account(&json!({"webhook_token": "a-token"})).unwrap();
        let shown = format!("{shown:?}");
        for secret in ["a-secret", "an-id", "a-token"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}

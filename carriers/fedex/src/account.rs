//! What an operator configures for one account with FedEx.

use parcelgate_carrier::SettingsError;
use parcelgate_carrier::settings::Settings;
use parcelgate_domain::Secret;
use serde::Deserialize;
use serde_json::{Value, json};

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
    /// Base of the interface that takes papers. FedEx's test environment is
    /// `https://documentapitest.prod.fedex.com/sandbox`.
    #[serde(default = "production_of_papers")]
    pub documents: String,
    /// How parcels come to FedEx; prices depend on it.
    #[serde(default)]
    pub pickup: Pickup,
    /// Whether papers for customs go to FedEx as files. Otherwise they go on the box, and are yours
    /// to draw.
    #[serde(default = "yes")]
    pub paperless: bool,
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
    /// The number of the account, in an object of its own, which is how FedEx reads it.
    pub(crate) fn number(&self) -> Value {
        json!({ "value": self.account_number })
    }

    /// Whether tracking has a project of its own.
    pub(crate) const fn tracks_apart(&self) -> bool {
        self.track_client_id.is_some()
    }

    /// The same with the bare account number and bases without a slash at their ends; everything
    /// that is wrong at once.
    pub(crate) fn checked(mut self) -> Result<Self, SettingsError> {
        let mut found = Settings::of(ID);
        let secrets = [
            ("client_id", Some(&self.client_id)),
            ("client_secret", Some(&self.client_secret)),
            ("track_client_id", self.track_client_id.as_ref()),
            ("track_client_secret", self.track_client_secret.as_ref()),
            ("webhook_token", self.webhook_token.as_ref()),
        ];
        for (name, secret) in secrets {
            if let Some(secret) = secret {
                found.secret(name, secret);
            }
        }
        self.account_number = self.account_number.trim().to_owned();
        let number = self.account_number.as_bytes();
        let fits = number.len() == 9 && number.iter().all(u8::is_ascii_digit);
        found.must(fits, "account_number must be nine digits");
        let both = self.track_client_id.is_some() == self.track_client_secret.is_some();
        found.must(
            both,
            "track_client_id and track_client_secret are set together or not at all",
        );
        found.base("api", &mut self.api);
        found.base("documents", &mut self.documents);
        found.none_or(self)
    }
}

const fn yes() -> bool {
    true
}

fn production() -> String {
    "https://apis.fedex.com".to_owned()
}

fn production_of_papers() -> String {
    "https://documentapi.prod.fedex.com".to_owned()
}

#[cfg(test)]
pub(crate) mod tests {
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
            (json!({"documents": "fedex"}), "documents must be"),
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

//! What an operator configures for one account with UPS.

use parcelgate_carrier::SettingsError;
use parcelgate_carrier::settings::Settings;
use parcelgate_domain::Secret;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::ID;

/// The settings of an account with `carrier = "ups"`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// Client ID of the app at developer.ups.com.
    pub client_id: Secret,
    /// Client secret of the app.
    pub client_secret: Secret,
    /// The six letters and digits of the UPS account that is billed; also called shipper number.
    pub account_number: String,
    /// Base of the interfaces. `https://wwwcie.ups.com/api` is UPS's test environment.
    #[serde(default = "production_api")]
    pub api: String,
    /// Base of the token service, without `/api`. `https://wwwcie.ups.com` with the test
    /// environment.
    #[serde(default = "production_token")]
    pub token: String,
    /// How this gateway calls itself towards UPS. At most 512 characters.
    #[serde(default = "parcelgate")]
    pub transaction_source: String,
    /// Ask for the account's negotiated prices, and show them where UPS gives them.
    #[serde(default = "yes")]
    pub negotiated_rates: bool,
    /// How parcels come to UPS; list prices depend on it.
    #[serde(default)]
    pub pickup: Pickup,
    /// Sent as `x-merchant-id` when a token is asked for, when UPS has told you to.
    #[serde(default)]
    pub merchant_id: Option<String>,
}

/// How parcels come to UPS.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pickup {
    /// UPS calls every day.
    #[default]
    Daily,
    /// Brought to a UPS customer counter.
    CustomerCounter,
    /// UPS calls when asked.
    OneTime,
    /// Put into a UPS letter centre.
    LetterCenter,
    /// Brought to an air service centre.
    AirServiceCenter,
}

impl Pickup {
    /// UPS's code.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Daily => "01",
            Self::CustomerCounter => "03",
            Self::OneTime => "06",
            Self::LetterCenter => "19",
            Self::AirServiceCenter => "20",
        }
    }
}

impl Account {
    /// The same with the account number in capitals and bases without a slash at their end.
    pub(crate) fn checked(mut self) -> Result<Self, SettingsError> {
        let mut settings = Settings::of(ID);
        settings.secret("client_id", &self.client_id);
        settings.secret("client_secret", &self.client_secret);
        settings.base("api", &mut self.api);
        settings.base("token", &mut self.token);
        self.account_number = self.account_number.trim().to_ascii_uppercase();
        let numbers = [
            ("account_number", Some(&self.account_number)),
            ("merchant_id", self.merchant_id.as_ref()),
        ];
        for (name, number) in numbers {
            let fits = number.is_none_or(|number| is_account_number(number));
            settings.must(fits, format!("{name} must be six letters and digits"));
        }
        let source = self.transaction_source.trim();
        let plain = source.bytes().all(|byte| (32..127).contains(&byte));
        settings.must(
            (1..=512).contains(&source.len()) && plain,
            "transaction_source must be 1 to 512 printable ASCII characters",
        );
        settings.none_or(self)
    }

    /// Asks for the account's own prices, where it wants them.
    pub(crate) fn rating_options(&self) -> Option<Value> {
        let agreed = json!({ "NegotiatedRatesIndicator": "" });
        self.negotiated_rates.then_some(agreed)
    }
}

fn is_account_number(text: &str) -> bool {
    text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn production_api() -> String {
    "https://onlinetools.ups.com/api".to_owned()
}

fn production_token() -> String {
    "https://onlinetools.ups.com".to_owned()
}

fn parcelgate() -> String {
    "parcelgate".to_owned()
}

const fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn account(changes: &serde_json::Value) -> Result<Account, String> {
        let mut settings = json!({
            "client_id": "an-id",
            "client_secret": "a-secret",
            "account_number": "a1b2c3",
        });
        let all = settings.as_object_mut().unwrap();
        all.extend(changes.as_object().unwrap().clone());
        let account: Account = serde_json::from_value(settings).map_err(|e| e.to_string())?;
        account.checked().map_err(|error| error.to_string())
    }

    #[test]
    fn three_settings_are_enough() {
        let account = account(&json!({})).unwrap();
        assert_eq!(account.account_number, "A1B2C3");
        assert_eq!(account.api, "https://onlinetools.ups.com/api");
        assert_eq!(account.token, "https://onlinetools.ups.com");
        assert_eq!(account.pickup.code(), "01");
        assert!(account.negotiated_rates);
    }

    #[test]
    fn a_wrong_setting_is_named() {
        let cases = [
            (json!({"account_number": "12345"}), "account_number"),
            (json!({"client_secret": " "}), "client_secret"),
            (json!({"api": "ftp://ups"}), "api must be"),
            (json!({"token": "https://a@b"}), "token must be"),
            (json!({"transaction_source": ""}), "transaction_source"),
            (json!({"merchant_id": "é"}), "merchant_id"),
            (json!({"acount_number": "A1B2C3"}), "acount_number"),
            (json!({"pickup": "sometimes"}), "customer_counter"),
        ];
        for (changes, part) in cases {
            let problem = account(&changes).unwrap_err();
            assert!(problem.contains(part), "{changes}: {problem}");
        }
    }

    #[test]
    fn a_secret_cannot_be_printed() {
        let shown = format!("{:?}", account(&json!({})).unwrap());
        assert!(
            !shown.contains("a-secret") && !shown.contains("an-id"),
            "{shown}"
        );
    }
}

//! What an operator configures for one account with Template.

use parcelgate_carrier::SettingsError;
use parcelgate_carrier::settings::Settings;
use parcelgate_domain::Secret;
use serde::Deserialize;

use crate::ID;

/// The settings of an account with `carrier = "template"`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// The key that Template gave.
    pub api_key: Secret,
    /// Base of the interface.
    #[serde(default = "production")]
    pub api: String,
}

impl Account {
    pub(crate) fn checked(mut self) -> Result<Self, SettingsError> {
        let mut settings = Settings::of(ID);
        settings.secret("api_key", &self.api_key);
        settings.base("api", &mut self.api);
        settings.none_or(self)
    }
}

fn production() -> String {
    "https://api.template.example".to_owned()
}

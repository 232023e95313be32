//! What an operator configures for one selling partner.

use parcelgate_carrier::SettingsError;
use parcelgate_carrier::settings::Settings;
use parcelgate_domain::Secret;
use serde::Deserialize;

use crate::ID;

/// The settings of a shop with `shop = "amazon"`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// The client id of the application, from Login with Amazon.
    pub client_id: Secret,
    /// Its client secret.
    pub client_secret: Secret,
    /// What the seller's authorization of the application gave; it does not end.
    pub refresh_token: Secret,
    /// Base of the Selling Partner API, by region: `sellingpartnerapi-na`, `-eu` or `-fe`.
    #[serde(default = "north_america")]
    pub api: String,
    /// Base of Login with Amazon.
    #[serde(default = "login")]
    pub token: String,
}

impl Account {
    pub(crate) fn checked(mut self) -> Result<Self, SettingsError> {
        let mut settings = Settings::of(ID);
        settings.secret("client_id", &self.client_id);
        settings.secret("client_secret", &self.client_secret);
        settings.secret("refresh_token", &self.refresh_token);
        settings.base("api", &mut self.api);
        settings.base("token", &mut self.token);
        settings.none_or(self)
    }
}

fn north_america() -> String {
    "https://sellingpartnerapi-na.amazon.com".to_owned()
}

fn login() -> String {
    "https://api.amazon.com".to_owned()
}

//! What an operator configures for one seller.

use parcelgate_carrier::SettingsError;
use parcelgate_carrier::settings::Settings;
use parcelgate_domain::Secret;
use serde::Deserialize;

use crate::ID;

/// The settings of a shop with `shop = "ebay"`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// App ID of the keyset.
    pub client_id: Secret,
    /// Its Cert ID.
    pub client_secret: Secret,
    /// What the seller's consent gave, with the scope `sell.fulfillment`. Good for 18 months.
    pub refresh_token: Secret,
    /// Base of the interfaces; the test environment is `https://api.sandbox.ebay.com`.
    #[serde(default = "production")]
    pub api: String,
}

impl Account {
    pub(crate) fn checked(mut self) -> Result<Self, SettingsError> {
        let mut settings = Settings::of(ID);
        settings.secret("client_id", &self.client_id);
        settings.secret("client_secret", &self.client_secret);
        settings.secret("refresh_token", &self.refresh_token);
        settings.base("api", &mut self.api);
        settings.none_or(self)
    }
}

fn production() -> String {
    "https://api.ebay.com".to_owned()
}

//! What an operator configures for one store.

use parcelgate_carrier::SettingsError;
use parcelgate_carrier::settings::Settings;
use parcelgate_domain::Secret;
use serde::Deserialize;

use crate::ID;

/// The settings of a shop with `shop = "shopify"`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// The Admin API access token of the app, with the scope
    /// `write_merchant_managed_fulfillment_orders`.
    pub access_token: Secret,
    /// The store: `https://example.myshopify.com`.
    pub api: String,
    /// Whether Shopify writes to the buyer when a package is confirmed or its number changes.
    #[serde(default)]
    pub notify_customer: bool,
}

impl Account {
    pub(crate) fn checked(mut self) -> Result<Self, SettingsError> {
        let mut settings = Settings::of(ID);
        settings.secret("access_token", &self.access_token);
        settings.base("api", &mut self.api);
        settings.none_or(self)
    }
}

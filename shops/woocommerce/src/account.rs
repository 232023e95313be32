//! What an operator configures for one store.

use parcelgate_carrier::SettingsError;
use parcelgate_carrier::settings::Settings;
use parcelgate_domain::Secret;
use serde::Deserialize;

use crate::ID;

/// The settings of a shop with `shop = "woocommerce"`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// Consumer key of the REST API, with leave to write.
    pub consumer_key: Secret,
    /// Its secret.
    pub consumer_secret: Secret,
    /// The store: `https://shop.example.com`.
    pub api: String,
    /// Whether an order is completed when a package of it is confirmed. Default: true.
    #[serde(default = "yes")]
    pub complete_orders: bool,
}

const fn yes() -> bool {
    true
}

impl Account {
    pub(crate) fn checked(mut self) -> Result<Self, SettingsError> {
        let mut settings = Settings::of(ID);
        settings.secret("consumer_key", &self.consumer_key);
        settings.secret("consumer_secret", &self.consumer_secret);
        settings.base("api", &mut self.api);
        settings.none_or(self)
    }
}

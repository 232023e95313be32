//! What the operator can set. `defaults.toml` beside this file says what each setting is for.

mod accounts;
mod exchange;
mod nats;
mod quota;
mod rates;
mod risk;
mod server;
mod shops;
mod store;
mod tracking;

use std::path::Path;

use serde::Deserialize;

pub use accounts::AccountConfig;
pub use exchange::ExchangeConfig;
pub use nats::NatsConfig;
pub use quota::QuotaConfig;
pub use rates::{PurchaseConfig, RatesConfig};
pub use risk::RiskConfig;
pub use server::{GrpcConfig, HttpConfig, LogConfig, LogFormat};
pub use shops::{BeforeShipBy, ConfirmConfig, ConfirmWhen, ShopConfig};
pub use store::{Database, StoreConfig};
pub use tracking::{PushConfig, TrackingConfig};

const DEFAULTS: &str = include_str!("defaults.toml");

/// All settings.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The door for services.
    pub grpc: GrpcConfig,
    /// The door for operators and carriers.
    pub http: HttpConfig,
    /// Where everything is kept.
    pub store: StoreConfig,
    /// With whom the carriers' quotas are shared.
    pub quota: QuotaConfig,
    /// Prices.
    pub rates: RatesConfig,
    /// Labels.
    pub purchase: PurchaseConfig,
    /// Parcels.
    pub tracking: TrackingConfig,
    /// Orders at risk.
    pub risk: RiskConfig,
    /// Webhooks.
    pub push: PushConfig,
    /// A stream of all events.
    pub nats: NatsConfig,
    /// Order systems.
    pub confirm: ConfirmConfig,
    /// Currencies.
    pub exchange: ExchangeConfig,
    /// The log.
    pub log: LogConfig,
    /// Accounts with carriers.
    #[serde(default)]
    pub accounts: Vec<AccountConfig>,
    /// Accounts with order systems.
    #[serde(default)]
    pub shops: Vec<ShopConfig>,
}

impl Config {
    /// The defaults, overridden by `file` if there is one, overridden by the environment.
    ///
    /// # Errors
    /// When the file cannot be read, or a setting is unknown, not what it must be or at odds with
    /// another; names the setting.
    pub fn load(file: Option<&Path>) -> Result<Self, config::ConfigError> {
        let mut layers = config::Config::builder()
            .add_source(config::File::from_str(DEFAULTS, config::FileFormat::Toml));
        if let Some(file) = file {
            layers = layers.add_source(config::File::from(file).format(config::FileFormat::Toml));
        }
        let environment = config::Environment::with_prefix("PARCELGATE")
            .prefix_separator("__")
            .separator("__")
            .try_parsing(true);
        let config: Self = layers.add_source(environment).build()?.try_deserialize()?;
        let store = config.store.violation().map(str::to_owned);
        let others = config.quota.violations().into_iter();
        let others = others.chain(config.nats.violations());
        let violations: Vec<String> = store.into_iter().chain(others).collect();
        match violations.is_empty() {
            true => Ok(config),
            false => Err(config::ConfigError::Message(violations.join("; "))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_complete() {
        let config = Config::load(None).unwrap();
        assert!(config.accounts.is_empty());
        assert_eq!(config.push.retry_ms.len(), 16);
    }

    #[test]
    fn an_unknown_setting_is_named() {
        let unknown = config::Config::builder()
            .add_source(config::File::from_str(DEFAULTS, config::FileFormat::Toml))
            .add_source(config::File::from_str(
                "[grpc]\nlisen = \"x\"",
                config::FileFormat::Toml,
            ));
        let error = unknown
            .build()
            .unwrap()
            .try_deserialize::<Config>()
            .unwrap_err();
        assert!(error.to_string().contains("lisen"), "{error}");
    }
}

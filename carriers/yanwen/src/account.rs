//! The settings of an account, as the operator writes them.

use parcelgate_carrier::SettingsError;
use parcelgate_carrier::settings::Settings;
use parcelgate_domain::Secret;
use serde::Deserialize;

use crate::ID;

/// An account with Yanwen.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// Customer number 客户号 (制单账号), as the customer centre shows it. It signs nothing, but alone it
    /// opens the tracking host.
    pub user_id: Secret,
    /// The key beside it (customer centre, 账号管理 > 制单账号管理). It signs every request for orders.
    pub api_token: Secret,
    /// Base address of the order host. The test environment is `https://open-fat.yw56.com.cn`.
    #[serde(default = "order_url")]
    pub order_url: String,
    /// Base address of the tracking host, which speaks plain HTTP and has no test environment.
    #[serde(default = "track_url")]
    pub track_url: String,
    /// Code of the warehouse where parcels are handed over (`companyCode`). Some products ask for
    /// one; the catalogue lists them.
    #[serde(default)]
    pub warehouse: Option<String>,
    /// Whose orders these are, as Yanwen shows them (`orderSource`).
    #[serde(default = "order_source")]
    pub order_source: String,
    /// Path of the price table 报价表, a CSV file; `examples/yanwen-rate-card.csv` explains its
    /// columns. Without a price table or `calc_list` the account has no prices.
    #[serde(default)]
    pub rate_card: Option<String>,
    /// The price table itself, in place of a path.
    #[serde(default)]
    pub rate_card_csv: Option<String>,
    /// Ask Yanwen's own estimate `calc.list` instead of a price table. Yanwen opens it on request;
    /// the form of its answer is not published, so try it before relying on it.
    #[serde(default)]
    pub calc_list: bool,
    /// The city where parcels are handed over, as Yanwen numbers it; `calc_list` needs it.
    #[serde(default)]
    pub calc_city_id: Option<String>,
}

fn order_url() -> String {
    "https://open.yw56.com.cn".to_owned()
}

fn track_url() -> String {
    "http://api.track.yw56.com.cn".to_owned()
}

fn order_source() -> String {
    "parcelgate".to_owned()
}

impl Account {
    /// The same, when all that can be said of it without asking Yanwen is well.
    pub(crate) fn checked(mut self) -> Result<Self, SettingsError> {
        let mut found = Settings::of(ID);
        found.secret("user_id", &self.user_id);
        found.secret("api_token", &self.api_token);
        found.base("order_url", &mut self.order_url);
        found.base("track_url", &mut self.track_url);
        let sources = [
            self.rate_card.is_some(),
            self.rate_card_csv.is_some(),
            self.calc_list,
        ];
        found.must(
            sources.into_iter().filter(|set| *set).count() <= 1,
            "at most one of rate_card, rate_card_csv and calc_list",
        );
        found.must(
            !self.calc_list || self.calc_city_id.is_some(),
            "calc_list needs calc_city_id",
        );
        found.none_or(self)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::json;

    use super::*;

    pub(crate) fn account() -> Account {
        serde_json::from_value(json!({"user_id": "100000", "api_token": "key"})).unwrap()
    }

    #[test]
    fn every_problem_is_named_at_once_and_no_secret_is_shown() {
        let account: Account = serde_json::from_value(json!({
            "user_id": "10 00", "api_token": "sesame open", "order_url": "open.yw56.com.cn",
            "rate_card": "card.csv", "calc_list": true,
        }))
        .unwrap();
        let shown = format!("{account:?}");
        let error = account.checked().unwrap_err().to_string();
        for part in [
            "user_id",
            "api_token",
            "order_url",
            "at most one of",
            "calc_city_id",
        ] {
            assert!(error.contains(part), "{part} in {error}");
        }
        assert!(!error.contains("sesame") && !shown.contains("sesame"));
    }

    #[test]
    fn a_setting_that_does_not_exist_is_refused() {
        let settings = json!({"user_id": "1", "api_token": "k", "api_tokn": "x"});
        assert!(serde_json::from_value::<Account>(settings).is_err());
    }
}

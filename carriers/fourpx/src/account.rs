//! The settings of an account, as the operator writes them.

use std::collections::BTreeMap;

use http::Uri;
use parcelgate_carrier::SettingsError;
use parcelgate_carrier::settings::Settings;
use parcelgate_domain::Secret;
use serde::Deserialize;

use crate::{ID, gateway};

/// An account with 4PX.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// Key of your application on the open platform. It signs nothing alone, but is part of what is
    /// signed.
    pub app_key: Secret,
    /// The secret beside it. It signs every request.
    pub app_secret: Secret,
    /// Base address of the platform, before `/router/api/service`. The test environment is
    /// `https://open-test.4px.com`; it has no prices and no tracking.
    #[serde(default = "api_url")]
    pub api_url: String,
    /// Address of the host where labels lie, without a path. 4PX answers with links to labels; a
    /// link that leads anywhere else is not followed.
    #[serde(default = "label_url")]
    pub label_url: String,
    /// Size of labels, such as `label_100x150` or `label_80x90`. 4PX chooses when it is absent.
    #[serde(default)]
    pub label_size: Option<String>,
    /// Code of the warehouse where you hand over (`warehouse_code`). 4PX publishes no list.
    #[serde(default)]
    pub warehouse: Option<String>,
    /// What becomes of a parcel that 4PX cannot send on, while it is in China.
    #[serde(default = "bring_back")]
    pub undeliverable_in_china: Undeliverable,
    /// What becomes of a parcel that cannot be delivered, once it is abroad.
    #[serde(default = "destroy")]
    pub undeliverable_abroad: Undeliverable,
    /// The kind of battery inside, when an item has one: `966` built in, `967` beside the goods.
    #[serde(default)]
    pub battery_type: Option<String>,
    /// The kind of insurance that you agreed on with 4PX: `5Y`, `8Y` or `6P`. Without it nothing is
    /// insured.
    #[serde(default)]
    pub insurance_type: Option<String>,
    /// Names for product codes, such as `S5058`. 4PX's estimates carry codes alone; the catalogue
    /// lists both.
    #[serde(default)]
    pub product_names: BTreeMap<String, String>,
    /// Versions of methods that differ from those parcelgate knows, such as `ds.xms.label.get`
    /// with `1.0.0`.
    #[serde(default)]
    pub versions: BTreeMap<String, String>,
}

/// What becomes of a parcel that cannot go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Undeliverable {
    /// It comes back, at your cost.
    Return,
    /// It is destroyed.
    Destroy,
    /// It waits for your word.
    Wait,
}

impl Undeliverable {
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Return => "Y",
            Self::Destroy => "N",
            Self::Wait => "U",
        }
    }
}

fn api_url() -> String {
    "https://open.4px.com".to_owned()
}

/// Where the links of a public client of 2026 lead; 4PX's own pages do not name it.
fn label_url() -> String {
    "https://bss-fss.4px.com".to_owned()
}

const fn bring_back() -> Undeliverable {
    Undeliverable::Return
}

const fn destroy() -> Undeliverable {
    Undeliverable::Destroy
}

impl Account {
    /// The same, when all that can be said of it without asking 4PX is well.
    pub(crate) fn checked(mut self) -> Result<Self, SettingsError> {
        let mut found = Settings::of(ID);
        found.secret("app_key", &self.app_key);
        found.secret("app_secret", &self.app_secret);
        found.base("api_url", &mut self.api_url);
        found.base("label_url", &mut self.label_url);
        let bare = |uri: Uri| uri.path() == "/";
        found.must(
            self.label_url.parse().is_ok_and(bare),
            "label_url must have no path, since links to labels bring their own",
        );
        let battery_type = self.battery_type.as_deref();
        found.must(
            matches!(battery_type, None | Some("966" | "967")),
            "battery_type must be 966 or 967",
        );
        found.must(
            matches!(
                self.insurance_type.as_deref(),
                None | Some("5Y" | "8Y" | "6P")
            ),
            "insurance_type must be 5Y, 8Y or 6P",
        );
        let known = gateway::METHODS.map(|method| method.name);
        for method in self.versions.keys() {
            found.must(
                known.contains(&method.as_str()),
                format!("versions: {method:?} is none of {}", known.join(", ")),
            );
        }
        found.none_or(self)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::json;

    use super::*;

    pub(crate) fn account() -> Account {
        serde_json::from_value(json!({"app_key": "key", "app_secret": "secret"})).unwrap()
    }

    #[test]
    fn every_problem_is_named_at_once_and_no_secret_is_shown() {
        let account: Account = serde_json::from_value(json!({
            "app_key": "", "app_secret": "sesame open", "api_url": "open.4px.com",
            "label_url": "https://labels.example/folder", "battery_type": "968",
            "insurance_type": "9Z",
            "versions": {"ds.xms.order.creat": "1.0.0"},
        }))
        .unwrap();
        let shown = format!("{account:?}");
        let error = account.checked().unwrap_err().to_string();
        for part in [
            "app_key",
            "app_secret",
            "api_url",
            "label_url",
            "battery_type",
            "insurance_type",
            "\"ds.xms.order.creat\"",
        ] {
            assert!(error.contains(part), "{part} in {error}");
        }
        assert!(!error.contains("sesame") && !shown.contains("sesame"));
    }

    #[test]
    fn what_is_left_out_has_a_default_that_stands() {
        let account = account().checked().unwrap();
        assert_eq!(account.undeliverable_in_china.code(), "Y");
        assert_eq!(account.undeliverable_abroad.code(), "N");
    }

    #[test]
    fn a_setting_that_does_not_exist_is_refused() {
        let settings = json!({"app_key": "1", "app_secret": "k", "app_secrt": "x"});
        assert!(serde_json::from_value::<Account>(settings).is_err());
    }
}

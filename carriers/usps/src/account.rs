//! The settings of an account, as the operator writes them.

use parcelgate_carrier::SettingsError;
use parcelgate_carrier::settings::Settings;
use parcelgate_domain::Secret;
use serde::Deserialize;

use crate::ID;

/// An account with USPS.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// Consumer key of your app at developers.usps.com.
    pub client_id: Secret,
    /// Consumer secret of your app.
    pub client_secret: Secret,
    /// Customer Registration ID of your business, which pays and owns the labels.
    pub crid: String,
    /// Mailer ID that the tracking numbers of your labels are made of: six or nine digits.
    pub mid: String,
    /// Mailer ID under which labels are manifested; `mid` when absent.
    #[serde(default)]
    pub manifest_mid: Option<String>,
    /// What postage is paid from.
    #[serde(default)]
    pub account_type: AccountType,
    /// Number of the Enterprise Payment Account, or of the permit.
    pub account_number: String,
    /// ZIP Code of the post office that issued the permit; for a permit only.
    #[serde(default)]
    pub permit_zip: Option<String>,
    /// Which prices are asked for.
    #[serde(default)]
    pub price_type: PriceType,
    /// Which edition of the tracking interface is used.
    #[serde(default)]
    pub tracking: TrackingEdition,
    /// Dots per inch of labels for Zebra printers.
    #[serde(default)]
    pub zpl_dpi: ZplDpi,
    /// Where USPS writes to about a subscription to events. Without it nothing is subscribed.
    #[serde(default)]
    pub subscription_email: Option<String>,
    /// Base of the interfaces. The test environment is `https://apis-tem.usps.com`.
    #[serde(default = "production")]
    pub api: String,
}

/// What postage is paid from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AccountType {
    /// An Enterprise Payment Account.
    #[default]
    Eps,
    /// A permit.
    Permit,
}

/// Which prices are asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PriceType {
    /// The published prices of the counter.
    Retail,
    /// The published prices for business customers, which labels bought here are charged at.
    #[default]
    Commercial,
    /// Those of your contract.
    Contract,
}

impl PriceType {
    /// USPS's word.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Retail => "RETAIL",
            Self::Commercial => "COMMERCIAL",
            Self::Contract => "CONTRACT",
        }
    }
}

/// Which edition of the tracking interface is used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TrackingEdition {
    /// One number a request. USPS's public description is of this one.
    #[default]
    V3,
    /// Up to 35 numbers a request.
    V3r2,
}

/// Dots per inch of a label printer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub enum ZplDpi {
    /// 203, the more common one.
    #[default]
    #[serde(rename = "203")]
    Dpi203,
    /// 300.
    #[serde(rename = "300")]
    Dpi300,
}

impl AccountType {
    /// USPS's word.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Eps => "EPS",
            Self::Permit => "PERMIT",
        }
    }
}

impl Account {
    /// The same with a base without a slash at its end; everything that is wrong at once.
    pub(crate) fn checked(mut self) -> Result<Self, SettingsError> {
        let mut found = Settings::of(ID);
        found.secret("client_id", &self.client_id);
        found.secret("client_secret", &self.client_secret);
        found.base("api", &mut self.api);
        found.must(
            (2..=18).contains(&self.crid.len()) && is_digits(&self.crid),
            "crid must be 2 to 18 digits",
        );
        let mids = [
            ("mid", Some(&self.mid)),
            ("manifest_mid", self.manifest_mid.as_ref()),
        ];
        for (name, mid) in mids {
            let fits = mid.is_none_or(|mid| matches!(mid.len(), 6 | 9) && is_digits(mid));
            found.must(fits, format!("{name} must be six or nine digits"));
        }
        let number = &self.account_number;
        found.must(
            (1..=30).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_alphanumeric()),
            "account_number must be letters and digits, not empty",
        );
        let zip = self.permit_zip.as_deref();
        let wanted = self.account_type == AccountType::Permit;
        let fits = zip.map_or(!wanted, |zip| wanted && zip.len() == 5 && is_digits(zip));
        found.must(
            fits,
            "permit_zip must be five digits for a permit, and absent otherwise",
        );
        let email = self.subscription_email.as_deref();
        let fits = email.is_none_or(|email| email.contains('@') && !email.contains(' '));
        found.must(fits, "subscription_email must be an e-mail address");
        found.none_or(self)
    }
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn production() -> String {
    "https://apis.usps.com".to_owned()
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::{Value, json};

    use super::*;

    pub(crate) fn account(changes: Value) -> Account {
        let mut settings = json!({
            "client_id": "id", "client_secret": "sesame", "crid": "48175932",
            "mid": "905823147", "account_number": "1000482913",
        });
        if let (Some(settings), Value::Object(changes)) = (settings.as_object_mut(), changes) {
            settings.extend(changes);
        }
        serde_json::from_value(settings).unwrap()
    }

    #[test]
    fn every_problem_is_named_at_once_and_no_secret_is_shown() {
        let wrong = account(json!({
            "client_id": "", "crid": "x", "mid": "12", "manifest_mid": "1234567",
            "account_number": "", "account_type": "permit", "api": "apis.usps.com",
            "subscription_email": "nobody",
        }));
        let problem = wrong.checked().unwrap_err().problem;
        for name in [
            "client_id",
            "crid",
            "mid must",
            "manifest_mid",
            "account_number",
            "permit_zip",
            "api must",
            "subscription_email",
        ] {
            assert!(problem.contains(name), "{name} in {problem}");
        }
        assert!(!problem.contains("sesame"));
    }

    #[test]
    fn what_is_left_out_has_a_default_that_stands() {
        let account = account(json!({"api": "https://apis-tem.usps.com/"}))
            .checked()
            .unwrap();
        assert_eq!(account.api, "https://apis-tem.usps.com");
        assert_eq!(account.price_type.code(), "COMMERCIAL");
        assert_eq!(account.account_type.code(), "EPS");
        assert_eq!(account.tracking, TrackingEdition::V3);
    }
}

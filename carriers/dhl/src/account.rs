//! What an operator configures for one account with DHL, of which each product asks something else.

use parcelgate_carrier::SettingsError;
use parcelgate_carrier::settings::Settings;
use parcelgate_domain::Secret;
use serde::Deserialize;

use crate::ID;
use crate::unified::SERVICES;

/// The settings of an account with `carrier = "dhl"`: `product` says of which of DHL's companies.
/// They have hosts, keys and contracts of their own.
#[derive(Debug, Deserialize)]
#[serde(tag = "product", rename_all = "snake_case")]
pub enum Account {
    /// DHL Express, over the MyDHL API.
    Express(Express),
    /// DHL Paket of Germany, over Parcel DE Shipping.
    ParcelDe(ParcelDe),
    /// Tracking of every other division.
    Unified(Unified),
}

/// DHL Express.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Express {
    /// The user that DHL Express gives for the MyDHL API.
    pub username: Secret,
    /// Its password.
    pub password: Secret,
    /// The account that is billed: up to twelve digits.
    pub account_number: String,
    /// Whether papers for customs go to DHL as files (paperless trade, service WY): DHL draws the
    /// invoice of the declaration, and takes others after the purchase.
    #[serde(default)]
    pub paperless: bool,
    /// At what time of day parcels are handed over, there. DHL refuses a time that has passed.
    #[serde(default = "afternoon")]
    pub hand_over: String,
    /// Base of the interfaces; `https://express.api.dhl.com/mydhlapi/test` is DHL's test.
    #[serde(default = "express_api")]
    pub api: String,
}

/// DHL Paket of Germany.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParcelDe {
    /// Key of the application at developer.dhl.com.
    pub api_key: Secret,
    /// Its secret; with it a token is shown instead of the user and the password.
    #[serde(default)]
    pub api_secret: Option<Secret>,
    /// The user of the business customer portal.
    pub username: Secret,
    /// Its password.
    pub password: Secret,
    /// The first ten digits of every billing number: the customer number (EKP).
    pub ekp: String,
    /// The last two characters of a billing number.
    #[serde(default = "first")]
    pub participation: String,
    /// The group profile of the user.
    #[serde(default = "standard_profile")]
    pub profile: String,
    /// The receiver id of the returns portal to which parcels come back; no returns without one.
    #[serde(default)]
    pub returns_receiver: Option<String>,
    /// The paper that a label is printed on, in DHL's words.
    #[serde(default = "label_paper")]
    pub print_format: String,
    /// Base of the interfaces; `https://api-sandbox.dhl.com` is DHL's test.
    #[serde(default = "group_api")]
    pub api: String,
}

/// Tracking of every division.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unified {
    /// Key of the application at developer.dhl.com.
    pub api_key: Secret,
    /// Whose parcels are meant, in DHL's words: `ecommerce`, `parcel-nl`. A number may be one of
    /// several divisions; without this DHL picks one.
    #[serde(default)]
    pub service: Option<String>,
    /// Base of the interfaces; `https://api-sandbox.dhl.com` is DHL's test.
    #[serde(default = "group_api")]
    pub api: String,
}

/// The papers that Parcel DE prints labels on.
const PAPERS: [&str; 11] = [
    "A4",
    "910-300-600",
    "910-300-610",
    "910-300-700",
    "910-300-700-oz",
    "910-300-710",
    "910-300-300",
    "910-300-300-oz",
    "910-300-400",
    "910-300-410",
    "100x70mm",
];

impl Express {
    pub(crate) fn checked(mut self) -> Result<Self, SettingsError> {
        let mut settings = Settings::of(ID);
        settings.secret("username", &self.username);
        settings.secret("password", &self.password);
        let plain = |byte: u8| byte.is_ascii_alphanumeric();
        let fits = (1..=12).contains(&self.account_number.len());
        settings.must(
            fits && self.account_number.bytes().all(plain),
            "account_number must be 1 to 12 letters and digits",
        );
        let time = parcelgate_carrier::moment::time(&self.hand_over);
        settings.must(
            time.is_some(),
            "hand_over must be a time of day, such as 17:00",
        );
        settings.base("api", &mut self.api);
        settings.none_or(self)
    }
}

impl ParcelDe {
    pub(crate) fn checked(mut self) -> Result<Self, SettingsError> {
        let mut settings = Settings::of(ID);
        settings.secret("api_key", &self.api_key);
        settings.secret("username", &self.username);
        settings.secret("password", &self.password);
        if let Some(secret) = &self.api_secret {
            settings.secret("api_secret", secret);
        }
        let digits = self.ekp.bytes().all(|byte| byte.is_ascii_digit());
        settings.must(digits && self.ekp.len() == 10, "ekp must be ten digits");
        let plain = |byte: u8| byte.is_ascii_alphanumeric();
        settings.must(
            self.participation.len() == 2 && self.participation.bytes().all(plain),
            "participation must be two letters or digits",
        );
        let short = (1..=35).contains(&self.profile.chars().count());
        settings.must(short, "profile must be 1 to 35 characters");
        let receiver = self.returns_receiver.as_deref().unwrap_or("-");
        let short = (1..=50).contains(&receiver.chars().count());
        settings.must(short, "returns_receiver must be 1 to 50 characters");
        settings.must(
            PAPERS.contains(&self.print_format.as_str()),
            format!("print_format must be one of {}", PAPERS.join(", ")),
        );
        settings.base("api", &mut self.api);
        settings.none_or(self)
    }
}

impl Unified {
    pub(crate) fn checked(mut self) -> Result<Self, SettingsError> {
        let mut settings = Settings::of(ID);
        settings.secret("api_key", &self.api_key);
        let known = |service: &String| SERVICES.contains(&service.as_str());
        settings.must(
            self.service.as_ref().is_none_or(known),
            format!("service must be one of {}", SERVICES.join(", ")),
        );
        settings.base("api", &mut self.api);
        settings.none_or(self)
    }
}

fn afternoon() -> String {
    "17:00".to_owned()
}

fn express_api() -> String {
    "https://express.api.dhl.com/mydhlapi".to_owned()
}

fn first() -> String {
    "01".to_owned()
}

fn standard_profile() -> String {
    "STANDARD_GRUPPENPROFIL".to_owned()
}

fn label_paper() -> String {
    "910-300-700".to_owned()
}

fn group_api() -> String {
    "https://api-eu.dhl.com".to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::connect;

    fn refused(product: &str, changes: &Value) -> String {
        let mut settings = match product {
            "express" => json!({"username": "a-user", "password": "a-word", "account_number": "1"}),
            "parcel_de" => json!({
                "api_key": "a-key", "username": "a-user", "password": "a-word", "ekp": "3333333333"
            }),
            _ => json!({"api_key": "a-key"}),
        };
        let all = settings.as_object_mut().unwrap();
        all.insert("product".to_owned(), product.into());
        all.extend(changes.as_object().unwrap().clone());
        connect(settings).map_or_else(|error| error.problem, |_| String::new())
    }

    #[test]
    fn a_product_needs_little() {
        for product in ["express", "parcel_de", "unified"] {
            assert_eq!(refused(product, &json!({})), "", "{product}");
        }
    }

    #[test]
    fn a_wrong_setting_is_named() {
        let cases = [
            (
                "express",
                json!({"account_number": "1234567890123"}),
                "account_number",
            ),
            ("express", json!({"hand_over": "noon"}), "hand_over"),
            ("express", json!({"api_key": "x"}), "api_key"),
            ("express", json!({"password": ""}), "password"),
            ("parcel_de", json!({"ekp": "12345"}), "ekp"),
            ("parcel_de", json!({"participation": "1"}), "participation"),
            ("parcel_de", json!({"print_format": "A5"}), "910-300-700"),
            (
                "parcel_de",
                json!({"returns_receiver": ""}),
                "returns_receiver",
            ),
            ("unified", json!({"service": "parcel-xx"}), "parcel-nl"),
            ("unified", json!({"api": "ftp://dhl"}), "api must be"),
            ("paket", json!({}), "parcel_de"),
        ];
        for (product, changes, part) in cases {
            let problem = refused(product, &changes);
            assert!(problem.contains(part), "{changes}: {problem}");
        }
    }
}

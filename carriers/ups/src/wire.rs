//! Shapes that UPS writes everywhere.

use parcelgate_carrier::json::Text;
use parcelgate_carrier::paper;
use parcelgate_domain::{Label, Money};
use serde::Deserialize;
use serde_json::{Value, json};

/// An indicator is a member that is there; what it holds is ignored.
pub(crate) fn indicator(there: bool) -> Option<&'static str> {
    there.then_some("")
}

pub(crate) fn coded(code: &str) -> Value {
    json!({ "Code": code })
}

pub(crate) fn amount(money: Money) -> Value {
    json!({ "CurrencyCode": money.currency().code(), "MonetaryValue": money.to_decimal() })
}

/// A code in an object of its own, read.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Coded {
    pub(crate) code: Text,
    pub(crate) description: Text,
}

/// An amount, read.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Amount {
    currency_code: Text,
    monetary_value: Text,
}

impl Amount {
    pub(crate) fn money(&self) -> Option<Money> {
        money(&self.monetary_value, &self.currency_code)
    }
}

pub(crate) fn money(amount: &str, currency: &str) -> Option<Money> {
    Money::parse(amount, currency.parse().ok()?).ok()
}

/// A label, read.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Image {
    #[serde(alias = "LabelImageFormat")]
    image_format: Coded,
    graphic_image: Text,
}

impl Image {
    /// The label, when the image is whole and is what it says it is.
    pub(crate) fn label(&self) -> Option<Label> {
        paper::label(self.image_format.code.parse().ok()?, &self.graphic_image)
    }
}

//! ISO 4217 currencies.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A currency of ISO 4217, with the number of its decimals.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency(iso_currency::Currency);

/// There is no such currency.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a currency code of ISO 4217, such as USD or CNY")]
pub struct UnknownCurrency(pub String);

impl Currency {
    /// Renminbi, in which Yanwen and 4PX price.
    pub const CNY: Self = Self(iso_currency::Currency::CNY);
    /// Euro.
    pub const EUR: Self = Self(iso_currency::Currency::EUR);
    /// Yen, which has no decimals.
    pub const JPY: Self = Self(iso_currency::Currency::JPY);
    /// Kuwaiti dinar, which has three decimals.
    pub const KWD: Self = Self(iso_currency::Currency::KWD);
    /// United States dollar.
    pub const USD: Self = Self(iso_currency::Currency::USD);

    /// The three letters.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// How many decimals an amount has. Zero for those that ISO gives none (gold, test codes).
    #[must_use]
    pub fn decimals(self) -> u32 {
        self.0.exponent().map_or(0, u32::from)
    }
}

impl FromStr for Currency {
    type Err = UnknownCurrency;

    fn from_str(code: &str) -> Result<Self, UnknownCurrency> {
        iso_currency::Currency::from_code(code)
            .map(Self)
            .ok_or_else(|| UnknownCurrency(code.chars().take(8).collect()))
    }
}

impl TryFrom<String> for Currency {
    type Error = UnknownCurrency;

    fn try_from(code: String) -> Result<Self, UnknownCurrency> {
        code.parse()
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.code().to_owned()
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

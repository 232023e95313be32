//! Money: an integer of minor units with its currency.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Currency;

/// An amount in the smallest unit of its currency: cents of USD, yen of JPY, fils of KWD.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    minor: i64,
    currency: Currency,
}

/// An amount that cannot be read or computed exactly.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Not a plain decimal number.
    #[error("{0:?} is not a decimal amount")]
    NotANumber(String),
    /// More digits after the point than the currency has.
    #[error("{text:?} has more decimals than the {decimals} of {currency}")]
    TooPrecise {
        /// What was given.
        text: String,
        /// The currency it was given in.
        currency: Currency,
        /// How many decimals that currency has.
        decimals: u32,
    },
    /// Too large for 64 bits of minor units.
    #[error("the amount is too large")]
    TooLarge,
    /// Two amounts of different currencies do not add up.
    #[error("{0} and {1} cannot be added")]
    Mixed(Currency, Currency),
}

impl Money {
    /// `minor` smallest units of `currency`.
    #[must_use]
    pub const fn of_minor(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Nothing of `currency`.
    #[must_use]
    pub const fn zero(currency: Currency) -> Self {
        Self::of_minor(0, currency)
    }

    /// Reads a plain decimal text exactly. Zeros beyond the currency's decimals are accepted, since
    /// carriers write `12.3400`; any other digit there is refused, never rounded.
    ///
    /// # Errors
    /// When the text is no number, is more precise than the currency, or too large.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        let not_a_number = || MoneyError::NotANumber(text.chars().take(40).collect());
        let text = text.trim();
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !plain(whole) || !plain(fraction) {
            return Err(not_a_number());
        }
        let decimals = currency.decimals();
        let width = usize::try_from(decimals).unwrap_or(0);
        let (kept, surplus) = fraction.split_at_checked(width).unwrap_or((fraction, ""));
        if surplus.bytes().any(|byte| byte != b'0') {
            let text = text.chars().take(40).collect();
            return Err(MoneyError::TooPrecise {
                text,
                currency,
                decimals,
            });
        }
        let minor = format!("{whole}{kept:0<width$}");
        let minor: i64 = minor.parse().map_err(|_| MoneyError::TooLarge)?;
        Ok(Self::of_minor(
            if negative { -minor } else { minor },
            currency,
        ))
    }

    /// The amount in minor units.
    #[must_use]
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    #[must_use]
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// The decimal text without the currency: `12.34`, `1234`, `1.234`. [`Money::parse`] reads it
    /// back.
    #[must_use]
    pub fn to_decimal(self) -> String {
        let width = usize::try_from(self.currency.decimals()).unwrap_or(0);
        let sign = if self.minor < 0 { "-" } else { "" };
        let digits = format!("{:0>pad$}", self.minor.unsigned_abs(), pad = width + 1);
        match digits.split_at_checked(digits.len() - width) {
            Some((whole, fraction)) if !fraction.is_empty() => format!("{sign}{whole}.{fraction}"),
            _ => format!("{sign}{digits}"),
        }
    }

    /// The sum of two amounts of one currency.
    ///
    /// # Errors
    /// When the currencies differ or the sum is too large.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::Mixed(self.currency, other.currency));
        }
        let minor = self
            .minor
            .checked_add(other.minor)
            .ok_or(MoneyError::TooLarge)?;
        Ok(Self::of_minor(minor, self.currency))
    }

    /// `times` this amount.
    ///
    /// # Errors
    /// When the product is too large.
    pub fn checked_mul(self, times: i64) -> Result<Self, MoneyError> {
        let minor = self.minor.checked_mul(times).ok_or(MoneyError::TooLarge)?;
        Ok(Self::of_minor(minor, self.currency))
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{} {}", self.to_decimal(), self.currency))
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn decimals_follow_the_currency() {
        let show = |minor, currency| Money::of_minor(minor, currency).to_string();
        assert_eq!(show(1234, Currency::USD), "12.34 USD");
        assert_eq!(show(1234, Currency::JPY), "1234 JPY");
        assert_eq!(show(1234, Currency::KWD), "1.234 KWD");
        assert_eq!(show(-5, Currency::EUR), "-0.05 EUR");
    }

    #[test]
    fn what_cannot_be_read_exactly_is_refused() {
        let parse = |text| Money::parse(text, Currency::USD);
        assert_eq!(parse("12.3400").unwrap().minor(), 1234);
        assert!(matches!(
            parse("12.345"),
            Err(MoneyError::TooPrecise { decimals: 2, .. })
        ));
        assert!(matches!(
            Money::parse("1.5", Currency::JPY),
            Err(MoneyError::TooPrecise { .. })
        ));
        for text in [
            "", "-", ".5", "1e3", "1,000.00", "NaN", "12.3.4", "--1", "１",
        ] {
            assert!(
                matches!(parse(text), Err(MoneyError::NotANumber(_))),
                "{text:?}"
            );
        }
        assert_eq!(parse("99999999999999999999"), Err(MoneyError::TooLarge));
    }

    #[test]
    fn currencies_do_not_mix() {
        let sum = Money::of_minor(1, Currency::USD).checked_add(Money::of_minor(1, Currency::EUR));
        assert_eq!(sum, Err(MoneyError::Mixed(Currency::USD, Currency::EUR)));
    }

    fn any_currency() -> impl Strategy<Value = Currency> {
        prop::sample::select(vec![
            Currency::USD,
            Currency::JPY,
            Currency::KWD,
            Currency::CNY,
        ])
    }

    proptest! {
        #[test]
        fn text_and_minor_units_are_the_same_amount(minor: i64, currency in any_currency()) {
            prop_assume!(minor != i64::MIN);
            let money = Money::of_minor(minor, currency);
            prop_assert_eq!(Money::parse(&money.to_decimal(), currency), Ok(money));
        }

        #[test]
        fn no_text_makes_it_panic(text: String, currency in any_currency()) {
            let _outcome = Money::parse(&text, currency);
        }
    }
}

//! Shapes that FedEx writes everywhere.

use parcelgate_carrier::json::{Digits, Text};
use parcelgate_carrier::{Kind, Response, Result, read_json};
use parcelgate_domain::Money;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::{currencies, error};

/// An amount, written.
#[derive(Debug, Serialize)]
pub(crate) struct Amount {
    amount: Digits,
    currency: &'static str,
}

impl From<Money> for Amount {
    fn from(money: Money) -> Self {
        Self {
            amount: Digits::of(money.to_decimal()),
            currency: currencies::written(money.currency()),
        }
    }
}

/// An amount, read; `currency` in FedEx's letters.
pub(crate) fn money(amount: &Text, currency: &str) -> Option<Money> {
    Money::parse(amount, currencies::read(currency)?).ok()
}

/// What an answer is about, in the envelope that every interface uses.
pub(crate) fn output<T: DeserializeOwned>(
    operation: &'static str,
    response: &Response,
) -> Result<T> {
    #[derive(Deserialize)]
    struct Envelope<T> {
        output: T,
    }
    read_json(&crate::ID, operation, response).map(|envelope: Envelope<T>| envelope.output)
}

/// What is there, or an answer that cannot be read.
pub(crate) fn told<T>(operation: &'static str, part: Option<T>) -> Result<T> {
    part.ok_or_else(|| error(Kind::Malformed, operation))
}

#[cfg(test)]
mod tests {
    use parcelgate_domain::Currency;

    use super::*;

    #[test]
    fn an_amount_keeps_its_digits_and_takes_the_letters_of_fedex() {
        let written = |minor, currency| {
            let amount = Amount::from(Money::of_minor(minor, currency));
            serde_json::to_string(&amount).unwrap()
        };
        assert_eq!(
            written(1250, Currency::USD),
            r#"{"amount":12.50,"currency":"USD"}"#
        );
        assert_eq!(
            written(1250, Currency::JPY),
            r#"{"amount":1250,"currency":"JYE"}"#
        );
        let read = |text: &str| money(&Text::from(text), "JYE");
        assert_eq!(read("1250.0"), Some(Money::of_minor(1250, Currency::JPY)));
        assert_eq!(read("1250.5"), None);
    }
}

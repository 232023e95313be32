//! Shapes that FedEx writes everywhere, and how its answers are read without one bad part costing
//! another.

use parcelgate_carrier::{Kind, Response, Result};
use parcelgate_domain::{DecimalText, Money};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use crate::{currencies, error};

/// The number of an account, in an object of its own.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct AccountNumber<'a> {
    pub(crate) value: &'a str,
}

/// A decimal number, written digit for digit.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct Decimal(Box<RawValue>);

impl Decimal {
    /// Of a plain decimal text.
    pub(crate) fn new(text: String) -> Self {
        Self(RawValue::from_string(text).unwrap_or_else(|_| RawValue::NULL.to_owned()))
    }
}

/// An amount, written.
#[derive(Debug, Serialize)]
pub(crate) struct Amount {
    amount: Decimal,
    currency: &'static str,
}

impl From<Money> for Amount {
    fn from(money: Money) -> Self {
        Self {
            amount: Decimal::new(money.to_decimal()),
            currency: currencies::written(money.currency()),
        }
    }
}

/// An amount, read; `currency` in FedEx's letters.
pub(crate) fn money(amount: &DecimalText, currency: &str) -> Option<Money> {
    Money::parse(amount.as_str(), currencies::read(currency)?).ok()
}

/// What an answer is about, in the envelope that every interface uses.
pub(crate) fn output<T: DeserializeOwned>(
    operation: &'static str,
    response: &Response,
) -> Result<T> {
    let envelope: Envelope<T> = serde_json::from_slice(response.body())
        .map_err(|why| error(Kind::Malformed, operation).because(why))?;
    Ok(envelope.output)
}

#[derive(Deserialize)]
struct Envelope<T> {
    output: T,
}

/// One part of an answer, read only when it is its turn.
pub(crate) type Unread = Box<RawValue>;

/// Reads one part; nothing when it is not what it should be.
pub(crate) fn read<T: DeserializeOwned>(unread: &RawValue) -> Option<T> {
    serde_json::from_str(unread.get()).ok()
}

/// A list; none when it is absent, null or no list.
pub(crate) fn list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Unread>, D::Error> {
    or_default(deserializer)
}

/// A text, a number or a truth value as text; empty for anything else.
pub(crate) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let raw: Unread = Box::deserialize(deserializer)?;
    let text = match raw.get().bytes().next() {
        Some(b'"') => read::<String>(&raw).unwrap_or_default(),
        Some(b'0'..=b'9' | b'-' | b't' | b'f') => raw.get().to_owned(),
        _ => String::new(),
    };
    Ok(text.trim().to_owned())
}

/// An object, or what stands for none when it is not what it should be.
pub(crate) fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned + Default,
{
    let raw: Unread = Box::deserialize(deserializer)?;
    Ok(read(&raw).unwrap_or_default())
}

/// The text, when there is any.
pub(crate) fn filled(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|text| !text.is_empty())
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
        let read = |json| money(&serde_json::from_str(json).unwrap(), "JYE");
        assert_eq!(read("1250.0"), Some(Money::of_minor(1250, Currency::JPY)));
        assert_eq!(read("1250.5"), None);
    }

    #[test]
    fn a_part_that_is_not_what_it_should_be_costs_no_other() {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Whole {
            #[serde(deserialize_with = "list")]
            many: Vec<Unread>,
            #[serde(deserialize_with = "text")]
            word: String,
            #[serde(deserialize_with = "text")]
            truth: String,
        }
        let whole: Whole =
            serde_json::from_str(r#"{"many": {"a": 1}, "word": 7, "truth": true}"#).unwrap();
        assert!(whole.many.is_empty());
        assert_eq!((whole.word.as_str(), whole.truth.as_str()), ("7", "true"));
        let whole: Whole = serde_json::from_str(r#"{"many": [1, {}], "word": null}"#).unwrap();
        assert_eq!((whole.many.len(), whole.word.as_str()), (2, ""));
    }
}

//! A decimal number as the carrier wrote it.

use std::fmt;

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// The digits of a JSON number or string, untouched.
///
/// Carriers send amounts as `"12.34"` and as `12.34`; through an `f64` the second one would lose
/// cents. This type keeps the text of either, for [`Money::parse`](crate::Money::parse) to read.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DecimalText(String);

impl DecimalText {
    /// The text between the quotes, or of the number.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for DecimalText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw: Box<RawValue> = Box::deserialize(deserializer)?;
        let text = raw.get();
        if text.starts_with('"') {
            let text: String = serde_json::from_str(text).map_err(serde::de::Error::custom)?;
            return Ok(Self(text.trim().to_owned()));
        }
        match text.bytes().next() {
            Some(b'0'..=b'9' | b'-') => Ok(Self(text.to_owned())),
            _ => Err(serde::de::Error::custom(
                "expected a number, or a number in text",
            )),
        }
    }
}

impl fmt::Display for DecimalText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_digits_of_a_number_and_of_a_text() {
        let read = |json| serde_json::from_str::<DecimalText>(json).map(|text| text.0);
        assert_eq!(read("12.30").unwrap(), "12.30");
        assert_eq!(read("\"12.30\"").unwrap(), "12.30");
        assert_eq!(read("9007199254740993.01").unwrap(), "9007199254740993.01");
        assert!(read("null").is_err());
        assert!(read("{}").is_err());
    }
}

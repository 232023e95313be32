//! Decimals of JSON as integers of a thousandth, and back, without a float on the way.

use serde_json::{Number, Value};

use crate::document::scalar;

/// `12.345` becomes 12345. `None` for a sign, an exponent, a fourth decimal that is not zero, or
/// more than twelve digits before the point.
pub(crate) fn thousandths(text: &str) -> Option<u64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 15 || !digits(whole) || !digits(part) {
        return None;
    }
    let (part, rest) = part.split_at_checked(3).unwrap_or((part, ""));
    if rest.bytes().any(|byte| byte != b'0') {
        return None;
    }
    let part: u64 = format!("{part:0<3}").parse().ok()?;
    Some(whole.parse::<u64>().ok()? * 1000 + part)
}

/// The number at `path` in thousandths.
pub(crate) fn number(value: &Value, path: &str) -> Option<u64> {
    thousandths(&scalar(value, path)?)
}

/// 12345 becomes `12.345`, as a JSON number.
pub(crate) fn of_thousandths(value: u64) -> Value {
    let text = format!("{}.{:03}", value / 1000, value % 1000);
    plain(text.trim_end_matches('0').trim_end_matches('.'))
}

/// 1234 cents become `12.34`, as a JSON number.
pub(crate) fn of_cents(cents: u64) -> Value {
    of_thousandths(cents * 10)
}

fn plain(text: &str) -> Value {
    text.parse::<Number>().map_or(Value::Null, Value::Number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_become_thousandths_and_back() {
        for (text, value) in [
            ("0.001", 1),
            ("12.5", 12_500),
            ("3", 3_000),
            ("7.1000", 7_100),
        ] {
            assert_eq!(thousandths(text), Some(value), "{text}");
        }
        for none in ["", "-1", "1e3", "0.0001", ".5", "1.2.3"] {
            assert_eq!(thousandths(none), None, "{none}");
        }
        assert_eq!(of_thousandths(12_345).to_string(), "12.345");
        assert_eq!(of_thousandths(1_000).to_string(), "1");
        assert_eq!(of_cents(1_250).to_string(), "12.5");
    }
}

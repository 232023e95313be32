//! Decimal numbers of JSON, without a float on the way: weights and sizes in thousandths, money in
//! cents.

use serde_json::Value;

/// The number at hand in thousandths, the rest cut off. `None` for what is no plain decimal.
pub(crate) fn thousandths(value: &Value) -> Option<u64> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    let (whole, part) = text.split_once('.').unwrap_or((text.as_str(), ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 9 || !digits(whole) || !digits(part) {
        return None;
    }
    let part: String = part.chars().chain("000".chars()).take(3).collect();
    Some(whole.parse::<u64>().ok()? * 1_000 + part.parse::<u64>().ok()?)
}

/// 1205 thousandths as the number 1.205.
pub(crate) fn decimal(thousandths: u64) -> Value {
    number(&format!(
        "{}.{:03}",
        thousandths / 1_000,
        thousandths % 1_000
    ))
}

/// 1205 cents as the number 12.05.
pub(crate) fn money(cents: u64) -> Value {
    number(&crate::decimal::text(cents))
}

fn number(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_keep_their_digits() {
        let cases = [("0.0625", 62), ("12", 12_000), ("1.5", 1_500), ("0.5", 500)];
        for (text, expected) in cases {
            let value: Value = serde_json::from_str(text).unwrap();
            assert_eq!(thousandths(&value), Some(expected), "{text}");
        }
        assert_eq!(thousandths(&json!("2.25")), Some(2_250));
        for none in [json!(-1), json!("1e3"), json!(null), json!("")] {
            assert_eq!(thousandths(&none), None, "{none}");
        }
        assert_eq!(money(1_205).to_string(), "12.05");
        assert_eq!(decimal(7_500).to_string(), "7.5");
    }
}

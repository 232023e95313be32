//! Decimal texts as integers of a hundredth, without a float on the way.

/// `12.345` becomes 1234: hundredths, the rest cut off. `None` for what is no plain decimal of at
/// most nine digits before the point.
pub(crate) fn hundredths(text: &str) -> Option<u64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(part) || whole.len() > 9 || (whole.is_empty() && part.is_empty()) {
        return None;
    }
    let part: String = part.chars().chain("00".chars()).take(2).collect();
    let whole: u64 = if whole.is_empty() {
        0
    } else {
        whole.parse().ok()?
    };
    Some(whole * 100 + part.parse::<u64>().ok()?)
}

/// 1234 becomes `12.34`.
pub(crate) fn text(hundredths: u64) -> String {
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// 1250 becomes the JSON number 12.5.
pub(crate) fn number(hundredths: u64) -> serde_json::Value {
    serde_json::from_str(&text(hundredths)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_become_hundredths_and_back() {
        let cases = [
            ("12.345", 1234),
            ("0.1", 10),
            (".5", 50),
            ("7", 700),
            ("3.", 300),
        ];
        for (from, to) in cases {
            assert_eq!(hundredths(from), Some(to), "{from}");
        }
        for none in ["", ".", "-1", "1e3", "1,5", " 1", "1234567890"] {
            assert_eq!(hundredths(none), None, "{none}");
        }
        assert_eq!(text(1205), "12.05");
        assert_eq!(number(1250).to_string(), "12.5");
        assert_eq!(number(1_999_999).to_string(), "19999.99");
    }
}

//! Amounts as carriers write them, read exactly.

use parcelgate_domain::{Currency, Money};

/// An amount as carriers write it: `1,234.50`, `-12.5`, `(12.50)`, `12.50-`; exact, or refused with
/// what is allowed.
pub(super) fn amount(text: &str, currency: Currency, decimal_comma: bool) -> Result<Money, String> {
    let refused = || {
        let example = if decimal_comma {
            "1.234,50"
        } else {
            "1,234.50"
        };
        format!("an amount such as {example}")
    };
    let (thousands, decimal) = if decimal_comma {
        ('.', ',')
    } else {
        (',', '.')
    };
    let (negative, plain) = match text.as_bytes() {
        [b'-', ..] => (true, text.get(1..)),
        [b'(', .., b')'] => (true, text.get(1..text.len().saturating_sub(1))),
        [.., b'-'] => (true, text.get(..text.len().saturating_sub(1))),
        _ => (false, Some(text)),
    };
    let plain = plain.unwrap_or_default().trim();
    let (whole, fraction) = plain.split_once(decimal).unwrap_or((plain, ""));
    let mut groups = whole.split([thousands, ' ', '\'', '\u{a0}', '\u{202f}']);
    let first = groups.next().unwrap_or_default();
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let mut joined = first.to_owned();
    for group in groups {
        if first.len() > 3 || group.len() != 3 {
            return Err(refused());
        }
        joined.push_str(group);
    }
    if !digits(&joined) || !(fraction.is_empty() || digits(fraction)) {
        return Err(refused());
    }
    let sign = if negative { "-" } else { "" };
    let exact = Money::parse(&format!("{sign}{joined}.{fraction}"), currency);
    exact.map_err(|_| {
        let decimals = currency.decimals();
        format!("an amount in {currency}, which has {decimals} decimals and is not that large")
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn amounts_are_read_exactly_or_refused() {
        let read = |text| amount(text, Currency::USD, false).map(Money::minor).ok();
        let comma = |text| amount(text, Currency::EUR, true).map(Money::minor).ok();
        let right = [
            ("12.34", 1_234),
            ("1,234.5", 123_450),
            ("-0.05", -5),
            ("(1 234.00)", -123_400),
            ("7.10-", -710),
            ("1'000'000", 100_000_000),
            ("12.3400", 1_234),
        ];
        for (text, minor) in right {
            assert_eq!(read(text), Some(minor), "{text}");
        }
        for text in [
            "",
            "-",
            "1,23.4",
            "12,34",
            "1,2345.0",
            "1234,567.00",
            "12.345",
            "1e3",
            "$1",
            "..",
            "1.2.3",
            "--1",
            "99999999999999999999",
            "１",
            "()",
            "1,,000",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(comma("1.234,50"), Some(123_450));
        assert_eq!(comma("1,234.50"), None);
        assert_eq!(amount("12.5", Currency::JPY, false).ok(), None);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text: String, decimal_comma: bool) {
            let _amount = amount(&text, Currency::USD, decimal_comma);
        }
    }
}

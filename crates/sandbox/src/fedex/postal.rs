//! Postal codes: which countries have them, and how they are written there.
//!
//! From FedEx's table of postal-aware countries; `N` is a digit, `A` a letter. The United States
//! are not in it: there a postal code also names a state.

use crate::zip;

#[rustfmt::skip]
const AWARE: &[(&str, &[&str])] = &[
    ("AT", &["NNNN"]), ("AU", &["NNNN"]), ("BE", &["NNNN"]), ("BR", &["NNNNNNNN"]),
    ("CA", &["ANANAN"]), ("CH", &["NNNN"]), ("CL", &["NNNNNNN"]), ("CN", &["NNNNNN"]),
    ("CO", &["NNNNNN"]), ("CZ", &["NNNNN"]), ("DE", &["NNNNN"]), ("DK", &["NNNN"]),
    ("EC", &["NNNNNN"]), ("EE", &["NNNNN"]), ("ES", &["NNNNN"]), ("FI", &["NNNNN"]),
    ("FR", &["NNNNN"]),
    ("GB", &["ANNAA", "ANNNAA", "ANANAA", "AANNAA", "AANANAA", "AANNNAA"]),
    ("GR", &["NNNNN"]), ("HU", &["NNNN"]), ("ID", &["NNNNN"]), ("IN", &["NNNNNN"]),
    ("IT", &["NNNNN"]), ("JP", &["NNNNNNN"]), ("KR", &["NNNNN"]), ("LT", &["NNNNN"]),
    ("LU", &["NNNN"]), ("LV", &["NNNN"]), ("MX", &["NNNNN"]), ("MY", &["NNNNN"]),
    ("NL", &["NNNN", "NNNNAA"]), ("NO", &["NNNN"]), ("PH", &["NNNN"]), ("PL", &["NNNNN"]),
    ("PT", &["NNNN", "NNNNNNN"]), ("RO", &["NNNNNN"]), ("RU", &["NNNNNN"]), ("SA", &["NNNNN"]),
    ("SE", &["NNNNN"]), ("SG", &["NNNNNN"]), ("SI", &["NNNN"]), ("SK", &["NNNNN"]),
    ("TH", &["NNNNN"]), ("TR", &["NNNNN"]), ("ZA", &["NNNN"]),
];

/// Where FedEx goes neither to nor from until further notice, by its own table.
const UNSERVED: &[&str] = &[
    "CF", "CU", "FK", "GQ", "GW", "IR", "KI", "KM", "KP", "MM", "NR", "NU", "PM", "SB", "SD", "SH",
    "SL", "SO", "ST", "SY", "TJ", "TK", "TM", "TV", "YE", "YT",
];

/// Whether `code` has the form of a country's and FedEx goes there.
pub(crate) fn served(code: &str) -> bool {
    code.len() == 2
        && code.bytes().all(|byte| byte.is_ascii_uppercase())
        && !UNSERVED.contains(&code)
}

/// The letters and digits of `postal` in capitals, without the country before them.
pub(crate) fn cleaned(country: &str, postal: &str) -> String {
    let sign = |c: &char| c.is_ascii_alphanumeric();
    let text: String = postal.chars().filter(sign).collect();
    let text = text.to_ascii_uppercase();
    match text.strip_prefix(country) {
        Some(rest) if country != "GB" => rest.to_owned(),
        _ => text,
    }
}

/// Whether `postal` is one of `country`'s. A country without postal codes takes any.
pub(crate) fn valid(country: &str, postal: &str) -> bool {
    let text = cleaned(country, postal);
    if matches!(country, "US" | "PR") {
        return zip::state(postal).is_some();
    }
    let fits = |pattern: &&str| {
        let sign = |(kind, c): (char, char)| match kind {
            'N' => c.is_ascii_digit(),
            _ => c.is_ascii_uppercase(),
        };
        pattern.len() == text.len() && pattern.chars().zip(text.chars()).all(sign)
    };
    let aware = AWARE.iter().find(|(code, _)| *code == country);
    aware.is_none_or(|(_, patterns)| patterns.iter().any(fits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_held_against_their_countries_pattern() {
        let cases = [
            ("US", "75201", true),
            ("US", "00000", false),
            ("DE", "10435", true),
            ("DE", "1043", false),
            ("GB", "SW1A 2AA", true),
            ("GB", "75201", false),
            ("JP", "150-0002", true),
            ("CN", "518000", true),
            ("LV", "LV-1010", true),
            ("HK", "", true),
            ("CA", "M5V2T6", true),
            ("CA", "", false),
        ];
        for (country, postal, expected) in cases {
            assert_eq!(valid(country, postal), expected, "{country} {postal}");
        }
        assert!(served("DE") && !served("CU") && !served("Germany"));
    }
}

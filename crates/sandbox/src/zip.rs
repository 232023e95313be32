//! Which state a United States postal code belongs to, by its first three digits.

/// Ranges of three-digit prefixes, after the public USPS list (L002); military and
/// single-customer prefixes are left out.
#[rustfmt::skip]
const PREFIXES: &[(u16, u16, &str)] = &[
    (6, 7, "PR"), (8, 8, "VI"), (9, 9, "PR"),
    (10, 27, "MA"), (28, 29, "RI"), (30, 38, "NH"), (39, 49, "ME"), (50, 54, "VT"),
    (55, 55, "MA"), (56, 59, "VT"), (60, 69, "CT"), (70, 89, "NJ"), (100, 149, "NY"),
    (150, 196, "PA"), (197, 199, "DE"), (200, 200, "DC"), (201, 201, "VA"), (202, 205, "DC"),
    (206, 219, "MD"), (220, 246, "VA"), (247, 268, "WV"), (270, 289, "NC"), (290, 299, "SC"),
    (300, 319, "GA"), (320, 339, "FL"), (341, 349, "FL"), (350, 369, "AL"), (370, 385, "TN"),
    (386, 397, "MS"), (398, 399, "GA"), (400, 427, "KY"), (430, 459, "OH"), (460, 479, "IN"),
    (480, 499, "MI"), (500, 528, "IA"), (530, 549, "WI"), (550, 567, "MN"), (570, 577, "SD"),
    (580, 588, "ND"), (590, 599, "MT"), (600, 629, "IL"), (630, 658, "MO"), (660, 679, "KS"),
    (680, 693, "NE"), (700, 714, "LA"), (716, 729, "AR"), (730, 731, "OK"), (733, 733, "TX"),
    (734, 749, "OK"), (750, 799, "TX"), (800, 816, "CO"), (820, 831, "WY"), (832, 838, "ID"),
    (840, 847, "UT"), (850, 865, "AZ"), (870, 884, "NM"), (885, 885, "TX"), (889, 898, "NV"),
    (900, 961, "CA"), (967, 968, "HI"), (970, 979, "OR"), (980, 994, "WA"), (995, 999, "AK"),
];

/// The state of `postal` (five digits, or nine with or without a dash).
pub(crate) fn state(postal: &str) -> Option<&'static str> {
    let digits: String = postal.chars().filter(|c| !matches!(c, '-' | ' ')).collect();
    if !matches!(digits.len(), 5 | 9) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let prefix: u16 = digits.get(..3)?.parse().ok()?;
    PREFIXES
        .iter()
        .find(|(low, high, _)| (low..=high).contains(&&prefix))
        .map(|(_, _, state)| *state)
}

/// Whether `code` is a state, district or territory of the table.
pub(crate) fn is_state(code: &str) -> bool {
    PREFIXES.iter().any(|(_, _, state)| *state == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_codes_lie_in_their_states() {
        let cases = [
            ("21093", Some("MD")),
            ("30005", Some("GA")),
            ("926561521", Some("CA")),
            ("92656-1521", Some("CA")),
            ("00501", None),
            ("2109", None),
            ("ABCDE", None),
        ];
        for (postal, expected) in cases {
            assert_eq!(state(postal), expected, "{postal}");
        }
        assert!(PREFIXES.is_sorted_by_key(|(low, _, _)| *low));
        assert!(is_state("TX") && !is_state("XX"));
    }
}

//! What holds for every number and every text.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use parcelgate_tracking_number::check::Algorithm::{
    self, Fedex, Gs1, Iso7064, Luhn, Mod7, S10, Ups,
};
use parcelgate_tracking_number::{Format, formats, identify, make, normalize, validate};
use proptest::prelude::*;

/// How to make a number of a format: text that the check digit does not cover, covered text that
/// the format fixes, so many covered digits, the check digit, and what follows.
struct Recipe {
    format: (&'static str, &'static str),
    head: &'static str,
    fixed: &'static str,
    digits: usize,
    algorithm: Algorithm,
    /// The covered text begins with this, though the number does not.
    assumed: &'static str,
    tail: &'static str,
}

const fn recipe(
    format: (&'static str, &'static str),
    (head, fixed, digits, tail): (&'static str, &'static str, usize, &'static str),
    algorithm: Algorithm,
    assumed: &'static str,
) -> Recipe {
    Recipe {
        format,
        head,
        fixed,
        digits,
        algorithm,
        assumed,
        tail,
    }
}

const RECIPES: &[Recipe] = &[
    recipe(("ups", "UPS"), ("1Z", "8V92A7YW", 7, ""), Ups, ""),
    recipe(("ups", "UPS Waybill"), ("K", "", 9, ""), Ups, ""),
    recipe(("yanwen", "Partner post"), ("UC", "", 8, "MY"), S10, ""),
    recipe(("fourpx", "Partner post"), ("RV", "", 8, "CN"), S10, ""),
    recipe(("fedex", "FedEx Express (12)"), ("", "", 11, ""), Fedex, ""),
    recipe(
        ("fedex", "FedEx Express (34)"),
        ("10019213342500010003", "", 13, ""),
        Fedex,
        "",
    ),
    recipe(
        ("fedex", "FedEx ASTRA (32)"),
        ("3297151456010244", "", 11, "2014"),
        Fedex,
        "",
    ),
    recipe(("fedex", "FedEx Ground"), ("", "", 14, ""), Gs1, ""),
    recipe(
        ("fedex", "FedEx Ground (SSCC-18)"),
        ("00", "", 15, ""),
        Gs1,
        "",
    ),
    recipe(
        ("fedex", "FedEx Ground 96 (22)"),
        ("9611020", "", 14, ""),
        Gs1,
        "",
    ),
    recipe(
        ("fedex", "FedEx Ground GSN"),
        ("96220019000000000000", "", 13, ""),
        Fedex,
        "",
    ),
    recipe(("usps", "USPS 20"), ("", "", 19, ""), Gs1, ""),
    recipe(("usps", "USPS IMpb N"), ("42022153", "94", 19, ""), Gs1, ""),
    recipe(("usps", "USPS Legacy"), ("", "01", 17, ""), Gs1, "91"),
    recipe(("usps", "USPS IMpb C"), ("", "926129", 15, ""), Gs1, ""),
    recipe(("usps", "USPS International"), ("LZ", "", 8, "US"), S10, ""),
    recipe(("dhl", "DHL Express"), ("", "", 9, ""), Mod7, ""),
    recipe(("dhl", "DHL Express"), ("", "", 10, ""), Mod7, ""),
    recipe(("dhl", "DHL Paket"), ("", "00340434", 11, ""), Gs1, ""),
    recipe(("dpd", "DPD (28)"), ("", "", 27, ""), Iso7064, ""),
    recipe(("dpd", "DPD (14)"), ("", "", 14, ""), Iso7064, ""),
    recipe(
        ("canada_post", "Canada Post (16)"),
        ("", "", 15, ""),
        Gs1,
        "",
    ),
    recipe(
        ("canada_post", "Canada Post International"),
        ("CX", "", 8, "CA"),
        S10,
        "",
    ),
    recipe(
        ("old_dominion", "Old Dominion"),
        ("", "777", 7, ""),
        Luhn,
        "",
    ),
    recipe(
        ("old_dominion", "Old Dominion Guaranteed Shipment"),
        ("", "80", 8, ""),
        Luhn,
        "",
    ),
    recipe(("ontrac", "OnTrac"), ("C", "1", 12, ""), Ups, "4"),
    recipe(("ontrac", "OnTrac D"), ("D", "1", 12, ""), Ups, "5"),
    recipe(("purolator", "Purolator (12)"), ("", "3", 10, ""), Luhn, ""),
    recipe(("s10", "S10"), ("RB", "", 8, "GB"), S10, ""),
];

impl Recipe {
    fn row(&self) -> &'static Format {
        formats()
            .find(|row| (row.carrier(), row.name()) == self.format)
            .unwrap()
    }

    fn covered(&self, digits: &str) -> String {
        format!("{}{}{digits}", self.assumed, self.fixed)
    }

    fn number(&self, digits: &str, check: char) -> String {
        format!("{}{}{digits}{check}{}", self.head, self.fixed, self.tail)
    }
}

/// Whether the algorithm cannot tell these two covered texts, of one length and different in one
/// digit, apart. The blind spots are those its documentation owns up to.
fn blind(algorithm: Algorithm, was: &str, is: &str) -> bool {
    let digits = |text: &str| -> Vec<u32> { text.chars().filter_map(|c| c.to_digit(10)).collect() };
    let remainder = |text: &str, weights: &[u32]| -> u32 {
        let weights = weights.iter().cycle();
        digits(text)
            .iter()
            .rev()
            .zip(weights)
            .map(|(digit, by)| digit * by)
            .sum::<u32>()
            % 11
    };
    let mut pairs = was.bytes().zip(is.bytes()).enumerate();
    let (at, (old, new)) = pairs.find(|(_, (old, new))| old != new).unwrap();
    match algorithm {
        Gs1 | Luhn | Iso7064 => false,
        Ups => at % 2 == 1 && old.abs_diff(new) == 5,
        Mod7 => old.abs_diff(new) == 7,
        Fedex => [was, is]
            .iter()
            .all(|text| [0, 10].contains(&remainder(text, &[1, 3, 7]))),
        S10 => {
            let weights = [7, 9, 5, 3, 2, 4, 6, 8];
            [was, is]
                .iter()
                .all(|text| [0, 6].contains(&remainder(text, &weights)))
        }
    }
}

#[test]
fn every_format_with_a_check_digit_has_a_recipe() {
    let guarded = formats().filter(|row| row.check_digit().is_some());
    let guarded: BTreeSet<_> = guarded.map(|row| (row.carrier(), row.name())).collect();
    assert_eq!(
        RECIPES
            .iter()
            .map(|recipe| recipe.format)
            .collect::<BTreeSet<_>>(),
        guarded
    );
    for recipe in RECIPES {
        assert_eq!(
            recipe.row().check_digit(),
            Some(recipe.algorithm),
            "{:?}",
            recipe.format
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn one_wrong_digit_is_noticed_except_in_the_blind_spots(digits in "[0-9]{27}") {
        for recipe in RECIPES {
            let (digits, row) = (&digits[..recipe.digits], recipe.row());
            let right = recipe.algorithm.compute(&recipe.covered(digits)).unwrap();
            let number = recipe.number(digits, right);
            prop_assert!(row.read(&number).is_ok(), "{number} of {:?}", recipe.format);

            for (at, was) in digits.char_indices() {
                for is in ('0'..='9').filter(|is| *is != was) {
                    let slip = format!("{}{is}{}", &digits[..at], &digits[at + 1..]);
                    let number = recipe.number(&slip, right);
                    let excused =
                        blind(recipe.algorithm, &recipe.covered(digits), &recipe.covered(&slip));
                    prop_assert_eq!(row.read(&number).is_ok(), excused, "{}", number);
                }
            }
            for is in ('0'..='9').filter(|is| *is != right) {
                let number = recipe.number(digits, is);
                prop_assert!(row.read(&number).is_err(), "{number} of {:?}", recipe.format);
            }
        }
    }
}

proptest! {
    #[test]
    fn no_text_is_too_strange(text in any::<String>(), like in "[0-9A-Z -]{0,80}") {
        for text in [&text, &like] {
            let normal = normalize(text);
            prop_assert_eq!(&normalize(&normal), &normal);
            let candidates = identify(text);
            prop_assert_eq!(&candidates, &identify(&normal));
            prop_assert!(candidates.is_sorted_by(|a, b| a.confidence >= b.confidence));
            for candidate in candidates {
                let parts: String = candidate.parts.iter().map(|it| it.text.as_str()).collect();
                prop_assert_eq!(&parts, &normal);
                prop_assert!(normal.contains(&candidate.number));
                prop_assert!(!candidate.reasons.is_empty());
                prop_assert!(validate(candidate.carrier, text).is_ok());
            }
        }
    }

    #[test]
    fn made_numbers_are_their_carriers(
        account in "[A-Z0-9]{6}", service in "[A-Z0-9]{2}", serial in "[A-Z0-9]{7}",
        indicator in "[A-Z]{2}", digits in "[0-9]{8}",
    ) {
        let number = make::ups_1z(&account, &service, &serial).unwrap();
        prop_assert_eq!(identify(&number)[0].carrier, "ups");
        let number = make::s10(&indicator, &digits, "YP").unwrap();
        prop_assert_eq!(identify(&number)[0].carrier, "yanwen");
        let number = make::s10(&indicator, &digits, "DE").unwrap();
        prop_assert_eq!(identify(&number)[0].carrier, "s10");
    }
}

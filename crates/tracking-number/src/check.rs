//! Check digits: each function gives the character that belongs behind `covered`.
//!
//! `covered` is what the check digit is computed from, in capitals, without spaces. A function
//! answers `None` where `covered` is empty, longer than [`MAX_LENGTH`], or
//! holds a character the algorithm has no value for.
//!
//! What a single wrong digit does: [`gs1`], [`luhn`] and [`iso7064`] notice every one. The others
//! have blind spots, each named at its function.

use crate::MAX_LENGTH;

/// How a check digit is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// [`gs1`]
    Gs1,
    /// [`ups`]
    Ups,
    /// [`luhn`]
    Luhn,
    /// [`mod7`]
    Mod7,
    /// [`s10`]
    S10,
    /// [`fedex`]
    Fedex,
    /// [`iso7064`]
    Iso7064,
}

impl Algorithm {
    /// The check character for `covered`, or `None` where the algorithm is not defined for it.
    pub fn compute(self, covered: &str) -> Option<char> {
        match self {
            Self::Gs1 => gs1(covered),
            Self::Ups => ups(covered),
            Self::Luhn => luhn(covered),
            Self::Mod7 => mod7(covered),
            Self::S10 => s10(covered),
            Self::Fedex => fedex(covered),
            Self::Iso7064 => iso7064(covered),
        }
    }

    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gs1 | Self::Ups => "mod 10",
            Self::Luhn => "Luhn",
            Self::Mod7 => "mod 7",
            Self::S10 => "S10 mod 11",
            Self::Fedex => "FedEx mod 11",
            Self::Iso7064 => "mod 37, 36",
        }
    }

    /// How many different check characters there are: one arbitrary number in so many passes.
    pub(crate) fn outcomes(self) -> u32 {
        match self {
            Self::Mod7 => 7,
            Self::Gs1 | Self::Ups | Self::Luhn | Self::S10 | Self::Fedex => 10,
            Self::Iso7064 => 36,
        }
    }
}

/// Modulus 10 with weights 3, 1, 3, 1 from the right, as on every GS1 barcode: USPS, Canada Post,
/// FedEx Ground.
pub fn gs1(covered: &str) -> Option<char> {
    let sum = sum(
        covered.chars().rev().zip([3, 1].into_iter().cycle()),
        product,
    )?;
    char::from_digit((10 - sum % 10) % 10, 10)
}

/// Modulus 10 with weights 1, 2, 1, 2 from the left, letters counted as (ASCII - 3) mod 10: UPS,
/// and with digits only OnTrac.
///
/// Blind where the weight is 2: digits 5 apart count the same there.
pub fn ups(covered: &str) -> Option<char> {
    let value = |c: char| match c {
        'A'..='Z' => Some((u32::from(c) - 3) % 10),
        _ => c.to_digit(10),
    };
    let sum = sum(
        covered.chars().zip([1, 2].into_iter().cycle()),
        |c, weight| Some(value(c)? * weight),
    )?;
    char::from_digit((10 - sum % 10) % 10, 10)
}

/// Luhn, as on payment cards: modulus 10, every second digit from the right doubled and its
/// digits added up. Old Dominion, Purolator.
pub fn luhn(covered: &str) -> Option<char> {
    let sum = sum(
        covered.chars().rev().zip([2, 1].into_iter().cycle()),
        |c, weight| product(c, weight).map(|value| value / 10 + value % 10),
    )?;
    char::from_digit((10 - sum % 10) % 10, 10)
}

/// The remainder of the number divided by 7: DHL Express.
///
/// Blind to digits 7 apart (0 and 7, 1 and 8, 2 and 9).
pub fn mod7(covered: &str) -> Option<char> {
    bounded(covered)?;
    let remainder = covered.chars().try_fold(0, |remainder, c| {
        Some((remainder * 10 + c.to_digit(10)?) % 7)
    })?;
    char::from_digit(remainder, 10)
}

/// UPU S10: modulus 11 with weights 8, 6, 4, 2, 3, 5, 9, 7. Takes exactly eight digits.
///
/// Blind between remainders 0 and 6, which both give 5.
pub fn s10(covered: &str) -> Option<char> {
    let weights = [8, 6, 4, 2, 3, 5, 9, 7];
    if covered.len() != weights.len() {
        return None;
    }
    let digit = match sum(covered.chars().zip(weights), product)? % 11 {
        0 => 5,
        1 => 0,
        remainder => 11 - remainder,
    };
    char::from_digit(digit, 10)
}

/// Modulus 11, then 10, with weights 1, 3, 7 from the right: FedEx Express.
///
/// Blind between remainders 0 and 10, which both give 0.
pub fn fedex(covered: &str) -> Option<char> {
    let sum = sum(
        covered.chars().rev().zip([1, 3, 7].into_iter().cycle()),
        product,
    )?;
    char::from_digit(sum % 11 % 10, 10)
}

/// ISO 7064 mod 37, 36 over digits and letters; the check character may be a letter: DPD.
pub fn iso7064(covered: &str) -> Option<char> {
    bounded(covered)?;
    let state = covered.chars().try_fold(36, |state, c| {
        if c.is_ascii_lowercase() {
            return None;
        }
        let sum = match (state + c.to_digit(36)?) % 36 {
            0 => 36,
            sum => sum,
        };
        Some(sum * 2 % 37)
    })?;
    char::from_digit((37 - state) % 36, 36).map(|c| c.to_ascii_uppercase())
}

fn product(c: char, weight: u32) -> Option<u32> {
    Some(c.to_digit(10)? * weight)
}

/// The sum of `value` over the weighted characters: at least one and not too many of them.
fn sum(
    mut weighted: impl Iterator<Item = (char, u32)>,
    value: impl Fn(char, u32) -> Option<u32>,
) -> Option<u32> {
    let (first, weight) = weighted.next()?;
    let mut sum = value(first, weight)?;
    for (read, (c, weight)) in weighted.enumerate() {
        if read + 1 >= MAX_LENGTH {
            return None;
        }
        sum += value(c, weight)?;
    }
    Some(sum)
}

fn bounded(covered: &str) -> Option<()> {
    (1..=MAX_LENGTH).contains(&covered.len()).then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_numbers_agree() {
        assert_eq!(gs1("940011120620640626078"), Some('7'), "USPS");
        assert_eq!(ups("5R8939035756712"), Some('7'), "UPS");
        assert_eq!(luhn("7992739871"), Some('3'), "the textbook number");
        assert_eq!(mod7("331881002"), Some('5'), "DHL Express");
        assert_eq!(s10("47312482"), Some('9'), "UPU S10 annex");
        assert_eq!(fedex("98657878885"), Some('5'), "FedEx Express");
        assert_eq!(
            iso7064("09980000020033"),
            Some('F'),
            "DPD label specification"
        );
    }

    #[test]
    fn what_has_no_check_digit_gets_none() {
        use Algorithm::{Fedex, Gs1, Iso7064, Luhn, Mod7, S10, Ups};
        for algorithm in [Gs1, Ups, Luhn, Mod7, S10, Fedex, Iso7064] {
            for covered in ["", "12a45678", "1234\u{e9}678", &"1".repeat(MAX_LENGTH + 1)] {
                assert_eq!(
                    algorithm.compute(covered),
                    None,
                    "{algorithm:?} of {covered:?}"
                );
            }
        }
    }
}

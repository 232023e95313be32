//! One spelling for a number that people type, paste and scan in many.

/// The longest text read as a tracking number, in characters. The longest format has 41.
pub const MAX_LENGTH: usize = 64;

/// The number without spaces and dashes, in capitals. Doing it twice changes nothing.
///
/// Also undoes what copying brings along: no-break and zero-width spaces, typographic dashes, and
/// the full-width characters of Chinese and Japanese keyboards. Whatever else is there stays.
pub fn normalize(number: &str) -> String {
    kept(number).collect()
}

/// The normal form, when it can be a number at all: 1 to [`MAX_LENGTH`] letters and digits.
/// Reads no further than it must, so that a huge text costs no memory.
pub(crate) fn readable(number: &str) -> Option<String> {
    let number: String = kept(number).take(MAX_LENGTH + 1).collect();
    let sound = (1..=MAX_LENGTH).contains(&number.len())
        && number.bytes().all(|byte| byte.is_ascii_alphanumeric());
    sound.then_some(number)
}

fn kept(number: &str) -> impl Iterator<Item = char> {
    number
        .chars()
        .map(half_width)
        .filter(|c| !is_filler(*c))
        .map(|c| c.to_ascii_uppercase())
}

fn half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

fn is_filler(c: char) -> bool {
    let dash = matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}');
    let unseen = matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}');
    dash || unseen || c.is_whitespace()
}

#[cfg(test)]
mod tests {
    use super::{normalize, readable};

    #[test]
    fn spelling_does_not_matter() {
        assert_eq!(normalize(" 1z\u{a0}5r89-3903 "), "1Z5R893903");
        assert_eq!(normalize("４ＰＸ３００１\u{200b}"), "4PX3001");
    }

    #[test]
    fn only_letters_and_digits_of_a_bounded_length_are_readable() {
        assert_eq!(readable(&"7 ".repeat(64)), Some("7".repeat(64)));
        assert_eq!(readable(&"7".repeat(65)), None);
        assert_eq!(readable(" - "), None);
        assert_eq!(readable("1Z_5R"), None);
        assert_eq!(readable("1Zß"), None);
    }
}

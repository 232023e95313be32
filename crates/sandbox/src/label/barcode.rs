//! Code 128, the barcode on parcels.

use barcoders::sym::code128::Code128;

/// Selects character set B in the notation of `barcoders`.
const SET_B: char = '\u{0181}';

/// The bars of `data` in character set B; none when a character is not in it.
pub(crate) fn code128(data: &str) -> Vec<bool> {
    Code128::new(format!("{SET_B}{data}")).map_or_else(
        |_| Vec::new(),
        |code| code.encode().into_iter().map(|bar| bar == 1).collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::code128;

    #[test]
    fn a_code_has_eleven_modules_a_symbol_and_thirteen_for_the_stop() {
        // start, eighteen characters, check, then the stop
        assert_eq!(code128("1Z5R89390357567127").len(), (1 + 18 + 1) * 11 + 13);
        assert!(code128("燕文").is_empty());
    }
}

//! Code 128, the barcode on parcels.

use barcoders::sym::code128::Code128;

/// Selects character set B in the notation of `barcoders`.
const SET_B: char = '\u{0181}';
/// Selects character set C: pairs of digits.
const SET_C: char = '\u{0106}';
/// The sign of GS1 before its data.
const FNC1: char = '\u{0179}';

/// The bars of `data` in character set B; none when a character is not in it.
pub(crate) fn code128(data: &str) -> Vec<bool> {
    bars(format!("{SET_B}{data}"))
}

/// The bars of an even number of digits in character set C, marked as GS1-128; none for others.
pub(crate) fn gs1_128(digits: &str) -> Vec<bool> {
    bars(format!("{SET_C}{FNC1}{digits}"))
}

fn bars(symbols: String) -> Vec<bool> {
    Code128::new(symbols).map_or_else(
        |_| Vec::new(),
        |code| code.encode().into_iter().map(|bar| bar == 1).collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::{code128, gs1_128};

    #[test]
    fn a_code_has_eleven_modules_a_symbol_and_thirteen_for_the_stop() {
        // start, eighteen characters, check, then the stop
        assert_eq!(code128("1Z5R89390357567127").len(), (1 + 18 + 1) * 11 + 13);
        assert!(code128("燕文").is_empty());
        // start, FNC1, fifteen pairs, check, then the stop
        let routed = "420752019205590312345600000012";
        assert_eq!(gs1_128(routed).len(), (1 + 1 + 15 + 1) * 11 + 13);
        assert!(gs1_128("123").is_empty());
    }
}

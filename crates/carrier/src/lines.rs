//! Breaks lines anew between words.

/// `lines` as at most `lines_max` lines of at most `chars_max` characters: as they are where they
/// fit, each broken by itself where that is enough, and otherwise as one text. None where a word
/// is too long, or all of it.
#[must_use]
pub fn fit(lines: &[&str], chars_max: usize, lines_max: usize) -> Option<Vec<String>> {
    let apart: Option<Vec<_>> = lines.iter().map(|line| wrap(line, chars_max)).collect();
    let apart = apart?.concat();
    if apart.len() <= lines_max {
        return Some(apart);
    }
    let joined = |between: &str| wrap(&lines.join(between), chars_max);
    let fits = |wrapped: &Vec<String>| wrapped.len() <= lines_max;
    joined(", ")
        .filter(fits)
        .or_else(|| joined(" ").filter(fits))
}

/// As many words on each line as it takes; none where one word is longer than a line.
#[must_use]
pub fn wrap(text: &str, chars_max: usize) -> Option<Vec<String>> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let count = word.chars().count();
        if count > chars_max {
            return None;
        }
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + count <= chars_max => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    Some(lines)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_that_fit_stay_and_others_are_broken_between_words() {
        let kept = fit(&["1 Main St", "Apt 5"], 10, 3).unwrap();
        assert_eq!(kept, ["1 Main St", "Apt 5"]);
        let broken = fit(&["88 Longcangxi Road North", "Apt 5"], 14, 3).unwrap();
        assert_eq!(broken, ["88 Longcangxi", "Road North", "Apt 5"]);
        let one = fit(&["88 Longcangxi Road", "Apt 5"], 14, 2).unwrap();
        assert_eq!(one, ["88 Longcangxi", "Road, Apt 5"]);
        let bare = fit(&["1 Main", "St", "Apt 5"], 15, 1).unwrap();
        assert_eq!(bare, ["1 Main St Apt 5"]);
        assert_eq!(fit(&["1 Main Street", "Apt 5"], 12, 1), None);
        assert_eq!(fit(&["Donaudampfschiffstrasse 1"], 12, 3), None);
    }

    proptest! {
        #[test]
        fn no_word_is_lost_or_cut(
            given in prop::collection::vec("[a-z]{1,9}( [a-z]{1,9}){0,5}", 0..4),
            chars_max in 5..40_usize,
            lines_max in 1..5_usize,
        ) {
            let lines: Vec<&str> = given.iter().map(String::as_str).collect();
            if let Some(fitted) = fit(&lines, chars_max, lines_max) {
                prop_assert!(fitted.len() <= lines_max);
                prop_assert!(fitted.iter().all(|line| line.chars().count() <= chars_max));
                let words = |text: String| -> Vec<String> {
                    let words = text.split_whitespace();
                    words.map(|word| word.trim_end_matches(',').to_owned()).collect()
                };
                prop_assert_eq!(words(fitted.join(" ")), words(given.join(" ")));
            }
        }
    }
}

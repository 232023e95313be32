//! Text as Postgres keeps it: it takes any character but zero.
//!
//! A zero is kept as `U+0001 '0'`, and `U+0001` itself as `U+0001 '1'`, so that every text comes
//! back as it was, equal texts stay equal, and their order stays that of their bytes.

/// A text as it is kept.
pub(super) fn keep(text: String) -> String {
    if !text.contains(['\0', '\u{1}']) {
        return text;
    }
    text.replace('\u{1}', "\u{1}1").replace('\0', "\u{1}0")
}

/// A text as it was.
pub(super) fn give(text: String) -> String {
    if !text.contains('\u{1}') {
        return text;
    }
    text.replace("\u{1}0", "\0").replace("\u{1}1", "\u{1}")
}

/// JSON as serde writes it, with every text in it as it is kept.
pub(super) fn keep_json(json: String) -> String {
    if !json.contains("\\u000") {
        return json;
    }
    let mut kept = String::with_capacity(json.len().saturating_add(16));
    let mut rest = json.as_str();
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        kept.push_str(before);
        // What stands for one character: six bytes, or the backslash and what follows it.
        let (put, long) = match escape.get(..6) {
            Some("\\u0000") => ("\\u00010", 6),
            Some("\\u0001") => ("\\u00011", 6),
            _ => (escape.get(..2).unwrap_or(escape), 2),
        };
        kept.push_str(put);
        rest = escape.get(long..).unwrap_or_default();
    }
    kept.push_str(rest);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All texts of up to four of these.
    fn texts() -> Vec<String> {
        let signs = ["\0", "\u{1}", "0", "1", "\\", "\"", "u0000"];
        let mut texts = vec![String::new()];
        let mut from = 0;
        for _ in 0..4 {
            let until = texts.len();
            for at in from..until {
                let longer = signs.map(|sign| format!("{}{sign}", texts[at]));
                texts.extend(longer);
            }
            from = until;
        }
        texts
    }

    #[test]
    fn every_text_comes_back() {
        for text in texts() {
            let kept = keep(text.clone());
            assert!(!kept.contains('\0'), "{text:?}");
            assert_eq!(give(kept), text);
        }
    }

    #[test]
    fn the_order_stays() {
        let texts = texts();
        for pair in texts.windows(2) {
            let kept = (keep(pair[0].clone()), keep(pair[1].clone()));
            assert_eq!(kept.0.cmp(&kept.1), pair[0].cmp(&pair[1]), "{pair:?}");
        }
    }

    #[test]
    fn json_has_the_texts_as_they_are_kept() {
        for text in texts() {
            let json = keep_json(serde_json::to_string(&[&text]).unwrap());
            assert!(!json.contains("\\u0000") || json.contains("\\\\u0000"));
            let [kept]: [String; 1] = serde_json::from_str(&json).unwrap();
            assert_eq!(kept, keep(text));
        }
    }
}

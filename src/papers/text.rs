//! Text on a page: which font has a letter, and how wide it is.
//!
//! No font is embedded. Helvetica is known to every viewer; what Latin-1 has not and Chinese has is
//! written in STSong-Light, one of the fonts that PDF knows by name; the rest is written in Latin
//! letters, as carriers do.

use pdf_writer::Str;

/// Which letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Face {
    /// What is read.
    Plain,
    /// What stands above it.
    Bold,
}

/// The letters of one font, as they stand in the file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Run {
    /// In Helvetica, by the table that PDF calls `WinAnsiEncoding`.
    Latin(Vec<u8>),
    /// In STSong-Light, by UTF-16.
    Chinese(Vec<u8>),
}

impl Run {
    pub(super) fn bytes(&self) -> Str<'_> {
        match self {
            Self::Latin(bytes) | Self::Chinese(bytes) => Str(bytes),
        }
    }
}

/// Thousandths of the font's size that each letter from the blank to `~` takes.
const PLAIN: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667,
    611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667,
    667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500,
    222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];
const BOLD: [u16; 95] = [
    278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 333, 333, 584, 584, 584, 611, 975, 722, 722, 722, 722, 667,
    611, 778, 722, 278, 556, 722, 611, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667,
    667, 611, 333, 278, 333, 584, 556, 333, 556, 611, 556, 611, 556, 333, 611, 611, 278, 278, 556,
    278, 889, 611, 611, 611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389, 280, 389, 584,
];
/// What a Chinese letter takes.
const WHOLE: u16 = 1_000;

/// Letters beyond Latin-1 that Helvetica has, at their places from 0x80.
const BEYOND: [(char, u8); 27] = [
    ('€', 0x80),
    ('‚', 0x82),
    ('ƒ', 0x83),
    ('„', 0x84),
    ('…', 0x85),
    ('†', 0x86),
    ('‡', 0x87),
    ('ˆ', 0x88),
    ('‰', 0x89),
    ('Š', 0x8a),
    ('‹', 0x8b),
    ('Œ', 0x8c),
    ('Ž', 0x8e),
    ('‘', 0x91),
    ('’', 0x92),
    ('“', 0x93),
    ('”', 0x94),
    ('•', 0x95),
    ('–', 0x96),
    ('—', 0x97),
    ('˜', 0x98),
    ('™', 0x99),
    ('š', 0x9a),
    ('›', 0x9b),
    ('œ', 0x9c),
    ('ž', 0x9e),
    ('Ÿ', 0x9f),
];

/// The place of a letter in Helvetica's table.
fn latin(letter: char) -> Option<u8> {
    match letter {
        ' '..='~' | '\u{a1}'..='ÿ' => u8::try_from(u32::from(letter)).ok(),
        '\u{a0}' | '\u{202f}' | '\t' => Some(b' '),
        _ => BEYOND
            .iter()
            .find(|(own, _)| *own == letter)
            .map(|(_, place)| *place),
    }
}

/// Whether it is one that Chinese writing has.
const fn is_chinese(letter: char) -> bool {
    matches!(letter,
        '\u{2e80}'..='\u{2fdf}' | '\u{3000}'..='\u{312f}' | '\u{3400}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe4f}' | '\u{ff00}'..='\u{ffef}')
}

/// The text in letters that there is a font for.
#[must_use]
pub(super) fn writable(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for letter in text.chars() {
        if latin(letter).is_some() || is_chinese(letter) {
            written.push(letter);
        } else if letter.is_control() {
            written.push(' ');
        } else {
            written.push_str(any_ascii::any_ascii_char(letter));
        }
    }
    written
}

/// A text that is [writable](writable()), font by font.
#[must_use]
pub(super) fn runs(text: &str) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for letter in text.chars() {
        match (latin(letter), runs.last_mut()) {
            (Some(place), Some(Run::Latin(bytes))) => bytes.push(place),
            (Some(place), _) => runs.push(Run::Latin(vec![place])),
            (None, Some(Run::Chinese(bytes))) => bytes.extend(wide(letter)),
            (None, _) => runs.push(Run::Chinese(wide(letter))),
        }
    }
    runs
}

fn wide(letter: char) -> Vec<u8> {
    let mut units = [0; 2];
    let units = letter.encode_utf16(&mut units).iter();
    units.flat_map(|unit| unit.to_be_bytes()).collect()
}

/// How wide a text is, in thousandths of the font's size.
#[must_use]
pub(super) fn width(text: &str, face: Face) -> u32 {
    let table = match face {
        Face::Plain => &PLAIN,
        Face::Bold => &BOLD,
    };
    let plain = |letter: char| {
        let at = u32::from(letter).checked_sub(32)?;
        table.get(usize::try_from(at).ok()?).copied()
    };
    let of = |letter: char| {
        if let Some(own) = plain(letter) {
            return u32::from(own);
        }
        if latin(letter).is_none() {
            return u32::from(WHOLE);
        }
        // A letter with an accent is as wide as the letter.
        let base = any_ascii::any_ascii_char(letter).chars().filter_map(plain);
        base.map(u32::from).sum::<u32>().min(u32::from(WHOLE))
    };
    text.chars().map(of).sum()
}

/// Breaks a text into lines of at most `room`, in tenths of a point, at letters of `size` of them:
/// between words and between Chinese letters, and in the midst of a word that has no room.
#[must_use]
pub(super) fn lines(text: &str, face: Face, size: u16, room: u16) -> Vec<String> {
    let text = writable(text);
    let room = u32::from(room) * 1_000 / u32::from(size.max(1));
    let mut lines = Vec::new();
    let mut line = String::new();
    for piece in pieces(&text) {
        let longer = format!("{line}{piece}");
        if width(longer.trim_end(), face) <= room {
            line = longer;
            continue;
        }
        if !line.trim().is_empty() {
            lines.push(line.trim_end().to_owned());
        }
        line = String::new();
        for letter in piece.trim_start().chars() {
            if !line.is_empty() && width(&format!("{line}{letter}"), face) > room {
                lines.push(std::mem::take(&mut line));
            }
            line.push(letter);
        }
    }
    if !line.trim().is_empty() || lines.is_empty() {
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// What a line may end after: words with the blank after them, and single Chinese letters.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = if is_chinese(first) {
            first.len_utf8()
        } else {
            let stops = |(at, letter): (usize, char)| match letter {
                ' ' | '-' | '/' | ',' => Some(at.saturating_add(1)),
                _ if is_chinese(letter) => Some(at),
                _ => None,
            };
            let end = rest.char_indices().find_map(stops);
            end.unwrap_or(rest.len())
        };
        let (piece, more) = rest.split_at_checked(end.max(1)).unwrap_or((rest, ""));
        pieces.push(piece);
        rest = more;
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_has_a_font() {
        assert_eq!(writable("Zażółć – 中文 Привет"), "Zazólc – 中文 Privet");
        assert_eq!(
            runs("é中a"),
            [
                Run::Latin(vec![0xe9]),
                Run::Chinese(vec![0x4e, 0x2d]),
                Run::Latin(vec![b'a'])
            ]
        );
        assert_eq!(width("iW", Face::Plain), 222 + 944);
        assert_eq!(width("é中", Face::Bold), 556 + 1_000);
    }

    #[test]
    fn lines_end_between_words_or_where_there_is_no_room() {
        // Room for ten digits at a size of ten points.
        let broken = |text| lines(text, Face::Plain, 100, 556);
        assert_eq!(broken("one two three"), ["one two", "three"]);
        assert_eq!(broken("123456789012345"), ["1234567890", "12345"]);
        assert_eq!(broken("一二三四五六七"), ["一二三四五", "六七"]);
        assert_eq!(broken(""), [""]);
        for text in [
            "a一-b 二三四五六七八九十",
            "   x",
            "----------------",
            "é".repeat(40).as_str(),
        ] {
            for line in broken(text) {
                assert!(width(&line, Face::Plain) <= 5_560, "{text:?}: {line:?}");
            }
        }
    }
}

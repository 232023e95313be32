//! Writes names and places in the letters that a carrier prints.

mod han;

use parcelgate_domain::Violations;

/// The letters that a carrier takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Alphabet {
    /// The printable characters of ASCII.
    Ascii,
    /// Those and the letters of Western Europe (ISO 8859-1).
    Latin1,
    /// Whatever is written.
    Any,
}

/// What a text is, which decides how Chinese in it is spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Wording {
    /// A person: 李小明 is Li Xiaoming.
    Person,
    /// A place or a company: 广东省深圳市龙城大道100号 is Guangdong Sheng Shenzhen Shi Longcheng Dadao
    /// 100 Hao.
    Place,
    /// Anything else. Chinese there is not spelled: nobody reads goods or notes in pinyin.
    Plain,
}

impl Alphabet {
    /// Whether `c` is one of its characters.
    #[must_use]
    pub const fn has(self, c: char) -> bool {
        match self {
            Self::Ascii => matches!(c, ' '..='~'),
            Self::Latin1 => matches!(c, ' '..='~' | '\u{a0}'..='\u{ff}'),
            Self::Any => true,
        }
    }

    /// `text` in these letters, with single spaces between its words. What they have stays as it
    /// is. Chinese becomes pinyin as `wording` says; accents are left off; Greek and Cyrillic are
    /// spelled. None where it holds a script for which a spelling without its language is no name
    /// of anything: Japanese, Korean, Thai, Arabic and others.
    #[must_use]
    pub fn spell(self, text: &str, wording: Wording) -> Option<String> {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.chars().all(|c| self.has(c)) {
            return Some(text);
        }
        let pinyin = match wording {
            Wording::Person => han::person(&text),
            Wording::Place => han::place(&text),
            Wording::Plain => text,
        };
        let mut spelled = String::with_capacity(pinyin.len());
        for c in pinyin.chars() {
            if self.has(c) {
                spelled.push(c);
            } else if is_spelled(c) {
                spelled.push_str(any_ascii::any_ascii_char(c));
            } else {
                return None;
            }
        }
        Some(spelled.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// What a caller has to know who wrote something else.
    #[must_use]
    pub const fn demand(self) -> &'static str {
        match self {
            Self::Ascii | Self::Latin1 => "written in Latin letters",
            Self::Any => "text",
        }
    }

    /// `text` in these letters and of at most `chars_max`; never cut. Empty, with a violation of
    /// `field`, where that cannot be. The violation does not repeat the text.
    pub fn fit(
        self,
        text: &str,
        wording: Wording,
        chars_max: usize,
        field: &str,
        found: &mut Violations,
    ) -> String {
        let Some(spelled) = self.spell(text, wording) else {
            found.require(field, self.demand());
            return String::new();
        };
        let count = spelled.chars().count();
        if count > chars_max {
            let longer = if spelled == text.trim() {
                String::new()
            } else {
                format!(" in Latin letters, where it has {count}")
            };
            found.require(field, format!("at most {chars_max} characters{longer}"));
            return String::new();
        }
        spelled
    }
}

/// Whether a character alone, without knowing the language, has a spelling that people use.
const fn is_spelled(c: char) -> bool {
    matches!(c,
        '\u{a0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}'  // Latin
        | '\u{300}'..='\u{36f}'                         // accents that stand alone
        | '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' // Greek
        | '\u{400}'..='\u{52f}'                         // Cyrillic
        | '\u{2000}'..='\u{214f}'                       // dashes, quotation marks, №
        | '\u{3000}'..='\u{3004}' | '\u{3008}'..='\u{301f}' // Chinese punctuation
        | '\u{ff01}'..='\u{ff5e}'                       // full-width forms
    )
}

/// Whether a text has Chinese characters, which Japanese and Korean have too.
#[must_use]
pub fn has_han(text: &str) -> bool {
    text.chars().any(han::is_han)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_the_alphabet_has_stays_and_accents_go() {
        let ascii = |text| Alphabet::Ascii.spell(text, Wording::Person);
        assert_eq!(ascii(" Ada  Byron ").as_deref(), Some("Ada Byron"));
        assert_eq!(
            ascii("Łódź Straße Čačak").as_deref(),
            Some("Lodz Strasse Cacak")
        );
        assert_eq!(ascii("cafe\u{301} – №5").as_deref(), Some("cafe - No5"));
        assert_eq!(ascii("Москва, Αθήνα").as_deref(), Some("Moskva, Athina"));
        assert_eq!(ascii("１２３ＡＢ").as_deref(), Some("123AB"));
        let latin = |text| Alphabet::Latin1.spell(text, Wording::Place);
        assert_eq!(latin("Łódź Straße").as_deref(), Some("Lódz Straße"));
        let any = Alphabet::Any.spell("東京", Wording::Place);
        assert_eq!(any.as_deref(), Some("東京"));
    }

    #[test]
    fn what_cannot_be_spelled_is_none() {
        for text in ["とうきょう", "서울", "بيروت", "กรุงเทพ", "渋谷ビル"]
        {
            assert_eq!(Alphabet::Ascii.spell(text, Wording::Place), None, "{text}");
        }
        assert_eq!(Alphabet::Latin1.spell("LED灯", Wording::Plain), None);
    }

    #[test]
    fn a_text_is_never_cut() {
        let mut found = Violations::new();
        let mut fit =
            |text: &str| Alphabet::Ascii.fit(text, Wording::Person, 8, "to.name", &mut found);
        assert_eq!(fit("李小明"), "");
        assert_eq!(fit("李伟"), "Li Wei");
        assert_eq!(fit("Grace Hopper"), "");
        let said = found.to_string();
        assert!(
            said.contains("where it has 11") && !said.contains("Hopper"),
            "{said}"
        );
    }

    proptest! {
        #[test]
        fn what_is_spelled_is_in_the_alphabet_and_spelled_again_the_same(text: String) {
            for alphabet in [Alphabet::Ascii, Alphabet::Latin1] {
                for wording in [Wording::Person, Wording::Place, Wording::Plain] {
                    if let Some(spelled) = alphabet.spell(&text, wording) {
                        prop_assert!(spelled.chars().all(|c| alphabet.has(c)));
                        prop_assert_eq!(alphabet.spell(&spelled, wording), Some(spelled));
                    }
                }
            }
        }

        #[test]
        fn chinese_is_always_spelled(text in "[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼市区路号]{1,12}") {
            prop_assert!(Alphabet::Ascii.spell(&text, Wording::Place).is_some());
            prop_assert!(Alphabet::Ascii.spell(&text, Wording::Person).is_some());
        }
    }
}

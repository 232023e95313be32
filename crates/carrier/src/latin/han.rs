//! Chinese as pinyin: words split where addresses split them, surnames first.
//!
//! A character is spelled by its most usual reading; the tables hold the names of places and people
//! that are read otherwise or have another name on maps. Spelling follows GB/T 16159 and, for ü,
//! the passports of China (LYU, NYU).

use pinyin::ToPinyin;

mod codes;

use codes::{COMPOUND_SURNAMES, PLACES, READINGS, SUFFIXES, SURNAMES};

/// Whether a character is Chinese.
pub(super) const fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '〇')
}

/// A person's name; one of more than four characters is written as a company's would be.
pub(super) fn person(text: &str) -> String {
    let name: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    if !name.iter().copied().all(is_han) || !(2..=4).contains(&name.len()) {
        return place(text);
    }
    let whole: String = name.iter().collect();
    let mut compound = COMPOUND_SURNAMES.iter();
    let compound = compound.find(|(surname, _)| whole.starts_with(surname) && name.len() > 2);
    let (surname, given) = match compound {
        Some((surname, spelled)) => ((*spelled).to_owned(), whole.get(surname.len()..)),
        None => {
            let mut rest = whole.chars();
            let first = rest.next().unwrap_or_default();
            (capital(&surname(first)), Some(rest.as_str()))
        }
    };
    let given: String = given.unwrap_or_default().chars().map(syllable).collect();
    format!("{surname} {}", capital(&given))
}

fn surname(c: char) -> String {
    let special = SURNAMES.iter().find(|(known, _)| *known == c);
    special.map_or_else(|| syllable(c), |(_, spelled)| (*spelled).to_owned())
}

/// An address or a company: each name a word, each suffix (Sheng, Shi, Lu) a word of its own.
pub(super) fn place(text: &str) -> String {
    let mut words = Words::default();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let taken = if !is_han(c) {
            words.other(c);
            c.len_utf8()
        } else if let Some((name, spelled)) = longest(rest, PLACES) {
            words.end();
            words.current.push_str(spelled);
            words.kind = Kind::Han;
            name.len()
        } else if let Some(suffix) = words.suffix(rest) {
            words.end();
            let spelled: String = suffix.chars().map(syllable).collect();
            let lane = if suffix == "弄" { "long" } else { &spelled };
            words.current.push_str(&capital(lane));
            words.end();
            suffix.len()
        } else {
            words.han(c);
            c.len_utf8()
        };
        rest = rest.get(taken..).unwrap_or_default();
    }
    words.end();
    words.done.trim_end().to_owned()
}

/// The words so far, and the one that is being written.
#[derive(Default)]
struct Words {
    done: String,
    current: String,
    kind: Kind,
}

#[derive(Default, PartialEq, Eq)]
enum Kind {
    #[default]
    None,
    Han,
    Other,
}

impl Words {
    fn end(&mut self) {
        if !self.current.is_empty() {
            if !self.done.is_empty() && !self.done.ends_with(' ') {
                self.done.push(' ');
            }
            self.done.push_str(&self.current);
        }
        self.current.clear();
        self.kind = Kind::None;
    }

    fn han(&mut self, c: char) {
        if self.kind == Kind::Other {
            self.end();
        }
        let spelled = syllable(c);
        let first = self.current.is_empty();
        self.current
            .push_str(&if first { capital(&spelled) } else { spelled });
        self.kind = Kind::Han;
    }

    fn other(&mut self, c: char) {
        if c.is_whitespace() || matches!(c, '·' | '・' | '•' | '，' | '、' | '。' | '（' | '）')
        {
            self.end();
            return;
        }
        if self.kind == Kind::Han && c.is_alphanumeric() {
            self.end();
        }
        self.current.push(c);
        if c.is_alphanumeric() {
            self.kind = Kind::Other;
        }
    }

    /// The suffix that `rest` begins with, when there is something before it that it can end. 市 in
    /// 新市区 ends nothing, since 区 follows at once.
    fn suffix<'a>(&self, rest: &'a str) -> Option<&'a str> {
        if self.kind == Kind::None {
            return None;
        }
        let found = SUFFIXES.iter().find(|suffix| rest.starts_with(**suffix))?;
        let (suffix, after) = rest.split_at_checked(found.len())?;
        let single = suffix.chars().count() == 1;
        let next = after.starts_with(['省', '市', '区', '县']) && !after.starts_with(suffix);
        let within = single && next && self.kind == Kind::Han;
        (!within).then_some(suffix)
    }
}

fn longest<'a>(
    rest: &str,
    table: &'a [(&'static str, &'static str)],
) -> Option<&'a (&'static str, &'static str)> {
    let fits = table.iter().filter(|(name, _)| rest.starts_with(name));
    fits.max_by_key(|(name, _)| name.len())
}

/// One character; itself where it has no reading.
fn syllable(c: char) -> String {
    if let Some((_, spelled)) = READINGS.iter().find(|(known, _)| *known == c) {
        return (*spelled).to_owned();
    }
    match c.to_pinyin() {
        Some(reading) => reading.plain().replace('ü', "yu"),
        None => c.to_string(),
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_split_at_its_suffixes() {
        for (han, spelled) in [
            (
                "广东省深圳市龙岗区龙城大道100号",
                "Guangdong Sheng Shenzhen Shi Longgang Qu Longcheng Dadao 100 Hao",
            ),
            (
                "坂田街道环城南路5号3栋A座502室",
                "Bantian Jiedao Huancheng Nanlu 5 Hao 3 Dong A Zuo 502 Shi",
            ),
            ("浙江省台州市路桥区", "Zhejiang Sheng Taizhou Shi Luqiao Qu"),
            ("山东省济南市市中区", "Shandong Sheng Jinan Shi Shizhong Qu"),
            ("乌鲁木齐市新市区", "Urumqi Shi Xinshi Qu"),
            ("江西省景德镇市", "Jiangxi Sheng Jingdezhen Shi"),
            (
                "上海市长宁区777弄8号",
                "Shanghai Shi Changning Qu 777 Long 8 Hao",
            ),
            ("重庆市 渝北区", "Chongqing Shi Yubei Qu"),
            (
                "深圳市云帆贸易有限公司",
                "Shenzhen Shi Yunfanmaoyi Co., Ltd.",
            ),
            ("Room 5, 科技园", "Room 5, Kejiyuan"),
        ] {
            assert_eq!(place(han), spelled, "{han}");
        }
    }

    #[test]
    fn a_person_has_a_surname_first() {
        for (han, spelled) in [
            ("李伟", "Li Wei"),
            ("李 小明", "Li Xiaoming"),
            ("欧阳娜娜", "Ouyang Nana"),
            ("诸葛亮", "Zhuge Liang"),
            ("曾志伟", "Zeng Zhiwei"),
            ("单田芳", "Shan Tianfang"),
            ("吕布", "Lyu Bu"),
            ("阿里·买买提", "Ali Maimaiti"),
            ("Ada", "Ada"),
        ] {
            assert_eq!(person(han), spelled, "{han}");
        }
    }

    #[test]
    fn no_row_of_a_table_stands_twice_and_suffixes_are_longest_first() {
        let lengths: Vec<usize> = SUFFIXES.iter().map(|s| s.chars().count()).collect();
        assert!(lengths.is_sorted_by(|a, b| a >= b), "{lengths:?}");
        let unique = |names: Vec<&str>| {
            let all: std::collections::HashSet<_> = names.iter().collect();
            assert_eq!(all.len(), names.len());
        };
        unique(SUFFIXES.to_vec());
        unique(PLACES.iter().map(|(name, _)| *name).collect());
        unique(COMPOUND_SURNAMES.iter().map(|(name, _)| *name).collect());
    }
}

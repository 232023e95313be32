//! Reads JSON that is not quite what its description says, without one bad part costing another.
//!
//! A struct of these types with `#[serde(default)]` on it reads whatever comes: a member that is
//! absent, null or of another type is empty, and its neighbours are read all the same.

use std::collections::HashMap;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use serde::de::{self, DeserializeOwned, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

/// More than any carrier lists in one answer; what comes after is dropped.
pub const ELEMENTS_MAX: usize = 10_000;

/// One part of an answer, read only when it is its turn.
pub type Unread = Box<RawValue>;

/// Reads one part; nothing when it is not what it should be.
#[must_use]
pub fn read<T: DeserializeOwned>(unread: &RawValue) -> Option<T> {
    serde_json::from_str(unread.get()).ok()
}

/// The text without white space at its ends, when there is any.
#[must_use]
pub fn filled(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|text| !text.is_empty())
}

/// A text, a number or a truth value, as text without white space at its ends; empty for anything
/// else. `481` and `"481"` are the same.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Text(String);

impl Text {
    /// The text, empty when there is none.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text, when there is any.
    #[must_use]
    pub fn get(&self) -> Option<&str> {
        filled(&self.0)
    }

    /// A copy of the text, when there is any.
    #[must_use]
    pub fn owned(&self) -> Option<String> {
        self.get().map(str::to_owned)
    }

    /// Whether it says yes, in one of the ways that carriers do.
    #[must_use]
    pub fn is_true(&self) -> bool {
        ["true", "1", "y", "yes"]
            .iter()
            .any(|yes| self.0.eq_ignore_ascii_case(yes))
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(text.trim().to_owned())
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?;
        let written = raw.get();
        let quoted = written
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'));
        Ok(match (quoted, written.bytes().next()) {
            // Without an escape it is what is written.
            (Some(text), _) if !text.contains('\\') => Self::from(text),
            (Some(_), _) => Self::from(read::<String>(raw).unwrap_or_default().as_str()),
            (None, Some(b'0'..=b'9' | b'-' | b't' | b'f')) => Self(written.to_owned()),
            (None, _) => Self::default(),
        })
    }
}

/// The elements of a list that can be read as `T`: one that cannot costs no other. What is no list
/// but can be read as `T` is a list of one; anything else has no elements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Many<T> {
    read: Vec<T>,
    unreadable: usize,
}

impl<T> Many<T> {
    /// Those that could be read.
    #[must_use]
    pub fn into_vec(self) -> Vec<T> {
        self.read
    }

    /// How many could not be read. Null elements do not count.
    #[must_use]
    pub const fn unreadable(&self) -> usize {
        self.unreadable
    }

    /// Whether something was said and none of it could be read.
    #[must_use]
    pub const fn is_lost(&self) -> bool {
        self.read.is_empty() && self.unreadable > 0
    }
}

impl<T> Default for Many<T> {
    fn default() -> Self {
        Self {
            read: Vec::new(),
            unreadable: 0,
        }
    }
}

impl<T> Deref for Many<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.read
    }
}

impl<'a, T> IntoIterator for &'a Many<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.read.iter()
    }
}

impl<T> IntoIterator for Many<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.read.into_iter()
    }
}

impl<T: DeserializeOwned> Many<T> {
    fn take(&mut self, raw: &RawValue) {
        match serde_json::from_str(raw.get()) {
            Ok(element) => self.read.push(element),
            Err(_) if raw.get() == "null" => {}
            Err(_) => self.unreadable += 1,
        }
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Many<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?;
        let mut many = Self::default();
        if raw.get().starts_with('[') {
            let mut reader = serde_json::Deserializer::from_str(raw.get());
            reader
                .deserialize_seq(Elements(&mut many))
                .map_err(de::Error::custom)?;
        } else {
            many.take(raw);
        }
        Ok(many)
    }
}

/// Takes the first [`ELEMENTS_MAX`] elements of a list.
struct Elements<'a, T>(&'a mut Many<T>);

impl<'de, T: DeserializeOwned> Visitor<'de> for Elements<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        for _ in 0..ELEMENTS_MAX {
            match list.next_element::<&RawValue>()? {
                Some(element) => self.0.take(element),
                None => return Ok(()),
            }
        }
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }
}

/// A part that stands for none when it is not what it should be. Of an `Option` that is `None`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Loose<T>(pub T);

impl<T> Deref for Loose<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<'de, T: DeserializeOwned + Default> Deserialize<'de> for Loose<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?;
        Ok(Self(read(raw).unwrap_or_default()))
    }
}

/// A member that says by being there what it says; null is not there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Present(pub bool);

impl<'de> Deserialize<'de> for Present {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let there: Option<IgnoredAny> = Option::deserialize(deserializer)?;
        Ok(Self(there.is_some()))
    }
}

/// The members of an object whose names are data, such as one for each number that was asked for.
/// A member that cannot be read costs no other; what is no object has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Members<T>(pub Vec<(String, T)>);

impl<T> Default for Members<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Members<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs<T>(PhantomData<T>);
        impl<'de, T: DeserializeOwned> Visitor<'de> for Pairs<T> {
            type Value = Members<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<T>, A::Error> {
                let mut found = Vec::new();
                while let Some((name, raw)) = map.next_entry::<String, &RawValue>()? {
                    if let (Some(value), true) = (read(raw), found.len() < ELEMENTS_MAX) {
                        found.push((name, value));
                    }
                }
                Ok(Members(found))
            }
        }
        let raw = <&RawValue>::deserialize(deserializer)?;
        let mut reader = serde_json::Deserializer::from_str(raw.get());
        let found = reader.deserialize_map(Pairs(PhantomData));
        Ok(found.unwrap_or_default())
    }
}

/// The JSON below `path`, one name after the other, in an object of objects; none where one of them
/// is not there. What stands beside them is not read.
#[must_use]
pub fn below<'a>(json: &'a str, path: &[&str]) -> Option<&'a str> {
    path.iter().try_fold(json, |json, name| {
        let members: HashMap<String, &RawValue> = serde_json::from_str(json).ok()?;
        members.get(*name).map(|raw| raw.get())
    })
}

/// The object `value` with one more member, or with another one in its place.
#[must_use]
pub fn with(mut value: Value, name: &str, member: impl Into<Value>) -> Value {
    if let Value::Object(members) = &mut value {
        members.insert(name.to_owned(), member.into());
    }
    value
}

/// `value` without the members that are null, for bodies that are written with `json!`.
#[must_use]
pub fn compact(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(
                members
                    .map(|(name, value)| (name, compact(value)))
                    .collect(),
            )
        }
        Value::Array(elements) => elements.into_iter().map(compact).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}

/// A decimal number, written digit for digit: `12.50` stays `12.50`. Only in a struct; a
/// [`serde_json::Value`] has no such numbers.
#[derive(Debug, Clone)]
pub struct Digits(Unread);

impl Digits {
    /// Of a plain decimal text; null when it is none.
    #[must_use]
    pub fn of(text: impl Into<String>) -> Self {
        let number = RawValue::from_string(text.into()).ok();
        let number = number.filter(|raw| {
            let first = raw.get().bytes().next();
            matches!(first, Some(b'0'..=b'9' | b'-'))
        });
        Self(number.unwrap_or_else(|| RawValue::NULL.to_owned()))
    }
}

impl Serialize for Digits {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Debug, Default, Deserialize)]
    #[serde(default)]
    struct Whole {
        word: Text,
        many: Many<Part>,
        loose: Loose<Option<Part>>,
        there: Present,
        by_name: Members<Part>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Part {
        a: u8,
    }

    fn whole(json: &str) -> Whole {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn numbers_truths_and_texts_are_texts() {
        let word = |json: &str| whole(&format!(r#"{{"word": {json}}}"#)).word.owned();
        assert_eq!(word("245.06").as_deref(), Some("245.06"));
        assert_eq!(word(r#"" 481 ""#).as_deref(), Some("481"));
        assert_eq!(word("true").as_deref(), Some("true"));
        for nothing in ["null", r#""""#, "{}", "[1]", r#""\ud800""#] {
            assert_eq!(word(nothing), None, "{nothing}");
        }
        assert!(Text::from("Y").is_true() && !Text::from("N").is_true());
    }

    #[test]
    fn one_or_many_or_none_are_a_list_and_one_bad_costs_no_other() {
        let many = |json: &str| whole(&format!(r#"{{"many": {json}}}"#)).many;
        assert_eq!(many(r#"[{"a": 1}, 7, null, {"a": 2}]"#).len(), 2);
        assert_eq!(many(r#"[{"a": 1}, 7, null, {"a": 2}]"#).unreadable(), 1);
        assert_eq!(many(r#"{"a": 3}"#).into_vec(), [Part { a: 3 }]);
        for nothing in ["null", "[]"] {
            assert!(many(nothing).is_empty() && !many(nothing).is_lost());
        }
        assert!(many(r#"["?"]"#).is_lost() && many("7").is_lost());
    }

    #[test]
    fn a_list_has_a_bound() {
        let long = format!("[{}]", vec![r#"{"a":1}"#; ELEMENTS_MAX + 5].join(","));
        assert_eq!(
            whole(&format!(r#"{{"many": {long}}}"#)).many.len(),
            ELEMENTS_MAX
        );
    }

    #[test]
    fn what_is_not_what_it_should_be_stands_for_none() {
        let odd = whole(r#"{"loose": "?", "there": "", "by_name": {"x": {"a": 1}, "y": 2}}"#);
        assert_eq!(odd.loose.0, None);
        assert!(odd.there.0);
        assert_eq!(odd.by_name.0, [("x".to_owned(), Part { a: 1 })]);
        let none = whole(r#"{"there": null, "by_name": [1]}"#);
        assert!(!none.there.0 && none.by_name.0.is_empty());
    }

    #[test]
    fn what_is_below_is_found_and_its_neighbours_are_not_read() {
        let json = r#"{"a": {"b": {"c": 1.50}, "x": [1, {}]}, "y": null}"#;
        assert_eq!(below(json, &["a", "b", "c"]), Some("1.50"));
        assert_eq!(below(json, &[]), Some(json));
        for path in [&["a", "c"][..], &["y", "a"], &["a", "x", "0"]] {
            assert_eq!(below(json, path), None, "{path:?}");
        }
    }

    #[test]
    fn what_is_not_there_is_not_written() {
        let body = serde_json::json!({"a": null, "b": [{"c": null, "d": ""}], "e": {}});
        assert_eq!(
            compact(body),
            serde_json::json!({"b": [{"d": ""}], "e": {}})
        );
    }

    #[test]
    fn digits_are_kept() {
        let written = |text: &str| serde_json::to_string(&Digits::of(text)).unwrap();
        assert_eq!(written("12.50"), "12.50");
        assert_eq!(written("9007199254740993.01"), "9007199254740993.01");
        for no_number in ["", "1,0", "{}", "\"1\"", "null"] {
            assert_eq!(written(no_number), "null");
        }
    }

    proptest! {
        #[test]
        fn nothing_makes_a_reader_fail_that_is_json(
            good in 0..5_usize,
            bad in prop::collection::vec(
                prop::sample::select(vec!["null", "1", "\"x\"", "[]", "{\"a\": 900}", "{}"]), 0..5
            ),
            turn in 0..10_usize,
        ) {
            let mut parts = vec![r#"{"a": 1}"#; good];
            parts.extend(&bad);
            let turn = turn % parts.len().max(1);
            parts.rotate_left(turn);
            let read = whole(&format!(r#"{{"many": [{}]}}"#, parts.join(",")));
            prop_assert_eq!(read.many.len(), good);
        }
    }
}

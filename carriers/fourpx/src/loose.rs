//! Reads what 4PX writes now in one JSON type and now in another.

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// Text or number, as text; nothing when it is absent, null or empty.
#[derive(Debug, Default)]
pub(crate) struct Text(Option<String>);

impl Text {
    pub(crate) fn get(&self) -> Option<&str> {
        self.0.as_deref()
    }

    /// The text, or none at all.
    pub(crate) fn shown(&self) -> &str {
        self.get().unwrap_or_default()
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw: Box<RawValue> = Box::deserialize(deserializer)?;
        let json = raw.get();
        let text = match json.bytes().next() {
            Some(b'"') => serde_json::from_str(json).unwrap_or_default(),
            Some(b'0'..=b'9' | b'-') => json.to_owned(),
            _ => String::new(),
        };
        let text = text.trim().to_owned();
        Ok(Self(Some(text).filter(|text| !text.is_empty())))
    }
}

/// The elements of a list that can be read as `T`: a bad one costs no other. What is no list has
/// none.
pub(crate) fn elements<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: serde::de::DeserializeOwned,
{
    let raw: Box<RawValue> = Box::deserialize(deserializer)?;
    let rows: Vec<&RawValue> = serde_json::from_str(raw.get()).unwrap_or_default();
    let rows = rows.into_iter();
    Ok(rows
        .filter_map(|row| serde_json::from_str(row.get()).ok())
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct Row {
        fee: Text,
        #[serde(deserialize_with = "elements")]
        list: Vec<Row>,
    }

    #[test]
    fn numbers_and_texts_are_the_same() {
        let fee = |json: &str| serde_json::from_str::<Row>(json).unwrap().fee.0;
        assert_eq!(fee(r#"{"fee": 245.06}"#).as_deref(), Some("245.06"));
        assert_eq!(fee(r#"{"fee": " 413.24 "}"#).as_deref(), Some("413.24"));
        for nothing in [
            r#"{"fee": null}"#,
            r#"{"fee": ""}"#,
            r#"{"fee": [1]}"#,
            r#"{"fee": "\ud800"}"#,
            "{}",
        ] {
            assert_eq!(fee(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn one_bad_element_costs_no_other_and_no_list_has_none() {
        let count = |json: &str| serde_json::from_str::<Row>(json).unwrap().list.len();
        assert_eq!(count(r#"{"list": [{}, 7, null, {"fee": 1}]}"#), 2);
        for nothing in [
            r#"{"list": null}"#,
            r#"{"list": "?"}"#,
            r#"{"list": {}}"#,
            "{}",
        ] {
            assert_eq!(count(nothing), 0, "{nothing}");
        }
    }
}

//! Reads fields whose JSON type Yanwen changes from one place to the next.

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// Text, number or truth value, as text; nothing when it is absent, null or empty. `481` and
/// `"481"` are the same id.
pub(crate) fn text<'de, D>(deserializer: D) -> Result<Option<String>, D::Error>
where
    D: Deserializer<'de>,
{
    let raw: Box<RawValue> = Box::deserialize(deserializer)?;
    Ok(text_of(&raw))
}

/// The same of a value that was read before.
pub(crate) fn text_of(raw: &RawValue) -> Option<String> {
    let json = raw.get();
    let text = match json.bytes().next()? {
        b'"' => serde_json::from_str(json).ok()?,
        b'{' | b'[' | b'n' => return None,
        _ => json.to_owned(),
    };
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// The elements of a list, each still unread, so that a bad one costs no other. No list is no
/// elements.
pub(crate) fn elements<'de, D>(deserializer: D) -> Result<Vec<Box<RawValue>>, D::Error>
where
    D: Deserializer<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Row {
        #[serde(default, deserialize_with = "text")]
        id: Option<String>,
        #[serde(default, deserialize_with = "elements")]
        list: Vec<Box<RawValue>>,
    }

    #[test]
    fn numbers_and_texts_are_the_same() {
        let id = |json: &str| serde_json::from_str::<Row>(json).unwrap().id;
        assert_eq!(id(r#"{"id": 481}"#).as_deref(), Some("481"));
        assert_eq!(id(r#"{"id": " 481 "}"#).as_deref(), Some("481"));
        assert_eq!(id(r#"{"id": true}"#).as_deref(), Some("true"));
        for nothing in [
            r#"{"id": null}"#,
            r#"{"id": ""}"#,
            r#"{"id": {}}"#,
            "{}",
            r#"{"id": "\ud800"}"#,
        ] {
            assert_eq!(id(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn a_list_that_is_null_is_empty() {
        let count = |json: &str| serde_json::from_str::<Row>(json).unwrap().list.len();
        assert_eq!(count(r#"{"list": [1, null, {"a": 2}]}"#), 3);
        assert_eq!(count(r#"{"list": null}"#), 0);
        assert_eq!(count("{}"), 0);
    }
}

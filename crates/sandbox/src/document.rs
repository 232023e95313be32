//! Reading JSON whose shape the sender decides: paths that may lead nowhere, texts that may be
//! numbers, lists that may be one object.

use serde_json::Value;

/// What lies at the dotted `path`, if anything.
pub(crate) fn at<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    let mut here = value;
    for name in path.split('.') {
        // A list of one stands for its element: senders write both.
        if let Value::Array(items) = here {
            here = items.first()?;
        }
        here = here.get(name)?;
    }
    (!here.is_null()).then_some(here)
}

/// The trimmed text at `path`; `None` when it is missing, blank or no text.
pub(crate) fn text<'v>(value: &'v Value, path: &str) -> Option<&'v str> {
    at(value, path)
        .and_then(Value::as_str)
        .map(str::trim)
        .filter(|text| !text.is_empty())
}

/// The text or number at `path`, as text. Some senders write numbers, some texts.
pub(crate) fn scalar(value: &Value, path: &str) -> Option<String> {
    match at(value, path)? {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The list at `path`; one object stands for a list of one.
pub(crate) fn list<'v>(value: &'v Value, path: &str) -> Vec<&'v Value> {
    match at(value, path) {
        None => Vec::new(),
        Some(Value::Array(items)) => items.iter().collect(),
        Some(one) => vec![one],
    }
}

/// Whether anything, even an empty text, stands at `path`: how UPS writes indicators.
pub(crate) fn present(value: &Value, path: &str) -> bool {
    at(value, path).is_some()
}

/// Puts `member` under `name` into an object.
pub(crate) fn put(object: &mut Value, name: &str, member: Value) {
    if let Some(members) = object.as_object_mut() {
        members.insert(name.to_owned(), member);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn one_object_stands_for_a_list_and_a_number_for_a_text() {
        let value = json!({"a": {"b": [{"c": 7}, {"c": 8}]}, "d": " x ", "e": ""});
        assert_eq!(scalar(&value, "a.b.c").as_deref(), Some("7"));
        assert_eq!(list(&value, "a.b").len(), 2);
        assert_eq!(list(&value, "a").len(), 1);
        assert_eq!(text(&value, "d"), Some("x"));
        assert_eq!((text(&value, "e"), present(&value, "e")), (None, true));
        assert!(at(&value, "a.b.c.d").is_none());
    }
}

//! The parameters of a request: in its path, its query and its headers.

use http::HeaderMap;
use serde_json::{Value, json};

use super::{Described, Operation};

impl Described {
    /// Every way in which a request's parameters break the description.
    pub(super) fn parameters(
        &self,
        operation: &Operation<'_>,
        query: &[(String, String)],
        headers: &HeaderMap,
    ) -> Vec<String> {
        let count = operation.value["parameters"].as_array().map_or(0, Vec::len);
        let mut violations = Vec::new();
        for index in 0..count {
            let pointer = self.dereference(format!("{}/parameters/{index}", operation.pointer));
            let Some(described) = self.document.pointer(&pointer) else {
                continue;
            };
            let name = described["name"].as_str().unwrap_or_default();
            let kind = described.pointer("/schema/type");
            if described["in"] == "query" && kind.is_some_and(|kind| kind == "array") {
                violations.extend(self.list(&pointer, described, query));
                continue;
            }
            let given = match described["in"].as_str() {
                Some("path") => find(&operation.arguments, name),
                Some("query") => find(query, name),
                Some("header") => headers.get(name).and_then(|value| value.to_str().ok()),
                _ => continue,
            };
            match given {
                None if described["required"] == true => {
                    violations.push(format!("parameter {name} is missing"));
                }
                None => {}
                Some(text) => violations.extend(self.parameter(&pointer, name, text)),
            }
        }
        violations
    }

    /// A parameter of the query that is a list: there several times, or with commas where
    /// `explode` is false.
    fn list(&self, pointer: &str, described: &Value, query: &[(String, String)]) -> Vec<String> {
        let name = described["name"].as_str().unwrap_or_default();
        let given = query.iter().filter(|(key, _)| key == name);
        let values: Vec<&str> = if described["explode"] == false {
            given.flat_map(|(_, value)| value.split(',')).collect()
        } else {
            given.map(|(_, value)| value.as_str()).collect()
        };
        let said = |violation: String| format!("parameter {name}{violation}");
        match (values.is_empty(), described["required"] == true) {
            (true, true) => vec![format!("parameter {name} is missing")],
            (true, false) => Vec::new(),
            (false, _) => {
                let violations = self.at(&format!("{pointer}/schema"), &json!(values));
                violations.into_iter().map(said).collect()
            }
        }
    }

    fn parameter(&self, pointer: &str, name: &str, text: &str) -> Vec<String> {
        let pointer = format!("{pointer}/schema");
        let value = match self.document.pointer(&pointer) {
            None => return Vec::new(),
            Some(schema) if schema["type"] == "string" || schema["type"].is_null() => json!(text),
            Some(_) => serde_json::from_str(text).unwrap_or_else(|_| json!(text)),
        };
        let name = |violation: String| format!("parameter {name}{violation}");
        self.at(&pointer, &value).into_iter().map(name).collect()
    }
}

fn find<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs
        .iter()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.as_str())
}

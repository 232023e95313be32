//! From the descriptions' YAML and OpenAPI to JSON and JSON Schema.

use serde_json::{Value, json};

/// JSON out of YAML; a key that YAML reads as a number, such as a bare status, becomes text.
pub(super) fn to_json(yaml: serde_yaml_ng::Value) -> Value {
    use serde_yaml_ng::Value as Yaml;
    match yaml {
        Yaml::Null => Value::Null,
        Yaml::Bool(truth) => Value::Bool(truth),
        Yaml::String(text) => Value::String(text),
        Yaml::Number(number) => serde_json::to_value(number).unwrap_or_default(),
        Yaml::Sequence(items) => items.into_iter().map(to_json).collect(),
        Yaml::Tagged(tagged) => to_json(tagged.value),
        Yaml::Mapping(pairs) => {
            let named = |key| match key {
                Yaml::String(text) => text,
                Yaml::Null
                | Yaml::Bool(_)
                | Yaml::Number(_)
                | Yaml::Sequence(_)
                | Yaml::Mapping(_)
                | Yaml::Tagged(_) => to_json(key).to_string(),
            };
            let pairs = pairs
                .into_iter()
                .map(|(key, value)| (named(key), to_json(value)));
            Value::Object(pairs.collect())
        }
    }
}

/// OpenAPI 3.0 says `nullable` where JSON Schema lists `null` among the types.
pub(super) fn translate_nullable(node: &mut Value) {
    match node {
        Value::Array(items) => items.iter_mut().for_each(translate_nullable),
        Value::Object(schema) => {
            schema.values_mut().for_each(translate_nullable);
            if schema.get("nullable") != Some(&Value::Bool(true)) {
                return;
            }
            schema.remove("nullable");
            if let Some(Value::Array(values)) = schema.get_mut("enum") {
                values.push(Value::Null);
            }
            if let Some(kind @ Value::String(_)) = schema.get_mut("type") {
                *kind = json!([kind.take(), "null"]);
            } else if schema.contains_key("$ref") {
                *node = json!({ "anyOf": [node.take(), { "type": "null" }] });
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

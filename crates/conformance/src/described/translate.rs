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

/// What a parameter of Swagger 2.0 says besides its schema.
const OF_PARAMETER: [&str; 4] = ["name", "in", "required", "description"];

/// Swagger 2.0 as OpenAPI 3.0 says the same: a body is no parameter, and a schema stands under its
/// media type, or in a parameter under a name of its own.
pub(super) fn translate_swagger(document: &mut Value) {
    let paths = document.get_mut("paths").and_then(Value::as_object_mut);
    let items = paths.into_iter().flat_map(serde_json::Map::values_mut);
    let items = items.filter_map(Value::as_object_mut);
    let operations = items.flat_map(serde_json::Map::values_mut);
    for operation in operations.filter_map(Value::as_object_mut) {
        let listed = operation.get_mut("parameters");
        let listed = listed.and_then(Value::as_array_mut).map(std::mem::take);
        let listed = listed.unwrap_or_default().into_iter();
        let is_body = |one: &Value| one.get("in").is_some_and(|place| place == "body");
        let (bodies, others): (Vec<_>, Vec<_>) = listed.partition(is_body);
        let others = others.into_iter().map(lifted).collect();
        operation.insert("parameters".to_owned(), others);
        for body in bodies {
            let (schema, required) = (body.get("schema"), body.get("required"));
            let content = json!({ "application/json": { "schema": schema } });
            let body = json!({ "required": required, "content": content });
            operation.insert("requestBody".to_owned(), body);
        }
        let answers = operation.get_mut("responses");
        let answers = answers.and_then(Value::as_object_mut).into_iter();
        let answers = answers.flat_map(serde_json::Map::values_mut);
        for answer in answers.filter_map(Value::as_object_mut) {
            if let Some(schema) = answer.remove("schema") {
                let content = json!({ "application/json": { "schema": schema } });
                answer.insert("content".to_owned(), content);
            }
        }
    }
}

/// A parameter with its schema under a name of its own.
fn lifted(parameter: Value) -> Value {
    let Value::Object(all) = parameter else {
        return parameter;
    };
    let of_parameter = |(name, _): &(String, Value)| OF_PARAMETER.contains(&name.as_str());
    let (mut own, schema): (serde_json::Map<_, _>, serde_json::Map<_, _>) =
        all.into_iter().partition(of_parameter);
    own.insert("schema".to_owned(), Value::Object(schema));
    Value::Object(own)
}

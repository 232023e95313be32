//! The shape of a JSON body as DHL's gateways check it: everything wrong is told at once, each
//! with the place where it stands.

use serde_json::{Map, Value};

use super::units::thousandths;

/// What a value must be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    /// A text of so many characters.
    Text(usize, usize),
    /// One of these texts.
    OneOf(&'static [&'static str]),
    /// A number of at least so many thousandths, with three decimals at most.
    Number(u64),
    /// An integer between these.
    Whole(u64, u64),
    Truth,
    /// So many of these.
    List(usize, usize, &'static Kind),
    /// These members and no others.
    Closed(&'static [Member]),
    /// These members, and whatever else.
    Open(&'static [Member]),
    /// Described, but nothing that the sandbox looks into.
    Any,
}

/// A member of an object.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Member {
    name: &'static str,
    required: bool,
    kind: Kind,
}

/// A member that has to be there.
pub(crate) const fn must(name: &'static str, kind: Kind) -> Member {
    Member {
        name,
        required: true,
        kind,
    }
}

/// A member that may be there.
pub(crate) const fn may(name: &'static str, kind: Kind) -> Member {
    Member {
        name,
        required: false,
        kind,
    }
}

/// Something that is wrong, and where: `#/content/packages/0`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Violation {
    pub(crate) at: String,
    pub(crate) wrong: String,
}

/// Everything that is wrong with `value`.
pub(crate) fn violations(value: &Value, kind: Kind) -> Vec<Violation> {
    let mut found = Vec::new();
    check(value, kind, "#", &mut found);
    found
}

fn check(value: &Value, kind: Kind, at: &str, found: &mut Vec<Violation>) {
    let wrong = match (kind, value) {
        (Kind::Any, _) | (Kind::Truth, Value::Bool(_)) => None,
        (Kind::Text(least, most), Value::String(text)) => length(text, least, most),
        (Kind::OneOf(known), Value::String(text)) => {
            (!known.contains(&text.as_str())).then(|| format!("{text} is not a valid enum value"))
        }
        (Kind::Number(least), Value::Number(number)) => match thousandths(&number.to_string()) {
            Some(value) if value >= least => None,
            Some(_) => Some(format!("{number} is not greater or equal to the minimum")),
            None => Some(format!("{number} is not a multiple of 0.001")),
        },
        (Kind::Whole(least, most), Value::Number(number)) => match number.as_u64() {
            Some(value) if (least..=most).contains(&value) => None,
            Some(_) => Some(format!("{number} is not between {least} and {most}")),
            None => Some("expected type: Integer, found: Number".to_owned()),
        },
        (Kind::List(least, most, of), Value::Array(items)) => {
            for (index, item) in items.iter().enumerate() {
                check(item, *of, &format!("{at}/{index}"), found);
            }
            let count = items.len();
            if count < least {
                Some(format!(
                    "expected minimum item count: {least}, found: {count}"
                ))
            } else {
                (count > most)
                    .then(|| format!("expected maximum item count: {most}, found: {count}"))
            }
        }
        (Kind::Closed(members), Value::Object(object)) => {
            each(object, members, at, found);
            let extra = |name: &&String| !members.iter().any(|member| member.name == name.as_str());
            let extraneous = object.keys().filter(extra).map(|name| Violation {
                at: at.to_owned(),
                wrong: format!("extraneous key [{name}] is not permitted"),
            });
            found.extend(extraneous);
            None
        }
        (Kind::Open(members), Value::Object(object)) => {
            each(object, members, at, found);
            None
        }
        (kind, value) => Some(format!(
            "expected type: {}, found: {}",
            expected(kind),
            name(value)
        )),
    };
    found.extend(wrong.map(|wrong| Violation {
        at: at.to_owned(),
        wrong,
    }));
}

fn each(object: &Map<String, Value>, members: &[Member], at: &str, found: &mut Vec<Violation>) {
    for member in members {
        match object.get(member.name) {
            Some(value) => check(value, member.kind, &format!("{at}/{}", member.name), found),
            None if member.required => found.push(Violation {
                at: at.to_owned(),
                wrong: format!("required key [{}] not found", member.name),
            }),
            None => {}
        }
    }
}

fn length(text: &str, least: usize, most: usize) -> Option<String> {
    let count = text.chars().count();
    if count < least {
        return Some(format!("expected minLength: {least}, actual: {count}"));
    }
    (count > most).then(|| format!("expected maxLength: {most}, actual: {count}"))
}

const fn expected(kind: Kind) -> &'static str {
    match kind {
        Kind::Text(..) | Kind::OneOf(_) => "String",
        Kind::Number(_) => "Number",
        Kind::Whole(..) => "Integer",
        Kind::Truth => "Boolean",
        Kind::List(..) => "JSONArray",
        Kind::Closed(_) | Kind::Open(_) => "JSONObject",
        Kind::Any => "Any",
    }
}

const fn name(value: &Value) -> &'static str {
    match value {
        Value::Null => "Null",
        Value::Bool(_) => "Boolean",
        Value::Number(_) => "Number",
        Value::String(_) => "String",
        Value::Array(_) => "JSONArray",
        Value::Object(_) => "JSONObject",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const SHAPE: Kind = Kind::Closed(&[
        must("name", Kind::Text(1, 5)),
        must("weight", Kind::Number(1)),
        may("unit", Kind::OneOf(&["metric", "imperial"])),
        may("lines", Kind::List(1, 2, &Kind::Whole(1, 9))),
        may("open", Kind::Open(&[must("id", Kind::Any)])),
        may("sure", Kind::Truth),
    ]);

    #[test]
    fn what_has_the_shape_passes() {
        let value = json!({
            "name": "Anna", "weight": 0.001, "unit": "metric", "lines": [1, 9],
            "open": { "id": null, "more": 1 }, "sure": false,
        });
        assert_eq!(violations(&value, SHAPE), []);
    }

    #[test]
    fn everything_wrong_is_told_with_its_place() {
        let value = json!({
            "weight": 0, "unit": "stones", "lines": [1.5, 10, "x"], "open": {}, "sure": 1,
            "extra": 1,
        });
        let told: Vec<String> = violations(&value, SHAPE)
            .into_iter()
            .map(|found| format!("{}: {}", found.at, found.wrong))
            .collect();
        let expected = [
            "#: required key [name] not found",
            "#/weight: 0 is not greater or equal to the minimum",
            "#/unit: stones is not a valid enum value",
            "#/lines/0: expected type: Integer, found: Number",
            "#/lines/1: 10 is not between 1 and 9",
            "#/lines/2: expected type: Integer, found: String",
            "#/lines: expected maximum item count: 2, found: 3",
            "#/open: required key [id] not found",
            "#/sure: expected type: Boolean, found: Number",
            "#: extraneous key [extra] is not permitted",
        ];
        assert_eq!(told, expected);
    }
}

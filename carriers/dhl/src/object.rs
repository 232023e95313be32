//! Bodies of requests, member by member, whose decimal numbers keep their digits: DHL's are numbers
//! where other carriers write texts.

use parcelgate_carrier::json::Digits;
use serde::{Serialize, Serializer};
use serde_json::Value;

/// An object in the making; what is absent is not written.
#[derive(Debug, Clone, Default)]
pub(crate) struct Object(Vec<(&'static str, Member)>);

/// The value of a member.
#[derive(Debug, Clone)]
pub(crate) enum Member {
    Absent,
    Plain(Value),
    Number(Digits),
    List(Vec<Member>),
    Object(Object),
}

impl Object {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// With one more member.
    pub(crate) fn put(mut self, name: &'static str, value: impl Into<Member>) -> Self {
        let value = value.into();
        if !matches!(value, Member::Absent) {
            self.0.push((name, value));
        }
        self
    }

    /// With one more list, unless it has no elements.
    pub(crate) fn list(self, name: &'static str, values: Vec<impl Into<Member>>) -> Self {
        if values.is_empty() {
            return self;
        }
        self.put(name, values)
    }
}

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

impl Serialize for Member {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Absent => serializer.serialize_none(),
            Self::Plain(value) => value.serialize(serializer),
            Self::Number(digits) => digits.serialize(serializer),
            Self::List(members) => members.serialize(serializer),
            Self::Object(object) => object.serialize(serializer),
        }
    }
}

impl From<&str> for Member {
    fn from(text: &str) -> Self {
        Self::Plain(text.into())
    }
}

impl From<String> for Member {
    fn from(text: String) -> Self {
        Self::Plain(text.into())
    }
}

impl From<bool> for Member {
    fn from(truth: bool) -> Self {
        Self::Plain(truth.into())
    }
}

impl From<u32> for Member {
    fn from(number: u32) -> Self {
        Self::Plain(number.into())
    }
}

impl From<u64> for Member {
    fn from(number: u64) -> Self {
        Self::Plain(number.into())
    }
}

impl From<Digits> for Member {
    fn from(number: Digits) -> Self {
        Self::Number(number)
    }
}

impl From<Object> for Member {
    fn from(object: Object) -> Self {
        Self::Object(object)
    }
}

impl<T: Into<Self>> From<Option<T>> for Member {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Absent, Into::into)
    }
}

impl<T: Into<Self>> From<Vec<T>> for Member {
    fn from(values: Vec<T>) -> Self {
        Self::List(values.into_iter().map(Into::into).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_kept_and_what_is_absent_is_not_written() {
        let body = Object::new()
            .put("price", Digits::of("12.50"))
            .put("none", None::<&str>)
            .put("lines", vec![Object::new().put("number", 1_u32)])
            .list("extras", Vec::<Object>::new());
        let text = serde_json::to_string(&body).unwrap();
        assert_eq!(text, r#"{"price":12.50,"lines":[{"number":1}]}"#);
    }
}

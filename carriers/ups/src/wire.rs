//! Shapes that UPS writes everywhere.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use parcelgate_domain::{DecimalText, Label, LabelFormat, Money};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

/// A code in an object of its own.
#[derive(Debug, Serialize)]
pub(crate) struct Coded<'a> {
    #[serde(rename = "Code")]
    pub(crate) code: &'a str,
}

/// The same, read.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct CodeRead {
    #[serde(deserialize_with = "text")]
    pub(crate) code: String,
    #[serde(deserialize_with = "text")]
    pub(crate) description: String,
}

/// An amount, written.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Amount {
    pub(crate) currency_code: &'static str,
    pub(crate) monetary_value: String,
}

/// An amount, read.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AmountRead {
    currency_code: String,
    monetary_value: DecimalText,
}

impl AmountRead {
    pub(crate) fn money(&self) -> Option<Money> {
        let currency = self.currency_code.trim().parse().ok()?;
        Money::parse(self.monetary_value.as_str(), currency).ok()
    }
}

/// A label or form, read.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Image {
    #[serde(alias = "LabelImageFormat")]
    image_format: CodeRead,
    #[serde(deserialize_with = "text")]
    graphic_image: String,
}

impl Image {
    /// The label, when the image is whole and is what it says it is.
    pub(crate) fn label(&self) -> Option<Label> {
        let format: LabelFormat = self.image_format.code.trim().parse().ok()?;
        let packed: String = self
            .graphic_image
            .split_ascii_whitespace()
            .collect::<Vec<_>>()
            .concat();
        let bytes = BASE64_STANDARD.decode(packed).ok()?;
        format.fits(&bytes).then_some(Label { format, bytes })
    }
}

/// One of a list whose neighbours must not suffer from it: read only when it is its turn.
pub(crate) type Unread = Box<RawValue>;

/// Reads one of a list; nothing when it is not what it should be.
pub(crate) fn read<T: DeserializeOwned>(unread: &RawValue) -> Option<T> {
    serde_json::from_str(unread.get()).ok()
}

/// A list, which UPS writes as a bare object where its other versions have one element.
pub(crate) fn list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Unread>, D::Error> {
    let raw: Option<Unread> = Option::deserialize(deserializer)?;
    let Some(raw) = raw else {
        return Ok(Vec::new());
    };
    if raw.get().starts_with('[') {
        serde_json::from_str(raw.get()).map_err(serde::de::Error::custom)
    } else {
        Ok(vec![raw])
    }
}

/// A text that may be null, or of another type, without costing the object around it.
pub(crate) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let raw: Unread = Box::deserialize(deserializer)?;
    let text = match raw.get().bytes().next() {
        Some(b'"') => read::<String>(&raw).unwrap_or_default(),
        Some(b'0'..=b'9' | b'-') => raw.get().to_owned(),
        _ => String::new(),
    };
    Ok(text.trim().to_owned())
}

/// An object, or what stands for none when it is not what it should be.
pub(crate) fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned + Default,
{
    let raw: Unread = Box::deserialize(deserializer)?;
    Ok(read(&raw).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Several {
        #[serde(deserialize_with = "list", default)]
        of: Vec<Unread>,
    }

    #[test]
    fn one_or_many_or_none_are_a_list() {
        for (json, count) in [
            (r#"{"of": [{"a": 1}, 2]}"#, 2),
            (r#"{"of": {"a": 1}}"#, 1),
            (r#"{"of": null}"#, 0),
            ("{}", 0),
        ] {
            let several: Several = serde_json::from_str(json).unwrap();
            assert_eq!(several.of.len(), count, "{json}");
        }
    }

    #[test]
    fn an_image_that_is_not_what_it_says_is_no_label() {
        let image = |code: &str, bytes: &[u8]| Image {
            image_format: CodeRead {
                code: code.to_owned(),
                description: String::new(),
            },
            graphic_image: BASE64_STANDARD.encode(bytes),
        };
        let label = image("GIF", b"GIF89a..").label().unwrap();
        assert_eq!(label.format, LabelFormat::Gif);
        assert!(image("ZPL", b"\n^XA^XZ").label().is_some());
        assert!(image("GIF", b"<html>").label().is_none());
        assert!(image("HTML", b"GIF89a").label().is_none());
        assert!(image("GIF", b"").label().is_none());
    }
}

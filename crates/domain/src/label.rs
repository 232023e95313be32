//! The paper that goes on the box.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// In which form a label is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LabelFormat {
    /// A document for any printer.
    Pdf,
    /// A picture.
    Png,
    /// A picture, which is what UPS draws.
    Gif,
    /// Commands for a Zebra printer.
    Zpl,
    /// Commands for an Eltron printer.
    Epl,
}

/// There is no such label format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a label format: pdf, png, gif, zpl or epl")]
pub struct UnknownLabelFormat(pub String);

impl LabelFormat {
    /// Every format, with its name and file ending.
    pub const ALL: [(Self, &'static str); 5] = [
        (Self::Pdf, "pdf"),
        (Self::Png, "png"),
        (Self::Gif, "gif"),
        (Self::Zpl, "zpl"),
        (Self::Epl, "epl"),
    ];

    /// Name and file ending.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(format, _)| *format == self)
            .map_or("", |(_, name)| name)
    }

    /// The media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Png => "image/png",
            Self::Gif => "image/gif",
            Self::Zpl => "application/zpl",
            Self::Epl => "application/epl",
        }
    }

    /// Whether `bytes` begin as this format does. A carrier that answers "not ready" in place of a
    /// label is caught here.
    #[must_use]
    pub fn fits(self, bytes: &[u8]) -> bool {
        match self {
            Self::Pdf => bytes.starts_with(b"%PDF-"),
            Self::Png => bytes.starts_with(b"\x89PNG\r\n\x1a\n"),
            Self::Gif => bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a"),
            Self::Zpl => bytes.trim_ascii_start().starts_with(b"^XA"),
            Self::Epl => bytes.trim_ascii_start().starts_with(b"N") || bytes.starts_with(b"\x1b"),
        }
    }
}

impl FromStr for LabelFormat {
    type Err = UnknownLabelFormat;

    fn from_str(text: &str) -> Result<Self, UnknownLabelFormat> {
        let known = Self::ALL
            .iter()
            .find(|(_, name)| name.eq_ignore_ascii_case(text));
        known
            .map(|(format, _)| *format)
            .ok_or_else(|| UnknownLabelFormat(text.chars().take(16).collect()))
    }
}

impl fmt::Display for LabelFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A label as the carrier gave it.
#[derive(Clone, PartialEq, Eq)]
pub struct Label {
    /// In which form.
    pub format: LabelFormat,
    /// The bytes, untouched.
    pub bytes: Vec<u8>,
}

/// A label shows a name and an address, so `Debug` shows only its size.
impl fmt::Debug for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Label({}, {} bytes)", self.format, self.bytes.len())
    }
}

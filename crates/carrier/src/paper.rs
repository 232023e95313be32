//! Labels and papers in base64.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use parcelgate_domain::{Document, DocumentKind, Label, LabelFormat};

/// The bytes in a base64 text, which may be broken into lines; none when it is none, or empty.
#[must_use]
pub fn unpack(text: &str) -> Option<Vec<u8>> {
    let packed: String = text.split_ascii_whitespace().collect();
    let bytes = BASE64_STANDARD.decode(packed).ok()?;
    (!bytes.is_empty()).then_some(bytes)
}

/// Bytes as base64, in one line.
#[must_use]
pub fn pack(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(bytes)
}

/// A label in base64, when it is whole and is what it says it is.
#[must_use]
pub fn label(format: LabelFormat, text: &str) -> Option<Label> {
    let bytes = unpack(text)?;
    format.fits(&bytes).then_some(Label { format, bytes })
}

/// A paper in base64, when it is whole; its media type by how it begins, or none that is known.
#[must_use]
pub fn document(kind: DocumentKind, text: &str) -> Option<Document> {
    let bytes = unpack(text)?;
    let media_type = media_type(&bytes)?.to_owned();
    Some(Document {
        kind,
        media_type,
        bytes,
    })
}

/// What bytes are, by how they begin.
#[must_use]
pub fn media_type(bytes: &[u8]) -> Option<&'static str> {
    let pictures = [LabelFormat::Pdf, LabelFormat::Png, LabelFormat::Gif];
    if let Some(format) = pictures.iter().find(|format| format.fits(bytes)) {
        return Some(format.media_type());
    }
    let text = bytes.trim_ascii_start().get(..15)?.to_ascii_lowercase();
    let page = text.starts_with(b"<html") || text.starts_with(b"<!doctype html");
    page.then_some("text/html")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_that_is_not_what_it_says_is_no_label() {
        let gif = pack(b"GIF89a..");
        assert!(label(LabelFormat::Gif, &gif).is_some());
        assert!(label(LabelFormat::Gif, &format!("{}\n{}", &gif[..4], &gif[4..])).is_some());
        assert!(label(LabelFormat::Pdf, &gif).is_none());
        assert!(label(LabelFormat::Zpl, "").is_none());
        assert!(label(LabelFormat::Gif, "R0lGODlh!").is_none());
    }

    #[test]
    fn a_paper_has_the_type_it_begins_as() {
        let kind = |bytes: &[u8]| {
            let paper = document(DocumentKind::ProofOfDelivery, &pack(bytes))?;
            Some(paper.media_type)
        };
        assert_eq!(kind(b"%PDF-1.7").as_deref(), Some("application/pdf"));
        assert_eq!(kind(b"\n<!DOCTYPE html><p>").as_deref(), Some("text/html"));
        assert_eq!(kind(b"not ready"), None);
    }
}

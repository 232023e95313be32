//! Bodies of several parts (RFC 2046, RFC 7578), read and written whole.

use bytes::Bytes;
use std::fmt;

/// More than any carrier sends in one answer.
const PARTS_MAX: usize = 64;
/// Headers of one part beyond this are none.
const HEADER_BYTES_MAX: usize = 8 * 1024;

/// One part. `Debug` shows no contents: it may be a label or an invoice.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Part {
    /// The name of the form's field; empty when it has none.
    pub name: String,
    /// The name of a file; absent where it is none.
    pub file_name: Option<String>,
    /// Its media type; empty when it is not said.
    pub media_type: String,
    /// Whether `bytes` are in base64, as the part says.
    pub is_base64: bool,
    /// The contents, byte for byte.
    pub bytes: Bytes,
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, size) = (&self.name, self.bytes.len());
        write!(f, "Part({name}, {}, {size} bytes)", self.media_type)
    }
}

impl Part {
    /// A field of a form.
    #[must_use]
    pub fn text(name: &str, media_type: &str, text: impl Into<Bytes>) -> Self {
        Self {
            name: name.to_owned(),
            media_type: media_type.to_owned(),
            bytes: text.into(),
            ..Self::default()
        }
    }

    /// A file in a form.
    #[must_use]
    pub fn file(name: &str, file_name: &str, media_type: &str, bytes: impl Into<Bytes>) -> Self {
        Self {
            file_name: Some(file_name.to_owned()),
            ..Self::text(name, media_type, bytes)
        }
    }
}

/// The parts of `body`, of which `content_type` names the boundary. None when it names none, or the
/// last boundary is missing: what is cut short is not read.
#[must_use]
pub fn read(content_type: &str, body: &Bytes) -> Option<Vec<Part>> {
    let (kind, _) = content_type.split_once(';')?;
    if !kind.trim().to_ascii_lowercase().starts_with("multipart/") {
        return None;
    }
    let boundary = parameter(content_type, "boundary")?;
    let fence = format!("--{boundary}");
    let fits = (1..=70).contains(&boundary.len());
    let mut at = fits.then(|| find_fence(body, fence.as_bytes(), 0))??;
    let mut parts = Vec::new();
    loop {
        let after = at.end;
        if body.get(after..)?.starts_with(b"--") {
            return Some(parts);
        }
        let next = find_fence(body, fence.as_bytes(), after)?;
        if parts.len() == PARTS_MAX {
            return None;
        }
        parts.push(part(&body.slice(after..next.start))?);
        at = next;
    }
}

/// Where a boundary stands: with the line break before it.
struct Fence {
    start: usize,
    end: usize,
}

/// The next boundary at the beginning of a line.
fn find_fence(body: &[u8], fence: &[u8], mut from: usize) -> Option<Fence> {
    loop {
        let rest = body.get(from..)?;
        let at = from
            + rest
                .windows(fence.len())
                .position(|window| window == fence)?;
        let before = body.get(..at)?;
        let start = if before.ends_with(b"\r\n") {
            at - 2
        } else if before.ends_with(b"\n") {
            at - 1
        } else {
            at
        };
        let end = at + fence.len();
        let closes = matches!(body.get(end), Some(b'\r' | b'\n' | b'-' | b' '));
        if closes && (at == 0 || start < at) {
            return Some(Fence { start, end });
        }
        from = at + 1;
    }
}

/// Headers, an empty line, contents.
fn part(bytes: &Bytes) -> Option<Part> {
    let mut part = Part::default();
    let mut rest = after_line(bytes, 0)?;
    loop {
        let end = after_line(bytes, rest).unwrap_or(bytes.len());
        let line = std::str::from_utf8(bytes.get(rest..end)?).ok()?.trim();
        if line.is_empty() {
            part.bytes = bytes.slice(end..);
            return Some(part);
        }
        if end == bytes.len() || end > HEADER_BYTES_MAX {
            return None;
        }
        rest = end;
        let Some((name, value)) = line.split_once(':') else {
            continue;
        };
        match name.trim().to_ascii_lowercase().as_str() {
            "content-type" => part.media_type = value.trim().to_owned(),
            "content-transfer-encoding" => {
                part.is_base64 = value.trim().eq_ignore_ascii_case("base64");
            }
            "content-disposition" => {
                part.name = parameter(value, "name").unwrap_or_default();
                part.file_name = parameter(value, "filename");
            }
            _ => {}
        }
    }
}

/// Where the line after the one at `from` begins.
fn after_line(bytes: &[u8], from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    Some(from + rest.iter().position(|byte| *byte == b'\n')? + 1)
}

/// `form-data; name="a"` has a parameter `name`.
fn parameter(header: &str, wanted: &str) -> Option<String> {
    let mut parameters = header.split(';').skip(1);
    parameters.find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let value = value.trim();
        let value = value
            .strip_prefix('"')
            .map_or(value, |value| value.trim_end_matches('"'));
        (name.trim().eq_ignore_ascii_case(wanted)).then(|| value.to_owned())
    })
}

/// The media type and the bytes of a form with these parts. The boundary is one that stands in none
/// of them; equal parts make equal bytes.
#[must_use]
pub fn write(parts: &[Part]) -> (String, Bytes) {
    let clashes = |boundary: &str| {
        let fence = boundary.as_bytes();
        let within = |part: &Part| part.bytes.windows(fence.len()).any(|bytes| bytes == fence);
        parts.iter().any(within)
    };
    let mut count: u32 = 0;
    let boundary = loop {
        let boundary = format!("parcelgate-{count:08}");
        if !clashes(&boundary) || count == u32::MAX {
            break boundary;
        }
        count += 1;
    };
    let mut body = Vec::new();
    for part in parts {
        let name = quoted(&part.name);
        body.extend(
            format!("--{boundary}\r\ncontent-disposition: form-data; name=\"{name}\"").bytes(),
        );
        if let Some(file_name) = &part.file_name {
            body.extend(format!("; filename=\"{}\"", quoted(file_name)).bytes());
        }
        if !part.media_type.is_empty() {
            body.extend(format!("\r\ncontent-type: {}", quoted(&part.media_type)).bytes());
        }
        body.extend(b"\r\n\r\n");
        body.extend(&part.bytes);
        body.extend(b"\r\n");
    }
    body.extend(format!("--{boundary}--\r\n").bytes());
    (
        format!("multipart/form-data; boundary={boundary}"),
        body.into(),
    )
}

/// Without what would end the text or the line.
fn quoted(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c == '"' || c == ';' || c.is_control() {
                '_'
            } else {
                c
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MIXED: &str = "multipart/mixed; charset=utf-8; boundary=\"a-b\"";

    #[test]
    fn an_answer_of_several_parts_is_read() {
        let body = Bytes::from_static(
            b"preamble\r\n--a-b\r\nContent-Type: application/json\r\n\
              Content-Disposition: form-data; name=\"labelMetadata\"\r\n\r\n{\"a\": 1}\r\n\
              --a-b\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: BASE64\r\n\
              Content-Disposition: form-data; filename=\"label.pdf\"; name=\"labelImage\"\r\n\r\n\
              JVBERi0=\r\n--a-b--\r\n",
        );
        let parts = read(MIXED, &body).unwrap();
        assert_eq!(parts.len(), 2);
        assert_eq!(
            (parts[0].name.as_str(), &parts[0].bytes[..]),
            ("labelMetadata", &b"{\"a\": 1}"[..])
        );
        assert_eq!(parts[1].file_name.as_deref(), Some("label.pdf"));
        assert!(parts[1].is_base64 && !parts[0].is_base64);
        assert_eq!(
            format!("{:?}", parts[1]),
            "Part(labelImage, application/pdf, 8 bytes)"
        );
    }

    #[test]
    fn what_is_cut_short_or_is_none_is_not_read() {
        let body = b"--a-b\r\ncontent-type: text/plain\r\n\r\nx\r\n--a-b--";
        assert!(read(MIXED, &Bytes::from_static(body)).is_some());
        for end in 0..body.len() - 2 {
            assert_eq!(
                read(MIXED, &Bytes::copy_from_slice(&body[..end])),
                None,
                "{end}"
            );
        }
        let whole = Bytes::from_static(body);
        assert_eq!(read("application/json", &whole), None);
        assert_eq!(read("multipart/mixed; charset=utf-8", &whole), None);
        assert_eq!(read("text/x; boundary=a-b", &whole), None);
    }

    #[test]
    fn too_many_parts_are_none() {
        let parts = vec![Part::text("a", "", "x"); PARTS_MAX + 1];
        let (content_type, body) = write(&parts);
        assert_eq!(read(&content_type, &body), None);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            contents in prop::collection::vec(
                prop_oneof![
                    any::<Vec<u8>>(),
                    Just(b"\r\n--parcelgate-00000000--\r\n".to_vec()),
                    Just(b"--parcelgate-00000001".to_vec()),
                ],
                0..5,
            )
        ) {
            let parts: Vec<Part> = contents
                .into_iter()
                .map(|bytes| Part::file("document", "a.pdf", "application/pdf", bytes))
                .collect();
            let (content_type, body) = write(&parts);
            prop_assert_eq!(read(&content_type, &body), Some(parts));
        }

        #[test]
        fn nothing_makes_it_panic(body: Vec<u8>) {
            let _parts = read(MIXED, &body.into());
        }
    }
}

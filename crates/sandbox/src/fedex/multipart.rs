//! Reading `multipart/form-data`: parts between boundaries, each with headers and a body.

use bytes::Bytes;

/// Parts in one body.
const PARTS_MAX: usize = 20;

/// One part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) name: String,
    pub(crate) file: Option<String>,
    pub(crate) body: Bytes,
}

/// The parts of `body`; `None` when it is not what `media` says.
pub(crate) fn parts(media: &str, body: &Bytes) -> Option<Vec<Part>> {
    let boundary = media
        .strip_prefix("multipart/form-data")?
        .split(';')
        .find_map(|field| field.trim().strip_prefix("boundary="))?
        .trim_matches('"');
    let line = format!("--{boundary}");
    let mut parts = Vec::new();
    let start = find(body, line.as_bytes())?;
    let mut rest = body.slice(start + line.len()..);
    while !rest.starts_with(b"--") {
        let content = rest.strip_prefix(b"\r\n")?.len();
        rest = rest.slice(rest.len() - content..);
        let end = find(&rest, format!("\r\n{line}").as_bytes())?;
        let headers_end = find(&rest, b"\r\n\r\n").filter(|at| *at < end)?;
        let headers = std::str::from_utf8(rest.get(..headers_end)?).ok()?;
        let told = |field: &str| {
            let start = headers.find(&format!("{field}=\""))? + field.len() + 2;
            let value = headers.get(start..)?;
            Some(value.split_once('"')?.0.to_owned())
        };
        parts.push(Part {
            name: told(" name")?,
            file: told("filename"),
            body: rest.slice(headers_end + 4..end),
        });
        if parts.len() > PARTS_MAX {
            return None;
        }
        rest = rest.slice(end + 2 + line.len()..);
    }
    Some(parts)
}

fn find(within: &[u8], what: &[u8]) -> Option<usize> {
    within.windows(what.len()).position(|here| here == what)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEDIA: &str = "multipart/form-data; boundary=\"x\"";

    #[test]
    fn parts_lie_between_boundaries() {
        let body = "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n\
                    --x\r\nContent-Disposition: form-data; name=\"b\"; filename=\"b.pdf\"\r\n\
                    Content-Type: application/pdf\r\n\r\n\r\n2\r\n\r\n--x--\r\n";
        let read = parts(MEDIA, &Bytes::from_static(body.as_bytes())).unwrap();
        let told: Vec<(&str, Option<&str>, &[u8])> = read
            .iter()
            .map(|part| (part.name.as_str(), part.file.as_deref(), &part.body[..]))
            .collect();
        let expected: [(&str, Option<&str>, &[u8]); 2] =
            [("a", None, b"1"), ("b", Some("b.pdf"), b"\r\n2\r\n")];
        assert_eq!(told, expected);
    }

    #[test]
    fn what_is_no_such_body_is_none() {
        let cut = "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1";
        for body in ["", "--x", "--y--", "--x\r\n", cut] {
            assert_eq!(parts(MEDIA, &Bytes::from(body)), None, "{body}");
        }
        assert_eq!(parts("application/json", &Bytes::from("--x--")), None);
    }
}

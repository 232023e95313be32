//! A carrier's answer as it is kept: as HTTP writes it.

use http::{HeaderName, HeaderValue, StatusCode};
use parcelgate_carrier::Response;

/// The answer, whole.
pub(super) fn write(response: &Response) -> Vec<u8> {
    let mut text = format!("HTTP/1.1 {}\r\n", response.status().as_str()).into_bytes();
    for (name, value) in response.headers() {
        text.extend_from_slice(name.as_str().as_bytes());
        text.extend_from_slice(b": ");
        text.extend_from_slice(value.as_bytes());
        text.extend_from_slice(b"\r\n");
    }
    text.extend_from_slice(b"\r\n");
    text.extend_from_slice(response.body());
    text
}

/// The answer that was written; none when it was not.
pub(super) fn read(text: &[u8]) -> Option<Response> {
    let end = text.windows(4).position(|window| window == b"\r\n\r\n")?;
    let (head, body) = text.split_at_checked(end)?;
    let mut lines = head.split(|byte| *byte == b'\n');
    let status = lines.next()?.strip_prefix(b"HTTP/1.1 ")?.trim_ascii();
    let mut response = Response::new(body.get(4..)?.to_vec().into());
    *response.status_mut() = StatusCode::from_bytes(status).ok()?;
    for line in lines {
        let at = line.iter().position(|byte| *byte == b':')?;
        let (name, value) = line.split_at_checked(at)?;
        let name = HeaderName::from_bytes(name).ok()?;
        let value = HeaderValue::from_bytes(value.get(1..)?.trim_ascii()).ok()?;
        response.headers_mut().append(name, value);
    }
    Some(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_byte_for_byte() {
        let body = b"{\"label\": \"\r\n\r\n\x00\xff\"}".to_vec();
        let mut response = Response::new(body.into());
        *response.status_mut() = StatusCode::ACCEPTED;
        let headers = response.headers_mut();
        headers.append("content-type", HeaderValue::from_static("application/json"));
        headers.append("x-note", HeaderValue::from_static("one: two"));
        headers.append("x-note", HeaderValue::from_static(""));
        let back = read(&write(&response)).unwrap();
        assert_eq!(back.status(), response.status());
        assert_eq!(back.headers(), response.headers());
        assert_eq!(back.body(), response.body());
        let bare = Response::new(bytes::Bytes::new());
        assert_eq!(read(&write(&bare)).unwrap().status(), StatusCode::OK);
        for odd in [
            &b""[..],
            b"HTTP/1.1 200\r\n",
            b"HTTP/1.1 2x0\r\n\r\n",
            b"{}\r\n\r\n",
        ] {
            assert!(read(odd).is_none());
        }
    }
}

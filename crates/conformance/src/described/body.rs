//! Reading what a request or an answer carries.

use bytes::Bytes;
use http::HeaderMap;
use parcelgate_carrier::multipart;
use serde_json::Value;

/// The body as JSON: what it is, or a form's fields or parts. `None` when there is none.
pub(super) fn parse_body(headers: &HeaderMap, body: &Bytes) -> Result<Option<Value>, String> {
    if body.is_empty() {
        return Ok(None);
    }
    let media = headers
        .get(http::header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .ok_or("the body has no content-type")?;
    if media.starts_with("application/x-www-form-urlencoded") {
        let text = std::str::from_utf8(body).map_err(|error| error.to_string())?;
        let fields = pairs(text)
            .into_iter()
            .map(|(name, value)| (name, Value::String(value)));
        return Ok(Some(Value::Object(fields.collect())));
    }
    if media.starts_with("multipart/") {
        return parts(media, body).map(Some);
    }
    serde_json::from_slice(body)
        .map(Some)
        .map_err(|error| format!("the body is no JSON: {error}"))
}

/// The media type of an answer with its body as JSON: what it is, or its parts by their names.
/// `None` when there is none.
pub(super) fn of_answer(answer: &http::Response<Bytes>) -> Result<Option<(String, Value)>, String> {
    let body = answer.body();
    if body.is_empty() {
        return Ok(None);
    }
    let media = answer.headers().get(http::header::CONTENT_TYPE);
    let media = media
        .and_then(|media| media.to_str().ok())
        .unwrap_or_default();
    let (bare, _) = media.split_once(';').unwrap_or((media, ""));
    if !bare.starts_with("multipart/") {
        let body = serde_json::from_slice(body);
        let body = body.map_err(|error| format!("the answer is no JSON: {error}"))?;
        return Ok(Some((bare.to_owned(), body)));
    }
    Ok(Some((bare.to_owned(), parts(media, body)?)))
}

/// The parts of a body by their names, each as JSON or as text.
fn parts(media: &str, body: &Bytes) -> Result<Value, String> {
    let parts = multipart::read(media, body).ok_or("the parts of the body cannot be read")?;
    let parts = parts.into_iter().map(|part| {
        let text = String::from_utf8_lossy(&part.bytes).into_owned();
        let value = serde_json::from_slice(&part.bytes).unwrap_or(Value::String(text));
        (part.name, value)
    });
    Ok(Value::Object(parts.collect()))
}

/// The pairs of a query or a form.
pub(super) fn pairs(text: &str) -> Vec<(String, String)> {
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (unescape(name, true), unescape(value, true)))
        .collect()
}

/// Text out of percent-encoding; what is no such encoding stays.
pub(super) fn unescape(text: &str, plus_is_space: bool) -> String {
    let mut rest = text.as_bytes();
    let mut plain = Vec::with_capacity(text.len());
    while let Some((&byte, after)) = rest.split_first() {
        let code = after.split_at_checked(2).and_then(|(code, after)| {
            let code = std::str::from_utf8(code).ok()?;
            Some((u8::from_str_radix(code, 16).ok()?, after))
        });
        let (byte, after) = match (byte, code) {
            (b'%', Some(decoded)) => decoded,
            (b'+', _) if plus_is_space => (b' ', after),
            _ => (byte, after),
        };
        plain.push(byte);
        rest = after;
    }
    String::from_utf8_lossy(&plain).into_owned()
}

#[cfg(test)]
mod tests {
    use http::header::CONTENT_TYPE;
    use serde_json::json;

    use super::*;

    fn answer(media: &str, body: &'static str) -> http::Response<Bytes> {
        let answer = http::Response::builder().header(CONTENT_TYPE, media);
        answer.body(Bytes::from_static(body.as_bytes())).unwrap()
    }

    #[test]
    fn a_form_in_parts_is_read_by_their_names() {
        let (media, body) = multipart::write(&[
            multipart::Part::text("document", "application/json", r#"{"name": "a.pdf"}"#),
            multipart::Part::file("attachment", "a.pdf", "application/pdf", "%PDF-"),
        ]);
        let mut headers = HeaderMap::new();
        headers.insert(http::header::CONTENT_TYPE, media.parse().unwrap());
        let expected = json!({"document": {"name": "a.pdf"}, "attachment": "%PDF-"});
        assert_eq!(parse_body(&headers, &body), Ok(Some(expected)));
    }

    #[test]
    fn an_answer_in_parts_is_an_object_of_them() {
        let parts = answer(
            "multipart/form-data; boundary=x",
            "--x\r\ncontent-disposition: form-data; name=\"told\"\r\n\r\n{\"a\": 1}\r\n\
             --x\r\ncontent-disposition: form-data; name=\"label\"\r\n\r\nJVBERg==\r\n--x--",
        );
        let expected = json!({ "told": { "a": 1 }, "label": "JVBERg==" });
        let media = "multipart/form-data".to_owned();
        assert_eq!(of_answer(&parts), Ok(Some((media, expected))));
        let cut = answer("multipart/form-data; boundary=x", "--x\r\n\r\nJVBE");
        assert!(of_answer(&cut).is_err());
    }

    #[test]
    fn an_answer_may_be_json_of_a_kind_or_nothing() {
        let own = answer("application/vnd.acme+json; v=1", "[1]");
        let media = "application/vnd.acme+json".to_owned();
        assert_eq!(of_answer(&own), Ok(Some((media, json!([1])))));
        assert_eq!(of_answer(&answer("text/html", "")), Ok(None));
        assert!(of_answer(&answer("text/html", "<html>")).is_err());
    }
}

//! Fixtures: what is sent, what is answered, and what must come of it, as people write it down.
//! The crate's README describes the format.

use std::fmt::Write as _;
use std::path::Path;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use parcelgate_carrier::Response;
use serde_json::Value;

/// One fixture.
#[derive(Debug, Clone, Default)]
pub struct Fixture {
    /// Its name: file name without ending.
    pub name: String,
    /// Settings of the account that differ from the subject's.
    pub account: Option<Value>,
    /// What goes out and what comes back, in order.
    pub exchanges: Vec<Recorded>,
    /// What comes in at our door, for pushes.
    pub inbound: Option<Message>,
    /// What must come of it; absent in a fixture that is not finished.
    pub expect: Option<Value>,
    /// Everything before the expectation, verbatim.
    head: String,
}

/// One exchange.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// What must be sent.
    pub request: Expected,
    /// What is answered.
    pub answer: Answer,
}

/// What must be sent.
#[derive(Debug, Clone)]
pub struct Expected {
    /// The host, by its name in the adapter.
    pub host: String,
    /// The method.
    pub method: Method,
    /// Path and query.
    pub target: String,
    /// Headers and body.
    pub message: Message,
}

/// What is answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// With which status.
    pub status: StatusCode,
    /// Headers and body.
    pub message: Message,
}

/// Headers and a body.
#[derive(Debug, Clone, Default)]
pub struct Message {
    /// The headers.
    pub headers: HeaderMap,
    /// The body, without the line break at its end.
    pub body: Bytes,
}

impl Answer {
    /// As it comes back from the wire.
    #[must_use]
    pub fn response(&self) -> Response {
        self.with_body(self.message.body.clone())
    }

    /// The same with another body.
    #[must_use]
    pub fn with_body(&self, body: Bytes) -> Response {
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        *response.headers_mut() = self.message.headers.clone();
        response
    }
}

impl Fixture {
    /// The fixture of that name in `folder`; `None` when there is none.
    ///
    /// # Errors
    /// When it cannot be read, with the line at fault.
    pub fn load(folder: &Path, name: &str) -> Result<Option<Self>, String> {
        let path = folder.join(format!("{name}.http"));
        match std::fs::read_to_string(&path) {
            Ok(text) => Self::parse(name, &text).map(Some),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(format!("{}: {error}", path.display())),
        }
    }

    /// The names of all fixtures in `folder`, sorted. A folder that is not there holds none.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn names(folder: &Path) -> Result<Vec<String>, String> {
        let cannot = |error: std::io::Error| format!("{}: {error}", folder.display());
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(cannot(error)),
        };
        let mut names = Vec::new();
        for entry in entries {
            let file = entry.map_err(cannot)?.file_name();
            if let Some(name) = file.to_str().and_then(|file| file.strip_suffix(".http")) {
                names.push(name.to_owned());
            }
        }
        names.sort();
        Ok(names)
    }

    /// Reads a fixture.
    ///
    /// # Errors
    /// What is wrong, with the line.
    pub fn parse(name: &str, text: &str) -> Result<Self, String> {
        let mut fixture = Self {
            name: name.to_owned(),
            ..Self::default()
        };
        let mut asked: Option<Expected> = None;
        for section in sections(text) {
            let wrong = |what: String| format!("{name}.http:{}: {what}", section.line);
            if fixture.expect.is_some() {
                return Err(wrong("nothing may follow the expectation".to_owned()));
            }
            match section.kind {
                "account" => fixture.account = Some(json(section.content).map_err(wrong)?),
                "request" if asked.is_none() => asked = Some(request(&section).map_err(wrong)?),
                "answer" => {
                    let request = asked
                        .take()
                        .ok_or_else(|| wrong("an answer without a request before it".to_owned()))?;
                    let answer = answer(&section).map_err(wrong)?;
                    fixture.exchanges.push(Recorded { request, answer });
                }
                "inbound" => fixture.inbound = Some(message(section.content).map_err(wrong)?),
                "expect" => fixture.expect = Some(json(section.content).map_err(wrong)?),
                other => return Err(wrong(format!("a section {other:?} cannot stand here"))),
            }
        }
        if asked.is_some() {
            return Err(format!("{name}.http: the last request has no answer"));
        }
        text.split(EXPECT)
            .next()
            .unwrap_or_default()
            .clone_into(&mut fixture.head);
        Ok(fixture)
    }

    /// The whole text with `outcome` as its expectation.
    #[must_use]
    pub fn expecting(&self, outcome: &Value) -> String {
        format!("{}\n\n{EXPECT}\n{outcome:#}\n", self.head.trim_end())
    }
}

const EXPECT: &str = "=== expect";

struct Section<'a> {
    line: usize,
    kind: &'a str,
    rest: &'a str,
    content: &'a str,
}

/// The sections of a fixture; what stands before the first one is comment.
fn sections(text: &str) -> Vec<Section<'_>> {
    let mut starts = Vec::new();
    let mut offset = 0;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        if let Some(title) = line.strip_prefix("=== ") {
            starts.push((index + 1, offset, offset + line.len(), title.trim()));
        }
        offset += line.len();
    }
    let ends = starts.iter().skip(1).map(|(_, start, ..)| *start);
    let ends: Vec<usize> = ends.chain([text.len()]).collect();
    starts
        .into_iter()
        .zip(ends)
        .map(|((line, _, begin, title), end)| {
            let (kind, rest) = title.split_once(' ').unwrap_or((title, ""));
            let content = text.get(begin..end).unwrap_or_default();
            Section {
                line,
                kind,
                rest,
                content,
            }
        })
        .collect()
}

fn json(content: &str) -> Result<Value, String> {
    serde_json::from_str(content).map_err(|error| format!("no JSON: {error}"))
}

fn request(section: &Section<'_>) -> Result<Expected, String> {
    let mut words = section.rest.split_whitespace();
    let (Some(host), Some(method), Some(target), None) =
        (words.next(), words.next(), words.next(), words.next())
    else {
        return Err("expected `=== request <host> <METHOD> <path?query>`".to_owned());
    };
    Ok(Expected {
        host: host.to_owned(),
        method: method
            .parse()
            .map_err(|_| format!("{method:?} is no method"))?,
        target: target.to_owned(),
        message: message(section.content)?,
    })
}

fn answer(section: &Section<'_>) -> Result<Answer, String> {
    let status = section.rest.parse();
    Ok(Answer {
        status: status.map_err(|_| "expected `=== answer <status>`".to_owned())?,
        message: message(section.content)?,
    })
}

/// Header lines, a blank line, a body. A message that begins with a blank line has no headers.
fn message(content: &str) -> Result<Message, String> {
    let mut headers = HeaderMap::new();
    let mut rest = content;
    while let Some((line, after)) = rest.split_once('\n') {
        rest = after;
        if line.trim().is_empty() {
            break;
        }
        let (name, value) = line
            .split_once(':')
            .ok_or_else(|| format!("{line:?} is no header; a blank line comes before a body"))?;
        let name: HeaderName = name
            .trim()
            .parse()
            .map_err(|_| format!("{name:?} names no header"))?;
        let value = HeaderValue::from_str(value.trim())
            .map_err(|_| format!("{name} cannot have that value"))?;
        headers.append(name, value);
    }
    let body = rest.trim_matches(['\n', '\r']);
    if body.starts_with(['{', '[']) && !headers.contains_key(CONTENT_TYPE) {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    Ok(Message {
        headers,
        body: Bytes::copy_from_slice(body.as_bytes()),
    })
}

/// A request as a fixture would have it, for whoever must write one.
#[must_use]
pub fn write_request(request: &http::Request<Bytes>, host: &str) -> String {
    let mut text = format!(
        "=== request {host} {} {}\n",
        request.method(),
        request.uri()
    );
    for (name, value) in request.headers() {
        if !(name == CONTENT_TYPE && value == "application/json") {
            let value = String::from_utf8_lossy(value.as_bytes());
            // Writing to a String cannot fail.
            let _written = writeln!(text, "{name}: {value}");
        }
    }
    text.push('\n');
    match serde_json::from_slice::<Value>(request.body()) {
        Ok(body) => {
            let _written = writeln!(text, "{body:#}");
        }
        Err(_) => text.push_str(&String::from_utf8_lossy(request.body())),
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = r#"# Two requests, the second without a body.
=== account
{"flag": true}
=== request api POST /rates?day=1
transId: *

{"a": [1, "*"]}
=== answer 200

{"price": 12.50}

=== request api GET /labels/7

=== answer 404
content-type: text/plain

no such label
=== expect
{"labels": []}
"#;

    #[test]
    fn a_whole_fixture_is_read() {
        let fixture = Fixture::parse("rates.x", WHOLE).unwrap();
        assert_eq!(fixture.account, Some(serde_json::json!({"flag": true})));
        assert_eq!(fixture.expect, Some(serde_json::json!({"labels": []})));
        let [first, second] = fixture.exchanges.as_slice() else {
            panic!("{:?}", fixture.exchanges);
        };
        assert_eq!(first.request.host, "api");
        assert_eq!(first.request.target, "/rates?day=1");
        assert_eq!(first.request.message.headers["transid"], "*");
        assert_eq!(first.request.message.body, r#"{"a": [1, "*"]}"#);
        assert_eq!(
            first.answer.message.headers[CONTENT_TYPE],
            "application/json"
        );
        assert_eq!(first.answer.message.body, r#"{"price": 12.50}"#);
        assert!(second.request.message.body.is_empty());
        assert_eq!(second.answer.status, StatusCode::NOT_FOUND);
        assert_eq!(
            second.answer.response().headers()[CONTENT_TYPE],
            "text/plain"
        );
    }

    #[test]
    fn an_expectation_written_anew_leaves_the_rest_as_it_was() {
        let fixture = Fixture::parse("rates.x", WHOLE).unwrap();
        let text = fixture.expecting(&serde_json::json!([]));
        let again = Fixture::parse("rates.x", &text).unwrap();
        assert_eq!(again.expect, Some(serde_json::json!([])));
        assert_eq!(again.head.trim_end(), fixture.head.trim_end());
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let cases = [
            ("=== answer 200\n", "x.http:1: an answer without"),
            ("=== request api GET\n", "x.http:1: expected `=== request"),
            ("=== request api GET /a\n", "no answer"),
            (
                "=== request api GET /a\n=== answer ok\n",
                "x.http:2: expected `=== answer",
            ),
            ("=== expect\n{\n", "x.http:1: no JSON"),
            ("#\n=== nonsense\n", "x.http:2: a section \"nonsense\""),
            (
                "=== expect\n1\n=== expect\n2\n",
                "x.http:3: nothing may follow",
            ),
            ("=== inbound\n{\"a\": 1}\n", "names no header"),
        ];
        for (text, part) in cases {
            let error = Fixture::parse("x", text).unwrap_err();
            assert!(error.contains(part), "{text:?}: {error}");
        }
    }
}

//! Whether a request is the one that a fixture expects: path, query and form in any order, headers
//! by name, JSON by value. `*` stands for any text.

use bytes::Bytes;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use parcelgate_carrier::{Auth, Host, Intent};
use serde_json::Value;

use crate::fixture::{Expected, Message};

/// Every way in which `request` is not what was expected.
#[must_use]
pub fn differences(
    expected: &Expected,
    request: &http::Request<Bytes>,
    hosts: &[Host],
) -> Vec<String> {
    let mut found = Vec::new();
    let host = request.extensions().get::<Intent>().map(|i| i.host);
    unlike(&mut found, "host", &expected.host, host.unwrap_or("none"));
    let method = request.method().as_str();
    unlike(&mut found, "method", expected.method.as_str(), method);
    let (path, query) = split(&expected.target);
    unlike(&mut found, "path", path, request.uri().path());
    let auth = hosts
        .iter()
        .find(|known| Some(known.name) == host)
        .map(|known| &known.auth);
    let given = request.uri().query().unwrap_or_default();
    let given = pairs(given).filter(|(name, _)| !is_signature(auth, name));
    same_pairs(&mut found, "query", pairs(query).collect(), given.collect());
    same_headers(
        &mut found,
        &expected.message.headers,
        request.headers(),
        auth,
    );
    same_body(&mut found, &expected.message, request);
    found
}

fn split(target: &str) -> (&str, &str) {
    target.split_once('?').unwrap_or((target, ""))
}

/// The digest and its time are the signing layer's, and new for each request.
fn is_signature(auth: Option<&Auth>, name: &str) -> bool {
    matches!(auth, Some(Auth::Digest(digest))
        if name == digest.timestamp_query || name == digest.digest_query)
}

fn unlike(found: &mut Vec<String>, what: &str, expected: &str, given: &str) {
    if expected != "*" && expected != given {
        found.push(format!("{what}: expected {expected:?}, sent {given:?}"));
    }
}

/// The pairs of a query or a form, as escaped as they are written.
fn pairs(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

fn same_pairs(
    found: &mut Vec<String>,
    what: &str,
    mut expected: Vec<(&str, &str)>,
    mut given: Vec<(&str, &str)>,
) {
    expected.sort_unstable();
    given.sort_unstable();
    let alike = |(a, b): (&(&str, &str), &(&str, &str))| a.0 == b.0 && (a.1 == "*" || a.1 == b.1);
    if expected.len() != given.len() || !expected.iter().zip(&given).all(alike) {
        found.push(format!("{what}: expected {expected:?}, sent {given:?}"));
    }
}

/// Headers that layers and transport add to what an adapter writes.
const ADDED: [&str; 6] = [
    "accept",
    "accept-encoding",
    "authorization",
    "content-length",
    "traceparent",
    "user-agent",
];

fn same_headers(
    found: &mut Vec<String>,
    expected: &HeaderMap,
    given: &HeaderMap,
    auth: Option<&Auth>,
) {
    for (name, value) in expected {
        let given = given.get(name).map(|value| text_of(value.as_bytes()));
        match given {
            None => found.push(format!("header {name}: missing")),
            Some(given) => {
                let what = format!("header {name}");
                unlike(found, &what, &text_of(value.as_bytes()), &given);
            }
        }
    }
    for (name, value) in given {
        let signed = match auth {
            Some(Auth::Headers(own)) => own.iter().any(|(own, _)| name == own),
            Some(Auth::Issued(issued)) => name == issued.header,
            Some(Auth::Refreshed(refresh)) => name == refresh.header,
            Some(Auth::Open | Auth::Bearer(_) | Auth::Digest(_)) | None => false,
        };
        let added = ADDED.contains(&name.as_str()) || signed || name == CONTENT_TYPE;
        if !added && !expected.contains_key(name) {
            let value = text_of(value.as_bytes());
            found.push(format!("header {name}: {value:?} is not in the fixture"));
        }
    }
}

fn text_of(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn same_body(found: &mut Vec<String>, expected: &Message, request: &http::Request<Bytes>) {
    let (wanted, given) = (text_of(&expected.body), text_of(request.body()));
    let form = |headers: &HeaderMap| {
        let media = headers.get(CONTENT_TYPE).map(|value| value.as_bytes());
        media.is_some_and(|media| media.starts_with(b"application/x-www-form-urlencoded"))
    };
    if form(request.headers()) {
        same_pairs(
            found,
            "form",
            pairs(&wanted).collect(),
            pairs(&given).collect(),
        );
        return;
    }
    match (serde_json::from_str(&wanted), serde_json::from_str(&given)) {
        (Ok(wanted), Ok(given)) => same_json(found, "", &wanted, &given),
        // A fixture's body is read without the line breaks around it, with which parts end.
        _ => unlike(found, "body", &wanted, given.trim_matches(['\n', '\r'])),
    }
}

/// Every place where `given` is not `expected`; the text `*` there stands for any value.
pub fn same_json(found: &mut Vec<String>, place: &str, expected: &Value, given: &Value) {
    match (expected, given) {
        (Value::String(any), _) if any == "*" => {}
        (Value::Object(expected), Value::Object(given)) => {
            for (name, wanted) in expected {
                match given.get(name) {
                    Some(given) => same_json(found, &format!("{place}/{name}"), wanted, given),
                    None => found.push(format!("{place}/{name}: missing, expected {wanted}")),
                }
            }
            for (name, value) in given {
                if !expected.contains_key(name) {
                    found.push(format!("{place}/{name}: {value} was not expected"));
                }
            }
        }
        (Value::Array(expected), Value::Array(given)) if expected.len() == given.len() => {
            for (index, (wanted, given)) in expected.iter().zip(given).enumerate() {
                same_json(found, &format!("{place}/{index}"), wanted, given);
            }
        }
        _ if expected == given => {}
        _ => found.push(format!("{place}: expected {expected}, got {given}")),
    }
}

#[cfg(test)]
mod tests {
    use http::Method;
    use serde_json::json;

    use super::*;

    fn expected() -> Expected {
        let headers = [("transid", "*"), ("source", "parcelgate")];
        let headers = headers.map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        Expected {
            host: "*".to_owned(),
            method: Method::POST,
            target: "/rates?a=1&b=*".to_owned(),
            message: Message {
                headers: headers.into_iter().collect(),
                body: Bytes::from_static(br#"{"grams": 1, "id": "*", "list": [1, 2]}"#),
            },
        }
    }

    fn sent(target: &str, source: &str, body: &str) -> Vec<String> {
        let request = http::Request::post(target)
            .header("transId", "77")
            .header("source", source)
            .header("authorization", "Bearer x")
            .body(Bytes::from(body.to_owned()))
            .unwrap();
        differences(&expected(), &request, &[])
    }

    #[test]
    fn order_and_wildcards_do_not_matter() {
        let body = r#"{"list": [1, 2], "id": {"any": 1}, "grams": 1}"#;
        assert_eq!(
            sent("/rates?b=77&a=1", "parcelgate", body),
            Vec::<String>::new()
        );
    }

    #[test]
    fn each_difference_is_named() {
        let good = r#"{"grams": 1, "id": 1, "list": [1, 2]}"#;
        let cases = [
            ("/rate?a=1&b=2", "parcelgate", good, "path"),
            ("/rates?a=2&b=2", "parcelgate", good, "query"),
            ("/rates?a=1&b=2&c=3", "parcelgate", good, "query"),
            ("/rates?a=1&b=2", "other", good, "header source"),
            (
                "/rates?a=1&b=2",
                "parcelgate",
                r#"{"id": 1, "list": [1, 2]}"#,
                "/grams",
            ),
            (
                "/rates?a=1&b=2",
                "parcelgate",
                r#"{"grams": 1, "id": 1, "list": [2, 1]}"#,
                "/list/0",
            ),
            ("/rates?a=1&b=2", "parcelgate", "", "body"),
        ];
        for (target, source, body, part) in cases {
            let found = sent(target, source, body).concat();
            assert!(found.contains(part), "{part}: {found}");
        }
        let mut found = Vec::new();
        same_json(&mut found, "", &json!({}), &json!({"more": 1}));
        assert_eq!(found, ["/more: 1 was not expected"]);
    }
}

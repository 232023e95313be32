//! The carrier's own word: requests and answers held against its published OpenAPI or Swagger
//! description.
//!
//! The descriptions lie beside the workspace and are read by tests only; [`folder`] says where.
//! A schema is taken as written, after the usual translation of `nullable`, with `format`
//! asserted, and with the rows of [`corrections`](crate::corrections) applied.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::{Method, StatusCode};
use jsonschema::{Draft, Validator};
use serde_json::{Map, Value, json};

use crate::corrections::{self, Correction};

mod body;
mod parameters;
mod translate;

use body::{pairs, parse_body, unescape};
use translate::{to_json, translate_nullable, translate_swagger};

/// Why a description cannot be used at all.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file is not there or cannot be read.
    #[error("{file}: {source}")]
    Unreadable {
        /// The description.
        file: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is no YAML, JSON or OpenAPI.
    #[error("{file}: {reason}")]
    Unparsable {
        /// The description.
        file: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// The folder of descriptions: `CARRIER_SPECS`, else `../shared/carrier-specs` beside the
/// workspace. `None` when neither is there, which a suite reports as *ignored*, never as passed.
#[must_use]
pub fn folder() -> Option<PathBuf> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    std::env::var_os("CARRIER_SPECS")
        .map_or_else(|| workspace.join("../shared/carrier-specs"), PathBuf::from)
        .canonicalize()
        .ok()
        .filter(|folder| folder.is_dir())
}

/// Whether a missing description or tool is a failure: it is where `CI` is `true`.
#[must_use]
pub fn required() -> bool {
    std::env::var_os("CI").is_some_and(|value| value == "true")
}

/// One OpenAPI document.
#[derive(Debug)]
pub struct Described {
    file: String,
    document: Value,
    draft: Draft,
    compiled: Mutex<HashMap<String, Arc<Validator>>>,
}

/// One method of one described path.
struct Operation<'a> {
    pointer: String,
    value: &'a Value,
    arguments: Vec<(String, String)>,
}

impl Described {
    /// Reads `file` (such as `ups/rating.yaml`) from `folder` and applies its corrections.
    ///
    /// # Errors
    /// When it cannot be read or is no OpenAPI document.
    pub fn load(folder: &Path, file: &str) -> Result<Self, Error> {
        Self::parse(file, &read(folder, file)?, corrections::of(file))
    }

    /// Takes `file` as written, without its corrections.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn load_as_written(folder: &Path, file: &str) -> Result<Self, Error> {
        Self::parse(file, &read(folder, file)?, [])
    }

    /// Parses a description from `text` and applies `rows`.
    ///
    /// # Errors
    /// When it is no OpenAPI document, or a row points nowhere.
    pub fn parse<'a>(
        file: &str,
        text: &str,
        rows: impl IntoIterator<Item = &'a Correction>,
    ) -> Result<Self, Error> {
        let broken = |reason: String| Error::Unparsable {
            file: file.to_owned(),
            reason,
        };
        let yaml: serde_yaml_ng::Value =
            serde_yaml_ng::from_str(text).map_err(|error| broken(error.to_string()))?;
        let mut document = to_json(yaml);
        for row in rows {
            let pointer = format!("{}{}", row.schema, row.member);
            let place = document
                .pointer_mut(&pointer)
                .ok_or_else(|| broken(format!("nothing at {pointer}")))?;
            *place = serde_json::from_str(row.right).map_err(|error| broken(error.to_string()))?;
        }
        let version = document.get("openapi").or(document.get("swagger"));
        let draft = match version.and_then(Value::as_str) {
            Some("2.0") => {
                translate_swagger(&mut document);
                Draft::Draft4
            }
            Some(version) if version.starts_with("3.0") => {
                translate_nullable(&mut document);
                Draft::Draft4
            }
            Some(version) if version.starts_with("3.1") => Draft::Draft202012,
            _ => return Err(broken("neither OpenAPI 3 nor Swagger 2".to_owned())),
        };
        Ok(Self {
            file: file.to_owned(),
            document,
            draft,
            compiled: Mutex::default(),
        })
    }

    /// Whether the operation that `request` asks for is described at all.
    #[must_use]
    pub fn knows(&self, request: &http::Request<Bytes>) -> bool {
        let known = self.operation(request.method(), request.uri().path());
        known.is_ok()
    }

    /// Every way in which `request` breaks the description: path, method, parameters, body.
    #[must_use]
    pub fn request(&self, request: &http::Request<Bytes>) -> Vec<String> {
        let path = request.uri().path();
        let operation = match self.operation(request.method(), path) {
            Ok(operation) => operation,
            Err(violation) => return vec![violation],
        };
        let query = pairs(request.uri().query().unwrap_or_default());
        let mut violations = self.parameters(&operation, &query, request.headers());
        if operation.value.get("requestBody").is_some() {
            match parse_body(request.headers(), request.body()) {
                Ok(None) if self.body_required(&operation) => {
                    violations.push("the body is missing".to_owned());
                }
                Ok(None) => {}
                Ok(Some(body)) => violations.extend(self.body(&operation, &body)),
                Err(violation) => violations.push(violation),
            }
        }
        violations
    }

    /// Every way in which `body` breaks the described request body of `method` and `path`.
    #[must_use]
    pub fn request_body(&self, method: &Method, path: &str, body: &Value) -> Vec<String> {
        self.operation(method, path).map_or_else(
            |violation| vec![violation],
            |operation| self.body(&operation, body),
        )
    }

    /// Every way in which `answer`, given to `method` and `path`, breaks the description.
    #[must_use]
    pub fn answer(
        &self,
        method: &Method,
        path: &str,
        answer: &http::Response<Bytes>,
    ) -> Vec<String> {
        match body::of_answer(answer) {
            Ok(Some((media, body))) => {
                self.answer_of(method, path, answer.status(), (&media, &body))
            }
            Ok(None) => self.says_nothing(method, path, answer.status()),
            Err(violation) => vec![violation],
        }
    }

    /// An answer without a body is right where none is described.
    fn says_nothing(&self, method: &Method, path: &str, status: StatusCode) -> Vec<String> {
        let pointer = match self.response(method, path, status) {
            Ok(pointer) => pointer,
            Err(violation) => return vec![violation],
        };
        let described = self.document.pointer(&format!("{pointer}/content"));
        let wants = described
            .and_then(Value::as_object)
            .is_some_and(|it| !it.is_empty());
        let missing = wants.then(|| "the answer has no body".to_owned());
        missing.into_iter().collect()
    }

    /// Every way in which `body`, answered with `status`, breaks the description.
    #[must_use]
    pub fn answer_body(
        &self,
        method: &Method,
        path: &str,
        status: StatusCode,
        body: &Value,
    ) -> Vec<String> {
        self.answer_of(method, path, status, ("application/json", body))
    }

    /// By the description of its media type, or by that of plain JSON where it has none of its own.
    fn answer_of(
        &self,
        method: &Method,
        path: &str,
        status: StatusCode,
        (media, body): (&str, &Value),
    ) -> Vec<String> {
        let pointer = match self.response(method, path, status) {
            Ok(pointer) => self.dereference(pointer),
            Err(violation) => return vec![violation],
        };
        let own = format!("{pointer}/content/{}", escape(media));
        let has_own = self.document.pointer(&own).is_some();
        self.content(
            &pointer,
            if has_own { media } else { "application/json" },
            body,
        )
    }

    /// Where the answer of `status` is described.
    fn response(&self, method: &Method, path: &str, status: StatusCode) -> Result<String, String> {
        let operation = self.operation(method, path)?;
        let pointers = [status.as_str(), "default"]
            .map(|status| format!("{}/responses/{status}", operation.pointer));
        let mut pointers = pointers.into_iter();
        let pointer = pointers.find(|pointer| self.document.pointer(pointer).is_some());
        pointer.ok_or_else(|| format!("{path}: status {status} is not described"))
    }

    /// Every way in which `value` breaks the named schema under `components`.
    #[must_use]
    pub fn component(&self, name: &str, value: &Value) -> Vec<String> {
        self.at(&format!("/components/schemas/{name}"), value)
    }

    /// Every way in which `value` breaks the schema at `pointer`.
    #[must_use]
    pub fn at(&self, pointer: &str, value: &Value) -> Vec<String> {
        match self.validator(pointer) {
            Err(violation) => vec![violation],
            Ok(validator) => validator
                .iter_errors(value)
                .map(|error| {
                    let place = error.instance_path().to_string();
                    let text: String = error.to_string().chars().take(300).collect();
                    format!("{}: {text}", if place.is_empty() { "/" } else { &place })
                })
                .collect(),
        }
    }

    fn body(&self, operation: &Operation<'_>, body: &Value) -> Vec<String> {
        let pointer = format!("{}/requestBody", operation.pointer);
        let pointer = self.dereference(pointer);
        let described = self.document.pointer(&pointer);
        let forms = ["application/x-www-form-urlencoded", "multipart/form-data"];
        let form = forms.into_iter().find(|form| {
            described.is_some_and(|described| described["content"].get(*form).is_some())
        });
        self.content(&pointer, form.unwrap_or("application/json"), body)
    }

    fn body_required(&self, operation: &Operation<'_>) -> bool {
        let pointer = self.dereference(format!("{}/requestBody", operation.pointer));
        self.document
            .pointer(&pointer)
            .is_some_and(|body| body["required"] == true)
    }

    fn content(&self, pointer: &str, media: &str, value: &Value) -> Vec<String> {
        let pointer = self.dereference(pointer.to_owned());
        let described = self.document.pointer(&format!("{pointer}/content"));
        let described = described.and_then(Value::as_object);
        // JSON has further names: `application/problem+json`, `application/json; charset=utf-8`.
        let is_json = |name: &str| {
            let name = name.split(';').next().unwrap_or_default().trim();
            name == "application/json" || name.ends_with("+json")
        };
        let mut others = described.into_iter().flat_map(serde_json::Map::keys);
        let named = described.is_some_and(|all| all.contains_key(media));
        let other = others.find(|name| !named && is_json(media) && is_json(name));
        let media = escape(other.map_or(media, String::as_str));
        self.at(&format!("{pointer}/content/{media}/schema"), value)
    }

    /// The operation that serves `path`. Two templates of the same shape are told apart by the
    /// number of segments that are literal or a parameter's default.
    fn operation(&self, method: &Method, path: &str) -> Result<Operation<'_>, String> {
        let method = method.as_str().to_ascii_lowercase();
        let mut best: Option<(usize, Operation<'_>)> = None;
        let mut known = false;
        for (template, item) in self.paths() {
            for base in self.bases(item) {
                let Some((literal, arguments)) = matched(&format!("{base}{template}"), path) else {
                    continue;
                };
                known = true;
                let Some(value) = item.get(&method) else {
                    continue;
                };
                let pointer = format!("/paths/{}/{method}", escape(template));
                let exact = literal + Self::defaults(value, &arguments);
                if best.as_ref().is_none_or(|(before, _)| exact > *before) {
                    let operation = Operation {
                        pointer,
                        value,
                        arguments,
                    };
                    best = Some((exact, operation));
                }
            }
        }
        let file = &self.file;
        best.map(|(_, operation)| operation).ok_or(if known {
            format!("{file}: {method} is not described for {path}")
        } else {
            format!("{file}: the path {path} is not described")
        })
    }

    fn paths(&self) -> impl Iterator<Item = (&String, &Value)> {
        let paths = self.document.get("paths").and_then(Value::as_object);
        paths.into_iter().flatten()
    }

    /// The paths of the servers, and each without its first parts: where a host's base ends and
    /// where the request's own path begins is the caller's choice.
    fn bases(&self, item: &Value) -> Vec<String> {
        let mut bases = vec![String::new()];
        let own = item
            .as_object()
            .into_iter()
            .flat_map(Map::values)
            .filter_map(|operation| operation.get("servers"));
        for servers in own.chain(self.document.get("servers")) {
            for server in servers.as_array().into_iter().flatten() {
                let url = server["url"].as_str().unwrap_or_default();
                let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
                let mut path = rest
                    .find('/')
                    .and_then(|at| rest.get(at..))
                    .unwrap_or_default();
                path = path.trim_end_matches('/');
                while !path.is_empty() {
                    if !bases.iter().any(|known| known == path) {
                        bases.push(path.to_owned());
                    }
                    let next = path.get(1..).and_then(|rest| rest.find('/'));
                    path = next.and_then(|at| path.get(at + 1..)).unwrap_or_default();
                }
            }
        }
        bases
    }

    fn defaults(operation: &Value, arguments: &[(String, String)]) -> usize {
        let parameters = operation["parameters"].as_array();
        let is_default = |(name, given): &&(String, String)| {
            parameters.into_iter().flatten().any(|parameter| {
                let schema = &parameter["schema"];
                parameter["name"] == name.as_str() && schema["default"] == given.as_str()
            })
        };
        arguments.iter().filter(is_default).count()
    }

    fn dereference(&self, pointer: String) -> String {
        self.document
            .pointer(&pointer)
            .and_then(|value| value["$ref"].as_str())
            .and_then(|target| target.strip_prefix('#'))
            .map_or_else(|| pointer.clone(), str::to_owned)
    }

    fn validator(&self, pointer: &str) -> Result<Arc<Validator>, String> {
        let mut compiled = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(validator) = compiled.get(pointer) {
            return Ok(Arc::clone(validator));
        }
        let file = &self.file;
        let schema = self
            .document
            .pointer(pointer)
            .ok_or_else(|| format!("{file}: no schema at {pointer}"))?;
        let named = |place: &str| self.document.get(place);
        let root = json!({
            "allOf": [schema],
            "components": named("components"),
            "definitions": named("definitions").cloned().unwrap_or_else(|| json!({})),
        });
        let validator = jsonschema::options()
            .with_draft(self.draft)
            .should_validate_formats(true)
            .build(&root)
            .map_err(|error| format!("{file}: schema at {pointer}: {error}"))?;
        let validator = Arc::new(validator);
        compiled.insert(pointer.to_owned(), Arc::clone(&validator));
        Ok(validator)
    }
}

fn read(folder: &Path, file: &str) -> Result<String, Error> {
    std::fs::read_to_string(folder.join(file)).map_err(|source| Error::Unreadable {
        file: file.to_owned(),
        source,
    })
}

/// How many segments of `template` are literal, and what its parameters stand for in `path`.
fn matched(template: &str, path: &str) -> Option<(usize, Vec<(String, String)>)> {
    let (mut expected, mut given) = (template.split('/'), path.split('/'));
    let (mut literal, mut arguments) = (0, Vec::new());
    loop {
        match (expected.next(), given.next()) {
            (None, None) => return Some((literal, arguments)),
            (Some(expected), Some(given)) => {
                let name = expected
                    .strip_prefix('{')
                    .and_then(|name| name.strip_suffix('}'));
                match name {
                    Some(_) if given.is_empty() => return None,
                    Some(name) => arguments.push((name.to_owned(), unescape(given, false))),
                    None if expected == given => literal += 1,
                    None => return None,
                }
            }
            _ => return None,
        }
    }
}

/// A JSON pointer's segment.
fn escape(segment: &str) -> String {
    segment.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests;

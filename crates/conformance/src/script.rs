//! A carrier that answers from a script: the transport beneath everything that the suite asks.

use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use parcelgate_carrier::{
    Auth, Carrier, Class, Error, Exchange, Host, Intent, Kind, Request, Response, Result,
};
use parcelgate_domain::CarrierId;

use crate::fixture::{Recorded, write_request};

/// Answers each request with the next recorded answer, unless a fault is planned there, and keeps
/// what was sent. Requests for a token are no part of the script; it answers them by itself.
#[derive(Debug)]
pub struct Script {
    carrier: CarrierId,
    hosts: Vec<&'static str>,
    issued: Vec<(&'static str, &'static str, &'static str)>,
    steps: Vec<Recorded>,
    fault: Option<Fault>,
    log: Mutex<Log>,
}

/// Something that goes wrong.
#[derive(Debug, Clone)]
pub struct Fault {
    /// In the place of which recorded answer.
    pub step: usize,
    /// How often before the recorded answer comes after all.
    pub times: usize,
    /// What happens.
    pub what: Happens,
}

/// What goes wrong.
#[derive(Debug, Clone)]
pub enum Happens {
    /// Another answer comes.
    Answer(Response),
    /// No connection: nothing leaves.
    NotSent,
    /// The request leaves and no answer comes.
    Lost,
}

/// What a script has seen.
#[derive(Debug, Default)]
pub struct Log {
    /// Every request that left, tokens aside.
    pub sent: Vec<Sent>,
    /// Every request for a token.
    pub tokens: Vec<Sent>,
    /// Requests that the script has no place for, or that mean nothing.
    pub complaints: Vec<String>,
    step: usize,
    faults: usize,
}

/// A request that left.
#[derive(Debug, Clone)]
pub struct Sent {
    /// The request; its extensions hold the intent.
    pub request: http::Request<Bytes>,
    /// What it means.
    pub intent: Intent,
    /// At which step of the script.
    pub step: usize,
}

impl Script {
    /// Answers as recorded.
    #[must_use]
    pub fn of(carrier: &dyn Carrier, steps: &[Recorded], fault: Option<Fault>) -> Self {
        Self {
            carrier: carrier.profile().id.clone(),
            hosts: carrier.hosts().iter().map(|host| host.name).collect(),
            issued: carrier.hosts().iter().filter_map(issued).collect(),
            steps: steps.to_vec(),
            fault,
            log: Mutex::default(),
        }
    }

    /// Takes out what it has seen, with a complaint when not every answer was asked for.
    #[must_use]
    pub fn take_log(&self) -> Log {
        let mut log = std::mem::take(&mut *self.log());
        let left = self.steps.len().saturating_sub(log.step);
        if left > 0 {
            let last = self.steps.get(log.step).map(|step| &step.request);
            let target = last.map_or("", |request| &request.target);
            let text = format!("{left} expected requests were not sent, the first to {target}");
            log.complaints.push(text);
        }
        log
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn failure(&self, kind: Kind, intent: Intent) -> Error {
        Error::new(kind, self.carrier.clone(), intent.operation)
    }

    fn next(&self, intent: Intent, request: Request) -> Result<Response> {
        let mut log = self.log();
        let step = log.step;
        if intent.class == Class::Token {
            log.tokens.push(Sent {
                request,
                intent,
                step,
            });
            let asked = log.tokens.last();
            let path = asked.map_or("", |asked| asked.request.uri().path());
            let mut issued = self.issued.iter();
            let member = issued.find(|(host, at, _)| *host == intent.host && *at == path);
            let member = member.map_or("access_token", |(_, _, member)| member);
            return Ok(token(member, log.tokens.len()));
        }
        let due = |fault: &&Fault| fault.step == step && log.faults < fault.times;
        let fault = self.fault.as_ref().filter(due).map(|fault| &fault.what);
        if matches!(fault, Some(Happens::NotSent)) {
            log.faults += 1;
            return Err(self.failure(Kind::Unsent, intent));
        }
        log.sent.push(Sent {
            request,
            intent,
            step,
        });
        if let Some(fault) = fault {
            log.faults += 1;
            return match fault {
                Happens::Answer(response) => Ok(response.clone()),
                Happens::NotSent | Happens::Lost => Err(self.failure(Kind::OutcomeUnknown, intent)),
            };
        }
        if let Some(recorded) = self.steps.get(step) {
            log.step += 1;
            return Ok(recorded.answer.response());
        }
        let request = log.sent.last().map(|sent| &sent.request);
        let text = request.map_or_else(String::new, |sent| write_request(sent, intent.host));
        log.complaints.push(format!(
            "the fixture has no exchange for this request:\n\n{text}"
        ));
        Err(self.failure(Kind::OutcomeUnknown, intent))
    }
}

#[async_trait]
impl Exchange for Script {
    async fn exchange(&self, request: Request) -> Result<Response> {
        let Some(intent) = request.extensions().get::<Intent>().copied() else {
            let text = format!("{} {} has no intent", request.method(), request.uri());
            self.log().complaints.push(text);
            return Err(Error::new(Kind::Invalid, self.carrier.clone(), "unmeant"));
        };
        if !self.hosts.contains(&intent.host) {
            let text = format!(
                "{} goes to {:?}, no host of it",
                intent.operation, intent.host
            );
            self.log().complaints.push(text);
        }
        self.next(intent, request)
    }
}

/// How the tokens begin that the script gives out.
pub const TOKEN: &str = "sentinel-token-";

/// Host, path and member of the token that is issued for `host`, if one is.
fn issued(host: &Host) -> Option<(&'static str, &'static str, &'static str)> {
    match &host.auth {
        Auth::Issued(issued) => Some((issued.host, issued.path, issued.member)),
        Auth::Open | Auth::Headers(_) | Auth::Bearer(_) | Auth::Refreshed(_) | Auth::Digest(_) => {
            None
        }
    }
}

fn token(member: &str, count: usize) -> Response {
    let body =
        format!(r#"{{"{member}":"{TOKEN}{count}","token_type":"Bearer","expires_in":"14399"}}"#);
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = StatusCode::OK;
    let json = http::HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use parcelgate_carrier::Issued;
    use parcelgate_domain::Secret;
    use serde_json::Value;

    use super::*;

    #[test]
    fn a_token_that_is_issued_is_the_member_that_its_host_names() {
        let host = |auth| Host {
            name: "vault",
            base_url: String::new(),
            auth,
        };
        let vault = host(Auth::Issued(Issued {
            host: "api",
            path: "/issue",
            body: Secret::from("{}"),
            member: "payToken",
            header: "x-pay-token",
            life: Duration::from_secs(1),
        }));
        assert_eq!(issued(&vault), Some(("api", "/issue", "payToken")));
        assert_eq!(issued(&host(Auth::Open)), None);
        let answer = token("payToken", 7);
        let answer: Value = serde_json::from_slice(answer.body()).unwrap();
        assert_eq!(answer["payToken"], format!("{TOKEN}7"));
        assert!(answer.get("access_token").is_none());
    }
}

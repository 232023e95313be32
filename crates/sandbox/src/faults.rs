//! Faults on request, applied in one place around every carrier's handlers.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, Request};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::stream;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use crate::settings::Carrier;
use crate::shops::Shop;
use crate::wire::Wire;

/// Faults waiting at once; the oldest go when more are ordered.
const WAITING_MAX: usize = 1_000;
/// The largest answer that is spoiled; all of the sandbox's answers are smaller.
const ANSWER_BYTES_MAX: usize = 64 * 1024 * 1024;

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// The right answer, but only after so many milliseconds.
    Slow {
        /// The delay in milliseconds of real time.
        ms: u64,
    },
    /// No answer, ever; the connection stays open.
    Hang,
    /// The connection is cut before anything happened.
    CutBefore,
    /// Everything happens (a label is sold), then the connection is cut without an answer.
    CutAfter,
    /// The connection is cut once so many bytes of the request have come, its head included;
    /// nothing happens.
    CutRequestAt {
        /// How many.
        byte: u64,
    },
    /// Everything happens; the connection is cut after so many bytes of the answer, its head
    /// included.
    CutReplyAt {
        /// How many.
        byte: u64,
    },
    /// Everything happens, and no answer ever comes; the connection stays open.
    HangAfter,
    /// Everything happens after so many milliseconds, also when nobody waits any more: the request
    /// is under way where a caller's leaving does not reach it.
    Held {
        /// The delay in milliseconds of real time.
        ms: u64,
    },
    /// Nothing happens; this status is answered.
    Status {
        /// The HTTP status, 100 to 999.
        code: u16,
        /// Seconds for the `Retry-After` header.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after: Option<u32>,
    },
    /// Everything happens, but the answer is broken JSON.
    Malformed,
    /// Everything happens, but the answer is a web page.
    Html,
    /// Everything happens, but the answer breaks off in its middle.
    Truncate,
    /// Tracking shows every scan twice; a push is sent twice.
    Duplicate,
    /// Tracking hides the newest scan; a push comes after its successor.
    Late,
}

/// An order for a fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaultOrder {
    /// Whose requests.
    pub carrier: Carrier,
    /// Which operation: `token`, `rate`, `ship`, `void`, `label`, `track`, ... or `*` for any.
    #[serde(default = "any")]
    pub operation: String,
    /// What goes wrong.
    pub fault: Fault,
    /// How often, before it is right again.
    #[serde(default = "once")]
    pub times: u32,
}

/// An order for a fault of a shop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShopFaultOrder {
    /// Whose requests.
    pub shop: Shop,
    /// Which operation: `token`, `confirm`, `read_back`, ... or `*` for any.
    #[serde(default = "any")]
    pub operation: String,
    /// What goes wrong.
    pub fault: Fault,
    /// How often, before it is right again.
    #[serde(default = "once")]
    pub times: u32,
}

/// Whose requests a fault is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whom {
    Carrier(Carrier),
    Shop(Shop),
}

/// An order, whoever it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ordered {
    whom: Whom,
    operation: String,
    fault: Fault,
    times: u32,
}

impl From<FaultOrder> for Ordered {
    fn from(order: FaultOrder) -> Self {
        Self {
            whom: Whom::Carrier(order.carrier),
            operation: order.operation,
            fault: order.fault,
            times: order.times,
        }
    }
}

impl From<ShopFaultOrder> for Ordered {
    fn from(order: ShopFaultOrder) -> Self {
        Self {
            whom: Whom::Shop(order.shop),
            operation: order.operation,
            fault: order.fault,
            times: order.times,
        }
    }
}

fn any() -> String {
    "*".to_owned()
}

const fn once() -> u32 {
    1
}

/// The faults that wait for their request.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<Vec<Ordered>>);

impl Faults {
    pub(crate) fn order(&self, order: impl Into<Ordered>) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() >= WAITING_MAX {
            waiting.remove(0);
        }
        waiting.push(order.into());
    }

    pub(crate) fn clear(&self) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }

    /// Those for carriers.
    pub(crate) fn waiting(&self) -> Vec<FaultOrder> {
        let waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of_carrier = |order: &Ordered| {
            let Whom::Carrier(carrier) = order.whom else {
                return None;
            };
            Some(FaultOrder {
                carrier,
                operation: order.operation.clone(),
                fault: order.fault,
                times: order.times,
            })
        };
        waiting.iter().filter_map(of_carrier).collect()
    }

    /// Takes one fault that applies to a request that has come whole, the first ordered first.
    pub(crate) fn take(&self, whom: Whom, operation: &str) -> Option<Fault> {
        self.take_where(whom, operation, |fault| cuts_request(fault).is_none())
    }

    /// After how many bytes of a request it is to be cut, if it is.
    pub(crate) fn take_cut(&self, whom: Whom, operation: &str) -> Option<u64> {
        let cuts = |fault| cuts_request(fault).is_some();
        self.take_where(whom, operation, cuts)
            .and_then(cuts_request)
    }

    fn take_where(
        &self,
        whom: Whom,
        operation: &str,
        which: impl Fn(Fault) -> bool,
    ) -> Option<Fault> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let applies = |order: &Ordered| {
            order.times > 0
                && order.whom == whom
                && (order.operation == "*" || order.operation == operation)
                && which(order.fault)
        };
        let index = waiting.iter().position(applies)?;
        let order = waiting.get_mut(index)?;
        order.times -= 1;
        let (fault, spent) = (order.fault, order.times == 0);
        if spent {
            waiting.remove(index);
        }
        Some(fault)
    }
}

/// What happens to a request before it has come whole.
const fn cuts_request(fault: Fault) -> Option<u64> {
    if let Fault::CutRequestAt { byte } = fault {
        return Some(byte);
    }
    None
}

/// How a tracking answer is to be told; handlers that show scans find it among the extensions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Telling {
    /// As it was.
    #[default]
    Plain,
    /// Every scan twice.
    Twice,
    /// Without the newest scan.
    Late,
}

/// Serves `request` under `fault`. `refusal` is the carrier's own way to answer a status.
pub(crate) async fn apply(
    fault: Fault,
    mut request: Request,
    next: Next,
    refusal: fn(StatusCode) -> Response,
    closing: &CancellationToken,
) -> Response {
    let wire = request
        .extensions()
        .get::<ConnectInfo<Wire>>()
        .map(|ConnectInfo(wire)| wire.clone());
    let cut = || {
        if let Some(wire) = &wire {
            wire.cut();
        }
        StatusCode::BAD_GATEWAY.into_response() // never written: the wire is cut
    };
    match fault {
        Fault::Slow { ms } => {
            parcelgate_clock::sleep(Duration::from_millis(ms)).await;
            next.run(request).await
        }
        Fault::Hang => {
            closing.cancelled().await;
            cut()
        }
        // The latter is taken where the bytes come in, and never comes here.
        Fault::CutBefore | Fault::CutRequestAt { .. } => cut(),
        Fault::CutAfter => {
            drop(next.run(request).await);
            cut()
        }
        Fault::CutReplyAt { byte } => {
            let answer = next.run(request).await;
            if let Some(wire) = &wire {
                wire.cut_after(byte);
            }
            answer
        }
        Fault::HangAfter => {
            drop(next.run(request).await);
            closing.cancelled().await;
            cut()
        }
        Fault::Held { ms } => {
            let answer = hold(Duration::from_millis(ms), request, next, closing.clone());
            answer.await.unwrap_or_else(|_| cut())
        }
        Fault::Status { code, retry_after } => refused(refusal, code, retry_after),
        Fault::Malformed => spoil(next.run(request).await, broken).await,
        Fault::Html => spoil(next.run(request).await, page).await,
        Fault::Truncate => spoil(next.run(request).await, truncated).await,
        Fault::Duplicate => {
            request.extensions_mut().insert(Telling::Twice);
            next.run(request).await
        }
        Fault::Late => {
            request.extensions_mut().insert(Telling::Late);
            next.run(request).await
        }
    }
}

/// Carries the request out after `pause`, whoever waits.
fn hold(
    pause: Duration,
    request: Request,
    next: Next,
    closing: CancellationToken,
) -> oneshot::Receiver<Response> {
    let (tell, told) = oneshot::channel();
    tokio::spawn(async move {
        let held = parcelgate_clock::sleep(pause);
        if closing.run_until_cancelled(held).await.is_some() {
            let _gone = tell.send(next.run(request).await);
        }
    });
    told
}

fn refused(refusal: fn(StatusCode) -> Response, code: u16, retry_after: Option<u32>) -> Response {
    let status = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut answer = refusal(status);
    if let Some(seconds) = retry_after {
        let headers = answer.headers_mut();
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    answer
}

async fn spoil(answer: Response, how: fn(Response, Bytes) -> Response) -> Response {
    let (parts, body) = answer.into_parts();
    let body = to_bytes(body, ANSWER_BYTES_MAX).await.unwrap_or_default();
    let mut answer = Response::from_parts(parts, Body::empty());
    answer.headers_mut().remove(CONTENT_LENGTH);
    how(answer, body)
}

/// JSON without its last brace, and with a comma too many.
fn broken(answer: Response, body: Bytes) -> Response {
    let kept = body.len().saturating_sub(1);
    let mut text = body.slice(..kept).to_vec();
    text.extend_from_slice(b",,");
    answer.map(|_| Body::from(text))
}

fn page(mut answer: Response, _: Bytes) -> Response {
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    answer.headers_mut().insert(CONTENT_TYPE, html);
    answer.map(|_| {
        Body::from("<!DOCTYPE html><html><body><h1>Service unavailable</h1></body></html>\n")
    })
}

/// Announces the whole length, sends half of it, and ends the connection.
fn truncated(mut answer: Response, body: Bytes) -> Response {
    answer
        .headers_mut()
        .insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
    let half = body.slice(..body.len() / 2);
    let broken = std::io::Error::from(std::io::ErrorKind::ConnectionAborted);
    let parts = stream::unfold(Some(Ok(half)), move |part| {
        let broken = std::io::Error::from(broken.kind());
        async move {
            let part: Result<Bytes, std::io::Error> = part?;
            match part {
                Ok(half) => Some((Ok(half), Some(Err(broken)))),
                Err(error) => {
                    tokio::task::yield_now().await; // lets the first half leave
                    Some((Err(error), None))
                }
            }
        }
    });
    answer.map(|_| Body::from_stream(parts))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_spent_after_its_times() {
        let faults = Faults::default();
        let order = r#"{"carrier":"ups","operation":"ship","fault":{"slow":{"ms":5}},"times":2}"#;
        faults.order(serde_json::from_str::<FaultOrder>(order).unwrap());
        assert_eq!(faults.take(Whom::Carrier(Carrier::Yanwen), "ship"), None);
        assert_eq!(faults.take(Whom::Carrier(Carrier::Ups), "rate"), None);
        for _ in 0..2 {
            assert_eq!(
                faults.take(Whom::Carrier(Carrier::Ups), "ship"),
                Some(Fault::Slow { ms: 5 })
            );
        }
        assert_eq!(faults.take(Whom::Carrier(Carrier::Ups), "ship"), None);
        assert!(faults.waiting().is_empty());
    }

    #[test]
    fn an_order_needs_only_carrier_and_fault() {
        let order: FaultOrder =
            serde_json::from_str(r#"{"carrier":"yanwen","fault":"cut_after"}"#).unwrap();
        assert_eq!((order.operation.as_str(), order.times), ("*", 1));
        assert_eq!(order.fault, Fault::CutAfter);
    }
}

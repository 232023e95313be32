//! The book of requests for labels: what came, whether or not anything was sold for it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, Request};
use axum::response::{IntoResponse, Response};
use http::StatusCode;

use crate::settings::Carrier;
use crate::wire::Wire;

/// A request for a label that came whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShipCall {
    /// Whose.
    pub carrier: Carrier,
    /// Its body.
    pub body: Bytes,
    /// How many bytes of it came, its head included.
    pub bytes: u64,
    /// How it ended.
    pub end: CallEnd,
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CallEnd {
    /// It has not.
    Open,
    /// It was answered, or cut because a fault was ordered.
    Finished,
    /// Whoever sent it left before that.
    Abandoned,
}

/// The newest requests for labels.
#[derive(Debug, Clone)]
pub(crate) struct ShipCalls {
    kept_max: usize,
    body_bytes_max: usize,
    kept: Arc<Mutex<Book>>,
}

#[derive(Debug, Default)]
struct Book {
    /// The place of the first that is kept among all that came.
    first: usize,
    calls: VecDeque<ShipCall>,
    ended: usize,
}

/// A request that is being served; dropped before it finished, it was abandoned.
#[derive(Debug)]
pub(crate) struct Entered {
    book: Arc<Mutex<Book>>,
    place: usize,
    end: CallEnd,
}

impl ShipCalls {
    pub(crate) fn keeping(kept_max: usize, body_bytes_max: usize) -> Self {
        Self {
            kept_max,
            body_bytes_max,
            kept: Arc::default(),
        }
    }

    /// Takes the whole request in and notes it, if it is one for a label.
    pub(crate) async fn enter(
        &self,
        carrier: Carrier,
        operation: &str,
        request: Request,
    ) -> Result<(Request, Option<Entered>), Response> {
        if self.kept_max == 0 || operation != "ship" {
            return Ok((request, None));
        }
        let (parts, body) = request.into_parts();
        let body = to_bytes(body, self.body_bytes_max).await;
        let body = body.map_err(|_| StatusCode::BAD_REQUEST.into_response())?;
        let wire = parts.extensions.get::<ConnectInfo<Wire>>();
        let entered = self.note(ShipCall {
            carrier,
            body: body.clone(),
            bytes: wire.map_or(0, |ConnectInfo(wire)| wire.come()),
            end: CallEnd::Open,
        });
        Ok((Request::from_parts(parts, Body::from(body)), Some(entered)))
    }

    fn note(&self, call: ShipCall) -> Entered {
        let mut book = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if book.calls.len() >= self.kept_max {
            book.calls.pop_front();
            book.first += 1;
        }
        book.calls.push_back(call);
        Entered {
            place: book.first + book.calls.len() - 1,
            book: Arc::clone(&self.kept),
            end: CallEnd::Abandoned,
        }
    }

    pub(crate) fn all(&self) -> Vec<ShipCall> {
        let book = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        book.calls.iter().cloned().collect()
    }

    /// How many came, and how many of them have ended, forgotten ones too.
    pub(crate) fn counts(&self) -> (usize, usize) {
        let book = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        (book.first + book.calls.len(), book.ended)
    }

    pub(crate) fn clear(&self) {
        let mut book = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        book.first += book.calls.len();
        book.calls.clear();
    }
}

impl Entered {
    pub(crate) fn finished(mut self) {
        self.end = CallEnd::Finished;
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        let mut book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        book.ended += 1;
        let at = self.place.checked_sub(book.first);
        if let Some(call) = at.and_then(|at| book.calls.get_mut(at)) {
            call.end = self.end;
        }
    }
}

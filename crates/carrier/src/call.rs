//! One operation in progress.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use crate::{Exchange, Lane, Outgoing, Repeat, Response, Result, Witness, Witnessed};

/// The only thing by which a carrier can reach the outside, for the length of one operation.
pub struct Call<'a> {
    wire: &'a dyn Exchange,
    deadline: Instant,
    lane: Lane,
    witness: Option<Witnessed>,
    accepted: AtomicBool,
}

impl<'a> Call<'a> {
    /// Over `wire`, for as long as somebody waits.
    #[must_use]
    pub fn new(wire: &'a dyn Exchange, deadline: Instant) -> Self {
        Self {
            wire,
            deadline,
            lane: Lane::Buy,
            witness: None,
            accepted: AtomicBool::new(false),
        }
    }

    /// The same, with every request of it in `lane` or further back.
    #[must_use]
    pub const fn behind(mut self, lane: Lane) -> Self {
        self.lane = lane;
        self
    }

    /// The same, with every answer to a request that must not be repeated shown to `witness` before
    /// anyone reads it.
    #[must_use]
    pub fn seen_by(mut self, witness: Arc<dyn Witness>) -> Self {
        self.witness = Some(Witnessed(witness));
        self
    }

    /// When nobody waits any more.
    #[must_use]
    pub const fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Sends one request of the operation.
    ///
    /// Once a request that may not be repeated was accepted, every later failure of the same
    /// operation is in doubt: an order that is placed but whose label did not load is not free to
    /// be placed again.
    ///
    /// # Errors
    /// Whatever the layers beneath make of the failure.
    pub async fn send(&self, outgoing: Outgoing) -> Result<Response> {
        let repeat = outgoing.repeat();
        let mut request = outgoing.into_request(self.deadline, self.lane);
        if let (Repeat::OnlyIfUnsent, Some(witness)) = (repeat, &self.witness) {
            request.extensions_mut().insert(witness.clone());
        }
        match self.wire.exchange(request).await {
            Ok(response) => {
                if repeat == Repeat::OnlyIfUnsent {
                    self.accepted.store(true, Ordering::Release);
                }
                Ok(response)
            }
            Err(error) if self.accepted.load(Ordering::Acquire) => Err(error.after_acceptance()),
            Err(error) => Err(error),
        }
    }
}

impl fmt::Debug for Call<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}

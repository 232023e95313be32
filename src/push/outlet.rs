//! The port to where events go.

use std::fmt::Debug;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use parcelgate_store::{Event, Subscription};

/// Where events go.
#[async_trait]
pub(super) trait Outlet: Debug + Send + Sync + 'static {
    /// Sends one event once, within a bounded time.
    async fn send(&self, to: &Subscription, message: Message<'_>) -> Outcome;
}

/// An event as it is sent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Message<'a> {
    /// What happened.
    pub(super) event: &'a Event,
    /// Whether it was asked for once more.
    pub(super) replay: bool,
    /// The `subject_seq` of events of its subject that were given up before it.
    pub(super) missed: &'a [i64],
    /// The time of this attempt.
    pub(super) at: Timestamp,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The receiver has it.
    Delivered {
        /// HTTP status.
        status: u16,
    },
    /// The receiver wants nothing any more.
    Gone {
        /// HTTP status.
        status: u16,
    },
    /// The receiver has it not, or may not have it.
    Failed {
        /// How, as one of a few words that can be counted.
        how: &'static str,
        /// HTTP status, when there was one.
        status: Option<u16>,
        /// How, in full.
        why: String,
        /// The shortest pause that the receiver asks for.
        pause: Option<Duration>,
    },
}

impl Outcome {
    /// One of a few words, for a metric.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Delivered { .. } => "delivered",
            Self::Gone { .. } => "gone",
            Self::Failed { how, .. } => how,
        }
    }
}

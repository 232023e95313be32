//! The single door to the network.

use std::num::NonZeroU32;
use std::time::Instant;

use async_trait::async_trait;
use bytes::Bytes;

use crate::Result;

/// What leaves. Its URI is a path with a query, below the base of [`Intent::host`]; its extensions
/// hold exactly one [`Intent`].
pub type Request = http::Request<Bytes>;

/// What comes back, read to its end and bounded.
pub type Response = http::Response<Bytes>;

/// Sends a request and brings its answer. Every layer, the transport and the replayer are one.
#[async_trait]
pub trait Exchange: Send + Sync {
    /// One request, one answer or one typed failure.
    async fn exchange(&self, request: Request) -> Result<Response>;
}

/// What the sender means by a request. Layers decide from this, never from a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Intent {
    /// What it does, in one word: `quote`, `buy`, `track`.
    pub operation: &'static str,
    /// Which of the account's hosts it goes to.
    pub host: &'static str,
    /// Which quotas and which time limit it falls under.
    pub class: Class,
    /// Who is let go before it, and whom it goes before, where a quota is short.
    pub lane: Lane,
    /// Whether it may be sent twice.
    pub repeat: Repeat,
    /// How many permits of the quota it takes.
    pub permits: NonZeroU32,
    /// When nobody waits for the answer any more.
    pub deadline: Instant,
}

/// Kinds of requests that share a quota and a time limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Prices.
    Rate,
    /// Buying, which costs money.
    Ship,
    /// Tracking.
    Track,
    /// Voids, labels fetched again, look-ups, addresses, subscriptions.
    Manage,
    /// Tokens.
    Token,
}

impl Class {
    /// Every class: for a quota that they all share.
    pub const EVERY: &[Self] = &[
        Self::Rate,
        Self::Ship,
        Self::Track,
        Self::Manage,
        Self::Token,
    ];

    /// The lane of a request of this class, unless who asks puts it further back.
    #[must_use]
    pub const fn lane(self) -> Lane {
        match self {
            // A void or a look-up settles a purchase, and a purchase may wait for the token.
            Self::Ship | Self::Manage | Self::Token => Lane::Buy,
            Self::Rate => Lane::Quote,
            Self::Track => Lane::Track,
        }
    }

    /// Every class with its name.
    pub const ALL: [(Self, &'static str); 5] = [
        (Self::Rate, "rate"),
        (Self::Ship, "ship"),
        (Self::Track, "track"),
        (Self::Manage, "manage"),
        (Self::Token, "token"),
    ];
}

/// Who goes first where a quota is short, the first lane before all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    /// Buying and voiding, and what settles a purchase.
    Buy,
    /// Prices, batches of purchases, and what else somebody waits for.
    Quote,
    /// Tracking that somebody waits for.
    Track,
    /// What nobody waits for, such as the polling of many numbers.
    Bulk,
}

impl Lane {
    /// Every lane, the first one first.
    pub const ALL: [Self; 4] = [Self::Buy, Self::Quote, Self::Track, Self::Bulk];
}

/// Whether a request may be sent more than once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Repeat {
    /// Twice is as good as once.
    Safe,
    /// Twice may cost twice: only when it is certain that it never left.
    OnlyIfUnsent,
}

//! Who calls, what for, and how long they wait.

use std::time::{Duration, Instant};

use parcelgate_store::{KeyId, Tenant};

/// How much earlier than its caller's deadline a reply leaves, so that it arrives in time.
pub(crate) const MARGIN: Duration = Duration::from_millis(50);

/// One call's caller.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Whose data it sees.
    pub tenant: Tenant,
    /// The API key it calls with; none when the gateway acts by itself.
    pub key: Option<KeyId>,
    /// When nobody waits any more.
    pub deadline: Instant,
}

impl Caller {
    /// The moment by which a reply must be ready to arrive in time.
    #[must_use]
    pub fn reply_by(&self, margin: Duration) -> Instant {
        self.deadline.checked_sub(margin).unwrap_or(self.deadline)
    }
}

/// Whose everything is for now: accounts are the operator's, and every key is made for this tenant.
/// Records carry their tenant all the same, so that more can come without moving a row.
#[must_use]
pub fn main_tenant() -> Tenant {
    // The operator's own; the text is one that a tenant may have.
    "main".parse().unwrap_or_else(|_| Tenant::operator())
}

/// What a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Ask for prices.
    RatesRead,
    /// Buy and void labels, read shipments.
    Labels,
    /// Decide what became of purchases in doubt; read carriers' answers to them.
    Settle,
    /// Read and make trackers, watch events.
    Tracking,
    /// Make and read subscriptions.
    Webhooks,
    /// Read carriers' state.
    Carriers,
}

impl Scope {
    /// Every scope with its name.
    pub const ALL: [(Self, &'static str); 6] = [
        (Self::RatesRead, "rates.read"),
        (Self::Labels, "labels"),
        (Self::Settle, "settle"),
        (Self::Tracking, "tracking"),
        (Self::Webhooks, "webhooks"),
        (Self::Carriers, "carriers"),
    ];

    /// The name that a key carries.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(scope, _)| *scope == self)
            .map_or("", |(_, name)| name)
    }
}

/// There is no such scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is no scope; there are {known}")]
pub struct UnknownScope {
    given: String,
    known: String,
}

impl std::str::FromStr for Scope {
    type Err = UnknownScope;

    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        let found = Self::ALL
            .iter()
            .find(|(_, name)| *name == text)
            .map(|(scope, _)| *scope);
        found.ok_or_else(|| UnknownScope {
            given: text.chars().take(40).collect(),
            known: Self::ALL.map(|(_, name)| name).join(", "),
        })
    }
}

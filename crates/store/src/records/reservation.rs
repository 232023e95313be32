//! Which request ids were used, for what, and what was answered.

use jiff::Timestamp;

use crate::{Blob, Tenant};

/// What makes a request the same request.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RequestKey {
    /// The method: `PurchaseLabel`.
    pub method: String,
    /// The caller's `request_id`.
    pub request_id: String,
}

/// A request id, reserved for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reservation {
    /// Whose.
    pub tenant: Tenant,
    /// Under which method and id.
    pub key: RequestKey,
    /// SHA-256 of the canonical request; another body under the same id is refused.
    pub body_sha256: [u8; 32],
    /// The resource it made or changed: `shipments/...`.
    pub subject: String,
    /// What was answered; none while it is under way.
    pub answer: Option<Blob>,
    /// When it was first asked.
    pub created_at: Timestamp,
}

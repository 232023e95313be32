//! Who may call, and what they may do.

use jiff::Timestamp;
use parcelgate_domain::Money;

use crate::{KeyId, Tenant};

/// An API key. Only its digest is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Whose.
    pub tenant: Tenant,
    /// The public part of the key; unique over all tenants.
    pub id: KeyId,
    /// What it is for, in its owner's words.
    pub name: String,
    /// Digest of the secret part.
    pub hash: [u8; 32],
    /// What it may do: `rates.read`, `labels.buy`.
    pub scopes: Vec<String>,
    /// How much the purchases of one day (UTC) made with it may come to.
    pub spend_limit: Option<Money>,
    /// Since when it is.
    pub created_at: Timestamp,
    /// Since when it no longer counts.
    pub revoked_at: Option<Timestamp>,
    /// When it was last seen, roughly.
    pub last_used_at: Option<Timestamp>,
}

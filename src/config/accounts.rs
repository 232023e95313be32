//! Accounts with carriers.

use std::fmt;

use parcelgate_domain::AccountId;
use parcelgate_wire::WireSettings;
use serde::Deserialize;

/// One account.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountConfig {
    /// Its name here.
    pub id: AccountId,
    /// Whose it is.
    pub carrier: String,
    /// What the carrier's adapter needs; holds secrets.
    #[serde(default)]
    pub settings: serde_json::Value,
    /// What differs from the carrier's own timeouts, quotas and retries.
    #[serde(default)]
    pub wire: WireSettings,
}

impl fmt::Debug for AccountConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccountConfig")
            .field("id", &self.id)
            .field("carrier", &self.carrier)
            .finish_non_exhaustive()
    }
}

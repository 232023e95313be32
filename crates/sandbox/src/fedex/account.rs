//! The one FedEx account that the sandbox knows.

use std::fmt;
use std::num::NonZeroU32;
use std::time::Duration;

use crate::settings::Webhook;

/// The FedEx side's project, shipping account and quotas.
#[derive(Clone)]
pub struct FedexAccount {
    /// OAuth client id: the project's API key.
    pub client_id: String,
    /// OAuth client secret.
    pub client_secret: String,
    /// The shipping account's nine digits.
    pub account_number: String,
    /// How long a token lives.
    pub token_life: Duration,
    /// Requests in ten seconds, beyond which 429 is answered. FedEx allows 1400; `None` for any.
    pub requests_per_ten_seconds: Option<NonZeroU32>,
    /// Whether asking for tokens too often (15 times in 5 seconds, or 120 times in 2 minutes) is
    /// answered with 403 for ten minutes.
    pub shuts_out: bool,
    /// Where the events of all of the account's parcels are pushed to, as one would set it in the
    /// FedEx portal. Its credential is the security token that signs.
    pub webhook: Option<Webhook>,
}

impl Default for FedexAccount {
    fn default() -> Self {
        Self {
            client_id: "sandbox-client".to_owned(),
            client_secret: "sandbox-secret".to_owned(),
            account_number: "740561073".to_owned(),
            token_life: Duration::from_secs(3_600),
            requests_per_ten_seconds: None,
            shuts_out: false,
            webhook: None,
        }
    }
}

impl fmt::Debug for FedexAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FedexAccount")
            .field("client_id", &self.client_id)
            .field("account_number", &self.account_number)
            .field("token_life", &self.token_life)
            .field("requests_per_ten_seconds", &self.requests_per_ten_seconds)
            .field("shuts_out", &self.shuts_out)
            .finish_non_exhaustive()
    }
}

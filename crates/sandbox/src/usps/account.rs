//! The one USPS account that the sandbox knows.

use std::fmt;
use std::num::NonZeroU32;
use std::time::Duration;

/// The USPS side's application, its business and its quota.
#[derive(Clone)]
pub struct UspsAccount {
    /// OAuth client id, the "consumer key" of the portal.
    pub client_id: String,
    /// OAuth client secret.
    pub client_secret: String,
    /// What the application is approved for; an API that is not among them answers 401.
    pub scopes: Vec<String>,
    /// How long an OAuth token lives.
    pub token_life: Duration,
    /// How long a payment authorization token lives.
    pub payment_token_life: Duration,
    /// The business: its customer registration id.
    pub crid: String,
    /// The Mailer ID of nine digits that label numbers are made with.
    pub mid: String,
    /// The Mailer ID that manifests.
    pub manifest_mid: String,
    /// The Enterprise Payment account.
    pub account_number: String,
    /// Requests to one API and hour, beyond which 429 is answered. `None` for no quota.
    pub requests_per_hour: Option<NonZeroU32>,
}

/// Everything the sandbox plays.
const SCOPES: [&str; 11] = [
    "addresses",
    "prices",
    "international-prices",
    "shipments",
    "payments",
    "labels",
    "international-labels",
    "tracking",
    "scan-forms",
    "pickup",
    "subscriptions-tracking",
];

impl Default for UspsAccount {
    fn default() -> Self {
        Self {
            client_id: "sandbox-client".to_owned(),
            client_secret: "sandbox-secret".to_owned(),
            scopes: SCOPES.map(str::to_owned).to_vec(),
            token_life: Duration::from_secs(28_799),
            payment_token_life: Duration::from_secs(28_800),
            crid: "41234567".to_owned(),
            mid: "903123456".to_owned(),
            manifest_mid: "903123457".to_owned(),
            account_number: "1000123456".to_owned(),
            requests_per_hour: None,
        }
    }
}

impl fmt::Debug for UspsAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UspsAccount")
            .field("client_id", &self.client_id)
            .field("crid", &self.crid)
            .field("mid", &self.mid)
            .field("requests_per_hour", &self.requests_per_hour)
            .finish_non_exhaustive()
    }
}

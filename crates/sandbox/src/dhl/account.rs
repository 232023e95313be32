//! The one account of each DHL product that the sandbox knows.

use std::fmt;
use std::num::NonZeroU32;
use std::time::Duration;

/// The DHL side's accounts. Three products, three hosts, three sets of credentials.
#[derive(Clone)]
pub struct DhlAccount {
    /// MyDHL API (Express): the user of HTTP Basic.
    pub express_username: String,
    /// MyDHL API (Express): the password of HTTP Basic.
    pub express_password: String,
    /// The Express account that pays and ships.
    pub express_account: String,
    /// Whether the account may bring waybill numbers of its own, by agreement with DHL Express.
    pub express_own_waybills: bool,
    /// Parcel DE: the application's key, in `dhl-api-key` and as `client_id`.
    pub parcel_de_api_key: String,
    /// Parcel DE: the application's secret, `client_secret` of the token request.
    pub parcel_de_api_secret: String,
    /// Parcel DE: the business portal's user.
    pub parcel_de_user: String,
    /// Parcel DE: the business portal's password.
    pub parcel_de_password: String,
    /// Parcel DE: the customer's ten digits (EKP). A billing number is these, two digits for the
    /// procedure and two characters for the participation.
    pub parcel_de_ekp: String,
    /// How long a token of Parcel DE lives.
    pub parcel_de_token_life: Duration,
    /// Unified Tracking and its pushes: `DHL-API-Key`.
    pub unified_api_key: String,
    /// Unified Tracking: requests a day, beyond which 429 is answered. `None` for no quota.
    pub unified_requests_per_day: Option<NonZeroU32>,
    /// The secret that proves a receiver of pushes is the subscriber's, `DHL-API-Hook-Secret`.
    pub push_secret: String,
}

impl Default for DhlAccount {
    fn default() -> Self {
        Self {
            express_username: "sandbox-express".to_owned(),
            express_password: "sandbox-express-secret".to_owned(),
            express_account: "123456789".to_owned(),
            express_own_waybills: false,
            parcel_de_api_key: "sandbox-parcel-de-key".to_owned(),
            parcel_de_api_secret: "sandbox-parcel-de-secret".to_owned(),
            parcel_de_user: "sandbox-user".to_owned(),
            parcel_de_password: "sandbox-user-secret".to_owned(),
            parcel_de_ekp: "3333333333".to_owned(),
            parcel_de_token_life: Duration::from_secs(1799),
            unified_api_key: "sandbox-unified-key".to_owned(),
            unified_requests_per_day: None,
            push_secret: "sandbox-hook-secret".to_owned(),
        }
    }
}

impl fmt::Debug for DhlAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DhlAccount")
            .field("express_account", &self.express_account)
            .field("express_own_waybills", &self.express_own_waybills)
            .field("parcel_de_ekp", &self.parcel_de_ekp)
            .field("parcel_de_token_life", &self.parcel_de_token_life)
            .field("unified_requests_per_day", &self.unified_requests_per_day)
            .finish_non_exhaustive()
    }
}

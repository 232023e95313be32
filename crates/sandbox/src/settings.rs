//! What a sandbox is started with.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use parcelgate_clock::{SharedClock, System};
use serde::{Deserialize, Serialize};

use crate::dhl::DhlAccount;
use crate::faults::FaultOrder;
use crate::fedex::FedexAccount;
use crate::fourpx::FourpxAccount;
use crate::shops::{AmazonAccount, ShopifyAccount};
use crate::usps::UspsAccount;

/// A carrier that the sandbox plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Carrier {
    /// UPS, under `/ups`.
    Ups,
    /// FedEx, under `/fedex`.
    Fedex,
    /// USPS, under `/usps`.
    Usps,
    /// DHL, under `/dhl`.
    Dhl,
    /// Yanwen 燕文, under `/yanwen` and `/yanwen-track`.
    Yanwen,
    /// 4PX 递四方, under `/fourpx`.
    Fourpx,
}

impl Carrier {
    /// Every carrier.
    pub const ALL: [Self; 6] = [
        Self::Ups,
        Self::Fedex,
        Self::Usps,
        Self::Dhl,
        Self::Yanwen,
        Self::Fourpx,
    ];

    /// The name in configuration and paths.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ups => "ups",
            Self::Fedex => "fedex",
            Self::Usps => "usps",
            Self::Dhl => "dhl",
            Self::Yanwen => "yanwen",
            Self::Fourpx => "fourpx",
        }
    }
}

/// Everything a sandbox needs to know. The defaults serve on a free loopback port.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where to listen. Port 0 takes a free one.
    pub addr: SocketAddr,
    /// The same seed and the same purchases in the same order give the same numbers and plans.
    pub seed: u64,
    /// The parcels' time: bookings, scans, delivery dates. May run fast.
    pub clock: SharedClock,
    /// The protocols' time: token life and signature windows. Leave it real outside tests.
    pub protocol_clock: SharedClock,
    /// The one UPS application and account it knows.
    pub ups: UpsAccount,
    /// The one FedEx project and account it knows.
    pub fedex: FedexAccount,
    /// The one USPS application and payer it knows.
    pub usps: UspsAccount,
    /// The one account of each DHL product it knows.
    pub dhl: DhlAccount,
    /// The one Yanwen account it knows.
    pub yanwen: YanwenAccount,
    /// The one 4PX account it knows.
    pub fourpx: FourpxAccount,
    /// The one Amazon application and selling partner it knows.
    pub amazon: AmazonAccount,
    /// The one Shopify store it knows.
    pub shopify: ShopifyAccount,
    /// How many parcels of a thousand meet trouble: a missed delivery, a delay, a customs hold, a
    /// return. 0 by default.
    pub troubled_permille: u16,
    /// Faults that are there from the start.
    pub faults: Vec<FaultOrder>,
    /// Parcels kept per carrier; the oldest go first.
    pub parcels_max: usize,
    /// Track Alert subscriptions kept; beyond, new ones are refused as invalid.
    pub subscriptions_max: usize,
    /// The largest request body, in bytes.
    pub body_bytes_max: usize,
    /// Requests for labels kept as they came; the oldest go first. 0 by default: none. See
    /// [`Control::ship_calls`](crate::Control::ship_calls).
    pub ship_calls_max: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            addr: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            seed: 1,
            clock: Arc::new(System),
            protocol_clock: Arc::new(System),
            ups: UpsAccount::default(),
            fedex: FedexAccount::default(),
            usps: UspsAccount::default(),
            dhl: DhlAccount::default(),
            yanwen: YanwenAccount::default(),
            fourpx: FourpxAccount::default(),
            amazon: AmazonAccount::default(),
            shopify: ShopifyAccount::default(),
            troubled_permille: 0,
            faults: Vec::new(),
            parcels_max: 100_000,
            subscriptions_max: 100_000,
            body_bytes_max: 1024 * 1024,
            ship_calls_max: 0,
        }
    }
}

/// The UPS side's application, account and quota.
#[derive(Clone)]
pub struct UpsAccount {
    /// OAuth client id.
    pub client_id: String,
    /// OAuth client secret.
    pub client_secret: String,
    /// The shipper's six characters.
    pub shipper_number: String,
    /// How long a token lives.
    pub token_life: Duration,
    /// Requests per token and minute, beyond which 429 is answered. `None` for no quota.
    pub requests_per_minute: Option<NonZeroU32>,
    /// Where Track Alert v2 pushes to, as one would set it in the UPS portal. v1 brings its own.
    pub webhook: Option<Webhook>,
}

impl Default for UpsAccount {
    fn default() -> Self {
        Self {
            client_id: "sandbox-client".to_owned(),
            client_secret: "sandbox-secret".to_owned(),
            shipper_number: "A1B2C3".to_owned(),
            token_life: Duration::from_secs(14_399),
            requests_per_minute: None,
            webhook: None,
        }
    }
}

impl fmt::Debug for UpsAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UpsAccount")
            .field("client_id", &self.client_id)
            .field("shipper_number", &self.shipper_number)
            .field("token_life", &self.token_life)
            .field("requests_per_minute", &self.requests_per_minute)
            .finish_non_exhaustive()
    }
}

/// Where pushes go.
#[derive(Clone, Serialize, Deserialize)]
pub struct Webhook {
    /// The receiver's address.
    pub url: String,
    /// UPS sends it as `Authorization`, after `Bearer`; FedEx signs with it.
    pub credential: String,
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhook")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

/// The Yanwen side's account. By default the test account that Yanwen's own page prints.
#[derive(Clone)]
pub struct YanwenAccount {
    /// Customer number 客户号: signs orders, and alone opens the tracking service.
    pub user_id: String,
    /// The key that signs.
    pub api_token: String,
    /// Whether the account may call `calc.list`.
    pub may_quote: bool,
}

impl Default for YanwenAccount {
    fn default() -> Self {
        Self {
            user_id: "100000".to_owned(),
            api_token: "D6140AA383FD8515B09028C586493DDB".to_owned(),
            may_quote: false,
        }
    }
}

impl fmt::Debug for YanwenAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("YanwenAccount")
            .field("user_id", &self.user_id)
            .field("may_quote", &self.may_quote)
            .finish_non_exhaustive()
    }
}

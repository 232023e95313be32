//! FedEx: prices, labels, returns, tracking, addresses, pickups, the close of Ground, papers,
//! proofs and pushed events, over its REST interfaces (v1).
//!
//! What is known of FedEx, with dates and links, stands in this crate's README and beside the code
//! it concerns.

mod absences;
mod account;
mod address;
mod auth;
mod close;
mod codes;
mod currencies;
mod customs;
mod dialect;
mod extras;
mod papers;
mod parcels;
mod party;
mod pickups;
mod pushes;
mod rates;
mod ship;
mod statuses;
mod track;
mod wire;

use std::time::Duration;

use http::Method;
use parcelgate_carrier::{
    Addresses, Carrier, Class, Connect, Dialect, Documents, Error, Host, Kind, Lookup, Manifests,
    Outgoing, Pickups, Profile, Proofs, Pushes, Quota, Rates, Returns, SettingsError,
    ShipIdempotency, Shipping, Tracking,
};
use parcelgate_domain::{CarrierId, LabelFormat};

pub use account::{Account, Pickup};

/// The id of FedEx in configuration and interface.
pub const ID: CarrierId = CarrierId::known("fedex");

/// FedEx as the gateway lists it.
pub const CARRIER: (CarrierId, Connect) = (ID, |settings| {
    parcelgate_carrier::connect(ID, settings, connect)
});

/// One account with FedEx.
#[derive(Debug)]
pub struct Fedex {
    account: Account,
    hosts: Vec<Host>,
    profile: Profile,
}

/// Makes a carrier of an account.
///
/// # Errors
/// When a setting cannot be what it is.
pub fn connect(account: Account) -> Result<Fedex, SettingsError> {
    let account = account.checked()?;
    Ok(Fedex {
        hosts: auth::hosts(&account),
        profile: profile(account.webhook_token.is_some()),
        account,
    })
}

impl Carrier for Fedex {
    fn profile(&self) -> &Profile {
        &self.profile
    }

    fn dialect(&self) -> &dyn Dialect {
        &dialect::Fedex
    }

    fn hosts(&self) -> &[Host] {
        &self.hosts
    }

    fn rates(&self) -> Option<&dyn Rates> {
        Some(self)
    }

    fn shipping(&self) -> Option<&dyn Shipping> {
        Some(self)
    }

    fn tracking(&self) -> Option<&dyn Tracking> {
        Some(self)
    }

    fn addresses(&self) -> Option<&dyn Addresses> {
        Some(self)
    }

    fn pickups(&self) -> Option<&dyn Pickups> {
        Some(self)
    }

    fn manifests(&self) -> Option<&dyn Manifests> {
        Some(self)
    }

    fn documents(&self) -> Option<&dyn Documents> {
        Some(self)
    }

    fn proofs(&self) -> Option<&dyn Proofs> {
        Some(self)
    }

    fn returns(&self) -> Option<&dyn Returns> {
        Some(self)
    }

    /// There once the security token of a webhook project is set: without it nothing that comes in
    /// can be known to be FedEx's.
    fn pushes(&self) -> Option<&dyn Pushes> {
        let _token = self.account.webhook_token.as_ref()?;
        Some(self)
    }
}

impl Fedex {
    /// A request to the project of the account.
    fn outgoing(method: Method, operation: &'static str, path: &str) -> Outgoing {
        Outgoing::new(method, operation, auth::API, path).header("x-locale", LOCALE)
    }

    /// A request to the project that tracks, which may be another.
    fn tracking_request(&self, operation: &'static str, path: &str) -> Outgoing {
        let host = if self.account.tracks_apart() {
            auth::TRACK
        } else {
            auth::API
        };
        Outgoing::new(Method::POST, operation, host, path).header("x-locale", LOCALE)
    }
}

/// In which language texts are asked for, and come.
const LOCALE: &str = "en_US";

/// Matches a request with its answer in FedEx's logs; FedEx gives it back, no more.
const TRANSACTION_ID: &str = "x-customer-transaction-id";

fn error(kind: Kind, operation: &'static str) -> Error {
    Error::new(kind, ID, operation)
}

fn profile(pushes: bool) -> Profile {
    Profile {
        id: ID,
        name: "FedEx",
        name_zh: "FedEx 联邦快递",
        services: codes::SERVICES,
        label_formats: &[LabelFormat::Pdf, LabelFormat::Png, LabelFormat::Zpl],
        track_batch_max: track::NUMBERS_MAX,
        parcels_max: parcels::PARCELS_MAX,
        quotas: QUOTAS,
        // The transaction id is echoed; nothing in the descriptions promises a replay.
        ship_idempotency: ShipIdempotency::None,
        lookup: Lookup::ByReference {
            // Unmeasured. FedEx says only that tracking shows a shipment with some delay.
            index_lag: Duration::from_mins(30),
        },
        quiet: Duration::from_mins(5),
        // Until FedEx has it in hand (Express) or the day is closed (Ground): a moment, not a time.
        void_window: None,
        absences: if pushes {
            absences::ABSENCES
        } else {
            absences::ABSENCES_WITHOUT_PUSHES
        },
    }
}

/// What one project may ask: 1400 requests in 10 seconds in all, tracking 100,000 a day, tokens 3 a
/// second for 5 seconds or 1 a second for 2 minutes at most, or the address is shut out for 10
/// minutes (<https://developer.fedex.com/api/zh-cn/guides/ratelimits.html>, read 2026-11). Tracking
/// that has a project of its own is counted here all the same; an organization that was granted
/// more says so in its configuration.
const QUOTAS: &[Quota] = &[
    quota(Class::EVERY, 1_400, 10),
    quota(&[Class::Track], 100_000, 24 * 3_600),
    quota(&[Class::Token], 6, 60),
];

const fn quota(classes: &'static [Class], permits: u32, seconds: u64) -> Quota {
    Quota {
        classes,
        permits,
        per: Duration::from_secs(seconds),
    }
}

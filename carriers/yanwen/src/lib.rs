//! Yanwen 燕文: small parcels out of China, on its open platform (小包专线, signature `V1.0`).
//!
//! Prices come from the account's own rate card, labels from `express.order.*`, tracking from a
//! host of its own. What is proven and what is not stands in the README beside this crate.

mod absences;
mod account;
mod auth;
mod calc;
mod catalogue;
mod check;
mod codes;
mod declare;
mod dialect;
mod gateway;
mod rate_card;
mod rates;
mod ship;
mod track;

use std::time::Duration;

use parcelgate_carrier::{
    Carrier, Catalogue, Class, Connect, Dialect, Host, Lookup, Profile, Quota, Rates,
    SettingsError, ShipIdempotency, Shipping, Tracking,
};
use parcelgate_domain::{CarrierId, LabelFormat};

pub use account::Account;
use rates::Prices;

/// The id in configuration and interface.
pub const ID: CarrierId = CarrierId::known("yanwen");

/// Yanwen as the gateway lists it.
pub const CARRIER: (CarrierId, Connect) = (ID, |settings| {
    parcelgate_carrier::connect(ID, settings, connect)
});

/// One account with Yanwen.
#[derive(Debug)]
pub struct Yanwen {
    account: Account,
    hosts: [Host; 2],
    prices: Prices,
    profile: Profile,
}

/// Makes an account ready for use. Reads the rate card, and nothing else.
///
/// # Errors
/// When a setting is missing, or the rate card cannot be used: then with every line that is wrong.
pub fn connect(account: Account) -> Result<Yanwen, SettingsError> {
    let account = account.checked()?;
    let prices = Prices::of(&account)?;
    let profile = profile(!matches!(prices, Prices::None));
    let hosts = auth::hosts(&account);
    Ok(Yanwen {
        account,
        hosts,
        prices,
        profile,
    })
}

impl Carrier for Yanwen {
    fn profile(&self) -> &Profile {
        &self.profile
    }

    fn dialect(&self) -> &dyn Dialect {
        &dialect::Envelopes
    }

    fn hosts(&self) -> &[Host] {
        &self.hosts
    }

    fn rates(&self) -> Option<&dyn Rates> {
        match self.prices {
            Prices::None => None,
            Prices::Card(_) | Prices::Estimate { .. } => Some(self),
        }
    }

    fn shipping(&self) -> Option<&dyn Shipping> {
        Some(self)
    }

    fn tracking(&self) -> Option<&dyn Tracking> {
        Some(self)
    }

    fn catalogue(&self) -> Option<&dyn Catalogue> {
        Some(self)
    }
}

fn profile(prices: bool) -> Profile {
    Profile {
        id: ID,
        name: "Yanwen",
        name_zh: "燕文物流",
        // Products are opened by contract and differ from account to account: the catalogue tells.
        services: &[],
        label_formats: &[LabelFormat::Pdf],
        track_batch_max: track::NUMBERS_MAX,
        parcels_max: 1,
        quotas: &QUOTAS,
        // Whether a second order under one orderNumber is refused is not stated anywhere.
        ship_idempotency: ShipIdempotency::None,
        lookup: Lookup::ByReference {
            index_lag: Duration::from_secs(60), // Unmeasured; creation itself is synchronous.
        },
        // A signature is good for five minutes, so an order that arrives later is refused.
        quiet: Duration::from_secs(5 * 60),
        void_window: None,
        absences: absences::absences(prices),
    }
}

/// Yanwen publishes no limit; this is a cautious start.
const QUOTAS: [Quota; 4] = [
    two_a_second(&[Class::Rate]),
    two_a_second(&[Class::Ship]),
    two_a_second(&[Class::Track]),
    two_a_second(&[Class::Manage]),
];

const fn two_a_second(classes: &'static [Class]) -> Quota {
    Quota {
        classes,
        permits: 2,
        per: Duration::from_secs(1),
    }
}

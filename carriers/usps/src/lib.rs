//! USPS: prices, labels, returns, tracking, addresses, pickups, SCAN forms, duties and pushed
//! events over its APIs v3.
//!
//! What is known of USPS, with dates and links, stands in this crate's README and beside the code
//! it concerns.

mod absences;
mod account;
mod address;
mod auth;
mod codes;
mod customs;
mod dialect;
mod duties;
mod extras;
mod key;
mod order;
mod parcels;
mod party;
mod pickup;
mod pushes;
mod rates;
mod reply;
mod scan_form;
mod services;
mod ship;
mod statuses;
mod track;

use std::time::Duration;

use parcelgate_carrier::{
    Addresses, Carrier, Class, Connect, Dialect, Error, Host, Kind, LandedCosts, Lookup, Manifests,
    Pickups, Profile, Pushes, Quota, Rates, Returns, SettingsError, ShipIdempotency, Shipping,
    Tracking,
};
use parcelgate_domain::{CarrierId, LabelFormat};

pub use account::{Account, AccountType, PriceType, TrackingEdition, ZplDpi};

/// The id of USPS in configuration and interface.
pub const ID: CarrierId = CarrierId::known("usps");

/// USPS as the gateway lists it.
pub const CARRIER: (CarrierId, Connect) = (ID, |settings| {
    parcelgate_carrier::connect(ID, settings, connect)
});

/// One account with USPS.
#[derive(Debug)]
pub struct Usps {
    account: Account,
    hosts: [Host; 3],
    profile: Profile,
}

/// Makes a carrier of an account.
///
/// # Errors
/// When a setting cannot be what it is.
pub fn connect(account: Account) -> Result<Usps, SettingsError> {
    let account = account.checked()?;
    Ok(Usps {
        hosts: auth::hosts(&account),
        profile: profile(&account),
        account,
    })
}

impl Carrier for Usps {
    fn profile(&self) -> &Profile {
        &self.profile
    }

    fn dialect(&self) -> &dyn Dialect {
        &dialect::Usps
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

    fn returns(&self) -> Option<&dyn Returns> {
        Some(self)
    }

    fn pickups(&self) -> Option<&dyn Pickups> {
        Some(self)
    }

    fn manifests(&self) -> Option<&dyn Manifests> {
        Some(self)
    }

    fn landed_cost(&self) -> Option<&dyn LandedCosts> {
        Some(self)
    }

    /// There once USPS may write to somebody about a subscription.
    fn pushes(&self) -> Option<&dyn Pushes> {
        let _email = self.account.subscription_email.as_ref()?;
        Some(self)
    }
}

fn error(kind: Kind, operation: &'static str) -> Error {
    Error::new(kind, ID, operation)
}

fn profile(account: &Account) -> Profile {
    let pushes = account.subscription_email.is_some();
    Profile {
        id: ID,
        name: "USPS",
        name_zh: "USPS 美国邮政",
        services: codes::SERVICES,
        label_formats: &[
            LabelFormat::Pdf,
            LabelFormat::Zpl,
            LabelFormat::Png,
            LabelFormat::Gif,
            LabelFormat::Epl,
        ],
        track_batch_max: account.tracking.batch_max(),
        parcels_max: parcels::PARCELS_MAX,
        quotas: QUOTAS,
        // "The API will return the existing label without creating a duplicate" (labels v3).
        ship_idempotency: ShipIdempotency::Key,
        lookup: Lookup::ByReference {
            // Unmeasured; the same key is said to bring the same label at once.
            index_lag: Duration::from_mins(2),
        },
        quiet: Duration::from_mins(5),
        // Until half past midnight after the mailing date: a moment, not a time.
        void_window: None,
        absences: if pushes {
            absences::ABSENCES
        } else {
            absences::ABSENCES_WITHOUT_PUSHES
        },
    }
}

/// USPS's standard: 60 calls an hour for each interface
/// (<https://developers.usps.com/getting-started>, read 2026-11). Whether several interfaces share
/// them is not said.
const QUOTAS: &[Quota] = &[
    hourly(&[Class::Rate], 60),
    hourly(&[Class::Ship], 60),
    hourly(&[Class::Track], 60),
    hourly(&[Class::Manage], 60),
    hourly(&[Class::Token], 12),
];

const fn hourly(classes: &'static [Class], permits: u32) -> Quota {
    Quota {
        classes,
        permits,
        per: Duration::from_hours(1),
    }
}

//! UPS: prices, labels and returns, tracking, proofs, pushed events, addresses, pickups, papers for
//! customs and duties, over its REST interfaces.
//!
//! Official descriptions: <https://github.com/UPS-API/api-documentation>. What is known of UPS
//! beyond them, with dates and links, stands in this crate's README and beside the code it
//! concerns.

mod account;
mod address;
mod alert;
mod auth;
mod codes;
mod dialect;
mod event;
mod landed_cost;
mod moment;
mod options;
mod paper;
mod party;
mod pickup;
mod proof;
mod rates;
mod ship;
mod statuses;
mod track;
mod units;
mod wire;

use std::time::Duration;

use http::Method;
use parcelgate_carrier::{
    Ability, Absence, Addresses, Carrier, Class, Connect, Dialect, Documents, Error, Host, Kind,
    LandedCosts, Lookup, Outgoing, Pickups, Profile, Proofs, Pushes, Quota, Rates, Returns,
    SettingsError, ShipIdempotency, Shipping, Tracking,
};
use parcelgate_domain::{CarrierId, LabelFormat, Violations};

pub use account::{Account, Pickup};

/// The id of UPS in configuration and interface.
pub const ID: CarrierId = CarrierId::known("ups");

/// UPS as the gateway lists it.
pub const CARRIER: (CarrierId, Connect) = (ID, |settings| {
    parcelgate_carrier::connect(ID, settings, connect)
});

/// One account with UPS.
#[derive(Debug)]
pub struct Ups {
    account: Account,
    hosts: Vec<Host>,
    profile: Profile,
}

/// Makes a carrier of an account.
///
/// # Errors
/// When a setting cannot be what it is.
pub fn connect(account: Account) -> Result<Ups, SettingsError> {
    let account = account.checked()?;
    Ok(Ups {
        hosts: auth::hosts(&account),
        profile: profile(),
        account,
    })
}

impl Carrier for Ups {
    fn profile(&self) -> &Profile {
        &self.profile
    }

    fn dialect(&self) -> &dyn Dialect {
        &dialect::Ups
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

    fn pushes(&self) -> Option<&dyn Pushes> {
        Some(self)
    }

    fn returns(&self) -> Option<&dyn Returns> {
        Some(self)
    }

    fn pickups(&self) -> Option<&dyn Pickups> {
        Some(self)
    }

    fn documents(&self) -> Option<&dyn Documents> {
        Some(self)
    }

    fn landed_cost(&self) -> Option<&dyn LandedCosts> {
        Some(self)
    }

    fn proofs(&self) -> Option<&dyn Proofs> {
        Some(self)
    }
}

impl Ups {
    /// A request that says who asks.
    fn outgoing(&self, method: Method, operation: &'static str, path: &str) -> Outgoing {
        Outgoing::new(method, operation, auth::API, path)
            .header("transactionsrc", self.account.transaction_source.trim())
    }
}

fn error(kind: Kind, operation: &'static str) -> Error {
    Error::new(kind, ID, operation)
}

/// What is wrong with a question, before it is asked.
fn invalid(operation: &'static str) -> impl FnOnce(Violations) -> Error {
    move |found| error(Kind::Invalid, operation).at(found)
}

fn profile() -> Profile {
    Profile {
        id: ID,
        name: "UPS",
        name_zh: "UPS 联合包裹",
        services: codes::SERVICES,
        label_formats: &[LabelFormat::Gif, LabelFormat::Zpl],
        track_batch_max: 1,
        parcels_max: units::PARCELS_MAX,
        quotas: QUOTAS,
        // A transaction id is echoed, no more; nothing in the descriptions promises a replay.
        ship_idempotency: ShipIdempotency::None,
        lookup: Lookup::ByReference {
            index_lag: Duration::from_mins(2),
        },
        quiet: Duration::from_mins(2),
        // UPS refuses with 190102 when it is too late, and publishes no time.
        void_window: None,
        absences: ABSENCES,
    }
}

const ABSENCES: &[Absence] = &[
    Absence {
        ability: Ability::Manifests,
        reason: "UPS closes no day of ordinary parcels; its close-out is for WorldEase alone",
    },
    Absence {
        ability: Ability::Catalogue,
        reason: "UPS tells no list of an account's services; a price of all of them does",
    },
];

/// UPS publishes no limits. Modest ones, so that its 429 (code 10429) stays rare; an account with
/// more says so in its configuration.
const QUOTAS: &[Quota] = &[
    per_second(&[Class::Rate], 5),
    per_second(&[Class::Ship], 4),
    per_second(&[Class::Track], 10),
    per_second(&[Class::Manage], 4),
    Quota {
        classes: &[Class::Token],
        permits: 6,
        per: Duration::from_mins(1),
    },
];

const fn per_second(classes: &'static [Class], permits: u32) -> Quota {
    Quota {
        classes,
        permits,
        per: Duration::from_secs(1),
    }
}

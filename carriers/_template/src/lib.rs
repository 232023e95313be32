//! Template: prices.

mod absences;
mod account;
mod codes;
mod dialect;
mod rates;

use std::time::Duration;

use parcelgate_carrier::{
    Auth, Carrier, Class, Connect, Dialect, Host, Lookup, Profile, Quota, Rates, SettingsError,
    ShipIdempotency,
};
use parcelgate_domain::{CarrierId, LabelFormat};

pub use account::Account;

/// The id of Template in configuration and interface.
pub const ID: CarrierId = CarrierId::known("template");

/// Template as the gateway lists it.
pub const CARRIER: (CarrierId, Connect) = (ID, |settings| {
    parcelgate_carrier::connect(ID, settings, connect)
});

/// The host of everything.
const API: &str = "api";

/// One account with Template.
#[derive(Debug)]
pub struct Template {
    hosts: [Host; 1],
    profile: Profile,
}

/// Makes a carrier of an account.
///
/// # Errors
/// When a setting cannot be what it is.
pub fn connect(account: Account) -> Result<Template, SettingsError> {
    let account = account.checked()?;
    let host = Host {
        name: API,
        base_url: account.api,
        auth: Auth::Headers(vec![("x-api-key", account.api_key)]),
    };
    Ok(Template {
        hosts: [host],
        profile: profile(),
    })
}

impl Carrier for Template {
    fn profile(&self) -> &Profile {
        &self.profile
    }

    fn dialect(&self) -> &dyn Dialect {
        &dialect::Template
    }

    fn hosts(&self) -> &[Host] {
        &self.hosts
    }

    fn rates(&self) -> Option<&dyn Rates> {
        Some(self)
    }
}

fn profile() -> Profile {
    Profile {
        id: ID,
        name: "Template",
        name_zh: "Template",
        services: codes::SERVICES,
        label_formats: &[LabelFormat::Pdf],
        track_batch_max: 1,
        parcels_max: 1,
        quotas: &[RATES],
        ship_idempotency: ShipIdempotency::None,
        lookup: Lookup::None,
        quiet: Duration::from_mins(5),
        void_window: None,
        absences: absences::ABSENCES,
    }
}

/// What Template allows, with the day it was read and a link.
const RATES: Quota = Quota {
    classes: &[Class::Rate],
    permits: 5,
    per: Duration::from_secs(1),
};

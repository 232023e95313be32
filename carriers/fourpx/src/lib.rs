//! 4PX 递四方: small parcels out of China, on its open platform (全球直发服务, `ds.xms.*`).
//!
//! Everything is one address: a method by name in the query, its data as the body. Labels alone lie
//! elsewhere, behind links. What is proven and what is not stands in the README beside this crate.

mod absences;
mod account;
mod auth;
mod catalogue;
mod check;
mod codes;
mod declare;
mod dialect;
mod gateway;
mod paper;
mod rates;
mod ship;
mod track;

use std::time::Duration;

use parcelgate_carrier::{
    Carrier, Catalogue, Class, Connect, Dialect, Host, Lookup, Profile, Quota, Rates,
    SettingsError, ShipIdempotency, Shipping, Tracking,
};
use parcelgate_domain::{CarrierId, LabelFormat, Service, ServiceCode};

pub use account::Account;

/// The id in configuration and interface. A crate's name cannot begin with a digit.
pub const ID: CarrierId = CarrierId::known("fourpx");

/// 4PX as the gateway lists it.
pub const CARRIER: (CarrierId, Connect) = (ID, |settings| {
    parcelgate_carrier::connect(ID, settings, connect)
});

/// One account with 4PX.
#[derive(Debug)]
pub struct FourPx {
    account: Account,
    hosts: [Host; 2],
    profile: Profile,
}

/// Makes an account ready for use, without asking anybody.
///
/// # Errors
/// When a setting cannot be used: then with everything that is wrong.
pub fn connect(account: Account) -> Result<FourPx, SettingsError> {
    let account = account.checked()?;
    let hosts = auth::hosts(&account);
    Ok(FourPx {
        account,
        hosts,
        profile: profile(),
    })
}

impl FourPx {
    /// The product by the name that the account has for it, since most answers carry codes alone.
    fn product(&self, code: ServiceCode) -> Service {
        let name = self.account.product_names.get(code.as_str());
        let name = name.map_or(code.as_str(), String::as_str).to_owned();
        Service { code, name }
    }
}

impl Carrier for FourPx {
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
        Some(self)
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

fn profile() -> Profile {
    Profile {
        id: ID,
        name: "4PX",
        name_zh: "递四方",
        // About six hundred products, which differ from account to account: the catalogue tells.
        services: &[],
        label_formats: &[LabelFormat::Pdf],
        track_batch_max: track::NUMBERS_MAX,
        parcels_max: 1,
        quotas: &QUOTAS,
        // ref_no is said to be unique in an account; that a second order is refused is not proven.
        ship_idempotency: ShipIdempotency::None,
        lookup: Lookup::ByReference {
            // An order may be worked on for a while before it is there; how long is not stated.
            index_lag: Duration::from_secs(5 * 60),
        },
        // Nor is how long a signature is good; ten minutes is the most that anybody claims.
        quiet: Duration::from_secs(10 * 60),
        void_window: None,
        absences: absences::ABSENCES,
    }
}

/// 4PX publishes no limit; this is a cautious start. The link to a label and the label are two
/// requests of the last class.
const QUOTAS: [Quota; 4] = [
    a_second(&[Class::Rate], 1),
    a_second(&[Class::Ship], 1),
    a_second(&[Class::Track], 1),
    a_second(&[Class::Manage], 2),
];

const fn a_second(classes: &'static [Class], permits: u32) -> Quota {
    Quota {
        classes,
        permits,
        per: Duration::from_secs(1),
    }
}

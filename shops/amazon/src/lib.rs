//! Amazon: shipments confirmed through the Selling Partner API, and read back.

mod account;
mod auth;
mod codes;
mod confirm;
mod dialect;
mod packages;

use std::time::Duration;

use parcelgate_carrier::{Class, Dialect, Host, Quota, SettingsError};
use parcelgate_domain::CarrierId;
use parcelgate_shop::{Confirms, Connect, ReadsBack, Shop, ShopAbility, ShopAbsence, ShopProfile};

pub use account::Account;

/// The id of Amazon in configuration and interface.
pub const ID: CarrierId = CarrierId::known("amazon");

/// Amazon as the gateway lists it.
pub const SHOP: (CarrierId, Connect) = (ID, |settings| {
    parcelgate_shop::connect(ID, settings, connect)
});

/// The host of the Selling Partner API.
pub(crate) const API: &str = "api";

/// One selling partner's account.
#[derive(Debug)]
pub struct Amazon {
    hosts: [Host; 2],
}

/// Makes a shop of an account.
///
/// # Errors
/// When a setting cannot be what it is.
pub fn connect(account: Account) -> Result<Amazon, SettingsError> {
    let account = account.checked()?;
    Ok(Amazon {
        hosts: auth::hosts(account),
    })
}

impl Shop for Amazon {
    fn profile(&self) -> &ShopProfile {
        &PROFILE
    }

    fn dialect(&self) -> &dyn Dialect {
        &dialect::Amazon
    }

    fn hosts(&self) -> &[Host] {
        &self.hosts
    }

    fn confirms(&self) -> &dyn Confirms {
        self
    }

    fn reads_back(&self) -> Option<&dyn ReadsBack> {
        Some(self)
    }
}

static PROFILE: ShopProfile = ShopProfile {
    id: ID,
    name: "Amazon",
    quotas: &[CONFIRMING, READING],
    carriers: codes::CARRIERS,
    carriers_read_on: codes::READ_ON,
    other: Some("Other"),
    items_max: 500,
    items_needed: true,
    marketplaces: codes::MARKETPLACES,
    absences: &[ShopAbsence {
        ability: ShopAbility::Events,
        reason: "Amazon follows the number itself and takes no events",
    }],
};

/// "2 requests a second, burst 10" (model of orders v0, read 2026-11-22). Amazon's bucket allows
/// twenty in any five seconds that begin with a full one, and ten in those that follow; ten are
/// never too many, whatever part of the quota may leave at once.
const CONFIRMING: Quota = Quota {
    classes: &[Class::Manage],
    permits: 10,
    per: Duration::from_secs(5),
};

/// "0.5 requests a second, burst 30" (model of orders 2026-01-01, read 2026-11-22), likewise.
const READING: Quota = Quota {
    classes: &[Class::Track],
    permits: 30,
    per: Duration::from_secs(60),
};

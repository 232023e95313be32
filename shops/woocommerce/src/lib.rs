//! WooCommerce: tracking by the Shipment Tracking extension, or by notes where it is not there.

mod account;
mod codes;
mod confirm;
mod dialect;
mod news;
mod trackings;

use std::time::Duration;

use parcelgate_carrier::{Auth, Class, Dialect, Host, Quota, SettingsError, basic};
use parcelgate_domain::CarrierId;
use parcelgate_shop::{Confirms, Connect, ReadsBack, Shop, ShopProfile, Tells};

pub use account::Account;

/// The id of WooCommerce in configuration and interface.
pub const ID: CarrierId = CarrierId::known("woocommerce");

/// WooCommerce as the gateway lists it.
pub const SHOP: (CarrierId, Connect) = (ID, |settings| {
    parcelgate_shop::connect(ID, settings, connect)
});

/// The host of the store.
pub(crate) const API: &str = "api";

/// One store.
#[derive(Debug)]
pub struct WooCommerce {
    hosts: [Host; 1],
    complete_orders: bool,
}

/// Makes a shop of an account.
///
/// # Errors
/// When a setting cannot be what it is.
pub fn connect(account: Account) -> Result<WooCommerce, SettingsError> {
    let account = account.checked()?;
    let pair = basic(&account.consumer_key, &account.consumer_secret);
    let host = Host {
        name: API,
        base_url: account.api,
        auth: Auth::Headers(vec![("authorization", pair)]),
    };
    Ok(WooCommerce {
        hosts: [host],
        complete_orders: account.complete_orders,
    })
}

impl Shop for WooCommerce {
    fn profile(&self) -> &ShopProfile {
        &PROFILE
    }

    fn dialect(&self) -> &dyn Dialect {
        &dialect::WooCommerce
    }

    fn hosts(&self) -> &[Host] {
        &self.hosts
    }

    fn confirms(&self) -> &dyn Confirms {
        self
    }

    fn tells(&self) -> Option<&dyn Tells> {
        Some(self)
    }

    fn reads_back(&self) -> Option<&dyn ReadsBack> {
        Some(self)
    }
}

static PROFILE: ShopProfile = ShopProfile {
    id: ID,
    name: "WooCommerce",
    quotas: &[CALLS],
    carriers: codes::CARRIERS,
    carriers_read_on: codes::READ_ON,
    other: Some("Other"),
    items_max: 500,
    items_needed: false,
    marketplaces: &[],
    absences: &[],
};

/// A store names no limit; this spares a small one.
const CALLS: Quota = Quota {
    classes: &[Class::Manage, Class::Track],
    permits: 50,
    per: Duration::from_secs(10),
};

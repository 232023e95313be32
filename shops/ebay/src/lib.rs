//! eBay: a shipping fulfilment for each package, and read back.

mod account;
mod codes;
mod confirm;
mod dialect;
mod fulfillments;

use std::time::Duration;

use parcelgate_carrier::{Auth, Class, ClientStyle, Dialect, Host, Quota, Refresh, SettingsError};
use parcelgate_domain::CarrierId;
use parcelgate_shop::{Confirms, Connect, ReadsBack, Shop, ShopAbility, ShopAbsence, ShopProfile};

pub use account::Account;

/// The id of eBay in configuration and interface.
pub const ID: CarrierId = CarrierId::known("ebay");

/// eBay as the gateway lists it.
pub const SHOP: (CarrierId, Connect) = (ID, |settings| {
    parcelgate_shop::connect(ID, settings, connect)
});

/// The host of the interfaces.
pub(crate) const API: &str = "api";
const TOKEN: &str = "token";

/// One seller's account.
#[derive(Debug)]
pub struct Ebay {
    hosts: [Host; 2],
}

/// Makes a shop of an account.
///
/// # Errors
/// When a setting cannot be what it is.
pub fn connect(account: Account) -> Result<Ebay, SettingsError> {
    let account = account.checked()?;
    let refresh = Refresh {
        host: TOKEN,
        path: "/identity/v1/oauth2/token",
        client_id: account.client_id,
        client_secret: account.client_secret,
        style: ClientStyle::Basic,
        refresh_token: account.refresh_token,
        scope: Some("https://api.ebay.com/oauth/api_scope/sell.fulfillment"),
        header: "authorization",
        word: "Bearer ",
    };
    let host = |name, auth| Host {
        name,
        base_url: account.api.clone(),
        auth,
    };
    Ok(Ebay {
        hosts: [host(API, Auth::Refreshed(refresh)), host(TOKEN, Auth::Open)],
    })
}

impl Shop for Ebay {
    fn profile(&self) -> &ShopProfile {
        &PROFILE
    }

    fn dialect(&self) -> &dyn Dialect {
        &dialect::Ebay
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
    name: "eBay",
    quotas: &[CALLS],
    carriers: codes::CARRIERS,
    carriers_read_on: codes::READ_ON,
    other: Some("Other"),
    items_max: 100,
    items_needed: true,
    marketplaces: &[],
    absences: &[ShopAbsence {
        ability: ShopAbility::Events,
        reason: "eBay reads the carrier itself and takes no events",
    }],
};

/// 100,000 calls a day for an application (developer.ebay.com, call limits); spread over it.
const CALLS: Quota = Quota {
    classes: &[Class::Manage, Class::Track],
    permits: 60,
    per: Duration::from_secs(60),
};

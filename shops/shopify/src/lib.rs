//! Shopify: fulfilments with tracking through the GraphQL Admin API, their events, and read back.

mod account;
mod codes;
mod confirm;
mod dialect;
mod ids;
mod news;
mod order;

use std::num::NonZeroU32;
use std::time::Duration;

use http::Method;
use parcelgate_carrier::{
    Auth, Call, Class, Dialect, Error, Host, Kind, Outgoing, Quota, Response, Result, SettingsError,
};
use parcelgate_domain::CarrierId;
use parcelgate_shop::{Confirms, Connect, ReadsBack, Shop, ShopProfile, Tells};
use serde_json::{Value, json};

pub use account::Account;

/// The id of Shopify in configuration and interface.
pub const ID: CarrierId = CarrierId::known("shopify");

/// Shopify as the gateway lists it.
pub const SHOP: (CarrierId, Connect) = (ID, |settings| {
    parcelgate_shop::connect(ID, settings, connect)
});

/// The host of the Admin API.
const API: &str = "api";

/// One store.
#[derive(Debug)]
pub struct Shopify {
    hosts: [Host; 1],
    notify_customer: bool,
}

/// Makes a shop of an account.
///
/// # Errors
/// When a setting cannot be what it is.
pub fn connect(account: Account) -> Result<Shopify, SettingsError> {
    let account = account.checked()?;
    let host = Host {
        name: API,
        base_url: account.api,
        auth: Auth::Headers(vec![("x-shopify-access-token", account.access_token)]),
    };
    Ok(Shopify {
        hosts: [host],
        notify_customer: account.notify_customer,
    })
}

impl Shop for Shopify {
    fn profile(&self) -> &ShopProfile {
        &PROFILE
    }

    fn dialect(&self) -> &dyn Dialect {
        &dialect::Shopify
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
    name: "Shopify",
    quotas: &[POINTS],
    carriers: codes::CARRIERS,
    carriers_read_on: codes::READ_ON,
    other: Some("Other"),
    items_max: order::LINES_MAX,
    items_needed: false,
    marketplaces: &[],
    absences: &[],
};

/// A store of the standard plan restores 100 points a second (shopify.dev, rate limits, read
/// 2026-11-22); what a query costs is its permits. A larger plan is set at the shop's quotas.
const POINTS: Quota = Quota {
    classes: &[Class::Manage, Class::Track],
    permits: 1_000,
    per: Duration::from_secs(10),
};

/// One GraphQL operation: what it is, what it costs, and whether it may be sent twice.
pub(crate) struct Query {
    pub(crate) operation: &'static str,
    pub(crate) text: &'static str,
    /// Points that are asked for, by Shopify's own reckoning: one for each object, ten for a
    /// mutation.
    pub(crate) points: NonZeroU32,
    pub(crate) class: Class,
    pub(crate) once: bool,
}

/// So many points; at least one.
pub(crate) const fn points(points: u32) -> NonZeroU32 {
    match NonZeroU32::new(points) {
        Some(points) => points,
        None => NonZeroU32::MIN,
    }
}

/// A fulfilment that cannot be named cannot be told of.
pub(crate) fn unnamed(operation: &'static str) -> Error {
    Error::new(Kind::Invalid, ID, operation).said("", "the fulfilment's id is not known")
}

/// Sends it.
pub(crate) async fn ask(call: &Call<'_>, query: &Query, variables: Value) -> Result<Response> {
    let path = "/admin/api/2026-10/graphql.json";
    let body = json!({ "query": query.text, "variables": variables });
    let outgoing = Outgoing::new(Method::POST, query.operation, API, path)
        .class(query.class)
        .permits(query.points)
        .json(&ID, &body)?;
    let outgoing = match query.once {
        true => outgoing.only_if_unsent(),
        false => outgoing,
    };
    call.send(outgoing).await
}

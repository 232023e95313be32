//! One account with one order system.

use std::sync::Arc;

use parcelgate_carrier::{Dialect, Host, Peer, Quota, Remote, SettingsError};
use parcelgate_domain::CarrierId;
use serde::de::DeserializeOwned;

use crate::{Confirms, ReadsBack, ShopProfile, Tells};

/// One account with one order system.
pub trait Shop: Send + Sync + 'static {
    /// Identity, limits, words for carriers: data, not behaviour.
    fn profile(&self) -> &ShopProfile;

    /// Reads what an answer means.
    fn dialect(&self) -> &dyn Dialect;

    /// The addresses it uses, each with what it must show there.
    fn hosts(&self) -> &[Host];

    /// That a package left.
    fn confirms(&self) -> &dyn Confirms;

    /// What happens to it on the way.
    fn tells(&self) -> Option<&dyn Tells> {
        None
    }

    /// What the shop made of it.
    fn reads_back(&self) -> Option<&dyn ReadsBack> {
        None
    }
}

/// Makes a shop of the settings in its configuration.
pub type Connect = fn(serde_json::Value) -> Result<Box<dyn Shop>, SettingsError>;

/// Reads `settings` as an adapter's own account type and hands it to the adapter.
///
/// # Errors
/// When they cannot be read as that, or the adapter refuses them.
pub fn connect<A, S>(
    shop: CarrierId,
    settings: serde_json::Value,
    adapter: fn(A) -> Result<S, SettingsError>,
) -> Result<Box<dyn Shop>, SettingsError>
where
    A: DeserializeOwned,
    S: Shop,
{
    let account = serde_json::from_value(settings).map_err(|error| SettingsError {
        carrier: shop,
        problem: error.to_string(),
    })?;
    Ok(Box::new(adapter(account)?))
}

/// A shop, as the layers of the door see it.
struct OfShop(Arc<dyn Shop>);

impl Remote for OfShop {
    fn id(&self) -> &CarrierId {
        &self.0.profile().id
    }

    fn quotas(&self) -> &'static [Quota] {
        self.0.profile().quotas
    }

    fn dialect(&self) -> &dyn Dialect {
        self.0.dialect()
    }

    fn hosts(&self) -> &[Host] {
        self.0.hosts()
    }
}

impl dyn Shop {
    /// The other end of the door that leads to `shop`.
    #[must_use]
    pub fn peer(shop: &Arc<Self>) -> Peer {
        Peer::of(OfShop(Arc::clone(shop)))
    }
}

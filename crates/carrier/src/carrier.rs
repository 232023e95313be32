//! One carrier account as the gateway sees it.

use parcelgate_domain::CarrierId;
use serde::de::DeserializeOwned;

use crate::{
    Addresses, Catalogue, Dialect, Documents, Host, LandedCosts, Manifests, Pickups, Profile,
    Proofs, Pushes, Rates, Returns, Shipping, Tracking,
};

/// One account with one carrier. A facet that is absent is a thing it does not offer.
pub trait Carrier: Send + Sync + 'static {
    /// Identity, limits, service codes: data, not behaviour.
    fn profile(&self) -> &Profile;

    /// Reads what an answer means.
    fn dialect(&self) -> &dyn Dialect;

    /// The addresses it uses, each with what it must show there.
    fn hosts(&self) -> &[Host];

    /// Prices.
    fn rates(&self) -> Option<&dyn Rates> {
        None
    }

    /// Labels.
    fn shipping(&self) -> Option<&dyn Shipping> {
        None
    }

    /// Where parcels are.
    fn tracking(&self) -> Option<&dyn Tracking> {
        None
    }

    /// Whether an address exists.
    fn addresses(&self) -> Option<&dyn Addresses> {
        None
    }

    /// Labels for parcels that come back.
    fn returns(&self) -> Option<&dyn Returns> {
        None
    }

    /// Who took a parcel.
    fn proofs(&self) -> Option<&dyn Proofs> {
        None
    }

    /// Fetching parcels.
    fn pickups(&self) -> Option<&dyn Pickups> {
        None
    }

    /// Closing a day or a batch.
    fn manifests(&self) -> Option<&dyn Manifests> {
        None
    }

    /// Papers for customs as files.
    fn documents(&self) -> Option<&dyn Documents> {
        None
    }

    /// Duties and taxes.
    fn landed_cost(&self) -> Option<&dyn LandedCosts> {
        None
    }

    /// What the account may use.
    fn catalogue(&self) -> Option<&dyn Catalogue> {
        None
    }

    /// Events that the carrier sends by itself.
    fn pushes(&self) -> Option<&dyn Pushes> {
        None
    }
}

/// Makes a carrier of the settings in an account's configuration.
pub type Connect = fn(serde_json::Value) -> Result<Box<dyn Carrier>, SettingsError>;

/// The settings of an account are not what its carrier needs.
#[derive(Debug, thiserror::Error)]
#[error("settings of a {carrier} account: {problem}")]
pub struct SettingsError {
    /// Which carrier's.
    pub carrier: CarrierId,
    /// What is wrong, naming the setting and what is allowed.
    pub problem: String,
}

/// Reads `settings` as an adapter's own account type and hands it to the adapter.
///
/// # Errors
/// When they cannot be read as that, or the adapter refuses them.
pub fn connect<A, C>(
    carrier: CarrierId,
    settings: serde_json::Value,
    adapter: fn(A) -> Result<C, SettingsError>,
) -> Result<Box<dyn Carrier>, SettingsError>
where
    A: DeserializeOwned,
    C: Carrier,
{
    let account = serde_json::from_value(settings).map_err(|error| SettingsError {
        carrier,
        problem: error.to_string(),
    })?;
    Ok(Box::new(adapter(account)?))
}

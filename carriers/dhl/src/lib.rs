//! DHL: Express over the MyDHL API, Paket of Germany over Parcel DE, and the tracking of every
//! other division.
//!
//! They are one carrier here and several companies there: [`Account`] says which one an account is
//! with, and what can be done with it follows. What is known of DHL, with dates and links, stands
//! in this crate's README and beside the code it concerns.

mod account;
mod auth;
mod dialect;
mod express;
mod meanings;
mod object;
mod parcel_de;
mod unified;

use parcelgate_carrier::{Carrier, Connect, Error, Kind, SettingsError};
use parcelgate_domain::CarrierId;
use serde_json::Value;

pub use account::{Account, Express, ParcelDe, Unified};

/// The id of DHL in configuration and interface.
pub const ID: CarrierId = CarrierId::known("dhl");

/// DHL as the gateway lists it.
pub const CARRIER: (CarrierId, Connect) = (ID, connect);

/// Makes a carrier of the settings of an account.
///
/// # Errors
/// When they cannot be read, or a setting cannot be what it is.
pub fn connect(settings: Value) -> Result<Box<dyn Carrier>, SettingsError> {
    let account = serde_json::from_value(settings).map_err(|error| SettingsError {
        carrier: ID,
        problem: error.to_string(),
    })?;
    Ok(match account {
        Account::Express(account) => Box::new(express::MyDhl::of(account.checked()?)),
        Account::Unified(account) => Box::new(unified::Divisions::of(account.checked()?)),
        Account::ParcelDe(account) => Box::new(parcel_de::Paket::of(account.checked()?)),
    })
}

fn error(kind: Kind, operation: &'static str) -> Error {
    Error::new(kind, ID, operation)
}

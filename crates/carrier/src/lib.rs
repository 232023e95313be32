//! The port: what a carrier adapter implements, and the only door it may leave by.
//!
//! A [`Carrier`] is one account with one carrier. What it can do are its *facets* ([`Rates`],
//! [`Shipping`], [`Tracking`], [`Addresses`], [`Catalogue`], [`Pushes`]); a facet that is absent is
//! a thing the carrier does not offer. What it may do to the outside is [`Call::send`], which goes
//! through one [`Exchange`]; deadline, retry, breaker, quota, signing and timing are layers on that
//! one door and none of an adapter's business. An adapter translates: `encode` and `decode` are
//! plain functions.

mod addresses;
mod auth;
mod call;
mod carrier;
mod catalogue;
mod dialect;
mod error;
mod exchange;
mod outgoing;
mod profile;
mod pushes;
mod rates;
mod shipping;
mod tracking;

pub use addresses::{AddressOutcome, AddressVerdict, Addresses};
pub use auth::{Auth, ClientCredentials, ClientStyle, Digest, DigestPart, Host};
pub use call::Call;
pub use carrier::{Carrier, Connect, SettingsError, connect};
pub use catalogue::{Catalogue, Warehouse};
pub use dialect::{Dialect, retry_after};
pub use error::{BoxError, Error, Kind, Result};
pub use exchange::{Class, Exchange, Intent, Repeat, Request, Response};
pub use outgoing::{Outgoing, read_json};
pub use profile::{Lookup, Profile, Quota, ServiceRow, ShipIdempotency};
pub use pushes::{Callback, Inbound, Pushes, Subscribed};
pub use rates::{Locality, RateAsk, Rates};
pub use shipping::{Order, Shipping};
pub use tracking::{Track, Tracking};

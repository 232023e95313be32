//! The port: what a carrier adapter implements, and the only door it may leave by.
//!
//! A [`Carrier`] is one account with one carrier. What it can do are its *facets* ([`Rates`],
//! [`Shipping`], [`Returns`], [`Tracking`], [`Pushes`], [`Proofs`], [`Addresses`], [`Pickups`],
//! [`Manifests`], [`Documents`], [`LandedCosts`], [`Catalogue`]); a facet that is absent is a thing
//! the carrier does not offer, and [`Profile::absences`] says why. What it may do to the outside is
//! [`Call::send`], which goes through one [`Exchange`]; deadline, retry, breaker, quota, signing
//! and timing are layers on that one door and none of an adapter's business. An adapter
//! translates: `encode` and `decode` are plain functions. What adapters have in common is the kit:
//! the public modules, each told in the README.

mod ability;
mod addresses;
mod auth;
mod call;
mod carrier;
mod catalogue;
pub mod charges;
pub mod declaration;
mod dialect;
mod documents;
mod error;
mod exchange;
pub mod form;
pub mod json;
mod landed_cost;
pub mod latin;
pub mod lines;
mod manifests;
pub mod meaning;
pub mod measure;
pub mod moment;
pub mod multipart;
mod outgoing;
pub mod paper;
mod peer;
mod pickups;
mod profile;
mod proofs;
mod pushes;
mod rates;
mod returns;
pub mod said;
pub mod settings;
mod shipping;
mod tracking;
mod witness;

pub use ability::{Ability, Absence};
pub use addresses::{AddressOutcome, AddressVerdict, Addresses};
pub use auth::{Auth, ClientStyle, Digest, DigestPart, Grant, Host, Issued, Refresh, User, basic};
pub use call::Call;
pub use carrier::{Carrier, Connect, SettingsError, connect};
pub use catalogue::{Catalogue, Warehouse};
pub use dialect::{Dialect, retry_after};
pub use documents::{Documents, TradePaper};
pub use error::{BoxError, Error, Kind, Result};
pub use exchange::{Class, Exchange, Intent, Lane, Repeat, Request, Response};
pub use landed_cost::{LandedCost, LandedCosts};
pub use manifests::{LeftOut, Manifest, ManifestOrder, Manifests};
pub use outgoing::{Outgoing, read_below, read_json};
pub use peer::{Peer, Remote};
pub use pickups::{Pickup, PickupOrder, Pickups};
pub use profile::{Lookup, Profile, Quota, ServiceRow, ShipIdempotency};
pub use proofs::Proofs;
pub use pushes::{Callback, Inbound, Pushes, Subscribed};
pub use rates::{Locality, RateAsk, Rates};
pub use returns::Returns;
pub use shipping::{Direction, Order, Shipping};
pub use tracking::{Track, Tracking};
pub use witness::{Witness, Witnessed};

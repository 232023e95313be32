//! The port: what the adapter of an order system implements.
//!
//! A [`Shop`] is one account with one order system, in which a seller's orders are. It is told that
//! a package left and by which number it can be followed ([`Confirms`]). What else it can do are
//! facets: [`Tells`], where a shop wants to hear of what happens on the way, and [`ReadsBack`],
//! where it shows what it made of what it was told. Its way out is that of a carrier: one
//! [`Call`](parcelgate_carrier::Call), the same layers, the same closed list of failures.

mod ability;
mod confirms;
mod profile;
mod reads_back;
mod shop;
mod tells;

pub use ability::{ShopAbility, ShopAbsence};
pub use confirms::{CarrierName, Confirmation, Confirmed, Confirms, OrderItem};
pub use profile::{CarrierCode, ShopProfile};
pub use reads_back::{ReadsBack, Recognition, Shown};
pub use shop::{Connect, Shop, connect};
pub use tells::{Milestone, News, Tells};
